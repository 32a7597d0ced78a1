/* SPDX-License-Identifier: MIT */
/** @file
 * The whole library: a header a subject, and this one over all.
 */
#ifndef NNTRAIN_NNTRAIN_H
#define NNTRAIN_NNTRAIN_H

#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/evaluate.h"
#include "nntrain/export.h"
#include "nntrain/import.h"
#include "nntrain/kinds.h"
#include "nntrain/model.h"
#include "nntrain/network.h"
#include "nntrain/optimizer.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"
#include "nntrain/train.h"
#include "nntrain/version.h"

#endif
