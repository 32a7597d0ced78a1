/* SPDX-License-Identifier: MIT */
#include "data/dataset/read.h"

#include <math.h>
#include <string.h>

#include "data/dataset/classes.h"
#include "data/dataset/digest.h"
#include "data/dataset/target_check.h"
#include "hdf5/files.h"
#include "hdf5/read.h"
#include "kernels/elementwise/convert.h"
#include "support/memory.h"

#ifdef NNTRAIN_DOUBLE
static const char real_name[] = "float64";
#else
static const char real_name[] = "float32";
#endif

/* Values of a tile stay in the first-level cache between conversion, check and digest. */
enum { TILE = 4096 };

/* --- numbers --- */

/* Where numbers go, and what is found on the way. */
struct numbers {
    const nni_hdf5_rows *rows;
    nni_element kept;        /* the element of rows, nni_real or double */
    void *to;                /* [count, row_values] of kept; NULL: they stay in the file */
    bool weights;            /* which are not negative */
    bool log1p;              /* they are above -1 */
    bool features;           /* they are x, which may be scaled before it becomes nni_real */
    bool missing;            /* NaN is no error */
    nni_target_check *check; /* NULL: they are no targets */
    nni_digester digester;
    double low, high; /* of features */
    uint64_t beyond;  /* of features: 1 + index of the first number that no nni_real holds; 0: none */
};

/* @param features  where NaN may stand for what is missing */
static nn_status fail_at(const nni_hdf5_rows *rows, uint64_t index, nni_real value, bool was_finite, bool features,
                         nn_error *error)
{
    uint64_t at = rows->first + index / rows->layout->row_values;
    const char *path = nni_files_locate(rows->files, rows->path, &at);
    const unsigned long long row = at, column = index % rows->layout->row_values;
    if (was_finite)
        return nn_fail(error, NN_DATA, "%s: row %llu of %s holds at position %llu a number beyond the range of %s",
                       path, row, rows->name, column, real_name);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s holds %s at position %llu; rows must be finite%s", path, row,
                   rows->name, isnan(value) ? "NaN" : "an infinite value", column,
                   isnan(value) && features ? ", or data.impute: mean" : "");
}

static nn_status find_negative(const struct numbers *numbers, uint64_t index, const nni_real *tile, nn_error *error)
{
    const nni_hdf5_rows *rows = numbers->rows;
    uint64_t row = rows->first + index;
    while (tile[0] >= 0)
        row++, tile++;
    const char *path = nni_files_locate(rows->files, rows->path, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s is %g; a sample's weight is 0 or more", path,
                   (unsigned long long)row, rows->name, (double)tile[0]);
}

/* Rounded to float, numbers just above -1 are -1, so the file's own numbers are checked. */
static nn_status find_without_log1p(const struct numbers *numbers, const char *source, uint64_t index, size_t count,
                                    nn_error *error)
{
    const nni_hdf5_rows *rows = numbers->rows;
    for (size_t i = 0; i < count; i++) {
        double value;
        nni_convert_double(rows->element, source + i * nni_element_size(rows->element), &value, 1);
        if (value > -1)
            continue;
        uint64_t row = rows->first + (index + i) / rows->layout->row_values;
        const char *path = nni_files_locate(rows->files, rows->path, &row);
        return nn_fail(
            error, NN_DATA,
            "%s: row %llu of %s holds %g, and log1p takes the logarithm of 1 + y, which must be above 0; use "
            "data.normalize_targets: standard",
            path, (unsigned long long)row, rows->name, value);
    }
    return NN_OK;
}

/* @param source  what the tile was converted from, value `index` of the rows and those that follow */
static nn_status scan(struct numbers *numbers, const void *source, uint64_t index, const nni_real *tile, size_t count,
                      nn_error *error)
{
    nni_real low = INFINITY; /* NaN is not below */
    int wrong = 0;
#pragma omp simd reduction(min : low) reduction(| : wrong)
    for (size_t i = 0; i < count; i++) {
        low = tile[i] < low ? tile[i] : low;
        wrong |= !(tile[i] - tile[i] == 0); /* NaN for NaN and infinity */
    }
    for (size_t i = 0; wrong && i < count; i++) {
        if (isfinite(tile[i]) || (numbers->missing && isnan(tile[i])))
            continue;
        const bool was_finite = numbers->rows->element == NNI_DOUBLE && isfinite(((const double *)source)[i]);
        if (!was_finite || !numbers->features)
            return fail_at(numbers->rows, index + i, tile[i], was_finite, numbers->features, error);
        if (numbers->beyond == 0)
            numbers->beyond = index + i + 1;
    }
    if (numbers->log1p && low <= -1)
        NN_TRY(find_without_log1p(numbers, source, index, count, error));
    return numbers->weights && low < 0 ? find_negative(numbers, index, tile, error) : NN_OK;
}

/* Of numbers as the file has them: a time in seconds since 1970 has no digit to spare. NaN is neither below nor above.
 */
static void take_range(struct numbers *numbers, const void *source, size_t count)
{
    double tile[TILE], low = numbers->low, high = numbers->high;
    nni_convert_double(numbers->rows->element, source, tile, count);
#pragma omp simd reduction(min : low) reduction(max : high)
    for (size_t i = 0; i < count; i++) {
        low = tile[i] < low ? tile[i] : low;
        high = tile[i] > high ? tile[i] : high;
    }
    numbers->low = low;
    numbers->high = high;
}

