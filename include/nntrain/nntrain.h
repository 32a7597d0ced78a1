/** The whole library: a header a subject, and this one over all. */
#ifndef NNTRAIN_NNTRAIN_H
#define NNTRAIN_NNTRAIN_H

#include "nntrain/augment.h"
#include "nntrain/batch.h"
#include "nntrain/checkpoint.h"
#include "nntrain/comm.h"
#include "nntrain/dataset.h"
#include "nntrain/element.h"
#include "nntrain/evaluate.h"
#include "nntrain/import.h"
#include "nntrain/inspect.h"
#include "nntrain/kinds.h"
#include "nntrain/leaves.h"
#include "nntrain/memory.h"
#include "nntrain/network.h"
#include "nntrain/normalization.h"
#include "nntrain/optimizer.h"
#include "nntrain/predictions.h"
#include "nntrain/real.h"
#include "nntrain/recipe.h"
#include "nntrain/status.h"
#include "nntrain/target_scaling.h"
#include "nntrain/texts.h"
#include "nntrain/train.h"
#include "nntrain/version.h"

#endif
