#include "train/metrics/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/dataset/cursor.h"
#include "support/memory.h"
#include "train/metrics/metrics.h"

struct nni_evaluator {
    nni_subject subject;
    nn_activation output;
    nn_comm *comm;   /* borrowed */
    size_t capacity; /* most rows of a piece */
    nni_cursor *cursor;
    nni_real *x;      /* [capacity, features] the piece in work, where it is not taken from where it lies */
    nni_real *y;      /* [capacity, outputs] its targets that are values, as the loss takes them; NULL: classes */
    double *restored; /* [capacity, outputs] outputs in the units of such targets; NULL: classes */
    nni_tally tally;
    nni_ranking *ranking; /* NULL: not wanted, or neither classes nor labels */
};

size_t nni_predicted_class(const nni_real *output, size_t outputs)
{
    if (outputs == 1)
        return output[0] >= (nni_real)0.5;
    size_t best = 0;
    for (size_t j = 1; j < outputs; j++)
        if (output[j] > output[best])
            best = j;
    return best;
}

/* --- what the split is --- */

/* What a pass over the values finds: places of largest values over all ranks; the largest of each output follow. */
enum { OUTSIDE_UNIT, OTHER_THAN_0_1, LARGEST };

static nn_status look_at_values(const nni_evaluator *evaluator, double *found, nn_error *error)
{
    const size_t outputs = evaluator->subject.outputs;
    nni_rows rows = {.count = 1};
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(evaluator->cursor, &rows, error));
        for (size_t i = 0; i < rows.count * outputs; i++) {
            const double value = rows.values[i];
            found[OUTSIDE_UNIT] = value < 0 || value > 1 ? 1 : found[OUTSIDE_UNIT];
            found[OTHER_THAN_0_1] = value != 0 && value != 1 ? 1 : found[OTHER_THAN_0_1];
            found[LARGEST + i % outputs] = fmax(found[LARGEST + i % outputs], value);
        }
    }
    return NN_OK;
}

/* Sums of the weights of some rows and of their values above the largest ones, or with a mean of their squared
 * deviations from it. @return the leaf that goes on after them */
static size_t add_rows(const nni_rows *rows, const nni_subject *subject, const double *largest, const double *mean,
                       size_t leaf, nni_row_sums *sums)
{
    const size_t outputs = subject->outputs;
    for (size_t i = 0; i < rows->count; i++) {
        while (rows->first + i == nni_row_sums_end(sums, subject->dataset, leaf))
            nni_row_sums_next(sums, leaf++);
        double *sum = nni_row_sums_of_leaf(sums);
        const double weight = rows->weights ? (double)rows->weights[i] : 1;
        sum[outputs] += weight;
        for (size_t j = 0; j < outputs; j++) {
            const double value = rows->values[i * outputs + j];
            sum[j] += weight * (mean ? (value - mean[j]) * (value - mean[j]) : value - largest[j]);
        }
    }
    return leaf;
}

static nn_status add_values(const nni_evaluator *evaluator, const double *largest, const double *mean,
                            nni_row_sums *sums, nn_error *error)
{
    nni_rows rows = {.count = 1};
    size_t leaf = 0;
    nni_row_sums_clear(sums);
    while (rows.count > 0) {
        NN_TRY(nni_cursor_next(evaluator->cursor, &rows, error));
        leaf = add_rows(&rows, &evaluator->subject, largest, mean, leaf, sums);
    }
    for (; leaf < sums->leaves.count; leaf++)
        nni_row_sums_next(sums, leaf);
    return NN_OK;
}

/* In two passes, the mean first: the difference of sums of squares and squared sums would lose the digits of a spread
 * that is small beside the mean. The mean is summed as a distance from the largest value, so that the spread of a
 * target that does not vary is 0 and not a rounding error. @param mean  [outputs + 1] to work in */
static nn_status measure_values(nni_evaluator *evaluator, const double *largest, nni_row_sums *sums, double *mean,
                                nn_error *error)
{
    const size_t outputs = evaluator->subject.outputs;
    nn_comm *comm = evaluator->comm;
    NN_TRY(nn_comm_agree(comm, add_values(evaluator, largest, NULL, sums, error), error));
    NN_TRY(nni_row_sums_total(sums, mean, error));
    for (size_t j = 0; j < outputs; j++)
        mean[j] = largest[j] + mean[j] / mean[outputs]; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(nn_comm_agree(comm, add_values(evaluator, largest, mean, sums, error), error));
    return nni_row_sums_total(sums, evaluator->subject.spread, error);
}

