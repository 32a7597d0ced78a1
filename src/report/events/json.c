/* SPDX-License-Identifier: MIT */
/* Runs as JSON. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "nntrain/version.h"
#include "report/events/events.h"
#include "report/figures/class_figures.h"
#include "report/figures/figures.h"
#include "report/figures/value_figures.h"
#include "support/files.h"
#include "support/json.h"
#include "support/memory.h"

/* Those of metrics.jsonl, so that numbers are read back as the same. */
enum { DIGITS = 9 };

/* Left out where it is not known. */
static void put_text(nni_json *json, const char *name, const char *text)
{
    if (text)
        nni_json_text(json, name, text);
}

static void put_texts(nni_json *json, const char *name, const nni_string_set *texts)
{
    if (texts->count == 0)
        return;
    nni_json_begin(json, name, '[');
    for (size_t i = 0; i < texts->count; i++)
        nni_json_text(json, NULL, texts->text[i]);
    nni_json_end(json, ']');
}

/* --- where and on what --- */

static void put_origin(nni_json *json, const nni_run_origin *origin, bool share)
{
    char digest[20];
    nni_json_begin(json, NULL, '{');
    nni_json_number(json, "epoch", origin->epoch);
    put_text(json, "time", origin->time);
    put_text(json, "version", origin->version);
    put_text(json, "instruction_set", origin->instruction_set);
    put_text(json, "processor", origin->processor);
    put_text(json, "mpi", origin->mpi);
    put_text(json, "hdf5", origin->hdf5);
    put_text(json, "compiler", origin->compiler);
    if (!share)
        put_texts(json, "hosts", &origin->hosts);
    nni_json_count(json, "host_count", origin->hosts.count);
    nni_json_count(json, "ranks", origin->ranks);
    nni_json_count(json, "threads", origin->threads);
    nni_json_begin(json, "data", '{');
    if (!share)
        put_text(json, "file", origin->data_file);
    nni_json_count(json, "bytes", (size_t)origin->data_bytes);
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)origin->data_digest);
    nni_json_text(json, "digest", digest);
    nni_json_count(json, "train_rows", origin->train_rows);
    nni_json_count(json, "validation_rows", origin->validation_rows);
    nni_json_count(json, "test_rows", origin->test_rows);
    nni_json_count(json, "features", origin->features);
    nni_json_end(json, '}');
    if (!share)
        put_text(json, "asked", origin->asked);
    nni_json_end(json, '}');
}

static void put_origins(nni_json *json, const nni_history *run, bool share)
{
    nni_json_begin(json, "origins", '[');
    for (size_t i = 0; i < run->origin_count; i++)
        put_origin(json, &run->origins[i], share);
    nni_json_end(json, ']');
}

