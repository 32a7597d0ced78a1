/** One dataset that lies in several files, read as if it lay in one. */
#ifndef NNI_HDF5_MULTI_FILE_H
#define NNI_HDF5_MULTI_FILE_H

#include "hdf5/table.h"

/** Makes a table over rows.files, each of which is opened when a row of it is first wanted. Local. */
nn_status nni_hdf5_multi_file_open(nni_hdf5_table *table, uint64_t step, nn_error *error);
void nni_hdf5_multi_file_close(nni_hdf5_table *table);

/** What is to be done with rows [first, first + count) of one file, which are `offset` rows behind those asked for. */
typedef nn_status nni_hdf5_visit(void *context, const nni_hdf5_table *part, uint64_t first, uint64_t count,
                                 uint64_t offset, nn_error *error);

/** Goes through rows [first, first + count) file by file. NN_DATA where one of them is no longer what it was. */
nn_status nni_hdf5_multi_file_visit(const nni_hdf5_table *table, uint64_t first, uint64_t count, nni_hdf5_visit *visit,
                                    void *context, nn_error *error);

#endif
