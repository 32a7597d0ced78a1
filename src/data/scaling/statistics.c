/* SPDX-License-Identifier: MIT */
#include "data/scaling/statistics.h"

#include <math.h>
#include <string.h>

#include "data/dataset/cursor.h"
#include "kernels/elementwise/convert.h"
#include "support/memory.h"

static const char what[] = "the statistics of the features";

/* Features of a row that are converted at a time, on the stack; and values of a table, which bound its memory where
 * there are many slices. */
enum { TILE = 512, TABLE = 1 << 20 };

/* Figures of a block of features, for every slice: [slices, width] each; NULL where not asked for. */
typedef struct feature_table {
    size_t first, width; /* features of the block */
    double *mean, *square;
    double *count; /* rows of the slice that have the feature; NULL: all have all */
    double *least, *most;
    const double *low, *high;   /* [features] values beyond are set aside; NULL: none is */
    const nni_dataset *targets; /* stands for the targets as if they were features, to be measured instead of them;
                                  NULL: features are */
    bool log1p;                 /* log(1 + y) of them is */
} feature_table;

/* One row of a slice. */
struct tile {
    const double *x; /* [count] */
    size_t count;
    size_t at;      /* place of the first one in the table */
    size_t feature; /* its number */
    size_t row;     /* 1 for the slice's first */
};

/* Welford (1962): mean += (x - mean) / n; square += (x - old mean) (x - new mean). */
static void take_moments(const feature_table *table, const struct tile *tile)
{
    const double *x = tile->x, weight = 1 / (double)tile->row;
    double *mean = table->mean + tile->at, *square = table->square + tile->at;
    for (size_t i = 0; i < tile->count; i++) {
        const double deviation = x[i] - mean[i];
        mean[i] += deviation * weight;
        square[i] += deviation * (x[i] - mean[i]);
    }
}

/* The same of the rows that have a value, and one that is not set aside. */
static void take_present(const feature_table *table, const struct tile *tile)
{
    const double *x = tile->x, *low = table->low ? table->low + tile->feature : NULL,
                 *high = table->high ? table->high + tile->feature : NULL;
    double *mean = table->mean + tile->at, *square = table->square + tile->at, *rows = table->count + tile->at;
    for (size_t i = 0; i < tile->count; i++) {
        if (isnan(x[i]) || (low && (x[i] < low[i] || x[i] > high[i])))
            continue;
        const double deviation = x[i] - mean[i];
        mean[i] += deviation * (1 / ++rows[i]);
        square[i] += deviation * (x[i] - mean[i]);
    }
}

/* NaN is neither less nor more. */
static void take_range(const feature_table *table, const struct tile *tile)
{
    const double *x = tile->x;
    double *least = table->least + tile->at, *most = table->most + tile->at;
    for (size_t i = 0; i < tile->count; i++) {
        least[i] = x[i] < least[i] ? x[i] : least[i];
        most[i] = x[i] > most[i] ? x[i] : most[i];
    }
}

/* --- going through the rows --- */

/* A run of this rank's rows, all of one slice, and a tile of their features. */
static void measure_tile(const nni_dataset *dataset, const nni_rows *rows, const feature_table *table, size_t i,
                         nni_file_run run, size_t first)
{
    double x[TILE];
    struct tile tile = {
        .x = x,
        .count = table->width - first < TILE ? table->width - first : TILE,
        .at = (dataset->slicing.first_slice + i) * table->width + first,
        .feature = table->first + first,
    };
    const size_t slice_first = nni_slicing_begin(&dataset->slicing, i);
    for (size_t row = run.first; row < run.first + run.count; row++) {
        const char *from = nni_row_at(&dataset->row, rows, row - rows->first);
        nni_convert_double(dataset->row.element, from + tile.feature * nni_element_size(dataset->row.element), x,
                           tile.count);
        for (size_t k = 0; table->log1p && k < tile.count; k++)
            x[k] = log1p(x[k]);
        tile.row = row - slice_first + 1;
        if (table->mean && table->count)
            take_present(table, &tile);
        else if (table->mean)
            take_moments(table, &tile);
        if (table->least)
            take_range(table, &tile);
    }
}

