/* SPDX-License-Identifier: MIT */
/** Set of rows, a bit each. */
#ifndef NNI_DATA_ORDER_ROW_SET_H
#define NNI_DATA_ORDER_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

/** Of rows numbered from 0. */
typedef struct nni_row_set {
    size_t words;
    uint64_t word[]; /**< [words] 64 rows each */
} nni_row_set;

/** Makes an empty set of some of so many rows. */
nn_status nni_row_set_create(size_t rows, nni_row_set **set, nn_error *error);

/** NULL is fine. */
void nni_row_set_free(nni_row_set *set);

static inline void nni_row_set_add(nni_row_set *set, size_t row)
{
    set->word[row / 64] |= UINT64_C(1) << row % 64;
}

/** @return whether a row is in the set; NULL has all rows */
static inline bool nni_row_set_has(const nni_row_set *set, size_t row)
{
    return !set || (set->word[row / 64] >> row % 64 & 1);
}

/** @return how many of the rows first .. first + count are in the set; NULL has all rows */
static inline size_t nni_row_set_count(const nni_row_set *set, size_t first, size_t count)
{
    size_t has = 0;
    for (size_t row = first; set && row < first + count; row++)
        has += nni_row_set_has(set, row);
    return set ? has : count;
}

#endif
