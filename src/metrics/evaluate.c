/* SPDX-License-Identifier: MIT */
#include "metrics/evaluate.h"

#include <math.h>
#include <stdio.h>

#include "data/dataset/cursor.h"
#include "metrics/metric_table.h"
#include "model/losses/loss.h"
#include "support/memory.h"

struct nni_evaluator {
    nni_subject subject;
    bool outputs_bounded; /* outputs are those of a sigmoid or softmax */
    nn_comm *comm;        /* borrowed */
    size_t capacity;      /* most rows of a piece */
    nni_cursor *cursor;
    nni_real *x;      /* [capacity, features] the piece in work, where it is not taken from where it lies */
    nni_real *y;      /* [capacity, outputs] its targets that are values, as the loss takes them; NULL: classes */
    double *restored; /* [capacity, outputs] outputs in the units of such targets; NULL: classes */
    nni_tally tally;
    nni_ranking *ranking; /* NULL: not wanted, or neither classes nor labels */
    size_t each_count;    /* most classes, labels or outputs that a metric has figures of */
    double *each;         /* [NN_METRIC_COUNT, each_count] */
};

static nn_status take_memory(nni_evaluator *evaluator, nn_error *error)
{
    const nni_dataset *dataset = evaluator->subject.dataset;
    NN_TRY(nni_cursor_create(dataset, evaluator->capacity, &evaluator->cursor, error));
    if (dataset->row.target == NNI_TARGET_VALUES) {
        NN_TRY(nni_allocate(evaluator->capacity, dataset->row.outputs * sizeof *evaluator->y,
                            "the targets of an evaluation", &evaluator->y, error));
        NN_TRY(nni_allocate(evaluator->capacity, dataset->row.outputs * sizeof *evaluator->restored,
                            "the outputs of an evaluation", &evaluator->restored, error));
    }
    NN_TRY(nni_allocate(evaluator->capacity, dataset->row.features * sizeof *evaluator->x, "the rows of an evaluation",
                        &evaluator->x, error));
    const size_t classes = evaluator->tally.parts, outputs = evaluator->subject.outputs;
    evaluator->each_count = classes > outputs ? classes : outputs;
    return nni_allocate(evaluator->each_count, NN_METRIC_COUNT * sizeof *evaluator->each, "the metrics of each class",
                        &evaluator->each, error);
}

static nn_status describe(nni_evaluator *evaluator, nni_output_kind outputs, nni_metrics_wanted wanted, nn_error *error)
{
    nni_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    NN_TRY(nni_subject_describe(subject, outputs, evaluator->capacity, comm, error));
    subject->confusion = wanted.confusion && subject->classes > 0 && subject->classes <= NNI_CONFUSION_CLASSES_MAX;
    if (subject->classes > 0 && subject->outputs > 1)
        subject->top_k = wanted.top_k;
    NN_TRY(nn_comm_agree(comm, nni_tally_create(subject, comm, &evaluator->tally, error), error));
    NN_TRY(nn_comm_agree(comm, take_memory(evaluator, error), error));
    if (wanted.ranking && (subject->classes > 1 || subject->labels > 0))
        NN_TRY(nni_ranking_create(subject, comm, &evaluator->ranking, error));
    subject->one_class = evaluator->ranking && !nni_ranking_has_both(evaluator->ranking);
    return NN_OK;
}

nn_status nni_evaluator_create(const nn_network *network, size_t capacity, const nni_dataset *dataset,
                               nni_metrics_wanted wanted, nn_comm *comm, nni_evaluator **result, nn_error *error)
{
    if (dataset->row.target == NNI_TARGET_NONE)
        return nn_fail(error, NN_DATA, "%s: there are no targets beside %s to measure a network by",
                       dataset->origin.file, dataset->origin.x_name);
    nni_evaluator *evaluator = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *evaluator, "the evaluator", &evaluator, error), error));
    evaluator->comm = comm;
    evaluator->capacity =
        dataset->slicing.rows > 0 && capacity > dataset->slicing.rows ? dataset->slicing.rows : capacity;
    evaluator->subject.dataset = dataset;
    evaluator->subject.outputs = network->outputs;
    const nni_output_kind outputs = nni_activation_of(network->layers[network->layer_count - 1].activation)->outputs;
    evaluator->outputs_bounded = outputs != NNI_VALUES;
    nn_status status = describe(evaluator, outputs, wanted, error);
    if (status != NN_OK) {
        nni_evaluator_free(evaluator);
        return status;
    }
    *result = evaluator;
    return NN_OK;
}

