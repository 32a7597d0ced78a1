/* SPDX-License-Identifier: MIT */
/* The table and the JSON of nntrain bench gemm. */
#include "bench/gemm_report.h"

#include "bench/bench.h"
#include "bench/measure.h"

/* The entrant of a role that was fastest; 0, which is ours, where there is none of the role. */
static size_t fastest_of(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, nni_bench_role role)
{
    size_t fastest = 0;
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role && (fastest == 0 || result->gflops[i] > result->gflops[fastest]))
            fastest = i;
    return fastest;
}

/* Ours as a share of the best peak of a core times threads. */
static double share_of_peak(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result)
{
    const double peak = result->gflops[fastest_of(report, result, NNI_BENCH_PEAK)];
    return result->gflops[0] / (peak * (double)report->machine.threads);
}

static bool has(const nni_bench_gemm_report *report, nni_bench_role role)
{
    for (size_t i = 0; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            return true;
    return false;
}

/* Ours against the fastest of a role. */
static double ratio(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, nni_bench_role role)
{
    return result->gflops[0] / result->gflops[fastest_of(report, result, role)];
}

static void print_names(const nni_bench_gemm_report *report, nni_bench_role role, FILE *out)
{
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            fprintf(out, " %9s", report->names[i]);
}

static void print_figures(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, nni_bench_role role,
                          FILE *out)
{
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            fprintf(out, " %9.2f", result->gflops[i]);
}

void nni_bench_gemm_print_head(const nni_bench_gemm_report *report, FILE *out)
{
    nni_bench_machine_print(&report->machine, out);
    fprintf(out, "products rows x columns x depth, in GFLOP/s; peak: multiply-adds in registers, a core\n");
    fprintf(out, "%-8s %17s %9s %6s", "", "", "ours", "share");
    print_names(report, NNI_BENCH_PEER, out);
    if (has(report, NNI_BENCH_PEER))
        fprintf(out, " %6s", "ratio");
    print_names(report, NNI_BENCH_ONE_THREAD, out);
    print_names(report, NNI_BENCH_OTHER_ISA, out);
    fprintf(out, " %9s\n", "peak");
}

void nni_bench_gemm_print_result(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, FILE *out)
{
    char shape[72];
    snprintf(shape, sizeof shape, "%zux%zux%zu", result->shape.rows, result->shape.columns, result->shape.depth);
    fprintf(out, "%-8s %17s %9.2f %6.3f", nni_bench_orientation_name(result->shape.orientation), shape,
            result->gflops[0], share_of_peak(report, result));
    print_figures(report, result, NNI_BENCH_PEER, out);
    if (has(report, NNI_BENCH_PEER))
        fprintf(out, " %6.3f", ratio(report, result, NNI_BENCH_PEER));
    print_figures(report, result, NNI_BENCH_ONE_THREAD, out);
    print_figures(report, result, NNI_BENCH_OTHER_ISA, out);
    fprintf(out, " %9.2f\n", result->gflops[fastest_of(report, result, NNI_BENCH_PEAK)]);
    fflush(out);
}

enum { MOST_RESULTS = NNI_BENCH_ORIENTATIONS * NNI_BENCH_MOST_SHAPES };

/* Geometric mean and worst of some ratios. */
typedef struct summary {
    size_t count;
    double values[MOST_RESULTS];
    double worst;
    const nni_bench_gemm_result *worst_result;
} summary;

static void add(summary *sum, double value, const nni_bench_gemm_result *result)
{
    if (sum->count == 0 || value < sum->worst) {
        sum->worst = value;
        sum->worst_result = result;
    }
    sum->values[sum->count++] = value;
}

static double mean(const summary *sum)
{
    return nni_bench_geometric_mean(sum->values, sum->count);
}

/* Ours against the fastest of a role, over the results of an orientation, or all of them for NNI_BENCH_ORIENTATIONS. */
static summary ratios_to(const nni_bench_gemm_report *report, nni_bench_role role, int orientation)
{
    summary sum = {.count = 0};
    for (size_t i = 0; i < report->count; i++)
        if (orientation == NNI_BENCH_ORIENTATIONS || (int)report->results[i].shape.orientation == orientation)
            add(&sum, ratio(report, &report->results[i], role), &report->results[i]);
    return sum;
}

/* Shares of the peak where no side of the product is below 1024: what blocking and micro-kernel reach. */
static summary shares_of_large(const nni_bench_gemm_report *report)
{
    const size_t large = 1024;
    summary sum = {.count = 0};
    for (size_t i = 0; i < report->count; i++) {
        const nni_bench_shape s = report->results[i].shape;
        if (s.rows >= large && s.columns >= large && s.depth >= large)
            add(&sum, share_of_peak(report, &report->results[i]), &report->results[i]);
    }
    return sum;
}

static void print_ratios(const nni_bench_gemm_report *report, nni_bench_role role, const char *name, FILE *out)
{
    if (!has(report, role))
        return;
    const summary all = ratios_to(report, role, NNI_BENCH_ORIENTATIONS);
    if (!all.worst_result)
        return;
    const nni_bench_shape worst = all.worst_result->shape;
    fprintf(out, "ratio    to %s: geometric mean %.3f, worst %.3f (%s %zux%zux%zu); ", name, mean(&all), all.worst,
            nni_bench_orientation_name(worst.orientation), worst.rows, worst.columns, worst.depth);
    for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++) {
        const summary one = ratios_to(report, role, o);
        fprintf(out, "%s %.3f%s", nni_bench_orientation_name((nni_bench_orientation)o), mean(&one),
                o + 1 < NNI_BENCH_ORIENTATIONS ? ", " : "\n");
    }
}

