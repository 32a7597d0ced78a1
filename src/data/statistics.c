#include "data/statistics.h"

#include <math.h>
#include <string.h>

#include "data/blocks.h"
#include "data/rows.h"
#include "kernels/convert.h"
#include "nntrain/memory.h"

static const char what[] = "the statistics of the features";

/* Features of a row that are converted at a time, on the stack; and values of a table, which bound its memory where
 * there are many slices. */
enum { TILE = 512, TABLE = 1 << 20 };

/* Two figures of a block of features, for every slice: [slices, width] each. */
typedef struct feature_table {
    size_t first, width;       /* features of the block */
    double *a, *b;             /* mean and squared deviations, or least and most */
    double *count;             /* rows of the slice that have the feature; NULL: all have all */
    const nn_dataset *targets; /* whose values are looked at in the place of features; NULL: these are */
    bool log1p;                /* log(1 + y) of them is */
} feature_table;

/* Takes one row of a slice: x [count] into the table from place `at` on. @param row  1 for the slice's first */
typedef void take_row(const feature_table *table, size_t at, const double *x, size_t count, size_t row);

/* Welford (1962): mean += (x - mean) / n; square += (x - old mean) (x - new mean). */
static void take_moments(const feature_table *table, size_t at, const double *x, size_t count, size_t row)
{
    double *mean = table->a + at, *square = table->b + at;
    const double weight = 1 / (double)row;
    for (size_t i = 0; i < count; i++) {
        const double deviation = x[i] - mean[i];
        mean[i] += deviation * weight;
        square[i] += deviation * (x[i] - mean[i]);
    }
}

/* The same of the rows that have a value. */
static void take_present(const feature_table *table, size_t at, const double *x, size_t count, size_t row)
{
    double *mean = table->a + at, *square = table->b + at, *rows = table->count + at;
    (void)row;
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]))
            continue;
        const double deviation = x[i] - mean[i];
        mean[i] += deviation * (1 / ++rows[i]);
        square[i] += deviation * (x[i] - mean[i]);
    }
}

/* NaN is neither less nor more. */
static void take_range(const feature_table *table, size_t at, const double *x, size_t count, size_t row)
{
    double *least = table->a + at, *most = table->b + at;
    (void)row;
    for (size_t i = 0; i < count; i++) {
        least[i] = x[i] < least[i] ? x[i] : least[i];
        most[i] = x[i] > most[i] ? x[i] : most[i];
    }
}

/* --- going through the rows --- */

/* A run of this rank's rows, all of one slice, and a tile of their features. */
static void measure_tile(const nn_dataset *dataset, const nn_rows *rows, const feature_table *table, take_row *take,
                         size_t i, nn_file_run run, size_t tile)
{
    const size_t at = (dataset->first_slice + i) * table->width + tile,
                 element_size = nn_element_size(dataset->element);
    const size_t count = table->width - tile < TILE ? table->width - tile : TILE;
    const size_t slice_first = nn_dataset_slice_begin(dataset, i);
    for (size_t row = run.first; row < run.first + run.count; row++) {
        double x[TILE];
        const char *from = nn_dataset_at(dataset, rows, row - rows->first);
        nn_convert_double(dataset->element, from + (table->first + tile) * element_size, x, count);
        for (size_t k = 0; table->log1p && k < count; k++)
            x[k] = log1p(x[k]);
        take(table, at, x, count, row - slice_first + 1);
    }
}

/* What a run of rows has of slice i. */
static nn_file_run rows_of_slice(const nn_dataset *dataset, const nn_rows *rows, size_t i)
{
    const size_t first = nn_dataset_slice_begin(dataset, i), end = nn_dataset_slice_begin(dataset, i + 1);
    const size_t from = first > rows->first ? first : rows->first;
    const size_t to = end < rows->first + rows->count ? end : rows->first + rows->count;
    return (nn_file_run){from, to > from ? to - from : 0};
}

