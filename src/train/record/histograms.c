/* SPDX-License-Identifier: MIT */
#include "train/record/histograms.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Bins of a histogram, and values that one is made of at most: of more, evenly spaced ones. */
enum { BINS = 64, VALUES_MOST = 1 << 18 };

static size_t common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Distance of the values that count: not a divisor of a row's length, which would choose some columns alone. */
static size_t stride_of(size_t count, size_t columns)
{
    size_t stride = (count + VALUES_MOST - 1) / VALUES_MOST;
    while (stride > 1 && common_divisor(stride, columns) > 1)
        stride++;
    return stride > 0 ? stride : 1;
}

/* NaN and infinity have no bin. @param columns  of a row of the values */
static void put_histogram(nni_json *json, const char *name, const nni_real *values, size_t count, size_t columns)
{
    const size_t stride = stride_of(count, columns);
    nni_real least = (nni_real)INFINITY, most = (nni_real)-INFINITY;
    size_t counts[BINS] = {0};
    for (size_t i = 0; i < count; i += stride) {
        least = values[i] < least && isfinite(values[i]) ? values[i] : least;
        most = values[i] > most && isfinite(values[i]) ? values[i] : most;
    }
    const double scale = most > least ? BINS / ((double)most - (double)least) : 0;
    for (size_t i = 0; i < count; i += stride) {
        const double bin = ((double)values[i] - (double)least) * scale;
        if (isfinite(values[i]))
            counts[bin < BINS ? (size_t)bin : BINS - 1]++;
    }
    nni_json_begin(json, name, '{');
    nni_json_number(json, "least", (double)least);
    nni_json_number(json, "most", (double)most);
    nni_json_begin(json, "counts", '[');
    for (size_t bin = 0; bin < BINS; bin++)
        nni_json_count(json, NULL, counts[bin]);
    nni_json_end(json, ']');
    nni_json_end(json, '}');
}

/* Of a single row, whose units cannot vary, those that are 0. */
static size_t count_dead(const nni_real *activations, size_t rows, size_t units)
{
    size_t dead = 0;
    for (size_t unit = 0; unit < units; unit++) {
        bool same = rows > 1 || activations[unit] == 0;
        for (size_t row = 1; same && row < rows; row++)
            same = activations[row * units + unit] == activations[unit];
        dead += same;
    }
    return dead;
}

void nni_record_histograms(nni_probe *probe, nni_record_lines *lines)
{
    const nn_network *network = &probe->network;
    const size_t rows = probe->batch.rows;
    nni_json json;
    if (!nni_record_line(lines, "histograms", &json))
        return;
    nni_probe_run(probe);
    nni_json_count(&json, "rows", rows);
    nni_json_begin(&json, "layers", '[');
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const nni_real *activations = probe->work->activations[l];
        const size_t weights = layer->outputs * layer->inputs;
        nni_json_begin(&json, NULL, '{');
        put_histogram(&json, "weights", network->parameters + layer->weight, weights, layer->inputs);
        put_histogram(&json, "activations", activations, rows * layer->outputs, layer->outputs);
        put_histogram(&json, "gradients", probe->work->gradients + layer->weight, weights, layer->inputs);
        nni_json_count(&json, "dead", count_dead(activations, rows, layer->outputs));
        nni_json_end(&json, '}');
    }
    nni_json_end(&json, ']');
    nni_json_end(&json, '}');
}
