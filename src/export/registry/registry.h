/* SPDX-License-Identifier: MIT */
/** The formats that models are written to and read from. */
#ifndef NNI_EXPORT_REGISTRY_REGISTRY_H
#define NNI_EXPORT_REGISTRY_REGISTRY_H

#include "export/exporter.h"

/** @return format i, in the order of the help; NULL behind the last */
const nni_model_format *nni_model_format_at(size_t i);

/** @return the format of a name that models are written to; NULL with NN_USAGE, which suggests one, where there is none
 */
const nni_model_format *nni_model_format_find(const char *name, nn_error *error);

/** @return the format whose extension a path has; NULL: none */
const nni_model_format *nni_model_format_by_extension(const char *path);

/**
 * Tells which format a file with a model has: by what it begins with, else by its extension. Local.
 *
 * @param format  receives it; NULL: the file is a checkpoint
 * @return NN_DATA where there is no such file, or it is no model
 */
nn_status nni_model_file_format(const char *path, const nni_model_format **format, nn_error *error);

/**
 * Reads a model from a file of any format: a checkpoint such as model.h5, or a format of the list. Local.
 *
 * @param checkpoint  receives the model, to be freed with nni_checkpoint_free; of a checkpoint with the optimizer's
 *                    state
 * @return NN_DATA where the file is missing, no model, damaged or truncated
 */
nn_status nni_model_file_read(const char *path, nni_checkpoint **checkpoint, nn_error *error);

/**
 * Reads such a file on rank 0 and gives it to all ranks, but for the optimizer's state. Collective.
 *
 * @param checkpoint  receives the model, to be freed with nni_checkpoint_free
 * @return as nni_model_file_read, on all ranks
 */
nn_status nni_model_file_share(const char *path, nn_comm *comm, nni_checkpoint **checkpoint, nn_error *error);

#endif
