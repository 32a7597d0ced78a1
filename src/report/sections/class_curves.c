/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "draw/plot.h"
#include "report/figures/figures.h"
#include "report/page/parts.h"
#include "report/sections/class_parts.h"
#include "support/memory.h"

enum {
    CURVES = 8, /* classes with a curve each */
    WORST = 4,  /* of more, those that have one beside the mean */
};

/* The curves of one plot. */
struct curves {
    const nni_class_page *page;
    size_t shown[CURVES]; /* [count] classes */
    size_t count, defined;
    bool roc; /* else precision over recall */
    nni_threshold_curve curve[CURVES];
};

static int by_auroc(const void *left, const void *right)
{
    const nni_class_figures *a = ((const nni_class_place *)left)->figures,
                            *b = ((const nni_class_place *)right)->figures;
    if (a->auroc != b->auroc)
        return a->auroc < b->auroc ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* Of two classes the second, of up to CURVES all, of more the worst, as far as their areas are defined. */
static nn_status choose(struct curves *curves, nn_error *error)
{
    const nni_class_page *page = curves->page;
    nni_class_place *defined = NULL;
    NN_TRY(nni_allocate(page->classes, sizeof *defined, "the classes", &defined, error));
    const bool two = page->record->kind == NN_PREDICTS_CLASSES && page->classes == 2;
    for (size_t c = two ? 1 : 0; c < page->classes; c++)
        if (!isnan(page->each[c].auroc))
            defined[curves->defined++].figures = &page->each[c];
    curves->count = curves->defined;
    if (curves->defined > CURVES) {
        qsort(defined, curves->defined, sizeof *defined, by_auroc);
        curves->count = WORST;
    }
    for (size_t i = 0; i < curves->count; i++)
        curves->shown[i] = (size_t)(defined[i].figures - page->each);
    nni_release(defined);
    return NN_OK;
}

/* Leaves out points within straight runs along an axis: the line stays as it is. */
static void straighten(nni_threshold_curve *curve)
{
    size_t kept = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const bool inner = kept > 0 && i + 1 < curve->count;
        if (inner && ((curve->x[kept - 1] == curve->x[i] && curve->x[i] == curve->x[i + 1]) ||
                      (curve->y[kept - 1] == curve->y[i] && curve->y[i] == curve->y[i + 1])))
            continue;
        curve->x[kept] = curve->x[i];
        curve->y[kept++] = curve->y[i];
    }
    curve->count = kept;
}

static nn_status compute(struct curves *curves, nn_error *error)
{
    const nni_prediction_record *record = curves->page->record;
    for (size_t i = 0; i < curves->count; i++) {
        const size_t output = record->outputs == 1 ? 0 : curves->shown[i];
        NN_TRY((curves->roc ? nni_roc : nni_precision_recall)(record, output, &curves->curve[i], error));
        straighten(&curves->curve[i]);
    }
    return NN_OK;
}

static bool draw(const struct curves *curves, nni_texts *texts)
{
    const nni_class_page *page = curves->page;
    nni_series series[CURVES + 1] = {{0}};
    size_t count = 0;
    const char *text = curves->roc ? "True over false positive rate, with areas under the curves (AUROC):"
                                   : "Precision over recall, with average precisions:";
    for (size_t i = 0; i < curves->count; i++) {
        const nni_threshold_curve *curve = &curves->curve[i];
        const char *name =
            nni_text(texts, "%s %s", nni_output_name(texts, page->run, curves->shown[i]), NNI_FIGURE(curve->area));
        series[count] = (nni_series){.name = name, .x = curve->x, .y = curve->y, .count = curve->count, .colour = i};
        text = nni_text(texts, "%s%s %s", text, count > 0 ? "," : "", name);
        count++;
    }
    if (curves->count < curves->defined) {
        const nni_mean_curves *mean = page->mean;
        const char *name = nni_text(texts, "mean of %s %s", NNI_AMOUNT(mean->classes),
                                    NNI_FIGURE(curves->roc ? mean->auroc : mean->average_precision));
        series[count++] = (nni_series){.name = name,
                                       .x = mean->x,
                                       .y = curves->roc ? mean->true_positive_rate : mean->precision,
                                       .count = NNI_MEAN_POINTS,
                                       .colour = WORST,
                                       .dashed = true};
        text = nni_text(texts, "%s%s %s", text, count > 0 ? "," : "", name);
    }
    return nni_draw_plot(page->out,
                         &(nni_plot){.title = curves->roc ? "ROC (AUROC)" : "Precision over recall (AP)",
                                     .description = text,
                                     .x = {.title = curves->roc ? "false positive rate" : "recall", .most = 1},
                                     .y = {.title = curves->roc ? "true positive rate" : "precision", .most = 1},
                                     .series = series,
                                     .series_count = count,
                                     .width = 346,
                                     .height = 346,
                                     .square = true,
                                     .diagonal = curves->roc,
                                     .legend = true});
}

