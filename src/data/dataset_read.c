#include "data/dataset_read.h"

#include <math.h>
#include <string.h>

#include "data/digest.h"
#include "data/files.h"
#include "data/hdf5_read.h"
#include "data/labels.h"
#include "kernels/convert.h"
#include "nntrain/memory.h"

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
    const nn_hdf5_rows *rows;
    nn_element kept; /* the element of rows, nn_real or double */
    void *to;        /* [count, row_values] of kept; NULL: they stay in the file */
    bool weights;    /* which are not negative */
    bool log1p;      /* they are above -1 */
    bool features;   /* they are x, which may be scaled before it becomes nn_real */
    bool missing;    /* NaN is no error */
    nn_digester digester;
    double low, high; /* of features */
    uint64_t beyond;  /* of features: 1 + index of the first number that no nn_real holds; 0: none */
};

/* @param features  where NaN may stand for what is missing */
static nn_status fail_at(const nn_hdf5_rows *rows, uint64_t index, nn_real value, bool was_finite, bool features,
                         nn_error *error)
{
    uint64_t at = rows->first + index / rows->layout->row_values;
    const char *path = nn_files_locate(rows->files, rows->path, &at);
    const unsigned long long row = at, column = index % rows->layout->row_values;
    if (was_finite)
        return nn_fail(error, NN_DATA, "%s: row %llu of %s holds at position %llu a number beyond the range of %s",
                       path, row, rows->name, column, real_name);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s holds %s at position %llu; rows must be finite%s", path, row,
                   rows->name, isnan(value) ? "NaN" : "an infinite value", column,
                   isnan(value) && features ? ", or data.impute: mean" : "");
}

static nn_status find_negative(const struct numbers *numbers, uint64_t index, const nn_real *tile, nn_error *error)
{
    const nn_hdf5_rows *rows = numbers->rows;
    uint64_t row = rows->first + index;
    while (tile[0] >= 0)
        row++, tile++;
    const char *path = nn_files_locate(rows->files, rows->path, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s is %g; a sample's weight is 0 or more", path,
                   (unsigned long long)row, rows->name, (double)tile[0]);
}

/* A float takes numbers just above -1 for -1, so the file's own are looked at. */
static nn_status find_without_log1p(const struct numbers *numbers, const char *source, uint64_t index, size_t count,
                                    nn_error *error)
{
    const nn_hdf5_rows *rows = numbers->rows;
    for (size_t i = 0; i < count; i++) {
        double value;
        nn_convert_double(rows->element, source + i * nn_element_size(rows->element), &value, 1);
        if (value > -1)
            continue;
        uint64_t row = rows->first + (index + i) / rows->layout->row_values;
        const char *path = nn_files_locate(rows->files, rows->path, &row);
        return nn_fail(
            error, NN_DATA,
            "%s: row %llu of %s holds %g, and log1p takes the logarithm of 1 + y, which must be above 0; use "
            "data.normalize_targets: standard",
            path, (unsigned long long)row, rows->name, value);
    }
    return NN_OK;
}

/* @param source  what the tile was converted from, value `index` of the rows and those that follow */
static nn_status scan(struct numbers *numbers, const void *source, uint64_t index, const nn_real *tile, size_t count,
                      nn_error *error)
{
    nn_real low = INFINITY; /* NaN is not below */
    int wrong = 0;
#pragma omp simd reduction(min : low) reduction(| : wrong)
    for (size_t i = 0; i < count; i++) {
        low = tile[i] < low ? tile[i] : low;
        wrong |= !(tile[i] - tile[i] == 0); /* NaN for NaN and infinity */
    }
    for (size_t i = 0; wrong && i < count; i++) {
        if (isfinite(tile[i]) || (numbers->missing && isnan(tile[i])))
            continue;
        const bool was_finite = numbers->rows->element == NN_DOUBLE && isfinite(((const double *)source)[i]);
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
    nn_convert_double(numbers->rows->element, source, tile, count);
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
    const nn_hdf5_rows *rows = numbers->rows;
    const size_t size = nn_element_size(rows->element);
    const size_t total = count * rows->layout->row_values, begin = (first - rows->first) * rows->layout->row_values;
    for (size_t i = 0; i < total; i += TILE) {
        nn_real tile[TILE];
        const size_t length = total - i < TILE ? total - i : TILE;
        const char *from = (const char *)values + i * size;
        nn_convert(rows->element, from, tile, length);
        NN_TRY(scan(numbers, from, begin + i, tile, length, error));
        if (numbers->features)
            take_range(numbers, from, length);
        nn_digester_take(&numbers->digester, tile, length, sizeof *tile);
        if (!numbers->to || rows->to)
            continue;
        if (numbers->kept == NN_DOUBLE)
            nn_convert_double(rows->element, from, (double *)numbers->to + begin + i, length);
        else
            memcpy((nn_real *)numbers->to + begin + i, tile, length * sizeof *tile);
    }
    return NN_OK;
}

static nn_status read_numbers(const nn_dataset *dataset, const nn_hdf5_rows *from, struct numbers *numbers,
                              nn_comm *comm, nn_error *error)
{
    nn_hdf5_rows placed = *from;
    const nn_hdf5_rows *rows = &placed;
    if (numbers->kept == from->element)
        placed.to = numbers->to; /* nothing to convert */
    numbers->rows = rows;
    numbers->low = INFINITY;
    numbers->high = -INFINITY;
    NN_TRY(nn_comm_agree(comm, nn_digester_begin(dataset, rows->layout->row_values, &numbers->digester, error), error));
    const nn_status status = nn_hdf5_read(rows, comm, take_numbers, numbers, error);
    nn_digester_end(&numbers->digester);
    return status;
}

/* --- classes --- */

struct classes {
    const nn_hdf5_rows *rows;
    int32_t *to; /* [count]; NULL: they stay in the file */
    nn_digester digester;
    int32_t largest;
};

static nn_status fail_class(const nn_hdf5_rows *rows, uint64_t row, int64_t class, nn_error *error)
{
    const char *path = nn_files_locate(rows->files, rows->path, &row);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s is class %lld; classes are numbered from 0%s", path,
                   (unsigned long long)row, rows->name, (long long)class,
                   class < 0 ? "; store values to be predicted as floats" : " to 2147483646");
}

