/* SPDX-License-Identifier: MIT */
/* How fast the run was, what it waited for, and how evenly its ranks worked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/page/epochs.h"
#include "report/page/parts.h"
#include "report/page/section.h"
#include "report/sections/epoch_times.h"
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

/* Seconds of each rank that the newest record lists, summed over the epochs whose records list all ranks as it does. */
typedef struct rank_sums {
    const nni_rank_record *newest;
    size_t epochs, listed;
    size_t *rank;           /* [listed] ascending */
    double *memory;         /* [listed] bytes */
    double *seconds[PARTS]; /* [listed] */
} rank_sums;

static const double *part_of(const nni_rank_record *record, size_t part)
{
    const double *const parts[PARTS] = {record->compute, record->wait, record->io, record->evaluate,
                                        record->checkpoint};
    return parts[part];
}

static int by_number(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void add_record(rank_sums *sums, const nni_rank_record *record)
{
    sums->epochs++;
    for (size_t j = 0; j < record->listed; j++) {
        const size_t *found = bsearch(&record->rank[j], sums->rank, sums->listed, sizeof *sums->rank, by_number);
        const size_t at = found ? (size_t)(found - sums->rank) : 0;
        for (size_t part = 0; found && part < PARTS; part++)
            sums->seconds[part][at] += isfinite(part_of(record, part)[j]) ? part_of(record, part)[j] : 0;
        if (found)
            sums->memory[at] = record->memory[j];
    }
}

static nn_status sum_up(const nni_history *run, rank_sums *sums, nn_error *error)
{
    const nni_rank_record *newest = &run->rank_times[run->rank_time_count - 1];
    sums->newest = newest;
    sums->listed = newest->listed;
    NN_TRY(nni_allocate(newest->listed, sizeof *sums->rank, "the times of ranks", &sums->rank, error));
    NN_TRY(nni_allocate(newest->listed, sizeof *sums->memory, "the times of ranks", &sums->memory, error));
    for (size_t part = 0; part < PARTS; part++)
        NN_TRY(nni_allocate(newest->listed, sizeof(double), "the times of ranks", &sums->seconds[part], error));
    memcpy(sums->rank, newest->rank, newest->listed * sizeof *sums->rank);
    qsort(sums->rank, newest->listed, sizeof *sums->rank, by_number);
    for (size_t i = 0; i < run->rank_time_count; i++) {
        const nni_rank_record *record = &run->rank_times[i];
        const bool all = record->ranks == newest->ranks && record->listed == newest->ranks;
        if (all || record == newest)
            add_record(sums, record);
    }
    return NN_OK;
}

static void free_sums(rank_sums *sums)
{
    nni_release(sums->rank);
    nni_release(sums->memory);
    for (size_t part = 0; part < PARTS; part++)
        nni_release(sums->seconds[part]);
}

/* How evenly the ranks computed, and how much of the time they waited. */
static void put_balance(FILE *out, const rank_sums *sums)
{
    const double listed = (double)sums->listed;
    double mean = 0, all = 0, waited = 0;
    size_t slowest = 0;
    for (size_t j = 0; j < sums->listed; j++) {
        mean += sums->seconds[0][j] / listed;
        slowest = sums->seconds[0][j] > sums->seconds[0][slowest] ? j : slowest;
        waited += sums->seconds[1][j] / listed;
        for (size_t part = 0; part < PARTS; part++)
            all += sums->seconds[part][j] / listed;
    }
    if (mean <= 0)
        return;
    const double more = sums->seconds[0][slowest] - mean;
    fprintf(out,
            "<p>Of %zu ranks, rank %zu computed longest: %s s, %.0f %% more than the average of %s s. "
            "Ranks waited for each other %.0f %% of the time. ",
            sums->newest->ranks, sums->rank[slowest], NNI_FIGURE(mean + more), 100 * more / mean, NNI_FIGURE(mean),
            100 * waited / all);
    if (waited < 0.2 * all)
        fputs(more < 0.05 * mean ? "The work is evenly divided." : "", out);
    else if (more > 0.5 * waited)
        fputs("The others wait for the slowest rank: see whether its host is slower, hotter or shared, and whether all "
              "ranks have as many cores.",
              out);
    else
        fputs("Uneven work explains little of it: steps are short, messages between hosts are slow, or there are more "
              "ranks "
              "and threads than cores.",
              out);
    fputs("</p>\n", out);
}

/* Names of the ranks below their bars, and what each part of a bar tells. */
static void name_bars(const rank_sums *sums, nni_texts *texts, const char **ranks, const char **titles)
{
    const size_t listed = sums->listed;
    for (size_t j = 0; j < listed; j++) {
        ranks[j] = nni_text(texts, "%zu", sums->rank[j]);
        for (size_t part = 0; part < PARTS; part++)
            titles[part * listed + j] =
                nni_text(texts, "rank %s, %s: %s s", ranks[j], part_names[part], NNI_FIGURE(sums->seconds[part][j]));
    }
}

/* Bars on top of each other: each part begins where the one before it ends. */
static nn_status draw_ranks(const nni_page *page, const rank_sums *sums, nn_error *error)
{
    const size_t listed = sums->listed;
    nni_texts texts = {.count = 0};
    nni_series series[PARTS];
    double *edges = NULL;
    const char **names = NULL;
    NN_TRY(nni_allocate((PARTS + 1) * listed, sizeof *edges, "the bars of ranks", &edges, error));
    nn_status status = nni_allocate((PARTS + 1) * listed, sizeof *names, "the bars of ranks", &names, error);
    if (status != NN_OK) {
        nni_release(edges);
        return status;
    }
    name_bars(sums, &texts, names, names + listed);
    for (size_t part = 0; part < PARTS; part++) {
        double *base = edges + part * listed, *top = base + listed;
        for (size_t j = 0; j < listed; j++)
            top[j] = base[j] + sums->seconds[part][j];
        series[part] = (nni_series){.name = part_names[part],
                                    .form = NNI_SERIES_BARS,
                                    .y = top,
                                    .y2 = base,
                                    .count = listed,
                                    .colour = part,
                                    .titles = names + (part + 1) * listed};
    }
    const nni_plot plot = {
        .title = "Where the time of each rank went",
        .description =
            nni_text(&texts,
                     "Seconds of each rank over %zu epoch%s, divided into computing, waiting, evaluating and "
                     "writing checkpoints; the table below has them",
                     sums->epochs, nni_plural(sums->epochs)),
        .x =
            {.title = "rank", .least = (double)NAN, .most = (double)NAN, .categories = names, .category_count = listed},
        .y = {.title = "s", .least = 0, .most = (double)NAN},
        .series = series,
        .series_count = PARTS,
        .legend = true,
        .width = fmin(960, 160 + 60 * (double)listed),
        .height = 300};
    const bool drawn = nni_draw_plot(page->out, &plot);
    nni_release(names);
    nni_release(edges);
    return nni_texts_end(&texts, drawn, error);
}

static void put_rank_table(FILE *out, const rank_sums *sums)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out,
            "<details><summary>Seconds of each rank over %zu epoch%s</summary>\n<div class=\"scroll\" tabindex=\"0\">"
            "<table class=\"sortable\">\n<thead><tr><th scope=\"col\" class=\"number\">rank</th>",
            sums->epochs, nni_plural(sums->epochs));
    for (size_t part = 0; part < PARTS; part++)
        fprintf(out, "<th scope=\"col\" class=\"number\">%s</th>", part_names[part]);
    fputs("<th scope=\"col\" class=\"number\">memory, MiB</th></tr></thead>\n<tbody>\n", out);
    for (size_t j = 0; j < sums->listed; j++) {
        fprintf(out, "<tr><th scope=\"row\" class=\"number\">%zu</th>", sums->rank[j]);
        for (size_t part = 0; part < PARTS; part++)
            fprintf(out, "<td class=\"number\">%s</td>", nni_html_number(sums->seconds[part][j], 4, text));
        fprintf(out, "<td class=\"number\">%s</td></tr>\n", nni_html_number(sums->memory[j] / (1 << 20), 4, text));
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
        if (sums.listed < sums.newest->ranks)
            fprintf(page->out,
                    "<p class=\"note\">Of %zu ranks the %zu slowest and fastest of epoch %.0f are shown.</p>\n",
                    sums.newest->ranks, sums.listed, sums.newest->epoch);
        status = draw_ranks(page, &sums, error);
        put_rank_table(page->out, &sums);
    }
    free_sums(&sums);
    return status;
}

nn_status nni_section_speed(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    bool any = false;
    for (size_t i = 0; i < FIGURES; i++)
        any = any || is_drawn(run, i);
    const bool ranks = run->rank_time_count > 0 && run->rank_times[run->rank_time_count - 1].ranks > 1;
    if (!any && run->rank_time_count == 0)
        return NN_OK;
    nni_section_begin(page->out, "speed", "Speed");
    nn_status status = any ? draw_figures(page, error) : NN_OK;
    if (status == NN_OK)
        status = nni_draw_epoch_times(page, error);
    if (status == NN_OK && ranks)
        status = put_ranks(page, error);
    nni_section_end(page->out);
    return status;
}
