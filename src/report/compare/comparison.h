/* SPDX-License-Identifier: MIT */
/** Several runs side by side: what the sections of their page share. compare.c has their order. */
#ifndef NNI_REPORT_COMPARE_COMPARISON_H
#define NNI_REPORT_COMPARE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/compare/settings.h"
#include "report/history/history.h"

enum {
    NNI_COMPARE_COLOURED = 8, /**< runs that are drawn in colour: the first of the order */
    NNI_COMPARE_CROWD = 100,  /**< more lines are drawn so pale that places where many meet stand out */
};

/** Runs, in which order they stand, and what they are judged by. */
typedef struct nni_comparison {
    FILE *out;
    const nni_history *const *runs; /**< [count] as they were named. Borrowed */
    size_t count;
    bool share;            /**< without paths */
    nni_string_set labels; /**< [count] names of the runs */

    const char *figure;    /**< what most runs are judged by: "test_accuracy"; NULL: no run has one. Borrowed */
    bool lower_is_better;  /**< of it */
    double *best;          /**< [count] best value of it; NAN: none */
    double *best_epoch;    /**< [count] */
    size_t *measured;      /**< [count] number of the rows that it is measured on, 0 those of most runs */
    size_t *trained;       /**< [count] the same of the training rows */
    size_t measured_count; /**< different ones */
    size_t trained_count;
    bool comparable; /**< at least half of the runs are measured on the same rows: one may be called the best */
    bool rows_vary;  /**< rows are drawn from the same data, but others in each run: by seed, fraction or fold */
    size_t *order; /**< [count] runs, best first; those measured on other rows, then those without figure, come last */
    size_t coloured; /**< the first so many of the order are drawn in colour */

    nni_run_settings settings;
} nni_comparison;

/** Frees what it owns. */
void nni_comparison_free(nni_comparison *comparison);

/** Tells which runs are trained and measured on the same rows. The figure and the settings are known. */
nn_status nni_compare_rows(nni_comparison *comparison, nn_error *error);

/** Numbers runs by the rows of a split, with how they are drawn from their data: those of one number have the same
 * rows. @param group_of  [count] receives the numbers */
nn_status nni_compare_split(const nni_comparison *comparison, const char *split, size_t *group_of, nn_error *error);

/** Chooses the figure. */
nn_status nni_compare_choose(nni_comparison *comparison, nn_error *error);

/** Sorts the runs by the figure, and chooses those in colour. */
nn_status nni_compare_rank(nni_comparison *comparison, nn_error *error);

/** All figures of the runs, by name, in the order of their appearance. @param figures  empty; receives them */
nn_status nni_compare_figures(const nni_comparison *comparison, nni_string_set *figures, nn_error *error);

enum { NNI_COMPARE_TITLE = 96 };

/** @return a figure in words: "test AUROC" of "test_auroc" */
const char *nni_compare_title(const char *figure, char title[NNI_COMPARE_TITLE]);

/** @return the colour of a run, 0 ... NNI_COMPARE_COLOURED - 1; SIZE_MAX: it is drawn pale */
size_t nni_compare_colour(const nni_comparison *comparison, size_t run);

/** Writes the name of a run for people. @param most  characters */
void nni_compare_put_label(const nni_comparison *comparison, size_t run, size_t most);

/** Writes "A, B and C", at most some of them, "A, B and 12 others". @param runs  [count] */
void nni_compare_put_labels(const nni_comparison *comparison, const size_t *runs, size_t count);

/** @return a copy of a text of at most so many characters, the middle replaced by an ellipsis, to be released with
 * nni_release; NULL where memory runs out */
char *nni_compare_shorten(const char *text, size_t most);

/* Sections. */
nn_status nni_compare_curves(const nni_comparison *comparison, nn_error *error);
nn_status nni_compare_table(const nni_comparison *comparison, nn_error *error);
nn_status nni_compare_parallel(const nni_comparison *comparison, nn_error *error);
nn_status nni_compare_pairs(const nni_comparison *comparison, nn_error *error);

#endif
