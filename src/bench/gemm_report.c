/* The table and the JSON of nntrain bench gemm. */
#include "bench/gemm.h"

#include "bench/bench.h"
#include "bench/measure.h"

size_t nn_bench_gemm_fastest(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, nn_bench_role role)
{
    size_t fastest = 0;
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role && (fastest == 0 || result->gflops[i] > result->gflops[fastest]))
            fastest = i;
    return fastest;
}

double nn_bench_gemm_share(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result)
{
    const double peak = result->gflops[nn_bench_gemm_fastest(report, result, NN_BENCH_PEAK)];
    return result->gflops[0] / (peak * (double)report->machine.threads);
}

static bool has(const nn_bench_gemm_report *report, nn_bench_role role)
{
    for (size_t i = 0; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            return true;
    return false;
}

/* Ours against the fastest of a role. */
static double ratio(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, nn_bench_role role)
{
    return result->gflops[0] / result->gflops[nn_bench_gemm_fastest(report, result, role)];
}

static void print_names(const nn_bench_gemm_report *report, nn_bench_role role, FILE *out)
{
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            fprintf(out, " %9s", report->names[i]);
}

static void print_figures(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, nn_bench_role role,
                          FILE *out)
{
    for (size_t i = 1; i < report->entrant_count; i++)
        if (report->roles[i] == role)
            fprintf(out, " %9.2f", result->gflops[i]);
}

void nn_bench_gemm_print_head(const nn_bench_gemm_report *report, FILE *out)
{
    nn_bench_machine_print(&report->machine, out);
    fprintf(out, "products rows x columns x depth, in GFLOP/s; peak: multiply-adds in registers, a core\n");
    fprintf(out, "%-8s %17s %9s %6s", "", "", "ours", "share");
    print_names(report, NN_BENCH_PEER, out);
    if (has(report, NN_BENCH_PEER))
        fprintf(out, " %6s", "ratio");
    print_names(report, NN_BENCH_ONE_THREAD, out);
    print_names(report, NN_BENCH_OTHER_ISA, out);
    fprintf(out, " %9s\n", "peak");
}

void nn_bench_gemm_print_result(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, FILE *out)
{
    char shape[72];
    snprintf(shape, sizeof shape, "%zux%zux%zu", result->shape.rows, result->shape.columns, result->shape.depth);
    fprintf(out, "%-8s %17s %9.2f %6.3f", nn_bench_orientation_name(result->shape.orientation), shape,
            result->gflops[0], nn_bench_gemm_share(report, result));
    print_figures(report, result, NN_BENCH_PEER, out);
    if (has(report, NN_BENCH_PEER))
        fprintf(out, " %6.3f", ratio(report, result, NN_BENCH_PEER));
    print_figures(report, result, NN_BENCH_ONE_THREAD, out);
    print_figures(report, result, NN_BENCH_OTHER_ISA, out);
    fprintf(out, " %9.2f\n", result->gflops[nn_bench_gemm_fastest(report, result, NN_BENCH_PEAK)]);
    fflush(out);
}

enum { MOST_RESULTS = NN_BENCH_ORIENTATIONS * NN_BENCH_MOST_SHAPES };

/* Geometric mean and worst of some ratios. */
typedef struct summary {
    size_t count;
    double values[MOST_RESULTS];
    double worst;
    const nn_bench_gemm_result *worst_result;
} summary;

static void add(summary *sum, double value, const nn_bench_gemm_result *result)
{
    if (sum->count == 0 || value < sum->worst) {
        sum->worst = value;
        sum->worst_result = result;
    }
    sum->values[sum->count++] = value;
}

static double mean(const summary *sum)
{
    return nn_bench_geometric_mean(sum->values, sum->count);
}

/* Ours against the fastest of a role, over the results of an orientation, or all of them for NN_BENCH_ORIENTATIONS. */
static summary ratios_to(const nn_bench_gemm_report *report, nn_bench_role role, int orientation)
{
    summary sum = {.count = 0};
    for (size_t i = 0; i < report->count; i++)
        if (orientation == NN_BENCH_ORIENTATIONS || (int)report->results[i].shape.orientation == orientation)
            add(&sum, ratio(report, &report->results[i], role), &report->results[i]);
    return sum;
}

/* Shares of the peak where no side of the product is below 1024: what blocking and micro-kernel reach. */
static summary shares_of_large(const nn_bench_gemm_report *report)
{
    const size_t large = 1024;
    summary sum = {.count = 0};
    for (size_t i = 0; i < report->count; i++) {
        const nn_bench_shape s = report->results[i].shape;
        if (s.rows >= large && s.columns >= large && s.depth >= large)
            add(&sum, nn_bench_gemm_share(report, &report->results[i]), &report->results[i]);
    }
    return sum;
}

static void print_ratios(const nn_bench_gemm_report *report, nn_bench_role role, const char *name, FILE *out)
{
    if (!has(report, role))
        return;
    const summary all = ratios_to(report, role, NN_BENCH_ORIENTATIONS);
    if (!all.worst_result)
        return;
    const nn_bench_shape worst = all.worst_result->shape;
    fprintf(out, "ratio    to %s: geometric mean %.3f, worst %.3f (%s %zux%zux%zu); ", name, mean(&all), all.worst,
            nn_bench_orientation_name(worst.orientation), worst.rows, worst.columns, worst.depth);
    for (int o = 0; o < NN_BENCH_ORIENTATIONS; o++) {
        const summary one = ratios_to(report, role, o);
        fprintf(out, "%s %.3f%s", nn_bench_orientation_name((nn_bench_orientation)o), mean(&one),
                o + 1 < NN_BENCH_ORIENTATIONS ? ", " : "\n");
    }
}

static double median_of_entrant(const nn_bench_gemm_report *report, size_t entrant)
{
    double values[MOST_RESULTS];
    for (size_t i = 0; i < report->count; i++)
        values[i] = report->results[i].gflops[entrant];
    return nn_bench_median(values, report->count);
}

void nn_bench_gemm_print_summary(const nn_bench_gemm_report *report, FILE *out)
{
    fprintf(out, "peak     GFLOP/s a core:");
    for (size_t i = 0; i < report->entrant_count; i++)
        if (report->roles[i] == NN_BENCH_PEAK)
            fprintf(out, " %s %.2f", report->names[i], median_of_entrant(report, i));
    fprintf(out, "\n");
    print_ratios(report, NN_BENCH_PEER, "the best peer", out);
    print_ratios(report, NN_BENCH_ONE_THREAD, "one thread", out);
    const summary large = shares_of_large(report);
    if (large.count > 0)
        fprintf(out, "share    of the peak, %zu products of 1024 and up: geometric mean %.3f, worst %.3f\n",
                large.count, mean(&large), large.worst);
}

static void put_figures(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, const char *name,
                        bool peaks, nn_json *json)
{
    nn_json_begin(json, name, '{');
    for (size_t i = 0; i < report->entrant_count; i++)
        if ((report->roles[i] == NN_BENCH_PEAK) == peaks)
            nn_json_number(json, report->names[i], result->gflops[i]);
    nn_json_end(json, '}');
}

static void put_result(const nn_bench_gemm_report *report, const nn_bench_gemm_result *result, nn_json *json)
{
    nn_json_begin(json, NULL, '{');
    nn_json_text(json, "orientation", nn_bench_orientation_name(result->shape.orientation));
    nn_json_count(json, "rows", result->shape.rows);
    nn_json_count(json, "columns", result->shape.columns);
    nn_json_count(json, "depth", result->shape.depth);
    put_figures(report, result, "gflops", false, json);
    put_figures(report, result, "peak_gflops", true, json);
    nn_json_number(json, "share_of_peak", nn_bench_gemm_share(report, result));
    if (has(report, NN_BENCH_PEER)) {
        nn_json_text(json, "best_peer", report->names[nn_bench_gemm_fastest(report, result, NN_BENCH_PEER)]);
        nn_json_number(json, "ratio_to_best_peer", ratio(report, result, NN_BENCH_PEER));
    }
    nn_json_end(json, '}');
}

static void put_ratios(const nn_bench_gemm_report *report, nn_bench_role role, const char *name, nn_json *json)
{
    if (!has(report, role))
        return;
    const summary all = ratios_to(report, role, NN_BENCH_ORIENTATIONS);
    nn_json_begin(json, name, '{');
    nn_json_number(json, "geometric_mean", mean(&all));
    nn_json_number(json, "worst", all.worst);
    for (int o = 0; o < NN_BENCH_ORIENTATIONS; o++) {
        const summary one = ratios_to(report, role, o);
        nn_json_number(json, nn_bench_orientation_name((nn_bench_orientation)o), mean(&one));
    }
    nn_json_end(json, '}');
}

void nn_bench_gemm_json(const nn_bench_gemm_report *report, nn_json *json)
{
    nn_json_begin(json, NULL, '{');
    nn_bench_machine_json(&report->machine, json);
    nn_json_begin(json, "results", '[');
    for (size_t i = 0; i < report->count; i++)
        put_result(report, &report->results[i], json);
    nn_json_end(json, ']');
    nn_json_begin(json, "summary", '{');
    put_ratios(report, NN_BENCH_PEER, "ratio_to_best_peer", json);
    put_ratios(report, NN_BENCH_ONE_THREAD, "ratio_to_one_thread", json);
    const summary large = shares_of_large(report);
    nn_json_count(json, "large_products", large.count);
    if (large.count > 0)
        nn_json_number(json, "share_of_peak_of_large", mean(&large));
    nn_json_end(json, '}');
    nn_json_end(json, '}');
}
