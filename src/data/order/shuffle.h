/* SPDX-License-Identifier: MIT */
/** Orders of rows: keyed bijections on 0 .. count-1, any position of which is computed directly. */
#ifndef NNI_DATA_ORDER_SHUFFLE_H
#define NNI_DATA_ORDER_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

#include "support/philox.h"

enum { NNI_SHUFFLE_ROUNDS = 8 };

typedef struct nni_shuffle {
    uint64_t count;
    uint64_t left_mask, right_mask;
    unsigned right_bits;
    uint64_t key[NNI_SHUFFLE_ROUNDS];
} nni_shuffle;

/** The order of one slice in one epoch. */
nni_shuffle nni_shuffle_of(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice);

/** The order of one window of a slice; nni_shuffle_of is that of window 0, the only one of a small slice. */
nni_shuffle nni_shuffle_of_window(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice, uint64_t window);

/** The same of a purpose of its own; nni_shuffle_of is that of NNI_RANDOM_SHUFFLE. */
nni_shuffle nni_shuffle_for(nni_random_purpose purpose, uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice);

/** @return the row that comes at a position, both in 0 .. count-1 */
uint64_t nni_shuffle_row(const nni_shuffle *shuffle, uint64_t position);

/** The same of `count` positions from the first on, in half the time. @param rows  [count] receives them */
void nni_shuffle_rows(const nni_shuffle *shuffle, uint64_t first, size_t count, uint64_t *rows);

#endif
