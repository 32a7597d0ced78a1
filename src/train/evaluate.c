#include "nntrain/evaluate.h"

#include <math.h>

#include "nntrain/memory.h"
#include "train/metrics.h"

struct nn_evaluator {
    nn_subject subject;
    bool softmax;    /* whether the output is */
    nn_comm *comm;   /* borrowed */
    size_t capacity; /* most rows of a piece */
    nn_cursor *cursor;
    nn_real *x;       /* [capacity, features] the piece in work, where it is not taken from where it lies */
    nn_real *y;       /* [capacity, outputs] its targets that are values, as the loss takes them; NULL: classes */
    double *restored; /* [capacity, outputs] outputs in the units of such targets; NULL: classes */
    nn_tally tally;
    nn_ranking *ranking; /* NULL: no auroc */
};

size_t nn_predicted_class(const nn_real *output, size_t outputs)
{
    if (outputs == 1)
        return output[0] >= (nn_real)0.5;
    size_t best = 0;
    for (size_t j = 1; j < outputs; j++)
        if (output[j] > output[best])
            best = j;
    return best;
}

/* --- what the split is --- */

/* The least and the most value of each output, over all ranks. */
static nn_status find_range(nn_evaluator *evaluator, double *least, double *most, nn_error *error)
{
    const size_t outputs = evaluator->subject.outputs;
    nn_rows rows = {.count = 1};
    for (size_t j = 0; j < outputs; j++) {
        least[j] = (double)INFINITY;
        most[j] = -(double)INFINITY;
    }
    while (rows.count > 0) {
        NN_TRY(nn_cursor_next(evaluator->cursor, &rows, error));
        for (size_t i = 0; i < rows.count; i++)
            for (size_t j = 0; j < outputs; j++) {
                least[j] = fmin(least[j], rows.values[i * outputs + j]);
                most[j] = fmax(most[j], rows.values[i * outputs + j]);
            }
    }
    return NN_OK;
}

/* Sums of what the values of some rows are above their least, or with a mean of their squared deviations from it.
 * @return the leaf that goes on after them */
static size_t add_rows(const nn_rows *rows, const nn_dataset *dataset, size_t outputs, const double *least,
                       const double *mean, size_t leaf, nn_row_sums *sums)
{
    for (size_t i = 0; i < rows->count; i++) {
        while (rows->first + i == nn_row_sums_end(sums, dataset, leaf))
            nn_row_sums_next(sums, leaf++);
        double *sum = nn_row_sums_of_leaf(sums);
        for (size_t j = 0; j < outputs; j++) {
            const double value = rows->values[i * outputs + j] - least[j];
            sum[j] += mean ? (value - mean[j]) * (value - mean[j]) : value;
        }
    }
    return leaf;
}

static nn_status add_values(const nn_evaluator *evaluator, const double *least, const double *mean, nn_row_sums *sums,
                            nn_error *error)
{
    const nn_subject *subject = &evaluator->subject;
    nn_rows rows = {.count = 1};
    size_t leaf = 0;
    nn_row_sums_clear(sums);
    while (rows.count > 0) {
        NN_TRY(nn_cursor_next(evaluator->cursor, &rows, error));
        leaf = add_rows(&rows, subject->dataset, subject->outputs, least, mean, leaf, sums);
    }
    for (; leaf < sums->leaves.count; leaf++)
        nn_row_sums_next(sums, leaf);
    return NN_OK;
}

/* In two passes, the mean first: the difference of sums of squares and squared sums would lose the digits of a spread
 * that is small beside the mean. Counted from the least, so that the spread of a target that does not vary is 0 and not
 * a rounding error. */
static nn_status measure_values(nn_evaluator *evaluator, nn_row_sums *sums, const double *least, double *mean,
                                nn_error *error)
{
    nn_subject *subject = &evaluator->subject;
    const nn_dataset *dataset = subject->dataset;
    nn_comm *comm = evaluator->comm;
    NN_TRY(nn_comm_agree(comm, add_values(evaluator, least, NULL, sums, error), error));
    NN_TRY(nn_row_sums_total(sums, mean, error));
    for (size_t j = 0; j < subject->outputs; j++)
        mean[j] /= (double)dataset->slices.rows; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(nn_comm_agree(comm, add_values(evaluator, least, mean, sums, error), error));
    return nn_row_sums_total(sums, subject->spread, error);
}

static nn_status measure_range(nn_evaluator *evaluator, double *least, double *most, nn_error *error)
{
    nn_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    NN_TRY(nn_comm_agree(comm, find_range(evaluator, least, most, error), error));
    NN_TRY(nn_comm_min_double(comm, least, subject->outputs, error));
    NN_TRY(nn_comm_max_double(comm, most, subject->outputs, error));
    for (size_t j = 0; j < subject->outputs; j++)
        subject->unit_targets = subject->unit_targets && least[j] >= 0 && most[j] <= 1;
    return NN_OK;
}

