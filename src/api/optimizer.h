/* SPDX-License-Identifier: MIT */
/** What the public nn_optimizer holds. */
#ifndef NNI_API_OPTIMIZER_H
#define NNI_API_OPTIMIZER_H

#include "nntrain/optimizer.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "recipe/recipe.h"

/** Owns the optimizer. */
struct nn_optimizer {
    nni_optimizer *inside;
    const nn_recipe *recipe;
    nni_schedule_span span;
    nni_schedule_state schedule;
};

#endif
