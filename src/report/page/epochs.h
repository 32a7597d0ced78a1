/* SPDX-License-Identifier: MIT */
/** Plots of a run's figures over its epochs. */
#ifndef NNI_REPORT_PAGE_EPOCHS_H
#define NNI_REPORT_PAGE_EPOCHS_H

#include "report/page/section.h"

/** Figures over epochs that are one plot. Borrowed. */
typedef struct nni_epoch_plot {
    const char *title, *y_title;    /**< y_title: NULL: none */
    const nni_curve *const *curves; /**< [count]; NULL: none there */
    const char *const *names;       /**< [count] in the legend */
    size_t count;
    double scale; /**< values are multiplied by it; 0: as they are */
    bool wide;    /**< as wide as the page */
    bool best;    /**< with a line at the best epoch of the run's main curve */
} nni_epoch_plot;

/**
 * Draws curves over the epochs of a run, a colour for each place in `curves`; those without a finite value are left
 * out, and of none nothing is drawn. The axis is logarithmic where all values are positive, the largest is more than 20
 * times the smallest, and more is not better, as it is of an accuracy.
 */
nn_status nni_draw_epochs(const nni_page *page, const nni_epoch_plot *plot, nn_error *error);

#endif