static double median_of_entrant(const nni_bench_gemm_report *report, size_t entrant)
{
    double values[MOST_RESULTS];
    for (size_t i = 0; i < report->count; i++)
        values[i] = report->results[i].gflops[entrant];
    return nni_bench_median(values, report->count);
}

void nni_bench_gemm_print_summary(const nni_bench_gemm_report *report, FILE *out)
{
    fprintf(out, "peak     GFLOP/s a core:");
    for (size_t i = 0; i < report->entrant_count; i++)
        if (report->roles[i] == NNI_BENCH_PEAK)
            fprintf(out, " %s %.2f", report->names[i], median_of_entrant(report, i));
    fprintf(out, "\n");
    print_ratios(report, NNI_BENCH_PEER, "the best peer", out);
    print_ratios(report, NNI_BENCH_ONE_THREAD, "one thread", out);
    const summary large = shares_of_large(report);
    if (large.count > 0)
        fprintf(out, "share    of the peak, %zu products of 1024 and up: geometric mean %.3f, worst %.3f\n",
                large.count, mean(&large), large.worst);
}

static void put_figures(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, const char *name,
                        bool peaks, nni_json *json)
{
    nni_json_begin(json, name, '{');
    for (size_t i = 0; i < report->entrant_count; i++)
        if ((report->roles[i] == NNI_BENCH_PEAK) == peaks)
            nni_json_number(json, report->names[i], result->gflops[i]);
    nni_json_end(json, '}');
}

static void put_result(const nni_bench_gemm_report *report, const nni_bench_gemm_result *result, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_json_text(json, "orientation", nni_bench_orientation_name(result->shape.orientation));
    nni_json_count(json, "rows", result->shape.rows);
    nni_json_count(json, "columns", result->shape.columns);
    nni_json_count(json, "depth", result->shape.depth);
    put_figures(report, result, "gflops", false, json);
    put_figures(report, result, "peak_gflops", true, json);
    nni_json_number(json, "share_of_peak", share_of_peak(report, result));
    if (has(report, NNI_BENCH_PEER)) {
        nni_json_text(json, "best_peer", report->names[fastest_of(report, result, NNI_BENCH_PEER)]);
        nni_json_number(json, "ratio_to_best_peer", ratio(report, result, NNI_BENCH_PEER));
    }
    nni_json_end(json, '}');
}

static void put_ratios(const nni_bench_gemm_report *report, nni_bench_role role, const char *name, nni_json *json)
{
    if (!has(report, role))
        return;
    const summary all = ratios_to(report, role, NNI_BENCH_ORIENTATIONS);
    nni_json_begin(json, name, '{');
    nni_json_number(json, "geometric_mean", mean(&all));
    nni_json_number(json, "worst", all.worst);
    for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++) {
        const summary one = ratios_to(report, role, o);
        nni_json_number(json, nni_bench_orientation_name((nni_bench_orientation)o), mean(&one));
    }
    nni_json_end(json, '}');
}

void nni_bench_gemm_json(const nni_bench_gemm_report *report, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_bench_machine_json(&report->machine, json);
    nni_json_begin(json, "results", '[');
    for (size_t i = 0; i < report->count; i++)
        put_result(report, &report->results[i], json);
    nni_json_end(json, ']');
    nni_json_begin(json, "summary", '{');
    put_ratios(report, NNI_BENCH_PEER, "ratio_to_best_peer", json);
    put_ratios(report, NNI_BENCH_ONE_THREAD, "ratio_to_one_thread", json);
    const summary large = shares_of_large(report);
    nni_json_count(json, "large_products", large.count);
    if (large.count > 0)
        nni_json_number(json, "share_of_peak_of_large", mean(&large));
    nni_json_end(json, '}');
    nni_json_end(json, '}');
}