static nn_status describe_values(nn_evaluator *evaluator, nn_error *error)
{
    const char what[] = "the spread of the targets";
    nn_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    double *least = NULL, *mean = NULL; /* the latter holds the most values before */
    nn_row_sums sums = {.stack = NULL};
    nn_status status = nn_allocate(subject->outputs, sizeof *subject->spread, what, &subject->spread, error);
    if (status == NN_OK)
        status = nn_allocate(subject->outputs, sizeof *least, what, &least, error);
    if (status == NN_OK)
        status = nn_allocate(subject->outputs, sizeof *mean, what, &mean, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = measure_range(evaluator, least, mean, error);
    if (status == NN_OK)
        status = nn_row_sums_create(subject->dataset, subject->outputs, NN_TAG_TALLY, comm, &sums, error);
    if (status == NN_OK)
        status = measure_values(evaluator, &sums, least, mean, error);
    nn_row_sums_free(&sums);
    nn_release(least);
    nn_release(mean);
    return status;
}

static nn_status take_memory(nn_evaluator *evaluator, nn_error *error)
{
    const nn_dataset *dataset = evaluator->subject.dataset;
    NN_TRY(nn_cursor_create(dataset, evaluator->capacity, &evaluator->cursor, error));
    if (dataset->target == NN_TARGET_VALUES) {
        NN_TRY(nn_allocate(evaluator->capacity, dataset->outputs * sizeof *evaluator->y, "the targets of an evaluation",
                           &evaluator->y, error));
        NN_TRY(nn_allocate(evaluator->capacity, dataset->outputs * sizeof *evaluator->restored,
                           "the outputs of an evaluation", &evaluator->restored, error));
    }
    return nn_allocate(evaluator->capacity, dataset->features * sizeof *evaluator->x, "the rows of an evaluation",
                       &evaluator->x, error);
}

static nn_status describe(nn_evaluator *evaluator, nn_metrics_wanted wanted, nn_error *error)
{
    nn_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    /* Values under a softmax are shares of classes, one-hot rows above all. */
    const bool shares = evaluator->softmax && subject->outputs > 1;
    if (subject->dataset->binary)
        subject->classes = 2;
    else if (subject->dataset->target == NN_TARGET_CLASSES || shares)
        subject->classes = subject->outputs;
    if (subject->classes > 0 && subject->outputs > 1)
        subject->top_k = wanted.top_k;
    NN_TRY(nn_comm_agree(comm, take_memory(evaluator, error), error));
    subject->unit_targets = true;
    if (subject->dataset->target == NN_TARGET_VALUES)
        NN_TRY(describe_values(evaluator, error));
    NN_TRY(nn_comm_agree(comm, nn_tally_create(subject, comm, &evaluator->tally, error), error));
    if (wanted.auroc && subject->classes > 1)
        NN_TRY(nn_ranking_create(subject, comm, &evaluator->ranking, error));
    return NN_OK;
}

nn_status nn_evaluator_create(const nn_network *network, size_t capacity, const nn_dataset *dataset,
                              nn_metrics_wanted wanted, nn_comm *comm, nn_evaluator **result, nn_error *error)
{
    if (dataset->target == NN_TARGET_NONE)
        return nn_fail(error, NN_DATA, "%s: there are no targets beside %s to measure a network by", dataset->file,
                       dataset->x_name);
    nn_evaluator *evaluator = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *evaluator, "the evaluator", &evaluator, error), error));
    evaluator->comm = comm;
    evaluator->capacity = dataset->rows > 0 && capacity > dataset->rows ? dataset->rows : capacity;
    evaluator->subject.dataset = dataset;
    evaluator->subject.outputs = network->outputs;
    evaluator->softmax = network->layers[network->layer_count - 1].activation == NN_SOFTMAX;
    nn_status status = describe(evaluator, wanted, error);
    if (status != NN_OK) {
        nn_evaluator_free(evaluator);
        return status;
    }
    *result = evaluator;
    return NN_OK;
}

void nn_evaluator_free(nn_evaluator *evaluator)
{
    if (!evaluator)
        return;
    nn_ranking_free(evaluator->ranking);
    nn_tally_free(&evaluator->tally);
    nn_cursor_free(evaluator->cursor);
    nn_release(evaluator->subject.spread);
    nn_release(evaluator->x);
    nn_release(evaluator->y);
    nn_release(evaluator->restored);
    nn_release(evaluator);
}