/* What a run of rows has of slice i. */
static nni_file_run rows_of_slice(const nni_dataset *dataset, const nni_rows *rows, size_t i)
{
    const size_t first = nni_slicing_begin(&dataset->slicing, i), end = nni_slicing_begin(&dataset->slicing, i + 1);
    const size_t from = first > rows->first ? first : rows->first;
    const size_t to = end < rows->first + rows->count ? end : rows->first + rows->count;
    return (nni_file_run){from, to > from ? to - from : 0};
}

/* Threads share slices and features, never the rows of a slice: these come in their order. */
static void measure_rows(const nni_dataset *dataset, const nni_rows *given, void *context)
{
    const feature_table *table = context;
    const size_t tiles = (table->width + TILE - 1) / TILE;
    nni_rows values = *given;
    values.x = given->values;
    const nni_rows *rows = table->targets ? &values : given;
    dataset = table->targets ? table->targets : dataset;
#pragma omp parallel for schedule(dynamic) collapse(2)
    for (size_t i = 0; i < dataset->slicing.slice_count; i++)
        for (size_t tile = 0; tile < tiles; tile++)
            measure_tile(dataset, rows, table, i, rows_of_slice(dataset, rows, i), tile * TILE);
}

typedef void take_rows(const nni_dataset *dataset, const nni_rows *rows, void *context);

static nn_status go_through(const nni_dataset *dataset, take_rows *take, void *context, nn_error *error)
{
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(dataset, dataset->slicing.rows + 1, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        if (status == NN_OK)
            take(dataset, &rows, context);
    }
    nni_cursor_free(cursor);
    return status;
}

/* --- over slices and ranks --- */

static double rows_of_slice_as_cut(const nni_dataset *dataset, size_t slice)
{
    return (double)(nni_slicing_rows(&dataset->slicing, slice));
}

/* Chan, Golub, LeVeque (1983), in slice order. */
static void merge_slices(const nni_dataset *dataset, const feature_table *table, size_t i, double *count, double *mean,
                         double *square)
{
    *count = *mean = *square = 0;
    for (size_t slice = 0; slice < dataset->slicing.slices.count; slice++) {
        const size_t at = slice * table->width + i;
        const double rows = table->count ? table->count[at] : rows_of_slice_as_cut(dataset, slice);
        if (rows == 0)
            continue;
        const double distance = table->mean[at] - *mean;
        *mean = *count > 0 ? *mean + distance * (rows / (*count + rows)) : table->mean[at];
        *square += *count > 0 ? table->square[at] + distance * distance * (*count * rows / (*count + rows))
                              : table->square[at];
        *count += rows;
    }
}

/* A slice is filled in by one rank and zero on the others, and adding zeros is exact in any order. */
static nn_status join_moments(const nni_dataset *dataset, const feature_table *table, nn_comm *comm,
                              nni_statistics *found, nn_error *error)
{
    const size_t values = dataset->slicing.slices.count * table->width;
    double *const sums[] = {table->mean, table->square, table->count};
    for (size_t k = 0; k < 3; k++)
        if (sums[k])
            NN_TRY(nn_comm_sum_double(comm, sums[k], values, error));
    for (size_t i = 0; i < table->width; i++) {
        const size_t feature = table->first + i;
        merge_slices(dataset, table, i, &found->count[feature], &found->mean[feature], &found->square[feature]);
    }
    return NN_OK;
}

