/* SPDX-License-Identifier: MIT */
/* Histories of runs whose files the tests write: whole, damaged, and of older and later versions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/history/history.h"
#include "support/history_fixture.h"
#include "support/history_sum.h"
#include "support/next_random.h"
#include "support/suite.h"

/* --- metrics.jsonl and recipe.yaml --- */

static void curves_stand_in_the_order_of_their_first_lines(void)
{
    write_text("metrics.jsonl", "{\"epoch\": 1, \"step\": 10, \"train_loss\": 0.5, \"test_accuracy\": null}\n"
                                "{\"epoch\": 2, \"step\": 20, \"train_loss\": 0.25, \"test_rmse_outputs\": [1, 2]}\n"
                                "{\"epoch\": 3, \"test_accuracy\": 0.75, \"train_loss\": 1e-3, \"later\": 1e999}\n");
    nni_history *history = read_run();
    CU_ASSERT(history->epochs == 3 && history->curve_count == 4 && history->state == NNI_RUN_UNKNOWN);
    CU_ASSERT_STRING_EQUAL(history->curves[0].name, "step");
    CU_ASSERT_STRING_EQUAL(history->curves[1].name, "train_loss");
    CU_ASSERT_STRING_EQUAL(history->curves[2].name, "test_accuracy");
    CU_ASSERT_STRING_EQUAL(history->curves[3].name, "later");
    CU_ASSERT(history->epoch[2] == 3 && history->curves[1].values[2] == 1e-3);
    const double *accuracy = nni_history_curve(history, "test_accuracy")->values;
    CU_ASSERT(isnan(accuracy[0]) && isnan(accuracy[1]) && accuracy[2] == 0.75);
    CU_ASSERT(isnan(history->curves[0].values[2]) && isnan(history->curves[3].values[0]) &&
              isnan(history->curves[3].values[2]));
    CU_ASSERT_PTR_NULL(nni_history_curve(history, "epoch"));
    CU_ASSERT_EQUAL(history->notes.count, 0);
    nni_history_free(history);
    remove_files();
}

static void a_torn_line_is_as_if_not_there_and_a_bad_one_is_noted(void)
{
    write_text("metrics.jsonl", "{\"epoch\": 1, \"train_loss\": 3}\n"
                                "{\"epoch\": 2, \"train_loss\": 2}\n"
                                "what\n"
                                "[1]\n"
                                "{\"epoch\": null}\n"
                                "{\"epoch\": 3, \"train_loss\": 1}\n"
                                "{\"epoch\": 4, \"train_lo");
    nni_history *history = read_run();
    CU_ASSERT(history->epochs == 3 && history->curves[0].values[2] == 1);
    CU_ASSERT_EQUAL(history->notes.count, 1);
    expect_note(history, "metrics.jsonl: 3 of its lines could not be read, the first is line 3");
    nni_history_free(history);
    remove_files();
}

/* A copy of an older file before a resumed one's lines. */
static void an_epoch_that_comes_again_takes_the_place_of_the_earlier_one(void)
{
    write_text("metrics.jsonl",
               "{\"epoch\": 1, \"a\": 1}\n{\"epoch\": 2, \"a\": 2, \"b\": 2}\n{\"epoch\": 3, \"a\": 3}\n"
               "{\"epoch\": 2, \"a\": 20}\n{\"epoch\": 3, \"a\": 30}\n");
    nni_history *history = read_run();
    CU_ASSERT_EQUAL_FATAL(history->epochs, 3);
    CU_ASSERT(history->curves[0].values[0] == 1 && history->curves[0].values[1] == 20 &&
              history->curves[0].values[2] == 30);
    CU_ASSERT(isnan(history->curves[1].values[1]));
    nni_history_free(history);
    remove_files();
}

/* Each curve has room for every line: names that are all different would take the square of the file. */
static void a_file_of_ever_new_names_takes_no_memory_beyond_its_size(void)
{
    enum { LINES = 5000 };
    FILE *file = fopen(fixture_path("metrics.jsonl"), "wb");
    for (int i = 1; i <= LINES; i++)
        fprintf(file, "{\"epoch\": %d, \"n%d\": 1}\n", i, i);
    const size_t bytes = (size_t)ftell(file);
    fclose(file);
    nni_history *history = read_run();
    CU_ASSERT_EQUAL(history->epochs, LINES);
    CU_ASSERT(history->curve_count > 10 && history->curve_count * LINES <= bytes);
    expect_note(history, "too many different names");
    nni_history_free(history);
    remove_files();
}