static nn_status take_numbers(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    struct numbers *numbers = context;
    const nni_hdf5_rows *rows = numbers->rows;
    const size_t size = nni_element_size(rows->element);
    const size_t total = count * rows->layout->row_values, begin = (first - rows->first) * rows->layout->row_values;
    for (size_t i = 0; i < total; i += TILE) {
        nni_real tile[TILE];
        const size_t length = total - i < TILE ? total - i : TILE;
        const char *from = (const char *)values + i * size;
        nni_convert(rows->element, from, tile, length);
        NN_TRY(scan(numbers, from, begin + i, tile, length, error));
        if (numbers->features)
            take_range(numbers, from, length);
        if (numbers->check)
            NN_TRY(nni_target_check_take(numbers->check, rows->element, from, tile, length, error));
        nni_digester_take(&numbers->digester, tile, length, sizeof *tile);
        if (!numbers->to || rows->to)
            continue;
        if (numbers->kept == NNI_DOUBLE)
            nni_convert_double(rows->element, from, (double *)numbers->to + begin + i, length);
        else
            memcpy((nni_real *)numbers->to + begin + i, tile, length * sizeof *tile);
    }
    return NN_OK;
}

static nn_status read_numbers(const nni_dataset *dataset, const nni_hdf5_rows *from, struct numbers *numbers,
                              nn_comm *comm, nn_error *error)
{
    nni_hdf5_rows placed = *from;
    const nni_hdf5_rows *rows = &placed;
    if (numbers->kept == from->element)
        placed.to = numbers->to; /* nothing to convert */
    numbers->rows = rows;
    numbers->low = INFINITY;
    numbers->high = -INFINITY;
    NN_TRY(
        nn_comm_agree(comm, nni_digester_begin(dataset, rows->layout->row_values, &numbers->digester, error), error));
    const nn_status status = nni_hdf5_read(rows, comm, take_numbers, numbers, error);
    nni_digester_end(&numbers->digester);
    return status;
}

/* --- all of a split --- */

static nni_hdf5_rows rows_of(const nni_dataset *dataset, const char *name, const nni_hdf5_layout *layout,
                             nni_hdf5_columns columns, hid_t file)
{
    return (nni_hdf5_rows){
        .file = file,
        .files = nni_dataset_file_count(dataset) > 1 ? dataset->origin.files : NULL,
        .path = dataset->origin.file,
        .name = name,
        .layout = layout,
        .columns = columns,
        .element = layout->element,
        .first = dataset->slicing.first_row,
        .count = dataset->slicing.rows,
    };
}

static nn_status read_x(nni_dataset *dataset, const nni_hdf5_rows *rows, nn_comm *comm, nn_error *error)
{
    struct numbers numbers = {
        .kept = dataset->row.element, .to = dataset->resident.x, .features = true, .missing = dataset->row.missing};
    NN_TRY(read_numbers(dataset, rows, &numbers, comm, error));
    const double from = (double)(rows->first * rows->layout->row_values);
    double least[2] = {numbers.low, numbers.beyond > 0 ? from + (double)numbers.beyond : INFINITY};
    dataset->x_range[1] = numbers.high;
    NN_TRY(nni_comm_min_double(comm, least, 2, error));
    dataset->x_range[0] = least[0];
    dataset->x_beyond = isfinite(least[1]) ? (uint64_t)least[1] : 0;
    return nni_comm_max_double(comm, &dataset->x_range[1], 1, error);
}

/* Values that turn out to be labels are read once more, as classes; whole numbers that cannot be classes, as values. */
static nn_status read_targets(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_hdf5_rows *y, nn_comm *comm,
                              nn_error *error)
{
    if (dataset->row.target == NNI_TARGET_CLASSES)
        NN_TRY(nni_dataset_read_classes(dataset, spec, y, comm, error));
    if (dataset->row.target == NNI_TARGET_CLASSES)
        return NN_OK;
    nni_target_check *check = NULL;
    NN_TRY(nn_comm_agree(comm, nni_target_check_create(spec, y, &check, error), error));
    struct numbers values = {.kept = NNI_DOUBLE, .to = dataset->resident.values, .log1p = spec->log1p, .check = check};
    nn_status status = read_numbers(dataset, y, &values, comm, error);
    bool labels = false;
    if (status == NN_OK)
        status = nni_target_check_finish(check, comm, &labels, error);
    if (status == NN_OK && !labels && !dataset->label_set)
        dataset->label_set = nni_target_check_label_set(check);
    nni_target_check_free(check);
    if (status == NN_OK && labels)
        status = nn_comm_agree(comm, nni_dataset_become_classes(dataset, error), error);
    return status == NN_OK && labels ? nni_dataset_read_classes(dataset, spec, y, comm, error) : status;
}

nn_status nni_dataset_read(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_dataset_layouts *layouts,
                           hid_t file, nn_comm *comm, nn_error *error)
{
    const nni_hdf5_columns all = {.count = 0}, x_columns = {spec->x_columns, spec->x_column_count},
                           y_columns = {spec->y_columns, spec->y_column_count};
    const nni_hdf5_rows x = rows_of(dataset, spec->x, &layouts->x, x_columns, file);
    NN_TRY(read_x(dataset, &x, comm, error));
    const nni_hdf5_rows y = rows_of(dataset, spec->y, &layouts->y, y_columns, file);
    if (spec->y)
        NN_TRY(read_targets(dataset, spec, &y, comm, error));
    if (!spec->w)
        return NN_OK;
    const nni_hdf5_rows w = rows_of(dataset, spec->w, &layouts->w, all, file);
    struct numbers weights = {.kept = NNI_REAL, .to = dataset->resident.weights, .weights = true};
    return read_numbers(dataset, &w, &weights, comm, error);
}
