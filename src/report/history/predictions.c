/* SPDX-License-Identifier: MIT */
/* predictions.h5 (report/README.md). Shapes and values are checked before any of it is used, and a dataset may not be
 * larger than the file, so that a damaged one costs the pictures of it alone. */
#include <hdf5.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "checkpoint/fields.h"
#include "hdf5/file.h"
#include "hdf5/process/guard.h"
#include "hdf5/process/lock.h"
#include "hdf5/storage/outside.h"
#include "report/history/parts.h"
#include "support/memory.h"

typedef struct reader {
    const char *path;
    uint64_t bytes; /* of the file */
    hid_t file;
    nni_prediction_record *record;
} reader;

static nn_status refuse(const reader *r, const char *name, const char *what, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: %s %s; it is damaged, or written by another program", r->path, name, what);
}

/* --- datasets --- */

/* Extent of an open dataset of numbers that lies in the file in one piece. @return false: it is none such */
static bool measure(const reader *r, hid_t dataset, H5T_class_t class, hsize_t extent[2], int *rank)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
    hsize_t bytes = type >= 0 ? H5Tget_size(type) : 0;
    bool good = bytes > 0 && H5Tget_class(type) == class && creation >= 0 && H5Pget_layout(creation) == H5D_CONTIGUOUS;
    *rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    good = good && *rank >= 1 && *rank <= 2 && H5Sget_simple_extent_dims(space, extent, NULL) == *rank;
    for (int i = 0; good && i < *rank; i++)
        good = !__builtin_mul_overflow(bytes, extent[i], &bytes);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (creation >= 0)
        H5Pclose(creation);
    return good && bytes <= r->bytes;
}

/* Without a mistake there is no worst row. */
static bool is_empty(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    const bool empty = space >= 0 && H5Sget_simple_extent_npoints(space) == 0;
    if (space >= 0)
        H5Sclose(space);
    return empty;
}

/* A dataset, and what it is to be. */
typedef struct wanted {
    const char *name;
    H5T_class_t class;
    hid_t type; /* in memory */
    size_t size;
    int rank;
    size_t *rows, *columns; /* [rows, columns]; receive them where they are 0 */
} wanted;

static bool fits(hsize_t found, size_t *expected)
{
    if (*expected == 0)
        *expected = (size_t)found;
    return found > 0 && found == *expected;
}

