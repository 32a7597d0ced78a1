/* SPDX-License-Identifier: MIT */
/** Reads rows of a dataset that lies in one file. */
#ifndef NNI_HDF5_TABLE_H
#define NNI_HDF5_TABLE_H

#include "comm/comm.h"
#include "hdf5/rows.h"

/**
 * Opens rows.file's dataset for reading rows of it at any place. Local.
 *
 * @param comm  the ranks that read together, where HDF5 does that; NULL: this process alone
 * @param step  rows that will be read at a time, about: chunks of more rows are kept unpacked
 */
nn_status nni_hdf5_table_open(const nni_hdf5_rows *rows, const nn_comm *comm, uint64_t step, nni_hdf5_table *table,
                              nn_error *error);
void nni_hdf5_table_close(nni_hdf5_table *table);

/**
 * Reads rows [first, first + count) of the file; a count of 0 still takes part in a collective transfer.
 *
 * @param values  [count, row_values] of the element the table was opened for
 */
nn_status nni_hdf5_table_read(const nni_hdf5_table *table, uint64_t first, uint64_t count, void *values,
                              nn_error *error);

#endif
