#include "nntrain/dataset.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/hdf5_read.h"
#include "kernels/convert.h"
#include "nntrain/memory.h"

#ifdef NNTRAIN_DOUBLE
static const char real_name[] = "float64";
#else
static const char real_name[] = "float32";
#endif

/* --- finding out: rank 0 looks, the others are told --- */

struct plan {
    nn_status status;
    nn_error error;
    nn_hdf5_layout x, y, w;
    nn_target_kind target;
};

static nn_status plan_targets(const nn_dataset_spec *spec, struct plan *plan)
{
    const nn_hdf5_layout *y = &plan->y;
    if (y->rows != plan->x.rows)
        return nn_fail(&plan->error, NN_DATA, "%s: %s has %llu rows but %s has %llu; every sample needs one target",
                       spec->file, spec->x, (unsigned long long)plan->x.rows, spec->y, (unsigned long long)y->rows);
    if (y->dimensions > 2)
        return nn_fail(&plan->error, NN_DATA,
                       "%s: %s has %d dimensions; targets are [rows] of classes or [rows, outputs] of values",
                       spec->file, spec->y, y->dimensions);
    plan->target = y->integer && y->row_values == 1 ? NN_TARGET_CLASSES : NN_TARGET_VALUES;
    return NN_OK;
}

static nn_status plan_weights(const nn_dataset_spec *spec, struct plan *plan)
{
    const nn_hdf5_layout *w = &plan->w;
    if (w->rows != plan->x.rows)
        return nn_fail(&plan->error, NN_DATA, "%s: %s has %llu rows but %s has %llu; every sample needs one weight",
                       spec->file, spec->x, (unsigned long long)plan->x.rows, spec->w, (unsigned long long)w->rows);
    if (w->row_values != 1)
        return nn_fail(&plan->error, NN_DATA, "%s: %s has %llu values a row; weights of samples are [rows]", spec->file,
                       spec->w, (unsigned long long)w->row_values);
    return NN_OK;
}

static nn_status plan_reading(const nn_dataset_spec *spec, struct plan *plan)
{
    hid_t file = H5I_INVALID_HID;
    NN_TRY(nn_hdf5_open(spec->file, NULL, &file, &plan->error));
    nn_status status = nn_hdf5_describe(file, spec->file, spec->x, &plan->x, &plan->error);
    if (status == NN_OK && spec->y)
        status = nn_hdf5_describe(file, spec->file, spec->y, &plan->y, &plan->error);
    if (status == NN_OK && spec->w)
        status = nn_hdf5_describe(file, spec->file, spec->w, &plan->w, &plan->error);
    H5Fclose(file);
    if (status == NN_OK && spec->y)
        status = plan_targets(spec, plan);
    if (status == NN_OK && spec->w)
        status = plan_weights(spec, plan);
    return status;
}

/* One rank reads the file's own description, for a thousand ranks that ask a file server the same question hurt it. */
static nn_status make_plan(const nn_dataset_spec *spec, nn_comm *comm, struct plan *plan, nn_error *error)
{
    if (comm->rank == 0)
        plan->status = plan_reading(spec, plan);
    NN_TRY(nn_comm_broadcast(comm, plan, sizeof *plan, error));
    return plan->status == NN_OK ? NN_OK : nn_fail(error, plan->status, "%s", plan->error.message);
}

/* --- taking memory --- */

/* The system would promise memory that it lacks and stop the process later, without a word. */
static nn_status check_memory(const nn_dataset *dataset, bool weights, const nn_comm *comm, nn_error *error)
{
    const double gigabyte = 1024.0 * 1024 * 1024;
    double targets = 0;
    if (dataset->target == NN_TARGET_VALUES)
        targets = (double)dataset->outputs * sizeof *dataset->values;
    else if (dataset->target == NN_TARGET_CLASSES)
        targets = sizeof *dataset->classes;
    double row = (double)nn_dataset_row_bytes(dataset) + targets + (weights ? sizeof *dataset->weights : 0);
    double host = (double)dataset->rows * row * comm->local_size;
    double installed = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (host < installed || installed <= 0)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM, "%s: the rows of %s for the %d ranks of %s take %.1f GiB, but it has %.1f GiB",
                   dataset->file, dataset->x_name, comm->local_size, comm->host, host / gigabyte, installed / gigabyte);
}

