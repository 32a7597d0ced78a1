/* SPDX-License-Identifier: MIT */
/* How fast the run was, what it waited for, and how evenly its ranks worked. */
#include <math.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/page/epochs.h"
#include "report/page/section.h"
#include "support/memory.h"

/* --- figures over epochs --- */

static const struct {
    const char *curve, *title, *unit;
    double scale;
    bool where_positive; /* not drawn where it is 0 throughout */
} figures[] = {
    {"samples_per_second", "Rows per second", "rows/s", 1, false},
    {"slowest_step_seconds", "Slowest step", "ms", 1e3, false},
    {"io_wait_seconds", "Waiting for rows of files", "s per epoch", 1, true},
    {"memory_peak_bytes", "Memory of the largest rank", "MiB", 1.0 / (1 << 20), false},
    {"skipped_rows", "Rows of skipped steps", "rows", 1, true},
};
enum { FIGURES = sizeof figures / sizeof *figures };

static bool is_drawn(const nni_history *run, size_t figure)
{
    const nni_curve *curve = nni_history_curve(run, figures[figure].curve);
    for (size_t i = 0; curve && i < run->epochs; i++)
        if (isfinite(curve->values[i]) && (curve->values[i] > 0 || !figures[figure].where_positive))
            return true;
    return false;
}

static nn_status draw_figures(const nni_page *page, nn_error *error)
{
    nn_status status = NN_OK;
    fputs("<div class=\"figures small\">\n", page->out);
    for (size_t i = 0; i < FIGURES && status == NN_OK; i++) {
        const nni_curve *curve = nni_history_curve(page->run, figures[i].curve);
        const nni_epoch_plot plot = {.title = figures[i].title,
                                     .y_title = figures[i].unit,
                                     .curves = &curve,
                                     .names = &figures[i].unit,
                                     .count = 1,
                                     .scale = figures[i].scale};
        if (is_drawn(page->run, i))
            status = nni_draw_epochs(page, &plot, error);
    }
    fputs("</div>\n", page->out);
    return status;
}

/* --- ranks --- */

enum { PARTS = 5 };
static const char *const part_names[PARTS] = {"compute", "wait for ranks", "wait for rows", "evaluate", "checkpoint"};

/* Seconds of each listed rank, summed over the epochs whose records list the same ranks as the newest. */
typedef struct rank_sums {
    const nni_rank_record *newest;
    size_t epochs;
    double *seconds[PARTS]; /* [listed] */
} rank_sums;

static const double *part_of(const nni_rank_record *record, size_t part)
{
    const double *const parts[PARTS] = {record->compute, record->wait, record->io, record->evaluate,
                                        record->checkpoint};
    return parts[part];
}

static bool lists_the_same(const nni_rank_record *a, const nni_rank_record *b)
{
    return a->ranks == b->ranks && a->listed == b->listed && memcmp(a->rank, b->rank, a->listed * sizeof *a->rank) == 0;
}

static nn_status sum_up(const nni_history *run, rank_sums *sums, nn_error *error)
{
    sums->newest = &run->rank_times[run->rank_time_count - 1];
    for (size_t part = 0; part < PARTS; part++)
        NN_TRY(nni_allocate(sums->newest->listed, sizeof(double), "the times of ranks", &sums->seconds[part], error));
    for (size_t i = 0; i < run->rank_time_count; i++) {
        const nni_rank_record *record = &run->rank_times[i];
        if (!lists_the_same(record, sums->newest))
            continue;
        sums->epochs++;
        for (size_t part = 0; part < PARTS; part++)
            for (size_t j = 0; j < record->listed; j++)
                sums->seconds[part][j] += isfinite(part_of(record, part)[j]) ? part_of(record, part)[j] : 0;
    }
    return NN_OK;
}

/* How evenly the ranks computed, and how much of the time they waited. */
static void put_balance(FILE *out, const rank_sums *sums)
{
    const size_t listed = sums->newest->listed;
    double mean = 0, all = 0, waited = 0;
    size_t slowest = 0;
    char most[NNI_HTML_NUMBER], average[NNI_HTML_NUMBER];
    for (size_t j = 0; j < listed; j++) {
        mean += sums->seconds[0][j] / (double)listed;
        slowest = sums->seconds[0][j] > sums->seconds[0][slowest] ? j : slowest;
        waited += sums->seconds[1][j];
        for (size_t part = 0; part < PARTS; part++)
            all += sums->seconds[part][j];
    }
    if (mean <= 0)
        return;
    const double longest = sums->seconds[0][slowest];
    fprintf(out, "<p>Of %zu ranks, rank %zu computed longest: %s s, %.0f %% more than the average of %s s. ",
            sums->newest->ranks, sums->newest->rank[slowest], nni_html_number(longest, 3, most),
            100 * (longest / mean - 1), nni_html_number(mean, 3, average));
    fprintf(out, "Ranks waited for each other %.0f %% of the time. ", all > 0 ? 100 * waited / all : 0);
    if (longest > 1.1 * mean)
        fputs("The others wait for the slowest rank: see whether its host is slower, hotter or shared, and whether all "
              "ranks have as many cores.",
              out);
    else
        fputs("The work is evenly divided.", out);
    fputs("</p>\n", out);
}

