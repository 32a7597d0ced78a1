/* SPDX-License-Identifier: MIT */
/**
 * Philox4x32-10 as in support/philox.c, a vector of counters at a time; not a header of declarations. The including
 * file brings the vectors of its instruction set, wide_words.h.
 *
 * A lane of 64 bits holds a word in its lower half and anything in its upper one, which the multiplication leaves out
 * of account: so a round needs no word moved to another lane. The compiler, left alone, moves all of them and is half
 * as fast or less.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    WIDE_LANES = sizeof(wide_words) / 8,
    COUNTERS = 64, /* whose words are found at a time */
};

/* c[k] = word k of the counters c[1] << 32 | c[0]. */
static inline void philox_lanes(const uint32_t key[2], uint64_t stream, wide_words counter, wide_words c[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    c[0] = counter, c[1] = counter >> 32;
    c[2] = stream + (wide_words){0}, c[3] = (stream >> 32) + (wide_words){0};
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        const wide_words product0 = wide_product(c[0], 0xD2511F53), product1 = wide_product(c[2], 0xCD9E8D57);
        c[0] = (product1 >> 32) ^ c[1] ^ (uint64_t)k0;
        c[2] = (product0 >> 32) ^ c[3] ^ (uint64_t)k1;
        c[1] = product1;
        c[3] = product0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* Word k of counter index + b in words[k][b], b < count; the rest of a vector is written too. */
static inline void philox_words(const uint32_t key[2], uint64_t stream, uint64_t index, size_t count,
                                uint32_t words[4][COUNTERS])
{
    wide_words lane = {0};
    for (size_t l = 0; l < WIDE_LANES; l++)
        lane[l] = 2 * l;
    for (size_t b = 0; b < count; b += 2 * (size_t)WIDE_LANES) {
        wide_words even[4], odd[4];
        philox_lanes(key, stream, index + b + lane, even);
        philox_lanes(key, stream, index + b + 1 + lane, odd);
        /* Of a lane's two halves the lower one comes first in memory, or on some processors the upper one. */
        const bool lower_first = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
        const wide_words *const lower = lower_first ? even : odd, *const upper = lower_first ? odd : even;
        for (size_t k = 0; k < 4; k++) {
            const wide_words both = (lower[k] & UINT32_MAX) | upper[k] << 32;
            memcpy(&words[k][b], &both, sizeof both);
        }
    }
}
