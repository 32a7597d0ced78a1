/* SPDX-License-Identifier: MIT */
/** Sums over all who update a part of the parameters each. */
#ifndef NNI_OPTIM_PART_SUMS_H
#define NNI_OPTIM_PART_SUMS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"

/** Sums over those who update other parts, for norms of whole tensors. */
typedef struct nni_part_sums {
    /** Each element of [count], of which this rank's are set and the others 0, over all ranks. Collective. */
    nn_status (*add)(void *context, double *values, size_t count, nn_error *error);
    void *context;
    bool counted; /**< false: another rank updates the same parts, and adds for both */
} nni_part_sums;

#endif
