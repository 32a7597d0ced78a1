/**
 * Windows of a training split whose rows stay in the file, read ahead: of every slice the window in work and the one
 * that follows are in memory, or on their way there.
 */
#ifndef NNI_DATA_LOADING_STREAM_H
#define NNI_DATA_LOADING_STREAM_H

#include "data/order/order.h"

typedef struct nn_stream nn_stream;

/** Takes the memory of all windows. @param dataset  one whose rows stay in the file; borrowed */
nn_status nn_stream_create(const nn_dataset *dataset, uint64_t seed, nn_stream **stream, nn_error *error);
void nn_stream_free(nn_stream *stream);

/** Has a window of this rank's slice i read, and the one after it, unless they are read already. */
void nn_stream_seek(nn_stream *stream, size_t i, uint64_t epoch, size_t window);

/** Waits for the window that was sought. @param rows  receives its rows, by the numbers nn_order_index gives */
nn_status nn_stream_window(nn_stream *stream, size_t i, nn_rows *rows, nn_error *error);

/** @return bytes that the stream of a dataset takes on this rank */
size_t nn_stream_bytes(const nn_dataset *dataset);

#endif
