/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "draw/pictures.h"
#include "report/page/parts.h"
#include "report/sections/class_parts.h"
#include "support/extremes.h"
#include "support/memory.h"

enum {
    MATRIX_MOST = 30, /* classes that a matrix of all of them has */
    CONFUSED = 20,    /* of more, classes that it has */
    PAIRS = 20,       /* pairs listed then */
    TOLD = 5,         /* pairs in the description */
};

/* Heaviest first, then by classes. */
static int by_weight(const void *left, const void *right)
{
    const nni_confusion_cell *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->truth != b->truth)
        return a->truth < b->truth ? -1 : 1;
    return (a->predicted > b->predicted) - (a->predicted < b->predicted);
}

/* The classes that the matrix shows, the cells between them, and what else there is. */
struct matrix {
    const nni_class_page *page;
    nni_confusion_cell *wrong; /* [wrong_count] cells of mistakes, heaviest first */
    size_t wrong_count;
    size_t *shown;    /* [shown_count] classes, ascending */
    size_t *place_of; /* [classes] of each among these; SIZE_MAX: none */
    size_t shown_count;
    size_t columns; /* one more than shown_count where there are other classes */
    double *counts; /* [shown_count, columns] */
    double wrong_weight, shown_weight;
};

static nn_status sort_mistakes(struct matrix *matrix, nn_error *error)
{
    const nni_class_page *page = matrix->page;
    NN_TRY(nni_allocate(page->cell_count, sizeof *matrix->wrong, "the confused classes", &matrix->wrong, error));
    for (size_t i = 0; i < page->cell_count; i++)
        if (page->cells[i].truth != page->cells[i].predicted) {
            matrix->wrong[matrix->wrong_count++] = page->cells[i];
            matrix->wrong_weight += page->cells[i].weight;
        }
    qsort(matrix->wrong, matrix->wrong_count, sizeof *matrix->wrong, by_weight);
    return NN_OK;
}

/* All classes, or those of the heaviest mistakes. */
static nn_status choose(struct matrix *matrix, nn_error *error)
{
    const size_t classes = matrix->page->classes;
    NN_TRY(nni_allocate(classes, sizeof *matrix->place_of, "the classes", &matrix->place_of, error));
    NN_TRY(nni_allocate(MATRIX_MOST, sizeof *matrix->shown, "the classes", &matrix->shown, error));
    size_t chosen = 0;
    for (size_t i = 0; i < matrix->wrong_count && chosen < CONFUSED && classes > MATRIX_MOST; i++) {
        const size_t pair[] = {matrix->wrong[i].truth, matrix->wrong[i].predicted};
        for (size_t k = 0; k < 2 && chosen < CONFUSED; k++) {
            chosen += matrix->place_of[pair[k]] == 0;
            matrix->place_of[pair[k]] = 1;
        }
    }
    for (size_t c = 0; c < classes; c++)
        if (classes <= MATRIX_MOST || matrix->place_of[c] == 1) {
            matrix->place_of[c] = matrix->shown_count;
            matrix->shown[matrix->shown_count++] = c;
        } else {
            matrix->place_of[c] = SIZE_MAX;
        }
    matrix->columns = matrix->shown_count + (matrix->shown_count < classes);
    return NN_OK;
}

static nn_status count(struct matrix *matrix, nn_error *error)
{
    NN_TRY(nni_allocate(matrix->shown_count * matrix->columns, sizeof *matrix->counts, "the matrix", &matrix->counts,
                        error));
    for (size_t i = 0; i < matrix->page->cell_count; i++) {
        const nni_confusion_cell *cell = &matrix->page->cells[i];
        const size_t row = matrix->place_of[cell->truth], column = matrix->place_of[cell->predicted];
        if (row == SIZE_MAX)
            continue;
        matrix->counts[row * matrix->columns + (column == SIZE_MAX ? matrix->shown_count : column)] += cell->weight;
        if (cell->truth != cell->predicted && column != SIZE_MAX)
            matrix->shown_weight += cell->weight;
    }
    return NN_OK;
}

