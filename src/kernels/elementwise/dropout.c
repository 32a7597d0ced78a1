/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/dropout.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "support/philox.h"

void nni_dropout_mask(nni_real *mask, const uint64_t *samples, size_t rows, size_t columns, uint64_t seed,
                      uint64_t epoch, size_t layer, double rate)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    const double words = rate * 0x1p32 + 0.5; /* that drop */
    nni_dropout_row common = {
        .stream = (uint64_t)layer << 48 ^ epoch,
        .threshold = words < 0x1p32 ? (uint32_t)words : UINT32_MAX,
        .kept = (nni_real)(1 / (1 - rate)),
    };
    nni_random_key(seed, NNI_RANDOM_DROPOUT, common.key);
    const uint64_t counters = columns / 4 + (columns % 4 > 0);
    /* A word takes a core about a nanosecond, and waking a thread 5 to 10 us. */
#pragma omp parallel for schedule(static) if (rows * columns >= 16384)
    for (size_t i = 0; i < rows; i++) {
        nni_dropout_row row = common;
        row.index = samples[i] * counters;
        kernels->dropout_row(mask + i * columns, columns, &row);
    }
}

void nni_dropout_apply(const nni_real *values, const nni_real *mask, nni_real *out, size_t count)
{
    const size_t worth_threads = 32768;
#pragma omp parallel for simd if (count >= worth_threads)
    for (size_t i = 0; i < count; i++)
        out[i] = values[i] * mask[i];
}
