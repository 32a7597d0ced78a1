/* SPDX-License-Identifier: MIT */
/** The makers of all callbacks, each in a file of its own; train/callback_table.c has their order. */
#ifndef NNI_TRAIN_CALLBACKS_CALLBACKS_H
#define NNI_TRAIN_CALLBACKS_CALLBACKS_H

#include "train/run/callback.h"

/** Ends a run that has made no progress for as long as the recipe says, with the stacks of the rank that hangs. */
nn_status nni_callback_hang(nni_run *run, nni_callback *callback, nn_error *error);

/** After every epoch and before weights are written: whether rows in memory are still those that were read. */
nn_status nni_callback_row_consistency(nni_run *run, nni_callback *callback, nn_error *error);

/** Now and then, and before weights are written: whether all ranks have the same ones. */
nn_status nni_callback_weight_consistency(nni_run *run, nni_callback *callback, nn_error *error);

/** What a person sees: a block at the start, a bar or a line an epoch, where things are at the end. */
nn_status nni_callback_progress(nni_run *run, nni_callback *callback, nn_error *error);

/** report.html, at the end however it comes, unless the recipe says otherwise. */
nn_status nni_callback_report(nni_run *run, nni_callback *callback, nn_error *error);

/** Where the ranks' time went, at the end of a run of several. */
nn_status nni_callback_balance(nni_run *run, nni_callback *callback, nn_error *error);

/** Writes the trace at the end, where one is asked for. */
nn_status nni_callback_trace(nni_run *run, nni_callback *callback, nn_error *error);

/** metrics.jsonl: a line an epoch, and recipe.yaml, the resolved recipe. */
nn_status nni_callback_metrics_file(nni_run *run, nni_callback *callback, nn_error *error);

/** checkpoint-<step>.h5 as often as the recipe asks and on a request to stop; model.h5 at the end. */
nn_status nni_callback_checkpoints(nni_run *run, nni_callback *callback, nn_error *error);

#endif