static void the_best_line_is_found_in_the_right_direction(void)
{
    write_text(
        "metrics.jsonl",
        "{\"epoch\": 1, \"learning_rate\": 1, \"train_loss\": 3, \"validation_loss\": 0.3, \"test_accuracy\": 0.5}\n"
        "{\"epoch\": 2, \"learning_rate\": 1, \"train_loss\": 2, \"validation_loss\": 0.1, \"test_accuracy\": 0.7}\n"
        "{\"epoch\": 3, \"learning_rate\": 1, \"train_loss\": 1, \"validation_loss\": 0.2, \"test_accuracy\": 0.7}\n");
    nni_history *history = read_run();
    bool known = false;
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "validation_loss")), 1);
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "test_accuracy")), 1);
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "learning_rate")), SIZE_MAX);
    CU_ASSERT(nni_history_lower_is_better("test_rmse", &known) && known);
    CU_ASSERT(!nni_history_lower_is_better("test_auroc", &known) && known);
    CU_ASSERT(!nni_history_lower_is_better("seconds", &known) && !known);
    CU_ASSERT(!nni_history_lower_is_better("test_", &known) && !known);
    nni_history_free(history);
    remove_files();
}

/* As a training prints them; the labels of a row that are all right, and R2, are not what it prints. */
static void a_run_is_judged_by_what_a_training_prints_and_by_validation_first(void)
{
    static const char *const lines[][2] = {
        {"\"train_loss\": 1, \"test_loss\": 1, \"test_subset_accuracy\": 0.5, \"test_f1_micro\": 0.8", "test_f1_micro"},
        {"\"train_loss\": 1, \"test_loss\": 1, \"test_r2\": 0.5, \"test_rmse\": 0.8", "test_rmse"},
        {"\"train_loss\": 1, \"test_rmse\": 0.5, \"validation_r2\": 0.8, \"validation_rmse\": 0.4", "validation_rmse"},
        {"\"test_loss\": 1, \"test_accuracy\": 0.5, \"validation_accuracy\": 0.8", "validation_accuracy"},
        {"\"train_loss\": 1, \"test_loss\": 2", "test_loss"},
        {"\"seconds\": 1, \"train_loss\": 2", "train_loss"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"epoch\": 1, %s}\n", lines[i][0]);
        write_text("metrics.jsonl", text);
        nni_history *history = read_run();
        const nni_curve *judge = nni_history_main_curve(history);
        CU_ASSERT_STRING_EQUAL(judge->name, lines[i][1]);
        const nni_curve *test = nni_history_test_of(history, judge);
        CU_ASSERT_STRING_EQUAL(test ? test->name : "none", i == 2 ? "test_rmse" : i == 3 ? "test_accuracy" : "none");
        nni_history_free(history);
        remove_files();
    }
}

/* Of equal ones the one of the least loss; early stopping keeps the first of what it judges by. */
static void equal_epochs_are_told_apart_by_the_loss_of_their_split(void)
{
    write_text("metrics.jsonl",
               "{\"epoch\": 1, \"validation_loss\": 0.9, \"validation_accuracy\": 0.5, \"test_loss\": 0.1}\n"
               "{\"epoch\": 2, \"validation_loss\": 0.7, \"validation_accuracy\": 1, \"test_loss\": 0.1}\n"
               "{\"epoch\": 3, \"validation_loss\": 0.2, \"validation_accuracy\": 1, \"test_loss\": 0.3}\n"
               "{\"epoch\": 4, \"validation_loss\": 0.3, \"validation_accuracy\": 1, \"test_loss\": 0.2}\n");
    nni_history *history = read_run();
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "validation_accuracy")), 2);
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "test_loss")), 0);
    nni_history_free(history);
    write_text("recipe.yaml", "training: {epochs: 4, stop: {metric: accuracy, patience: 5}}\n");
    history = read_run();
    CU_ASSERT_EQUAL(nni_history_best(history, nni_history_curve(history, "validation_accuracy")), 1);
    nni_history_free(history);
    remove_files();
}

