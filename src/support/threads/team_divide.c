/* SPDX-License-Identifier: MIT */
#include "support/threads/team.h"

typedef struct division {
    size_t count, unit;
    nni_team_share *share;
    void *context;
} division;

static void do_share(void *context, size_t thread, size_t threads)
{
    const division *d = context;
    const nni_partition units = nni_partition_of((d->count + d->unit - 1) / d->unit, thread, threads);
    const size_t first = units.first * d->unit, end = (units.first + units.count) * d->unit;
    const size_t from = first < d->count ? first : d->count;
    d->share(d->context, (nni_partition){from, (end < d->count ? end : d->count) - from});
}

void nni_team_divide(size_t count, size_t unit, nni_team_share *share, void *context)
{
    nni_team_run(nni_team_size(), do_share, &(division){count, unit, share, context});
}
