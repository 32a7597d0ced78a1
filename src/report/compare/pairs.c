/* SPDX-License-Identifier: MIT */
/* The best run against the others on the same rows: whether it is better, or the difference may be chance. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "draw/html.h"
#include "report/compare/comparison.h"
#include "report/figures/figures.h"
#include "report/page/section.h"
#include "support/memory.h"

/* Each needs the predictions of a run, of which two are held at a time. */
enum { PAIRS_MOST = 20, LABEL_CHARACTERS = 60 };

static const double level = 0.05;

typedef struct pair {
    size_t run;
    nni_pair_test test;
    double p; /* after correction; NAN of a bootstrap */
} pair;

typedef struct pairs {
    const nni_comparison *c;
    size_t first;  /* the run that all are compared to; SIZE_MAX: none has predictions */
    size_t *group; /* [count] runs of one number have the same rows of the split of `first` */
    pair tested[PAIRS_MOST];
    size_t count;
    size_t skipped[PAIRS_MOST]; /* without predictions, or of other rows */
    size_t skipped_count;
    bool values;          /* less is better */
    bool chosen_by_these; /* the figure that ranks the runs is of the same split */
    char split[32];
} pairs;

static nn_status test_pair(pairs *of, const nni_prediction_record *first, size_t run, nn_error *error)
{
    nni_history *read = NULL;
    const nni_prediction_record *second = NULL;
    NN_TRY(nni_history_predictions(of->c->runs[run], &read, &second, error));
    nn_status status = NN_OK;
    /* Other rows of a fold may have the same numbers and targets. */
    if (second && of->group[run] == of->group[of->first] && strcmp(first->split, second->split) == 0 &&
        nni_comparable(first, second)) {
        pair *tested = &of->tested[of->count++];
        tested->run = run;
        status = nni_compare_pair(first, second, &tested->test, error);
    } else
        of->skipped[of->skipped_count++] = run;
    nni_history_free(read);
    return status;
}

static void note_split(pairs *of, const nni_prediction_record *first)
{
    const char *metric;
    const nni_figure_split split = of->c->figure ? nni_figure_split_of(of->c->figure, &metric) : NNI_FIGURE_OF_NONE;
    of->values = first->kind == NN_PREDICTS_VALUES;
    snprintf(of->split, sizeof of->split, "%s", first->split);
    of->chosen_by_these = split != NNI_FIGURE_OF_NONE && strcmp(first->split, nni_figure_split_names[split]) == 0;
}

/* The first of the order that has predictions, against those after it. */
static nn_status test_all(pairs *of, nn_error *error)
{
    const nni_comparison *c = of->c;
    nni_history *read = NULL;
    const nni_prediction_record *first = NULL;
    nn_status status = NN_OK;
    for (size_t i = 0; i < c->count && i <= PAIRS_MOST && status == NN_OK; i++) {
        if (first) {
            status = test_pair(of, first, c->order[i], error);
            continue;
        }
        status = nni_history_predictions(c->runs[c->order[i]], &read, &first, error);
        if (status == NN_OK && first) {
            of->first = c->order[i];
            note_split(of, first);
            status = nni_compare_split(c, first->split, of->group, error);
        } else if (status == NN_OK) {
            nni_history_free(read);
            read = NULL;
            if (of->skipped_count < PAIRS_MOST)
                of->skipped[of->skipped_count++] = c->order[i];
        }
    }
    nni_history_free(read);
    return status;
}

/* Holm, Scandinavian Journal of Statistics 6, 1979: the smallest p times the number of tests, the next times one less,
 * none below one before it. */
static double corrected(const pairs *of, double p)
{
    double result = p;
    for (size_t i = 0; i < of->count; i++) {
        const double other = of->tested[i].test.p;
        size_t tests = 0;
        for (size_t j = 0; j < of->count; j++)
            tests += of->tested[j].test.p >= other;
        if (other <= p)
            result = fmax(result, fmin(1, other * (double)tests));
    }
    return result;
}

/* --- in words --- */

static void put_p(FILE *out, double p)
{
    if (p < 1e-4)
        fputs("; p &lt; 0.0001", out);
    else
        fprintf(out, "; p = %.2g", p);
}

static void put_number(FILE *out, double value)
{
    char text[NNI_HTML_NUMBER];
    fputs(nni_html_number(value, 4, text), out);
}

/* Where there are several comparisons, the run that all are compared to is "it". */
static void put_run(const pairs *of, size_t run)
{
    if (run == of->first && of->count > 1)
        fputs("it", of->c->out);
    else
        nni_compare_put_label(of->c, run, LABEL_CHARACTERS);
}

/* The same within a sentence that has named the run. */
static void put_other(const pairs *of, size_t run)
{
    if (run != of->first && of->count > 1)
        fputs("the other", of->c->out);
    else
        put_run(of, run);
}