/* Threads share slices and features, never the rows of a slice: these come in their order. */
static void measure_rows(const nn_dataset *dataset, const nn_rows *rows, const feature_table *table, take_row *take)
{
    const size_t tiles = (table->width + TILE - 1) / TILE;
#pragma omp parallel for schedule(dynamic) collapse(2)
    for (size_t i = 0; i < dataset->slice_count; i++)
        for (size_t tile = 0; tile < tiles; tile++)
            measure_tile(dataset, rows, table, take, i, rows_of_slice(dataset, rows, i), tile * TILE);
}

static nn_status measure(const nn_dataset *dataset, const feature_table *table, take_row *take, nn_error *error)
{
    nn_cursor *cursor = NULL;
    nn_rows rows = {.count = 1};
    nn_status status = nn_cursor_create(table->targets ? table->targets : dataset, dataset->rows + 1, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nn_cursor_next(cursor, &rows, error);
        rows.x = table->targets ? rows.values : rows.x;
        if (status == NN_OK)
            measure_rows(dataset, &rows, table, take);
    }
    nn_cursor_free(cursor);
    return status;
}

/* --- over slices and ranks --- */

static double rows_of_slice_as_cut(const nn_dataset *dataset, size_t slice)
{
    return (double)(nn_dataset_slice_first(dataset, slice + 1) - nn_dataset_slice_first(dataset, slice));
}

/* Chan, Golub, LeVeque (1983), in slice order. */
static void merge_slices(const nn_dataset *dataset, const feature_table *table, size_t i, double *count, double *mean,
                         double *square)
{
    *count = *mean = *square = 0;
    for (size_t slice = 0; slice < dataset->slices.count; slice++) {
        const size_t at = slice * table->width + i;
        const double rows = table->count ? table->count[at] : rows_of_slice_as_cut(dataset, slice);
        if (rows == 0)
            continue;
        const double distance = table->a[at] - *mean;
        *mean = *count > 0 ? *mean + distance * (rows / (*count + rows)) : table->a[at];
        *square += *count > 0 ? table->b[at] + distance * distance * (*count * rows / (*count + rows)) : table->b[at];
        *count += rows;
    }
}

/* A slice is filled in by one rank and zero on the others, and adding zeros is exact in any order. */
static nn_status find_moments(const nn_dataset *dataset, const feature_table *table, nn_comm *comm,
                              nn_statistics *found, nn_error *error)
{
    const size_t values = dataset->slices.count * table->width;
    double *const sums[] = {table->a, table->b, table->count};
    for (size_t k = 0; k < 3; k++)
        if (sums[k])
            memset(sums[k], 0, values * sizeof *sums[k]);
    NN_TRY(nn_comm_agree(comm, measure(dataset, table, table->count ? take_present : take_moments, error), error));
    for (size_t k = 0; k < 3; k++)
        if (sums[k])
            NN_TRY(nn_comm_sum_double(comm, sums[k], values, error));
    for (size_t i = 0; i < table->width; i++) {
        const size_t feature = table->first + i;
        merge_slices(dataset, table, i, &found->count[feature], &found->mean[feature], &found->square[feature]);
    }
    return NN_OK;
}

static nn_status find_range(const nn_dataset *dataset, const feature_table *table, nn_comm *comm, nn_statistics *found,
                            nn_error *error)
{
    double *least = found->least + table->first, *most = found->most + table->first;
    for (size_t i = 0; i < dataset->slices.count * table->width; i++) {
        table->a[i] = INFINITY;
        table->b[i] = -INFINITY;
    }
    NN_TRY(nn_comm_agree(comm, measure(dataset, table, take_range, error), error));
    for (size_t i = 0; i < table->width; i++) {
        least[i] = INFINITY;
        most[i] = -INFINITY;
        for (size_t slice = 0; slice < dataset->slices.count; slice++) {
            least[i] = fmin(least[i], table->a[slice * table->width + i]);
            most[i] = fmax(most[i], table->b[slice * table->width + i]);
        }
    }
    NN_TRY(nn_comm_min_double(comm, least, table->width, error));
    return nn_comm_max_double(comm, most, table->width, error);
}

