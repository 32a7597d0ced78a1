/** Which rows of the file a split has, where some were carved off. */
#ifndef NNI_DATA_DATASET_SPLIT_ROWS_H
#define NNI_DATA_DATASET_SPLIT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/dataset/dataset.h"
#include "data/dataset/row_set.h"

/** Rows are those of the file that belong to this rank, counted from its first one. */
struct nn_part {
    uint64_t *rows; /**< set of the rows that the split has; owned */
};

/** Makes a part of so many rows of the file, with none of them in it. */
nn_status nn_part_create(size_t rows, nn_part **part, nn_error *error);
void nn_part_free(nn_part *part);

/** @return whether the split has a row; a part of NULL has them all */
static inline bool nn_part_has(const nn_part *part, size_t row)
{
    return !part || nn_bits_has(part->rows, row);
}

/** @return how many of the rows first .. first + count it has */
static inline size_t nn_part_count(const nn_part *part, size_t first, size_t count)
{
    size_t has = 0;
    for (size_t row = first; part && row < first + count; row++)
        has += nn_part_has(part, row);
    return part ? has : count;
}

#endif