static nn_status write_plot(struct curves *curves, bool roc, nn_error *error)
{
    nni_texts texts = {0};
    curves->roc = roc;
    nn_status status = compute(curves, error);
    const bool drawn = status != NN_OK || draw(curves, &texts);
    for (size_t i = 0; i < curves->count; i++)
        nni_threshold_curve_free(&curves->curve[i]);
    const nn_status ended = nni_texts_end(&texts, drawn, error);
    return status != NN_OK ? status : ended;
}

static nn_status write_words(const struct curves *curves, nn_error *error)
{
    const nni_class_page *page = curves->page;
    const bool classes = page->record->kind == NN_PREDICTS_CLASSES;
    const char *many = classes ? "classes" : "labels";
    nni_texts texts = {0};
    fputs("<p>", page->out);
    if (curves->count == 0)
        fprintf(page->out,
                "There are no ROC and precision-recall curves: they need rows that are of a %s and rows that are not, "
                "and outputs that are numbers.",
                classes ? "class" : "label");
    else if (classes && page->classes == 2) {
        fputs("ROC and precision-recall curves of ", page->out);
        nni_html_put(page->out, nni_output_name(&texts, page->run, 1));
        fputs(" against ", page->out);
        nni_html_put(page->out, nni_output_name(&texts, page->run, 0));
        fputs(": area under the ROC curve (AUROC) ", page->out);
        nni_put_figure(page->out, "auroc", page->each[1].auroc);
        fputs(", average precision (AP) ", page->out);
        nni_put_figure(page->out, "ap", page->each[1].average_precision);
        fputs(".", page->out);
    } else {
        fprintf(
            page->out,
            "ROC and precision-recall curves: each %s against %s, with the area under the ROC curve (AUROC) and the "
            "average precision (AP).",
            classes ? "class" : "label", classes ? "all others" : "its absence");
        if (curves->count < curves->defined)
            fprintf(page->out, " Of %s %s, the %zu with the lowest AUROC are shown, and the mean over all.",
                    NNI_AMOUNT(curves->defined), many, curves->count);
        else if (curves->defined < page->classes)
            fprintf(page->out,
                    " %s of %s %s have no curves: all rows are of them, or none, or their outputs are not numbers.",
                    NNI_AMOUNT(page->classes - curves->defined), NNI_AMOUNT(page->classes), many);
    }
    fputs("</p>\n", page->out);
    return nni_texts_end(&texts, true, error);
}

nn_status nni_write_class_curves(const nni_class_page *page, nn_error *error)
{
    struct curves curves = {.page = page};
    nni_texts texts = {0};
    NN_TRY(choose(&curves, error));
    fputs("<h3>Thresholds and calibration</h3>\n", page->out);
    NN_TRY(write_words(&curves, error));
    nni_write_calibration(page);
    nni_row_of_figures_begin(page->out);
    if (curves.count > 0) {
        NN_TRY(write_plot(&curves, true, error));
        NN_TRY(write_plot(&curves, false, error));
    }
    const bool drawn = nni_draw_reliability(page, &texts);
    nni_row_of_figures_end(page->out);
    return nni_texts_end(&texts, drawn, error);
}
