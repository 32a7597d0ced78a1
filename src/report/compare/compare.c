/* SPDX-License-Identifier: MIT */
/* The page of several runs. */
#include "report/compare/comparison.h"

#include <math.h>
#include <stdint.h>

#include "draw/html.h"
#include "report/page/page.h"
#include "report/page/section.h"
#include "report/page/share.h"
#include "support/memory.h"

/* A table of more runs comes last, so that the other sections are found. */
enum { TABLE_IN_BETWEEN = 50, NOTES_MOST = 20 };

void nni_comparison_free(nni_comparison *c)
{
    nni_string_set_free(&c->labels);
    nni_release(c->best);
    nni_release(c->best_epoch);
    nni_release(c->measured);
    nni_release(c->trained);
    nni_release(c->order);
    nni_run_settings_free(&c->settings);
}

static nn_status prepare(nni_comparison *c, nn_error *error)
{
    NN_TRY(nni_history_names(c->runs, c->count, !c->share, &c->labels, error));
    NN_TRY(nni_run_settings_read(c->runs, c->count, &c->settings, error));
    NN_TRY(nni_compare_choose(c, error));
    NN_TRY(nni_compare_rows(c, error));
    return nni_compare_rank(c, error);
}

/* A sentence on the runs that are not of the rows of most. */
static nn_status put_other_rows(const nni_comparison *c, const size_t *group_of, size_t groups, const char *did,
                                const char *what, const char *but, nn_error *error)
{
    size_t *others = NULL, count = 0;
    NN_TRY(nni_allocate(c->count, sizeof *others, "groups of runs", &others, error));
    for (size_t i = 0; i < c->count; i++)
        if (group_of[c->order[i]] != 0)
            others[count++] = c->order[i];
    fputs("<p class=\"warn\">", c->out);
    if (2 * count > c->count)
        fprintf(c->out, "The runs were %s %zu different sets of %s", did, groups, what);
    else {
        nni_compare_put_labels(c, others, count);
        fprintf(c->out, " %s %s other %s than the rest", count > 1 ? "were" : "was", did, what);
    }
    fprintf(c->out, ": %s.</p>\n", but);
    nni_release(others);
    return NN_OK;
}

/* Runs that diverged or failed: their figures are not those of a training that did what its recipe says. */
static nn_status put_ended(const nni_comparison *c, nni_run_state state, const char *what, nn_error *error)
{
    size_t *runs = NULL, count = 0;
    NN_TRY(nni_allocate(c->count, sizeof *runs, "the runs that went wrong", &runs, error));
    for (size_t i = 0; i < c->count; i++)
        if (c->runs[c->order[i]]->state == state)
            runs[count++] = c->order[i];
    if (count > 0) {
        fputs("<p class=\"warn\">", c->out);
        nni_compare_put_labels(c, runs, count);
        fprintf(c->out, " %s.</p>\n", what);
    }
    nni_release(runs);
    return NN_OK;
}

/* Runs after the first whose best value is the same, on the same rows. */
static size_t equals_of(const nni_comparison *c)
{
    size_t count = 0;
    while (count + 1 < c->count && c->measured[c->order[count + 1]] == c->measured[c->order[0]] &&
           c->best[c->order[count + 1]] == c->best[c->order[0]])
        count++;
    return count;
}

static void put_best(const nni_comparison *c)
{
    char title[NNI_COMPARE_TITLE], number[NNI_HTML_NUMBER];
    const size_t first = c->order[0], equal = equals_of(c);
    const nni_curve *judge = nni_history_curve(c->runs[first], c->figure),
                    *test = nni_history_test_of(c->runs[first], judge);
    fprintf(c->out, "<p>By %s, the best%s is ", nni_compare_title(c->figure, title),
            c->measured_count > 1 ? " of those measured on the same rows" : "");
    nni_compare_put_label(c, first, 80);
    fprintf(c->out, " with %s at epoch %.0f", nni_html_number(c->best[first], 5, number), c->best_epoch[first]);
    if (test)
        fprintf(c->out, " (%s there %s)", nni_compare_title(test->name, title),
                nni_html_number(test->values[nni_history_best(c->runs[first], judge)], 5, number));
    if (equal > 0) {
        fputs(", the same as ", c->out);
        nni_compare_put_labels(c, c->order + 1, equal);
    } else if (c->count > 1 && c->measured[c->order[1]] == c->measured[first] && !isnan(c->best[c->order[1]])) {
        fputs(", before ", c->out);
        nni_compare_put_label(c, c->order[1], 80);
        fprintf(c->out, " with %s", nni_html_number(c->best[c->order[1]], 5, number));
    }
    fputs(".</p>\n", c->out);
}

