/* SPDX-License-Identifier: MIT */
#include "train/callbacks/imbalance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/extremes.h"

/* Shares of the batch that differ by a row or two and a core that is slower by its neighbours' heat stay below. */
static const double much = 0.1;

nni_rank_time nni_balance_time(const nni_timeline *timeline)
{
    const double *of = timeline->totals;
    return (nni_rank_time){
        .compute = of[NNI_SPAN_LOAD] + of[NNI_SPAN_FORWARD] + of[NNI_SPAN_LOSS] + of[NNI_SPAN_BACKWARD] +
                   of[NNI_SPAN_UPDATE] + of[NNI_SPAN_EVALUATE],
        .wait = of[NNI_SPAN_WAIT],
        .io = of[NNI_SPAN_READ] + of[NNI_SPAN_CHECKPOINT],
    };
}

static nni_spread spread_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, nni_compare_doubles);
    return (nni_spread){
        .least = values[0],
        .median = 0.5 * (values[(count - 1) / 2] + values[count / 2]),
        .most = values[count - 1],
    };
}

nni_balance nni_balance_find(const nni_rank_time *ranks, size_t count, double *scratch)
{
    nni_balance balance = {.slowest = 0};
    for (size_t r = 0; r < count; r++) {
        scratch[r] = ranks[r].compute;
        if (ranks[r].compute > ranks[balance.slowest].compute)
            balance.slowest = r;
    }
    balance.compute = spread_of(scratch, count);
    for (size_t r = 0; r < count; r++)
        scratch[r] = ranks[r].wait;
    balance.wait = spread_of(scratch, count);
    for (size_t r = 0; r < count; r++)
        scratch[r] = ranks[r].io;
    balance.io = spread_of(scratch, count);
    if (balance.compute.median > 0)
        balance.excess = balance.compute.most / balance.compute.median - 1;
    balance.held_up = balance.excess > much;
    return balance;
}

/* Three figures with the unit and the digits that suit the largest: "12.1 / 12.3 / 14.9 s", "3.1 / 3.3 / 8.0 ms". */
static void describe_spread(const nni_spread *spread, char text[64])
{
    const double unit = spread->most < 0.9995 ? 1e3 : 1;
    const double most = unit * spread->most;
    const int decimals = most < 9.995 ? 2 : most < 99.95 ? 1 : 0;
    snprintf(text, 64, "%.*f / %.*f / %.*f %s", decimals, unit * spread->least, decimals, unit * spread->median,
             decimals, most, unit > 1 ? "ms" : "s");
}

void nni_balance_describe(const nni_balance *balance, size_t count, char text[NNI_BALANCE_TEXT])
{
    char compute[64], wait[64], io[64];
    describe_spread(&balance->compute, compute);
    describe_spread(&balance->wait, wait);
    describe_spread(&balance->io, io);
    snprintf(text, NNI_BALANCE_TEXT, "compute %s, wait %s, I/O %s (min / median / max of %zu ranks)", compute, wait, io,
             count);
}

void nni_balance_describe_slowest(const nni_balance *balance, const nni_rank_time *ranks, char text[NNI_BALANCE_TEXT])
{
    char excess[64] = "";
    if (balance->held_up)
        snprintf(excess, sizeof excess, ", %.0f %% above the median: it holds the others up", 100 * balance->excess);
    snprintf(text, NNI_BALANCE_TEXT, "slowest: rank %zu on %s%s", balance->slowest, ranks[balance->slowest].host,
             excess);
}
