/* SPDX-License-Identifier: MIT */
/* The table and the JSON of nntrain bench step. */
#include "bench/step_report.h"

static double share(double flops, double seconds, double peak, size_t threads)
{
    return flops / seconds / (peak * (double)threads);
}

const char *nni_bench_bound(const nni_bench_cost *cost, const nni_bench_bandwidth *bandwidth, double peak)
{
    const nni_bench_level level = nni_bench_level_of(bandwidth, cost->bytes);
    const double rate = cost->flops > 0 ? bandwidth->read[level] : bandwidth->triad[level];
    if (cost->flops / (peak * (double)bandwidth->threads) >= cost->bytes / rate)
        return "arithmetic";
    return level == NNI_BENCH_MEMORY ? "memory" : "cache";
}

void nni_bench_step_print_head(const nni_bench_machine *machine, const nni_bench_step_options *options,
                               const nn_comm *comm, FILE *out)
{
    nni_bench_machine_print(machine, out);
    if (comm->size > 1)
        fprintf(out, "ranks    %d on %d host%s share each batch; they wait for each other in the descent\n", comm->size,
                comm->host_count, comm->host_count == 1 ? "" : "s");
    fprintf(out, "steps    %s, softmax and cross-entropy, %s, %s; milliseconds of a step and its parts\n",
            options->activation, options->optimizer, options->precision);
    fprintf(out, "%-26s %5s %9s %10s %8s %6s", "", "batch", "step", "samples/s", "GFLOP/s", "share");
    for (int part = 0; part < NNI_BENCH_PARTS; part++)
        fprintf(out, " %8s", nni_bench_part_name((nni_bench_part)part));
    fprintf(out, " %8s\n", "peak");
}

void nni_bench_step_print(const nni_bench_step_result *r, FILE *out)
{
    fprintf(out, "%-26s %5zu %9.3f %10.0f %8.2f %6.3f", r->network, r->batch, 1e3 * r->seconds,
            (double)r->batch / r->seconds, 1e-9 * r->flops / r->seconds,
            share(r->flops, r->seconds, r->peak, r->workers));
    for (int part = 0; part < NNI_BENCH_PARTS; part++)
        fprintf(out, " %8.3f", 1e3 * r->parts[part]);
    fprintf(out, " %8.2f\n", 1e-9 * r->peak);
    fflush(out);
}

void nni_bench_bandwidth_print(const nni_bench_bandwidth *bandwidth, FILE *out)
{
    fprintf(out, "GB/s     read, triad:");
    for (int level = 0; level < NNI_BENCH_LEVELS; level++)
        if (bandwidth->read[level] > 0)
            fprintf(out, "  %s %.1f, %.1f", nni_bench_level_name((nni_bench_level)level), 1e-9 * bandwidth->read[level],
                    1e-9 * bandwidth->triad[level]);
    fprintf(out, "\n");
}

static void print_cost(const nni_bench_step_result *r, const nni_bench_cost *cost, const nni_bench_bandwidth *bandwidth,
                       FILE *out)
{
    if (cost->flops > 0)
        fprintf(out, "%5zu  %-8s %10.3f", cost->layer, cost->name, 1e-6 * cost->flops);
    else
        fprintf(out, "%5s  %-8s %10s", "", cost->name, "");
    fprintf(out, " %9.3f %10.1f %9.3f", 1e-6 * cost->bytes, cost->flops / cost->bytes, 1e3 * cost->seconds);
    if (cost->flops > 0)
        fprintf(out, " %9.2f %6.3f", 1e-9 * cost->flops / cost->seconds,
                share(cost->flops, cost->seconds, r->peak, bandwidth->threads));
    else
        fprintf(out, " %9s %6s", "", "");
    fprintf(out, " %8.2f  %s\n", 1e-9 * cost->bytes / cost->seconds, nni_bench_bound(cost, bandwidth, r->peak));
}

