#include "nntrain/inspect.h"

#include <float.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/hdf5_file.h"
#include "data/inspect_advice.h"
#include "nntrain/memory.h"

/* Values looked at, at a time and in all (a second or so); and the most classes that are counted one by one. */
enum { PIECE = 1 << 16, MOST_VALUES = 1 << 26, CLASSES_MAX = 1024 };

/* What one dataset holds. */
typedef struct summary {
    double least, most;
    uint64_t nans, infinities;
    uint64_t *class_rows; /* [CLASSES_MAX] of a one-dimensional dataset of integers; NULL: not counted */
    bool beyond_classes;
    bool beyond_float32;   /* a value that float32 does not hold exactly */
    hsize_t rows, of_rows; /* looked at, and there */
} summary;

static void look_at(summary *seen, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double value = values[i];
        if (isnan(value)) {
            seen->nans++;
            continue;
        }
        if (isinf(value)) {
            seen->infinities++;
            continue;
        }
        if (value < seen->least)
            seen->least = value;
        if (value > seen->most)
            seen->most = value;
        if (fabs(value) > FLT_MAX || (double)(float)value != value)
            seen->beyond_float32 = true;
        if (!seen->class_rows)
            continue;
        if (value >= 0 && value < CLASSES_MAX)
            seen->class_rows[(size_t)value]++;
        else
            seen->beyond_classes = true;
    }
}

/* Whole rows of the first dimension, `rows` from `first` on. */
static bool read_rows(hid_t dataset, hid_t space, int rank, const hsize_t dims[], hsize_t first, hsize_t rows,
                      double *values)
{
    hsize_t start[H5S_MAX_RANK] = {first}, count[H5S_MAX_RANK] = {rows};
    for (int d = 1; d < rank; d++)
        count[d] = dims[d];
    /* In the file's own shape: HDF5 walks chunks value by value where memory has another. */
    hid_t memory = H5Screate_simple(rank, count, NULL);
    bool good = memory >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    if (memory >= 0)
        H5Sclose(memory);
    return good;
}

static bool read_all(hid_t dataset, hid_t space, int rank, const hsize_t dims[], summary *seen)
{
    hsize_t row = 1;
    for (int d = 1; d < rank; d++)
        row *= dims[d];
    if (row == 0 || (rank > 0 && dims[0] == 0))
        return true;
    seen->of_rows = dims[0];
    if (row > MOST_VALUES)
        return true; /* a row that no network takes */
    seen->rows = MOST_VALUES / row < dims[0] ? MOST_VALUES / row : dims[0];
    const hsize_t rows = row < PIECE ? PIECE / row : 1;
    double *values = NULL;
    if (nn_allocate(rows * row, sizeof *values, "the values", &values, NULL) != NN_OK)
        return false;
    bool good = true;
    for (hsize_t first = 0; good && first < seen->rows; first += rows) {
        const hsize_t count = seen->rows - first < rows ? seen->rows - first : rows;
        good = read_rows(dataset, space, rank, dims, first, count, values);
        if (good)
            look_at(seen, values, count * row);
    }
    nn_release(values);
    return good;
}

static void print_type(FILE *out, hid_t type)
{
    static const struct {
        H5T_class_t class;
        const char *name;
    } names[] = {{H5T_STRING, "text"}, {H5T_COMPOUND, "compound"}, {H5T_ENUM, "enumeration"}};
    const H5T_class_t class = H5Tget_class(type);
    const unsigned bits = (unsigned)(8 * H5Tget_size(type));
    const bool big = H5Tget_order(type) == H5T_ORDER_BE && bits > 8;
    if (class == H5T_INTEGER)
        fprintf(out, "%sint%u%s", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits, big ? " big-endian" : "");
    else if (class == H5T_FLOAT)
        fprintf(out, "float%u%s", bits, big ? " big-endian" : "");
    else {
        const char *name = "a type that is no number";
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (names[i].class == class)
                name = names[i].name;
        fprintf(out, "%s", name);
    }
}

/* What the filters leave of the values. */
static void print_ratio(FILE *out, hid_t dataset, int rank, const hsize_t dims[])
{
    hid_t type = H5Dget_type(dataset);
    double raw = (double)H5Tget_size(type);
    for (int d = 0; d < rank; d++)
        raw *= (double)dims[d];
    const double stored = (double)H5Dget_storage_size(dataset);
    if (raw > 0 && stored > 0)
        fprintf(out, ", stored in %.3g of the room", stored / raw);
    H5Tclose(type);
}

