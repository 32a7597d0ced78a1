/* SPDX-License-Identifier: MIT */
/** @file
 * A trained model: read from a file, and predictions of it.
 */
#ifndef NNTRAIN_MODEL_H
#define NNTRAIN_MODEL_H

#include <stddef.h>

#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/export.h"
#include "nntrain/kinds.h"
#include "nntrain/network.h"
#include "nntrain/optimizer.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A network with all that belongs to it: how features and targets are scaled, what classes are called, the recipe.
 *
 * Threads: getters any number at once; nn_model_predict one at a time.
 * Ownership: the caller's, until nn_model_free; it borrows nothing.
 */
typedef struct nn_model nn_model;

/**
 * Reads and verifies a model: model.h5 of a run, or any checkpoint. Collective: rank 0 reads.
 *
 * @param path   of the file
 * @param comm   the ranks that receive it; NULL: this process alone, which needs no MPI
 * @param model  receives the model
 * @param error  receives what went wrong
 * @return NN_DATA where the file is missing, no model, damaged or truncated
 */
NN_API nn_status nn_model_read(const char *path, nn_comm *comm, nn_model **model, nn_error *error);

/** Frees a model; NULL is fine. */
NN_API void nn_model_free(nn_model *model);

/** @return what the outputs speak of */
NN_API nn_prediction nn_model_predicts(const nn_model *model);

/** @return features of a row */
NN_API size_t nn_model_features(const nn_model *model);

/** @return outputs of a row */
NN_API size_t nn_model_outputs(const nn_model *model);

/** @return name of a class; NULL where classes are numbers alone, or outputs are no classes. The model's. */
NN_API const char *nn_model_class_name(const nn_model *model, size_t class_number);

/** @return complete epochs of the training */
NN_API size_t nn_model_epochs(const nn_model *model);

/** @return the recipe it was trained by; the model's */
NN_API const nn_recipe *nn_model_recipe(const nn_model *model);

/** @return the network; the model's */
NN_API const nn_network *nn_model_network(const nn_model *model);

/**
 * Predicts. Local.
 *
 * @param model        is asked
 * @param x            [rows, features], in the units of the data that was trained on; NaN where a value is missing, if
 * the model knows what to put there (data.impute)
 * @param rows         any number; they go through the network in pieces
 * @param predictions  [rows, outputs] receives what nn_model_predicts says
 */
NN_API void nn_model_predict(nn_model *model, const float *x, size_t rows, double *predictions);

/** The same for doubles: features such as times since 1970 have digits that floats have no room for. */
NN_API void nn_model_predict_double(nn_model *model, const double *x, size_t rows, double *predictions);

/** @return the class that predictions [outputs] of a row speak for: the most probable one, or of one output whether it
 * is at least 0.5 */
NN_API size_t nn_model_class(const nn_model *model, const double *predictions);

/**
 * Writes the model of a loop of one's own, which nn_model_read and nntrain predict read. Collective: rank 0 writes. The
 * file appears under its name when it is complete and on the disk.
 *
 * @param path       of the file; an existing one is replaced
 * @param dataset    that was trained on
 * @param network    that was trained
 * @param optimizer  by which
 * @param error      receives what went wrong
 * @return NN_SYSTEM naming the file and the reason, on every rank
 */
NN_API nn_status nn_model_write(const char *path, const nn_dataset *dataset, const nn_network *network,
                                const nn_optimizer *optimizer, nn_error *error);

#ifdef __cplusplus
}
#endif

#endif
