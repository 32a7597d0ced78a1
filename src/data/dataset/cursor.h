/* SPDX-License-Identifier: MIT */
/** A pass over the rows of a rank in the order of their files, from memory or read ahead from there. */
#ifndef NNI_DATA_DATASET_CURSOR_H
#define NNI_DATA_DATASET_CURSOR_H

#include "data/dataset/dataset.h"

/** A way through this rank's rows in the order of the file, wherever they are. */
typedef struct nni_cursor nni_cursor;

/** @param most  rows that are given at a time, at most; at least 1. @param dataset  borrowed, with its targets as they
 * shall come */
nn_status nni_cursor_create(const nni_dataset *dataset, size_t most, nni_cursor **cursor, nn_error *error);
void nni_cursor_free(nni_cursor *cursor);

/**
 * The next rows. Local; the next ones in the file are read meanwhile.
 *
 * @param rows  receives them, valid until the next call; count 0 behind the last row, after which it begins anew
 * @return NN_DATA where the file can no longer be read
 */
nn_status nni_cursor_next(nni_cursor *cursor, nni_rows *rows, nn_error *error);

#endif