static nn_status join_range(const nni_dataset *dataset, const feature_table *table, nn_comm *comm,
                            nni_statistics *found, nn_error *error)
{
    double *least = found->least + table->first, *most = found->most + table->first;
    for (size_t i = 0; i < table->width; i++) {
        least[i] = INFINITY;
        most[i] = -INFINITY;
        for (size_t slice = 0; slice < dataset->slicing.slices.count; slice++) {
            least[i] = fmin(least[i], table->least[slice * table->width + i]);
            most[i] = fmax(most[i], table->most[slice * table->width + i]);
        }
    }
    NN_TRY(nni_comm_min_double(comm, least, table->width, error));
    return nni_comm_max_double(comm, most, table->width, error);
}

static void fill(double *values, double with, size_t count)
{
    for (size_t i = 0; values && i < count; i++)
        values[i] = with;
}

static nn_status measure_block(const nni_dataset *dataset, feature_table *table, nn_comm *comm, nni_statistics *found,
                               nn_error *error)
{
    const size_t values = dataset->slicing.slices.count * table->width;
    fill(table->mean, 0, values);
    fill(table->square, 0, values);
    fill(table->count, 0, values);
    fill(table->least, INFINITY, values);
    fill(table->most, -INFINITY, values);
    NN_TRY(nn_comm_agree(comm, go_through(dataset, measure_rows, table, error), error));
    if (table->mean)
        NN_TRY(join_moments(dataset, table, comm, found, error));
    return table->least ? join_range(dataset, table, comm, found, error) : NN_OK;
}

static nn_status take_table(const nni_dataset *dataset, unsigned kinds, feature_table *table, nn_error *error)
{
    const size_t features = dataset->row.features, width = TABLE / dataset->slicing.slices.count;
    table->width = width == 0 ? 1 : width < features ? width : features;
    const size_t values = dataset->slicing.slices.count * table->width;
    if (kinds & NNI_STATISTICS_MOMENTS) {
        NN_TRY(nni_allocate(values, sizeof *table->mean, what, &table->mean, error));
        NN_TRY(nni_allocate(values, sizeof *table->square, what, &table->square, error));
    }
    if (kinds & NNI_STATISTICS_MOMENTS && (dataset->row.missing || table->low))
        NN_TRY(nni_allocate(values, sizeof *table->count, what, &table->count, error));
    if (kinds & NNI_STATISTICS_RANGE) {
        NN_TRY(nni_allocate(values, sizeof *table->least, what, &table->least, error));
        NN_TRY(nni_allocate(values, sizeof *table->most, what, &table->most, error));
    }
    return NN_OK;
}

static nn_status take_memory(const nni_dataset *dataset, unsigned kinds, nni_statistics *found, nn_error *error)
{
    const size_t features = dataset->row.features;
    if (kinds & NNI_STATISTICS_MOMENTS) {
        NN_TRY(nni_allocate(features, sizeof *found->count, what, &found->count, error));
        NN_TRY(nni_allocate(features, sizeof *found->mean, what, &found->mean, error));
        NN_TRY(nni_allocate(features, sizeof *found->square, what, &found->square, error));
    }
    if (kinds & NNI_STATISTICS_RANGE) {
        NN_TRY(nni_allocate(features, sizeof *found->least, what, &found->least, error));
        NN_TRY(nni_allocate(features, sizeof *found->most, what, &found->most, error));
    }
    return NN_OK;
}

static nn_status measure(const nni_dataset *dataset, unsigned kinds, feature_table *table, nn_comm *comm,
                         nni_statistics *found, nn_error *error)
{
    const size_t features = table->targets ? table->targets->row.features : dataset->row.features;
    nn_status status =
        nn_comm_agree(comm, take_table(table->targets ? table->targets : dataset, kinds, table, error), error);
    const size_t width = table->width;
    for (table->first = 0; status == NN_OK && table->first < features; table->first += width) {
        table->width = features - table->first < width ? features - table->first : width;
        status = measure_block(dataset, table, comm, found, error);
    }
    nni_release(table->mean);
    nni_release(table->square);
    nni_release(table->count);
    nni_release(table->least);
    nni_release(table->most);
    return status;
}

