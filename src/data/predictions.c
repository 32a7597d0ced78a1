#include "nntrain/predictions.h"

#include <hdf5.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "nntrain/memory.h"

#ifdef NNTRAIN_DOUBLE
#define FILE_REAL H5T_IEEE_F64LE
#else
#define FILE_REAL H5T_IEEE_F32LE
#endif

/* Rows whose names are written at a time. */
enum { PIECE = 4096 };

/* Composed in memory and written by ourselves at the end: a full disk is then an ordinary error with its errno, while
 * libhdf5 would keep a file that it cannot flush, and crash at the end of the program. */
struct nn_predictions {
    char path[PATH_MAX];
    size_t rows, outputs, done;
    const nn_texts *names;
    char *padded;                             /* [PIECE] texts of name_type */
    hid_t name_type;                          /* -1: classes have no names */
    hid_t file, values, classes, class_names; /* -1: not open */
};

static nn_status failed(const nn_predictions *predictions, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", predictions->path);
}

static hid_t make_dataset(hid_t file, const char *name, hid_t type, int rank, size_t rows, size_t columns)
{
    const hsize_t dims[2] = {rows, columns};
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (space >= 0)
        H5Sclose(space);
    return dataset;
}

/* Names are as long as the longest, padded with zeros. */
static nn_status make_names(nn_predictions *made, const nn_texts *names, nn_error *error)
{
    const size_t width = nn_texts_longest(names);
    made->names = names;
    made->name_type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(made->name_type, width) < 0 || H5Tset_strpad(made->name_type, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(made->name_type, H5T_CSET_UTF8) < 0)
        return failed(made, error);
    made->class_names = make_dataset(made->file, "class_name", made->name_type, 1, made->rows, 0);
    if (made->class_names < 0)
        return failed(made, error);
    return nn_allocate(PIECE, width, "names of predicted classes", &made->padded, error);
}

static nn_status make_datasets(nn_predictions *made, bool classes, const nn_texts *names, nn_error *error)
{
    made->values = classes ? make_dataset(made->file, "probabilities", FILE_REAL, 2, made->rows, made->outputs)
                           : make_dataset(made->file, "values", H5T_IEEE_F64LE, 2, made->rows, made->outputs);
    if (classes)
        made->classes = make_dataset(made->file, "class", H5T_STD_I32LE, 1, made->rows, 0);
    if (made->values < 0 || (classes && made->classes < 0))
        return failed(made, error);
    return classes && names && names->count > 0 ? make_names(made, names, error) : NN_OK;
}

nn_status nn_predictions_create(const char *path, size_t rows, size_t outputs, bool classes, const nn_texts *names,
                                nn_predictions **result, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    nn_predictions *made = NULL;
    NN_TRY(nn_allocate(1, sizeof *made, "the predictions", &made, error));
    made->rows = rows;
    made->outputs = outputs;
    made->file = made->values = made->classes = made->class_names = made->name_type = -1;
    snprintf(made->path, sizeof made->path, "%s", path);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, (size_t)1 << 24, false) >= 0)
        made->file = H5Fcreate("predictions in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    const nn_status status = made->file >= 0 ? make_datasets(made, classes, names, error) : failed(made, error);
    if (status != NN_OK) {
        nn_predictions_abandon(made);
        return status;
    }
    *result = made;
    return NN_OK;
}

/* Writes rows first .. first + rows of one dataset. */
static bool put_rows(hid_t dataset, hid_t type, int rank, const nn_predictions *at, size_t first, size_t rows,
                     const void *values)
{
    const hsize_t start[2] = {first, 0}, count[2] = {rows, at->outputs};
    hid_t file_space = H5Dget_space(dataset);
    hid_t memory_space = H5Screate_simple(rank, count, NULL);
    bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return good;
}

/* An output without a name leaves its rows' empty. */
static bool put_names(nn_predictions *at, const int *classes, size_t rows)
{
    const size_t width = H5Tget_size(at->name_type);
    bool good = true;
    for (size_t done = 0; good && done < rows; done += PIECE) {
        const size_t count = rows - done < PIECE ? rows - done : PIECE;
        memset(at->padded, 0, count * width);
        for (size_t i = 0; i < count; i++)
            if ((size_t)classes[done + i] < at->names->count) {
                const char *name = at->names->text[classes[done + i]];
                memcpy(at->padded + i * width, name, strlen(name));
            }
        good = put_rows(at->class_names, at->name_type, 1, at, at->done + done, count, at->padded);
    }
    return good;
}

nn_status nn_predictions_append(nn_predictions *predictions, const double *output, const int *classes, size_t rows,
                                nn_error *error)
{
    const size_t first = predictions->done;
    if (!put_rows(predictions->values, H5T_NATIVE_DOUBLE, 2, predictions, first, rows, output) ||
        (predictions->classes >= 0 &&
         !put_rows(predictions->classes, H5T_NATIVE_INT, 1, predictions, first, rows, classes)) ||
        (predictions->class_names >= 0 && !put_names(predictions, classes, rows)))
        return failed(predictions, error);
    predictions->done += rows;
    return NN_OK;
}

static void close_datasets(nn_predictions *predictions)
{
    if (predictions->values >= 0)
        H5Dclose(predictions->values);
    if (predictions->classes >= 0)
        H5Dclose(predictions->classes);
    if (predictions->class_names >= 0)
        H5Dclose(predictions->class_names);
    predictions->values = predictions->classes = predictions->class_names = -1;
}

static nn_status write_image(const nn_predictions *predictions, nn_error *error)
{
    void *image = NULL;
    const ssize_t bytes =
        H5Fflush(predictions->file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(predictions->file, NULL, 0) : -1;
    if (bytes <= 0)
        return failed(predictions, error);
    NN_TRY(nn_allocate((size_t)bytes, 1, "the predictions", &image, error));
    nn_status status = NN_OK;
    if (H5Fget_file_image(predictions->file, image, (size_t)bytes) != bytes)
        status = failed(predictions, error);
    else
        status = nn_file_replace(predictions->path, image, (size_t)bytes, error);
    nn_release(image);
    return status;
}

nn_status nn_predictions_finish(nn_predictions *predictions, nn_error *error)
{
    close_datasets(predictions);
    nn_status status = write_image(predictions, error);
    nn_predictions_abandon(predictions);
    return status;
}

void nn_predictions_abandon(nn_predictions *predictions)
{
    if (!predictions)
        return;
    close_datasets(predictions);
    if (predictions->file >= 0)
        H5Fclose(predictions->file);
    if (predictions->name_type >= 0)
        H5Tclose(predictions->name_type);
    nn_release(predictions->padded);
    nn_release(predictions);
}
