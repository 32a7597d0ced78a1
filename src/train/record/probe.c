/* SPDX-License-Identifier: MIT */
#include "train/record/probe.h"

#include <string.h>

#include "data/dataset/cursor.h"
#include "support/memory.h"

static const char what[] = "the rows that are recorded";

/* The run's network, which would count the rows in its batch norm and drop units. */
static nn_status copy_network(nni_probe *probe, nn_error *error)
{
    const nn_network *network = probe->run->model.network;
    probe->network = *network;
    probe->network.layers = NULL;
    probe->network.statistics = NULL;
    NN_TRY(nni_allocate(network->layer_count, sizeof *network->layers, what, &probe->network.layers, error));
    memcpy(probe->network.layers, network->layers, network->layer_count * sizeof *network->layers);
    for (size_t l = 0; l < network->layer_count; l++)
        probe->network.layers[l].dropout = 0;
    return nni_allocate(network->statistics_count, sizeof *network->statistics, what, &probe->network.statistics,
                        error);
}

static nn_status take_memory(nni_probe *probe, size_t rows, nn_error *error)
{
    const nni_row_format *format = &probe->run->data.train->row;
    NN_TRY(copy_network(probe, error));
    NN_TRY(nni_workspace_create(&probe->network, probe->capacity, probe->run->threads.count, rows > 0, &probe->work,
                                error));
    NN_TRY(nni_allocate(probe->capacity, format->features * sizeof *probe->x, what, &probe->x, error));
    if (format->target == NNI_TARGET_CLASSES)
        return nni_allocate(rows, sizeof *probe->classes, what, &probe->classes, error);
    return nni_allocate(rows, format->outputs * sizeof *probe->values, what, &probe->values, error);
}

/* Puts a row of the data among those of the probe. */
static void take_row(nni_probe *probe, const nni_rows *rows, size_t row)
{
    const nni_dataset *train = probe->run->data.train;
    const size_t at = probe->batch.rows++, outputs = train->row.outputs;
    nni_row_convert(&train->row, train->normalization, rows, row, probe->x + at * train->row.features);
    if (rows->classes)
        probe->classes[at] = rows->classes[row];
    if (rows->values)
        nni_dataset_convert_targets(train, &(nni_rows){.count = 1, .values = rows->values + row * outputs},
                                    probe->values + at * outputs);
    if (rows->weights)
        probe->weights[at] = rows->weights[row];
}

/* Evenly spaced ones of those in memory, or the first of the file. */
static nn_status take_rows(nni_probe *probe, size_t count, nn_error *error)
{
    const nni_dataset *train = probe->run->data.train;
    if (!train->source) {
        for (size_t k = 0; k < count; k++) {
            const nni_rows row = nni_dataset_resident(train, k * train->slicing.rows / count, 1);
            take_row(probe, &row, 0);
        }
        return NN_OK;
    }
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(train, count, &cursor, error);
    while (status == NN_OK && probe->batch.rows < count && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        for (size_t row = 0; status == NN_OK && row < rows.count && probe->batch.rows < count; row++)
            take_row(probe, &rows, row);
    }
    nni_cursor_free(cursor);
    return status;
}

nn_status nni_probe_create(const nni_run *run, size_t rows, nni_probe **result, nn_error *error)
{
    nni_probe *probe = NULL;
    NN_TRY(nni_allocate(1, sizeof *probe, what, &probe, error));
    *result = probe;
    probe->run = run;
    probe->capacity = run->model.network->inputs <= 2 ? NNI_PROBE_ROWS : rows; /* of more there are no frames */
    NN_TRY(take_memory(probe, rows, error));
    if (rows > 0 && run->data.train->row.weighted)
        NN_TRY(nni_allocate(rows, sizeof *probe->weights, what, &probe->weights, error));
    if (rows > 0)
        NN_TRY(take_rows(probe, rows, error));
    probe->batch.global_rows = probe->batch.rows;
    probe->batch.x = probe->x;
    probe->batch.y = (nni_targets){.classes = probe->classes, .values = probe->values};
    probe->batch.weights = probe->weights;
    return NN_OK;
}

void nni_probe_free(nni_probe *probe)
{
    if (!probe)
        return;
    nni_workspace_free(probe->work);
    nni_release(probe->network.layers);
    nni_release(probe->network.statistics);
    nni_release(probe->x);
    nni_release(probe->classes);
    nni_release(probe->values);
    nni_release(probe->weights);
    nni_release(probe);
}

static void copy_statistics(nni_probe *probe)
{
    const nn_network *network = probe->run->model.network;
    probe->network.parameters = network->parameters;
    memcpy(probe->network.statistics, network->statistics, network->statistics_count * sizeof *network->statistics);
}

void nni_probe_run(nni_probe *probe)
{
    const nni_loss_settings *loss = &probe->run->recipe->loss;
    copy_statistics(probe);
    nni_network_forward(&probe->network, &probe->batch, probe->work);
    nni_loss(loss, &probe->network, &probe->batch, probe->work);
    nni_network_backward(loss, &probe->network, &probe->batch, probe->work);
}

void nni_probe_predict(nni_probe *probe, const double *x, size_t rows, double *values)
{
    const nni_row_format format = {.features = probe->network.inputs, .element = NNI_DOUBLE};
    const nni_target_scaler *scaler = probe->run->data.target_scaler;
    copy_statistics(probe);
    const nni_real *given =
        nni_rows_convert(&format, probe->run->data.train->normalization, &(nni_rows){.count = rows, .x = x}, probe->x);
    nni_network_infer(&probe->network, given, rows, probe->work);
    nni_network_activate_output(&probe->network, rows, probe->work);
    nni_target_scaler_restore(scaler, nni_network_output(&probe->network, probe->work), rows, values);
}
