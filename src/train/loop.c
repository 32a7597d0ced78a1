#include "train/run.h"

nn_status nn_run_loop(nn_run *run, nn_error *error)
{
    const nn_recipe_loss *loss_kind = &run->recipe->loss;
    nn_progress *at = &run->progress;
    while (!run->finished && at->epoch < run->recipe->training.epochs) {
        while (at->epoch_step < run->epoch_steps) {
            nn_batch batch;
            nn_step_report report;
            bool more;
            nn_run_load(run, &batch); /* 1 load */
            nn_run_mark(run, NN_SPAN_FORWARD);
            nn_network_forward(run->network, &batch, run->work); /* 2 forward */
            nn_run_mark(run, NN_SPAN_LOSS);
            nn_loss(loss_kind, run->network, &batch, run->work); /* 3 loss */
            NN_TRY(nn_run_tell_loss(run, &batch, error));        /*   to all ranks */
            nn_run_mark(run, NN_SPAN_BACKWARD);
            nn_network_backward(loss_kind, run->network, &batch, run->work); /* 4 backpropagation; averaging begins */
            NN_TRY(nn_run_batch_done(run, &more, error));
            if (more)
                continue;                                /* more batches before the descent */
            NN_TRY(nn_run_outcome(run, &report, error)); /*   the loss over all ranks */
            NN_TRY(nn_run_descend(run, &report, error)); /* 5 descent, as averages arrive */
            NN_TRY(nn_run_step_done(run, &report, error));
        }
        NN_TRY(nn_run_epoch_done(run, error));
    }
    return NN_OK;
}
