/* SPDX-License-Identifier: MIT */
#include "data/predictions/predictions.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/predictions/predictions_csv.h"
#include "hdf5/file.h"
#include "hdf5/image.h"
#include "support/files.h"
#include "support/memory.h"

/* Rows whose names are written at a time. */
enum { PIECE = 4096 };

struct nni_predictions {
    char path[PATH_MAX];
    nni_predictions_form form;
    size_t done;
    nni_draft csv; /* its file NULL: this is HDF5 */
    char *padded;  /* [PIECE] names of classes, each of name_bytes */
    size_t name_bytes;
    hid_t file;                                   /* in memory; < 0: not open */
    nni_hdf5_column values, decided, class_names; /* class_names: where classes have names */
};

static nn_status failed(const nni_predictions *predictions, nn_error *error)
{
    return nni_hdf5_image_fail(predictions->path, error);
}

static nn_status make_class_names(nni_predictions *made, nn_error *error)
{
    made->name_bytes = nni_string_set_longest(made->form.names);
    if (!nni_hdf5_image_add_strings(made->file, "class_name", made->name_bytes, made->form.rows, &made->class_names))
        return failed(made, error);
    return nni_allocate(PIECE, made->name_bytes, "names of predicted classes", &made->padded, error);
}

/* What the outputs are called, which no row tells. */
static nn_status write_names(const nni_predictions *made, nn_error *error)
{
    const nni_string_set *names = made->form.names;
    const size_t width = nni_string_set_longest(names);
    nni_hdf5_column column = NNI_HDF5_NO_COLUMN;
    char *padded = NULL;
    nn_status status = nni_allocate(names->count, width, "names of outputs", &padded, error);
    for (size_t i = 0; status == NN_OK && i < names->count; i++)
        memcpy(padded + i * width, names->text[i], strlen(names->text[i]));
    if (status == NN_OK && (!nni_hdf5_image_add_strings(made->file, "names", width, names->count, &column) ||
                            !nni_hdf5_image_write(&column, 0, names->count, padded)))
        status = failed(made, error);
    nni_release(padded);
    nni_hdf5_image_close(&column);
    return status;
}

static nn_status make_datasets(nni_predictions *made, nn_error *error)
{
    const nni_predictions_form *form = &made->form;
    const bool values = form->kind == NN_PREDICTS_VALUES, classes = form->kind == NN_PREDICTS_CLASSES;
    bool good = nni_hdf5_image_add(made->file, values ? "values" : "probabilities", values ? NNI_DOUBLE : NNI_REAL,
                                   NNI_DOUBLE, 2, form->rows, form->outputs, &made->values);
    if (good && classes)
        good = nni_hdf5_image_add(made->file, "class", NNI_INT32, NNI_INT32, 1, form->rows, 1, &made->decided);
    else if (good && !values)
        good = nni_hdf5_image_add(made->file, "labels", NNI_UINT8, NNI_INT32, 2, form->rows, form->outputs,
                                  &made->decided);
    if (!good)
        return failed(made, error);
    if (!form->names || form->names->count == 0)
        return NN_OK;
    return classes ? make_class_names(made, error) : write_names(made, error);
}

static nn_status create_hdf5(nni_predictions *made, nn_error *error)
{
    const nni_predictions_form *form = &made->form;
    made->file = nni_hdf5_image_create(form->rows * (form->outputs + 1) * sizeof(double));
    return made->file >= 0 ? make_datasets(made, error) : failed(made, error);
}

static nn_status create_csv(nni_predictions *made, nn_error *error)
{
    NN_TRY(nni_draft_open(made->path, &made->csv, error));
    nni_predictions_csv_header(made->csv.file, &made->form);
    return NN_OK;
}

static bool is_csv(const char *path)
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
    made->file = -1;
    made->values = made->decided = made->class_names = NNI_HDF5_NO_COLUMN;
    snprintf(made->path, sizeof made->path, "%s", path);
    const nn_status status = is_csv(path) ? create_csv(made, error) : create_hdf5(made, error);
    if (status != NN_OK) {
        nni_predictions_abandon(made);
        return status;
    }
    *result = made;
    return NN_OK;
}

/* An output without a name leaves its rows' empty. */
static bool put_names(nni_predictions *at, const int *classes, size_t rows)
{
    const size_t width = at->name_bytes;
    bool good = true;
    for (size_t done = 0; good && done < rows; done += PIECE) {
        const size_t count = rows - done < PIECE ? rows - done : PIECE;
        memset(at->padded, 0, count * width);
        for (size_t i = 0; i < count; i++)
            if ((size_t)classes[done + i] < at->form.names->count) {
                const char *name = at->form.names->text[classes[done + i]];
                memcpy(at->padded + i * width, name, strlen(name));
            }
        good = nni_hdf5_image_write(&at->class_names, at->done + done, count, at->padded);
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
    if (!nni_hdf5_image_write(&predictions->values, first, rows, output) ||
        (predictions->decided.dataset >= 0 && !nni_hdf5_image_write(&predictions->decided, first, rows, decided)) ||
        (predictions->class_names.dataset >= 0 && !put_names(predictions, decided, rows)))
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
    nni_hdf5_image_close(&predictions->values);
    nni_hdf5_image_close(&predictions->decided);
    nni_hdf5_image_close(&predictions->class_names);
}

nn_status nni_predictions_finish(nni_predictions *predictions, nn_error *error)
{
    close_datasets(predictions);
    const nn_status status = predictions->csv.file
                                 ? nni_draft_commit(&predictions->csv, error)
                                 : nni_hdf5_image_save(predictions->file, predictions->path, nni_file_replace, error);
    nni_predictions_abandon(predictions);
    return status;
}

void nni_predictions_abandon(nni_predictions *predictions)
{
    if (!predictions)
        return;
    close_datasets(predictions);
    nni_draft_drop(&predictions->csv);
    nni_hdf5_close(predictions->file);
    nni_release(predictions->padded);
    nni_release(predictions);
}