static void the_recipe_names_what_a_run_is_judged_by(void)
{
    write_text("metrics.jsonl", "{\"epoch\": 1, \"train_loss\": 3, \"validation_f1\": 0.3, \"test_accuracy\": 0.5}\n");
    write_text("recipe.yaml", "training: {epochs: 40, stop: {metric: f1, patience: 5}}\n");
    nni_history *history = read_run();
    CU_ASSERT_STRING_EQUAL(nni_history_main_curve(history)->name, "validation_f1");
    CU_ASSERT(history->planned_epochs == 40 && strstr(history->recipe, "patience: 5"));
    nni_history_free(history);
    write_text("recipe.yaml", "training: {epochs: auto, stop: {metric: f1, patience: 0}, restore_best: false}\n");
    history = read_run();
    CU_ASSERT_STRING_EQUAL(nni_history_main_curve(history)->name, "test_accuracy");
    CU_ASSERT(history->planned_epochs == 0 && !history->watched);
    nni_history_free(history);
    write_text("recipe.yaml", "training: [\n");
    history = read_run();
    CU_ASSERT(history->notes.count == 1 && history->epochs == 1);
    nni_history_free(history);
    remove_files();
}

static void what_is_no_run_is_refused_with_what_would_do(void)
{
    nn_error error;
    nni_history *history = NULL;
    const nni_history_wanted wanted = {.records = true};
    CU_ASSERT_EQUAL(nni_history_read(fixture_path("nowhere"), wanted, &history, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "is not there; name the folder of a run"));
    CU_ASSERT_EQUAL(nni_history_read(fixture_folder, wanted, &history, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "neither metrics.jsonl nor recipe.yaml"));
    CU_ASSERT_PTR_NULL(history);
    write_text("metrics.jsonl", "");
    CU_ASSERT_EQUAL_FATAL(nni_history_read(fixture_path("metrics.jsonl"), wanted, &history, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(history->folder, fixture_folder);
    CU_ASSERT_STRING_EQUAL(history->name, strrchr(fixture_folder, '/') + 1);
    CU_ASSERT(history->epochs == 0 && !nni_history_main_curve(history));
    nni_history_free(history);
    remove_files();
}

/* --- records.jsonl --- */

#define BEGIN                                                                                                          \
    "{\"epoch\": 0, \"event\": \"begin\", \"time\": \"2026-02-01T10:00:00Z\", \"version\": \"0.9\", \"hosts\": "       \
    "[\"n1\", \"n2\", \"n1\"], \"ranks\": 4, \"threads\": 2, \"data\": {\"file\": \"/d/x.h5\", \"bytes\": 10, "        \
    "\"digest\": "                                                                                                     \
    "\"fedcba9876543210\", \"train_rows\": 7, \"validation_rows\": 2, \"test_rows\": 3, \"features\": 4}, "            \
    "\"network\": "                                                                                                    \
    "{\"inputs\": 4, \"layers\": [{\"units\": 8, \"activation\": \"relu\", \"normalization\": \"batch\", "             \
    "\"dropout\": 0.5, "                                                                                               \
    "\"parameters\": 48}, {\"units\": 3, \"activation\": \"softmax\", \"normalization\": \"none\", \"dropout\": 0, "   \
    "\"parameters\": 27}]}, \"class_names\": [\"<b>\", \"\\u00e9\", \"c\"], \"feature_names\": [\"one\"], \"image\": " \
    "{\"width\": 2, \"height\": 2, \"channels\": 1}, \"asked\": \"seed: 1\\n\", \"more\": {\"of\": [\"it\"]}}\n"
#define LAYER                                                                                                          \
    "{\"weights\": {\"least\": -1, \"most\": 1, \"counts\": [1, 2, 3]}, \"activations\": {\"least\": 0, \"most\": 0, " \
    "\"counts\": [4]}, \"dead\": 2}"
#define GRID   "\"least\": [0, -1], \"most\": [1, 1], \"width\": 2, \"height\": 1, "
#define VALUES "\"AACAPwAAAMAAAAAAAADAfw==\"" /* 1, -2, 0, NaN as float32 */
static const char records[] = BEGIN
    "{\"epoch\": 0, \"event\": \"surface\", " GRID "\"loss\": \"AACAPwAAAMA=\"}\n"
    "{\"epoch\": 0, \"event\": \"parameters\", \"step\": 0, \"values\": [0.5, 1.5]}\n"
    "{\"epoch\": 1, \"event\": \"parameters\", \"step\": 1, \"values\": [0.25, null]}\n"
    "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [1, 2], \"gradient\": [null, 0.5]}\n"
    "{\"epoch\": 1, \"event\": \"histograms\", \"rows\": 20, \"layers\": [" LAYER ", " LAYER "]}\n"
    "{\"epoch\": 1, \"event\": \"ranks\", \"ranks\": 100, \"rank\": [3, 97], \"compute\": [1, 2], \"wait\": [0.5, "
    "0.25], "
    "\"memory\": [1e9, 2e9]}\n"
    "{\"epoch\": 1, \"event\": \"frame\", " GRID "\"outputs\": 2, \"values\": " VALUES "}\n"
    "{\"epoch\": 1, \"event\": \"of a later version\", \"weight\": 1}\n"
    "{\"epoch\": 2, \"event\": \"norms\", \"weight\": [3, 4], \"gradient\": [1, 2]}\n"
    "{\"epoch\": 2, \"event\": \"end\", \"time\": \"2026-02-01T10:01:00Z\", \"state\": \"diverged\", \"message\": "
    "\"the loss is NaN\", \"reason\": \"none\", \"model_epoch\": 1, \"record_seconds\": 0.125}\n";

static void begin_tells_where_and_what(void)
{
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", records);
    nni_history *history = read_run();
    CU_ASSERT_EQUAL_FATAL(history->origin_count, 1);
    const nni_run_origin *origin = history->origins;
    CU_ASSERT_STRING_EQUAL(origin->time, "2026-02-01T10:00:00Z");
    CU_ASSERT_STRING_EQUAL(origin->data_file, "/d/x.h5");
    CU_ASSERT_STRING_EQUAL(origin->asked, "seed: 1\n");
    CU_ASSERT(origin->hosts.count == 2 && origin->ranks == 4 && origin->threads == 2 && !origin->mpi);
    CU_ASSERT(origin->data_digest == UINT64_C(0xfedcba9876543210) && origin->data_bytes == 10);
    CU_ASSERT(origin->train_rows == 7 && origin->validation_rows == 2 && origin->test_rows == 3);
    CU_ASSERT_FATAL(history->inputs == 4 && history->layer_count == 2);
    CU_ASSERT(history->layers[0].units == 8 && history->layers[0].parameters == 48 &&
              history->layers[0].dropout == 0.5);
    CU_ASSERT_STRING_EQUAL(history->layers[0].normalization, "batch");
    CU_ASSERT_STRING_EQUAL(history->layers[1].activation, "softmax");
    CU_ASSERT_PTR_NULL(history->layers[1].normalization);
    CU_ASSERT_EQUAL_FATAL(history->class_names.count, 3);
    CU_ASSERT_STRING_EQUAL(history->class_names.text[1], "\xc3\xa9");
    CU_ASSERT_EQUAL(history->feature_names.count, 0); /* one name for four features names none */
    CU_ASSERT(history->image && history->image_width == 2 && history->image_channels == 1);
    CU_ASSERT(history->state == NNI_RUN_DIVERGED && history->record_seconds == 0.125);
    CU_ASSERT_STRING_EQUAL(history->end_message, "the loss is NaN");
    CU_ASSERT_STRING_EQUAL(history->end_reason, "none");
    CU_ASSERT_EQUAL(history->model_epoch, 1);
    CU_ASSERT_STRING_EQUAL(history->end_time, "2026-02-01T10:01:00Z");
    CU_ASSERT_EQUAL(history->notes.count, 0);
    nni_history_free(history);
    remove_files();
}

static void records_of_epochs_are_read(void)
{
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", records);
    nni_history *history = read_run();
    CU_ASSERT_EQUAL_FATAL(history->norm_count, 2);
    CU_ASSERT(history->norms[1].epoch == 2 && history->norms[1].weight[1] == 4 && history->norms[1].gradient[0] == 1);
    CU_ASSERT(isnan(history->norms[0].gradient[0]) && history->norms[0].gradient[1] == 0.5);
    CU_ASSERT_FATAL(history->histogram_count == 1 && history->histograms[0].rows == 20);
    const nni_layer_histograms *layer = &history->histograms[0].layers[1];
    CU_ASSERT(layer->weights.bins == 3 && layer->weights.counts[2] == 3 && layer->weights.least == -1);
    CU_ASSERT(layer->activations.bins == 1 && layer->gradients.bins == 0 && !layer->gradients.counts);
    CU_ASSERT_EQUAL(layer->dead, 2);
    CU_ASSERT_FATAL(history->rank_time_count == 1 && history->rank_times[0].listed == 2);
    const nni_rank_record *ranks = history->rank_times;
    CU_ASSERT(ranks->ranks == 100 && ranks->rank[1] == 97 && ranks->compute[1] == 2 && ranks->memory[0] == 1e9);
    CU_ASSERT(isnan(ranks->io[0]) && isnan(ranks->checkpoint[1]));
    CU_ASSERT_FATAL(history->frame_count == 1 && history->frames[0].outputs == 2);
    const nni_frame *frame = history->frames;
    CU_ASSERT(frame->width == 2 && frame->height == 1 && frame->least[1] == -1 && frame->most[0] == 1);
    CU_ASSERT(frame->values[0] == 1 && frame->values[1] == -2 && frame->values[2] == 0 && isnan(frame->values[3]));
    const nni_surface *surface = &history->surface;
    CU_ASSERT_FATAL(surface->loss && surface->path_count == 2);
    CU_ASSERT(surface->loss[1] == -2 && surface->path[0] == 0.5 && surface->path[2] == 0.25 && isnan(surface->path[3]));
    CU_ASSERT_EQUAL(surface->path_step[1], 1);
    nni_history_free(history);
    remove_files();
}

/* Many runs side by side need no more. */
static void without_records_only_begin_and_end_are_read(void)
{
    nni_history *history = NULL;
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", records);
    CU_ASSERT_EQUAL_FATAL(nni_history_read(fixture_folder, (nni_history_wanted){.records = false}, &history, NULL),
                          NN_OK);
    CU_ASSERT(history->state == NNI_RUN_DIVERGED && history->layer_count == 2 && history->origin_count == 1);
    CU_ASSERT(history->norm_count == 0 && history->frame_count == 0 && !history->surface.loss);
    nni_history_free(history);
    remove_files();
}

static void a_resumed_run_is_one_that_runs(void)
{
    char text[2 * sizeof records];
    snprintf(text, sizeof text,
             "%s{\"epoch\": 1, \"event\": \"begin\", \"time\": \"later\"}\n"
             "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [7, 8], \"gradient\": [7, 8]}\n"
             "{\"epoch\": 2, \"event\": \"no",
             records);
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", text);
    nni_history *history = read_run();
    CU_ASSERT(history->state == NNI_RUN_BEGUN && !history->end_message && !history->end_time);
    CU_ASSERT_EQUAL_FATAL(history->origin_count, 2);
    CU_ASSERT(history->origins[1].epoch == 1 && history->layer_count == 2);
    CU_ASSERT_FATAL(history->norm_count == 1); /* those of epochs 1 and 2 came again, or are about to */
    CU_ASSERT_EQUAL(history->norms[0].weight[0], 7);
    CU_ASSERT_EQUAL(history->notes.count, 0);
    nni_history_free(history);
    remove_files();
}

static void records_of_another_shape_are_left_out_and_noted(void)
{
    static const char *const lines[] = {
        "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [1, 2, 3], \"gradient\": [1, 2, 3]}",
        "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [1, 2]}",
        "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [1, \"2\"], \"gradient\": [1, 2]}",
        "{\"event\": \"norms\", \"weight\": [1, 2], \"gradient\": [1, 2]}",
        "{\"epoch\": 1, \"event\": \"histograms\", \"layers\": [" LAYER "]}",
        "{\"epoch\": 1, \"event\": \"ranks\", \"rank\": []}",
        "{\"epoch\": 1, \"event\": \"ranks\", \"rank\": [-1]}",
        "{\"epoch\": 1, \"event\": \"frame\", " GRID "\"outputs\": 3, \"values\": " VALUES "}",
        "{\"epoch\": 1, \"event\": \"frame\", " GRID "\"outputs\": 0, \"values\": \"\"}",
        "{\"epoch\": 1, \"event\": \"frame\", " GRID "\"outputs\": 2, \"values\": \"AACAPwAAAM*AAAAAAADAfw==\"}",
        "{\"epoch\": 1, \"event\": \"frame\", \"least\": [0], \"most\": [1], \"width\": 4611686018427387904, "
        "\"height\": 1, "
        "\"outputs\": 4, \"values\": \"\"}",
        "{\"epoch\": 1, \"event\": \"frame\", \"least\": [0], \"most\": [1], \"width\": 2, \"height\": 2, \"outputs\": "
        "1, "
        "\"values\": " VALUES "}",
        "{\"epoch\": 1, \"event\": \"frame\", \"least\": [1], \"most\": [1], \"width\": 4, \"height\": 1, \"outputs\": "
        "1, "
        "\"values\": " VALUES "}",
        "{\"epoch\": 0, \"event\": \"surface\", " GRID "\"loss\": " VALUES "}",
        "{\"epoch\": 0, \"event\": \"parameters\", \"step\": 3, \"values\": [1]}",
        "{\"epoch\": 2, \"event\": \"end\", \"state\": \"who knows\"}",
        "{\"epoch\": 2, \"event\": \"end\"}",
        "{\"epoch\": 2, \"event\"",
    };
    write_text("metrics.jsonl", "");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 BEGIN "%s\n{\"epoch\": 3, \"event\": \"norms\", \"weight\": [1, 2], \"gradient\": [1, 2]}\n",
                 lines[i]);
        write_text("records.jsonl", text);
        nni_history *history = read_run();
        if (history->norm_count != 1 || history->notes.count != 1)
            printf("\n%s: %zu norms, %zu notes\n", lines[i], history->norm_count, history->notes.count);
        CU_ASSERT(history->norm_count == 1 && history->notes.count == 1 && history->state == NNI_RUN_BEGUN);
        CU_ASSERT(history->frame_count + history->histogram_count + history->rank_time_count == 0);
        CU_ASSERT(!history->surface.loss && history->surface.path_count == 0);
        expect_note(history, "records.jsonl: 1 of its lines could not be read, the first is line 2");
        nni_history_free(history);
    }
    remove_files();
}

