/* SPDX-License-Identifier: MIT */
/* How the run stands, what to do about it, and its main figures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "report/page/section.h"
#include "report/page/share.h"
#include "report/page/words.h"

/* --- state --- */

typedef struct standing {
    const char *word, *class_name, *advice; /* advice: NULL: none */
} standing;

static const char diverged_advice[] =
    "What often helps: a lower optimizer.learning_rate, schedule.warmup, regularization.clip_norm, scaled features "
    "(data.normalize), or training.on_nan: rollback, which goes on from the last good checkpoint with a smaller rate.";

/* How a run stands, by nni_history_state. */
static const struct {
    const char *state;
    standing stands;
} standings[] = {
    {"running", {"Running", "good", "This page shows how far it was when the page was written."}},
    {"finished", {"Finished", "good", NULL}},
    {"stopped",
     {"Stopped", "warn", "A signal stopped it. The same command with --resume continues from the newest checkpoint."}},
    {"diverged", {"Diverged", "bad", diverged_advice}},
    {"failed",
     {"Failed", "bad",
      "Once the cause is fixed, the same command with --resume continues from the newest checkpoint."}},
    {"killed",
     {"Killed", "bad",
      "The run began, does not run any more and left no reason: it was killed, ran out of memory or time, or its "
      "machine went down. The same command with --resume continues from the newest checkpoint."}},
};

static standing standing_of(const nni_history *run)
{
    const char *state = nni_history_state(run);
    for (size_t i = 0; i < sizeof standings / sizeof *standings; i++)
        if (strcmp(standings[i].state, state) == 0)
            return standings[i].stands;
    return (standing){"Not known", "warn",
                      "This run has no record of how it ended: record is switched off, or an older nntrain wrote it."};
}

static void put_state(const nni_page *page)
{
    const nni_history *run = page->run;
    const standing stands = standing_of(run);
    fprintf(page->out, "<p><span class=\"state %s\">%s</span> ", stands.class_name, stands.word);
    const double last = run->epochs > 0 ? run->epoch[run->epochs - 1] : 0;
    if (run->planned_epochs > 0)
        fprintf(page->out, "after %.0f of %zu epochs", last, run->planned_epochs);
    else
        fprintf(page->out, "after %.0f epochs", last);
    if (run->end_time) {
        fputs(", ", page->out);
        nni_html_put(page->out, nni_time_in_words(run->end_time).text);
    }
    if (run->end_reason) {
        fputs(": ", page->out);
        nni_html_put(page->out, run->end_reason);
    }
    fputc('.', page->out);
    if (run->model_epoch > 0)
        fprintf(page->out, " The model has the weights of epoch %zu, the best one.", run->model_epoch);
    fputs("</p>\n", page->out);
    if (run->end_message) {
        fprintf(page->out, "<p class=\"%s\">", stands.class_name);
        nni_share_put(page, run->end_message);
        fputs("</p>\n", page->out);
    }
    if (stands.advice)
        fprintf(page->out, "<p class=\"note\">%s</p>\n", stands.advice);
    for (size_t i = 0; i < run->notes.count; i++) {
        fputs("<p class=\"warn\">", page->out);
        nni_share_put(page, run->notes.text[i]);
        fputs("</p>\n", page->out);
    }
}

/* --- figures --- */

static void put_number(FILE *out, double value, int digits)
{
    char text[NNI_HTML_NUMBER];
    fputs(nni_html_number(value, digits, text), out);
}

/* A card: what, how much, of what. @param digits 0: as seconds */
static void put_card(FILE *out, const char *what, double value, int digits, const char *unit, const char *beside)
{
    fputs("<dl class=\"card\"><dt>", out);
    nni_html_put(out, what);
    fputs("</dt><dd>", out);
    put_number(out, value, digits);
    fprintf(out, "<small>%s</small></dd>", unit);
    if (beside) {
        fputs("<dd>", out);
        nni_html_put(out, beside);
        fputs("</dd>", out);
    }
    fputs("</dl>\n", out);
}

static void put_curve_card(FILE *out, const nni_history *run, const nni_curve *curve)
{
    const char *metric;
    char what[128], beside[128] = "no epoch has a value", number[NNI_HTML_NUMBER];
    const nni_figure_split split = nni_figure_split_of(curve->name, &metric);
    const size_t best = nni_history_best(run, curve);
    const nni_curve *test = nni_history_test_of(run, curve);
    snprintf(what, sizeof what, "best %s %s", split < NNI_FIGURE_SPLITS ? nni_figure_split_names[split] : "",
             nni_metric_in_words(metric).text);
    if (best != SIZE_MAX)
        snprintf(beside, sizeof beside, "after epoch %.0f%s%s", run->epoch[best], test ? "; test there: " : "",
                 test ? nni_html_number(test->values[best], 4, number) : "");
    put_card(out, what, best == SIZE_MAX ? (double)NAN : curve->values[best], 4, "", beside);
}

