/* SPDX-License-Identifier: MIT */
/** Some columns of a dataset: fields of records by their names, columns of a table by their numbers. */
#ifndef NNI_HDF5_COLUMNS_H
#define NNI_HDF5_COLUMNS_H

#include <hdf5.h>

#include "hdf5/layout.h"
#include "nntrain/status.h"

/**
 * Describes the columns chosen of a dataset whose shape is described. Local.
 *
 * Records: one dimension of them, whose fields chosen are numbers or arrays of these, of different types as
 * nni_element_common says. Tables: two dimensions; numbers from 0, and ranges such as 3:7, in the order of the file.
 *
 * @param texts   a single field may be a text
 * @param layout  row_values, element, integer, file_size and type become those of the columns
 * @return NN_DATA naming the column that is not there, with those there are, or that holds no number
 */
nn_status nni_hdf5_describe_columns(hid_t dataset, const char *path, const char *name, const nni_hdf5_columns *columns,
                                    bool texts, nni_hdf5_layout *layout, nn_error *error);

/** @return what a field of records holds, or its array holds; to be closed */
hid_t nni_hdf5_field_value(hid_t dataset, const char *field);

/** @return a type of the fields alone, their values as `native`, without gaps; to be closed */
hid_t nni_hdf5_fields_type(hid_t dataset, const nni_hdf5_columns *columns, hid_t native);

/** Selects rows [first, first + count) of the columns of a table. */
bool nni_hdf5_select_columns(hid_t space, const nni_hdf5_columns *columns, hsize_t first, hsize_t count);

#endif
