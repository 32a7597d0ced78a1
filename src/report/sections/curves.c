/* SPDX-License-Identifier: MIT */
/* Loss and metrics over epochs, a plot a metric with all its splits. */
#include <string.h>

#include "report/page/epochs.h"
#include "report/page/section.h"
#include "report/page/words.h"

static nn_status draw_metric(const nni_page *page, const char *metric, nn_error *error)
{
    const nni_history *run = page->run;
    const nni_curve *curves[NNI_FIGURE_SPLITS] = {NULL};
    for (size_t i = 0; i < run->curve_count; i++) {
        const char *other;
        const nni_figure_split split = nni_figure_split_of(run->curves[i].name, &other);
        if (split != NNI_FIGURE_OF_NONE && strcmp(metric, other) == 0)
            curves[split] = &run->curves[i];
    }
    const nni_words title = nni_metric_title(metric);
    const bool loss = strcmp(metric, "loss") == 0;
    return nni_draw_epochs(page,
                           &(nni_epoch_plot){.title = title.text,
                                             .curves = curves,
                                             .names = nni_figure_split_names,
                                             .count = NNI_FIGURE_SPLITS,
                                             .wide = loss,
                                             .best = true},
                           error);
}

static nn_status draw_rate(const nni_page *page, nn_error *error)
{
    static const char *const name = "learning rate";
    const nni_curve *rate = nni_history_curve(page->run, "learning_rate");
    return nni_draw_epochs(
        page, &(nni_epoch_plot){.title = "Learning rate", .curves = &rate, .names = &name, .count = 1}, error);
}

nn_status nni_section_curves(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    bool rate = false;
    if (run->epochs == 0)
        return NN_OK;
    nni_section_begin(page->out, "curves", "Loss and metrics");
    fputs("<div class=\"figures small\">\n", page->out);
    for (size_t i = 0; i < run->curve_count; i++) {
        const char *metric;
        if (!nni_metric_begins(run, i, &metric))
            continue;
        NN_TRY(draw_metric(page, metric, error));
        if (!rate) /* beside the loss, which is wide */
            NN_TRY(draw_rate(page, error));
        rate = true;
    }
    fputs("</div>\n", page->out);
    nni_section_end(page->out);
    return NN_OK;
}
