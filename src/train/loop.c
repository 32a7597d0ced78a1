/* SPDX-License-Identifier: MIT */
#include "train/loop.h"

#include "train/epoch.h"
#include "train/step.h"

nn_status nni_run_loop(nni_run *run, nn_error *error)
{
    const nni_loss_settings *loss = &run->recipe->loss;
    const nni_run_model *model = &run->model;
    const nni_progress *counters = &run->progress.counters;
    while (!run->progress.finished && counters->epoch < run->recipe->training.epochs) {
        while (counters->epoch_step < run->plan.epoch_steps) {
            nni_batch batch;
            nni_step_report report;
            for (bool more = true; more;) { /* one batch, or several that share an update */
                nni_step_load(run, &batch); /* 1 load */
                nni_run_mark(run, NNI_SPAN_FORWARD);
                nni_network_forward(model->network, &batch, model->work); /* 2 forward */
                nni_run_mark(run, NNI_SPAN_LOSS);
                nni_loss(loss, model->network, &batch, model->work); /* 3 loss */
                NN_TRY(nni_step_start_loss(run, &batch, error));
                nni_run_mark(run, NNI_SPAN_BACKWARD);
                nni_network_backward(loss, model->network, &batch, model->work); /* 4 backward; sums start */
                NN_TRY(nni_step_batch_done(run, &more, error));
            }
            NN_TRY(nni_step_finish_loss(run, &report, error)); /*   the loss over all ranks */
            NN_TRY(nni_step_update(run, &report, error));      /* 5 update: the parts of this rank */
            NN_TRY(nni_step_done(run, &report, error));        /*   callbacks */
        }
        NN_TRY(nni_epoch_done(run, error));
    }
    return NN_OK;
}
