/* SPDX-License-Identifier: MIT */
/** What a training records for its report: records.jsonl and predictions.h5, as src/report/README.md has them. */
#ifndef NNI_TRAIN_RECORD_RECORD_H
#define NNI_TRAIN_RECORD_RECORD_H

#include "train/run/callback.h"

/** Records as the recipe's section `record` says. A file that cannot be written costs what was to be in it. */
nn_status nni_callback_record(nni_run *run, nni_callback *callback, nn_error *error);

#endif