static double rate_of(const struct matrix *matrix, size_t truth, double weight)
{
    const double support = matrix->page->each[truth].support;
    return support > 0 ? weight / support : 0;
}

/* In a cell there is room for few digits: sums of weights are rounded to three, or to whole ones. */
static const char *cell_text(const struct matrix *matrix, double weight, nni_texts *texts)
{
    if (!(weight > 0))
        return "";
    if (!matrix->page->record->weight)
        return nni_text(texts, "%s", NNI_AMOUNT(weight));
    return nni_text(
        texts, "%s",
        nni_html_number(weight < 100 ? weight : round(weight), weight < 100 ? 3 : 15, (char[NNI_HTML_NUMBER]){""}));
}

static const char *describe(const struct matrix *matrix, nni_texts *texts)
{
    const nni_history *run = matrix->page->run;
    const char *text = nni_text(texts, "Confusion matrix of %zu classes: a row a true class, a column a predicted one.",
                                matrix->shown_count);
    for (size_t i = 0; i < nni_smaller(matrix->wrong_count, TOLD); i++) {
        const nni_confusion_cell *cell = &matrix->wrong[i];
        text = nni_text(texts, "%s%s %s predicted as %s in %s of %s", text, i == 0 ? " Most confused:" : ";",
                        nni_output_name(texts, run, cell->truth), nni_output_name(texts, run, cell->predicted),
                        NNI_AMOUNT(cell->weight), NNI_AMOUNT(matrix->page->each[cell->truth].support));
    }
    return nni_text(texts, matrix->wrong_count > 0 ? "%s." : "%s No row is predicted wrong.", text);
}

static nn_status draw(const struct matrix *matrix, nn_error *error)
{
    const size_t rows = matrix->shown_count, columns = matrix->columns;
    double *shade = NULL;
    const char **texts = NULL, **names = NULL;
    nni_texts owned = {0};
    nn_status status = nni_allocate(rows * columns, sizeof *shade, "the matrix", &shade, error);
    if (status == NN_OK)
        status = nni_allocate(rows * columns, sizeof *texts, "the matrix", &texts, error);
    if (status == NN_OK)
        status = nni_allocate(columns, sizeof *names, "the classes", &names, error);
    bool drawn = status == NN_OK;
    if (drawn) {
        for (size_t i = 0; i < columns; i++)
            names[i] = i < rows ? nni_output_name(&owned, matrix->page->run, matrix->shown[i]) : "others";
        for (size_t i = 0; i < rows * columns; i++) {
            shade[i] = rate_of(matrix, matrix->shown[i / columns], matrix->counts[i]);
            texts[i] = cell_text(matrix, matrix->counts[i], &owned);
        }
        drawn = nni_draw_heat_map(matrix->page->out,
                                  &(nni_heat_map){.title = rows < matrix->page->classes
                                                               ? "Confusion of the classes that are most confused"
                                                               : "Confusion matrix",
                                                  .description = describe(matrix, &owned),
                                                  .row_title = "true",
                                                  .column_title = "predicted",
                                                  .row_names = names,
                                                  .column_names = names,
                                                  .shade = shade,
                                                  .texts = texts,
                                                  .rows = rows,
                                                  .columns = columns});
    }
    nni_release(shade);
    nni_release(texts);
    nni_release(names);
    const nn_status ended = nni_texts_end(&owned, status != NN_OK || drawn, error);
    return status != NN_OK ? status : ended;
}