static void put_network(nni_json *json, const nni_history *run)
{
    if (run->layer_count == 0)
        return;
    nni_json_begin(json, "network", '{');
    nni_json_count(json, "inputs", run->inputs);
    nni_json_begin(json, "layers", '[');
    for (size_t l = 0; l < run->layer_count; l++) {
        const nni_layer_shape *layer = &run->layers[l];
        nni_json_begin(json, NULL, '{');
        nni_json_count(json, "units", layer->units);
        put_text(json, "activation", layer->activation);
        put_text(json, "normalization", layer->normalization);
        nni_json_number(json, "dropout", layer->dropout);
        nni_json_count(json, "parameters", layer->parameters);
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
    nni_json_end(json, '}');
    put_texts(json, "feature_names", &run->feature_names);
    put_texts(json, "class_names", &run->class_names);
    put_texts(json, "output_names", &run->output_names);
}

/* --- figures over epochs --- */

static void put_best(nni_json *json, const nni_history *run)
{
    nni_json_begin(json, "best", '{');
    for (size_t c = 0; c < run->curve_count; c++) {
        const nni_curve *curve = &run->curves[c];
        bool known = false;
        nni_history_lower_is_better(curve->name, &known);
        const size_t best = known ? nni_history_best(run, curve) : SIZE_MAX;
        if (best == SIZE_MAX)
            continue;
        nni_json_begin(json, curve->name, '{');
        nni_json_number(json, "epoch", run->epoch[best]);
        nni_json_number(json, "value", curve->values[best]);
        nni_json_end(json, '}');
    }
    nni_json_end(json, '}');
}

static void put_curves(nni_json *json, const nni_history *run)
{
    const nni_curve *main_curve = nni_history_main_curve(run);
    if (main_curve)
        nni_json_text(json, "judged_by", main_curve->name);
    put_best(json, run);
    nni_json_begin(json, "curves", '{');
    nni_json_numbers(json, "epoch", run->epoch, run->epochs);
    for (size_t c = 0; c < run->curve_count; c++)
        nni_json_numbers(json, run->curves[c].name, run->curves[c].values, run->epochs);
    nni_json_end(json, '}');
}

static void put_norms(nni_json *json, const nni_history *run)
{
    nni_json_begin(json, "norms", '[');
    for (size_t i = 0; i < run->norm_count; i++) {
        nni_json_begin(json, NULL, '{');
        nni_json_number(json, "epoch", run->norms[i].epoch);
        nni_json_numbers(json, "weight", run->norms[i].weight, run->layer_count);
        nni_json_numbers(json, "gradient", run->norms[i].gradient, run->layer_count);
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
}

static void put_histogram(nni_json *json, const char *name, const nni_histogram *histogram)
{
    nni_json_begin(json, name, '{');
    nni_json_number(json, "least", histogram->least);
    nni_json_number(json, "most", histogram->most);
    nni_json_numbers(json, "counts", histogram->counts, histogram->bins);
    nni_json_end(json, '}');
}

static void put_histograms(nni_json *json, const nni_history *run)
{
    nni_json_begin(json, "histograms", '[');
    for (size_t i = 0; i < run->histogram_count; i++) {
        nni_json_begin(json, NULL, '{');
        nni_json_number(json, "epoch", run->histograms[i].epoch);
        nni_json_count(json, "rows", run->histograms[i].rows);
        nni_json_begin(json, "layers", '[');
        for (size_t l = 0; l < run->layer_count; l++) {
            const nni_layer_histograms *layer = &run->histograms[i].layers[l];
            nni_json_begin(json, NULL, '{');
            put_histogram(json, "weights", &layer->weights);
            put_histogram(json, "activations", &layer->activations);
            put_histogram(json, "gradients", &layer->gradients);
            nni_json_count(json, "dead", layer->dead);
            nni_json_end(json, '}');
        }
        nni_json_end(json, ']');
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
}

static void put_ranks(nni_json *json, const nni_history *run)
{
    nni_json_begin(json, "rank_times", '[');
    for (size_t i = 0; i < run->rank_time_count; i++) {
        const nni_rank_record *times = &run->rank_times[i];
        nni_json_begin(json, NULL, '{');
        nni_json_number(json, "epoch", times->epoch);
        nni_json_count(json, "ranks", times->ranks);
        nni_json_begin(json, "rank", '[');
        for (size_t r = 0; r < times->listed; r++)
            nni_json_count(json, NULL, times->rank[r]);
        nni_json_end(json, ']');
        nni_json_numbers(json, "compute", times->compute, times->listed);
        nni_json_numbers(json, "wait", times->wait, times->listed);
        nni_json_numbers(json, "evaluate", times->evaluate, times->listed);
        nni_json_numbers(json, "checkpoint", times->checkpoint, times->listed);
        nni_json_numbers(json, "io", times->io, times->listed);
        nni_json_numbers(json, "memory", times->memory, times->listed);
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
}

/* --- figures of predictions --- */

/* A number for each output. Of a sigmoid of two classes they are those of class 1. */
static nn_status put_areas(nni_json *json, const nni_prediction_record *record, nn_error *error)
{
    const size_t classes = nni_figure_classes(record), outputs = record->outputs;
    nni_class_figures *each = NULL;
    nni_mean_curves mean;
    double *areas = NULL; /* [2, outputs] */
    nn_status status = nni_allocate(classes, sizeof *each, "areas under curves", &each, error);
    if (status == NN_OK)
        status = nni_allocate(2 * outputs, sizeof *areas, "areas under curves", &areas, error);
    if (status == NN_OK)
        status = nni_figures_of_classes(record, each, &mean, error);
    if (status == NN_OK) {
        for (size_t k = 0; k < outputs; k++) {
            areas[k] = each[classes - outputs + k].auroc;
            areas[outputs + k] = each[classes - outputs + k].average_precision;
        }
        nni_json_numbers(json, "auroc", areas, outputs);
        nni_json_numbers(json, "average_precision", areas + outputs, outputs);
    }
    nni_release(each);
    nni_release(areas);
    return status;
}

/* Cells that are not 0, as [true, predicted, weight]: of 10,000 classes the matrix has 100 million cells. */
static nn_status put_confusion(nni_json *json, const nni_prediction_record *record, nn_error *error)
{
    nni_confusion_cell *cells = NULL;
    size_t count = 0;
    NN_TRY(nni_confusion_cells(record, &cells, &count, error));
    nni_json_begin(json, "confusion", '[');
    for (size_t i = 0; i < count; i++)
        nni_json_numbers(json, NULL, (double[]){(double)cells[i].truth, (double)cells[i].predicted, cells[i].weight},
                         3);
    nni_json_end(json, ']');
    nni_release(cells);
    return NN_OK;
}

static void put_values(nni_json *json, const nni_prediction_record *record)
{
    nni_json_begin(json, "outputs", '[');
    for (size_t k = 0; k < record->outputs; k++) {
        const nni_value_figures figures = nni_figures_of_values(record, k);
        nni_json_begin(json, NULL, '{');
        nni_json_number(json, "r2", figures.r2);
        nni_json_number(json, "rmse", figures.rmse);
        nni_json_number(json, "mae", figures.mae);
        nni_json_number(json, "bias", figures.bias);
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
}

static nn_status put_predictions(nni_json *json, const nni_prediction_record *record, nn_error *error)
{
    if (!record || record->rows == 0)
        return NN_OK;
    nni_json_begin(json, "predictions", '{');
    put_text(json, "split", record->split);
    nni_json_number(json, "epoch", record->epoch);
    nni_json_count(json, "split_rows", record->split_rows);
    nni_json_count(json, "rows", record->rows);
    if (record->output) {
        nni_calibration calibration;
        nni_calibrate(record, &calibration);
        nni_json_number(json, "ece", calibration.ece);
        NN_TRY(put_areas(json, record, error));
    }
    if (record->class_of)
        NN_TRY(put_confusion(json, record, error));
    if (record->value)
        put_values(json, record);
    nni_json_end(json, '}');
    return NN_OK;
}

/* --- runs --- */

/* Notes on a run, and on its predictions where they were read later. */
static nn_status put_notes(nni_json *json, const nni_history *run, const nni_history *read, nn_error *error)
{
    nni_string_set notes = {.count = 0};
    nn_status status = NN_OK;
    for (size_t i = 0; i < run->notes.count && status == NN_OK; i++)
        status = nni_string_set_add(&notes, run->notes.text[i], error);
    for (size_t i = 0; read && i < read->notes.count && status == NN_OK; i++)
        status = nni_string_set_add(&notes, read->notes.text[i], error);
    put_texts(json, "notes", &notes);
    nni_string_set_free(&notes);
    return status;
}

/* Messages and recipes name files and hosts. */
static nn_status put_run(nni_json *json, const nni_history *run, const char *name, bool share, nn_error *error)
{
    nni_json_begin(json, NULL, '{');
    nni_json_text(json, "name", name);
    if (!share)
        put_text(json, "folder", run->folder);
    nni_json_text(json, "state", nni_history_state(run));
    if (!share)
        put_text(json, "message", run->end_message);
    put_text(json, "ended", run->end_time);
    nni_json_count(json, "epochs", run->epochs);
    nni_json_count(json, "planned_epochs", run->planned_epochs);
    nni_json_number(json, "record_seconds", run->record_seconds);
    put_curves(json, run);
    put_origins(json, run, share);
    put_network(json, run);
    put_norms(json, run);
    put_histograms(json, run);
    put_ranks(json, run);
    /* Those of one run at a time are held. */
    nni_history *read = NULL;
    const nni_prediction_record *record = NULL;
    nn_status status = nni_history_predictions(run, &read, &record, error);
    if (status == NN_OK)
        status = put_predictions(json, record, error);
    if (!share && status == NN_OK)
        status = put_notes(json, run, read, error);
    nni_history_free(read);
    if (!share)
        put_text(json, "recipe", run->recipe);
    nni_json_end(json, '}');
    return status;
}

nn_status nni_report_json(const nni_history *const *runs, size_t count, bool share, const char *path, nn_error *error)
{
    nni_string_set names = {.count = 0};
    nni_draft draft = {.file = NULL};
    nn_status status = nni_history_names(runs, count, false, &names, error);
    if (status == NN_OK)
        status = nni_draft_open(path, &draft, error);
    if (status == NN_OK) {
        nni_json json = {.out = draft.file, .digits = DIGITS};
        nni_json_begin(&json, NULL, '{');
        nni_json_text(&json, "nntrain", nn_version());
        nni_json_begin(&json, "runs", '[');
        for (size_t i = 0; status == NN_OK && i < count; i++)
            status = put_run(&json, runs[i], names.text[i], share, error);
        nni_json_end(&json, ']');
        nni_json_end(&json, '}');
    }
    if (status == NN_OK)
        status = nni_draft_commit(&draft, error);
    nni_draft_drop(&draft);
    nni_string_set_free(&names);
    return status;
}
