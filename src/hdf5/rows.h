/* SPDX-License-Identifier: MIT */
/** Rows of an HDF5 dataset: which ones, what they become in memory, and the dataset that is open for reading them. */
#ifndef NNI_HDF5_ROWS_H
#define NNI_HDF5_ROWS_H

#include <hdf5.h>

#include "hdf5/files.h"
#include "hdf5/layout.h"
#include "nntrain/status.h"

typedef struct nni_hdf5_rows nni_hdf5_rows;

/** How the column of targets becomes classes while it is read. Zeroed: its numbers are the classes. */
typedef struct nni_hdf5_class_map {
    /** The class of a row's text. */
    nn_status (*of_text)(const nni_hdf5_rows *rows, const char *text, uint64_t row, int64_t *class, nn_error *error);
    /** Numbers of the file, [count] from row `first` on, into classes, in place; NULL: they are the classes. */
    nn_status (*of_numbers)(const nni_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count, nn_error *error);
    const void *context; /**< borrowed */
} nni_hdf5_class_map;

/** A run of rows of one dataset, in one file or in several. */
struct nni_hdf5_rows {
    hid_t file;
    const nni_files *files; /**< several, whose rows follow each other; NULL: file alone */
    const char *path, *name;
    const nni_hdf5_layout *layout;
    nni_hdf5_columns columns;   /**< that the layout is of */
    nni_element element;        /**< what to read as; NNI_INT64 where there is a class map */
    nni_hdf5_class_map classes; /**< of targets that are texts, or numbers that stand for classes */
    uint64_t first, count;      /**< rows of this rank; count may be 0 */
    void *to;                   /**< [count, row_values] of element, which nni_hdf5_read fills; NULL: no row is kept */
};

/** A dataset of one file that is open for reading. Owns its handles. */
typedef struct nni_hdf5_table {
    nni_hdf5_rows rows; /**< what the table is of; strings and layout borrowed */
    hid_t dataset, space, transfer;
    bool collective;   /**< ranks read together */
    hid_t text_type;   /**< of rows that are texts, which are read some at a time: */
    void *text_buffer; /**< [text_rows] of that type */
    size_t text_rows;
} nni_hdf5_table;

/** @return a table that is closed */
static inline nni_hdf5_table nni_hdf5_table_closed(void)
{
    return (nni_hdf5_table){.dataset = H5I_INVALID_HID,
                            .space = H5I_INVALID_HID,
                            .transfer = H5I_INVALID_HID,
                            .text_type = H5I_INVALID_HID};
}

#endif
