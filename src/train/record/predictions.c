/* SPDX-License-Identifier: MIT */
#include "train/record/predictions.h"

#include <math.h>
#include <string.h>

#include "checkpoint/trained.h"
#include "data/predictions/split_outputs.h"
#include "hdf5/file.h"
#include "hdf5/image.h"
#include "hdf5/process/lock.h"
#include "metrics/subject.h"
#include "support/files.h"
#include "support/memory.h"
#include "train/record/worst.h"
#include "train/run/gradient_sync.h"
#include "train/run_folder/folder.h"
#include "train/run_folder/run_lock.h"

/* Most that is recorded. */
enum { ROWS_MOST = 100000, BYTES_MOST = 16 << 20 };

/* A dataset of the file: this rank's rows, then on rank 0 those of all. */
typedef struct column {
    const char *name; /* NULL: the file has no such dataset */
    nni_element element;
    int rank;
    size_t width;
    char *values; /* [rows, width] of the element */
} column;

enum { OUTPUT, TARGET, WEIGHT, ROW, X, COLUMNS };

typedef struct predictions {
    nni_run *run;
    const nni_dataset *dataset;
    const char *split;
    nn_prediction kind;
    size_t outputs;
    nni_row_choice choice;
    size_t rows;   /* of this rank */
    size_t before; /* rows of the ranks before it */
    column columns[COLUMNS];
    nni_worst worst;
    nni_real *raw; /* [features] of one of the worst rows, as the file has it */
} predictions;

nn_prediction nni_record_predicts(const nni_run *run)
{
    const nni_string_set *names = nni_dataset_class_names(run->data.train);
    return nni_checkpoint_predicts(&(nni_checkpoint){
        .network = run->model.network,
        .target_scaling = run->data.target_scaler,
        .provenance = run->files.provenance,
        .class_names = names ? *names : (nni_string_set){.count = 0},
    });
}

/* @param name  receives what the split is called. @return NULL: there is none */
static const nni_dataset *split_of(const nni_run *run, const char **name)
{
    const nni_record_split asked = run->recipe->record.predictions;
    const nni_dataset *const splits[] = {run->data.test, run->data.validation, run->data.train};
    static const char *const names[] = {"test", "validation", "train"};
    size_t at = asked == NNI_RECORD_TRAIN ? 2 : asked == NNI_RECORD_VALIDATION;
    if (asked == NNI_RECORD_NO_SPLIT)
        return NULL;
    if (asked == NNI_RECORD_TEST && !splits[at])
        at = 1;
    *name = names[at];
    return splits[at] && splits[at]->row.target != NNI_TARGET_NONE && splits[at]->slicing.slices.rows > 0 ? splits[at]
                                                                                                          : NULL;
}

static void describe(predictions *p)
{
    const bool values = p->kind == NN_PREDICTS_VALUES, classes = p->kind == NN_PREDICTS_CLASSES;
    p->columns[OUTPUT] = values ? (column){"values", NNI_DOUBLE, 2, p->outputs, NULL}
                                : (column){"probabilities", NNI_FLOAT, 2, p->outputs, NULL};
    p->columns[TARGET] = values    ? (column){"target", NNI_DOUBLE, 2, p->outputs, NULL}
                         : classes ? (column){"target", NNI_INT32, 1, 1, NULL}
                                   : (column){"target", NNI_UINT8, 2, p->outputs, NULL};
    p->columns[WEIGHT] = (column){p->dataset->row.weighted ? "weight" : NULL, NNI_DOUBLE, 1, 1, NULL};
    p->columns[ROW] = (column){"row", NNI_UINT64, 1, 1, NULL};
    const size_t features = p->dataset->row.features; /* one and two are drawn */
    p->columns[X] = (column){features <= 2 ? "x" : NULL, NNI_FLOAT, 2, features, NULL};
}

static size_t row_bytes(const column *of)
{
    return of->name ? of->width * nni_element_size(of->element) : 0;
}

static void choose_rows(predictions *p)
{
    size_t bytes = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        bytes += row_bytes(&p->columns[c]);
    size_t most = BYTES_MOST / bytes;
    most = most > ROWS_MOST ? ROWS_MOST : most > 0 ? most : 1;
    p->choice.rows = p->dataset->slicing.slices.rows;
    p->choice.count = p->choice.rows < most ? p->choice.rows : most;
    p->rows = nni_split_rows_of(p->dataset, p->choice, p->run->comm, p->run->comm->rank);
    for (int rank = 0; rank < p->run->comm->rank; rank++)
        p->before += nni_split_rows_of(p->dataset, p->choice, p->run->comm, rank);
}

