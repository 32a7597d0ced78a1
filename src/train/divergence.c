#include "train/divergence.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernels/elementwise/elementwise.h"
#include "support/memory.h"
#include "train/divergence_cause.h"
#include "train/resume.h"

/* Warnings of skipped steps that a run says; a long one may have many, which its metrics count. */
enum { MOST_WARNINGS = 10 };

struct nni_divergence {
    double place;         /* of this rank's step in work, see place_of; infinity: none is known */
    char what[320];       /* the newest broken step, as part of a sentence */
    size_t times;         /* skip: broken steps in a row; rollback: times back to the same step */
    uint64_t back_at;     /* rollback: the step that was gone back to */
    size_t warnings;      /* said so far */
    nni_real *statistics; /* [statistics_count] of batch norm before the step; NULL: a broken step is not skipped */
};

nn_status nni_divergence_create(const nni_run *run, nni_divergence **result, nn_error *error)
{
    nni_divergence *trouble = NULL;
    NN_TRY(nni_allocate(1, sizeof *trouble, "the watch for NaN", &trouble, error));
    trouble->place = INFINITY;
    if (run->recipe->training.on_nan.name == NN_ON_NAN_SKIP) {
        const nn_status status = nni_allocate(run->network->statistics_count, sizeof(nni_real),
                                              "the statistics of a step", &trouble->statistics, error);
        if (status != NN_OK) {
            nni_release(trouble);
            return status;
        }
    }
    *result = trouble;
    return NN_OK;
}

void nni_divergence_free(nni_divergence *trouble)
{
    if (!trouble)
        return;
    nni_release(trouble->statistics);
    nni_release(trouble);
}