/* Bars that are stacked: each part begins where the one before it ends. */
static nn_status draw_ranks(const nni_page *page, const rank_sums *sums, nn_error *error)
{
    const size_t listed = sums->newest->listed;
    nni_series series[PARTS];
    double *edges = NULL;
    char description[160];
    NN_TRY(nni_allocate((PARTS + 1) * listed, sizeof *edges, "the bars of ranks", &edges, error));
    for (size_t part = 0; part < PARTS; part++) {
        double *base = edges + part * listed, *top = base + listed;
        for (size_t j = 0; j < listed; j++)
            top[j] = base[j] + sums->seconds[part][j];
        series[part] = (nni_series){
            .name = part_names[part], .form = NNI_SERIES_BARS, .y = top, .y2 = base, .count = listed, .colour = part};
    }
    snprintf(
        description, sizeof description,
        "Seconds of each rank over %zu epochs, divided into computing, waiting, evaluating and writing checkpoints",
        sums->epochs);
    const nni_plot plot = {.title = "Where the time of each rank went",
                           .description = description,
                           .x = {.title = "rank", .least = (double)NAN, .most = (double)NAN, .whole = true},
                           .y = {.title = "s", .least = 0, .most = (double)NAN},
                           .series = series,
                           .series_count = PARTS,
                           .legend = true,
                           .width = 960,
                           .height = 320};
    nn_status status = NN_OK;
    if (!nni_draw_plot(page->out, &plot))
        status = nn_fail(error, NN_SYSTEM, "no memory for the plot of ranks");
    nni_release(edges);
    return status;
}

static void put_rank_table(FILE *out, const rank_sums *sums)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out,
            "<details><summary>Seconds of each rank over %zu epochs</summary>\n<div class=\"scroll\">"
            "<table class=\"sortable\">\n<thead><tr><th scope=\"col\" class=\"number\">rank</th>",
            sums->epochs);
    for (size_t part = 0; part < PARTS; part++)
        fprintf(out, "<th scope=\"col\" class=\"number\">%s</th>", part_names[part]);
    fputs("<th scope=\"col\" class=\"number\">memory, MiB</th></tr></thead>\n<tbody>\n", out);
    for (size_t j = 0; j < sums->newest->listed; j++) {
        fprintf(out, "<tr><th scope=\"row\" class=\"number\">%zu</th>", sums->newest->rank[j]);
        for (size_t part = 0; part < PARTS; part++)
            fprintf(out, "<td class=\"number\">%s</td>", nni_html_number(sums->seconds[part][j], 4, text));
        fprintf(out, "<td class=\"number\">%s</td></tr>\n",
                nni_html_number(sums->newest->memory[j] / (1 << 20), 4, text));
    }
    fputs("</tbody>\n</table></div></details>\n", out);
}

static nn_status put_ranks(const nni_page *page, nn_error *error)
{
    rank_sums sums = {.epochs = 0};
    nn_status status = sum_up(page->run, &sums, error);
    if (status == NN_OK) {
        fputs("<h3>Ranks</h3>\n", page->out);
        put_balance(page->out, &sums);
        if (sums.newest->listed < sums.newest->ranks)
            fprintf(page->out,
                    "<p class=\"note\">Of %zu ranks the %zu slowest and fastest of epoch %.0f are shown.</p>\n",
                    sums.newest->ranks, sums.newest->listed, sums.newest->epoch);
        status = draw_ranks(page, &sums, error);
        put_rank_table(page->out, &sums);
    }
    for (size_t part = 0; part < PARTS; part++)
        nni_release(sums.seconds[part]);
    return status;
}

nn_status nni_section_speed(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    bool any = false;
    for (size_t i = 0; i < FIGURES; i++)
        any = any || is_drawn(run, i);
    const bool ranks = run->rank_time_count > 0 && run->rank_times[run->rank_time_count - 1].ranks > 1;
    if (!any && !ranks)
        return NN_OK;
    nni_section_begin(page->out, "speed", "Speed");
    nn_status status = any ? draw_figures(page, error) : NN_OK;
    if (status == NN_OK && ranks)
        status = put_ranks(page, error);
    nni_section_end(page->out);
    return status;
}