static void put_cards(const nni_page *page)
{
    const nni_history *run = page->run;
    const nni_curve *main_curve = nni_history_main_curve(run);
    fputs("<div class=\"cards\">\n", page->out);
    if (main_curve)
        put_curve_card(page->out, run, main_curve);
    const double seconds = nni_history_last(run, "seconds"), rate = nni_history_last(run, "samples_per_second");
    if (isfinite(seconds))
        put_card(page->out, "trained for", seconds < 100 ? seconds : seconds / 60, 3, seconds < 100 ? " s" : " min",
                 NULL);
    if (isfinite(rate))
        put_card(page->out, "speed", rate, 3, " rows/s", "in the last epoch");
    const size_t parameters = nni_history_parameters(run);
    if (parameters > 0)
        put_card(page->out, "parameters", (double)parameters, 15, "", NULL);
    if (run->origin_count > 0 && run->origins[run->origin_count - 1].train_rows > 0)
        put_card(page->out, "training rows", (double)run->origins[run->origin_count - 1].train_rows, 15, "", NULL);
    fputs("</div>\n", page->out);
}

/* --- all metrics at the best and the last epoch --- */

/* Splits that some metric is measured on. @return how many */
static int find_splits(const nni_history *run, bool has[NNI_FIGURE_SPLITS])
{
    int count = 0;
    const char *metric;
    for (size_t i = 0; i < run->curve_count; i++) {
        const nni_figure_split split = nni_figure_split_of(run->curves[i].name, &metric);
        if (split == NNI_FIGURE_OF_NONE || has[split])
            continue;
        has[split] = true;
        count++;
    }
    return count;
}

static void put_splits(const nni_page *page, const char *metric, size_t line, const bool has[NNI_FIGURE_SPLITS])
{
    for (int split = 0; split < NNI_FIGURE_SPLITS; split++) {
        char name[256], text[NNI_HTML_NUMBER];
        snprintf(name, sizeof name, "%s_%s", nni_figure_split_names[split], metric);
        const nni_curve *curve = nni_history_curve(page->run, name);
        const double value = curve ? curve->values[line] : (double)NAN;
        if (has[split])
            fprintf(page->out, "<td class=\"number\">%s</td>", isnan(value) ? "" : nni_html_number(value, 5, text));
    }
}

static void put_metrics_head(const nni_page *page, size_t best, size_t last, int count,
                             const bool has[NNI_FIGURE_SPLITS])
{
    const double *epoch = page->run->epoch;
    fputs("<thead><tr><th scope=\"col\" rowspan=\"2\">metric</th>", page->out);
    if (best != last)
        fprintf(page->out, "<th scope=\"colgroup\" colspan=\"%d\">best epoch, %.0f</th>", count, epoch[best]);
    fprintf(page->out, "<th scope=\"colgroup\" colspan=\"%d\">last epoch, %.0f</th></tr>\n<tr>", count, epoch[last]);
    for (int group = 0; group < (best != last ? 2 : 1); group++)
        for (int split = 0; split < NNI_FIGURE_SPLITS; split++)
            if (has[split])
                fprintf(page->out, "<th scope=\"col\" class=\"number\">%s</th>", nni_figure_split_names[split]);
    fputs("</tr></thead>\n", page->out);
}

static void put_metrics(const nni_page *page)
{
    const nni_history *run = page->run;
    const nni_curve *main_curve = nni_history_main_curve(run);
    bool has[NNI_FIGURE_SPLITS] = {false};
    const int count = find_splits(run, has);
    if (run->epochs == 0 || count == 0)
        return;
    const size_t last = run->epochs - 1, found = main_curve ? nni_history_best(run, main_curve) : SIZE_MAX;
    const size_t best = found == SIZE_MAX ? last : found;
    fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n", page->out);
    put_metrics_head(page, best, last, count, has);
    fputs("<tbody>\n", page->out);
    for (size_t i = 0; i < run->curve_count; i++) {
        const char *metric;
        if (!nni_metric_begins(run, i, &metric))
            continue;
        fputs("<tr><th scope=\"row\">", page->out);
        nni_html_put(page->out, nni_metric_in_words(metric).text);
        fputs("</th>", page->out);
        if (best != last)
            put_splits(page, metric, best, has);
        put_splits(page, metric, last, has);
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody>\n</table></div>\n", page->out);
}

nn_status nni_section_summary(const nni_page *page, nn_error *error)
{
    (void)error;
    nni_section_begin(page->out, "summary", "Summary");
    put_state(page);
    put_cards(page);
    put_metrics(page);
    nni_section_end(page->out);
    return NN_OK;
}
