/* SPDX-License-Identifier: MIT */
/** Rows of a dataset that are texts, or of a field of records that is one. */
#ifndef NNI_HDF5_STRINGS_H
#define NNI_HDF5_STRINGS_H

#include "hdf5/rows.h"

/** Bytes of the longest text that is a class. */
enum { NNI_LABEL_MOST = 255 };

/** Takes one text. @param row  of the file */
typedef nn_status nni_hdf5_take_text(void *context, const char *text, uint64_t row, nn_error *error);

/** Allocates the buffer for texts of some rows at a time, of a table whose layout says that it holds texts. */
nn_status nni_hdf5_strings_open(nni_hdf5_table *table, nn_error *error);
void nni_hdf5_strings_close(nni_hdf5_table *table);

/**
 * Reads the texts of rows [first, first + count): of a fixed length, without what they are padded with, or of any.
 * Local.
 *
 * @return NN_DATA naming the row whose text is empty or longer than NNI_LABEL_MOST bytes
 */
nn_status nni_hdf5_strings_read(const nni_hdf5_table *table, uint64_t first, uint64_t count, nni_hdf5_take_text *take,
                                void *context, nn_error *error);

#endif
