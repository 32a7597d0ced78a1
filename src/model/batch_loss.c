/* SPDX-License-Identifier: MIT */
/* The loss of a batch and its gradient at the output layer. The loss of a row does not depend on threads, and rows are
 * added in their order and in double, so that the sum does not either. */
#include "model/batch_loss.h"

#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "model/losses/loss.h"
#include "support/extremes.h"
#include "support/threads/team.h"

/* Below this many outputs a second thread costs more than it saves; see kernels/elementwise/elementwise.c. */
static const size_t worth_threads = 32768;

static inline nni_loss_row row_of(const nni_loss_settings *loss, const nni_batch *batch, size_t outputs, size_t i)
{
    nni_loss_row row = {.loss = loss, .outputs = outputs};
    if (batch->y.classes)
        row.class = (size_t)batch->y.classes[i];
    else
        row.values = batch->y.values + i * outputs;
    return row;
}

/* The part of the losses of some rows that is found from the logits. */
static void read_logits(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *logits, size_t outputs,
                        nni_partition share, double *row_losses)
{
    const nni_loss_entry *entry = nni_loss_of(loss->name);
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        row_losses[i] = entry->of_logits(&row, logits + i * outputs);
    }
}

/* The losses of these rows, completed from the activations. */
static void read_outputs(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *a, size_t outputs,
                         nni_partition share, double *row_losses)
{
    const nni_loss_entry *entry = nni_loss_of(loss->name);
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        row_losses[i] = entry->of_outputs(&row, a + i * outputs, row_losses[i]);
    }
}

/* Whose loss, or gradient at the output, is computed. */
typedef struct loss_rows {
    const nni_loss_settings *loss;
    const nn_network *network;
    const nni_batch *batch;
    nni_workspace *work;
} loss_rows;

/* Some rows at a time, from their logits to their losses while they are in the level 1 cache. */
static void loss_share(void *context, nni_partition share)
{
    const loss_rows *of = context;
    const nni_loss_settings *loss = of->loss;
    const nn_network *network = of->network;
    const nni_batch *batch = of->batch;
    nni_workspace *work = of->work;
    enum { TOGETHER = 2048 }; /* outputs */
    const nni_loss_entry *entry = nni_loss_of(loss->name);
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    const size_t outputs = network->outputs, end = share.first + share.count;
    const size_t most = outputs < TOGETHER ? TOGETHER / outputs : 1;
    nni_real *output = nni_network_output(network, work);
    for (nni_partition rows = {share.first, 0}; rows.first < end; rows.first += rows.count) {
        nni_real *first = output + rows.first * outputs;
        rows.count = nni_smaller(most, end - rows.first);
        if (entry->of_logits)
            read_logits(loss, batch, output, outputs, rows, work->row_losses);
        if (work->logits)
            memcpy(work->logits + rows.first * outputs, first, rows.count * outputs * sizeof *first);
        nni_activate_rows(activation, first, rows.count, outputs);
        if (entry->of_outputs)
            read_outputs(loss, batch, output, outputs, rows, work->row_losses);
    }
}

double nni_loss(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch, nni_workspace *work)
{
    const size_t rows = batch->rows;
    nni_team_divide_work(rows * network->outputs, worth_threads, rows, 1, loss_share,
                         &(loss_rows){loss, network, batch, work});
    for (size_t i = 0; batch->weights && i < rows; i++)
        work->row_losses[i] *= (double)batch->weights[i];
    return rows > 0 ? nni_loss_of_rows(work, 0, rows) / (double)batch->global_rows : 0;
}

double nni_loss_of_rows(const nni_workspace *work, size_t first, size_t count)
{
    double sum = 0;
    for (size_t i = first; i < first + count; i++)
        sum += work->row_losses[i];
    return sum;
}

static void delta_share(void *context, nni_partition share)
{
    const loss_rows *of = context;
    const nni_loss_settings *loss = of->loss;
    const nn_network *network = of->network;
    const nni_batch *batch = of->batch;
    const nni_workspace *work = of->work;
    const size_t outputs = network->outputs;
    const nni_loss_entry *entry = nni_loss_of(loss->name);
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    const bool through_rows = !entry->from_logits && nni_activation_of(activation)->over_rows;
    const nni_real *a = nni_network_output(network, work);
    const double part = 1.0 / (double)batch->global_rows;
    for (size_t i = share.first; i < share.first + share.count; i++) {
        const nni_loss_row row = row_of(loss, batch, outputs, i);
        const double weight = batch->weights ? (double)batch->weights[i] : 1;
        nni_real *delta = work->delta + i * outputs;
        entry->gradient(&row, a + i * outputs, (nni_real)(part * weight), delta);
        if (through_rows)
            nni_activate_row_backward(activation, a + i * outputs, outputs, delta);
    }
}

void nni_output_delta(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch,
                      nni_workspace *work)
{
    const size_t rows = batch->rows, outputs = network->outputs;
    const nn_activation activation = network->layers[network->layer_count - 1].activation;
    nni_team_divide_work(rows * outputs, worth_threads, rows, 1, delta_share, &(loss_rows){loss, network, batch, work});
    const nni_activation_entry *entry = nni_activation_of(activation);
    if (!nni_loss_of(loss->name)->from_logits && !entry->over_rows)
        nni_activate_backward(activation, entry->needs_input ? work->logits : nni_network_output(network, work),
                              work->delta, rows * outputs);
}