/* What memory holds of a type of the file: more than an nn_real it never takes. */
static nn_element kept_as(nn_element element)
{
    return nn_element_size(element) < sizeof(nn_real) ? element : NN_REAL;
}

static void describe(nn_dataset *dataset, const struct plan *plan, size_t slices, const nn_comm *comm)
{
    size_t rank = (size_t)comm->rank, ranks = (size_t)comm->size;
    dataset->slices = (nn_slices){plan->x.rows, slices};
    dataset->first_slice = nn_slices_first_of_rank(dataset->slices, rank, ranks);
    dataset->slice_count = nn_slices_first_of_rank(dataset->slices, rank + 1, ranks) - dataset->first_slice;
    dataset->first_row = nn_slices_first_row(dataset->slices, dataset->first_slice);
    dataset->rows =
        nn_slices_first_row(dataset->slices, dataset->first_slice + dataset->slice_count) - dataset->first_row;
    dataset->features = plan->x.row_values;
    dataset->element = kept_as(plan->x.element);
    dataset->target = plan->target;
    dataset->outputs = plan->target == NN_TARGET_VALUES ? plan->y.row_values : 0;
    memcpy(dataset->x_type, plan->x.type, sizeof dataset->x_type);
}

static nn_status take_memory(nn_dataset *dataset, const nn_dataset_spec *spec, const nn_comm *comm, nn_error *error)
{
    NN_TRY(nn_copy_text(spec->file, &dataset->file, error));
    NN_TRY(nn_copy_text(spec->x, &dataset->x_name, error));
    NN_TRY(nn_copy_text(spec->y, &dataset->y_name, error));
    NN_TRY(check_memory(dataset, spec->w != NULL, comm, error));
    NN_TRY(nn_allocate(dataset->slice_count, sizeof *dataset->slice_end, "the slices", &dataset->slice_end, error));
    for (size_t s = 0; s < dataset->slice_count; s++)
        dataset->slice_end[s] = nn_slices_first_row(dataset->slices, dataset->first_slice + s + 1) - dataset->first_row;
    NN_TRY(nn_allocate(dataset->rows, nn_dataset_row_bytes(dataset), "x", &dataset->x, error));
    if (dataset->target == NN_TARGET_CLASSES)
        NN_TRY(nn_allocate(dataset->rows, sizeof *dataset->classes, "the classes", &dataset->classes, error));
    if (dataset->target == NN_TARGET_VALUES)
        NN_TRY(nn_allocate(dataset->rows, dataset->outputs * sizeof *dataset->values, "the targets", &dataset->values,
                           error));
    if (spec->w)
        NN_TRY(
            nn_allocate(dataset->rows, sizeof *dataset->weights, "the weights of samples", &dataset->weights, error));
    return NN_OK;
}

/* --- reading --- */

/* Where numbers go, and what is found on the way. */
struct numbers {
    const nn_hdf5_rows *rows;
    nn_element kept; /* the element of rows, or nn_real */
    void *to;        /* [count, row_values] of kept */
    double low, high;
};

/* Values of a tile stay in the first-level cache between conversion and check. */
enum { TILE = 4096 };

static nn_status fail_at(const nn_hdf5_rows *rows, uint64_t index, nn_real value, bool was_finite, nn_error *error)
{
    unsigned long long row = rows->first + index / rows->layout->row_values;
    unsigned long long column = index % rows->layout->row_values;
    if (was_finite)
        return nn_fail(error, NN_DATA, "%s: row %llu of %s holds at position %llu a number beyond the range of %s",
                       rows->path, row, rows->name, column, real_name);
    return nn_fail(error, NN_DATA, "%s: row %llu of %s holds %s at position %llu; rows must be finite", rows->path, row,
                   rows->name, isnan(value) ? "NaN" : "an infinite value", column);
}

