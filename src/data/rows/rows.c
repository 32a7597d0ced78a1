/* SPDX-License-Identifier: MIT */
#include "data/rows/rows.h"

#include <string.h>

#include "kernels/elementwise/convert.h"
#include "support/memory.h"

void nni_row_prefetch(const nni_row_format *format, const nni_rows *rows, size_t row)
{
    /* The processor prefetches what follows in a longer row itself; of short rows level 1 holds those that come. */
    enum { LINE = 64, SHORT = 1024, MOST = 16384 };
    const size_t bytes = nni_row_bytes(format);
    const char *line = nni_row_at(format, rows, row), *end = line + (bytes < MOST ? bytes : MOST);
    for (; bytes <= SHORT && line < end; line += LINE)
        __builtin_prefetch(line, 0, 3);
    for (; line < end; line += LINE)
        __builtin_prefetch(line, 0, 2);
}

void nni_row_convert(const nni_row_format *format, const nni_feature_scaler *scaler, const nni_rows *rows, size_t row,
                     nni_real *to)
{
    const void *from = nni_row_at(format, rows, row);
    if (scaler)
        nni_feature_scaler_apply(scaler, format->element, from, to);
    else
        nni_convert(format->element, from, to, format->features);
}

const nni_real *nni_rows_convert(const nni_row_format *format, const nni_feature_scaler *scaler, const nni_rows *rows,
                                 nni_real *to)
{
    if (format->element == NNI_REAL && !scaler)
        return rows->x;
    const size_t features = format->features;
#pragma omp parallel for schedule(static) if (rows->count * features * sizeof *to > NNI_ROWS_WORTH_THREADS)
    for (size_t row = 0; row < rows->count; row++)
        nni_row_convert(format, scaler, rows, row, to + row * features);
    return to;
}

/* --- buffers --- */

nn_status nni_rows_buffer_create(const nni_row_format *format, size_t capacity, const char *what,
                                 nni_rows_buffer *buffer, nn_error *error)
{
    *buffer = (nni_rows_buffer){.capacity = capacity};
    NN_TRY(nni_reserve(capacity, nni_row_bytes(format), what, &buffer->x, error));
    if (format->target == NNI_TARGET_CLASSES)
        NN_TRY(nni_reserve(capacity, sizeof *buffer->classes, what, &buffer->classes, error));
    if (format->target == NNI_TARGET_VALUES)
        NN_TRY(nni_reserve(capacity, format->outputs * sizeof *buffer->values, what, &buffer->values, error));
    if (format->weighted)
        NN_TRY(nni_reserve(capacity, sizeof *buffer->weights, what, &buffer->weights, error));
    return NN_OK;
}

void nni_rows_buffer_free(nni_rows_buffer *buffer)
{
    nni_release(buffer->x);
    nni_release(buffer->classes);
    nni_release(buffer->values);
    nni_release(buffer->weights);
    *buffer = (nni_rows_buffer){.capacity = 0};
}

void nni_rows_buffer_move(const nni_row_format *format, const nni_rows_buffer *from, size_t source,
                          const nni_rows_buffer *to, size_t target)
{
    const size_t bytes = nni_row_bytes(format), outputs = format->outputs;
    if (from->x == to->x && source == target)
        return;
    memcpy((char *)to->x + target * bytes, (char *)from->x + source * bytes, bytes);
    if (from->classes)
        to->classes[target] = from->classes[source];
    if (from->values)
        memcpy(to->values + target * outputs, from->values + source * outputs, outputs * sizeof *to->values);
    if (from->weights)
        to->weights[target] = from->weights[source];
}

nni_rows nni_rows_of_buffer(const nni_row_format *format, const nni_rows_buffer *buffer, size_t first, size_t count,
                            size_t number)
{
    return (nni_rows){
        .first = number,
        .count = count,
        .x = (const char *)buffer->x + first * nni_row_bytes(format),
        .classes = buffer->classes ? buffer->classes + first : NULL,
        .values = buffer->values ? buffer->values + first * format->outputs : NULL,
        .weights = buffer->weights ? buffer->weights + first : NULL,
    };
}

size_t nni_rows_buffer_row_bytes(const nni_row_format *format)
{
    size_t bytes = nni_row_bytes(format);
    if (format->target == NNI_TARGET_CLASSES)
        bytes += sizeof(int32_t);
    if (format->target == NNI_TARGET_VALUES)
        bytes += format->outputs * sizeof(double);
    return bytes + (format->weighted ? sizeof(nni_real) : 0);
}