void nni_divergence_begin_step(nni_run *run)
{
    nni_divergence *trouble = run->trouble;
    const nn_network *network = run->network;
    trouble->place = INFINITY;
    if (trouble->statistics)
        memcpy(trouble->statistics, network->statistics, network->statistics_count * sizeof *network->statistics);
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

void nni_divergence_note(nni_run *run, const nni_batch *batch)
{
    if (isinf(run->trouble->place))
        run->trouble->place = (double)place_of(run->network, run->work, batch->rows);
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

static nn_status diverged(nni_run *run, nn_error *error)
{
    char cause[NNI_CAUSE_SIZE];
    nni_run_finish_checkpoints(run);
    NN_TRY(nni_find_divergence_cause(run, cause, error));
    return nn_fail(error, NN_DIVERGED, "%s; %s%s%s", run->trouble->what, cause,
                   run->last_checkpoint[0] ? "; the last good checkpoint is " : "", run->last_checkpoint);
}

static nn_status stop_or_go_on(nni_run *run, nni_step_report *report, nn_error *error)
{
    report->broken = true;
    return run->recipe->training.on_nan.name == NN_ON_NAN_STOP ? diverged(run, error) : NN_OK;
}

static const char *kind_of(double value)
{
    return isnan(value) ? "NaN" : "infinite";
}

nn_status nni_divergence_with_loss(nni_run *run, nni_step_report *report, nn_error *error)
{
    nni_divergence *trouble = run->trouble;
    char where[96];
    NN_TRY(nni_comm_min_double(run->comm, &trouble->place, 1, error));
    describe_place(run->network, trouble->place, where);
    snprintf(trouble->what, sizeof trouble->what, "the loss became %s in epoch %" PRIu64 ", step %" PRIu64 " (%s)",
             kind_of(report->loss), run->progress.epoch + 1, run->progress.epoch_step + 1, where);
    return stop_or_go_on(run, report, error);
}

nn_status nni_divergence_with_gradients(nni_run *run, size_t count, nni_step_report *report, nn_error *error)
{
    const nn_network *network = run->network;
    const nni_real *gradients = run->work->gradients;
    nni_divergence *trouble = run->trouble;
    size_t first = 0, t = 0;
    while (first + 1 < count && isfinite(gradients[first]))
        first++;
    while (t + 1 < network->tensor_count && network->tensors[t + 1].offset <= first)
        t++;
    snprintf(trouble->what, sizeof trouble->what,
             "a gradient became %s in epoch %" PRIu64 ", step %" PRIu64 " (the first in the %s of layer %zu)",
             kind_of((double)gradients[first]), run->progress.epoch + 1, run->progress.epoch_step + 1,
             nni_tensor_name(network->tensors[t].role), network->tensors[t].layer);
    return stop_or_go_on(run, report, error);
}

/* --- what follows --- */

static nn_status skip(nni_run *run, nn_error *error)
{
    nni_divergence *trouble = run->trouble;
    const nn_network *network = run->network;
    const size_t limit = run->recipe->training.on_nan.limit;
    memcpy(network->statistics, trouble->statistics, network->statistics_count * sizeof *network->statistics);
    if (++trouble->times > limit) {
        char cause[NNI_CAUSE_SIZE];
        nni_run_finish_checkpoints(run);
        NN_TRY(nni_find_divergence_cause(run, cause, error));
        return nn_fail(error, NN_DIVERGED,
                       "%s, after %zu steps in a row that were skipped, the most that training.on_nan.limit allows; %s",
                       trouble->what, limit, cause);
    }
    if (++trouble->warnings <= MOST_WARNINGS)
        nni_run_say(run, "warning  %s; the step is skipped%s", trouble->what,
                    trouble->warnings == MOST_WARNINGS ? "; metrics.jsonl counts further ones" : "");
    return NN_OK;
}

/* Where to: the newest intact checkpoint of the run's folder, else the one that it was continued from; or none. */
static nn_status find_way_back(nni_run *run, char path[PATH_MAX], nn_error *error)
{
    nn_status status = NN_OK;
    if (run->comm->rank == 0) {
        status = nni_resume_newest(run, path, error);
        if (status == NN_OK && path[0] == '\0')
            memcpy(path, run->last_checkpoint, PATH_MAX);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    return nn_comm_broadcast(run->comm, path, PATH_MAX, error);
}

static nn_status take_back(nni_run *run, const char *path, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(nni_resume_load(run, path, &checkpoint, error));
    memcpy(run->resumed_from, path, strlen(path) + 1);
    const nn_status status = nn_comm_agree(run->comm, nni_resume_check(run, checkpoint, error), error);
    if (status == NN_OK)
        nni_resume_take(run, checkpoint);
    nni_checkpoint_free(checkpoint);
    return status;
}

/* Without any checkpoint. */
static void begin_anew(nni_run *run)
{
    nni_optimizer *optimizer = run->optimizer;
    nni_network_initialize(run->network, &run->recipe->network, run->recipe->seed);
    for (size_t s = 0; s < optimizer->state_count; s++)
        memset(optimizer->state[s], 0, optimizer->count * sizeof *optimizer->state[s]);
    optimizer->steps = 0;
    run->progress = (nni_progress){.best = NAN, .schedule = nni_schedule_begin()};
}

/* Time goes on all the same. */
static void forget_epoch(nni_run *run, double seconds_before, double scale)
{
    run->seconds_before = seconds_before;
    run->progress.seconds = seconds_before + nni_clock() - run->began;
    run->progress.schedule.scale = scale;
    run->epoch_began = nni_clock();
    run->epoch_rows = 0;
}

static nn_status tell_observers(nni_run *run, nn_error *error)
{
    for (size_t i = 0; i < run->observer_count; i++) {
        nni_callback *observer = &run->observers[i];
        if (observer->rewind)
            NN_TRY(observer->rewind(observer->self, run, error));
    }
    return NN_OK;
}

static nn_status roll_back(nni_run *run, nn_error *error)
{
    nni_divergence *trouble = run->trouble;
    const nni_on_nan_settings *on_nan = &run->recipe->training.on_nan;
    const double scale = run->progress.schedule.scale * on_nan->factor, seconds_before = run->seconds_before;
    const double rate = nni_run_rate(run);
    char path[PATH_MAX] = "";
    nni_run_mark(run, NNI_SPAN_CHECKPOINT);
    nni_run_finish_checkpoints(run);
    NN_TRY(nni_run_check_lock(run, error));
    NN_TRY(find_way_back(run, path, error));
    if (path[0])
        NN_TRY(take_back(run, path, error));
    else
        begin_anew(run);
    trouble->times = run->progress.step == trouble->back_at ? trouble->times + 1 : 1;
    trouble->back_at = run->progress.step;
    if (trouble->times > on_nan->limit)
        return nn_fail(error, NN_DIVERGED,
                       "%s, after %zu times back to step %" PRIu64 ", the most that training.on_nan.limit allows, with "
                       "a learning rate that fell to %g; normalize the data or look for what is wrong with it",
                       trouble->what, on_nan->limit, run->progress.step, rate);
    forget_epoch(run, seconds_before, scale);
    nni_run_say(run, "warning  %s; back to %s with the learning rate times %g", trouble->what,
                path[0] ? path : "the beginning", scale);
    nni_run_mark(run, NNI_SPAN_NONE);
    return tell_observers(run, error);
}

nn_status nni_divergence_with_weights(nni_run *run, bool *back, nn_error *error)
{
    nni_divergence *trouble = run->trouble;
    double odd = nni_network_is_finite(run->network) ? 0 : 1;
    *back = false;
    NN_TRY(nni_comm_max_double(run->comm, &odd, 1, error));
    if (odd == 0)
        return NN_OK;
    snprintf(trouble->what, sizeof trouble->what, "a weight became NaN or infinite by step %" PRIu64,
             run->progress.step);
    if (run->recipe->training.on_nan.name != NN_ON_NAN_ROLLBACK)
        return diverged(run, error);
    *back = true;
    run->finished = false;
    return roll_back(run, error);
}

nn_status nni_divergence_mend(nni_run *run, bool *back, nn_error *error)
{
    *back = run->recipe->training.on_nan.name == NN_ON_NAN_ROLLBACK;
    return *back ? roll_back(run, error) : skip(run, error);
}

void nni_divergence_over(nni_run *run)
{
    if (run->recipe->training.on_nan.name == NN_ON_NAN_SKIP)
        run->trouble->times = 0;
}
