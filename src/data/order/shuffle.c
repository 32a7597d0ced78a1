/* SPDX-License-Identifier: MIT */
#include "data/order/shuffle.h"

static nni_shuffle shuffle_for(nni_random_purpose purpose, uint64_t count, uint64_t seed, uint64_t stream,
                               uint64_t window)
{
    unsigned bits = 0;
    while (bits < 64 && (count - 1) >> bits)
        bits++;
    nni_shuffle shuffle = {.count = count, .right_bits = bits - bits / 2};
    shuffle.left_mask = (UINT64_C(1) << bits / 2) - 1;
    shuffle.right_mask = (UINT64_C(1) << shuffle.right_bits) - 1;
    for (unsigned i = 0; i < NNI_SHUFFLE_ROUNDS; i += 2) {
        nni_philox_block block = nni_random_block(seed, purpose, stream, window * (NNI_SHUFFLE_ROUNDS / 2) + i / 2);
        shuffle.key[i] = (uint64_t)block.word[0] << 32 | block.word[1];
        shuffle.key[i + 1] = (uint64_t)block.word[2] << 32 | block.word[3];
    }
    return shuffle;
}

nni_shuffle nni_shuffle_for(nni_random_purpose purpose, uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice)
{
    return shuffle_for(purpose, count, seed, epoch << 32 | slice, 0);
}

nni_shuffle nni_shuffle_of_window(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice, uint64_t window)
{
    return shuffle_for(NNI_RANDOM_SHUFFLE, count, seed, epoch << 32 | slice, window);
}

nni_shuffle nni_shuffle_of(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice)
{
    return nni_shuffle_of_window(count, seed, epoch, slice, 0);
}

/* Two multiplications mix every bit of a half into the upper word: the randomness is in the keys, which Philox gives,
 * and a row must cost less to find than to copy. */
static inline uint64_t mix(uint64_t half, uint64_t key)
{
    uint64_t hash = (half ^ key) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
    hash *= UINT64_C(0xD6E8FEB86659FD93);
    return hash >> 32;
}

/* A Feistel network permutes a power of two below 2 count (halves differ by a bit where its exponent is odd). */
static inline uint64_t walk(const nni_shuffle *shuffle, uint64_t value)
{
    uint64_t left = value >> shuffle->right_bits, right = value & shuffle->right_mask;
#pragma GCC unroll 4
    for (int round = 0; round < NNI_SHUFFLE_ROUNDS; round += 2) {
        left ^= mix(right, shuffle->key[round]) & shuffle->left_mask;
        right ^= mix(left, shuffle->key[round + 1]) & shuffle->right_mask;
    }
    return left << shuffle->right_bits | right;
}

/* Walking the cycle of a value until it is in range restricts the network to a bijection of 0 .. count-1 (Black,
 * Rogaway, CT-RSA 2002), in fewer than 2 walks on average. All rows make their first walk before any makes its second:
 * how many there are no processor foresees, and it would have begun the next row's for nothing. */
void nni_shuffle_rows(const nni_shuffle *shuffle, uint64_t first, size_t count, uint64_t *rows)
{
    for (size_t i = 0; i < count; i++)
        rows[i] = walk(shuffle, first + i);
    for (size_t i = 0; i < count; i++)
        while (rows[i] >= shuffle->count)
            rows[i] = walk(shuffle, rows[i]);
}

uint64_t nni_shuffle_row(const nni_shuffle *shuffle, uint64_t position)
{
    uint64_t row;
    nni_shuffle_rows(shuffle, position, 1, &row);
    return row;
}