static nn_status take_memory(const nn_dataset *dataset, unsigned kinds, feature_table *table, nn_statistics *found,
                             nn_error *error)
{
    const size_t features = dataset->features, width = TABLE / dataset->slices.count;
    table->width = width == 0 ? 1 : width < features ? width : features;
    const size_t values = dataset->slices.count * table->width;
    NN_TRY(nn_allocate(values, sizeof *table->a, what, &table->a, error));
    NN_TRY(nn_allocate(values, sizeof *table->b, what, &table->b, error));
    if (dataset->missing)
        NN_TRY(nn_allocate(values, sizeof *table->count, what, &table->count, error));
    if (kinds & NN_STATISTICS_MOMENTS) {
        NN_TRY(nn_allocate(features, sizeof *found->count, what, &found->count, error));
        NN_TRY(nn_allocate(features, sizeof *found->mean, what, &found->mean, error));
        NN_TRY(nn_allocate(features, sizeof *found->square, what, &found->square, error));
    }
    if (kinds & NN_STATISTICS_RANGE) {
        NN_TRY(nn_allocate(features, sizeof *found->least, what, &found->least, error));
        NN_TRY(nn_allocate(features, sizeof *found->most, what, &found->most, error));
    }
    return NN_OK;
}

static nn_status measure_features(const nn_dataset *dataset, unsigned kinds, feature_table *table, nn_comm *comm,
                                  nn_statistics *found, nn_error *error)
{
    const size_t features = dataset->features, width = table->width;
    for (table->first = 0; table->first < features; table->first += width) {
        table->width = features - table->first < width ? features - table->first : width;
        if (kinds & NN_STATISTICS_MOMENTS)
            NN_TRY(find_moments(dataset, table, comm, found, error));
        if (kinds & NN_STATISTICS_RANGE)
            NN_TRY(find_range(dataset, table, comm, found, error));
    }
    return NN_OK;
}

static nn_status measure_all(const nn_dataset *dataset, unsigned kinds, feature_table *table, nn_comm *comm,
                             nn_statistics *statistics, nn_error *error)
{
    *statistics = (nn_statistics){.count = NULL};
    nn_status status = nn_comm_agree(comm, take_memory(dataset, kinds, table, statistics, error), error);
    if (status == NN_OK)
        status = measure_features(dataset, kinds, table, comm, statistics, error);
    nn_release(table->a);
    nn_release(table->b);
    nn_release(table->count);
    if (status != NN_OK)
        nn_statistics_free(statistics);
    return status;
}

nn_status nn_statistics_measure(const nn_dataset *dataset, unsigned kinds, nn_comm *comm, nn_statistics *statistics,
                                nn_error *error)
{
    feature_table table = {.first = 0};
    return measure_all(dataset, kinds, &table, comm, statistics, error);
}

/* Values as if they were features. */
nn_status nn_statistics_measure_targets(const nn_dataset *dataset, bool log1p, unsigned kinds, nn_comm *comm,
                                        nn_statistics *statistics, nn_error *error)
{
    feature_table table = {.targets = dataset, .log1p = log1p};
    nn_dataset values = *dataset;
    values.element = NN_DOUBLE;
    values.features = dataset->outputs;
    values.missing = false;
    return measure_all(&values, kinds, &table, comm, statistics, error);
}

void nn_statistics_free(nn_statistics *statistics)
{
    nn_release(statistics->count);
    nn_release(statistics->mean);
    nn_release(statistics->square);
    nn_release(statistics->least);
    nn_release(statistics->most);
    *statistics = (nn_statistics){.count = NULL};
}
