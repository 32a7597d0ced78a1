/* SPDX-License-Identifier: MIT */
/**
 * Philox4x32-10, a counter-based random number generator.
 *
 * J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11. A number is a pure
 * function of key and counter, so initial weights and shuffles are the same whoever computes them, in whatever order.
 */
#ifndef NNI_SUPPORT_PHILOX_H
#define NNI_SUPPORT_PHILOX_H

#include <stdint.h>

/** What random numbers are for; part of the key, so that no two uses share a stream. */
typedef enum nni_random_purpose {
    NNI_RANDOM_WEIGHTS = 1,
    NNI_RANDOM_SHUFFLE = 2,
    NNI_RANDOM_GENERATE = 3,
    NNI_RANDOM_DROPOUT = 4,
    NNI_RANDOM_SPLIT = 5,
    NNI_RANDOM_AUGMENT = 6,
    NNI_RANDOM_BLOCKS = 7,
    NNI_RANDOM_BOOTSTRAP = 8,
} nni_random_purpose;

typedef struct nni_philox_block {
    uint32_t word[4];
} nni_philox_block;

/** The ten-round bijection itself. */
nni_philox_block nni_philox(const uint32_t counter[4], const uint32_t key[2]);

/**
 * The key of a seed and a purpose: distinct purposes have distinct keys for one seed, and seeds that differ by small
 * numbers do not meet another purpose's keys.
 */
void nni_random_key(uint64_t seed, nni_random_purpose purpose, uint32_t key[2]);

/**
 * Four random words for one use.
 *
 * @param seed    of the recipe
 * @param stream  e.g. a layer, or epoch << 32 | slice
 * @param index   e.g. a parameter index
 */
nni_philox_block nni_random_block(uint64_t seed, nni_random_purpose purpose, uint64_t stream, uint64_t index);

/** A uniform double in (0, 1) from two words: never 0, so that its logarithm is finite. */
double nni_uniform(uint32_t high, uint32_t low);

/** A pair of standard normal deviates from one block (Box and Muller, 1958). */
void nni_normal_pair(nni_philox_block block, double pair[2]);

#endif
