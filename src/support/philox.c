/* SPDX-License-Identifier: MIT */
#include "support/philox.h"

#include <math.h>

nni_philox_block nni_philox(const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t product0 = UINT64_C(0xD2511F53) * c0;
        uint64_t product1 = UINT64_C(0xCD9E8D57) * c2;
        c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)product1;
        c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)product0;
        k0 += 0x9E3779B9u; /* golden ratio */
        k1 += 0xBB67AE85u; /* sqrt(3) - 1 */
    }
    return (nni_philox_block){{c0, c1, c2, c3}};
}

void nni_random_key(uint64_t seed, nni_random_purpose purpose, uint32_t key[2])
{
    /* The purpose is folded in by multiplication with an odd constant, 2^64 over the golden ratio. */
    uint64_t keyed = seed ^ ((uint64_t)purpose * UINT64_C(0x9E3779B97F4A7C15));
    key[0] = (uint32_t)keyed, key[1] = (uint32_t)(keyed >> 32);
}

nni_philox_block nni_random_block(uint64_t seed, nni_random_purpose purpose, uint64_t stream, uint64_t index)
{
    uint32_t key[2];
    nni_random_key(seed, purpose, key);
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)};
    return nni_philox(counter, key);
}

double nni_uniform(uint32_t high, uint32_t low)
{
    uint64_t bits = ((uint64_t)high << 32 | low) >> 11; /* the 53 bits a double holds */
    return ((double)bits + 0.5) * 0x1p-53;
}

void nni_normal_pair(nni_philox_block block, double pair[2])
{
    const double two_pi = 6.283185307179586476925286766559;
    double radius = sqrt(-2.0 * log(nni_uniform(block.word[0], block.word[1])));
    double angle = two_pi * nni_uniform(block.word[2], block.word[3]);
    pair[0] = radius * cos(angle);
    pair[1] = radius * sin(angle);
}
