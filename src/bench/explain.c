/* SPDX-License-Identifier: MIT */
/* Each product of a step by itself, against what arithmetic and transfers cost at least: the roofline (Williams,
 * Waterman, Patterson, CACM 52, 2009). */
#include "bench/explain.h"

#include "bench/measure.h"
#include "kernels/gemm/gemm.h"
#include "support/memory.h"

/* A product with what follows it, as the passes call it. */
typedef struct product {
    const nni_bench_training *training;
    nni_bench_shape shape;
    nni_view a, b;
    nni_real *c;
    nni_epilogue epilogue;
} product;

static void run_product(void *context)
{
    const product *p = context;
    nni_gemm(p->training->work->space, p->shape.rows, p->shape.columns, p->shape.depth, p->a, p->b, p->c,
             p->shape.columns, &p->epilogue);
}

/* A rate of 0 leaves the weights alone, at the same cost. */
static void run_descent(void *context)
{
    nni_bench_training *t = context;
    nni_optimizer_step(t->optimizer, t->network, t->work->gradients, 0, NULL, NULL);
}

static product product_of(const nni_bench_training *t, size_t l, nni_bench_orientation orientation, nni_real *c)
{
    const nni_layer *layer = &t->network->layers[l];
    const nni_workspace *work = t->work;
    const nni_view input = {l == 0 ? t->batch.x : work->activations[l - 1], layer->inputs, 1};
    const nni_view delta = {work->delta, layer->outputs, 1};
    const nni_view weight = {t->network->parameters + layer->weight, layer->inputs, 1};
    const bool last = l + 1 == t->network->layer_count;
    product p = {.training = t, .c = c, .a = delta, .b = weight};
    p.shape = nni_bench_layer_shape((nni_bench_layer){layer->inputs, layer->outputs, t->batch.rows}, orientation);
    switch (orientation) {
    case NNI_BENCH_FORWARD:
        p.a = input;
        p.b = (nni_view){weight.data, 1, layer->inputs};
        p.epilogue.bias = nni_layer_has_bias(layer) ? t->network->parameters + layer->bias : NULL;
        p.epilogue.activation = last ? NN_LINEAR : layer->activation;
        break;
    case NNI_BENCH_DX:
        p.epilogue.outputs = work->activations[l - 1];
        p.epilogue.outputs_stride = layer->inputs;
        p.epilogue.derivative = t->network->layers[l - 1].activation;
        break;
    case NNI_BENCH_DW:
        p.a = (nni_view){work->delta, 1, layer->outputs};
        p.b = input;
        break;
    }
    return p;
}

/* Operands read once and the result written once; dX reads the activations of the layer below too, for sigma'. */
static double bytes_of(nni_bench_shape s)
{
    const double rows = (double)s.rows, columns = (double)s.columns, depth = (double)s.depth;
    const double results = s.orientation == NNI_BENCH_DX ? 2 : 1;
    return sizeof(nni_real) * (rows * depth + depth * columns + results * rows * columns);
}

static nni_bench_cost cost_of(const product *p, size_t layer)
{
    return (nni_bench_cost){
        .layer = layer,
        .name = nni_bench_orientation_name(p->shape.orientation),
        .flops = nni_bench_product_flops(p->shape),
        .bytes = bytes_of(p->shape),
    };
}

/* Gradients are read, parameters and states read and written. */
static nni_bench_cost cost_of_descent(const nni_bench_training *t)
{
    const double arrays = 3 + 2 * (double)t->optimizer->state_count;
    return (nni_bench_cost){.name = "descent", .bytes = sizeof(nni_real) * arrays * (double)t->network->flat_count};
}

static size_t list_products(const nni_bench_training *t, nni_real *c, product *products, nni_bench_step_result *result)
{
    size_t count = 0;
    for (size_t l = 0; l < t->network->layer_count; l++)
        for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++) {
            const nni_bench_orientation orientation = (nni_bench_orientation)o;
            if (l == 0 && orientation == NNI_BENCH_DX)
                continue; /* nothing is below */
            products[count] = product_of(t, l, orientation, c);
            result->costs[count] = cost_of(&products[count], l);
            count++;
        }
    result->costs[count] = cost_of_descent(t);
    result->cost_count = count + 1;
    return count;
}

static size_t largest_result(const nni_bench_training *t)
{
    size_t largest = 0;
    for (size_t l = 0; l < t->network->layer_count; l++) {
        const nni_layer *layer = &t->network->layers[l];
        const size_t wide = layer->inputs > layer->outputs ? layer->inputs : layer->outputs;
        const size_t tall = layer->outputs > t->batch.rows ? layer->outputs : t->batch.rows;
        largest = wide * tall > largest ? wide * tall : largest;
    }
    return largest;
}

nn_status nni_bench_step_explain(nni_bench_training *training, size_t repeat, nni_bench_step_result *result,
                                 nn_error *error)
{
    product products[NNI_BENCH_MOST_PRODUCTS];
    nni_contestant contestants[NNI_BENCH_MOST_PRODUCTS + 1];
    double seconds[NNI_BENCH_MOST_PRODUCTS + 1];
    nni_real *c = NULL;
    NN_TRY(nni_allocate(largest_result(training), sizeof *c, "a product", &c, error));
    const size_t count = list_products(training, c, products, result);
    for (size_t i = 0; i < count; i++)
        contestants[i] = (nni_contestant){run_product, &products[i]};
    contestants[count] = (nni_contestant){run_descent, training};
    const nni_pace pace = {.seconds = 2e-3, .threads = training->threads, .repeat = repeat};
    const nn_status status = nni_bench_round_robin(contestants, count + 1, pace, seconds, error);
    for (size_t i = 0; status == NN_OK && i <= count; i++)
        result->costs[i].seconds = seconds[i];
    nni_release(c);
    return status;
}
