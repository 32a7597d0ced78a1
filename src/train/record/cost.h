/* SPDX-License-Identifier: MIT */
/** What records may cost: a rule by work and not by clocks, so that a run records the same wherever it is trained. */
#ifndef NNI_TRAIN_RECORD_COST_H
#define NNI_TRAIN_RECORD_COST_H

#include "train/run/run.h"

/** Epochs between records, of each kind; 0: none. */
typedef struct nni_record_plan {
    size_t norms, ranks, histograms;
    size_t rows; /**< that histograms are of */
} nni_record_plan;

/** @return the recipe's intervals, or with `record: auto` longer ones where epochs are short */
nni_record_plan nni_record_plan_of(const nni_run *run);

#endif