/* Under a sigmoid, targets that are all 0 or 1 are labels, or two classes where there is one output. */
static nn_status describe_values(nni_evaluator *evaluator, double *found, double *mean, nn_error *error)
{
    nni_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    nni_row_sums sums = {.stack = NULL};
    for (size_t i = 0; i < LARGEST + subject->outputs; i++)
        found[i] = i < LARGEST ? 0 : -INFINITY;
    NN_TRY(nn_comm_agree(comm, look_at_values(evaluator, found, error), error));
    NN_TRY(nni_comm_max_double(comm, found, LARGEST + subject->outputs, error));
    subject->unit_targets = found[OUTSIDE_UNIT] == 0;
    if (found[OTHER_THAN_0_1] == 0 && evaluator->output == NN_SIGMOID) {
        subject->classes = subject->outputs == 1 ? 2 : 0;
        subject->labels = subject->outputs == 1 ? 0 : subject->outputs;
    }
    NN_TRY(nni_row_sums_create(subject->dataset, subject->outputs + 1, NNI_TAG_TALLY, comm, &sums, error));
    const nn_status status = measure_values(evaluator, found + LARGEST, &sums, mean, error);
    nni_row_sums_free(&sums);
    return status;
}

static nn_status describe_targets(nni_evaluator *evaluator, nn_error *error)
{
    const char what[] = "the spread of the targets";
    nni_subject *subject = &evaluator->subject;
    double *found = NULL, *mean = NULL;
    subject->unit_targets = true;
    if (subject->dataset->row.target != NNI_TARGET_VALUES)
        return NN_OK;
    nn_status status = nni_allocate(subject->outputs + 1, sizeof *subject->spread, what, &subject->spread, error);
    if (status == NN_OK)
        status = nni_allocate(LARGEST + subject->outputs, sizeof *found, what, &found, error);
    if (status == NN_OK)
        status = nni_allocate(subject->outputs + 1, sizeof *mean, what, &mean, error);
    status = nn_comm_agree(evaluator->comm, status, error);
    if (status == NN_OK)
        status = describe_values(evaluator, found, mean, error);
    nni_release(found);
    nni_release(mean);
    return status;
}

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
    return nni_allocate(evaluator->capacity, dataset->row.features * sizeof *evaluator->x, "the rows of an evaluation",
                        &evaluator->x, error);
}

static nn_status describe(nni_evaluator *evaluator, nni_metrics_wanted wanted, nn_error *error)
{
    nni_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    /* Values under a softmax are shares of classes, one-hot rows above all. */
    const bool shares = evaluator->output == NN_SOFTMAX && subject->outputs > 1;
    NN_TRY(nn_comm_agree(comm, take_memory(evaluator, error), error));
    NN_TRY(describe_targets(evaluator, error));
    if (subject->dataset->row.binary)
        subject->classes = 2;
    else if (subject->dataset->row.target == NNI_TARGET_CLASSES || shares)
        subject->classes = subject->outputs;
    subject->probabilities =
        shares || (evaluator->output == NN_SIGMOID && (subject->outputs == 1 || subject->labels > 0));
    subject->confusion = wanted.confusion && subject->classes > 0 && subject->classes <= NNI_MOST_CONFUSED;
    if (subject->classes > 0 && subject->outputs > 1)
        subject->top_k = wanted.top_k;
    NN_TRY(nn_comm_agree(comm, nni_tally_create(subject, comm, &evaluator->tally, error), error));
    if (wanted.ranking && (subject->classes > 1 || subject->labels > 0))
        NN_TRY(nni_ranking_create(subject, comm, &evaluator->ranking, error));
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
    evaluator->output = network->layers[network->layer_count - 1].activation;
    nn_status status = describe(evaluator, wanted, error);
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
    nni_release(evaluator->subject.spread);
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
                       evaluator->restored ? evaluator->restored + at * subject->outputs : NULL, work->row_terms + at);
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
static bool has_memberships(const nni_evaluator *evaluator, const nni_loss_settings *loss)
{
    return loss->name == NN_IOU || evaluator->output == NN_SIGMOID || evaluator->output == NN_SOFTMAX;
}

nn_status nni_evaluate(nni_evaluator *evaluator, const nni_loss_settings *loss, const nn_network *network,
                       nni_workspace *work, nni_metrics *metrics, nn_error *error)
{
    nn_comm *comm = evaluator->comm;
    NN_TRY(nn_comm_agree(comm, run_pieces(evaluator, loss, network, work, error), error));
    NN_TRY(nni_tally_total(&evaluator->tally, error));
    nni_tally_figures(&evaluator->tally, &evaluator->subject, metrics);
    if (!has_memberships(evaluator, loss))
        metrics->value[NN_METRIC_IOU] = (double)NAN;
    return evaluator->ranking ? nni_ranking_figures(evaluator->ranking, metrics, error) : NN_OK;
}