/* @param source  what the tile was converted from, value `index` of the rows and those that follow */
static nn_status scan(struct numbers *numbers, const void *source, uint64_t index, const nn_real *tile, size_t count,
                      nn_error *error)
{
    nn_real low = tile[0], high = tile[0];
    int wrong = 0;
#pragma omp simd reduction(min : low) reduction(max : high) reduction(| : wrong)
    for (size_t i = 0; i < count; i++) {
        low = tile[i] < low ? tile[i] : low;
        high = tile[i] > high ? tile[i] : high;
        wrong |= !(tile[i] - tile[i] == 0); /* NaN for NaN and infinity */
    }
    for (size_t i = 0; wrong && i < count; i++)
        if (!isfinite(tile[i]))
            return fail_at(numbers->rows, index + i, tile[i],
                           numbers->rows->element == NN_DOUBLE && isfinite(((const double *)source)[i]), error);
    numbers->low = fmin(numbers->low, (double)low);
    numbers->high = fmax(numbers->high, (double)high);
    return NN_OK;
}

static nn_status take_numbers(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    struct numbers *numbers = context;
    const nn_hdf5_rows *rows = numbers->rows;
    const size_t size = nn_element_size(rows->element), kept_size = nn_element_size(numbers->kept);
    const size_t total = count * rows->layout->row_values, begin = (first - rows->first) * rows->layout->row_values;
    for (size_t i = 0; i < total; i += TILE) {
        nn_real tile[TILE];
        const size_t length = total - i < TILE ? total - i : TILE;
        const char *from = (const char *)values + i * size;
        char *to = (char *)numbers->to + (begin + i) * kept_size;
        nn_convert(rows->element, from, tile, length);
        NN_TRY(scan(numbers, from, begin + i, tile, length, error));
        memcpy(to, numbers->kept == NN_REAL ? (const void *)tile : from, length * kept_size);
    }
    return NN_OK;
}

struct classes {
    const nn_hdf5_rows *rows;
    int32_t *to; /* [count] */
    int32_t largest;
};

static nn_status take_classes(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    struct classes *classes = context;
    const nn_hdf5_rows *rows = classes->rows;
    const int64_t *from = values;
    for (size_t i = 0; i < count; i++) {
        if (from[i] < 0 || from[i] >= INT32_MAX)
            return nn_fail(error, NN_DATA, "%s: row %llu of %s is class %lld; classes are numbered from 0%s",
                           rows->path, (unsigned long long)first + i, rows->name, (long long)from[i],
                           from[i] < 0 ? "; store values to be predicted as floats" : " to 2147483646");
        classes->to[first - rows->first + i] = (int32_t)from[i];
        if (from[i] > classes->largest)
            classes->largest = (int32_t)from[i];
    }
    return NN_OK;
}

static nn_status read_numbers(hid_t file, const nn_dataset *dataset, const char *name, const nn_hdf5_layout *layout,
                              nn_element kept, void *to, nn_comm *comm, double range[2], nn_error *error)
{
    nn_hdf5_rows rows = {file, dataset->file, name, layout, layout->element, dataset->first_row, dataset->rows};
    struct numbers numbers = {&rows, kept, to, INFINITY, -INFINITY};
    NN_TRY(nn_hdf5_read(&rows, comm, take_numbers, &numbers, error));
    range[0] = numbers.low;
    range[1] = numbers.high;
    NN_TRY(nn_comm_min_double(comm, &range[0], 1, error));
    return nn_comm_max_double(comm, &range[1], 1, error);
}

static nn_status find_negative(const nn_dataset *dataset, const char *name, nn_error *error)
{
    for (size_t row = 0; row < dataset->rows; row++)
        if (dataset->weights[row] < 0)
            return nn_fail(error, NN_DATA, "%s: row %zu of %s is %g; a sample's weight is 0 or more", dataset->file,
                           dataset->first_row + row, name, (double)dataset->weights[row]);
    return NN_OK;
}

static nn_status read_weights(hid_t file, const nn_dataset *dataset, const char *name, const struct plan *plan,
                              nn_comm *comm, nn_error *error)
{
    double range[2];
    NN_TRY(read_numbers(file, dataset, name, &plan->w, NN_REAL, dataset->weights, comm, range, error));
    return nn_comm_agree(comm, find_negative(dataset, name, error), error);
}

