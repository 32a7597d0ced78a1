/* SPDX-License-Identifier: MIT */
#include "train/divergence.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "support/memory.h"
#include "train/divergence_cause.h"
#include "train/resume.h"
#include "train/run/gradient_sync.h"
#include "train/run/notify.h"
#include "train/run_folder/run_lock.h"

/* Warnings of skipped steps that a run prints; a long one may have many, which its metrics count. */
enum { WARNINGS_MAX = 10 };

struct nni_divergence {
    double place;           /* of this rank's step in work, see place_of; infinity: none is known */
    char what[320];         /* the newest step that diverged, as part of a sentence */
    size_t times;           /* skip: such steps in a row; rollback: restores of the same checkpoint */
    uint64_t restored_step; /* rollback: the step of the checkpoint restored last */
    size_t warnings;        /* printed so far */
    nni_real *statistics;   /* [statistics_count] of batch norm before the step; NULL: steps are not skipped */
};

nn_status nni_divergence_create(nni_run *run, nn_error *error)
{
    nni_divergence *divergence = NULL;
    NN_TRY(nni_allocate(1, sizeof *divergence, "the watch for NaN", &divergence, error));
    run->model.divergence = divergence;
    divergence->place = INFINITY;
    if (run->recipe->training.on_nan.name != NN_ON_NAN_SKIP)
        return NN_OK;
    return nni_allocate(run->model.network->statistics_count, sizeof(nni_real), "the statistics of a step",
                        &divergence->statistics, error);
}

void nni_divergence_free(nni_divergence *divergence)
{
    if (!divergence)
        return;
    nni_release(divergence->statistics);
    nni_release(divergence);
}

void nni_divergence_begin_step(nni_run *run)
{
    nni_divergence *divergence = run->model.divergence;
    const nn_network *network = run->model.network;
    divergence->place = INFINITY;
    if (divergence->statistics)
        memcpy(divergence->statistics, network->statistics, network->statistics_count * sizeof *network->statistics);
}

/* --- where it began --- */

static bool tensors_are_finite(const nn_network *network, size_t layer)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        if (tensor->layer == layer && !nni_all_finite(network->parameters + tensor->offset, tensor->count))
            return false;
    }
    return true;
}

/* In the order of a forward pass, so that the least of all ranks is the first: 2 l, the parameters of layer l; 2 l + 1,
 * what comes out of it; behind the last layer, the loss alone. */
static size_t place_of(const nn_network *network, const nni_workspace *work, size_t rows)
{
    for (size_t l = 0; l < network->layer_count; l++) {
        if (!tensors_are_finite(network, l))
            return 2 * l;
        if (!nni_all_finite(work->activations[l], rows * network->layers[l].outputs))
            return 2 * l + 1;
    }
    return 2 * network->layer_count;
}

void nni_divergence_locate(nni_run *run, size_t rows)
{
    if (isinf(run->model.divergence->place))
        run->model.divergence->place = (double)place_of(run->model.network, run->model.work, rows);
}

static void describe_place(const nn_network *network, double place, char text[96])
{
    const size_t at = (size_t)place, l = at / 2;
    if (l >= network->layer_count)
        snprintf(text, 96, "all layers are finite");
    else
        snprintf(text, 96, "the first in the %s of layer %zu (%zu %s)", at % 2 ? "outputs" : "parameters", l,
                 network->layers[l].outputs, nn_activation_name(network->layers[l].activation));
}

static nn_status find_cause(const nni_run *run, char text[NNI_CAUSE_SIZE], nn_error *error)
{
    return nni_find_divergence_cause(&run->data, &run->recipe->optimizer, nni_run_rate(run), run->comm, text, error);
}

static nn_status fail_diverged(nni_run *run, nn_error *error)
{
    char cause[NNI_CAUSE_SIZE];
    nni_notify_finish_write(run);
    NN_TRY(find_cause(run, cause, error));
    return nn_fail(error, NN_DIVERGED, "%s; %s%s%s", run->model.divergence->what, cause,
                   run->files.last_checkpoint[0] ? "; the last good checkpoint is " : "", run->files.last_checkpoint);
}

static nn_status stop_if_asked(nni_run *run, nni_step_report *report, nn_error *error)
{
    report->diverged = true;
    return run->recipe->training.on_nan.name == NN_ON_NAN_STOP ? fail_diverged(run, error) : NN_OK;
}

static const char *kind_of(double value)
{
    return isnan(value) ? "NaN" : "infinite";
}

nn_status nni_divergence_of_loss(nni_run *run, nni_step_report *report, nn_error *error)
{
    nni_divergence *divergence = run->model.divergence;
    char where[96];
    NN_TRY(nni_comm_min_double(run->comm, &divergence->place, 1, error));
    describe_place(run->model.network, divergence->place, where);
    snprintf(divergence->what, sizeof divergence->what,
             "the loss became %s in epoch %" PRIu64 ", step %" PRIu64 " (%s)", kind_of(report->loss),
             run->progress.counters.epoch + 1, run->progress.counters.epoch_step + 1, where);
    return stop_if_asked(run, report, error);
}

nn_status nni_divergence_of_gradients(nni_run *run, double place, bool counted, nni_step_report *report,
                                      nn_error *error)
{
    const nn_network *network = run->model.network;
    nni_divergence *divergence = run->model.divergence;
    const size_t element = (size_t)(place / 2);
    size_t t = 0;
    while (t + 1 < network->tensor_count && network->tensors[t + 1].offset <= element)
        t++;
    snprintf(divergence->what, sizeof divergence->what,
             "a gradient became %s in epoch %" PRIu64 ", step %" PRIu64 " (the first in the %s of layer %zu)",
             place == 2 * (double)element ? "NaN" : "infinite", run->progress.counters.epoch + 1,
             run->progress.counters.epoch_step + !counted, nni_tensor_name(network->tensors[t].role),
             network->tensors[t].layer);
    return stop_if_asked(run, report, error);
}

