/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report/page/parts.h"
#include "report/sections/class_parts.h"
#include "support/memory.h"

enum { LISTED = 50 }; /* classes of a table; of more, the worst */

/* Lowest F1 first, those with more rows before those with fewer. */
static int by_f1(const void *left, const void *right)
{
    const nni_class_figures *a = ((const nni_class_place *)left)->figures,
                            *b = ((const nni_class_place *)right)->figures;
    if (a->f1 != b->f1)
        return a->f1 < b->f1 ? -1 : 1;
    if (a->support != b->support)
        return a->support > b->support ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void write_row(const nni_class_page *page, nni_texts *texts, const nni_class_figures *figures)
{
    FILE *out = page->out;
    nni_table_row(out, nni_output_name(texts, page->run, (size_t)(figures - page->each)));
    nni_table_number(out, figures->support, 0);
    nni_table_number(out, figures->predicted, 0);
    nni_table_share(out, figures->precision);
    nni_table_share(out, figures->recall);
    nni_table_share(out, figures->f1);
    nni_table_share(out, figures->auroc);
    nni_table_share(out, figures->average_precision);
    nni_table_row_end(out);
}

/* Means over the classes that rows are of or predicted as, as scikit-learn's macro averages. */
static void write_means(const nni_class_page *page, const nni_class_place *there, size_t count)
{
    double precision = 0, recall = 0, f1 = 0;
    for (size_t i = 0; i < count; i++) {
        precision += there[i].figures->precision;
        recall += there[i].figures->recall;
        f1 += there[i].figures->f1;
    }
    fputs("<p>Macro averages: precision ", page->out);
    nni_put_figure(page->out, "macro_precision", precision / (double)count);
    fputs(", recall ", page->out);
    nni_put_figure(page->out, "macro_recall", recall / (double)count);
    fputs(", F1 ", page->out);
    nni_put_figure(page->out, "macro_f1", f1 / (double)count);
    fputs(".</p>\n", page->out);
}

nn_status nni_write_class_table(const nni_class_page *page, nn_error *error)
{
    const bool classes = page->record->kind == NN_PREDICTS_CLASSES, weighted = page->record->weight;
    const char *const heads[] = {classes ? "Class" : "Label",
                                 weighted ? "#Weight" : "#Rows",
                                 weighted ? "#Weight predicted" : "#Predicted",
                                 "#Precision",
                                 "#Recall",
                                 "#F1",
                                 "#AUROC",
                                 "#Average precision"};
    nni_class_place *there = NULL;
    size_t count = 0;
    nni_texts texts = {0};
    NN_TRY(nni_allocate(page->classes, sizeof *there, "the classes", &there, error));
    for (size_t c = 0; c < page->classes; c++)
        if (!classes || page->each[c].support > 0 || page->each[c].predicted > 0)
            there[count++].figures = &page->each[c];
    fprintf(page->out, "<h3>Each %s</h3>\n", classes ? "class" : "label");
    if (count < page->classes)
        fprintf(page->out, "<p>Of %s classes, %s here or %s predicted.</p>\n", NNI_AMOUNT(page->classes),
                nni_text(&texts, count == 1 ? "%s has rows" : "%s have rows", NNI_AMOUNT(count)),
                count == 1 ? "is" : "are");
    write_means(page, there, count);
    const char *caption = nni_text(&texts, "Figures of each %s", classes ? "class" : "label");
    if (count > LISTED) {
        qsort(there, count, sizeof *there, by_f1);
        caption = nni_text(&texts, "The %d of %s %s with the lowest F1", LISTED, NNI_AMOUNT(count),
                           classes ? "classes" : "labels");
    }
    nni_table_begin(page->out, "classes", caption, heads, sizeof heads / sizeof *heads);
    for (size_t i = 0; i < count && i < LISTED; i++)
        write_row(page, &texts, there[i].figures);
    nni_table_end(page->out);
    nni_release(there);
    return nni_texts_end(&texts, true, error);
}
