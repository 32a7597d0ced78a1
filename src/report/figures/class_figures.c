/* SPDX-License-Identifier: MIT */
#include "report/figures/class_figures.h"

#include <math.h>
#include <stdlib.h>

#include "report/figures/figures.h"
#include "support/memory.h"

static double weight_of(const nni_prediction_record *record, size_t row)
{
    return record->weight ? record->weight[row] : 1;
}

size_t nni_figure_classes(const nni_prediction_record *record)
{
    return record->kind == NN_PREDICTS_CLASSES  ? record->class_count
           : record->kind == NN_PREDICTS_LABELS ? record->outputs
                                                : 0;
}

static int by_truth(const void *left, const void *right)
{
    const nni_confusion_cell *a = left, *b = right;
    if (a->truth != b->truth)
        return a->truth < b->truth ? -1 : 1;
    return (a->predicted > b->predicted) - (a->predicted < b->predicted);
}

nn_status nni_confusion_cells(const nni_prediction_record *record, nni_confusion_cell **cells, size_t *count,
                              nn_error *error)
{
    *count = 0;
    nni_confusion_cell *all = NULL;
    NN_TRY(nni_allocate(record->rows, sizeof *all, "the confused classes", &all, error));
    for (size_t row = 0; row < record->rows; row++)
        all[row] =
            (nni_confusion_cell){(size_t)record->class_of[row], nni_predicted_of(record, row), weight_of(record, row)};
    qsort(all, record->rows, sizeof *all, by_truth);
    for (size_t row = 0; row < record->rows; row++)
        if (*count > 0 && by_truth(&all[*count - 1], &all[row]) == 0)
            all[*count - 1].weight += all[row].weight;
        else
            all[(*count)++] = all[row];
    *cells = all;
    return NN_OK;
}

/* --- areas under curves: the scores of a class's own rows are sorted, those of all others are counted between them ---
 */

/* Rows of a class with one score, and what lies between it and the next higher one. */
struct threshold {
    double score;
    double own, tied, between; /* weights: of the class with this score; of others with it; of others just above */
};

struct ranking {
    const nni_prediction_record *record;
    size_t classes;
    struct threshold *thresholds; /* of all classes, each descending by score */
    size_t *begin, *end;          /* [classes] of each in thresholds */
    double *below;                /* [classes] weight of others below the lowest threshold */
    bool *undefined;              /* [classes] some score is NaN */
};

static double score_of(const nni_prediction_record *record, size_t row, size_t class_of)
{
    if (record->kind == NN_PREDICTS_CLASSES && record->outputs == 1)
        return class_of == 1 ? (double)record->output[row] : 1 - (double)record->output[row];
    return (double)record->output[row * record->outputs + class_of];
}

static bool is_of(const nni_prediction_record *record, size_t row, size_t class_of)
{
    return record->kind == NN_PREDICTS_CLASSES ? (size_t)record->class_of[row] == class_of
                                               : record->label[row * record->outputs + class_of] != 0;
}

static int by_score(const void *left, const void *right)
{
    const struct threshold *a = left, *b = right;
    return (a->score < b->score) - (a->score > b->score);
}

/* Puts the scores of rows that are of a class in place; rows without weight make no threshold. */
static void place_own_rows(struct ranking *ranking)
{
    const nni_prediction_record *record = ranking->record;
    const bool classes = record->kind == NN_PREDICTS_CLASSES;
    for (size_t row = 0; row < record->rows; row++) {
        const size_t first = classes ? (size_t)record->class_of[row] : 0;
        const size_t last = classes ? first + 1 : ranking->classes;
        for (size_t c = first; c < last; c++)
            if (is_of(record, row, c)) {
                const struct threshold own = {.score = score_of(record, row, c), .own = weight_of(record, row)};
                ranking->undefined[c] = ranking->undefined[c] || isnan(own.score);
                if (own.own > 0)
                    ranking->thresholds[ranking->end[c]++] = own;
            }
    }
}

