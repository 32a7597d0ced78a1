/* SPDX-License-Identifier: MIT */
/* Which scaling suits the targets, and what is measured for it. */
#include <math.h>

#include "data/scaling/statistics.h"
#include "data/scaling/target_scaling.h"
#include "model/losses/loss.h"

/* --- choosing --- */

static nn_target_scaling choose(const nni_dataset *dataset, nn_activation output, const nni_statistics *found)
{
    const nni_activation_entry *entry = nni_activation_of(output);
    for (size_t j = 0; j < dataset->row.outputs; j++)
        if (found->least[j] < entry->least || found->most[j] > entry->most)
            return entry->beyond;
    return entry->within;
}

bool nni_targets_are_truths(const nni_dataset *dataset, nn_loss_kind loss, nn_activation output)
{
    return dataset->row.target != NNI_TARGET_VALUES || dataset->row.binary ||
           nni_activation_of(output)->outputs == NNI_DISTRIBUTION || nni_loss_of(loss)->targets != NNI_VALUES;
}

/* --- measuring --- */

/* 1 / spread, or 1 where there is no spread or its inverse would be infinite. */
static double inverse(double spread)
{
    return spread > 0 && isfinite(1 / spread) ? 1 / spread : 1;
}

static void take(const nni_statistics *found, nni_target_scaler *scaling)
{
    const bool unit = scaling->kind == NN_TARGETS_MINMAX;
    for (size_t j = 0; j < scaling->outputs; j++) {
        if (scaling->kind != NN_TARGETS_SCALE)
            scaling->offset[j] = unit ? found->least[j] : found->mean[j];
        scaling->scale[j] = inverse(unit ? found->most[j] - found->least[j] : sqrt(found->square[j] / found->count[j]));
    }
}

static nn_status measure(const nni_dataset *dataset, nni_target_scaler *scaling, nn_activation output, nn_comm *comm,
                         nn_error *error)
{
    nni_statistics found = {.count = NULL};
    if (scaling->kind == NN_TARGETS_AUTO || scaling->kind == NN_TARGETS_MINMAX) {
        NN_TRY(nni_statistics_measure_targets(dataset, false, NNI_STATISTICS_RANGE, comm, &found, error));
        if (scaling->kind == NN_TARGETS_AUTO)
            scaling->kind = choose(dataset, output, &found);
        if (scaling->kind == NN_TARGETS_MINMAX)
            take(&found, scaling);
        nni_statistics_free(&found);
    }
    if (scaling->kind != NN_TARGETS_NONE && scaling->kind != NN_TARGETS_MINMAX) {
        const bool log1p = scaling->kind == NN_TARGETS_LOG1P;
        NN_TRY(nni_statistics_measure_targets(dataset, log1p, NNI_STATISTICS_MOMENTS, comm, &found, error));
        take(&found, scaling);
        nni_statistics_free(&found);
    }
    return NN_OK;
}

nn_status nni_target_scaler_fit(const nni_dataset *dataset, nn_target_scaling kind, nn_loss_kind loss,
                                nn_activation output, nn_comm *comm, nni_target_scaler **result, nn_error *error)
{
    const bool truths = nni_targets_are_truths(dataset, loss, output),
               asked = kind != NN_TARGETS_AUTO && kind != NN_TARGETS_NONE;
    nni_target_scaler *scaling = NULL;
    if (truths && asked)
        return nn_fail(
            error, NN_USAGE,
            "data.normalize_targets: %s scales values to be predicted, but %s in %s holds classes; remove it",
            nn_target_scaling_name(kind), dataset->origin.y_name, dataset->origin.file);
    NN_TRY(nn_comm_agree(
        comm, nni_target_scaler_create(truths ? NN_TARGETS_NONE : kind, dataset->row.outputs, &scaling, error), error));
    const nn_status status = measure(dataset, scaling, output, comm, error);
    if (status != NN_OK) {
        nni_target_scaler_free(scaling);
        return status;
    }
    *result = scaling;
    return NN_OK;
}

/* --- using --- */

void nni_dataset_scale_targets(nni_dataset *dataset, const nni_target_scaler *scaling)
{
    dataset->target_scaling = scaling->kind == NN_TARGETS_NONE ? NULL : scaling;
}
