/* SPDX-License-Identifier: MIT */
/**
 * Windows of a training split whose rows stay in the file, read ahead: of every slice the window in work and the one
 * that follows are in memory, or on their way there.
 */
#ifndef NNI_DATA_LOADING_STREAM_H
#define NNI_DATA_LOADING_STREAM_H

#include "data/dataset/dataset.h"
#include "data/order/order.h"

typedef struct nni_stream nni_stream;

/** Takes the memory of all windows. @param dataset  one whose rows stay in the file; borrowed */
nn_status nni_stream_create(const nni_dataset *dataset, uint64_t seed, nni_stream **stream, nn_error *error);
void nni_stream_free(nni_stream *stream);

/** Has a window of this rank's slice i read, and the one after it, unless they are read already. */
void nni_stream_seek(nni_stream *stream, size_t i, uint64_t epoch, size_t window);

/** Waits for the window that was sought. @param rows  receives its rows, by the numbers nni_order_index gives */
nn_status nni_stream_window(nni_stream *stream, size_t i, nni_rows *rows, nn_error *error);

#endif
