/* SPDX-License-Identifier: MIT */
/** Which split is to be opened, and what for. */
#ifndef NNI_DATA_DATASET_SPEC_H
#define NNI_DATA_DATASET_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "data/settings.h"
#include "model/settings.h"
#include "support/string_set.h"

/** What targets are trained by: the last layer of a network, and the loss. */
typedef struct nni_head {
    size_t outputs; /**< 0: not known */
    nn_activation activation;
    nn_loss_kind loss;
} nni_head;

/** @return the head of a network that learns by a loss */
nni_head nni_head_of(const nni_network_settings *network, const nni_loss_settings *loss);

/** @return classes that a head tells apart: its outputs, two of a single sigmoid; 0: it predicts a value, or is not
 * known */
size_t nni_head_classes(nni_head head);

/** Where samples lie. Strings belong to the caller. */
typedef struct nni_dataset_spec {
    const char *file; /**< path of an HDF5 file, or a pattern such as "part-*.h5" of several whose rows follow each
                         other, sorted by name */
    const char *const *files; /**< [file_count] instead of file: paths and patterns, in their order */
    size_t file_count;        /**< 0: file */
    const char *x;            /**< dataset [N, ...], any integer or float type; rows are flattened */
    const char *y; /**< dataset [N] of integers or texts (classes), [N] of floats, or [N, outputs]; NULL: none, for
                      prediction */
    const char *w; /**< dataset [N] of sample weights, finite and not negative; NULL: every sample weighs 1 */
    const char *const *x_columns; /**< [x_column_count] columns of x that are features: names of fields where it holds
                                     records, else numbers from 0 and ranges such as "3:7", in their order */
    size_t x_column_count;        /**< 0: all */
    const char *const *y_columns; /**< [y_column_count] the same of y */
    size_t y_column_count;
    size_t features;                   /**< of a row that a model takes; 0: any number */
    const nni_string_set *class_names; /**< what classes were called when they were trained, for y of texts and for
                                    files that name theirs; empty: they were numbers alone; NULL: to be found out */
    bool log1p;                        /**< targets that are values must be above -1, for log(1 + y) is taken of them */
    bool names_are_labels; /**< class_names are whole numbers that y held: integers are looked up among them */
    nni_head head;         /**< that the targets are for; its outputs 0: labels stay as they are */
    bool any_classes;      /**< the head may yet be given another number of outputs: labels are its classes where they
                              are among them, else classes of their own, however many */
    bool missing;          /**< NaN in x stands for a value that is missing, and is no error */
    nn_external external;  /**< where the files may have data outside of themselves */
    size_t memory;         /**< bytes of rows that this rank may have in memory; 0: as many as there are */
    size_t window;         /**< bytes of x, over all slices, that are shuffled among each other, a number as at
                              most an nni_real; 0: all */
} nni_dataset_spec;

/** @return where a split of a recipe lies, with the columns it chooses, or else those of the training split; everything
 * else zero. Borrows the recipe's strings. */
nni_dataset_spec nni_dataset_spec_of(const nni_split_settings *split, const nni_split_settings *train);

/** @return [file count] the files of a spec, one or several */
static inline const char *const *nni_dataset_spec_files(const nni_dataset_spec *spec)
{
    return spec->file_count > 0 ? spec->files : &spec->file;
}

static inline size_t nni_dataset_spec_file_count(const nni_dataset_spec *spec)
{
    return spec->file_count > 0 ? spec->file_count : 1;
}

#endif
