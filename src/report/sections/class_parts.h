/* SPDX-License-Identifier: MIT */
/** Parts of the section of classes and labels. */
#ifndef NNI_REPORT_SECTIONS_CLASS_PARTS_H
#define NNI_REPORT_SECTIONS_CLASS_PARTS_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/figures/class_figures.h"
#include "report/history/history.h"
#include "report/page/parts.h"

/** What the parts are made of. Borrowed. */
typedef struct nni_class_page {
    FILE *out;
    const nni_history *run;
    const nni_prediction_record *record;
    size_t classes;                /**< or labels */
    const nni_class_figures *each; /**< [classes] */
    const nni_mean_curves *mean;
    const nni_confusion_cell *cells; /**< [cell_count]; of labels none */
    size_t cell_count;
} nni_class_page;

/** A place in an order of classes. */
typedef struct nni_class_place {
    const nni_class_figures *figures; /**< one of nni_class_page.each */
} nni_class_place;

/** The confusion matrix, or of many classes those that are most confused. All return NN_SYSTEM without memory. */
nn_status nni_write_confusion(const nni_class_page *page, nn_error *error);
/** Rows, precision, recall and areas of each class, of very many the worst. */
nn_status nni_write_class_table(const nni_class_page *page, nn_error *error);
/** ROC and precision-recall curves, and the reliability diagram. */
nn_status nni_write_class_curves(const nni_class_page *page, nn_error *error);
/** How well probabilities agree with what holds, in words and as a diagram. Nothing where no output is a number. */
void nni_write_calibration(const nni_class_page *page);
bool nni_draw_reliability(const nni_class_page *page, nni_texts *texts);

#endif