/* A line that names them later must not make arrays of none be read as arrays of some. */
static void records_of_layers_that_are_not_known_yet_are_left_out(void)
{
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", "{\"epoch\": 1, \"event\": \"norms\", \"weight\": [], \"gradient\": []}\n"
                                "{\"epoch\": 1, \"event\": \"histograms\", \"layers\": []}\n" BEGIN);
    nni_history *history = read_run();
    CU_ASSERT(history->layer_count == 2 && history->norm_count == 0 && history->histogram_count == 0);
    expect_note(history, "records.jsonl: 2 of its lines could not be read, the first is line 1");
    nni_history_free(history);
    remove_files();
}

static void frames_have_the_inputs_and_outputs_of_the_first_one(void)
{
    static const char one[] = "{\"epoch\": 1, \"event\": \"frame\", " GRID "\"outputs\": 2, \"values\": " VALUES "}\n";
    char text[4096];
    snprintf(text, sizeof text,
             "%s{\"epoch\": 2, \"event\": \"frame\", " GRID "\"outputs\": 1, \"values\": "
             "\"AACAPwAAAMA=\"}\n{\"epoch\": 1, \"event\": \"frame\", \"least\": [0], \"most\": [1], \"width\": 1, "
             "\"height\": 1, \"outputs\": 1, \"values\": \"AACAPw==\"}\n",
             one);
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", text);
    nni_history *history = read_run();
    CU_ASSERT_FATAL(history->frame_count == 1); /* the last one, which begins anew */
    CU_ASSERT(history->frames[0].outputs == 1 && history->frames[0].width == 1);
    expect_note(history, "records.jsonl: 1 of its lines could not be read, the first is line 2");
    nni_history_free(history);
    remove_files();
}

