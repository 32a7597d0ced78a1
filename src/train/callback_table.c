/* SPDX-License-Identifier: MIT */
#include "train/callback_table.h"

#include "train/callbacks/callbacks.h"
#include "train/divergence.h"
#include "train/record/record.h"
#include "train/run/notify.h"

/* In this order: nothing is reported or written of weights that are not finite, that ranks do not agree on, or of rows
 * that changed; the line of an epoch is in the metrics before the checkpoint that vouches for it, so that a resumed run
 * finds every line up to its epoch, and so are its records. At the end, backwards: the model is on the disk before its
 * predictions are recorded, these before the report is made, and that before progress says where all are; balance and
 * trace know all but these. */
static const nni_callback_maker table[] = {
    nni_divergence_callback,   nni_callback_hang,   nni_callback_row_consistency, nni_callback_weight_consistency,
    nni_callback_progress,     nni_callback_report, nni_callback_balance,         nni_callback_trace,
    nni_callback_metrics_file, nni_callback_record, nni_callback_checkpoints,
};

nn_status nni_callback_table_create(nni_run *run, nn_error *error)
{
    return nn_comm_agree(run->comm, nni_callbacks_create(run, table, sizeof table / sizeof *table, error), error);
}
