/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/plot.h"
#include "report/figures/figures.h"
#include "report/page/parts.h"
#include "report/sections/class_parts.h"

/* What the diagram shows. */
struct reliability {
    bool classes;
    nni_calibration bins;
    double middle[NNI_CALIBRATION_BINS], share[NNI_CALIBRATION_BINS]; /* of the bins, and of the weight in each */
    double confident, right;                                          /* means over all */
};

/* @return false: no output is a number */
static bool measure(const nni_class_page *page, struct reliability *of)
{
    double weight = 0;
    *of = (struct reliability){.classes = page->record->kind == NN_PREDICTS_CLASSES};
    nni_calibrate(page->record, &of->bins);
    for (size_t i = 0; i < NNI_CALIBRATION_BINS; i++)
        weight += of->bins.weight[i];
    for (size_t i = 0; i < NNI_CALIBRATION_BINS; i++) {
        of->middle[i] = ((double)i + 0.5) / NNI_CALIBRATION_BINS;
        of->share[i] = of->bins.weight[i] / weight;
        if (of->bins.weight[i] > 0) {
            of->confident += of->share[i] * of->bins.confidence[i];
            of->right += of->share[i] * of->bins.accuracy[i];
        }
    }
    return weight > 0;
}

void nni_write_calibration(const nni_class_page *page)
{
    FILE *out = page->out;
    struct reliability of;
    if (!measure(page, &of))
        return;
    fprintf(out, "<p>Calibration: the mean probability of %s is ",
            of.classes ? "the predicted class" : "all labels, over all rows,");
    nni_put_figure(out, "confidence", of.confident);
    fprintf(out, "; the share of %s is ", of.classes ? "right predictions" : "labels that hold");
    nni_put_figure(out, "right", of.right);
    fprintf(out, ". The expected calibration error (ECE, %d bins) is ", NNI_CALIBRATION_BINS);
    nni_put_figure(out, "ece", of.bins.ece);
    fprintf(out, ". In the diagram, points below the diagonal mean that %s; bars are shares of all %s.</p>\n",
            of.classes ? "the network is surer than it should be"
                       : "labels hold less often than their probability says",
            of.classes ? "rows" : "labels");
}

bool nni_draw_reliability(const nni_class_page *page, nni_texts *texts)
{
    struct reliability of;
    if (!measure(page, &of))
        return true;
    const double *x = of.bins.confidence, *y = of.bins.accuracy;
    const nni_series series[] = {
        {.name = of.classes ? "share of rows" : "share of labels",
         .form = NNI_SERIES_BARS,
         .x = of.middle,
         .y = of.share,
         .count = NNI_CALIBRATION_BINS,
         .colour = 1,
         .faint = true},
        {.name = of.classes ? "right" : "holds", .x = x, .y = y, .count = NNI_CALIBRATION_BINS},
        {.form = NNI_SERIES_POINTS, .x = x, .y = y, .count = NNI_CALIBRATION_BINS},
    };
    return nni_draw_plot(
        page->out, &(nni_plot){.title = "Reliability",
                               .description = nni_text(texts,
                                                       "How often %s over the probability given to them. Expected "
                                                       "calibration error %s, mean probability %s, share %s %s.",
                                                       of.classes ? "predictions are right" : "labels hold",
                                                       NNI_FIGURE(of.bins.ece), NNI_FIGURE(of.confident),
                                                       of.classes ? "right" : "that holds", NNI_FIGURE(of.right)),
                               .x = {.title = "probability given", .most = 1},
                               .y = {.title = of.classes ? "share that is right" : "share that holds", .most = 1},
                               .series = series,
                               .series_count = sizeof series / sizeof *series,
                               .width = 346,
                               .height = 346,
                               .square = true,
                               .diagonal = true,
                               .legend = true});
}
