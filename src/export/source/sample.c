/* SPDX-License-Identifier: MIT */
#include "export/source/sample.h"

#include <math.h>
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/normalize.h"
#include "model/norms.h"
#include "support/memory.h"
#include "support/philox.h"

/* Scaled values and their predictions by both arithmetics. Owns all. */
typedef struct predictions {
    nni_workspace *work, *models; /* of the network that the code is made of, and of the model's own */
    nni_real *scaled;             /* [rows, features] */
    nni_real *now, *below, *xhat; /* [widest layer] of one row */
    float *narrow;                /* [features] of one row */
    double *trainers;             /* [rows, outputs] */
    double *plain;                /* [outputs] of one row */
} predictions;

/* --- rows --- */

/* From `low` to `high`, by position alone. */
static double drawn(size_t row, size_t feature, double low, double high)
{
    const nni_philox_block block = nni_random_block(0, NNI_RANDOM_GENERATE, row, feature);
    return low + (high - low) * nni_uniform(block.word[0], block.word[1]);
}

static void draw_rows(const nni_feature_scaler *scaler, nni_element element, size_t rows, double *x)
{
    const bool from_0_to_1 = scaler->kind == NN_NORMALIZE_UNIT || scaler->kind == NN_NORMALIZE_MINMAX;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < scaler->features; j++) {
            const double scaled = drawn(i, j, from_0_to_1 ? 0 : -2, from_0_to_1 ? 1 : 2), scale = scaler->scale[j];
            const double value = scale != 0 ? scaler->offset[j] + scaled / scale : scaler->offset[j];
            *x++ = element == NNI_FLOAT ? (double)(float)value : value;
        }
}

/* One row after the other. */
static void scale_rows(const nni_feature_scaler *scaler, nni_element element, const nni_sample *sample, predictions *p)
{
    const size_t features = scaler->features;
    for (size_t i = 0; i < sample->rows; i++) {
        const double *x = sample->x + i * features;
        for (size_t j = 0; j < features; j++)
            p->narrow[j] = (float)x[j];
        nni_feature_scaler_apply(scaler, element, element == NNI_DOUBLE ? (const void *)x : (const void *)p->narrow,
                                 p->scaled + i * features);
    }
}

/* --- the arithmetic of a processor that does not fuse --- */

static void plain_layer(const nn_network *network, size_t l, const nni_real *in, nni_real *xhat, nni_real *out)
{
    const nni_layer *layer = &network->layers[l];
    const nni_real *weight = network->parameters + layer->weight, *gamma = network->parameters + layer->gamma;
    const nni_real *beta = network->parameters + layer->beta;
    for (size_t i = 0; i < layer->outputs; i++, weight += layer->inputs) {
        nni_real sum = 0;
        for (size_t k = 0; k < layer->inputs; k++)
            sum += in[k] * weight[k];
        out[i] = nni_layer_has_bias(layer) ? sum + network->parameters[layer->bias + i] : sum;
    }
    if (layer->norm == NN_NORM_LAYER) {
        nni_real inverse;
        nni_normalize_rows(out, xhat, &inverse, 1, layer->outputs, gamma, beta, (nni_real)NNI_NORM_EPSILON);
    }
    for (size_t j = 0; layer->norm == NN_NORM_BATCH && j < layer->outputs; j++) {
        const nni_real *mean = network->statistics + layer->running_mean;
        const nni_real inverse = nni_batch_norm_inverse(network->statistics[layer->running_variance + j]);
        nni_normalize_columns(out + j, xhat, 1, 1, mean + j, &inverse, gamma + j, beta + j);
    }
    if (nni_activation_of(layer->activation)->over_rows)
        nni_activate_rows(layer->activation, out, 1, layer->outputs);
    else
        nni_activate(layer->activation, out, layer->outputs);
}

static void plain_row(const nni_trained *model, const nn_network *network, const nni_real *x, predictions *p)
{
    memcpy(p->below, x, network->inputs * sizeof *x);
    for (size_t l = 0; l < network->layer_count; l++) {
        plain_layer(network, l, p->below, p->xhat, p->now);
        nni_real *swap = p->now;
        p->now = p->below;
        p->below = swap;
    }
    nni_target_scaler_restore(model->target_scaler, p->below, 1, p->plain);
}

/* --- the trainer's --- */

static void predict(const nni_trained *model, const nn_network *network, size_t rows, const nni_real *scaled,
                    nni_workspace *work, double *to)
{
    nni_network_infer(network, scaled, rows, work);
    nni_network_activate_output(network, rows, work);
    nni_target_scaler_restore(model->target_scaler, nni_network_output(network, work), rows, to);
}

