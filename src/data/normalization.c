#include <math.h>

#include "data/blocks.h"
#include "data/rows.h"
#include "kernels/convert.h"
#include "nntrain/memory.h"

static const char what[] = "the normalization";

/* 1 / spread, or 1 where there is no spread or its inverse would be infinite. */
static nn_real inverse(double spread)
{
    nn_real scale = (nn_real)(1 / spread);
    return spread > 0 && isfinite(scale) ? scale : 1;
}

static void fit_unit(nn_normalization *normalization, const nn_dataset *dataset)
{
    double low = dataset->x_range[0], high = dataset->x_range[1];
    for (size_t i = 0; i < normalization->features; i++) {
        normalization->offset[i] = (nn_real)low;
        normalization->scale[i] = inverse(high - low);
    }
}

/* Means and sums of squared deviations of a block of features, for every slice: [slices, width] each. */
struct moments {
    size_t first, width; /* features of the block */
    double *mean, *square;
};

/* Welford (1962): mean += (x - mean) / n; square += (x - old mean) (x - new mean). */
static void take_row(const nn_real *x, size_t count, double weight, double *mean, double *square)
{
    for (size_t i = 0; i < count; i++) {
        double deviation = (double)x[i] - mean[i];
        mean[i] += deviation * weight;
        square[i] += deviation * ((double)x[i] - mean[i]);
    }
}

/* Features of a row that are converted at a time, on the stack. */
enum { TILE = 512 };

/* Row of this rank that its slice i begins with. */
static size_t slice_begin(const nn_dataset *dataset, size_t i)
{
    return nn_dataset_slice_first(dataset, dataset->first_slice + i) - dataset->first_row;
}

/* A run of this rank's rows, all of one slice, and a tile of their features. */
static void measure_tile(const nn_dataset *dataset, const nn_rows *rows, struct moments *moments, size_t i,
                         nn_file_run run, size_t tile)
{
    const size_t at = (dataset->first_slice + i) * moments->width + tile,
                 element_size = nn_element_size(dataset->element);
    const size_t count = moments->width - tile < TILE ? moments->width - tile : TILE;
    const size_t slice_first = slice_begin(dataset, i);
    for (size_t row = run.first; row < run.first + run.count; row++) {
        nn_real x[TILE];
        const char *from = nn_dataset_at(dataset, rows, row - rows->first);
        nn_convert(dataset->element, from + (moments->first + tile) * element_size, x, count);
        take_row(x, count, 1 / (double)(row - slice_first + 1), moments->mean + at, moments->square + at);
    }
}

/* What a run of rows has of slice i. */
static nn_file_run rows_of_slice(const nn_dataset *dataset, const nn_rows *rows, size_t i)
{
    const size_t first = slice_begin(dataset, i), end = slice_begin(dataset, i + 1);
    const size_t from = first > rows->first ? first : rows->first;
    const size_t to = end < rows->first + rows->count ? end : rows->first + rows->count;
    return (nn_file_run){from, to > from ? to - from : 0};
}

/* Threads share slices and features, never the rows of a slice: these come in their order. */
static void measure_rows(const nn_dataset *dataset, const nn_rows *rows, struct moments *moments)
{
    const size_t tiles = (moments->width + TILE - 1) / TILE;
#pragma omp parallel for schedule(dynamic) collapse(2)
    for (size_t i = 0; i < dataset->slice_count; i++)
        for (size_t tile = 0; tile < tiles; tile++)
            measure_tile(dataset, rows, moments, i, rows_of_slice(dataset, rows, i), tile * TILE);
}

static nn_status measure(const nn_dataset *dataset, struct moments *moments, nn_error *error)
{
    nn_cursor *cursor = NULL;
    nn_rows rows = {.count = 1};
    nn_status status = nn_cursor_create(dataset, dataset->rows + 1, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nn_cursor_next(cursor, &rows, error);
        if (status == NN_OK)
            measure_rows(dataset, &rows, moments);
    }
    nn_cursor_free(cursor);
    return status;
}