void nni_evaluator_free(nni_evaluator *evaluator)
{
    if (!evaluator)
        return;
    nni_ranking_free(evaluator->ranking);
    nni_tally_free(&evaluator->tally);
    nni_cursor_free(evaluator->cursor);
    nni_subject_free(&evaluator->subject);
    nni_release(evaluator->each);
    nni_release(evaluator->x);
    nni_release(evaluator->y);
    nni_release(evaluator->restored);
    nni_release(evaluator);
}

/* --- measuring --- */

static nni_batch piece_of(const nni_evaluator *evaluator, const nni_rows *rows)
{
    const nni_dataset *dataset = evaluator->subject.dataset;
    return (nni_batch){
        .rows = rows->count,
        .global_rows = dataset->slicing.slices.rows,
        .x = nni_dataset_convert(dataset, rows, evaluator->x),
        .y = {.classes = rows->classes, .values = nni_dataset_convert_targets(dataset, rows, evaluator->y)},
        .weights = rows->weights,
    };
}

/* Outputs of a piece in the units of the targets. */
static void restore(const nni_evaluator *evaluator, const nni_real *output, size_t rows)
{
    const nni_target_scaler *scaling = evaluator->subject.dataset->target_scaling;
    if (scaling)
        nni_target_scaler_restore(scaling, output, rows, evaluator->restored);
    for (size_t i = 0; !scaling && evaluator->restored && i < rows * evaluator->subject.outputs; i++)
        evaluator->restored[i] = (double)output[i];
}

/* Rows that the network has run over, leaf by leaf. @return the leaf that goes on after them */
static size_t tally_piece(nni_evaluator *evaluator, const nni_workspace *work, size_t leaf, const nni_rows *rows,
                          const nni_real *output)
{
    nni_tally *tally = &evaluator->tally;
    const nni_subject *subject = &evaluator->subject;
    const nni_leaf_range leaves = tally->sums.leaves;
    for (size_t row = rows->first, end = row + rows->count;;) {
        const size_t leaf_end = nni_row_sums_end(&tally->sums, subject->dataset, leaf);
        const size_t stop = leaf_end < end ? leaf_end : end, at = row - rows->first;
        nni_tally_rows(tally, subject, rows, at, stop - row, output + at * subject->outputs,
                       evaluator->restored ? evaluator->restored + at * subject->outputs : NULL, work->row_losses + at);
        row = stop;
        if (stop < leaf_end || leaf + 1 == leaves.count)
            return leaf;
        nni_row_sums_next(&tally->sums, leaf++);
    }
}

static nn_status run_pieces(nni_evaluator *evaluator, const nni_loss_settings *loss, const nn_network *network,
                            nni_workspace *work, nn_error *error)
{
    const nni_dataset *dataset = evaluator->subject.dataset;
    nni_tally_clear(&evaluator->tally);
    if ((evaluator->capacity == 0 || evaluator->capacity > work->capacity) && dataset->slicing.rows > 0)
        return nn_fail(error, NN_USAGE, "a work space of %zu rows cannot measure %s in pieces of %zu", work->capacity,
                       dataset->origin.x_name, evaluator->capacity);
    size_t leaf = 0;
    nni_rows rows = {.count = 1};
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(evaluator->cursor, &rows, error));
        if (rows.count == 0)
            continue;
        nni_batch batch = piece_of(evaluator, &rows);
        nni_network_infer(network, batch.x, rows.count, work);
        nni_loss(loss, network, &batch, work);
        const nni_real *output = nni_network_output(network, work);
        restore(evaluator, output, rows.count);
        leaf = tally_piece(evaluator, work, leaf, &rows, output);
        if (evaluator->ranking)
            nni_ranking_keep(evaluator->ranking, rows.first, rows.count, output);
    }
    /* The last leaf, and others without rows behind it. */
    for (; leaf < evaluator->tally.sums.leaves.count; leaf++)
        nni_row_sums_next(&evaluator->tally.sums, leaf);
    return NN_OK;
}

