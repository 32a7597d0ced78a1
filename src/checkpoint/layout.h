/** Where things are in a checkpoint: written by write.c, read by read.c. */
#ifndef NN_CHECKPOINT_LAYOUT_H
#define NN_CHECKPOINT_LAYOUT_H

#include <stddef.h>
#include <stdio.h>

/* Raised whenever a reader of the old layout would misread the new one. */
enum { NN_CHECKPOINT_FORMAT = 1 };

enum { NN_GROUP_NAME_SIZE = 64 };

/** "/model/layers/<i>": weight [outputs, inputs], bias [outputs], attribute activation. */
static inline void nn_layer_group(char name[NN_GROUP_NAME_SIZE], size_t layer)
{
    snprintf(name, NN_GROUP_NAME_SIZE, "/model/layers/%zu", layer);
}

/** "/optimizer/layers/<i>": weight_velocity, bias_velocity, shaped like the parameters they move. */
static inline void nn_velocity_group(char name[NN_GROUP_NAME_SIZE], size_t layer)
{
    snprintf(name, NN_GROUP_NAME_SIZE, "/optimizer/layers/%zu", layer);
}

#endif
