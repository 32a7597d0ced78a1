/* SPDX-License-Identifier: MIT */
/** Numbers of tests that must be the same on every machine. */
#ifndef NN_TESTS_NEXT_RANDOM_H
#define NN_TESTS_NEXT_RANDOM_H

#include <stdint.h>

/** @return the state after this one of a linear congruential generator (Knuth's MMIX), whose upper bits are the random
 * ones */
static inline uint64_t next_random(uint64_t state)
{
    return state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

#endif
