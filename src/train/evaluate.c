#include "nntrain/evaluate.h"

#include <math.h>

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

/* What is added up over rows and ranks. */
typedef struct sums {
    double loss, correct, squares;
} sums;

/* The rows of a piece of the split, after nn_loss has left the output activations. */
static void add_rows(const nn_dataset *dataset, const nn_batch *batch, const nn_real *output, size_t outputs,
                     sums *total)
{
    for (size_t i = 0; i < batch->rows; i++) {
        const nn_real *row = output + i * outputs;
        if (!batch->y.values) {
            total->correct += nn_predicted_class(row, outputs) == (size_t)batch->y.classes[i];
            continue;
        }
        if (dataset->binary)
            total->correct += nn_predicted_class(row, outputs) == (size_t)batch->y.values[i];
        for (size_t j = 0; j < outputs; j++) {
            double difference = (double)row[j] - (double)batch->y.values[i * outputs + j];
            total->squares += difference * difference;
        }
    }
}

static nn_batch piece_of(const nn_dataset *dataset, size_t first, size_t rows)
{
    return (nn_batch){
        .rows = rows,
        .global_rows = dataset->slices.rows,
        .x = dataset->x + first * dataset->features,
        .y = {.classes = dataset->values ? NULL : dataset->classes + first,
              .values = dataset->values ? dataset->values + first * dataset->outputs : NULL},
    };
}

nn_status nn_evaluate(nn_loss_kind loss, const nn_network *network, const nn_dataset *dataset, nn_workspace *work,
                      nn_comm *comm, nn_metrics *metrics, nn_error *error)
{
    sums total = {0, 0, 0};
    for (size_t first = 0, rows = 0; first < dataset->rows; first += rows) {
        rows = dataset->rows - first < work->capacity ? dataset->rows - first : work->capacity;
        nn_batch batch = piece_of(dataset, first, rows);
        nn_network_forward(network, batch.x, rows, work);
        total.loss += nn_loss(loss, network, &batch, work);
        add_rows(dataset, &batch, nn_network_output(network, work), network->outputs, &total);
    }
    double shared[3] = {total.loss, total.correct, total.squares};
    NN_TRY(nn_comm_sum_double(comm, shared, 3, error));
    const double rows = (double)dataset->slices.rows;
    *metrics = (nn_metrics){
        .rows = dataset->slices.rows,
        .loss = shared[0],
        .classes = dataset->target == NN_TARGET_CLASSES || dataset->binary,
        .correct = (size_t)shared[1],
        .accuracy = shared[1] / rows,
        .rmse = sqrt(shared[2] / (rows * (double)network->outputs)),
    };
    return NN_OK;
}
