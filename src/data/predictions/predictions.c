#include "data/predictions/predictions.h"

#include <hdf5.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/predictions/predictions_csv.h"
#include "support/files.h"
#include "support/memory.h"

#ifdef NNTRAIN_DOUBLE
#define FILE_REAL H5T_IEEE_F64LE
#else
#define FILE_REAL H5T_IEEE_F32LE
#endif

/* Rows whose names are written at a time. */
enum { PIECE = 4096 };

/* HDF5 is composed in memory and written by ourselves at the end: a full disk is then an ordinary error with its errno,
 * while libhdf5 would keep a file that it cannot flush, and crash at the end of the program. */
struct nni_predictions {
    char path[PATH_MAX];
    nni_predictions_form form;
    size_t done;
    nni_draft csv;                            /* its file NULL: this is HDF5 */
    char *padded;                             /* [PIECE] texts of name_type */
    hid_t name_type;                          /* -1: classes have no names */
    hid_t file, values, decided, class_names; /* -1: not open */
};

static nn_status failed(const nni_predictions *predictions, nn_error *error)
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

/* A type of texts as long as the longest name, padded with zeros. */
static hid_t make_name_type(const nni_string_set *names)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, nni_string_set_longest(names));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static nn_status make_class_names(nni_predictions *made, nn_error *error)
{
    made->name_type = make_name_type(made->form.names);
    made->class_names = make_dataset(made->file, "class_name", made->name_type, 1, made->form.rows, 0);
    if (made->class_names < 0)
        return failed(made, error);
    return nni_allocate(PIECE, H5Tget_size(made->name_type), "names of predicted classes", &made->padded, error);
}

/* What the outputs are called, which no row tells. */
static nn_status write_names(const nni_predictions *made, nn_error *error)
{
    const nni_string_set *names = made->form.names;
    const hid_t type = make_name_type(names), dataset = make_dataset(made->file, "names", type, 1, names->count, 0);
    const size_t width = H5Tget_size(type);
    char *padded = NULL;
    nn_status status = nni_allocate(names->count, width, "names of outputs", &padded, error);
    for (size_t i = 0; status == NN_OK && i < names->count; i++)
        memcpy(padded + i * width, names->text[i], strlen(names->text[i]));
    if (status == NN_OK && (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded) < 0))
        status = failed(made, error);
    nni_release(padded);
    if (dataset >= 0)
        H5Dclose(dataset);
    H5Tclose(type);
    return status;
}

static nn_status make_datasets(nni_predictions *made, nn_error *error)
{
    const nni_predictions_form *form = &made->form;
    const bool values = form->kind == NNI_PREDICTED_VALUES, classes = form->kind == NNI_PREDICTED_CLASSES;
    made->values = make_dataset(made->file, values ? "values" : "probabilities", values ? H5T_IEEE_F64LE : FILE_REAL, 2,
                                form->rows, form->outputs);
    if (classes)
        made->decided = make_dataset(made->file, "class", H5T_STD_I32LE, 1, form->rows, 0);
    else if (!values)
        made->decided = make_dataset(made->file, "labels", H5T_STD_U8LE, 2, form->rows, form->outputs);
    if (made->values < 0 || (!values && made->decided < 0))
        return failed(made, error);
    if (!form->names || form->names->count == 0)
        return NN_OK;
    return classes ? make_class_names(made, error) : write_names(made, error);
}

static nn_status create_hdf5(nni_predictions *made, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fapl_core(access, (size_t)1 << 24, false) >= 0)
        made->file = H5Fcreate("predictions in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (access >= 0)
        H5Pclose(access);
    return made->file >= 0 ? make_datasets(made, error) : failed(made, error);
}

static nn_status create_csv(nni_predictions *made, nn_error *error)
{
    NN_TRY(nni_draft_open(made->path, &made->csv, error));
    nni_predictions_csv_header(made->csv.file, &made->form);
    return NN_OK;
}

bool nni_predictions_is_csv(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".csv") == 0;
}

nn_status nni_predictions_create(const char *path, const nni_predictions_form *form, nni_predictions **result,
                                 nn_error *error)
{
    nni_predictions *made = NULL;
    NN_TRY(nni_allocate(1, sizeof *made, "the predictions", &made, error));
    made->form = *form;
    made->file = made->values = made->decided = made->class_names = made->name_type = -1;
    snprintf(made->path, sizeof made->path, "%s", path);
    const nn_status status = nni_predictions_is_csv(path) ? create_csv(made, error) : create_hdf5(made, error);
    if (status != NN_OK) {
        nni_predictions_abandon(made);
        return status;
    }
    *result = made;
    return NN_OK;
}

