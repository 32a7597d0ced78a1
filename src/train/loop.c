#include "train/run/run.h"

nn_status nni_run_loop(nni_run *run, nn_error *error)
{
    const nni_loss_settings *loss_kind = &run->recipe->loss;
    nni_progress *at = &run->progress;
    while (!run->finished && at->epoch < run->recipe->training.epochs) {
        while (at->epoch_step < run->epoch_steps) {
            nni_batch batch;
            nni_step_report report;
            bool more;
            nni_run_load(run, &batch); /* 1 load */
            nni_run_mark(run, NNI_SPAN_FORWARD);
            nni_network_forward(run->network, &batch, run->work); /* 2 forward */
            nni_run_mark(run, NNI_SPAN_LOSS);
            nni_loss(loss_kind, run->network, &batch, run->work); /* 3 loss */
            NN_TRY(nni_loss_allreduce_start(run, &batch, error)); /*   to all ranks */
            nni_run_mark(run, NNI_SPAN_BACKWARD);
            nni_network_backward(loss_kind, run->network, &batch, run->work); /* 4 backpropagation; averaging begins */
            NN_TRY(nni_run_batch_done(run, &more, error));
            if (more)
                continue;                                           /* more batches before the descent */
            NN_TRY(nni_loss_allreduce_finish(run, &report, error)); /*   the loss over all ranks */
            NN_TRY(nni_run_update(run, &report, error));            /* 5 descent, as averages arrive */
            NN_TRY(nni_run_step_done(run, &report, error));
        }
        NN_TRY(nni_run_epoch_done(run, error));
    }
    return NN_OK;
}
