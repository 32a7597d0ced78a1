/* SPDX-License-Identifier: MIT */
/* All copies of the weights are updated alike: of each NUMA node and host one, or of each rank one where ranks share no
 * memory. So they stay the same bits, and so does the state of the optimizer, of which a host has one. Where they do
 * not, a memory or a processor has failed, and what it computed is in everybody's gradients: the training must not go
 * on from there, nor be kept. */
#include <inttypes.h>
#include <xxhash.h>

#include "train/callbacks/callbacks.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"

static uint64_t digest_of(const nni_run_model *model)
{
    const nn_network *network = model->network;
    const size_t bytes = network->flat_count * sizeof(nni_real);
    uint64_t digest = XXH3_64bits(network->parameters, bytes);
    for (size_t s = 0; s < model->optimizer->state_count && !nni_gradient_sync_shards_state(model->gradient_sync); s++)
        digest ^= XXH3_64bits_withSeed(model->optimizer->state[s], bytes, s + 1);
    if (network->statistics_count > 0)
        digest ^= XXH3_64bits(network->statistics, network->statistics_count * sizeof(nni_real));
    return digest;
}

static nn_status check(nni_run *run, nn_error *error)
{
    int outlier = -1;
    char host[sizeof run->comm->host];
    if (run->recipe->parallel.agree_every == 0)
        return NN_OK;
    NN_TRY(nni_gradient_sync_settle(run->model.gradient_sync, error));
    const bool has_copy = nni_gradient_sync_has_copy(run->model.gradient_sync);
    const uint64_t digest = has_copy ? digest_of(&run->model) : 0;
    NN_TRY(nni_comm_find_outlier(run->comm, has_copy ? &digest : NULL, &outlier, host, error));
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
