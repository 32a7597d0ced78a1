/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "support/memory.h"
#include "train/callbacks/callbacks.h"
#include "train/callbacks/imbalance.h"
#include "train/run/run.h"

/* Seconds of computing below which ranks differ by their start alone, and nothing is printed. */
static const double least_compute = 1;

/* Buffers that rank 0 gathers into. */
typedef struct balance {
    nni_rank_time *ranks; /* [ranks of the run] */
    double *scratch;      /* [ranks of the run] */
} balance;

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    const balance *state = self;
    const size_t count = (size_t)run->comm->size;
    nni_rank_time mine = nni_balance_time(&run->timeline);
    memcpy(mine.host, run->comm->host, sizeof mine.host);
    NN_TRY(nni_comm_gather_bytes(run->comm, &mine, state->ranks, sizeof mine, error));
    if (!nni_output_reports(&run->output))
        return NN_OK;
    char text[NNI_BALANCE_TEXT];
    const nni_balance found = nni_balance_find(state->ranks, count, state->scratch);
    if (found.compute.most < least_compute)
        return NN_OK;
    nni_balance_describe(&found, count, text);
    nni_output_say(&run->output, "balance  %s", text);
    nni_balance_describe_slowest(&found, state->ranks, text);
    nni_output_say(&run->output, "         %s", text);
    return NN_OK;
}

static void release(void *self)
{
    balance *state = self;
    nni_release(state->ranks);
    nni_release(state->scratch);
    nni_release(state);
}

nn_status nni_callback_balance(nni_run *run, nni_callback *callback, nn_error *error)
{
    *callback = (nni_callback){.self = NULL};
    if (run->comm->size == 1)
        return NN_OK;
    balance *state = NULL;
    NN_TRY(nni_allocate(1, sizeof *state, "the balance", &state, error));
    *callback = (nni_callback){.end = end, .halt = end, .free = release, .self = state};
    const size_t count = run->comm->rank == 0 ? (size_t)run->comm->size : 0;
    NN_TRY(nni_allocate(count, sizeof *state->ranks, "the times of the ranks", &state->ranks, error));
    return nni_allocate(count, sizeof *state->scratch, "the times of the ranks", &state->scratch, error);
}
