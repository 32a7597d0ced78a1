/** A set of rows, a bit for each. */
#ifndef NNI_DATA_ORDER_ROW_SET_H
#define NNI_DATA_ORDER_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NNI_ROW_SET_WORD = 64 };

/** @return words of a set of so many rows */
static inline size_t nni_row_set_words(size_t rows)
{
    return rows / NNI_ROW_SET_WORD + 1;
}

static inline bool nni_row_set_has(const uint64_t *bits, size_t row)
{
    return bits[row / NNI_ROW_SET_WORD] >> row % NNI_ROW_SET_WORD & 1;
}

static inline void nni_row_set_add(uint64_t *bits, size_t row)
{
    bits[row / NNI_ROW_SET_WORD] |= UINT64_C(1) << row % NNI_ROW_SET_WORD;
}

#endif