/* Writes rows first .. first + rows of one dataset. */
static bool put_rows(hid_t dataset, hid_t type, int rank, const nni_predictions *at, size_t first, size_t rows,
                     const void *values)
{
    const hsize_t start[2] = {first, 0}, count[2] = {rows, at->form.outputs};
    hid_t file_space = H5Dget_space(dataset);
    hid_t memory_space = H5Screate_simple(rank, count, NULL);
    bool good = H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return good;
}

/* An output without a name leaves its rows' empty. */
static bool put_names(nni_predictions *at, const int *classes, size_t rows)
{
    const size_t width = H5Tget_size(at->name_type);
    bool good = true;
    for (size_t done = 0; good && done < rows; done += PIECE) {
        const size_t count = rows - done < PIECE ? rows - done : PIECE;
        memset(at->padded, 0, count * width);
        for (size_t i = 0; i < count; i++)
            if ((size_t)classes[done + i] < at->form.names->count) {
                const char *name = at->form.names->text[classes[done + i]];
                memcpy(at->padded + i * width, name, strlen(name));
            }
        good = put_rows(at->class_names, at->name_type, 1, at, at->done + done, count, at->padded);
    }
    return good;
}

static nn_status append_csv(nni_predictions *predictions, const double *output, const int *decided, size_t rows,
                            nn_error *error)
{
    FILE *file = predictions->csv.file;
    nni_predictions_csv_rows(file, &predictions->form, output, decided, rows);
    if (ferror(file))
        return nn_fail(error, NN_SYSTEM, "cannot write %s: a write failed; is the disk full?", predictions->path);
    return NN_OK;
}

static nn_status append_hdf5(nni_predictions *predictions, const double *output, const int *decided, size_t rows,
                             nn_error *error)
{
    const size_t first = predictions->done;
    const int rank = predictions->form.kind == NNI_PREDICTED_LABELS ? 2 : 1;
    if (!put_rows(predictions->values, H5T_NATIVE_DOUBLE, 2, predictions, first, rows, output) ||
        (predictions->decided >= 0 &&
         !put_rows(predictions->decided, H5T_NATIVE_INT, rank, predictions, first, rows, decided)) ||
        (predictions->class_names >= 0 && !put_names(predictions, decided, rows)))
        return failed(predictions, error);
    return NN_OK;
}

nn_status nni_predictions_append(nni_predictions *predictions, const double *output, const int *decided, size_t rows,
                                 nn_error *error)
{
    NN_TRY(predictions->csv.file ? append_csv(predictions, output, decided, rows, error)
                                 : append_hdf5(predictions, output, decided, rows, error));
    predictions->done += rows;
    return NN_OK;
}

static void close_datasets(nni_predictions *predictions)
{
    if (predictions->values >= 0)
        H5Dclose(predictions->values);
    if (predictions->decided >= 0)
        H5Dclose(predictions->decided);
    if (predictions->class_names >= 0)
        H5Dclose(predictions->class_names);
    predictions->values = predictions->decided = predictions->class_names = -1;
}

static nn_status write_image(const nni_predictions *predictions, nn_error *error)
{
    void *image = NULL;
    const ssize_t bytes =
        H5Fflush(predictions->file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(predictions->file, NULL, 0) : -1;
    if (bytes <= 0)
        return failed(predictions, error);
    NN_TRY(nni_allocate((size_t)bytes, 1, "the predictions", &image, error));
    nn_status status = NN_OK;
    if (H5Fget_file_image(predictions->file, image, (size_t)bytes) != bytes)
        status = failed(predictions, error);
    else
        status = nni_file_replace(predictions->path, image, (size_t)bytes, error);
    nni_release(image);
    return status;
}

nn_status nni_predictions_finish(nni_predictions *predictions, nn_error *error)
{
    close_datasets(predictions);
    const nn_status status =
        predictions->csv.file ? nni_draft_commit(&predictions->csv, error) : write_image(predictions, error);
    nni_predictions_abandon(predictions);
    return status;
}

void nni_predictions_abandon(nni_predictions *predictions)
{
    if (!predictions)
        return;
    close_datasets(predictions);
    nni_draft_drop(&predictions->csv);
    if (predictions->file >= 0)
        H5Fclose(predictions->file);
    if (predictions->name_type >= 0)
        H5Tclose(predictions->name_type);
    nni_release(predictions->padded);
    nni_release(predictions);
}
