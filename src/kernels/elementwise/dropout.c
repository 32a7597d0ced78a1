/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/dropout.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "support/philox.h"
#include "support/threads/team.h"

typedef struct masking {
    const nni_elementwise_kernels *kernels;
    nni_dropout_row row;
    const uint64_t *samples;
    nni_real *mask;
    size_t columns;
} masking;

static void mask_rows(void *context, nni_partition rows)
{
    const masking *m = context;
    const uint64_t counters = m->columns / 4 + (m->columns % 4 > 0);
    for (size_t i = rows.first; i < rows.first + rows.count; i++) {
        nni_dropout_row row = m->row;
        row.index = m->samples[i] * counters;
        m->kernels->dropout_row(m->mask + i * m->columns, m->columns, &row);
    }
}

void nni_dropout_mask(nni_real *mask, const uint64_t *samples, size_t rows, size_t columns, uint64_t seed,
                      uint64_t epoch, size_t layer, double rate)
{
    const double words = rate * 0x1p32 + 0.5; /* that drop */
    masking m = {.kernels = nni_elementwise_kernels_in_use(),
                 .row = {.stream = (uint64_t)layer << 48 ^ epoch,
                         .threshold = words < 0x1p32 ? (uint32_t)words : UINT32_MAX,
                         .kept = (nni_real)(1 / (1 - rate))},
                 .samples = samples,
                 .mask = mask,
                 .columns = columns};
    nni_random_key(seed, NNI_RANDOM_DROPOUT, m.row.key);
    /* A word takes a core about a nanosecond, and waking a thread 5 to 10 us. */
    nni_team_divide_work(rows * columns, 16384, rows, 1, mask_rows, &m);
}

typedef struct product {
    const nni_real *values, *mask;
    nni_real *out;
} product;

static void apply_share(void *context, nni_partition share)
{
    const product *p = context;
    const nni_real *values = p->values, *mask = p->mask;
    nni_real *out = p->out;
#pragma omp simd
    for (size_t i = share.first; i < share.first + share.count; i++)
        out[i] = values[i] * mask[i];
}

void nni_dropout_apply(const nni_real *values, const nni_real *mask, nni_real *out, size_t count)
{
    const size_t worth_threads = 32768;
    nni_team_divide_work(count, worth_threads, count, NNI_TEAM_LINE, apply_share, &(product){values, mask, out});
}
