/** Orders of rows: keyed bijections on 0 .. count-1, any position of which is computed directly. */
#ifndef NNI_DATA_ORDER_SHUFFLE_H
#define NNI_DATA_ORDER_SHUFFLE_H

#include <stdint.h>

#include "support/philox.h"

enum { NN_SHUFFLE_ROUNDS = 8 };

typedef struct nn_shuffle {
    uint64_t count;
    uint64_t left_mask, right_mask;
    unsigned right_bits;
    uint64_t key[NN_SHUFFLE_ROUNDS];
} nn_shuffle;

/** The order of one slice in one epoch. */
nn_shuffle nn_shuffle_of(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice);

/** The order of one window of a slice; nn_shuffle_of is that of window 0, the only one of a small slice. */
nn_shuffle nn_shuffle_of_window(uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice, uint64_t window);

/** The same of a purpose of its own; nn_shuffle_of is that of NN_RANDOM_SHUFFLE. */
nn_shuffle nn_shuffle_for(nn_random_purpose purpose, uint64_t count, uint64_t seed, uint64_t epoch, uint64_t slice);

/** @return the row that comes at a position, both in 0 .. count-1 */
uint64_t nn_shuffle_row(const nn_shuffle *shuffle, uint64_t position);

#endif