static void sort_thresholds(struct ranking *ranking)
{
    for (size_t c = 0; c < ranking->classes; c++) {
        const size_t begin = ranking->begin[c], end = ranking->end[c];
        struct threshold *at = ranking->thresholds;
        if (ranking->undefined[c])
            continue;
        qsort(at + begin, end - begin, sizeof *at, by_score);
        size_t kept = begin;
        for (size_t i = begin; i < end; i++)
            if (kept > begin && at[kept - 1].score == at[i].score)
                at[kept - 1].own += at[i].own;
            else
                at[kept++] = at[i];
        ranking->end[c] = kept;
    }
}

/* Counts the rows that are not of a class between its thresholds. */
static void count_others(struct ranking *ranking)
{
    const nni_prediction_record *record = ranking->record;
    for (size_t row = 0; row < record->rows; row++) {
        const double weight = weight_of(record, row);
        for (size_t c = 0; c < ranking->classes; c++) {
            if (ranking->undefined[c] || is_of(record, row, c))
                continue;
            const double score = score_of(record, row, c);
            ranking->undefined[c] = isnan(score);
            if (!(weight > 0))
                continue;
            size_t low = ranking->begin[c], high = ranking->end[c];
            while (low < high) { /* the highest threshold that is not above the score */
                const size_t middle = low + (high - low) / 2;
                if (ranking->thresholds[middle].score > score)
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low == ranking->end[c])
                ranking->below[c] += weight;
            else if (ranking->thresholds[low].score == score)
                ranking->thresholds[low].tied += weight;
            else
                ranking->thresholds[low].between += weight;
        }
    }
}

/* Areas of a class, and its share of the mean curves. */
static void measure_class(const struct ranking *ranking, size_t c, nni_class_figures *figures, nni_mean_curves *mean)
{
    const struct threshold *first = ranking->thresholds + ranking->begin[c],
                           *last = ranking->thresholds + ranking->end[c];
    double own = 0, others = ranking->below[c];
    for (const struct threshold *at = first; at < last; at++) {
        own += at->own;
        others += at->tied + at->between;
    }
    figures->auroc = figures->average_precision = (double)NAN;
    if (ranking->undefined[c] || !(own > 0))
        return;
    const bool both = others > 0;
    double true_positives = 0, false_positives = 0, ordered = 0, precisions = 0;
    size_t roc = 0, recall = 0; /* points of the mean curves that are behind */
    for (const struct threshold *at = first; at < last; at++) {
        ordered += at->between * true_positives + at->tied * (true_positives + 0.5 * at->own);
        for (; both && roc < NNI_MEAN_POINTS && mean->x[roc] * others < false_positives + at->between; roc++)
            mean->true_positive_rate[roc] += true_positives / own;
        false_positives += at->between;
        for (; both && roc < NNI_MEAN_POINTS && mean->x[roc] * others < false_positives + at->tied; roc++)
            mean->true_positive_rate[roc] +=
                (true_positives + at->own * (mean->x[roc] * others - false_positives) / at->tied) / own;
        false_positives += at->tied;
        true_positives += at->own;
        const double precision = true_positives / (true_positives + false_positives);
        precisions += at->own * precision;
        for (; both && recall < NNI_MEAN_POINTS && mean->x[recall] * own <= true_positives * (1 + 1e-12); recall++)
            mean->precision[recall] += precision;
    }
    ordered += ranking->below[c] * true_positives;
    figures->average_precision = precisions / own;
    if (!both)
        return;
    for (; roc < NNI_MEAN_POINTS; roc++)
        mean->true_positive_rate[roc] += 1;
    figures->auroc = ordered / (own * others);
    mean->classes++;
    mean->auroc += figures->auroc;
    mean->average_precision += figures->average_precision;
}

static void finish_mean(nni_mean_curves *mean)
{
    const double classes = (double)mean->classes; /* of none, NaN */
    mean->auroc /= classes;
    mean->average_precision /= classes;
    for (size_t i = 0; i < NNI_MEAN_POINTS; i++) {
        mean->true_positive_rate[i] /= classes;
        mean->precision[i] /= classes;
    }
}