/* @param seen  the dataset, or what stands for its targets */
static nn_status measure_all(const nni_dataset *dataset, const nni_dataset *seen, unsigned kinds, feature_table *table,
                             nn_comm *comm, nni_statistics *statistics, nn_error *error)
{
    *statistics = (nni_statistics){.count = NULL};
    nn_status status = nn_comm_agree(comm, take_memory(seen, kinds, statistics, error), error);
    if (status == NN_OK)
        status = measure(dataset, kinds, table, comm, statistics, error);
    if (status != NN_OK)
        nni_statistics_free(statistics);
    return status;
}

nn_status nni_statistics_measure(const nni_dataset *dataset, unsigned kinds, nn_comm *comm, nni_statistics *statistics,
                                 nn_error *error)
{
    feature_table table = {.first = 0};
    return measure_all(dataset, dataset, kinds, &table, comm, statistics, error);
}

nn_status nni_statistics_measure_targets(const nni_dataset *dataset, bool log1p, unsigned kinds, nn_comm *comm,
                                         nni_statistics *statistics, nn_error *error)
{
    nni_dataset values = *dataset;
    values.row.element = NNI_DOUBLE;
    values.row.features = dataset->row.outputs;
    values.row.missing = false;
    feature_table table = {.targets = &values, .log1p = log1p};
    return measure_all(dataset, &values, kinds, &table, comm, statistics, error);
}

nn_status nni_statistics_measure_within(const nni_dataset *dataset, const double *low, const double *high,
                                        nn_comm *comm, nni_statistics *statistics, nn_error *error)
{
    feature_table table = {.low = low, .high = high};
    return measure(dataset, NNI_STATISTICS_MOMENTS, &table, comm, statistics, error);
}

double nni_statistics_deviation(const nni_statistics *statistics, size_t i)
{
    return statistics->count[i] > 0 ? sqrt(statistics->square[i] / statistics->count[i]) : 0;
}

void nni_statistics_free(nni_statistics *statistics)
{
    nni_release(statistics->count);
    nni_release(statistics->mean);
    nni_release(statistics->square);
    nni_release(statistics->least);
    nni_release(statistics->most);
    *statistics = (nni_statistics){.count = NULL};
}

/* --- whole numbers, one by one --- */

struct counters {
    const size_t *features; /* [count] */
    const double *first;    /* [count] */
    size_t count;
    double *counts; /* [count, NNI_COUNTED_VALUES + 1] */
};

static size_t cell_of(double value, double first)
{
    const double place = value - first;
    return place >= 0 && place < NNI_COUNTED_VALUES && place == floor(place) ? (size_t)place : NNI_COUNTED_VALUES;
}

/* Threads share features. */
static void count_rows(const nni_dataset *dataset, const nni_rows *rows, void *context)
{
    const struct counters *counters = context;
    const size_t size = nni_element_size(dataset->row.element);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < counters->count; k++)
        for (size_t row = 0; row < rows->count; row++) {
            double value;
            const char *from = nni_row_at(&dataset->row, rows, row);
            nni_convert_double(dataset->row.element, from + counters->features[k] * size, &value, 1);
            if (!isnan(value))
                counters->counts[k * (NNI_COUNTED_VALUES + 1) + cell_of(value, counters->first[k])]++;
        }
}

nn_status nni_statistics_count(const nni_dataset *dataset, const size_t *features, const double *first, size_t count,
                               nn_comm *comm, double *counts, nn_error *error)
{
    struct counters counters = {features, first, count, counts};
    fill(counts, 0, count * (NNI_COUNTED_VALUES + 1));
    NN_TRY(nn_comm_agree(comm, go_through(dataset, count_rows, &counters, error), error));
    return nn_comm_sum_double(comm, counts, count * (NNI_COUNTED_VALUES + 1), error); /* exact in any order */
}
