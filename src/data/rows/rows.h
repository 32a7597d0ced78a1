/** A row on its way to a batch. */
#ifndef NNI_DATA_ROWS_ROWS_H
#define NNI_DATA_ROWS_ROWS_H

#include "data/dataset/dataset.h"

/** Bytes of a batch from which on threads share its rows: waking them costs some microseconds, what one core copies in
 * as many tens of kilobytes. */
enum { NNI_ROWS_WORTH_THREADS = 128 << 10 };

/** Where a row lies. */
static inline const void *nni_dataset_at(const nni_dataset *dataset, const nni_rows *rows, size_t row)
{
    return (const char *)rows->x + row * nni_dataset_row_bytes(dataset);
}

/** @return row of the file, carved off or not, that this rank's slice i begins with; i may be the number of slices */
static inline size_t nni_dataset_file_row(const nni_dataset *dataset, size_t i)
{
    return nni_slices_first_row(dataset->whole, dataset->first_slice + i);
}

/** @return row of the split, over all ranks, that a slice begins with; the number of slices gives all rows */
static inline size_t nni_dataset_slice_first(const nni_dataset *dataset, size_t slice)
{
    return dataset->slice_first ? dataset->slice_first[slice] : nni_slices_first_row(dataset->slices, slice);
}

/** @return row of this rank, counted among its own, that its slice i begins with; i may be the number of its slices */
static inline size_t nni_dataset_slice_begin(const nni_dataset *dataset, size_t i)
{
    return nni_dataset_slice_first(dataset, dataset->first_slice + i) - dataset->first_row;
}

/** Has a row that will be read soon come nearer, from memory into the level 2 cache. */
void nni_dataset_fetch(const nni_dataset *dataset, const nni_rows *rows, size_t row);

/** to [features] = one row as nni_dataset_convert gives it; without threads. */
void nni_dataset_row(const nni_dataset *dataset, const nni_rows *rows, size_t row, nni_real *to);

#endif
