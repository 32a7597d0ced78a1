/* SPDX-License-Identifier: MIT */
#include "bench/shapes.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static const nni_bench_layer layers[] = {
    {784, 512, 128}, {512, 512, 128},  {512, 10, 128},     {784, 128, 128},    {128, 10, 128},    {784, 512, 1},
    {512, 512, 1},   {1024, 1024, 1},  {512, 512, 16},     {784, 256, 8},      {64, 1, 256},      {30, 16, 32},
    {20, 64, 64},    {100, 100, 100},  {64, 64, 64},       {256, 256, 256},    {256, 256, 4096},  {64, 32, 1024},
    {500, 300, 200}, {1024, 1024, 64}, {4096, 4096, 64},   {1024, 1024, 512},  {2048, 1024, 256}, {4096, 1024, 256},
    {1024, 10, 512}, {1000, 1000, 32}, {1024, 1024, 1024}, {2048, 2048, 1024},
};

const nni_bench_layer *nni_bench_default_layers(size_t *count)
{
    *count = sizeof layers / sizeof *layers;
    return layers;
}

const char *nni_bench_orientation_name(nni_bench_orientation orientation)
{
    switch (orientation) {
    case NNI_BENCH_FORWARD:
        return "forward";
    case NNI_BENCH_DX:
        return "dX";
    case NNI_BENCH_DW:
        return "dW";
    }
    return "unknown";
}

nni_bench_shape nni_bench_layer_shape(nni_bench_layer layer, nni_bench_orientation orientation)
{
    switch (orientation) {
    case NNI_BENCH_DX:
        return (nni_bench_shape){orientation, layer.batch, layer.inputs, layer.outputs};
    case NNI_BENCH_DW:
        return (nni_bench_shape){orientation, layer.outputs, layer.inputs, layer.batch};
    default:
        return (nni_bench_shape){orientation, layer.batch, layer.outputs, layer.inputs};
    }
}

bool nni_bench_parse_sizes(const char *text, char between, size_t count, size_t *sizes)
{
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        if (*text < '0' || *text > '9') /* strtoul would take spaces and signs */
            return false;
        errno = 0;
        sizes[i] = strtoul(text, &end, 10);
        if (errno != 0 || sizes[i] == 0 || sizes[i] > INT_MAX)
            return false;
        if (i + 1 < count && *end++ != between)
            return false;
        text = end;
    }
    return *text == '\0';
}

double nni_bench_product_flops(nni_bench_shape shape)
{
    return 2.0 * (double)shape.rows * (double)shape.columns * (double)shape.depth;
}

double nni_bench_step_flops(const size_t *widths, size_t count, size_t batch)
{
    double flops = 0;
    for (size_t l = 0; l + 1 < count; l++)
        flops += (l == 0 ? 2 : 3) * 2.0 * (double)batch * (double)widths[l] * (double)widths[l + 1];
    return flops;
}
