#include "nntrain/evaluate.h"

#include <math.h>

#include "nntrain/memory.h"
#include "train/metrics.h"

struct nn_evaluator {
    nn_subject subject;
    bool softmax;    /* whether the output is */
    nn_comm *comm;   /* borrowed */
    size_t capacity; /* most rows of a piece */
    nn_real *x;      /* [capacity, features] the piece in work, where it is not taken from where it lies */
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

/* Sums of the values, or with a mean of their squared deviations from it. */
static void add_values(const nn_dataset *dataset, size_t outputs, const double *mean, nn_row_sums *sums)
{
    size_t row = 0;
    nn_row_sums_clear(sums);
    for (size_t leaf = 0; leaf < sums->leaves.count; leaf++) {
        double *sum = nn_row_sums_of_leaf(sums);
        for (; row < nn_row_sums_end(sums, dataset, leaf); row++)
            for (size_t j = 0; j < outputs; j++) {
                const double value = (double)dataset->values[row * outputs + j];
                sum[j] += mean ? (value - mean[j]) * (value - mean[j]) : value;
            }
        nn_row_sums_next(sums, leaf);
    }
}

/* In two passes, the mean first: the difference of sums of squares and squared sums would lose the digits of a spread
 * that is small beside the mean. A double holds the sum of 2^29 equal floats exactly, so the spread of a target that
 * does not vary is 0 and not a rounding error. */
static nn_status measure_values(nn_subject *subject, nn_row_sums *sums, double *mean, nn_error *error)
{
    const nn_dataset *dataset = subject->dataset;
    add_values(dataset, subject->outputs, NULL, sums);
    NN_TRY(nn_row_sums_total(sums, mean, error));
    for (size_t j = 0; j < subject->outputs; j++)
        mean[j] /= (double)dataset->slices.rows; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    add_values(dataset, subject->outputs, mean, sums);
    return nn_row_sums_total(sums, subject->spread, error);
}

static nn_status check_unit(nn_subject *subject, nn_comm *comm, nn_error *error)
{
    const nn_dataset *dataset = subject->dataset;
    double outside = 0;
    for (size_t i = 0; dataset->values && i < dataset->rows * subject->outputs; i++)
        outside = dataset->values[i] < 0 || dataset->values[i] > 1 ? 1 : outside;
    NN_TRY(nn_comm_max_double(comm, &outside, 1, error));
    subject->unit_targets = outside == 0;
    return NN_OK;
}

static nn_status describe_values(nn_subject *subject, nn_comm *comm, nn_error *error)
{
    const char what[] = "the spread of the targets";
    double *mean = NULL;
    nn_row_sums sums = {.stack = NULL};
    nn_status status = nn_allocate(subject->outputs, sizeof *subject->spread, what, &subject->spread, error);
    if (status == NN_OK)
        status = nn_allocate(subject->outputs, sizeof *mean, what, &mean, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nn_row_sums_create(subject->dataset, subject->outputs, NN_TAG_TALLY, comm, &sums, error);
    if (status == NN_OK)
        status = measure_values(subject, &sums, mean, error);
    nn_row_sums_free(&sums);
    nn_release(mean);
    return status;
}

static nn_status describe(nn_evaluator *evaluator, nn_metrics_wanted wanted, nn_error *error)
{
    nn_subject *subject = &evaluator->subject;
    nn_comm *comm = evaluator->comm;
    /* Values under a softmax are shares of classes, one-hot rows above all. */
    const bool shares = evaluator->softmax && subject->outputs > 1;
    if (subject->dataset->binary)
        subject->classes = 2;
    else if (subject->dataset->classes || shares)
        subject->classes = subject->outputs;
    if (subject->classes > 0 && subject->outputs > 1)
        subject->top_k = wanted.top_k;
    const size_t row_bytes = subject->dataset->features * sizeof *evaluator->x;
    NN_TRY(nn_comm_agree(
        comm, nn_allocate(evaluator->capacity, row_bytes, "the rows of an evaluation", &evaluator->x, error), error));
    NN_TRY(check_unit(subject, comm, error));
    if (subject->dataset->values)
        NN_TRY(describe_values(subject, comm, error));
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
    evaluator->capacity = capacity < dataset->rows ? capacity : dataset->rows;
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
    nn_release(evaluator->subject.spread);
    nn_release(evaluator->x);
    nn_release(evaluator);
}

/* --- measuring --- */

static nn_batch piece_of(const nn_evaluator *evaluator, size_t first, size_t rows)
{
    const nn_dataset *dataset = evaluator->subject.dataset;
    return (nn_batch){
        .rows = rows,
        .global_rows = dataset->slices.rows,
        .x = nn_dataset_rows(dataset, first, rows, evaluator->x),
        .y = {.classes = dataset->values ? NULL : dataset->classes + first,
              .values = dataset->values ? dataset->values + first * dataset->outputs : NULL},
        .weights = dataset->weights ? dataset->weights + first : NULL,
    };
}

/* Rows first .. first + rows, which the network has run over, leaf by leaf. @return the leaf that goes on after them */
static size_t tally_piece(nn_evaluator *evaluator, const nn_workspace *work, size_t leaf, size_t first, size_t rows,
                          const nn_real *output)
{
    nn_tally *tally = &evaluator->tally;
    const nn_subject *subject = &evaluator->subject;
    const nn_leaves leaves = tally->rounded.leaves;
    for (size_t row = first, end = first + rows;;) {
        const size_t leaf_end = nn_row_sums_end(&tally->rounded, subject->dataset, leaf);
        const size_t stop = leaf_end < end ? leaf_end : end;
        nn_tally_rows(tally, subject, row, stop - row, output + (row - first) * subject->outputs,
                      work->row_terms + (row - first));
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
    const size_t capacity = evaluator->capacity < work->capacity ? evaluator->capacity : work->capacity;
    if (capacity == 0 && dataset->rows > 0)
        return nn_fail(error, NN_USAGE, "a work space without rows cannot measure the %zu of %s", dataset->rows,
                       dataset->x_name);
    size_t leaf = 0;
    for (size_t first = 0, rows = 0; first < dataset->rows; first += rows) {
        rows = dataset->rows - first < capacity ? dataset->rows - first : capacity;
        nn_batch batch = piece_of(evaluator, first, rows);
        nn_network_infer(network, batch.x, rows, work);
        nn_loss(loss, network, &batch, work);
        const nn_real *output = nn_network_output(network, work);
        leaf = tally_piece(evaluator, work, leaf, first, rows, output);
        if (evaluator->ranking)
            nn_ranking_keep(evaluator->ranking, first, rows, output);
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