static nn_status take_classes(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    struct classes *classes = context;
    const int64_t *from = values;
    for (size_t i = 0; i < count; i += TILE) {
        int32_t tile[TILE];
        const size_t length = count - i < TILE ? count - i : TILE;
        for (size_t k = 0; k < length; k++) {
            const int64_t class = from[i + k];
            if (class < 0 || class >= INT32_MAX)
                return fail_class(classes->rows, first + i + k, class, error);
            tile[k] = (int32_t) class;
            classes->largest = tile[k] > classes->largest ? tile[k] : classes->largest;
        }
        nn_digester_take(&classes->digester, tile, length, sizeof *tile);
        if (classes->to)
            memcpy(classes->to + (first - classes->rows->first + i), tile, length * sizeof *tile);
    }
    return NN_OK;
}

/* Names that do not reach are of something else. */
static void drop_short_names(nn_dataset *dataset)
{
    nn_labels *labels = dataset->labels;
    if (!labels || labels->number || labels->names.count >= dataset->outputs)
        return;
    nn_labels_free(labels);
    dataset->labels = NULL;
}

static nn_status read_classes(nn_dataset *dataset, const nn_dataset_spec *spec, nn_hdf5_rows rows, nn_comm *comm,
                              nn_error *error)
{
    if (rows.layout->text)
        NN_TRY(nn_labels_of_texts(spec, &rows, comm, &dataset->labels, error));
    rows.element = NN_INT64;
    rows.labels = dataset->labels;
    struct classes classes = {.rows = &rows, .to = dataset->classes};
    NN_TRY(nn_comm_agree(comm, nn_digester_begin(dataset, 1, &classes.digester, error), error));
    const nn_status status = nn_hdf5_read(&rows, comm, take_classes, &classes, error);
    nn_digester_end(&classes.digester);
    NN_TRY(status);
    double largest = classes.largest;
    NN_TRY(nn_comm_max_double(comm, &largest, 1, error));
    dataset->outputs = (size_t)largest + 1;
    drop_short_names(dataset);
    return NN_OK;
}

/* --- all of a split --- */

static nn_hdf5_rows rows_of(const nn_dataset *dataset, const char *name, const nn_hdf5_layout *layout,
                            nn_hdf5_columns columns, hid_t file)
{
    return (nn_hdf5_rows){
        .file = file,
        .files = nn_dataset_file_count(dataset) > 1 ? dataset->files : NULL,
        .path = dataset->file,
        .name = name,
        .layout = layout,
        .columns = columns,
        .element = layout->element,
        .first = dataset->first_row,
        .count = dataset->rows,
    };
}

static nn_status read_x(nn_dataset *dataset, const nn_hdf5_rows *rows, nn_comm *comm, nn_error *error)
{
    struct numbers numbers = {
        .kept = dataset->element, .to = dataset->x, .features = true, .missing = dataset->missing};
    NN_TRY(read_numbers(dataset, rows, &numbers, comm, error));
    const double from = (double)(rows->first * rows->layout->row_values);
    double least[2] = {numbers.low, numbers.beyond > 0 ? from + (double)numbers.beyond : INFINITY};
    dataset->x_range[1] = numbers.high;
    NN_TRY(nn_comm_min_double(comm, least, 2, error));
    dataset->x_range[0] = least[0];
    dataset->x_beyond = isfinite(least[1]) ? (uint64_t)least[1] : 0;
    return nn_comm_max_double(comm, &dataset->x_range[1], 1, error);
}

nn_status nn_dataset_read(nn_dataset *dataset, const nn_dataset_spec *spec, const nn_dataset_layouts *layouts,
                          hid_t file, nn_comm *comm, nn_error *error)
{
    const nn_hdf5_columns all = {.count = 0}, x_columns = {spec->x_columns, spec->x_column_count},
                          y_columns = {spec->y_columns, spec->y_column_count};
    const nn_hdf5_rows x = rows_of(dataset, spec->x, &layouts->x, x_columns, file);
    NN_TRY(read_x(dataset, &x, comm, error));
    const nn_hdf5_rows y = rows_of(dataset, spec->y, &layouts->y, y_columns, file);
    if (dataset->target == NN_TARGET_CLASSES)
        NN_TRY(read_classes(dataset, spec, y, comm, error));
    if (dataset->target == NN_TARGET_VALUES) {
        struct numbers values = {.kept = NN_DOUBLE, .to = dataset->values, .log1p = spec->log1p};
        NN_TRY(read_numbers(dataset, &y, &values, comm, error));
    }
    if (!spec->w)
        return NN_OK;
    const nn_hdf5_rows w = rows_of(dataset, spec->w, &layouts->w, all, file);
    struct numbers weights = {.kept = NN_REAL, .to = dataset->weights, .weights = true};
    return read_numbers(dataset, &w, &weights, comm, error);
}