void nni_bench_explain_print(const nni_bench_step_result *r, const nni_bench_bandwidth *bandwidth, FILE *out)
{
    fprintf(out, "\n%s, batch %zu: each product alone\n", r->network, r->batch);
    fprintf(out, "%5s  %-8s %10s %9s %10s %9s %9s %6s %8s  %s\n", "layer", "product", "MFLOP", "MB", "FLOP/byte", "ms",
            "GFLOP/s", "share", "GB/s", "bound by");
    for (size_t i = 0; i < r->cost_count; i++)
        print_cost(r, &r->costs[i], bandwidth, out);
}

static void put_cost(const nni_bench_step_result *r, const nni_bench_cost *cost, const nni_bench_bandwidth *bandwidth,
                     nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    if (cost->flops > 0)
        nni_json_count(json, "layer", cost->layer);
    nni_json_text(json, "product", cost->name);
    nni_json_number(json, "flops", cost->flops);
    nni_json_number(json, "bytes", cost->bytes);
    nni_json_number(json, "intensity", cost->flops / cost->bytes);
    nni_json_number(json, "seconds", cost->seconds);
    nni_json_number(json, "share_of_peak", share(cost->flops, cost->seconds, r->peak, bandwidth->threads));
    nni_json_text(json, "bound_by", nni_bench_bound(cost, bandwidth, r->peak));
    nni_json_end(json, '}');
}

static void put_result(const nni_bench_step_result *r, const nni_bench_bandwidth *bandwidth, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_json_text(json, "network", r->network);
    nni_json_count(json, "batch", r->batch);
    nni_json_number(json, "step_seconds", r->seconds);
    nni_json_number(json, "samples_per_second", (double)r->batch / r->seconds);
    nni_json_number(json, "gflops", 1e-9 * r->flops / r->seconds);
    nni_json_number(json, "peak_gflops", 1e-9 * r->peak);
    nni_json_number(json, "share_of_peak", share(r->flops, r->seconds, r->peak, r->workers));
    nni_json_begin(json, "part_seconds", '{');
    for (int part = 0; part < NNI_BENCH_PARTS; part++)
        nni_json_number(json, nni_bench_part_name((nni_bench_part)part), r->parts[part]);
    nni_json_end(json, '}');
    if (bandwidth) {
        nni_json_begin(json, "products", '[');
        for (size_t i = 0; i < r->cost_count; i++)
            put_cost(r, &r->costs[i], bandwidth, json);
        nni_json_end(json, ']');
    }
    nni_json_end(json, '}');
}

static void put_bandwidth(const nni_bench_bandwidth *bandwidth, nni_json *json)
{
    nni_json_begin(json, "bandwidth", '[');
    for (int level = 0; level < NNI_BENCH_LEVELS; level++) {
        nni_json_begin(json, NULL, '{');
        nni_json_text(json, "level", nni_bench_level_name((nni_bench_level)level));
        nni_json_number(json, "read_gbytes", 1e-9 * bandwidth->read[level]);
        nni_json_number(json, "triad_gbytes", 1e-9 * bandwidth->triad[level]);
        nni_json_end(json, '}');
    }
    nni_json_end(json, ']');
}

void nni_bench_step_json(const nni_bench_machine *machine, const nni_bench_step_options *options, const nn_comm *comm,
                         const nni_bench_step_result *results, size_t count, const nni_bench_bandwidth *bandwidth,
                         nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_bench_machine_json(machine, json);
    nni_json_count(json, "ranks", (size_t)comm->size);
    nni_json_text(json, "activation", options->activation);
    nni_json_text(json, "optimizer", options->optimizer);
    nni_json_text(json, "precision", options->precision);
    if (bandwidth)
        put_bandwidth(bandwidth, json);
    nni_json_begin(json, "results", '[');
    for (size_t i = 0; i < count; i++)
        put_result(&results[i], bandwidth, json);
    nni_json_end(json, ']');
    nni_json_end(json, '}');
}
