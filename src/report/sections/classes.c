/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "report/figures/figures.h"
#include "report/page/parts.h"
#include "report/page/section.h"
#include "report/sections/class_parts.h"
#include "report/sections/worst_rows.h"
#include "support/memory.h"

static bool has_nan(const nni_prediction_record *record, size_t row)
{
    for (size_t i = 0; i < record->outputs; i++)
        if (isnan(record->output[row * record->outputs + i]))
            return true;
    return false;
}

/* Weights of rows that are right: of labels, with all of them. */
static void write_shares(const nni_class_page *page)
{
    const nni_prediction_record *record = page->record;
    double right = 0, right_labels = 0, all = 0;
    for (size_t row = 0; row < record->rows; row++) {
        const double weight = record->weight ? record->weight[row] : 1;
        size_t equal = 0;
        if (record->kind == NN_PREDICTS_CLASSES)
            equal = nni_predicted_of(record, row) == (size_t)record->class_of[row] ? record->outputs : 0;
        else
            for (size_t i = row * record->outputs; i < (row + 1) * record->outputs; i++)
                equal += (record->output[i] >= 0.5F) == (record->label[i] != 0);
        all += weight;
        right += equal == record->outputs ? weight : 0;
        right_labels += weight * (double)equal;
    }
    fputs(record->kind == NN_PREDICTS_CLASSES ? "Accuracy " : "Share of rows with all labels right: ", page->out);
    nni_put_figure(page->out, "accuracy", right / all);
    if (record->kind == NN_PREDICTS_LABELS) {
        fputs("; share of single labels right: ", page->out);
        nni_put_figure(page->out, "label_accuracy", right_labels / (all * (double)record->outputs));
    }
    fputs(". ", page->out);
}

static void write_introduction(const nni_class_page *page)
{
    const nni_prediction_record *record = page->record;
    size_t nans = 0;
    for (size_t row = 0; row < record->rows; row++)
        nans += has_nan(record, row);
    fputs("<p>", page->out);
    nni_put_prediction_rows(page->out, record);
    write_shares(page);
    if (page->mean->classes > 0 && page->classes > 2) {
        fprintf(page->out, "Mean over %s %s: AUROC ", NNI_AMOUNT(page->mean->classes),
                record->kind == NN_PREDICTS_CLASSES ? "classes" : "labels");
        nni_put_figure(page->out, "mean_auroc", page->mean->auroc);
        fputs(", average precision ", page->out);
        nni_put_figure(page->out, "mean_ap", page->mean->average_precision);
        fputs(". ", page->out);
    }
    if (nans > 0)
        fprintf(page->out, "<strong>Outputs of %s row%s are not numbers (NaN): the network has diverged.</strong> ",
                NNI_AMOUNT(nans), nni_plural(nans));
    fputs("</p>\n", page->out);
}

static nn_status write_parts(const nni_class_page *page, nn_error *error)
{
    write_introduction(page);
    NN_TRY(nni_write_confusion(page, error));
    NN_TRY(nni_write_class_table(page, error));
    NN_TRY(nni_write_class_curves(page, error));
    return nni_write_worst_rows(page->out, page->run, error);
}

nn_status nni_section_classes(const nni_page *page, nn_error *error)
{
    const nni_prediction_record *record = page->run->predictions;
    if (!record || record->rows == 0 || record->kind == NN_PREDICTS_VALUES)
        return NN_OK;
    nni_class_page parts = {
        .out = page->out, .run = page->run, .record = record, .classes = nni_figure_classes(record)};
    nni_class_figures *each = NULL;
    nni_confusion_cell *cells = NULL;
    nni_mean_curves mean;
    NN_TRY(nni_allocate(parts.classes, sizeof *each, "the classes", &each, error));
    nn_status status = nni_figures_of_classes(record, each, &mean, error);
    if (status == NN_OK && record->kind == NN_PREDICTS_CLASSES)
        status = nni_confusion_cells(record, &cells, &parts.cell_count, error);
    if (status == NN_OK) {
        parts.each = each;
        parts.mean = &mean;
        parts.cells = cells;
        nni_section_begin(page->out, "classes", record->kind == NN_PREDICTS_CLASSES ? "Classes" : "Labels");
        status = write_parts(&parts, error);
        nni_section_end(page->out);
    }
    nni_release(each);
    nni_release(cells);
    return status;
}
