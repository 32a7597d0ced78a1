/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/piece_size.h"

#include "comm/allreduce/messages.h"
#include "comm/backend.h"
#include "comm/topology.h"
#include "support/extremes.h"
#include "support/memory.h"
#include "support/timeline.h"

/* Elements of a little and of more, and sums of each. The first only opens connections. */
enum { LITTLE = 64, MORE = 1 << 16, SUMS = 5 };

/* Pieces that the elements make at least, as far as they are long enough, and at most: looking after a piece takes some
 * time too. */
enum { FEWEST = 8, MOST = 128, SHORTEST = 1 << 12 };

/* @param seconds  receives those of the fastest of several sums */
static nn_status time_sums(nni_messages *messages, nni_real *values, size_t count, double *seconds, nn_error *error)
{
    *seconds = 1e9;
    for (int i = 0; i < SUMS; i++) {
        const double began = nni_clock();
        NN_TRY(nni_messages_start(messages, values, MORE, count, error));
        NN_TRY(nni_messages_finish(messages, error));
        const double took = nni_clock() - began;
        *seconds = i > 0 && took < *seconds ? took : *seconds;
    }
    return NN_OK;
}

/* @param seconds  [2] of a little and of more */
static nn_status time_both(nn_comm *between, const nni_messages_plan *plan, double *seconds, nn_error *error)
{
    nni_real *values = NULL;
    nni_messages *messages = NULL;
    nn_status status = nn_comm_agree(between, nni_allocate(MORE, sizeof *values, "a trial sum", &values, error), error);
    if (status == NN_OK)
        status = nni_messages_create(between, plan, &messages, error);
    if (status == NN_OK)
        status = time_sums(messages, values, LITTLE, &seconds[0], error);
    if (status == NN_OK)
        status = time_sums(messages, values, MORE, &seconds[1], error);
    nni_messages_free(messages);
    nni_release(values);
    return status;
}

nn_status nni_piece_size_measure(nn_comm *comm, bool apart, nni_wire wire, size_t count, size_t *elements,
                                 nn_error *error)
{
    const nni_hosts *hosts = comm->backend->hosts;
    const nni_messages_plan plan = {
        .element = NNI_REAL, .wire = wire, .library = apart, .most = MORE, .tag = NNI_TAG_PIECES};
    nn_comm *between = apart ? comm : hosts->lane;
    double seconds[2] = {0, 0};
    const nn_status status = between ? time_both(between, &plan, seconds, error) : NN_OK;
    NN_TRY(nn_comm_agree(comm, status, error));
    NN_TRY(nni_comm_max_double(comm, seconds, 2, error));
    const double each = (seconds[1] - seconds[0]) / (MORE - LITTLE), owners = apart ? 1 : (double)hosts->lanes;
    const double wanted = each > 0 ? 19 * seconds[0] / each * owners : (double)count;
    const size_t least = nni_larger(count / MOST, SHORTEST), most = count / FEWEST;
    for (*elements = 1; *elements < least || ((double)*elements < wanted && 2 * *elements <= most);)
        *elements *= 2;
    return NN_OK;
}