static nn_status read_open(const reader *r, hid_t dataset, const wanted *want, void *values, nn_error *error)
{
    hsize_t extent[2] = {0, 1};
    int rank = 0;
    void *read = NULL;
    if (!measure(r, dataset, want->class, extent, &rank) || rank != want->rank || !fits(extent[0], want->rows) ||
        (rank == 2 && !fits(extent[1], want->columns)))
        return refuse(r, want->name, "has not the shape or type that it should", error);
    NN_TRY(nni_reserve((size_t)(extent[0] * extent[1]), want->size, "the predictions of a run", &read, error));
    if (H5Dread(dataset, want->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) {
        nni_release(read);
        return refuse(r, want->name, "cannot be read", error);
    }
    memcpy(values, &read, sizeof read);
    return NN_OK;
}

/* @param values  pointer to an array's, which stays NULL where the file has no such dataset, or an empty one */
static nn_status read_dataset(const reader *r, wanted want, void *values, nn_error *error)
{
    if (H5Lexists(r->file, want.name, H5P_DEFAULT) <= 0)
        return NN_OK;
    hid_t dataset = nni_hdf5_open_inside(r->file, want.name);
    if (dataset < 0)
        return refuse(r, want.name, "is no dataset of this file", error);
    const nn_status status = is_empty(dataset) ? NN_OK : read_open(r, dataset, &want, values, error);
    H5Dclose(dataset);
    return status;
}

static nn_status read_doubles(const reader *r, const char *name, int rank, size_t *columns, double **values,
                              nn_error *error)
{
    const wanted want = {name, H5T_FLOAT, H5T_NATIVE_DOUBLE, sizeof **values, rank, &r->record->rows, columns};
    return read_dataset(r, want, values, error);
}

/* --- what they hold --- */

static nn_status read_attributes(const reader *r, nn_error *error)
{
    static const char *const kinds[] = {
        [NN_PREDICTS_CLASSES] = "classes", [NN_PREDICTS_LABELS] = "labels", [NN_PREDICTS_VALUES] = "values"};
    nni_prediction_record *record = r->record;
    char split[64], kind[64];
    uint64_t epoch = 0, split_rows = 0, classes = 0;
    if (!nni_field_get_text(r->file, "split", split, sizeof split) ||
        !nni_field_get_text(r->file, "kind", kind, sizeof kind) ||
        !nni_field_get_count(r->file, "split_rows", &split_rows))
        return refuse(r, "it", "lacks attributes that predictions have", error);
    if (!nni_field_get_number(r->file, "epoch", &record->epoch))
        record->epoch = nni_field_get_count(r->file, "epoch", &epoch) ? (double)epoch : (double)NAN;
    nni_field_get_count(r->file, "classes", &classes);
    size_t found = 0;
    while (found < sizeof kinds / sizeof *kinds && strcmp(kind, kinds[found]) != 0)
        found++;
    if (found == sizeof kinds / sizeof *kinds)
        return refuse(r, "its kind", "is none that is known", error);
    record->kind = (nn_prediction)found;
    record->split_rows = (size_t)split_rows;
    record->class_count = record->kind == NN_PREDICTS_CLASSES ? (size_t)classes : 0;
    return nni_copy_text(split, &record->split, error);
}

static nn_status read_targets(const reader *r, nn_error *error)
{
    nni_prediction_record *p = r->record;
    if (p->kind == NN_PREDICTS_VALUES)
        return read_doubles(r, "target", 2, &p->outputs, &p->target, error);
    if (p->kind == NN_PREDICTS_LABELS)
        return read_dataset(
            r, (wanted){"target", H5T_INTEGER, H5T_NATIVE_UCHAR, sizeof *p->label, 2, &p->rows, &p->outputs}, &p->label,
            error);
    return read_dataset(r, (wanted){"target", H5T_INTEGER, H5T_NATIVE_INT32, sizeof *p->class_of, 1, &p->rows, NULL},
                        &p->class_of, error);
}

static nn_status read_rows(const reader *r, nn_error *error)
{
    nni_prediction_record *p = r->record;
    if (p->kind == NN_PREDICTS_VALUES)
        NN_TRY(read_doubles(r, "values", 2, &p->outputs, &p->value, error));
    else
        NN_TRY(read_dataset(
            r, (wanted){"probabilities", H5T_FLOAT, H5T_NATIVE_FLOAT, sizeof *p->output, 2, &p->rows, &p->outputs},
            &p->output, error));
    NN_TRY(read_targets(r, error));
    NN_TRY(read_doubles(r, "weight", 1, NULL, &p->weight, error));
    NN_TRY(read_dataset(r, (wanted){"x", H5T_FLOAT, H5T_NATIVE_FLOAT, sizeof *p->x, 2, &p->rows, &p->features}, &p->x,
                        error));
    return read_dataset(r, (wanted){"row", H5T_INTEGER, H5T_NATIVE_UINT64, sizeof *p->row, 1, &p->rows, NULL}, &p->row,
                        error);
}

static nn_status read_worst(const reader *r, nn_error *error)
{
    nni_prediction_record *p = r->record;
    uint64_t *worst = NULL;
    NN_TRY(read_dataset(r, (wanted){"worst", H5T_INTEGER, H5T_NATIVE_UINT64, sizeof *worst, 1, &p->worst_count, NULL},
                        &worst, error));
    if (!worst)
        return NN_OK;
    p->worst = (size_t *)worst; /* of the same size on every machine that HDF5 and MPI run on here */
    _Static_assert(sizeof *p->worst == sizeof *worst, "size_t has 64 bits");
    return read_dataset(
        r, (wanted){"worst_x", H5T_FLOAT, H5T_NATIVE_FLOAT, sizeof *p->worst_x, 2, &p->worst_count, &p->features},
        &p->worst_x, error);
}

/* --- whether it makes sense --- */

static const char *find_fault(const nni_prediction_record *p)
{
    const size_t classes = p->class_count;
    if (!p->row || !(p->class_of || p->label || p->target) || !(p->output || p->value))
        return "lacks rows, predictions or targets";
    if (p->rows > p->split_rows)
        return "has more rows than its split";
    if (p->class_of && classes != p->outputs && !(classes == 2 && p->outputs == 1))
        return "has another number of classes than of outputs";
    for (size_t i = 0; i < p->rows; i++) {
        if (p->class_of && (p->class_of[i] < 0 || (size_t)p->class_of[i] >= classes))
            return "has rows of a class that there is none of";
        if (p->weight && !(p->weight[i] >= 0 && p->weight[i] < (double)INFINITY))
            return "has weights that are none";
        if (p->row[i] >= p->split_rows)
            return "has rows that are not of its split";
    }
    for (size_t i = 0; i < p->worst_count; i++)
        if (p->worst[i] >= p->rows)
            return "names rows that it has not";
    return NULL;
}

static nn_status read_file(void *context, nn_error *error)
{
    reader *r = context;
    nn_status status = nni_hdf5_open(r->path, NULL, &r->file, error);
    if (status == NN_OK)
        status = read_attributes(r, error);
    if (status == NN_OK)
        status = read_rows(r, error);
    if (status == NN_OK)
        status = read_worst(r, error);
    nni_hdf5_close(r->file);
    const char *fault = status == NN_OK ? find_fault(r->record) : NULL;
    return fault ? refuse(r, "it", fault, error) : status;
}

void nni_history_free_predictions(nni_prediction_record *record)
{
    if (!record)
        return;
    nni_release(record->split);
    nni_release(record->output);
    nni_release(record->value);
    nni_release(record->class_of);
    nni_release(record->label);
    nni_release(record->target);
    nni_release(record->weight);
    nni_release(record->row);
    nni_release(record->worst);
    nni_release(record->worst_x);
    nni_release(record->x);
    nni_release(record);
}

nn_status nni_history_read_predictions(nni_history *history, nn_error *error)
{
    char path[PATH_MAX];
    struct stat facts;
    nn_error said;
    reader r = {.path = path, .file = NNI_HDF5_CLOSED};
    if (nni_hdf5_is_lost() || !nni_history_has(history, "predictions.h5", path) || stat(path, &facts) != 0)
        return NN_OK;
    r.bytes = (uint64_t)facts.st_size;
    NN_TRY(nni_allocate(1, sizeof *r.record, "the predictions of a run", &r.record, error));
    nni_hdf5_lock();
    const nni_hdf5_printer printer = nni_hdf5_silence();
    const nn_status status = nni_hdf5_guard(path, read_file, &r, &said);
    if (!nni_hdf5_is_lost())
        nni_hdf5_restore(printer);
    nni_hdf5_unlock();
    if (status == NN_OK)
        history->predictions = r.record;
    else
        nni_history_free_predictions(r.record);
    return nni_history_excuse(history, status, &said, error);
}
