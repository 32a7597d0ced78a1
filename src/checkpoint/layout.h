/* SPDX-License-Identifier: MIT */
/** Names of groups and datasets in a checkpoint, and the version of the format. */
#ifndef NNI_CHECKPOINT_LAYOUT_H
#define NNI_CHECKPOINT_LAYOUT_H

#include <stddef.h>
#include <stdio.h>

#include "model/network.h"

/* "/recipe" is the resolved recipe, "/classes" [classes] the names of the classes, where they have any; its attribute
 * "labels" says that the names are the whole numbers that y held. */

/* Raised whenever a reader of the old layout would misread the new one. */
enum {
    NNI_CHECKPOINT_FORMAT = 3, /* targets may be scaled, which a reader of 2 would not undo */
    NNI_CHECKPOINT_OLDEST = 2, /* that is read */
};

enum { NNI_GROUP_NAME_SIZE = 64, NNI_FIELD_NAME_SIZE = 64 };

/** A tensor's dataset: "weight", or with the suffix of a state "weight_velocity". */
static inline void nni_tensor_field(char name[NNI_FIELD_NAME_SIZE], nni_tensor_role role, const char *suffix)
{
    snprintf(name, NNI_FIELD_NAME_SIZE, "%s%.32s", nni_tensor_name(role), suffix);
}

/** "_velocity" of the state "velocity". */
static inline void nni_state_suffix(char suffix[NNI_FIELD_NAME_SIZE], const char *state)
{
    snprintf(suffix, NNI_FIELD_NAME_SIZE, "_%s", state);
}

/**
 * "/model/layers/<i>": weight [outputs, inputs], bias [outputs], with a norm gamma and beta, with batch norm
 * running_mean and running_variance; attributes activation, normalization, dropout.
 */
static inline void nni_layer_group(char name[NNI_GROUP_NAME_SIZE], size_t layer)
{
    snprintf(name, NNI_GROUP_NAME_SIZE, "/model/layers/%zu", layer);
}

/** "/optimizer/layers/<i>": weight_<state>, bias_<state>, ..., shaped like the parameters they belong to. */
static inline void nni_state_group(char name[NNI_GROUP_NAME_SIZE], size_t layer)
{
    snprintf(name, NNI_GROUP_NAME_SIZE, "/optimizer/layers/%zu", layer);
}

#endif
