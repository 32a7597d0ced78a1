/* SPDX-License-Identifier: MIT */
/** From a recipe to a run that is ready for its next step. */
#ifndef NNI_TRAIN_SETUP_H
#define NNI_TRAIN_SETUP_H

#include "train/run/run.h"

/** Makes data, network, state and folder, and reads the checkpoint to continue from. Collective; frees what it took
 * where it fails. */
nn_status nni_run_create(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_run **run,
                         nn_error *error);
void nni_run_free(nni_run *run);

#endif