/* --- both --- */

/* What errors of an output are measured by: before scaling is undone its values are about 1. */
static double magnitude_of(const nni_target_scaler *scaler, size_t output, double most, double most_of_all)
{
    if (scaler->kind == NN_TARGETS_NONE)
        return most_of_all > 0 ? most_of_all : 1;
    const double deviation = 1 / fabs(scaler->scale[output]);
    return scaler->kind == NN_TARGETS_LOG1P ? (1 + most) * fmax(1, deviation) : most + deviation;
}

static void measure(const nni_trained *model, const nn_network *network, predictions *p, nni_sample *sample)
{
    const size_t features = network->inputs, outputs = network->outputs;
    double largest = 0;
    predict(model, network, sample->rows, p->scaled, p->work, sample->expected);
    predict(model, model->network, sample->rows, p->scaled, p->models, p->trainers);
    for (size_t i = 0; i < sample->rows * outputs; i++) {
        double *most = &sample->tolerance[i % outputs];
        *most = fmax(*most, fabs(sample->expected[i]));
        largest = fmax(largest, *most);
    }
    for (size_t k = 0; k < outputs; k++)
        sample->tolerance[k] = 1e-5 * magnitude_of(model->target_scaler, k, sample->tolerance[k], largest);
    for (size_t i = 0; i < sample->rows; i++) {
        plain_row(model, network, p->scaled + i * features, p);
        for (size_t k = 0; k < outputs; k++)
            sample->error = fmax(sample->error, fabs(p->plain[k] - p->trainers[i * outputs + k]));
    }
    sample->error /= largest > 0 ? largest : 1;
}

static nn_status take_and_measure(const nni_trained *model, const nn_network *network, nni_scaling_types types,
                                  predictions *p, nni_sample *sample, nn_error *error)
{
    const char what[] = "rows of a self-test";
    const size_t rows = sample->rows, features = network->inputs, outputs = network->outputs;
    size_t widest = features;
    for (size_t l = 0; l < network->layer_count; l++)
        widest = network->layers[l].outputs > widest ? network->layers[l].outputs : widest;
    NN_TRY(nni_allocate(rows, features * sizeof *sample->x, what, &sample->x, error));
    NN_TRY(nni_allocate(rows, outputs * sizeof *sample->expected, what, &sample->expected, error));
    NN_TRY(nni_allocate(outputs, sizeof *sample->tolerance, what, &sample->tolerance, error));
    NN_TRY(nni_allocate(features, sizeof *p->narrow, what, &p->narrow, error));
    NN_TRY(nni_allocate(rows, features * sizeof *p->scaled, what, &p->scaled, error));
    NN_TRY(nni_allocate(rows, outputs * sizeof *p->trainers, what, &p->trainers, error));
    NN_TRY(nni_allocate(outputs, sizeof *p->plain, what, &p->plain, error));
    NN_TRY(nni_allocate(widest, sizeof *p->now, what, &p->now, error));
    NN_TRY(nni_allocate(widest, sizeof *p->below, what, &p->below, error));
    NN_TRY(nni_allocate(widest, sizeof *p->xhat, what, &p->xhat, error));
    NN_TRY(nni_workspace_create(network, rows, 1, 0, &p->work, error));
    NN_TRY(nni_workspace_create(model->network, rows, 1, 0, &p->models, error));
    draw_rows(model->feature_scaler, types.x, rows, sample->x);
    scale_rows(model->feature_scaler, types.scaled, sample, p);
    measure(model, network, p, sample);
    return NN_OK;
}

nn_status nni_sample_create(const nni_trained *model, const nn_network *network, nni_scaling_types types, size_t rows,
                            nni_sample *sample, nn_error *error)
{
    predictions p = {0};
    *sample = (nni_sample){.rows = rows};
    const nn_status status = take_and_measure(model, network, types, &p, sample, error);
    nni_workspace_free(p.work);
    nni_workspace_free(p.models);
    nni_release(p.narrow);
    nni_release(p.scaled);
    nni_release(p.now);
    nni_release(p.below);
    nni_release(p.xhat);
    nni_release(p.trainers);
    nni_release(p.plain);
    if (status != NN_OK)
        nni_sample_free(sample);
    return status;
}

void nni_sample_free(nni_sample *sample)
{
    nni_release(sample->x);
    nni_release(sample->expected);
    nni_release(sample->tolerance);
    *sample = (nni_sample){0};
}
