/* SPDX-License-Identifier: MIT */
/* nntrain bench gemm: sets up who competes, checks that they agree, and lets them take turns on each shape. */
#include <omp.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/gemm_report.h"
#include "bench/measure.h"
#include "bench/peak.h"
#include "bench/peers.h"
#include "bench/product.h"
#include "kernels/isa/isa.h"
#include "support/memory.h"

/* Who computes: our kernels with a space, a peer, or the peak, which computes nothing. */
typedef struct entrant {
    const nni_bench_product *product;
    nni_gemm_workspace *space;
    const nni_bench_peer *peer;
    nni_bench_peak_run peak;
} entrant;

/* A run of the benchmark. Owns spaces, product and results. */
typedef struct contest {
    const nni_bench_gemm_options *options;
    nni_bench_gemm_report report;
    entrant entrants[NNI_BENCH_MOST_ENTRANTS];
    nni_contestant contestants[NNI_BENCH_MOST_ENTRANTS];
    nni_bench_peers peers;
    nni_bench_product product;
} contest;

static void run_ours(void *context)
{
    const entrant *e = context;
    nni_bench_product_multiply(e->product, e->space);
}

static void run_peer(void *context)
{
    const entrant *e = context;
    nni_bench_peer_multiply(e->peer, e->product);
}

static void run_peak(void *context)
{
    entrant *e = context;
    nni_bench_peak_call(&e->peak);
}

static void enter(contest *c, nni_bench_role role, const char *name, entrant e, void (*run)(void *context))
{
    const size_t i = c->report.entrant_count++;
    e.product = &c->product;
    c->entrants[i] = e;
    c->contestants[i] = (nni_contestant){run, &c->entrants[i]};
    c->report.roles[i] = role;
    c->report.names[i] = name;
}

static nn_status enter_ours(contest *c, nni_bench_role role, const char *name, const nni_isa *isa, size_t threads,
                            nn_error *error)
{
    nni_gemm_workspace *space = NULL;
    NN_TRY(nni_gemm_workspace_create_for(isa, NN_FLOAT32, threads, &space, error));
    enter(c, role, name, (entrant){.space = space}, run_ours);
    return NN_OK;
}

static nn_status enter_all(contest *c, nn_error *error)
{
    const size_t threads = c->options->common.threads;
    const nni_isa *used = nni_isa_in_use(), *isa;
    NN_TRY(enter_ours(c, NNI_BENCH_OURS, "ours", used, threads, error));
    if (threads > 1)
        NN_TRY(enter_ours(c, NNI_BENCH_ONE_THREAD, "1 thread", used, 1, error));
    if (c->options->peers)
        NN_TRY(nni_bench_peers_open(threads, &c->peers, error));
    for (size_t i = 0; i < c->peers.count; i++)
        enter(c, NNI_BENCH_PEER, c->peers.peers[i].name, (entrant){.peer = &c->peers.peers[i]}, run_peer);
    for (size_t i = 0; (isa = nni_isa_at(i)); i++)
        if (isa != used)
            NN_TRY(enter_ours(c, NNI_BENCH_OTHER_ISA, isa->title, isa, threads, error));
    for (size_t i = 0; (isa = nni_isa_at(i)); i++)
        enter(c, NNI_BENCH_PEAK, isa->title, (entrant){.peak = {.loops = isa->peak}}, run_peak);
    return NN_OK;
}

/* The first entrant's product is kept in c, and each other's put beside it. */
static nn_status check(contest *c, nn_error *error)
{
    const nni_bench_shape s = c->product.shape;
    for (size_t i = 1; i < c->report.entrant_count; i++) {
        if (c->report.roles[i] == NNI_BENCH_PEAK)
            continue;
        /* What nobody writes must not pass for what the last one wrote. */
        memset(c->product.c, 0xff, s.rows * s.columns * sizeof *c->product.c);
        c->contestants[i].run(c->contestants[i].context);
        float *swap = c->product.other;
        c->product.other = c->product.c;
        c->product.c = swap;
        memset(c->product.c, 0xff, s.rows * s.columns * sizeof *c->product.c);
        c->contestants[0].run(c->contestants[0].context);
        NN_TRY(nni_bench_product_check(&c->product, c->report.names[i], error));
    }
    return NN_OK;
}

