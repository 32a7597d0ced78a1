/* SPDX-License-Identifier: MIT */
#include "report/sections/epoch_times.h"

#include <math.h>

#include "draw/plot.h"
#include "report/page/parts.h"
#include "support/memory.h"

enum { PARTS = 3 };
static const char *const names[PARTS] = {"compute", "wait for ranks", "evaluate"};
static const size_t colours[PARTS] = {0, 1, 3}; /* as the bars of ranks have them */

/* Seconds over epochs. */
struct times {
    size_t records;
    double *epoch;          /* [records] owned: the mean and slowest follow it */
    double *mean[PARTS];    /* [records] over ranks; NAN: not known */
    double *slowest[PARTS]; /* [records] of the rank that computed longest */
    bool several;           /* ranks, in some epoch */
};

static double mean_of(const double *seconds, size_t count)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(seconds[i])) {
            sum += seconds[i];
            known++;
        }
    return known > 0 ? sum / (double)known : (double)NAN;
}

static void take_record(struct times *times, const nni_rank_record *record, size_t place)
{
    const double *const parts[PARTS] = {record->compute, record->wait, record->evaluate};
    size_t slowest = 0;
    for (size_t i = 1; i < record->listed; i++)
        if (record->compute[i] > record->compute[slowest] || !isfinite(record->compute[slowest]))
            slowest = i;
    times->epoch[place] = record->epoch;
    times->several = times->several || record->ranks > 1;
    for (size_t part = 0; part < PARTS; part++) {
        times->mean[part][place] = mean_of(parts[part], record->listed);
        times->slowest[part][place] = record->listed > 0 ? parts[part][slowest] : (double)NAN;
    }
}

static nn_status take_records(const nni_history *run, struct times *times, nn_error *error)
{
    times->records = run->rank_time_count;
    NN_TRY(nni_allocate((1 + 2 * PARTS) * times->records, sizeof *times->epoch, "the times of epochs", &times->epoch,
                        error));
    for (size_t part = 0; part < PARTS; part++) {
        times->mean[part] = times->epoch + (1 + part) * times->records;
        times->slowest[part] = times->epoch + (1 + PARTS + part) * times->records;
    }
    for (size_t i = 0; i < times->records; i++)
        take_record(times, &run->rank_times[i], i);
    return NN_OK;
}

static bool took_time(const struct times *times, size_t part)
{
    for (size_t i = 0; i < times->records; i++)
        if (times->mean[part][i] > 0)
            return true;
    return false;
}

/* Adds the lines of a part, and the seconds of the last epoch to the description. @return the description */
static const char *add_part(const struct times *times, size_t part, nni_series *series, size_t *count, const char *text,
                            nni_texts *texts)
{
    const size_t last = times->records - 1;
    series[(*count)++] = (nni_series){.name = names[part],
                                      .x = times->epoch,
                                      .y = times->mean[part],
                                      .count = times->records,
                                      .colour = colours[part]};
    text = nni_text(texts, "%s %s: %s s", text, names[part], NNI_FIGURE(times->mean[part][last]));
    if (!times->several)
        return nni_text(texts, "%s.", text);
    series[(*count)++] = (nni_series){.name = nni_text(texts, "%s, slowest rank", names[part]),
                                      .x = times->epoch,
                                      .y = times->slowest[part],
                                      .count = times->records,
                                      .colour = colours[part],
                                      .dashed = true};
    return nni_text(texts, "%s, slowest rank %s s.", text, NNI_FIGURE(times->slowest[part][last]));
}

static bool draw(const nni_page *page, const struct times *times, nni_texts *texts)
{
    const nni_rank_record *newest = &page->run->rank_times[times->records - 1];
    nni_series series[2 * PARTS] = {{0}};
    size_t count = 0;
    const char *text = nni_text(
        texts, "Seconds of each epoch%s, after epoch %.0f:",
        times->several ? ", means over the ranks and those of the rank that computed longest" : "", newest->epoch);
    for (size_t part = 0; part < PARTS; part++)
        if (took_time(times, part))
            text = add_part(times, part, series, &count, text, texts);
    if (count == 0)
        return true;
    fputs("<div class=\"figures small\">\n<div class=\"wide\">\n", page->out);
    const bool drawn = nni_draw_plot(
        page->out, &(nni_plot){.title = "Where the time of each epoch went",
                               .description = text,
                               .x = {.title = "epoch", .least = (double)NAN, .most = (double)NAN, .whole = true},
                               .y = {.title = "s", .most = (double)NAN},
                               .series = series,
                               .series_count = count,
                               .width = 716,
                               .height = 260,
                               .legend = true});
    fputs("</div>\n</div>\n", page->out);
    if (times->several)
        fprintf(page->out,
                "<p class=\"note\">%s The slowest rank is the one that computed longest in that epoch.</p>\n",
                newest->listed < newest->ranks ? "Means are over the slowest and fastest ranks, which are recorded."
                                               : "Means are over all ranks.");
    return drawn;
}

nn_status nni_draw_epoch_times(const nni_page *page, nn_error *error)
{
    struct times times = {.records = 0};
    nni_texts texts = {0};
    if (page->run->rank_time_count == 0)
        return NN_OK;
    NN_TRY(take_records(page->run, &times, error));
    const bool drawn = draw(page, &times, &texts);
    nni_release(times.epoch);
    return nni_texts_end(&texts, drawn, error);
}