/* Outputs are memberships where they cannot leave 0 .. 1, or were trained as such. */
static nni_subject subject_of(const nni_evaluator *evaluator, const nni_loss_settings *loss)
{
    nni_subject subject = evaluator->subject;
    subject.memberships = evaluator->outputs_bounded || nni_loss_of(loss->name)->targets == NNI_PROBABILITIES;
    return subject;
}

static void compute_metrics(const nni_evaluator *evaluator, const nni_measured *measured, nni_metrics *metrics)
{
    const nni_subject *subject = measured->subject;
    const nni_tally *tally = measured->tally;
    *metrics = (nni_metrics){
        .rows = subject->dataset->slicing.slices.rows,
        .weight = tally->totals[NNI_SUM_WEIGHT],
        .classes = subject->classes > 0,
        .class_count = subject->classes,
        .label_count = subject->labels,
        .output_count = subject->outputs,
        .correct = (size_t)tally->totals[NNI_SUM_CORRECT_ROWS],
        .support = tally->parts > 0 ? tally->totals + tally->actual : NULL,
        .confusion = subject->confusion ? tally->totals + tally->confusion : NULL,
    };
    for (nn_metric metric = NN_METRIC_LOSS; metric < NN_METRIC_COUNT; metric++) {
        const nni_metric_kind *kind = nni_metric_kind_of(metric);
        double *each = evaluator->each + (size_t)metric * evaluator->each_count;
        const bool measurable = kind->applies(subject) && (measured->ranking || !kind->ranked);
        metrics->value[metric] = measurable ? nni_metric_compute(kind, measured, each) : (double)NAN;
        metrics->each[metric] = measurable && nni_metric_part_count(kind, subject) > 0 ? each : NULL;
    }
}

nn_status nni_evaluate(nni_evaluator *evaluator, const nni_loss_settings *loss, const nn_network *network,
                       nni_workspace *work, nni_metrics *metrics, nn_error *error)
{
    const nni_subject subject = subject_of(evaluator, loss);
    nni_measured measured = {.subject = &subject, .tally = &evaluator->tally};
    nni_ranking_figures areas;
    NN_TRY(nn_comm_agree(evaluator->comm, run_pieces(evaluator, loss, network, work, error), error));
    NN_TRY(nni_tally_total(&evaluator->tally, error));
    if (evaluator->ranking) {
        NN_TRY(nni_ranking_compute(evaluator->ranking, &areas, error));
        measured.ranking = &areas;
    }
    compute_metrics(evaluator, &measured, metrics);
    return NN_OK;
}

/* --- what can be measured --- */

/* "loss, mae, rmse or r2": what there is to be measured. */
static void list_measurable(const nni_subject *subject, char *list, size_t size)
{
    nn_metric last = NN_METRIC_LOSS;
    size_t length = (size_t)snprintf(list, size, "%s", nn_metric_name(NN_METRIC_LOSS));
    for (nn_metric metric = NN_METRIC_LOSS; metric < NN_METRIC_COUNT; metric++)
        last = nni_metric_is_defined(metric, subject) ? metric : last;
    for (nn_metric metric = NN_METRIC_LOSS + 1; metric <= last; metric++)
        if (nni_metric_is_defined(metric, subject))
            length += (size_t)snprintf(list + length, size - length, "%s%s", metric == last ? " or " : ", ",
                                       nn_metric_name(metric));
}

nn_status nni_evaluator_check(const nni_evaluator *evaluator, const nni_loss_settings *loss, nn_metric metric,
                              nn_error *error)
{
    const nni_subject subject = subject_of(evaluator, loss);
    const nni_metric_kind *kind = nni_metric_kind_of(metric);
    const bool applies = kind->applies(&subject);
    char targets[40] = "values", measurable[400];
    if (nni_metric_is_defined(metric, &subject))
        return NN_OK;
    if (subject.classes > 0)
        snprintf(targets, sizeof targets, "%zu classes", subject.classes);
    else if (subject.labels > 0)
        snprintf(targets, sizeof targets, "%zu labels", subject.labels);
    list_measurable(&subject, measurable, sizeof measurable);
    return nn_fail(error, NN_USAGE,
                   "training.stop.metric: %s needs %s, but with this network the validation split has %s; use %s",
                   nn_metric_name(metric), applies ? kind->needs_also : kind->needs,
                   applies ? kind->has_instead : targets, measurable);
}
