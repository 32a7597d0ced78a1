#include "data/rows/rows.h"

#include "kernels/elementwise/convert.h"

size_t nni_dataset_row_bytes(const nni_dataset *dataset)
{
    return dataset->features * nni_element_size(dataset->element);
}

void nni_dataset_fetch(const nni_dataset *dataset, const nni_rows *rows, size_t row)
{
    enum { LINE = 64, MOST = 16384 }; /* what follows in a longer row is foreseen */
    const size_t bytes = nni_dataset_row_bytes(dataset);
    const char *line = nni_dataset_at(dataset, rows, row), *end = line + (bytes < MOST ? bytes : MOST);
    for (; line < end; line += LINE)
        __builtin_prefetch(line, 0, 2);
}

static void replace_missing(const nni_real *missing, nni_real *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        x[i] = x[i] == x[i] ? x[i] : missing[i];
}

static void keep_within(nni_real limit, nni_real *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        x[i] = x[i] > limit ? limit : x[i];
        x[i] = x[i] < -limit ? -limit : x[i]; /* NaN stays */
    }
}

static void normalize(const nni_feature_scaler *by, nni_element element, const void *from, nni_real *to)
{
    const nni_scale scale = {by->offset, by->scale, by->offset_real, by->scale_real};
    nni_convert_normalized(element, from, &scale, to, by->features);
    if (by->limit > 0)
        keep_within((nni_real)by->limit, to, by->features);
    if (by->missing && (element == NNI_FLOAT || element == NNI_DOUBLE))
        replace_missing(by->missing, to, by->features);
}

void nni_dataset_row(const nni_dataset *dataset, const nni_rows *rows, size_t row, nni_real *to)
{
    const void *from = nni_dataset_at(dataset, rows, row);
    if (dataset->normalization)
        normalize(dataset->normalization, dataset->element, from, to);
    else
        nni_convert(dataset->element, from, to, dataset->features);
}

nni_rows nni_dataset_resident(const nni_dataset *dataset, size_t first, size_t count)
{
    return (nni_rows){
        .first = first,
        .count = count,
        .x = (const char *)dataset->x + first * nni_dataset_row_bytes(dataset),
        .classes = dataset->classes ? dataset->classes + first : NULL,
        .values = dataset->values ? dataset->values + first * dataset->outputs : NULL,
        .weights = dataset->weights ? dataset->weights + first : NULL,
    };
}

const nni_real *nni_dataset_convert(const nni_dataset *dataset, const nni_rows *rows, nni_real *to)
{
    if (dataset->element == NNI_REAL && !dataset->normalization)
        return rows->x;
    const size_t features = dataset->features;
#pragma omp parallel for schedule(static) if (rows->count * features * sizeof *to > NNI_ROWS_WORTH_THREADS)
    for (size_t row = 0; row < rows->count; row++)
        nni_dataset_row(dataset, rows, row, to + row * features);
    return to;
}