static nn_status rank_classes(struct ranking *ranking, nn_error *error)
{
    const nni_prediction_record *record = ranking->record;
    NN_TRY(nni_allocate(ranking->classes, sizeof *ranking->begin, "the classes", &ranking->begin, error));
    NN_TRY(nni_allocate(ranking->classes, sizeof *ranking->end, "the classes", &ranking->end, error));
    NN_TRY(nni_allocate(ranking->classes, sizeof *ranking->below, "the classes", &ranking->below, error));
    NN_TRY(nni_allocate(ranking->classes, sizeof *ranking->undefined, "the classes", &ranking->undefined, error));
    size_t own_rows = 0;
    if (record->kind == NN_PREDICTS_CLASSES)
        for (size_t row = 0; row < record->rows; row++)
            ranking->end[record->class_of[row]]++;
    else
        for (size_t i = 0; i < record->rows * record->outputs; i++)
            ranking->end[i % record->outputs] += record->label[i] != 0;
    for (size_t c = 0; c < ranking->classes; c++) {
        const size_t rows = ranking->end[c];
        ranking->begin[c] = ranking->end[c] = own_rows;
        own_rows += rows;
    }
    NN_TRY(nni_allocate(own_rows, sizeof *ranking->thresholds, "the scores", &ranking->thresholds, error));
    place_own_rows(ranking);
    sort_thresholds(ranking);
    count_others(ranking);
    return NN_OK;
}

/* --- precision, recall, F1 --- */

static nn_status count_decisions(const nni_prediction_record *record, nni_class_figures *each, nn_error *error)
{
    if (record->kind == NN_PREDICTS_CLASSES) {
        nni_confusion_cell *cells = NULL;
        size_t count = 0;
        NN_TRY(nni_confusion_cells(record, &cells, &count, error));
        for (size_t i = 0; i < count; i++) {
            each[cells[i].truth].support += cells[i].weight;
            each[cells[i].predicted].predicted += cells[i].weight;
            if (cells[i].truth == cells[i].predicted)
                each[cells[i].truth].right += cells[i].weight;
        }
        nni_release(cells);
        return NN_OK;
    }
    for (size_t row = 0; row < record->rows; row++)
        for (size_t c = 0; c < record->outputs; c++) {
            const double weight = weight_of(record, row);
            const bool has = is_of(record, row, c), predicted = score_of(record, row, c) >= 0.5;
            each[c].support += has ? weight : 0;
            each[c].predicted += predicted ? weight : 0;
            each[c].right += has && predicted ? weight : 0;
        }
    return NN_OK;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

nn_status nni_figures_of_classes(const nni_prediction_record *record, nni_class_figures *each, nni_mean_curves *mean,
                                 nn_error *error)
{
    struct ranking ranking = {.record = record, .classes = nni_figure_classes(record)};
    *mean = (nni_mean_curves){0};
    for (size_t i = 0; i < NNI_MEAN_POINTS; i++)
        mean->x[i] = (double)i / (NNI_MEAN_POINTS - 1);
    for (size_t c = 0; c < ranking.classes; c++)
        each[c] = (nni_class_figures){0};
    nn_status status = count_decisions(record, each, error);
    if (status == NN_OK)
        status = rank_classes(&ranking, error);
    for (size_t c = 0; c < ranking.classes && status == NN_OK; c++) {
        measure_class(&ranking, c, &each[c], mean);
        each[c].precision = share(each[c].right, each[c].predicted);
        each[c].recall = share(each[c].right, each[c].support);
        each[c].f1 = share(2 * each[c].right, each[c].predicted + each[c].support);
    }
    finish_mean(mean);
    nni_release(ranking.thresholds);
    nni_release(ranking.begin);
    nni_release(ranking.end);
    nni_release(ranking.below);
    nni_release(ranking.undefined);
    return status;
}