/* The same as a table, folded away: for exact counts and for who cannot see it. */
static nn_status write_counts(const struct matrix *matrix, nn_error *error)
{
    FILE *out = matrix->page->out;
    nni_texts texts = {0};
    const char *heads[MATRIX_MOST + 1] = {"True class"};
    for (size_t i = 0; i < matrix->shown_count; i++)
        heads[i + 1] = nni_text(&texts, "#%s", nni_output_name(&texts, matrix->page->run, matrix->shown[i]));
    fputs("<details><summary>Counts and rates as a table</summary>\n", out);
    nni_table_begin(out, "confusion", "Rows of each true class by predicted class, and their share of the true class",
                    heads, matrix->shown_count + 1);
    for (size_t i = 0; i < matrix->shown_count; i++) {
        nni_table_row(out, nni_output_name(&texts, matrix->page->run, matrix->shown[i]));
        for (size_t j = 0; j < matrix->shown_count; j++) {
            const double weight = matrix->counts[i * matrix->columns + j];
            fprintf(out, "<td class=\"number\" data-value=\"%.17g\">%s", weight, NNI_AMOUNT(weight));
            if (weight > 0)
                fprintf(out, " <small>%.1f&nbsp;%%</small>", 100 * rate_of(matrix, matrix->shown[i], weight));
            fputs("</td>", out);
        }
        nni_table_row_end(out);
    }
    nni_table_end(out);
    fputs("</details>\n", out);
    return nni_texts_end(&texts, true, error);
}

static nn_status write_pairs(const struct matrix *matrix, nn_error *error)
{
    FILE *out = matrix->page->out;
    nni_texts texts = {0};
    const char *const heads[] = {"True class", "Predicted class", matrix->page->record->weight ? "#Weight" : "#Rows",
                                 "#Share of the true class"};
    nni_table_begin(out, "confused", "The most frequent confusions", heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < nni_smaller(matrix->wrong_count, PAIRS); i++) {
        const nni_confusion_cell *cell = &matrix->wrong[i];
        nni_table_row(out, nni_output_name(&texts, matrix->page->run, cell->truth));
        nni_table_text(out, nni_output_name(&texts, matrix->page->run, cell->predicted));
        nni_table_number(out, cell->weight, 0);
        nni_table_share(out, rate_of(matrix, cell->truth, cell->weight));
        nni_table_row_end(out);
    }
    nni_table_end(out);
    return nni_texts_end(&texts, true, error);
}

static nn_status write_matrix(struct matrix *matrix, nn_error *error)
{
    const size_t classes = matrix->page->classes;
    FILE *out = matrix->page->out;
    NN_TRY(sort_mistakes(matrix, error));
    NN_TRY(choose(matrix, error));
    NN_TRY(count(matrix, error));
    if (classes <= MATRIX_MOST) {
        NN_TRY(draw(matrix, error));
        return write_counts(matrix, error);
    }
    if (matrix->wrong_count == 0) {
        fprintf(out, "<p>None of the rows is predicted as another of the %s classes.</p>\n", NNI_AMOUNT(classes));
        return NN_OK;
    }
    char most[48];
    snprintf(most, sizeof most, "the %d most frequent of ", PAIRS);
    fprintf(out,
            "<p>Of %s classes the matrix shows the %zu that are most confused, with %s of the %s wrong rows; "
            "&ldquo;others&rdquo; stands for the rest. The table has %s%s confusions.</p>\n",
            NNI_AMOUNT(classes), matrix->shown_count, NNI_AMOUNT(matrix->shown_weight),
            NNI_AMOUNT(matrix->wrong_weight), matrix->wrong_count > PAIRS ? most : "all ",
            NNI_AMOUNT(matrix->wrong_count));
    NN_TRY(draw(matrix, error));
    return write_pairs(matrix, error);
}

nn_status nni_write_confusion(const nni_class_page *page, nn_error *error)
{
    if (page->record->kind != NN_PREDICTS_CLASSES)
        return NN_OK;
    struct matrix matrix = {.page = page};
    const nn_status status = write_matrix(&matrix, error);
    nni_release(matrix.wrong);
    nni_release(matrix.shown);
    nni_release(matrix.place_of);
    nni_release(matrix.counts);
    return status;
}