/* --- measuring --- */

static nn_batch piece_of(const nn_evaluator *evaluator, const nn_rows *rows)
{
    const nn_dataset *dataset = evaluator->subject.dataset;
    return (nn_batch){
        .rows = rows->count,
        .global_rows = dataset->slices.rows,
        .x = nn_dataset_convert(dataset, rows, evaluator->x),
        .y = {.classes = rows->classes, .values = nn_dataset_convert_targets(dataset, rows, evaluator->y)},
        .weights = rows->weights,
    };
}

/* Outputs of a piece in the units of the targets. */
static void restore(const nn_evaluator *evaluator, const nn_real *output, size_t rows)
{
    const nn_target_scaling *scaling = evaluator->subject.dataset->target_scaling;
    if (scaling)
        nn_target_scaling_restore(scaling, output, rows, evaluator->restored);
    for (size_t i = 0; !scaling && evaluator->restored && i < rows * evaluator->subject.outputs; i++)
        evaluator->restored[i] = (double)output[i];
}

/* Rows that the network has run over, leaf by leaf. @return the leaf that goes on after them */
static size_t tally_piece(nn_evaluator *evaluator, const nn_workspace *work, size_t leaf, const nn_rows *rows,
                          const nn_real *output)
{
    nn_tally *tally = &evaluator->tally;
    const nn_subject *subject = &evaluator->subject;
    const nn_leaves leaves = tally->rounded.leaves;
    for (size_t row = rows->first, end = row + rows->count;;) {
        const size_t leaf_end = nn_row_sums_end(&tally->rounded, subject->dataset, leaf);
        const size_t stop = leaf_end < end ? leaf_end : end, at = row - rows->first;
        nn_tally_rows(tally, subject, rows, at, stop - row, output + at * subject->outputs,
                      evaluator->restored ? evaluator->restored + at * subject->outputs : NULL, work->row_terms + at);
        row = stop;
        if (stop < leaf_end || leaf + 1 == leaves.count)
            return leaf;
        nn_row_sums_next(&tally->rounded, leaf++);
    }
}

static nn_status run_pieces(nn_evaluator *evaluator, const nn_recipe_loss *loss, const nn_network *network,
                            nn_workspace *work, nn_error *error)
{
    const nn_dataset *dataset = evaluator->subject.dataset;
    nn_tally_clear(&evaluator->tally);
    if ((evaluator->capacity == 0 || evaluator->capacity > work->capacity) && dataset->rows > 0)
        return nn_fail(error, NN_USAGE, "a work space of %zu rows cannot measure %s in pieces of %zu", work->capacity,
                       dataset->x_name, evaluator->capacity);
    size_t leaf = 0;
    nn_rows rows = {.count = 1};
    while (rows.count > 0) {
        NN_TRY(nn_cursor_next(evaluator->cursor, &rows, error));
        if (rows.count == 0)
            continue;
        nn_batch batch = piece_of(evaluator, &rows);
        nn_network_infer(network, batch.x, rows.count, work);
        nn_loss(loss, network, &batch, work);
        const nn_real *output = nn_network_output(network, work);
        restore(evaluator, output, rows.count);
        leaf = tally_piece(evaluator, work, leaf, &rows, output);
        if (evaluator->ranking)
            nn_ranking_keep(evaluator->ranking, rows.first, rows.count, output);
    }
    /* The last leaf, and others without rows behind it. */
    for (; leaf < evaluator->tally.rounded.leaves.count; leaf++)
        nn_row_sums_next(&evaluator->tally.rounded, leaf);
    return NN_OK;
}

/* Outputs are memberships where they cannot leave 0 .. 1, or were trained as such. */
static bool has_memberships(const nn_recipe_loss *loss, const nn_network *network)
{
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    return loss->name == NN_IOU || activation == NN_SIGMOID || activation == NN_SOFTMAX;
}

nn_status nn_evaluate(nn_evaluator *evaluator, const nn_recipe_loss *loss, const nn_network *network,
                      nn_workspace *work, nn_metrics *metrics, nn_error *error)
{
    nn_comm *comm = evaluator->comm;
    NN_TRY(nn_comm_agree(comm, run_pieces(evaluator, loss, network, work, error), error));
    NN_TRY(nn_tally_total(&evaluator->tally, comm, error));
    nn_tally_figures(&evaluator->tally, &evaluator->subject, metrics);
    if (!has_memberships(loss, network))
        metrics->value[NN_METRIC_IOU] = (double)NAN;
    if (evaluator->ranking)
        NN_TRY(nn_ranking_area(evaluator->ranking, &metrics->value[NN_METRIC_AUROC], error));
    return NN_OK;
}
