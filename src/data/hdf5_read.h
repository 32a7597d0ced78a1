/** Rows of an HDF5 dataset, block by block. */
#ifndef NN_DATA_HDF5_READ_H
#define NN_DATA_HDF5_READ_H

#include "data/hdf5_file.h"

/** A run of rows of one dataset. */
typedef struct nn_hdf5_rows {
    hid_t file;
    const char *path, *name;
    const nn_hdf5_layout *layout;
    nn_element element;    /**< what to read as */
    uint64_t first, count; /**< rows of this rank; count may be 0 */
} nn_hdf5_rows;

/**
 * Takes one block.
 *
 * @param values  [count, row_values] of the element asked for
 * @param first   row of the file the block begins with
 */
typedef nn_status nn_hdf5_take(void *context, const void *values, uint64_t first, size_t count, nn_error *error);

/** Reads each rank's rows and hands them on. Collective and agreed: all ranks return the same. */
nn_status nn_hdf5_read(const nn_hdf5_rows *rows, nn_comm *comm, nn_hdf5_take *take, void *context, nn_error *error);

#endif
