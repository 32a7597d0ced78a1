/* SPDX-License-Identifier: MIT */
/** Reads all rows of a rank once, block by block, and strings of a dataset. */
#ifndef NNI_HDF5_READ_H
#define NNI_HDF5_READ_H

#include "comm/comm.h"
#include "hdf5/rows.h"
#include "hdf5/strings.h"
#include "support/string_set.h"

/**
 * Takes one block.
 *
 * @param values  [count, row_values] of the element asked for, in their place where rows have one
 * @param first   row of the file the block begins with
 */
typedef nn_status nni_hdf5_take(void *context, const void *values, uint64_t first, size_t count, nn_error *error);

/** Reads each rank's rows and hands them on. Collective and agreed: all ranks return the same. */
nn_status nni_hdf5_read(const nni_hdf5_rows *rows, nn_comm *comm, nni_hdf5_take *take, void *context, nn_error *error);

/** @return rows that nni_hdf5_read reads at a time. @param row_bytes  in memory */
uint64_t nni_hdf5_read_step(const nni_hdf5_layout *layout, size_t row_bytes);

/**
 * Reads the texts of rows that hold texts, and hands them on one by one. Local.
 *
 * @return NN_DATA naming the row whose text is empty or longer than NNI_LABEL_MOST bytes, or what `take` fails with
 */
nn_status nni_hdf5_read_strings(const nni_hdf5_rows *rows, nni_hdf5_take_text *take, void *context, nn_error *error);

/** Reads a dataset [rows] of distinct texts into an empty set. Local. Anything else of that name, and nothing, leaves
 * the set empty. */
void nni_hdf5_read_string_set(hid_t file, const char *name, nni_string_set *strings);

#endif
