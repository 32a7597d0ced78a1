/* SPDX-License-Identifier: MIT */
/* By which figure runs are judged, and their order by it. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/compare/comparison.h"
#include "report/page/words.h"
#include "support/memory.h"

/* What most runs are judged by; of equally many the first. */
static nn_status choose(nni_comparison *c, nni_string_set *names, size_t *votes, nn_error *error)
{
    size_t chosen = 0;
    for (size_t i = 0; i < c->count; i++) {
        const nni_curve *curve = nni_history_main_curve(c->runs[i]);
        if (!curve || nni_history_best(c->runs[i], curve) == SIZE_MAX)
            continue;
        NN_TRY(nni_string_set_add(names, curve->name, error));
        votes[nni_string_set_find(names, curve->name)]++;
    }
    for (size_t i = 0; i < names->count; i++)
        chosen = votes[i] > votes[chosen] ? i : chosen;
    for (size_t i = 0; i < c->count && names->count > 0 && !c->figure; i++) {
        const nni_curve *curve = nni_history_curve(c->runs[i], names->text[chosen]);
        c->figure = curve ? curve->name : NULL;
    }
    return NN_OK;
}

nn_status nni_compare_choose(nni_comparison *c, nn_error *error)
{
    nni_string_set names = {0};
    size_t *votes = NULL;
    NN_TRY(nni_allocate(c->count, sizeof *votes, "the figure of the runs", &votes, error));
    nn_status status = choose(c, &names, votes, error);
    nni_string_set_free(&names);
    nni_release(votes);
    bool known = false;
    c->lower_is_better = c->figure && nni_history_lower_is_better(c->figure, &known);
    return status;
}

nn_status nni_compare_figures(const nni_comparison *c, nni_string_set *figures, nn_error *error)
{
    if (c->figure)
        NN_TRY(nni_string_set_add(figures, c->figure, error));
    for (size_t i = 0; i < c->count && c->figure && figures->count < 2; i++) { /* that of test beside validation */
        const nni_curve *judge = nni_history_curve(c->runs[i], c->figure);
        const nni_curve *test = judge ? nni_history_test_of(c->runs[i], judge) : NULL;
        if (test)
            NN_TRY(nni_string_set_add(figures, test->name, error));
    }
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->runs[i]->curve_count; j++) {
            const nni_curve *curve = &c->runs[i]->curves[j];
            bool known = false;
            nni_history_lower_is_better(curve->name, &known);
            if (known && nni_history_best(c->runs[i], curve) != SIZE_MAX)
                NN_TRY(nni_string_set_add(figures, curve->name, error));
        }
    return NN_OK;
}

const char *nni_compare_title(const char *figure, char title[NNI_COMPARE_TITLE])
{
    const char *metric;
    const nni_figure_split split = nni_figure_split_of(figure, &metric);
    snprintf(title, NNI_COMPARE_TITLE, "%s%s%s", split < NNI_FIGURE_SPLITS ? nni_figure_split_names[split] : "",
             split < NNI_FIGURE_SPLITS ? " " : "", nni_metric_in_words(metric).text);
    return title;
}

typedef struct place {
    size_t run;
    bool other_rows;
    double value; /* smaller is better; NAN: none */
    double last;  /* the same figure in the last epoch, which tells apart runs of the same best value */
    double loss;  /* of the same split at the best epoch, where the last values are the same, too */
} place;

/* NAN is worse than any value. */
static int by_value(double left, double right)
{
    if (isnan(left) || isnan(right))
        return isnan(left) - isnan(right);
    return (left > right) - (left < right);
}

static int by_place(const void *left, const void *right)
{
    const place *a = left, *b = right;
    const bool a_none = isnan(a->value), b_none = isnan(b->value);
    if (a_none != b_none)
        return a_none - b_none;
    if (a->other_rows != b->other_rows)
        return a->other_rows - b->other_rows;
    const double pairs[][2] = {{a->value, b->value}, {a->last, b->last}, {a->loss, b->loss}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (by_value(pairs[i][0], pairs[i][1]) != 0)
            return by_value(pairs[i][0], pairs[i][1]);
    return a->run < b->run ? -1 : a->run > b->run;
}

/* The loss of the split that the figure is of. @return NAN: there is none */
static double loss_at(const nni_comparison *c, size_t run, size_t line)
{
    char name[64];
    const int length = snprintf(name, sizeof name, "%.*s_loss", (int)strcspn(c->figure, "_"), c->figure);
    const nni_curve *loss = length < (int)sizeof name ? nni_history_curve(c->runs[run], name) : NULL;
    return loss ? loss->values[line] : (double)NAN;
}

nn_status nni_compare_rank(nni_comparison *c, nn_error *error)
{
    place *places = NULL;
    size_t others = 0;
    NN_TRY(nni_allocate(c->count, sizeof *c->best, "the figure of the runs", &c->best, error));
    NN_TRY(nni_allocate(c->count, sizeof *c->best_epoch, "the figure of the runs", &c->best_epoch, error));
    NN_TRY(nni_allocate(c->count, sizeof *c->order, "the order of the runs", &c->order, error));
    NN_TRY(nni_allocate(c->count, sizeof *places, "the order of the runs", &places, error));
    for (size_t i = 0; i < c->count; i++) {
        const nni_curve *curve = c->figure ? nni_history_curve(c->runs[i], c->figure) : NULL;
        const size_t line = curve ? nni_history_best(c->runs[i], curve) : SIZE_MAX;
        c->best[i] = line == SIZE_MAX ? NAN : curve->values[line];
        c->best_epoch[i] = line == SIZE_MAX ? NAN : c->runs[i]->epoch[line];
        /* Where each run has data of its own, no order of the data is better than another. */
        const bool other_rows = c->measured[i] != 0 && c->measured_count < c->count;
        const double last = line == SIZE_MAX ? NAN : curve->values[c->runs[i]->epochs - 1];
        places[i] = (place){i, other_rows, c->lower_is_better ? c->best[i] : -c->best[i],
                            c->lower_is_better ? last : -last, line == SIZE_MAX ? NAN : loss_at(c, i, line)};
        others += c->measured[i] != 0;
    }
    c->comparable = 2 * others <= c->count;
    qsort(places, c->count, sizeof *places, by_place);
    for (size_t i = 0; i < c->count; i++)
        c->order[i] = places[i].run;
    c->coloured = c->count < NNI_COMPARE_COLOURED ? c->count : NNI_COMPARE_COLOURED;
    nni_release(places);
    return NN_OK;
}

size_t nni_compare_colour(const nni_comparison *c, size_t run)
{
    for (size_t i = 0; i < c->coloured; i++)
        if (c->order[i] == run)
            return i;
    return SIZE_MAX;
}
