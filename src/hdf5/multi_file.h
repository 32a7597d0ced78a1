/* SPDX-License-Identifier: MIT */
/** One dataset that lies in one file or in several, read as if it lay in one. */
#ifndef NNI_HDF5_MULTI_FILE_H
#define NNI_HDF5_MULTI_FILE_H

#include "comm/comm.h"
#include "hdf5/rows.h"

typedef struct nni_hdf5_multi_file nni_hdf5_multi_file;

/** A dataset that is open for reading. Owns its handles. */
typedef struct nni_hdf5_reader {
    nni_hdf5_table table;       /**< of the one file; of several files its `rows` alone */
    nni_hdf5_multi_file *parts; /**< of several files; NULL: there is one */
} nni_hdf5_reader;

/** @return a reader that is closed */
static inline nni_hdf5_reader nni_hdf5_reader_closed(void)
{
    return (nni_hdf5_reader){.table = nni_hdf5_table_closed()};
}

/** Opens rows.file's dataset as nni_hdf5_table_open does; of rows.files each one when a row of it is first wanted. */
nn_status nni_hdf5_reader_open(const nni_hdf5_rows *rows, const nn_comm *comm, uint64_t step, nni_hdf5_reader *reader,
                               nn_error *error);
void nni_hdf5_reader_close(nni_hdf5_reader *reader);

/** Reads rows [first, first + count), counted over all files, as nni_hdf5_table_read does. */
nn_status nni_hdf5_reader_read(const nni_hdf5_reader *reader, uint64_t first, uint64_t count, void *values,
                               nn_error *error);

/** What is to be done with rows [first, first + count) of one file, which are `offset` rows behind those asked for. */
typedef nn_status nni_hdf5_take_part(void *context, const nni_hdf5_table *part, uint64_t first, uint64_t count,
                                     uint64_t offset, nn_error *error);

/** Goes through rows [first, first + count) file by file. NN_DATA where one of several is no longer what it was. */
nn_status nni_hdf5_reader_visit(const nni_hdf5_reader *reader, uint64_t first, uint64_t count, nni_hdf5_take_part *take,
                                void *context, nn_error *error);

#endif
