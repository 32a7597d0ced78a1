/* SPDX-License-Identifier: MIT */
/** What eval and predict hold: the arguments that they share, and the model with the data it is applied to. */
#ifndef NNI_CLI_SESSION_H
#define NNI_CLI_SESSION_H

#include "checkpoint/checkpoint.h"
#include "data/dataset/dataset.h"
#include "data/names/candidates.h"
#include "recipe/recipe.h"
#include "train/run/threads.h"

/** Which rows a model is applied to. */
typedef enum nni_split {
    NNI_SPLIT_UNSAID,     /**< test, else validation; of --data FILE all rows */
    NNI_SPLIT_TRAIN,      /**< those that were trained on */
    NNI_SPLIT_VALIDATION, /**< those held out for validation, or of the recipe's data.validation */
    NNI_SPLIT_TEST,       /**< the same for testing */
    NNI_SPLIT_ALL,        /**< of the recipe's data.train, before any were held out */
} nni_split;

/** What a user says about model and data; strings belong to argv. */
typedef struct nni_model_arguments {
    const char *model;
    const char *data; /* NULL: the file the recipe names */
    nni_split split;
    const char *x, *y; /* NULL: as in the recipe, or what the file of --data has */
    const char *w;     /* NULL: as in the recipe where its file is used, else none */
    char *label;       /* columns of y, with commas in between, which become zeros; NULL: as in the recipe */
    nn_external external;
} nni_model_arguments;

/** A model and the data it is applied to. Owns all but comm. */
typedef struct nni_model_session {
    nn_comm *comm;
    nni_checkpoint *model;
    nn_recipe *recipe; /* of the model */
    nni_dataset *dataset;
    nni_workspace *work;
    nni_threads threads;
    nni_split split;                /* UNSAID: all rows of the file of --data */
    bool held_out;                  /* the rows are some of data.train's */
    size_t whole_rows;              /* of those they were held out of */
    const char *data_file;          /* the file in use, or what stands for several */
    const char *x, *y, *w;          /* datasets in use; NULL: not read */
    const nni_split_settings *base; /* of the recipe, whose columns are used */
    nni_candidates found;           /* in the file of --data, where no split was said; else none */
    char *beside;                   /* targets found beside the features; NULL: none */
    const char **label;             /* [label_count] columns of y that were named */
    size_t label_count;
} nni_model_session;

#endif
