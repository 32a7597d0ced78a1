/** Which rows of the file a split has, where some were carved off. */
#ifndef NNI_DATA_ORDER_SPLIT_ROWS_H
#define NNI_DATA_ORDER_SPLIT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/dataset/dataset.h"
#include "data/order/row_set.h"

/** Rows are those of the file that belong to this rank, counted from its first one. */
struct nni_split_rows {
    uint64_t *rows; /**< set of the rows that the split has; owned */
};

/** Makes a part of so many rows of the file, with none of them in it. */
nn_status nni_split_rows_create(size_t rows, nni_split_rows **part, nn_error *error);
void nni_split_rows_free(nni_split_rows *part);

/** @return whether the split has a row; a part of NULL has them all */
static inline bool nni_split_rows_has(const nni_split_rows *part, size_t row)
{
    return !part || nni_row_set_has(part->rows, row);
}

/** @return how many of the rows first .. first + count it has */
static inline size_t nni_split_rows_count(const nni_split_rows *part, size_t first, size_t count)
{
    size_t has = 0;
    for (size_t row = first; part && row < first + count; row++)
        has += nni_split_rows_has(part, row);
    return part ? has : count;
}

#endif