static nn_status measure(contest *c, nni_bench_shape shape, nni_bench_gemm_result *result, nn_error *error)
{
    const nni_bench_options *common = &c->options->common;
    /* Idle threads of one library look for work some milliseconds long before they sleep. */
    const nni_pace pace = {.seconds = 2e-3,
                           .settle = common->threads > 1 ? 6e-3 : 0,
                           .threads = common->threads,
                           .repeat = common->repeat};
    double seconds[NNI_BENCH_MOST_ENTRANTS];
    nni_bench_product_become(&c->product, shape);
    NN_TRY(check(c, error));
    NN_TRY(nni_bench_round_robin(c->contestants, c->report.entrant_count, pace, seconds, error));
    result->shape = shape;
    for (size_t i = 0; i < c->report.entrant_count; i++) {
        const double flops = c->report.roles[i] == NNI_BENCH_PEAK ? nni_bench_peak_flops(c->entrants[i].peak.loops)
                                                                  : nni_bench_product_flops(shape);
        result->gflops[i] = 1e-9 * flops / seconds[i];
    }
    return NN_OK;
}

static nn_status measure_all(contest *c, const nni_bench_shape *shapes, size_t count, nni_bench_output *output,
                             nn_error *error)
{
    NN_TRY(nni_bench_product_create(shapes, count, &c->product, error));
    NN_TRY(nni_allocate(count, sizeof *c->report.results, "the figures of products", &c->report.results, error));
    NN_TRY(enter_all(c, error));
    if (output->table)
        nni_bench_gemm_print_head(&c->report, output->table);
    for (size_t i = 0; i < count; i++) {
        NN_TRY(measure(c, shapes[i], &c->report.results[i], error));
        c->report.count++;
        if (output->table)
            nni_bench_gemm_print_result(&c->report, &c->report.results[i], output->table);
    }
    if (output->table)
        nni_bench_gemm_print_summary(&c->report, output->table);
    if (output->json.out)
        nni_bench_gemm_json(&c->report, &output->json);
    return NN_OK;
}

/* Every layer or named shape in its three orientations. */
static size_t list_shapes(const nni_bench_gemm_options *options, nni_bench_shape *shapes)
{
    size_t layer_count = 0, count = 0;
    const nni_bench_layer *layers = nni_bench_default_layers(&layer_count);
    const size_t given = options->shape_count ? options->shape_count : layer_count;
    for (size_t i = 0; i < given; i++)
        for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++) {
            const nni_bench_orientation orientation = (nni_bench_orientation)o;
            const size_t *named = options->shapes[i];
            shapes[count++] = options->shape_count ? (nni_bench_shape){orientation, named[0], named[1], named[2]}
                                                   : nni_bench_layer_shape(layers[i], orientation);
        }
    return count;
}

nn_status nni_bench_gemm(const nni_bench_gemm_options *options, nn_error *error)
{
    nni_bench_shape shapes[NNI_BENCH_ORIENTATIONS * NNI_BENCH_MOST_SHAPES];
    const size_t count = list_shapes(options, shapes);
    if (options->peers)
        NN_TRY(nni_bench_peers_built(error));
    contest c = {.options = options, .report = {.machine = nni_bench_machine_of(options->common.threads)}};
    nni_bench_output output;
    NN_TRY(nni_bench_output_open(options->common.json, options->common.json_path, &output, error));
    omp_set_dynamic(0);
    omp_set_num_threads((int)options->common.threads);
    nn_status status = measure_all(&c, shapes, count, &output, error);
    status = nni_bench_output_close(&output, status, error);
    for (size_t i = 0; i < c.report.entrant_count; i++)
        nni_gemm_workspace_free(c.entrants[i].space);
    nni_bench_product_free(&c.product);
    nni_release(c.report.results);
    return status;
}
