#include "nntrain/predictions.h"

#include <hdf5.h>
#include <limits.h>
#include <stdio.h>

#include "base/files.h"
#include "nntrain/memory.h"

#ifdef NNTRAIN_DOUBLE
#define MEMORY_REAL H5T_NATIVE_DOUBLE
#define FILE_REAL   H5T_IEEE_F64LE
#else
#define MEMORY_REAL H5T_NATIVE_FLOAT
#define FILE_REAL   H5T_IEEE_F32LE
#endif

/* Composed in memory and written by ourselves at the end: a full disk is then an ordinary error with its errno, while
 * libhdf5 would keep a file that it cannot flush, and crash at the end of the program. */
struct nn_predictions {
    char path[PATH_MAX];
    size_t rows, outputs, done;
    hid_t file, values, classes; /* -1: not open */
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

nn_status nn_predictions_create(const char *path, size_t rows, size_t outputs, bool classes, nn_predictions **result,
                                nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    nn_predictions *made = NULL;
    NN_TRY(nn_allocate(1, sizeof *made, "the predictions", &made, error));
    made->rows = rows;
    made->outputs = outputs;
    made->file = made->values = made->classes = -1;
    snprintf(made->path, sizeof made->path, "%s", path);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, (size_t)1 << 24, false) >= 0)
        made->file = H5Fcreate("predictions in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    if (made->file >= 0)
        made->values = make_dataset(made->file, classes ? "probabilities" : "values", FILE_REAL, 2, rows, outputs);
    if (made->file >= 0 && classes)
        made->classes = make_dataset(made->file, "class", H5T_STD_I32LE, 1, rows, 0);
    if (made->values < 0 || (classes && made->classes < 0)) {
        nn_status status = failed(made, error);
        nn_predictions_abandon(made);
        return status;
    }
    *result = made;
    return NN_OK;
}

/* Writes rows done .. done + rows of one dataset. */
static bool put_rows(hid_t dataset, hid_t type, int rank, const nn_predictions *at, size_t rows, const void *values)
{
    const hsize_t start[2] = {at->done, 0}, count[2] = {rows, at->outputs};
    hid_t file_space = H5Dget_space(dataset);
    hid_t memory_space = H5Screate_simple(rank, count, NULL);
    bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return good;
}

nn_status nn_predictions_append(nn_predictions *predictions, const nn_real *output, const int *classes, size_t rows,
                                nn_error *error)
{
    if (!put_rows(predictions->values, MEMORY_REAL, 2, predictions, rows, output) ||
        (predictions->classes >= 0 && !put_rows(predictions->classes, H5T_NATIVE_INT, 1, predictions, rows, classes)))
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
    predictions->values = predictions->classes = -1;
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
        status = nn_file_replace(predictions->path, &(nn_bytes){image, (size_t)bytes}, 1, error);
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
    nn_release(predictions);
}