static nn_status read_classes(hid_t file, nn_dataset *dataset, const struct plan *plan, nn_comm *comm, nn_error *error)
{
    nn_hdf5_rows rows = {file, dataset->file, dataset->y_name, &plan->y, NN_INT64, dataset->first_row, dataset->rows};
    struct classes classes = {&rows, dataset->classes, 0};
    NN_TRY(nn_hdf5_read(&rows, comm, take_classes, &classes, error));
    double largest = classes.largest;
    NN_TRY(nn_comm_max_double(comm, &largest, 1, error));
    dataset->outputs = (size_t)largest + 1;
    return NN_OK;
}

static nn_status read_all(nn_dataset *dataset, const nn_dataset_spec *spec, const struct plan *plan, nn_comm *comm,
                          nn_error *error)
{
    double unused[2];
    hid_t file = H5I_INVALID_HID;
    nn_status status = nn_comm_agree(comm, nn_hdf5_open(dataset->file, comm, &file, error), error);
    if (status == NN_OK)
        status =
            read_numbers(file, dataset, spec->x, &plan->x, dataset->element, dataset->x, comm, dataset->x_range, error);
    if (status == NN_OK && plan->target == NN_TARGET_VALUES)
        status = read_numbers(file, dataset, spec->y, &plan->y, NN_REAL, dataset->values, comm, unused, error);
    if (status == NN_OK && plan->target == NN_TARGET_CLASSES)
        status = read_classes(file, dataset, plan, comm, error);
    if (status == NN_OK && spec->w)
        status = read_weights(file, dataset, spec->w, plan, comm, error);
    if (file >= 0)
        H5Fclose(file);
    return status;
}

/* --- the public side --- */

static nn_status check_slices(const nn_dataset_spec *spec, size_t rows, size_t slices, bool every_slice,
                              nn_error *error)
{
    if (!every_slice || slices <= rows)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu rows, too few for %zu slices; lower parallel.slices", spec->file,
                   spec->x, rows, slices);
}

static nn_status open_dataset(const nn_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                              nn_dataset *dataset, nn_error *error)
{
    struct plan plan;
    memset(&plan, 0, sizeof plan);
    NN_TRY(nn_comm_agree(comm, nn_hdf5_check_path(spec->file, &dataset->file_bytes, error), error));
    NN_TRY(make_plan(spec, comm, &plan, error));
    NN_TRY(check_slices(spec, plan.x.rows, slices, every_slice, error));
    describe(dataset, &plan, slices, comm);
    NN_TRY(nn_comm_agree(comm, take_memory(dataset, spec, comm, error), error));
    return read_all(dataset, spec, &plan, comm, error);
}

nn_status nn_dataset_open(const nn_dataset_spec *spec, size_t slices, bool every_slice, nn_comm *comm,
                          nn_dataset **result, nn_error *error)
{
    if (slices < (size_t)comm->size)
        return nn_fail(error, NN_USAGE,
                       "%d ranks cannot share %zu slices, for a rank owns at least one; raise the number of slices or "
                       "start fewer ranks",
                       comm->size, slices);
    nn_dataset *dataset = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *dataset, "the dataset", &dataset, error), error));
    nn_hdf5_printer printer = nn_hdf5_silence();
    nn_status status = open_dataset(spec, slices, every_slice, comm, dataset, error);
    nn_hdf5_restore(printer);
    if (status != NN_OK) {
        nn_dataset_free(dataset);
        return status;
    }
    *result = dataset;
    return NN_OK;
}

void nn_dataset_free(nn_dataset *dataset)
{
    if (!dataset)
        return;
    nn_release(dataset->slice_end);
    nn_release(dataset->x);
    nn_release(dataset->classes);
    nn_release(dataset->values);
    nn_release(dataset->weights);
    nn_release(dataset->file);
    nn_release(dataset->x_name);
    nn_release(dataset->y_name);
    nn_release(dataset);
}

const char *nn_dataset_library(void)
{
    static char text[64];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
#ifdef H5_HAVE_PARALLEL
    const char *kind = "parallel, through MPI-IO";
#else
    const char *kind = "serial, each rank reads alone";
#endif
    snprintf(text, sizeof text, "%u.%u.%u (%s)", major, minor, release, kind);
    return text;
}

void nn_dataset_leave_exit_alone(void)
{
    H5dont_atexit();
}
