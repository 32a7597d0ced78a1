/* SPDX-License-Identifier: MIT */
/** What sections of a page are made of: texts, names, tables. */
#ifndef NNI_REPORT_PAGE_PARTS_H
#define NNI_REPORT_PAGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "draw/html.h"
#include "nntrain/status.h"
#include "report/history/history.h"

/** Texts that live as long as a section is written: names, captions, descriptions. Owns them; zeroed, it is empty. */
typedef struct nni_texts {
    char **text; /**< [count] */
    size_t count, capacity;
    bool short_of_memory; /**< some could not be made */
} nni_texts;

/** @return text made as by printf; "" where memory runs out */
const char *nni_text(nni_texts *texts, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Frees them. @return NN_SYSTEM where one could not be made or something was not drawn */
nn_status nni_texts_end(nni_texts *texts, bool drawn, nn_error *error);

/** A number for people: whole ones in full, others with at most 6 digits. For counts, and sums of sample weights. */
char *nni_amount(double value, char text[NNI_HTML_NUMBER]);

/** Numbers within arguments of nni_text and fprintf: with at most 4 digits, and as nni_amount. */
#define NNI_FIGURE(value) nni_html_number((value), 4, (char[NNI_HTML_NUMBER]){""})
#define NNI_AMOUNT(value) nni_amount((double)(value), (char[NNI_HTML_NUMBER]){""})

/** @return name of a class, label or output of the run's predictions; "class 7" where it has none */
const char *nni_output_name(nni_texts *texts, const nni_history *run, size_t index);
/** @return name of a feature; "feature 7" where it has none */
const char *nni_feature_text(nni_texts *texts, const nni_history *run, size_t index);

/** Begins a table that may be wider than the page. @param figure  its data-figure, what it holds: "classes"
 * @param caption  text of ours. @param heads  [count] titles of its columns, those of numbers after a #; escaped here
 */
void nni_table_begin(FILE *out, const char *figure, const char *caption, const char *const *heads, size_t count);
/** Begins a row by a cell that names it. @param name  escaped here */
void nni_table_row(FILE *out, const char *name);
/** A cell with a number, and all its digits in data-value; what is not a number is a dash. @param digits  that are
 * shown at most; 0: as nni_amount does */
void nni_table_number(FILE *out, double value, int digits);
/** A cell with a share or another figure of its size, to four places, so that those of a column stand below each other.
 */
void nni_table_share(FILE *out, double value);
/** A cell with text. @param text  escaped here */
void nni_table_text(FILE *out, const char *text);
void nni_table_row_end(FILE *out);
void nni_table_end(FILE *out);

/** Writes a figure within text, with all its digits: <span data-figure="ece" data-value=...>0.0123</span>. */
void nni_put_figure(FILE *out, const char *figure, double value);

/** Pictures of 346 pixels side by side where there is room. */
void nni_row_of_figures_begin(FILE *out);
void nni_row_of_figures_end(FILE *out);

/** @return "s" unless it is one thing */
const char *nni_plural(size_t count);

/** Writes which rows predictions are of: "1,797 rows of the test split, as predicted after epoch 20. " */
void nni_put_prediction_rows(FILE *out, const nni_prediction_record *record);

#endif