/* --- what follows --- */

static nn_status skip(nni_run *run, nn_error *error)
{
    nni_divergence *divergence = run->model.divergence;
    const nn_network *network = run->model.network;
    const size_t limit = run->recipe->training.on_nan.limit;
    memcpy(network->statistics, divergence->statistics, network->statistics_count * sizeof *network->statistics);
    if (++divergence->times > limit) {
        char cause[NNI_CAUSE_SIZE];
        nni_notify_finish_write(run);
        NN_TRY(find_cause(run, cause, error));
        return nn_fail(error, NN_DIVERGED,
                       "%s, after %zu steps in a row that were skipped, the most that training.on_nan.limit allows; %s",
                       divergence->what, limit, cause);
    }
    if (++divergence->warnings <= WARNINGS_MAX)
        nni_output_say(&run->output, "warning  %s; the step is skipped%s", divergence->what,
                       divergence->warnings == WARNINGS_MAX ? "; metrics.jsonl counts further ones" : "");
    return NN_OK;
}

/* The newest intact checkpoint of the run's folder, else the one that it was continued from; or none. */
static nn_status find_checkpoint(nni_run *run, char path[PATH_MAX], nn_error *error)
{
    nn_status status = NN_OK;
    if (run->comm->rank == 0) {
        status = nni_resume_newest(run->files.folder, &run->output, path, error);
        if (status == NN_OK && path[0] == '\0')
            memcpy(path, run->files.last_checkpoint, PATH_MAX);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    return nn_comm_broadcast(run->comm, path, PATH_MAX, error);
}

static nn_status restore(nni_run *run, const char *path, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(nni_checkpoint_read(path, run->comm, &checkpoint, error));
    memcpy(run->files.resumed_from, path, strlen(path) + 1);
    nn_status status = nn_comm_agree(run->comm, nni_resume_check(run, checkpoint, error), error);
    if (status == NN_OK)
        status = nni_resume_take(run, checkpoint, error);
    nni_checkpoint_free(checkpoint);
    return status;
}

/* Back to the initial weights, where there is no checkpoint. */
static nn_status restart(nni_run *run, nn_error *error)
{
    NN_TRY(nni_resume_begin(run, error));
    run->progress.counters = (nni_progress){.best = NAN, .schedule = nni_schedule_begin()};
    return NN_OK;
}

/* Time spent stays spent. */
static void reset_clocks(nni_run *run, double seconds_before, double scale)
{
    run->progress.seconds_before = seconds_before;
    run->progress.counters.seconds = seconds_before + nni_clock() - run->progress.began;
    run->progress.counters.schedule.scale = scale;
    run->progress.epoch_began = nni_clock();
    run->progress.epoch_rows = 0;
}

static nn_status roll_back(nni_run *run, nn_error *error)
{
    nni_divergence *divergence = run->model.divergence;
    const nni_on_nan_settings *on_nan = &run->recipe->training.on_nan;
    const double scale = run->progress.counters.schedule.scale * on_nan->factor,
                 seconds_before = run->progress.seconds_before;
    const double rate = nni_run_rate(run);
    char path[PATH_MAX] = "";
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    nni_notify_finish_write(run);
    NN_TRY(nni_run_lock_agree(run->files.lock, run->comm, error));
    NN_TRY(find_checkpoint(run, path, error));
    NN_TRY(path[0] ? restore(run, path, error) : restart(run, error));
    divergence->times = run->progress.counters.step == divergence->restored_step ? divergence->times + 1 : 1;
    divergence->restored_step = run->progress.counters.step;
    if (divergence->times > on_nan->limit)
        return nn_fail(error, NN_DIVERGED,
                       "%s, after %zu times back to step %" PRIu64 ", the most that training.on_nan.limit allows, with "
                       "a learning rate that fell to %g; normalize the data or look for what is wrong with it",
                       divergence->what, on_nan->limit, run->progress.counters.step, rate);
    reset_clocks(run, seconds_before, scale);
    nni_output_say(&run->output, "warning  %s; back to %s with the learning rate times %g", divergence->what,
                   path[0] ? path : "the beginning", scale);
    nni_run_mark(run, NNI_SPAN_NONE);
    return nni_notify_rolled_back(run, error);
}

nn_status nni_divergence_handle(nni_run *run, const nni_step_report *report, bool *rolled_back, nn_error *error)
{
    const nn_on_nan what = run->recipe->training.on_nan.name;
    *rolled_back = report->diverged && what == NN_ON_NAN_ROLLBACK;
    if (report->diverged)
        return *rolled_back ? roll_back(run, error) : skip(run, error);
    if (what == NN_ON_NAN_SKIP)
        run->model.divergence->times = 0;
    return NN_OK;
}

static nn_status before_write(void *self, nni_run *run, bool *rolled_back, nn_error *error)
{
    nni_divergence *divergence = self;
    double infinite = nni_network_is_finite(run->model.network) ? 0 : 1;
    NN_TRY(nni_comm_max_double(run->comm, &infinite, 1, error));
    if (infinite == 0)
        return NN_OK;
    snprintf(divergence->what, sizeof divergence->what, "a weight became NaN or infinite by step %" PRIu64,
             run->progress.counters.step);
    if (!rolled_back || run->recipe->training.on_nan.name != NN_ON_NAN_ROLLBACK)
        return fail_diverged(run, error);
    *rolled_back = true;
    run->progress.finished = false;
    return roll_back(run, error);
}

nn_status nni_divergence_callback(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)error;
    *callback = (nni_callback){.before_write = before_write, .self = run->model.divergence};
    return NN_OK;
}