/* Chan, Golub, LeVeque (1983), in slice order, into slice 0's place. */
static void merge_slices(const nn_dataset *dataset, struct moments *moments)
{
    double count = 0;
    for (size_t slice = 0; slice < dataset->slices.count; slice++) {
        double rows = (double)(nn_dataset_slice_first(dataset, slice + 1) - nn_dataset_slice_first(dataset, slice));
        const double *mean = moments->mean + slice * moments->width;
        const double *square = moments->square + slice * moments->width;
        for (size_t i = 0; i < moments->width && slice > 0 && rows > 0; i++) {
            double distance = mean[i] - moments->mean[i];
            moments->mean[i] += distance * (rows / (count + rows));
            moments->square[i] += square[i] + distance * distance * (count * rows / (count + rows));
        }
        count += rows;
    }
}

static nn_status fit_block(nn_normalization *normalization, const nn_dataset *dataset, struct moments *moments,
                           nn_comm *comm, nn_error *error)
{
    size_t values = dataset->slices.count * moments->width;
    for (size_t i = 0; i < values; i++)
        moments->mean[i] = moments->square[i] = 0;
    NN_TRY(nn_comm_agree(comm, measure(dataset, moments, error), error));
    /* A slice is filled in by one rank and zero on the others, and adding zeros is exact in any order. */
    NN_TRY(nn_comm_sum_double(comm, moments->mean, values, error));
    NN_TRY(nn_comm_sum_double(comm, moments->square, values, error));
    merge_slices(dataset, moments);
    for (size_t i = 0; i < moments->width; i++) {
        normalization->offset[moments->first + i] = (nn_real)moments->mean[i];
        normalization->scale[moments->first + i] = inverse(sqrt(moments->square[i] / (double)dataset->slices.rows));
    }
    return NN_OK;
}

/* Blocks of features bound the table's memory where there are many slices. */
static nn_status fit_standard(nn_normalization *normalization, const nn_dataset *dataset, nn_comm *comm,
                              nn_error *error)
{
    const size_t table = (size_t)1 << 20;
    size_t features = normalization->features, width = table / dataset->slices.count;
    if (width == 0)
        width = 1;
    if (width > features)
        width = features;
    struct moments moments = {0, width, NULL, NULL};
    nn_status status = nn_allocate(dataset->slices.count * width, sizeof(double), what, &moments.mean, error);
    if (status == NN_OK)
        status = nn_allocate(dataset->slices.count * width, sizeof(double), what, &moments.square, error);
    status = nn_comm_agree(comm, status, error);
    for (; status == NN_OK && moments.first < features; moments.first += width) {
        moments.width = features - moments.first < width ? features - moments.first : width;
        status = fit_block(normalization, dataset, &moments, comm, error);
    }
    nn_release(moments.mean);
    nn_release(moments.square);
    return status;
}

static nn_status check_features(const nn_normalization *normalization, const nn_dataset *dataset, nn_error *error)
{
    if (normalization->features == dataset->features)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, but the normalization was measured on %zu",
                   dataset->file, dataset->x_name, dataset->features, normalization->features);
}

nn_status nn_normalization_fit(nn_normalization *normalization, const nn_dataset *dataset, nn_comm *comm,
                               nn_error *error)
{
    NN_TRY(check_features(normalization, dataset, error));
    switch (normalization->kind) {
    case NN_NORMALIZE_NONE:
        return NN_OK;
    case NN_NORMALIZE_UNIT:
        fit_unit(normalization, dataset);
        return NN_OK;
    case NN_NORMALIZE_STANDARD:
        return fit_standard(normalization, dataset, comm, error);
    }
    return nn_fail(error, NN_USAGE, "unknown kind of normalization: %d", (int)normalization->kind);
}

nn_status nn_dataset_normalize(nn_dataset *dataset, const nn_normalization *normalization, nn_error *error)
{
    NN_TRY(check_features(normalization, dataset, error));
    dataset->normalization = normalization->kind == NN_NORMALIZE_NONE ? NULL : normalization;
    return NN_OK;
}