static nn_status take_memory(predictions *p, nn_error *error)
{
    static const char what[] = "the predictions for the report";
    const size_t rows = p->run->comm->rank == 0 ? p->choice.count : p->rows;
    for (size_t c = 0; c < COLUMNS; c++)
        NN_TRY(nni_reserve(rows, row_bytes(&p->columns[c]), what, &p->columns[c].values, error));
    NN_TRY(nni_allocate(p->dataset->row.features, sizeof *p->raw, what, &p->raw, error));
    return nni_worst_create(p->dataset->row.features, &p->worst, error);
}

static void release(predictions *p)
{
    for (size_t c = 0; c < COLUMNS; c++)
        nni_release(p->columns[c].values);
    nni_release(p->raw);
    nni_worst_free(&p->worst);
}

/* --- a row --- */

/* Classes of a single sigmoid may be values, and those of a softmax distributions. */
static size_t true_class(const predictions *p, const nni_split_row *row)
{
    const nni_rows *rows = row->rows;
    return rows->classes
               ? (size_t)rows->classes[row->row]
               : nni_class_of_values(rows->values + row->row * p->dataset->row.outputs, p->dataset->row.outputs);
}

/* The probability of a wrong class; NAN: the class is right. */
static double put_class(predictions *p, const nni_split_row *row, int32_t *target)
{
    const size_t said = nni_predicted_class(row->output, p->outputs), is = true_class(p, row);
    *target = (int32_t)is;
    if (said == is)
        return NAN;
    return p->outputs > 1 ? (double)row->output[said] : said ? (double)row->output[0] : 1 - (double)row->output[0];
}

/* The farthest that any label is off; NAN: all are right. */
static double put_labels(const predictions *p, const nni_split_row *row, unsigned char *target)
{
    const double *is = row->rows->values + row->row * p->outputs;
    double most = 0;
    for (size_t j = 0; j < p->outputs; j++) {
        target[j] = is[j] >= 0.5;
        const double off = fabs((double)row->output[j] - target[j]);
        if ((row->output[j] >= (nni_real)0.5) != target[j])
            most = fmax(most, off);
    }
    return most > 0 ? most : NAN;
}

/* The distance between what is and what is said, in the units that the network learns in. */
static double put_values(const predictions *p, const nni_split_row *row, double *values, double *target)
{
    const nni_target_scaler *scaler = p->run->data.target_scaler;
    double sum = 0;
    nni_target_scaler_restore(scaler, row->output, 1, values);
    memcpy(target, row->rows->values + row->row * p->outputs, p->outputs * sizeof *target);
    for (size_t j = 0; j < p->outputs; j++) {
        const double off = (values[j] - target[j]) * (scaler->kind == NN_TARGETS_LOG1P ? 1 : scaler->scale[j]);
        sum += off * off;
    }
    return sqrt(sum);
}

static void *at_row(const predictions *p, size_t c, size_t index)
{
    return p->columns[c].values + index * row_bytes(&p->columns[c]);
}

static void keep_x(predictions *p, const nni_split_row *row, float *x)
{
    nni_row_convert(&p->dataset->row, NULL, row->rows, row->row, p->raw);
    for (size_t i = 0; i < p->dataset->row.features; i++)
        x[i] = (float)p->raw[i];
}

static void take_row(void *context, const nni_split_row *row)
{
    predictions *p = context;
    double score;
    if (p->kind == NN_PREDICTS_VALUES) {
        score = put_values(p, row, at_row(p, OUTPUT, row->index), at_row(p, TARGET, row->index));
    } else {
        float *probability = at_row(p, OUTPUT, row->index);
        for (size_t j = 0; j < p->outputs; j++)
            probability[j] = (float)row->output[j];
        score = p->kind == NN_PREDICTS_CLASSES ? put_class(p, row, at_row(p, TARGET, row->index))
                                               : put_labels(p, row, at_row(p, TARGET, row->index));
    }
    if (p->columns[WEIGHT].name)
        *(double *)at_row(p, WEIGHT, row->index) = row->rows->weights ? (double)row->rows->weights[row->row] : 1;
    *(uint64_t *)at_row(p, ROW, row->index) = row->number;
    if (p->columns[X].name)
        keep_x(p, row, at_row(p, X, row->index));
    float *x = nni_worst_add(&p->worst, (nni_worst_row){score, p->before + row->index});
    if (x)
        keep_x(p, row, x);
}

