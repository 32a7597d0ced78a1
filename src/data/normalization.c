#include <math.h>

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

static void measure_slice(const nn_dataset *dataset, struct moments *moments, size_t slice)
{
    double *mean = moments->mean + slice * moments->width, *square = moments->square + slice * moments->width;
    const size_t element_size = nn_element_size(dataset->element);
    size_t begin = nn_slices_first_row(dataset->slices, slice), end = nn_slices_first_row(dataset->slices, slice + 1);
    for (size_t row = begin; row < end; row++) {
        const char *from =
            (const char *)nn_dataset_at(dataset, row - dataset->first_row) + moments->first * element_size;
        for (size_t i = 0; i < moments->width; i += TILE) {
            nn_real x[TILE];
            const size_t count = moments->width - i < TILE ? moments->width - i : TILE;
            nn_convert(dataset->element, from + i * element_size, x, count);
            take_row(x, count, 1 / (double)(row - begin + 1), mean + i, square + i);
        }
    }
}

/* Chan, Golub, LeVeque (1983), in slice order, into slice 0's place. */
static void merge_slices(const nn_dataset *dataset, struct moments *moments)
{
    double count = 0;
    for (size_t slice = 0; slice < dataset->slices.count; slice++) {
        double rows =
            (double)(nn_slices_first_row(dataset->slices, slice + 1) - nn_slices_first_row(dataset->slices, slice));
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
    size_t first = dataset->first_slice, end = first + dataset->slice_count;
#pragma omp parallel for schedule(dynamic)
    for (size_t slice = first; slice < end; slice++)
        measure_slice(dataset, moments, slice);
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
