/* SPDX-License-Identifier: MIT */
#include "train/record/histograms.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "support/extremes.h"

/* Bins of a histogram, and values that one is made of at most: of more, evenly spaced ones. */
enum { BINS = 64, VALUES_MOST = 1 << 18 };

/* Distance of the values that count: not a divisor of a row's length, which would choose some columns alone. */
static size_t stride_of(size_t count, size_t columns)
{
    size_t stride = (count + VALUES_MOST - 1) / VALUES_MOST;
    while (stride > 1 && nni_common_divisor(stride, columns) > 1)
        stride++;
    return stride > 0 ? stride : 1;
}

/* Edges of the bins: the values' own, but at most five standard deviations from their mean, beyond which the outer bins
 * count. Of gradients a few are so large that all others would be in one bin. NaN and infinity have none. */
static void find_edges(const nni_real *values, size_t count, size_t stride, double *least, double *most)
{
    double sum = 0, squares = 0, low = (double)INFINITY, high = (double)-INFINITY;
    size_t finite = 0;
    for (size_t i = 0; i < count; i += stride) {
        const double value = (double)values[i];
        if (!isfinite(value))
            continue;
        sum += value;
        squares += value * value;
        low = value < low ? value : low;
        high = value > high ? value : high;
        finite++;
    }
    const double mean = sum / (double)finite;
    const double far = 5 * sqrt(fmax(squares / (double)finite - mean * mean, 0));
    *least = isfinite(far) ? fmax(low, mean - far) : low;
    *most = isfinite(far) ? fmin(high, mean + far) : high;
}

/* @param columns  of a row of the values */
static void put_histogram(nni_json *json, const char *name, const nni_real *values, size_t count, size_t columns)
{
    const size_t stride = stride_of(count, columns);
    double least, most;
    size_t counts[BINS] = {0};
    find_edges(values, count, stride, &least, &most);
    const double scale = most > least ? BINS / (most - least) : 0;
    for (size_t i = 0; i < count; i += stride) {
        const double bin = fmax(((double)values[i] - least) * scale, 0);
        if (isfinite(values[i]))
            counts[bin < BINS ? (size_t)bin : BINS - 1]++;
    }
    nni_json_begin(json, name, '{');
    nni_json_number(json, "least", least);
    nni_json_number(json, "most", most);
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
        if (l >= network->frozen) /* nobody computes theirs */
            put_histogram(&json, "gradients", probe->work->gradients + layer->weight, weights, layer->inputs);
        nni_json_count(&json, "dead", count_dead(activations, rows, layer->outputs));
        nni_json_end(&json, '}');
    }
    nni_json_end(&json, ']');
    nni_json_end(&json, '}');
}
