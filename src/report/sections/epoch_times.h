/* SPDX-License-Identifier: MIT */
/** Where the time of each epoch went. */
#ifndef NNI_REPORT_SECTIONS_EPOCH_TIMES_H
#define NNI_REPORT_SECTIONS_EPOCH_TIMES_H

#include "nntrain/status.h"
#include "report/page/section.h"

/**
 * Draws the seconds of computing, waiting for ranks and evaluating over the epochs that recorded them: their means over
 * the ranks and, of several ranks, those of the one that computed longest in that epoch. What took no time is left out;
 * nothing where nothing was recorded.
 *
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_draw_epoch_times(const nni_page *page, nn_error *error);

#endif
