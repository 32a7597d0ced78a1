/** Rows of an HDF5 dataset, block by block. */
#ifndef NNI_HDF5_TABLE_H
#define NNI_HDF5_TABLE_H

#include "hdf5/file.h"

typedef struct nni_files nni_files;                     /* see files.h */
typedef struct nni_hdf5_multi_file nni_hdf5_multi_file; /* see hdf5_parts.h */
typedef struct nni_labels nni_labels;                   /* see labels.h */

/** A run of rows of one dataset. */
typedef struct nni_hdf5_rows {
    hid_t file;
    const nni_files *files; /**< several, whose rows follow each other; NULL: file alone */
    const char *path, *name;
    const nni_hdf5_layout *layout;
    nni_hdf5_columns columns; /**< that the layout is of */
    nni_element element;      /**< what to read as */
    const nni_labels *labels; /**< classes that have names, to be read as NNI_INT64; NULL: numbers as they are */
    uint64_t first, count;    /**< rows of this rank; count may be 0 */
    void *to;                 /**< [count, row_values] of element, which nni_hdf5_read fills; NULL: no row is kept */
} nni_hdf5_rows;

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

/** A dataset that is open for reading. Owns its handles. */
typedef struct nni_hdf5_table {
    nni_hdf5_rows rows; /**< what the table is of; strings and layout borrowed */
    hid_t dataset, space, transfer;
    bool collective; /**< ranks read together */
    hid_t text_type; /**< of rows that are texts, which come in pieces: */
    void *text_room; /**< [text_rows] of that type */
    size_t text_rows;
    nni_hdf5_multi_file *parts; /**< of several files, which are read in its place; NULL: there is one */
} nni_hdf5_table;

/** @return a table that is closed */
static inline nni_hdf5_table nni_hdf5_table_closed(void)
{
    return (nni_hdf5_table){.dataset = H5I_INVALID_HID,
                            .space = H5I_INVALID_HID,
                            .transfer = H5I_INVALID_HID,
                            .text_type = H5I_INVALID_HID};
}

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