static nn_status put_summary(const nni_comparison *c, nn_error *error)
{
    if (!c->figure || isnan(c->best[c->order[0]]))
        fputs("<p>No run has recorded a metric yet.</p>\n", c->out);
    else if (c->comparable)
        put_best(c);
    NN_TRY(put_ended(c, NNI_RUN_DIVERGED, "diverged", error));
    NN_TRY(put_ended(c, NNI_RUN_FAILED, "ended by an error", error));
    if (c->measured_count > 1)
        NN_TRY(put_other_rows(c, c->measured, c->measured_count, "measured on", "rows",
                              c->comparable ? "their figures cannot be compared"
                                            : "their figures cannot be compared, and none is the best",
                              error));
    if (c->trained_count > 1)
        NN_TRY(put_other_rows(c, c->trained, c->trained_count, "trained on", "data",
                              "differences may come from the data as well as from the settings", error));
    if (c->rows_vary)
        fputs("<p class=\"warn\">The held-out rows differ between runs (by seed, fraction or fold): small differences "
              "mean little.</p>\n",
              c->out);
    return NN_OK;
}

/* What could not be read. */
static void put_notes(const nni_comparison *c)
{
    size_t runs = 0, shown = 0;
    for (size_t i = 0; i < c->count; i++)
        runs += c->runs[i]->notes.count > 0;
    if (runs == 0)
        return;
    fprintf(c->out, "<details><summary>Some files of %zu %s could not be read</summary><ul>\n", runs,
            runs == 1 ? "run" : "runs");
    for (size_t i = 0; i < c->count && shown < NOTES_MOST; i++) {
        const nni_history *run = c->runs[i];
        const nni_page page = {.out = c->out, .run = run, .share = c->share};
        if (run->notes.count == 0)
            continue;
        fputs("<li>", c->out);
        nni_compare_put_label(c, i, 80);
        fputs(": ", c->out);
        nni_share_put(&page, run->notes.text[0]);
        if (run->notes.count > 1)
            fprintf(c->out, " And %zu more.", run->notes.count - 1);
        fputs("</li>\n", c->out);
        shown++;
    }
    if (runs > shown)
        fprintf(c->out, "<li>%zu more runs</li>\n", runs - shown);
    fputs("</ul></details>\n", c->out);
}

static nn_status put_page(const nni_comparison *c, nn_error *error)
{
    char title[64];
    snprintf(title, sizeof title, c->count == 1 ? "%zu run" : "%zu runs side by side", c->count);
    nni_page_begin(c->out, title);
    NN_TRY(put_summary(c, error));
    put_notes(c);
    const bool long_table = c->count > TABLE_IN_BETWEEN;
    NN_TRY(nni_compare_curves(c, error));
    if (!long_table)
        NN_TRY(nni_compare_table(c, error));
    NN_TRY(nni_compare_parallel(c, error));
    NN_TRY(nni_compare_pairs(c, error));
    if (long_table)
        NN_TRY(nni_compare_table(c, error));
    nni_page_end(c->out);
    return NN_OK;
}

nn_status nni_report_compare_page(FILE *out, const nni_history *const *runs, size_t count,
                                  const nni_report_options *options, nn_error *error)
{
    nni_comparison comparison = {.out = out, .runs = runs, .count = count, .share = options->share};
    nn_status status = prepare(&comparison, error);
    if (status == NN_OK)
        status = put_page(&comparison, error);
    nni_comparison_free(&comparison);
    return status;
}
