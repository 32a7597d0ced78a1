/* SPDX-License-Identifier: MIT */
/** Reads every number of a history, for sanitizers to see that arrays are as long as their counts say. */
#ifndef NN_TESTS_HISTORY_SUM_H
#define NN_TESTS_HISTORY_SUM_H

#include "report/history/history.h"

static inline double history_sum_bins(const nni_histogram *histogram)
{
    double sum = 0;
    for (size_t bin = 0; bin < histogram->bins; bin++)
        sum += histogram->counts[bin];
    return sum;
}

static inline double history_sum_predictions(const nni_prediction_record *p)
{
    double sum = 0;
    for (size_t i = 0; p && i < p->rows; i++)
        sum += (double)p->row[i] + (p->class_of ? p->class_of[i] : 0) + (p->weight ? p->weight[i] : 0);
    for (size_t i = 0; p && i < p->rows * p->outputs; i++)
        sum += (p->output ? (double)p->output[i] : p->value[i]) + (p->label ? p->label[i] : 0) +
               (p->target ? p->target[i] : 0);
    for (size_t i = 0; p && i < p->worst_count; i++)
        sum += (double)p->row[p->worst[i]];
    for (size_t i = 0; p && p->worst_x && i < p->worst_count * p->features; i++)
        sum += (double)p->worst_x[i];
    return sum;
}

static inline double history_sum(const nni_history *history)
{
    double sum = history_sum_predictions(history->predictions);
    for (size_t i = 0; i < history->curve_count; i++)
        for (size_t epoch = 0; epoch < history->epochs; epoch++)
            sum += history->curves[i].values[epoch] + history->epoch[epoch];
    for (size_t layer = 0; layer < history->layer_count; layer++) {
        for (size_t i = 0; i < history->norm_count; i++)
            sum += history->norms[i].weight[layer] + history->norms[i].gradient[layer];
        for (size_t i = 0; i < history->histogram_count; i++) {
            const nni_layer_histograms *of = &history->histograms[i].layers[layer];
            sum += history_sum_bins(&of->weights) + history_sum_bins(&of->activations) +
                   history_sum_bins(&of->gradients) + (double)of->dead;
        }
    }
    for (size_t i = 0; i < history->rank_time_count; i++) {
        const nni_rank_record *ranks = &history->rank_times[i];
        for (size_t j = 0; j < ranks->listed; j++)
            sum += (double)ranks->rank[j] + ranks->compute[j] + ranks->wait[j] + ranks->evaluate[j] +
                   ranks->checkpoint[j] + ranks->io[j] + ranks->memory[j];
    }
    for (size_t i = 0; i < history->frame_count; i++) {
        const nni_frame *frame = &history->frames[i];
        for (size_t j = 0; j < frame->width * frame->height * frame->outputs; j++)
            sum += (double)frame->values[j];
    }
    const nni_surface *surface = &history->surface;
    for (size_t i = 0; surface->loss && i < surface->width * surface->height; i++)
        sum += (double)surface->loss[i];
    for (size_t i = 0; i < surface->path_count; i++)
        sum += surface->path[2 * i] + surface->path[2 * i + 1] + surface->path_step[i];
    return sum;
}

#endif
