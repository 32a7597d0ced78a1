/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/noise.h"

#include "kernels/elementwise/elementwise_kernels.h"

size_t nni_noise_blocks(size_t count)
{
    const size_t whole = count / NNI_NOISE_VALUES * nni_noise_part(NNI_NOISE_VALUES);
    return whole + nni_noise_part(count % NNI_NOISE_VALUES);
}

void nni_noise_add(nni_real *values, size_t count, nni_real deviation, const uint32_t key[2], uint64_t stream,
                   uint64_t index)
{
    const nni_noise_row row = {
        .key = {key[0], key[1]},
        .stream = stream,
        .index = index,
        .deviation = deviation,
    };
    nni_elementwise_kernels_in_use()->noise_row(values, count, &row);
}