/* --- all ranks --- */

static nn_status collect(predictions *p, nn_error *error)
{
    nn_comm *comm = p->run->comm;
    size_t first = p->rows;
    for (int rank = 1; rank < comm->size; rank++) {
        const size_t rows = nni_split_rows_of(p->dataset, p->choice, comm, rank);
        for (size_t c = 0; c < COLUMNS && (comm->rank == 0 || comm->rank == rank); c++)
            NN_TRY(nni_comm_send_bytes_to_root(comm, rank, at_row(p, c, comm->rank == 0 ? first : 0),
                                               rows * row_bytes(&p->columns[c]), error));
        first += rows;
    }
    return nni_worst_collect(&p->worst, comm, error);
}

/* --- the file --- */

static bool put_column(hid_t file, const column *of, size_t rows, const void *values)
{
    nni_hdf5_column made;
    const bool good = nni_hdf5_image_add(file, of->name, of->element, of->element, of->rank, rows, of->width, &made) &&
                      (rows == 0 || nni_hdf5_image_write(&made, 0, rows, values));
    nni_hdf5_image_close(&made);
    return good;
}

static bool put_notes(hid_t file, const predictions *p)
{
    static const char *const kinds[] = {
        [NN_PREDICTS_CLASSES] = "classes", [NN_PREDICTS_LABELS] = "labels", [NN_PREDICTS_VALUES] = "values"};
    const nni_run *run = p->run;
    const nni_progress *counters = &run->progress.counters;
    const bool best = run->progress.restored_best;
    const size_t classes = p->kind != NN_PREDICTS_CLASSES ? 0 : p->outputs > 1 ? p->outputs : 2;
    return nni_hdf5_image_note_text(file, "split", p->split) &&
           nni_hdf5_image_note_text(file, "kind", kinds[p->kind]) &&
           nni_hdf5_image_note_count(file, "epoch", best ? counters->best_epoch : counters->epoch) &&
           nni_hdf5_image_note_count(file, "split_rows", p->choice.rows) &&
           nni_hdf5_image_note_count(file, "classes", classes);
}

static bool put_worst(hid_t file, const nni_worst *worst)
{
    uint64_t index[NNI_WORST_MOST];
    for (size_t i = 0; i < worst->count; i++)
        index[i] = worst->rows[i].index;
    return put_column(file, &(column){"worst", NNI_UINT64, 1, 1, NULL}, worst->count, index) &&
           put_column(file, &(column){"worst_x", NNI_FLOAT, 2, worst->features, NULL}, worst->count, worst->x);
}

static nn_status write_file(const predictions *p, nn_error *error)
{
    char path[PATH_MAX];
    NN_TRY(nni_folder_join(p->run->files.folder, "predictions.h5", path, error));
    NN_TRY(nni_run_lock_check(p->run->files.lock, error));
    size_t bytes = p->worst.count * p->worst.features * sizeof *p->worst.x;
    for (size_t c = 0; c < COLUMNS; c++)
        bytes += p->choice.count * row_bytes(&p->columns[c]);
    nni_hdf5_lock();
    const hid_t file = nni_hdf5_image_create(bytes);
    bool good = file >= 0 && put_notes(file, p) && put_worst(file, &p->worst);
    for (size_t c = 0; good && c < COLUMNS; c++)
        good = !p->columns[c].name || put_column(file, &p->columns[c], p->choice.count, p->columns[c].values);
    const nn_status status =
        good ? nni_hdf5_image_save(file, path, nni_file_replace_unsynced, error) : nni_hdf5_image_fail(path, error);
    nni_hdf5_close(file);
    nni_hdf5_unlock();
    return status;
}

nn_status nni_record_predictions(nni_run *run, nn_error *error)
{
    nn_comm *comm = run->comm;
    predictions p = {.run = run, .outputs = run->model.network->outputs};
    p.dataset = split_of(run, &p.split);
    if (!p.dataset)
        return NN_OK;
    p.kind = nni_record_predicts(run);
    describe(&p);
    choose_rows(&p);
    nn_status status = nn_comm_agree(comm, take_memory(&p, error), error);
    if (status == NN_OK)
        status = nn_comm_agree(
            comm, nni_split_run(run->model.network, run->model.work, p.dataset, p.choice, take_row, &p, error), error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, collect(&p, error), error);
    if (status == NN_OK)
        status = nni_comm_broadcast_status(comm, comm->rank == 0 ? write_file(&p, error) : NN_OK, error);
    release(&p);
    return status;
}
