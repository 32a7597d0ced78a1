/* Each product of a step by itself, against what arithmetic and transfers cost at least: the roofline (Williams,
 * Waterman, Patterson, CACM 52, 2009). */
#include "bench/measure.h"
#include "bench/step.h"
#include "kernels/gemm/gemm.h"
#include "support/memory.h"

/* A product with what follows it, as the passes call it. */
typedef struct product {
    const nn_bench_training *training;
    nn_bench_shape shape;
    nn_view a, b;
    nn_real *c;
    nn_epilogue epilogue;
} product;

static void run_product(void *context)
{
    const product *p = context;
    nn_gemm(p->training->work->space, p->shape.rows, p->shape.columns, p->shape.depth, p->a, p->b, p->c,
            p->shape.columns, &p->epilogue);
}

/* A rate of 0 leaves the weights alone, at the same cost. */
static void run_descent(void *context)
{
    nn_bench_training *t = context;
    nn_optimizer_step(t->optimizer, t->network, t->work->gradients, 0);
}

static product product_of(const nn_bench_training *t, size_t l, nn_bench_orientation orientation, nn_real *c)
{
    const nn_layer *layer = &t->network->layers[l];
    const nn_workspace *work = t->work;
    const nn_view input = {l == 0 ? t->batch.x : work->activations[l - 1], layer->inputs, 1};
    const nn_view delta = {work->delta, layer->outputs, 1};
    const nn_view weight = {t->network->parameters + layer->weight, layer->inputs, 1};
    const bool last = l + 1 == t->network->layer_count;
    product p = {.training = t, .c = c, .a = delta, .b = weight};
    p.shape = nn_bench_layer_shape((nn_bench_layer){layer->inputs, layer->outputs, t->batch.rows}, orientation);
    switch (orientation) {
    case NN_BENCH_FORWARD:
        p.a = input;
        p.b = (nn_view){weight.data, 1, layer->inputs};
        p.epilogue.bias = nn_layer_has_bias(layer) ? t->network->parameters + layer->bias : NULL;
        p.epilogue.activation = last ? NN_LINEAR : layer->activation;
        break;
    case NN_BENCH_DX:
        p.epilogue.outputs = work->activations[l - 1];
        p.epilogue.outputs_stride = layer->inputs;
        p.epilogue.derivative = t->network->layers[l - 1].activation;
        break;
    case NN_BENCH_DW:
        p.a = (nn_view){work->delta, 1, layer->outputs};
        p.b = input;
        break;
    }
    return p;
}

/* Operands read once and the result written once; dX reads the activations of the layer below too, for sigma'. */
static double bytes_of(nn_bench_shape s)
{
    const double rows = (double)s.rows, columns = (double)s.columns, depth = (double)s.depth;
    const double results = s.orientation == NN_BENCH_DX ? 2 : 1;
    return sizeof(nn_real) * (rows * depth + depth * columns + results * rows * columns);
}

static nn_bench_cost cost_of(const product *p, size_t layer)
{
    return (nn_bench_cost){
        .layer = layer,
        .name = nn_bench_orientation_name(p->shape.orientation),
        .flops = nn_bench_product_flops(p->shape),
        .bytes = bytes_of(p->shape),
    };
}

/* Gradients are read, parameters and states read and written. */
static nn_bench_cost cost_of_descent(const nn_bench_training *t)
{
    const double arrays = 3 + 2 * (double)t->optimizer->state_count;
    return (nn_bench_cost){.name = "descent", .bytes = sizeof(nn_real) * arrays * (double)t->network->flat_count};
}

static size_t list_products(const nn_bench_training *t, nn_real *c, product *products, nn_bench_step_result *result)
{
    size_t count = 0;
    for (size_t l = 0; l < t->network->layer_count; l++)
        for (int o = 0; o < NN_BENCH_ORIENTATIONS; o++) {
            const nn_bench_orientation orientation = (nn_bench_orientation)o;
            if (l == 0 && orientation == NN_BENCH_DX)
                continue; /* nothing is below */
            products[count] = product_of(t, l, orientation, c);
            result->costs[count] = cost_of(&products[count], l);
            count++;
        }
    result->costs[count] = cost_of_descent(t);
    result->cost_count = count + 1;
    return count;
}

static size_t largest_result(const nn_bench_training *t)
{
    size_t largest = 0;
    for (size_t l = 0; l < t->network->layer_count; l++) {
        const nn_layer *layer = &t->network->layers[l];
        const size_t wide = layer->inputs > layer->outputs ? layer->inputs : layer->outputs;
        const size_t tall = layer->outputs > t->batch.rows ? layer->outputs : t->batch.rows;
        largest = wide * tall > largest ? wide * tall : largest;
    }
    return largest;
}

nn_status nn_bench_step_explain(nn_bench_training *training, size_t repeat, nn_bench_step_result *result,
                                nn_error *error)
{
    product products[NN_BENCH_MOST_PRODUCTS];
    nn_contestant contestants[NN_BENCH_MOST_PRODUCTS + 1];
    double seconds[NN_BENCH_MOST_PRODUCTS + 1];
    nn_real *c = NULL;
    NN_TRY(nn_allocate(largest_result(training), sizeof *c, "a product", &c, error));
    const size_t count = list_products(training, c, products, result);
    for (size_t i = 0; i < count; i++)
        contestants[i] = (nn_contestant){run_product, &products[i]};
    contestants[count] = (nn_contestant){run_descent, training};
    const nn_pace pace = {.seconds = 2e-3, .threads = training->threads, .repeat = repeat};
    const nn_status status = nn_bench_round_robin(contestants, count + 1, pace, seconds, error);
    for (size_t i = 0; status == NN_OK && i <= count; i++)
        result->costs[i].seconds = seconds[i];
    nn_release(c);
    return status;
}

const char *nn_bench_bound(const nn_bench_cost *cost, const nn_bench_bandwidth *bandwidth, double peak)
{
    const nn_bench_level level = nn_bench_level_of(bandwidth, cost->bytes);
    const double rate = cost->flops > 0 ? bandwidth->read[level] : bandwidth->triad[level];
    if (cost->flops / (peak * (double)bandwidth->threads) >= cost->bytes / rate)
        return "arithmetic";
    return level == NN_BENCH_MEMORY ? "memory" : "cache";
}
