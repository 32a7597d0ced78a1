/* SPDX-License-Identifier: MIT */
/** Settings of the data: where the splits are, and how rows are read, scaled and augmented. */
#ifndef NNI_DATA_SETTINGS_H
#define NNI_DATA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/kinds.h"
#include "support/setting.h"

/** One split of the data. */
typedef struct nni_split_settings {
    char *file;   /**< absolute path, or pattern of several; NULL: files, or this split is not given */
    char **files; /**< [files_count] the same, several, whose rows follow each other */
    uint32_t files_count;
    char *x, *y;
    char *w;          /**< dataset [N] of sample weights; NULL: every sample weighs 1 */
    char **x_columns; /**< [x_columns_count] columns that are chosen of x: fields of records, or numbers and ranges */
    uint32_t x_columns_count; /**< 0: all; of validation and test: as of train */
    char **y_columns;         /**< [y_columns_count] the same of y */
    uint32_t y_columns_count;
    /* Validation and test may instead be rows of the training split that are held out. */
    double fraction;          /**< their share of the rows, of validation without those for testing; 0: none */
    char *fold;               /**< as written: "2/5", the second of five folds of the rows; NULL: none */
    size_t fold_index, folds; /**< of the fold, from 1, and of all; 0: none */
    bool stratified;          /**< fraction or fold: of every class the same share */
} nni_split_settings;

/** @return whether a split has data of its own */
static inline bool nni_split_is_given(const nni_split_settings *split)
{
    return split->file || split->files_count > 0;
}

/** How training rows that are images are changed in each epoch; all zero: not at all. */
typedef struct nni_augment_settings {
    size_t *image; /**< [image_count] height, width and, where there are 3, channels of a row; NULL: as x has it */
    uint32_t image_count;
    size_t shift; /**< most pixels that an image is moved by along either axis */
    nn_flip flip;
    double noise;  /**< standard deviation of what is added to each value, once normalised */
    size_t cutout; /**< side of the square that is cut out, in pixels; 0: none */
} nni_augment_settings;

/** @return whether anything is changed, or an image given, which rows must then be */
static inline bool nni_augment_is_on(const nni_augment_settings *augment)
{
    return augment->image || augment->shift > 0 || augment->flip != NN_FLIP_NONE || augment->noise > 0 ||
           augment->cutout > 0;
}

typedef struct nni_data_settings {
    nni_split_settings train, validation, test;
    nn_feature_scaling normalize;
    nn_target_scaling normalize_targets;
    nn_imputation impute;
    nn_external external; /**< where the files may have data outside of themselves */
    size_t memory_bytes;  /**< of rows that a rank may have in memory; 0: auto */
    char *window;         /**< as written: "128M" */
    size_t window_bytes;  /**< of x, over all slices, that are shuffled among each other */
    nni_augment_settings augment;
} nni_data_settings;

/** Entries are nni_kind. */
extern const nni_domain nni_imputation_domain;

extern const nni_setting nni_data_section[];

#endif
