/* SPDX-License-Identifier: MIT */
/** What the public nn_workspace holds. */
#ifndef NNI_API_WORKSPACE_H
#define NNI_API_WORKSPACE_H

#include "model/network.h"
#include "nntrain/network.h"
#include "recipe/recipe.h"
#include "train/run/threads.h"

/** Owns the work space and the threads. */
struct nn_workspace {
    nni_workspace *inside;
    const nn_recipe *recipe;
    nn_comm *comm;
    nni_threads threads; /**< all zero: another work space's */
};

#endif