static void print_storage(FILE *out, hid_t dataset, int rank, const hsize_t dims[])
{
    hid_t properties = H5Dget_create_plist(dataset);
    if (properties < 0)
        return;
    hsize_t chunk[H5S_MAX_RANK];
    if (H5Pget_layout(properties) == H5D_CHUNKED && H5Pget_chunk(properties, rank, chunk) == rank) {
        fprintf(out, ", chunks ");
        for (int d = 0; d < rank; d++)
            fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)chunk[d]);
    }
    const int filters = H5Pget_nfilters(properties);
    for (int i = 0; i < filters; i++) {
        char name[64] = "";
        unsigned flags = 0;
        size_t values = 0;
        H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL, sizeof name, name, NULL);
        fprintf(out, ", %s", name);
    }
    if (filters > 0)
        print_ratio(out, dataset, rank, dims);
    H5Pclose(properties);
}

static void print_summary(FILE *out, const summary *seen)
{
    if (seen->least <= seen->most)
        fprintf(out, "           values from %g to %g", seen->least, seen->most);
    else
        fprintf(out, "           no values");
    if (seen->nans)
        fprintf(out, ", %" PRIu64 " NaN", seen->nans);
    if (seen->infinities)
        fprintf(out, ", %" PRIu64 " infinite", seen->infinities);
    if (seen->rows < seen->of_rows)
        fprintf(out, " (of the first %" PRIu64 " rows)", (uint64_t)seen->rows);
    fputc('\n', out);
    if (!seen->class_rows || seen->beyond_classes || seen->least > seen->most)
        return;
    fprintf(out, "           rows of each class:");
    for (size_t c = 0; c <= (size_t)seen->most; c++)
        fprintf(out, " %zu: %" PRIu64 "%s", c, seen->class_rows[c], c < (size_t)seen->most ? "," : "\n");
}

static bool print_values(FILE *out, const char *name, hid_t dataset, hid_t type, hid_t space, int rank,
                         const hsize_t dims[])
{
    const H5T_class_t class = H5Tget_class(type);
    if (rank < 1 || (class != H5T_INTEGER && class != H5T_FLOAT))
        return true;
    summary seen = {.least = INFINITY, .most = -INFINITY};
    if (class == H5T_INTEGER && rank == 1 &&
        nn_allocate(CLASSES_MAX, sizeof *seen.class_rows, "the classes", &seen.class_rows, NULL) != NN_OK)
        return false;
    const bool good = read_all(dataset, space, rank, dims, &seen);
    if (good) {
        print_summary(out, &seen);
        nn_inspect_advise(out, &(nn_inspected){.name = name,
                                               .dataset = dataset,
                                               .type = type,
                                               .rank = rank,
                                               .dims = dims,
                                               .whole = seen.rows == seen.of_rows && seen.least <= seen.most,
                                               .least = seen.least,
                                               .most = seen.most,
                                               .float32_exactly = !seen.beyond_float32});
    }
    nn_release(seen.class_rows);
    return good;
}

static bool describe(FILE *out, hid_t dataset, const char *name)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hsize_t dims[H5S_MAX_RANK];
    const int rank = H5Sget_simple_extent_dims(space, dims, NULL);
    bool good = type >= 0 && space >= 0 && rank >= 0;
    if (good) {
        fprintf(out, "dataset  /%s\n           ", name);
        if (rank == 0)
            fprintf(out, "one value");
        for (int d = 0; d < rank; d++)
            fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)dims[d]);
        fprintf(out, " ");
        print_type(out, type);
        print_storage(out, dataset, rank, dims);
        fputc('\n', out);
        fflush(out); /* the shape first: reading may take a while */
        good = print_values(out, name, dataset, type, space, rank, dims);
    }
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return good;
}

/* Where H5Ovisit stands. */
typedef struct visit {
    FILE *out;
    size_t datasets;
    char failed[256]; /* name of the first dataset that could not be read */
} visit;

static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    visit *state = context;
    if (info->type != H5O_TYPE_DATASET)
        return 0;
    hid_t dataset = H5Dopen2(root, name, H5P_DEFAULT);
    const bool good = dataset >= 0 && describe(state->out, dataset, name);
    if (dataset >= 0)
        H5Dclose(dataset);
    state->datasets++;
    if (!good)
        snprintf(state->failed, sizeof state->failed, "/%s", name);
    return good ? 0 : -1;
}

nn_status nn_inspect_data(const char *path, FILE *out, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    uint64_t bytes = 0;
    NN_TRY(nn_hdf5_check_path(path, &bytes, error));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return nn_fail(error, NN_DATA,
                       "%s looks like HDF5 but cannot be opened; it is damaged, truncated or still "
                       "being written",
                       path);
    fprintf(out, "file     %s, %" PRIu64 " bytes\n", path, bytes);
    visit state = {.out = out};
    const herr_t visited = H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit_object, &state);
    H5Fclose(file);
    if (visited < 0)
        return nn_fail(error, NN_DATA, "%s: %s cannot be read; the file is damaged or a filter plugin is missing", path,
                       state.failed[0] ? state.failed : "its tree of groups");
    if (state.datasets == 0)
        fprintf(out, "         no datasets\n");
    return NN_OK;
}
