/* SPDX-License-Identifier: MIT */
/* The loss of a batch and its gradient at the output layer. The loss of a row does not depend on threads, and rows are
 * added in their order and in double, so that the sum does not either. */
#include "model/batch_loss.h"

#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "model/losses/loss.h"
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

typedef void rows_work(const nni_loss_settings *loss, const nni_batch *batch, const nni_real *values, size_t outputs,
                       nni_partition share, double *row_losses);

typedef struct loss_rows {
    rows_work *work;
    const nni_loss_settings *loss;
    const nni_batch *batch;
    const nni_real *values;
    size_t outputs;
    double *row_losses;
} loss_rows;

static void do_rows(void *context, nni_partition share)
{
    const loss_rows *of = context;
    of->work(of->loss, of->batch, of->values, of->outputs, share, of->row_losses);
}

static void share_rows(rows_work *work, const nni_loss_settings *loss, const nni_batch *batch, const nni_real *values,
                       size_t outputs, double *row_losses)
{
    loss_rows of = {work, loss, batch, values, outputs, row_losses};
    nni_team_divide_work(batch->rows * outputs, worth_threads, batch->rows, 1, do_rows, &of);
}

double nni_loss(const nni_loss_settings *loss, const nn_network *network, const nni_batch *batch, nni_workspace *work)
{
    const size_t rows = batch->rows, outputs = network->outputs;
    const nni_loss_entry *entry = nni_loss_of(loss->name);
    const nni_real *output = nni_network_output(network, work);
    double *row_losses = work->row_losses;
    if (rows == 0)
        return 0;
    if (entry->of_logits)
        share_rows(read_logits, loss, batch, output, outputs, row_losses);
    if (work->logits)
        memcpy(work->logits, output, rows * outputs * sizeof *output);
    nni_network_activate_output(network, rows, work);
    if (entry->of_outputs)
        share_rows(read_outputs, loss, batch, output, outputs, row_losses);
    for (size_t i = 0; batch->weights && i < rows; i++)
        row_losses[i] *= (double)batch->weights[i];
    return nni_loss_of_rows(work, 0, rows) / (double)batch->global_rows;
}

double nni_loss_of_rows(const nni_workspace *work, size_t first, size_t count)
{
    double sum = 0;
    for (size_t i = first; i < first + count; i++)
        sum += work->row_losses[i];
    return sum;
}

typedef struct delta_rows {
    const nni_loss_settings *loss;
    const nn_network *network;
    const nni_batch *batch;
    nni_workspace *work;
} delta_rows;

static void delta_share(void *context, nni_partition share)
{
    const delta_rows *of = context;
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
    nni_team_divide_work(rows * outputs, worth_threads, rows, 1, delta_share,
                         &(delta_rows){loss, network, batch, work});
    const nni_activation_entry *entry = nni_activation_of(activation);
    if (!nni_loss_of(loss->name)->from_logits && !entry->over_rows)
        nni_activate_backward(activation, entry->needs_input ? work->logits : nni_network_output(network, work),
                              work->delta, rows * outputs);
}