static void damaged_records_are_survived(void)
{
    enum { MUTATIONS = 600 };
    static char text[sizeof records];
    uint64_t random = 26;
    double sum = 0;
    write_text("metrics.jsonl", "");
    for (size_t i = 0; i < MUTATIONS; i++) {
        size_t length = sizeof records - 1;
        memcpy(text, records, sizeof records);
        for (int change = 0; change < 4; change++) {
            random = next_random(random);
            static const char bytes[] = "0123456789-.e\"[]{},: nA=\n\\\xff";
            text[(random >> 20) % length] = bytes[(random >> 50) % (sizeof bytes - 1)];
        }
        if (i % 4 == 0)
            length = (random >> 16) % length;
        write_bytes("records.jsonl", text, length);
        nni_history *history = read_run();
        sum += history_sum(history);
        nni_history_free(history);
    }
    CU_ASSERT(!(sum == 0)); /* most of it is still read; or it has a NaN, which the frame has */
    remove_files();
}

/* Runs of versions without records have ended where all planned epochs are there. */
static void a_state_follows_from_records_lock_and_epochs(void)
{
    double epoch[] = {1, 2}, loss[] = {0.5, NAN};
    char name[] = "test_loss";
    nni_curve curve = {name, loss};
    nni_layer_shape layers[] = {{.parameters = 6}, {.parameters = 9}};
    nni_history run = {.epochs = 2,
                       .epoch = epoch,
                       .curves = &curve,
                       .curve_count = 1,
                       .planned_epochs = 3,
                       .layers = layers,
                       .layer_count = 2};
    CU_ASSERT_STRING_EQUAL(nni_history_state(&run), "unknown");
    run.planned_epochs = 2;
    CU_ASSERT_STRING_EQUAL(nni_history_state(&run), "finished");
    run.state = NNI_RUN_BEGUN;
    CU_ASSERT_STRING_EQUAL(nni_history_state(&run), "killed");
    run.locked = true;
    CU_ASSERT_STRING_EQUAL(nni_history_state(&run), "running");
    run.state = NNI_RUN_DIVERGED;
    CU_ASSERT_STRING_EQUAL(nni_history_state(&run), "diverged");
    CU_ASSERT_EQUAL(nni_history_last(&run, "test_loss"), 0.5);
    CU_ASSERT(isnan(nni_history_last(&run, "train_loss")));
    CU_ASSERT_EQUAL(nni_history_parameters(&run), 15);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(curves_stand_in_the_order_of_their_first_lines),
        NN_TEST(a_torn_line_is_as_if_not_there_and_a_bad_one_is_noted),
        NN_TEST(an_epoch_that_comes_again_takes_the_place_of_the_earlier_one),
        NN_TEST(a_file_of_ever_new_names_takes_no_memory_beyond_its_size),
        NN_TEST(the_best_line_is_found_in_the_right_direction),
        NN_TEST(a_run_is_judged_by_what_a_training_prints_and_by_validation_first),
        NN_TEST(equal_epochs_are_told_apart_by_the_loss_of_their_split),
        NN_TEST(the_recipe_names_what_a_run_is_judged_by),
        NN_TEST(what_is_no_run_is_refused_with_what_would_do),
        NN_TEST(begin_tells_where_and_what),
        NN_TEST(records_of_epochs_are_read),
        NN_TEST(without_records_only_begin_and_end_are_read),
        NN_TEST(a_resumed_run_is_one_that_runs),
        NN_TEST(records_of_another_shape_are_left_out_and_noted),
        NN_TEST(records_of_layers_that_are_not_known_yet_are_left_out),
        NN_TEST(frames_have_the_inputs_and_outputs_of_the_first_one),
        NN_TEST(damaged_records_are_survived),
        NN_TEST(a_state_follows_from_records_lock_and_epochs),
    };
    if (!fixture_begin(NULL))
        return 1;
    const int code = nni_run_suite("history", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
