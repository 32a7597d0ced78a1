/* SPDX-License-Identifier: MIT */
/* Runs as reports read them: bytes are those of predictions.h5, or of all files that are text. What is read is then
 * computed with. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/history_sum.h"
#include "hdf5_crash.h"
#include "report/figures/figures.h"
#include "report/page/page.h"
#include "target.h"

/* So that the compiler leaves nothing out. */
static volatile double sum;

static void compute_curves(const nni_prediction_record *record)
{
    nni_threshold_curve curve;
    const size_t last = record->outputs - 1;
    fuzz_expect(nni_roc(record, last, &curve, NULL) == NN_OK, "a ROC curve");
    fuzz_expect(isnan(curve.area) || (curve.area >= 0 && curve.area <= 1 + 1e-9), "an area of at most 1");
    nni_threshold_curve_free(&curve);
    fuzz_expect(nni_precision_recall(record, last, &curve, NULL) == NN_OK, "a curve of precision and recall");
    fuzz_expect(isnan(curve.area) || (curve.area >= 0 && curve.area <= 1 + 1e-9), "an area of at most 1");
    nni_threshold_curve_free(&curve);
}

static void compute(const nni_prediction_record *record)
{
    enum { FEW = 64 };
    nni_calibration calibration;
    nni_pair_test test;
    fuzz_expect(nni_comparable(record, record), "a record to be comparable with itself");
    fuzz_expect(nni_compare_pair(record, record, &test, NULL) == NN_OK, "a comparison");
    if (record->kind == NN_PREDICTS_VALUES)
        return;
    nni_calibrate(record, &calibration);
    compute_curves(record);
    if (record->kind == NN_PREDICTS_CLASSES && record->class_count <= FEW) {
        double *counts = malloc(record->class_count * record->class_count * sizeof *counts);
        nni_confusion(record, counts);
        free(counts);
    }
}

static void write_page(const nni_history *history)
{
    const nni_report_options options = {.share = history->epochs % 2 == 1};
    char *text = NULL;
    size_t bytes = 0;
    FILE *page = open_memstream(&text, &bytes);
    fuzz_expect(page != NULL, "room for a page");
    fuzz_expect(nni_report_run_page(page, history, &options, NULL) == NN_OK, "a page");
    fclose(page);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const texts[] = {"metrics.jsonl", "records.jsonl", "recipe.yaml"};
    const nni_history_wanted all = {.records = true, .predictions = true, .weights = true};
    nn_error error = {.status = NN_OK};
    nni_history *history = NULL;
    fuzz_part_hdf5_crashes();
    unlink(fuzz_path("predictions.h5"));
    const bool predictions = size >= 4 && memcmp(bytes, "\x89HDF", 4) == 0;
    if (predictions)
        fuzz_file("predictions.h5", bytes, size);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fuzz_file(texts[i], bytes, predictions ? 0 : size);
    const nn_status status = nni_history_read(fuzz_path("records.jsonl"), all, &history, &error);
    fuzz_expect(status == NN_OK, "a history");
    sum = history_sum(history);
    nni_history_main_curve(history);
    for (size_t i = 0; i < history->curve_count; i++)
        nni_history_best(history, &history->curves[i]);
    if (history->predictions)
        compute(history->predictions);
    write_page(history);
    nni_history_free(history);
    return 0;
}
