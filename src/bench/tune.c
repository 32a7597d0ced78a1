/* SPDX-License-Identifier: MIT */
/* nntrain bench tune: what products assume of the machine, and what other values would take. Each is varied by itself,
 * and layers of usual sizes are computed with every value in turns. */
#include <omp.h>
#include <stdio.h>

#include "bench/bench.h"
#include "bench/machine.h"
#include "bench/measure.h"
#include "bench/product.h"

enum { MOST_VALUES = 5, USUAL_REPEAT = 7 };

/* A value that is assumed, in the plan of products. */
typedef struct assumption {
    const char *name, *unit;
    size_t per_unit;
    bool of_threads;             /* means nothing to one thread */
    double factors[MOST_VALUES]; /* of the value in use, which is one of them; 0 ends them */
    size_t (*get)(const nni_gemm_plan *plan);
    nni_gemm_plan (*with)(const nni_gemm_plan *plan, size_t value);
    const nni_bench_layer *layers;
    size_t layer_count;
} assumption;

static const nni_bench_layer usual_layers[] = {
    {784, 512, 128}, {512, 512, 32}, {1024, 1024, 512}, {784, 128, 128}, {300, 200, 8}};
/* From 2^15 to 2^21 multiply-adds. */
static const nni_bench_layer small_layers[] = {
    {64, 32, 16}, {64, 64, 32}, {128, 64, 32}, {128, 128, 64}, {256, 128, 64}};

static size_t level1_of(const nni_gemm_plan *plan)
{
    return plan->level1_bytes;
}

static nni_gemm_plan with_level1(const nni_gemm_plan *plan, size_t value)
{
    return nni_gemm_plan_with(nni_isa_in_use(), NN_FLOAT32, value, plan->level2_bytes);
}

static size_t level2_of(const nni_gemm_plan *plan)
{
    return plan->level2_bytes;
}

static nni_gemm_plan with_level2(const nni_gemm_plan *plan, size_t value)
{
    return nni_gemm_plan_with(nni_isa_in_use(), NN_FLOAT32, plan->level1_bytes, value);
}

static size_t worth_threads_of(const nni_gemm_plan *plan)
{
    return plan->worth_threads;
}

static nni_gemm_plan with_worth_threads(const nni_gemm_plan *plan, size_t value)
{
    nni_gemm_plan other = *plan;
    other.worth_threads = value;
    return other;
}

#define LAYERS(list) list, sizeof(list) / sizeof *(list)
static const assumption assumptions[] = {
    {"level 1 cache", "KiB", 1 << 10, false, {0.5, 1, 2}, level1_of, with_level1, LAYERS(usual_layers)},
    {"level 2 cache", "KiB", 1 << 10, false, {0.25, 0.5, 1, 2}, level2_of, with_level2, LAYERS(usual_layers)},
    {"threads divide from",
     "Ki multiply-adds",
     1 << 10,
     true,
     {0.125, 0.5, 1, 2, 8},
     worth_threads_of,
     with_worth_threads,
     LAYERS(small_layers)},
};

/* One value of an assumption, at work. */
typedef struct contender {
    const nni_bench_product *product;
    nni_gemm_workspace *space;
} contender;

static void multiply(void *context)
{
    const contender *c = context;
    nni_bench_product_multiply(c->product, c->space);
}

/* Seconds of each value, a product after the other, as ratios to the value in use. @param ratios  [count] */
static nn_status compare(const assumption *a, nni_bench_product *product, contender *contenders, size_t count,
                         size_t used, nni_pace pace, double *ratios, nn_error *error)
{
    nni_contestant contestants[MOST_VALUES];
    double each[MOST_VALUES][NNI_BENCH_ORIENTATIONS * 8];
    size_t products = 0;
    for (size_t i = 0; i < count; i++)
        contestants[i] = (nni_contestant){multiply, &contenders[i]};
    for (size_t l = 0; l < a->layer_count; l++)
        for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++, products++) {
            double medians[MOST_VALUES];
            nni_bench_product_become(product, nni_bench_layer_shape(a->layers[l], (nni_bench_orientation)o));
            NN_TRY(nni_bench_round_robin(contestants, count, pace, medians, error));
            for (size_t i = 0; i < count; i++)
                each[i][products] = medians[i] / medians[used];
        }
    for (size_t i = 0; i < count; i++)
        ratios[i] = nni_bench_geometric_mean(each[i], products);
    return NN_OK;
}

