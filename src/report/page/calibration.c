/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/plot.h"
#include "report/figures/figures.h"
#include "report/page/class_parts.h"
#include "report/page/parts.h"

nn_status nni_write_calibration(const nni_class_page *page, nn_error *error)
{
    const bool classes = page->record->kind == NN_PREDICTS_CLASSES;
    nni_calibration calibration;
    nni_calibrate(page->record, &calibration);
    double middle[NNI_CALIBRATION_BINS], share[NNI_CALIBRATION_BINS], weight = 0, confident = 0, right = 0;
    for (size_t i = 0; i < NNI_CALIBRATION_BINS; i++)
        weight += calibration.weight[i];
    if (!(weight > 0) || !isfinite(calibration.ece))
        return NN_OK; /* outputs that are not numbers */
    for (size_t i = 0; i < NNI_CALIBRATION_BINS; i++) {
        middle[i] = ((double)i + 0.5) / NNI_CALIBRATION_BINS;
        share[i] = calibration.weight[i] / weight;
        if (calibration.weight[i] > 0) {
            confident += share[i] * calibration.confidence[i];
            right += share[i] * calibration.accuracy[i];
        }
    }
    FILE *out = page->out;
    nni_texts texts = {0};
    fputs("<h3>Calibration</h3>\n<p>Expected calibration error (ECE, ", out);
    fprintf(out, "%d bins) ", NNI_CALIBRATION_BINS);
    nni_put_figure(out, "ece", calibration.ece);
    fprintf(out, ": %s a mean probability of ",
            classes ? "of the predicted classes, the network gives" : "of all labels, the network gives");
    nni_put_figure(out, "confidence", confident);
    fprintf(out, ", and a share of ");
    nni_put_figure(out, "right", right);
    fprintf(out, classes ? " is right." : " holds.");
    fputs(" Points below the diagonal: it is surer than it should be.</p>\n", out);
    const nni_series series[] = {
        {.name = classes ? "share of rows" : "share of labels",
         .form = NNI_SERIES_BARS,
         .x = middle,
         .y = share,
         .count = NNI_CALIBRATION_BINS,
         .colour = 1,
         .faint = true},
        {.name = classes ? "right" : "holds",
         .x = calibration.confidence,
         .y = calibration.accuracy,
         .count = NNI_CALIBRATION_BINS},
        {.form = NNI_SERIES_POINTS,
         .x = calibration.confidence,
         .y = calibration.accuracy,
         .count = NNI_CALIBRATION_BINS},
    };
    const bool drawn = nni_draw_plot(
        out, &(nni_plot){.title = "Reliability",
                         .description = nni_text(&texts,
                                                 "How often predictions are right over the probability given to them. "
                                                 "Expected calibration error %s, mean probability %s, share right %s.",
                                                 NNI_FIGURE(calibration.ece), NNI_FIGURE(confident), NNI_FIGURE(right)),
                         .x = {.title = "probability given", .most = 1},
                         .y = {.title = classes ? "share that is right" : "share that holds", .most = 1},
                         .series = series,
                         .series_count = sizeof series / sizeof *series,
                         .width = 440,
                         .height = 440,
                         .square = true,
                         .diagonal = true,
                         .legend = true});
    return nni_texts_end(&texts, drawn, error);
}
