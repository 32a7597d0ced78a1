/* SPDX-License-Identifier: MIT */
/** The checkpoints in a folder, by name. Local. */
#ifndef NNI_CHECKPOINT_LIST_H
#define NNI_CHECKPOINT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

enum { NNI_CHECKPOINT_NAME = 64 };

/** Name of the checkpoint of a step, without folder. */
void nni_checkpoint_name(uint64_t step, char name[NNI_CHECKPOINT_NAME]);

/** @return whether a name is exactly one that nni_checkpoint_name gives, of what step */
bool nni_checkpoint_step(const char *name, uint64_t *step);

/**
 * Steps of the checkpoints in a folder, newest first.
 *
 * @param steps  receives an array to be released with free
 */
nn_status nni_checkpoint_list(const char *folder, uint64_t **steps, size_t *count, nn_error *error);

#endif