static void print(const assumption *a, const size_t *values, const double *ratios, size_t count, size_t used)
{
    enum { PERCENT_OF_NOISE = 2 };
    size_t best = used;
    for (size_t i = 0; i < count; i++) {
        printf("%-20s %8zu %-16s %6.3f%s\n", i == 0 ? a->name : "", values[i] / a->per_unit, a->unit, ratios[i],
               i == used ? "  in use" : "");
        best = ratios[i] < ratios[best] ? i : best;
    }
    if (ratios[best] > 1 - PERCENT_OF_NOISE / 100.0)
        printf("%-20s stays: no other gains %d %%\n", "", PERCENT_OF_NOISE);
    else
        printf("%-20s %zu %s would save %.0f %%\n", "", values[best] / a->per_unit, a->unit, 100 * (1 - ratios[best]));
}

static nn_status tune(const assumption *a, const nni_bench_options *options, nni_bench_product *product,
                      nn_error *error)
{
    const nni_gemm_plan usual = nni_gemm_plan_with(nni_isa_in_use(), NN_FLOAT32, 0, 0);
    const nni_pace pace = {.seconds = 0.004,
                           .settle = 0.001,
                           .threads = options->threads,
                           .repeat = options->repeat ? options->repeat : USUAL_REPEAT};
    contender contenders[MOST_VALUES] = {{NULL, NULL}};
    size_t values[MOST_VALUES], count = 0, used = 0;
    double ratios[MOST_VALUES];
    nn_status status = NN_OK;
    for (; status == NN_OK && count < MOST_VALUES && a->factors[count] > 0; count++) {
        values[count] = (size_t)((double)a->get(&usual) * a->factors[count]);
        used = a->factors[count] == 1 ? count : used;
        const nni_gemm_plan plan = a->with(&usual, values[count]);
        contenders[count].product = product;
        status = nni_gemm_workspace_create_planned(&plan, options->threads, &contenders[count].space, error);
    }
    if (status == NN_OK)
        status = compare(a, product, contenders, count, used, pace, ratios, error);
    if (status == NN_OK)
        print(a, values, ratios, count, used);
    for (size_t i = 0; i < count; i++)
        nni_gemm_workspace_free(contenders[i].space);
    return status;
}

nn_status nni_bench_tune(const nni_bench_options *options, nn_error *error)
{
    nni_bench_shape shapes[NNI_BENCH_ORIENTATIONS * 16];
    size_t shape_count = 0;
    nni_bench_product product = {.a = NULL};
    for (size_t i = 0; i < sizeof assumptions / sizeof *assumptions; i++)
        for (size_t l = 0; l < assumptions[i].layer_count; l++)
            for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++)
                shapes[shape_count++] = nni_bench_layer_shape(assumptions[i].layers[l], (nni_bench_orientation)o);
    NN_TRY(nni_bench_product_create(shapes, shape_count, &product, error));
    const nni_bench_machine machine = nni_bench_machine_of(options->threads);
    omp_set_num_threads((int)options->threads);
    nni_bench_machine_print(&machine, stdout);
    printf("%-20s %8s %-16s   time of products, to the value in use\n", "assumed", "value", "");
    nn_status status = NN_OK;
    for (size_t i = 0; status == NN_OK && i < sizeof assumptions / sizeof *assumptions; i++)
        if (options->threads > 1 || !assumptions[i].of_threads)
            status = tune(&assumptions[i], options, &product, error);
    nni_bench_product_free(&product);
    return status;
}
