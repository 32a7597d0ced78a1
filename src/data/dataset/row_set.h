/** A set of rows, a bit for each. */
#ifndef NNI_DATA_DATASET_ROW_SET_H
#define NNI_DATA_DATASET_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NN_BITS_WORD = 64 };

/** @return words of a set of so many rows */
static inline size_t nn_bits_words(size_t rows)
{
    return rows / NN_BITS_WORD + 1;
}

static inline bool nn_bits_has(const uint64_t *bits, size_t row)
{
    return bits[row / NN_BITS_WORD] >> row % NN_BITS_WORD & 1;
}

static inline void nn_bits_add(uint64_t *bits, size_t row)
{
    bits[row / NN_BITS_WORD] |= UINT64_C(1) << row % NN_BITS_WORD;
}

#endif