/* --- what can be measured --- */

static bool varies(const nni_subject *subject)
{
    for (size_t j = 0; j < subject->outputs; j++)
        if (subject->spread[j] > 0)
            return true;
    return false;
}

/* What a metric is measured on, or NULL where it can be measured here. Says `has` in the place of what the targets are,
 * where they are right and yet will not do. */
static const char *lacks(const nni_evaluator *evaluator, const nni_loss_settings *loss, nn_metric metric,
                         const char **has)
{
    const nni_subject *subject = &evaluator->subject;
    const bool parts = subject->classes > 0 || subject->labels > 0;
    switch (metric) {
    case NN_METRIC_ACCURACY:
    case NN_METRIC_BALANCED_ACCURACY:
        return subject->classes > 0 ? NULL : "classes";
    case NN_METRIC_TOP_K:
        return subject->top_k > 0 ? NULL : "more classes than training.top_k";
    case NN_METRIC_PRECISION:
    case NN_METRIC_RECALL:
    case NN_METRIC_F1:
        return parts ? NULL : "classes or labels";
    case NN_METRIC_PRECISION_MICRO:
    case NN_METRIC_RECALL_MICRO:
    case NN_METRIC_F1_MICRO:
    case NN_METRIC_SUBSET_ACCURACY:
    case NN_METRIC_HAMMING_LOSS:
        return subject->labels > 0 ? NULL : "several labels (targets of 0 and 1 under sigmoid outputs)";
    case NN_METRIC_AUROC:
    case NN_METRIC_AVERAGE_PRECISION:
        if (evaluator->ranking && !nni_ranking_has_both(evaluator->ranking)) {
            *has = "rows of one class alone";
            return "rows of two classes at least";
        }
        return parts ? NULL : "classes or labels";
    case NN_METRIC_LOG_LOSS:
        return parts && subject->probabilities ? NULL : "classes or labels under softmax or sigmoid outputs";
    case NN_METRIC_MAE:
    case NN_METRIC_RMSE:
        return subject->spread ? NULL : "values";
    case NN_METRIC_R2:
        if (subject->spread && !varies(subject)) {
            *has = "values that do not vary";
            return "values that vary";
        }
        return subject->spread ? NULL : "values";
    case NN_METRIC_IOU:
        return subject->unit_targets && has_memberships(evaluator, loss)
                   ? NULL
                   : "targets between 0 and 1 under sigmoid or softmax outputs";
    default:
        return NULL;
    }
}

/* "loss, mae, rmse or r2": what there is to be measured. */
static void list_fitting(const nni_evaluator *evaluator, const nni_loss_settings *loss, char *list, size_t room)
{
    const char *ignored = NULL;
    nn_metric last = NN_METRIC_LOSS;
    snprintf(list, room, "%s", nn_metric_name(NN_METRIC_LOSS));
    for (nn_metric metric = NN_METRIC_ACCURACY; metric < NN_METRIC_COUNT; metric++)
        last = lacks(evaluator, loss, metric, &ignored) ? last : metric;
    for (nn_metric metric = NN_METRIC_ACCURACY; metric <= last; metric++)
        if (!lacks(evaluator, loss, metric, &ignored)) {
            const size_t length = strlen(list);
            snprintf(list + length, room - length, "%s%s", metric == last ? " or " : ", ", nn_metric_name(metric));
        }
}

nn_status nni_evaluator_check(const nni_evaluator *evaluator, const nni_loss_settings *loss, nn_metric metric,
                              nn_error *error)
{
    const nni_subject *subject = &evaluator->subject;
    char targets[40] = "values", fitting[400];
    if (subject->classes > 0)
        snprintf(targets, sizeof targets, "%zu classes", subject->classes);
    else if (subject->labels > 0)
        snprintf(targets, sizeof targets, "%zu labels", subject->labels);
    const char *has = targets, *needed = lacks(evaluator, loss, metric, &has);
    if (!needed)
        return NN_OK;
    list_fitting(evaluator, loss, fitting, sizeof fitting);
    return nn_fail(error, NN_USAGE,
                   "training.stop.metric: %s needs %s, but with this network the validation split has %s; use %s",
                   nn_metric_name(metric), needed, has, fitting);
}
