/* SPDX-License-Identifier: MIT */
/* All ranks make the same steps from the same weights, so the weights stay the same bits on all of them. Where they do
 * not, a memory or a processor has failed, and what it computed is in everybody's gradients: the training must not go
 * on from there, nor be kept. */
#include <inttypes.h>
#include <xxhash.h>

#include "train/callbacks/callbacks.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"

static uint64_t digest_of(const nn_network *network)
{
    const uint64_t parameters = XXH3_64bits(network->parameters, network->flat_count * sizeof *network->parameters);
    if (network->statistics_count == 0)
        return parameters;
    return parameters ^ XXH3_64bits(network->statistics, network->statistics_count * sizeof *network->statistics);
}

static nn_status check(nni_run *run, nn_error *error)
{
    int outlier = -1;
    char host[sizeof run->comm->host];
    if (run->recipe->parallel.agree_every == 0)
        return NN_OK;
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    NN_TRY(nni_comm_find_outlier(run->comm, digest_of(run->model.network), &outlier, host, error));
    if (outlier < 0)
        return NN_OK;
    nni_notify_finish_write(run);
    return nn_fail(error, NN_SYSTEM,
                   "after step %" PRIu64 " the weights of rank %d on %s are others than those of %s: a fault of the "
                   "memory or the processor there; %s%s",
                   run->progress.counters.step, outlier, host, run->comm->size > 2 ? "most ranks" : "the other rank",
                   run->files.last_checkpoint[0] ? "leave that host out and continue with --resume from "
                                                 : "leave that host out and begin anew; no checkpoint is written yet",
                   run->files.last_checkpoint);
}

static nn_status before_write(void *self, nni_run *run, bool *rolled_back, nn_error *error)
{
    (void)self, (void)rolled_back;
    return check(run, error);
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    (void)self;
    (void)report;
    const size_t every = run->recipe->parallel.agree_every;
    return every > 0 && run->progress.counters.step % every == 0 ? check(run, error) : NN_OK;
}

nn_status nni_callback_weight_consistency(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)run;
    (void)error;
    *callback = (nni_callback){.step = step, .before_write = before_write};
    return NN_OK;
}