/* What of the rows speaks for either, the better one first. */
static void put_evidence(const pairs *of, const pair *tested, size_t better, size_t worse)
{
    FILE *out = of->c->out;
    const nni_pair_test *test = &tested->test;
    const bool second = better == tested->run;
    if (!isnan(test->only_first)) {
        const double more = second ? test->only_second : test->only_first;
        fprintf(out, "%.0f %s right only in ", more, more == 1 ? "row is" : "rows are");
        put_other(of, better);
        fprintf(out, ", %.0f only in ", second ? test->only_first : test->only_second);
        put_other(of, worse);
    } else {
        fprintf(out, "%s ", test->figure);
        put_number(out, second ? test->second : test->first);
        fputs(" against ", out);
        put_number(out, second ? test->first : test->second);
    }
    if (isnan(test->p)) {
        const bool as_it_is = second != of->values;
        fputs(of->values ? ", smaller by " : ", larger by ", out);
        put_number(out, as_it_is ? test->least : -test->most);
        fputs(" to ", out);
        put_number(out, as_it_is ? test->most : -test->least);
        fputs(" (95 % interval)", out);
    } else
        put_p(out, tested->p);
}

static void put_pair(const pairs *of, const pair *tested)
{
    FILE *out = of->c->out;
    const nni_pair_test *test = &tested->test;
    const bool second = (test->second > test->first) != of->values && test->second != test->first;
    const bool certain = isnan(test->p) ? test->least > 0 || test->most < 0 : tested->p < level;
    const size_t better = second ? tested->run : of->first, worse = second ? of->first : tested->run;
    fputs("<li>", out);
    if (!certain && of->count > 1) {
        fputs("The difference from ", out);
        put_run(of, tested->run);
        fputs(" may be chance: ", out);
    } else if (!certain) {
        fputs("The difference between ", out);
        put_run(of, better);
        fputs(" and ", out);
        put_run(of, worse);
        fputs(" may be chance: ", out);
    } else if (better == of->first && of->count > 1) {
        fputs("It is better than ", out);
        put_run(of, worse);
        fputs(": ", out);
    } else {
        put_run(of, better);
        fputs(" is better than ", out);
        put_run(of, worse);
        fputs(": ", out);
    }
    put_evidence(of, tested, better, worse);
    fputs(".</li>\n", out);
}

static void put_method(const pairs *of)
{
    FILE *out = of->c->out;
    const bool p = !isnan(of->tested[0].test.p);
    fputs("<p>The predictions of ", out);
    nni_compare_put_label(of->c, of->first, LABEL_CHARACTERS);
    fputs(of->count > 1 ? " and the others" : " and ", out);
    if (of->count == 1)
        nni_compare_put_label(of->c, of->tested[0].run, LABEL_CHARACTERS);
    fprintf(out, " for the same %zu ", of->tested[0].test.rows);
    nni_html_put(out, of->split);
    fprintf(out, " rows, by the model that each run kept, are compared by %s.",
            p ? "McNemar's test (exact where fewer than 25 rows differ)" : "a paired bootstrap of the rows");
    if (p && of->count > 1)
        fprintf(out, " All p are corrected for %zu comparisons (Holm).", of->count);
    else if (of->count > 1)
        fprintf(out, " Each interval is of one comparison: of %zu, one may exclude 0 by chance.", of->count);
    if (of->first != of->c->order[0])
        fputs(" Better ranked runs have recorded no predictions.", out);
    else if (of->chosen_by_these && of->c->count > 2)
        fputs(" The best run was chosen by these very rows, which flatters it.", out);
    fputs("</p>\n", out);
}

static void put_section(const pairs *of)
{
    const nni_comparison *c = of->c;
    nni_section_begin(c->out, "chance", "Better, or chance?");
    if (of->count == 0)
        fputs("<p>No two of the best runs have recorded predictions of the same rows (record: {predictions: test}), so "
              "it cannot be told whether a difference is more than chance.</p>\n",
              c->out);
    else {
        put_method(of);
        fputs("<ul>\n", c->out);
        for (size_t i = 0; i < of->count; i++)
            put_pair(of, &of->tested[i]);
        fputs("</ul>\n", c->out);
        if (of->skipped_count > 0) {
            fputs("<p class=\"note\">Not compared, because predictions of the same rows are missing: ", c->out);
            nni_compare_put_labels(c, of->skipped, of->skipped_count);
            fputs(".</p>\n", c->out);
        }
        if (c->count > PAIRS_MOST + 1)
            fprintf(c->out, "<p class=\"note\">The first %d runs are compared, the other %zu are not.</p>\n",
                    (int)PAIRS_MOST + 1, c->count - PAIRS_MOST - 1);
    }
    nni_section_end(c->out);
}

nn_status nni_compare_pairs(const nni_comparison *c, nn_error *error)
{
    pairs of = {.c = c, .first = SIZE_MAX};
    if (c->count < 2)
        return NN_OK;
    NN_TRY(nni_allocate(c->count, sizeof *of.group, "groups of runs", &of.group, error));
    const nn_status status = test_all(&of, error);
    for (size_t i = 0; i < of.count; i++)
        of.tested[i].p = corrected(&of, of.tested[i].test.p);
    if (status == NN_OK)
        put_section(&of);
    nni_release(of.group);
    return status;
}
