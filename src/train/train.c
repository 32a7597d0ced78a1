#include "train/train.h"

#include <math.h>
#include <string.h>

#include "train/callbacks/callbacks.h"
#include "train/run/signals.h"

typedef nn_status (*observer_maker)(nni_run *run, nni_callback *observer, nn_error *error);

/* In this order: nothing is told or kept of weights that ranks do not agree on, or of rows that changed; the line of an
 * epoch is in the metrics before the checkpoint that vouches for it, so that a resumed run finds every line up to its
 * epoch. Balance and trace, which end before the progress does, know all but its lines. */
static const observer_maker makers[] = {
    nni_callback_hang,    nni_callback_row_consistency, nni_callback_weight_consistency, nni_callback_progress,
    nni_callback_balance, nni_callback_trace,           nni_callback_metrics_file,       nni_callback_checkpoints};

static nn_status add_observers(nni_run *run, nn_error *error)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        NN_TRY(makers[i](run, &run->observers[i], error));
        run->observer_count = i + 1;
    }
    return NN_OK;
}

static nn_status begin_all(nni_run *run, nn_error *error)
{
    for (size_t i = 0; i < run->observer_count; i++)
        if (run->observers[i].begin)
            NN_TRY(run->observers[i].begin(run->observers[i].self, run, error));
    return NN_OK;
}

/* Last in, first out: the model is on the disk before the end says where it is. */
static nn_status end_all(nni_run *run, nn_error *error)
{
    for (size_t i = run->observer_count; i-- > 0;)
        if (run->observers[i].end)
            NN_TRY(run->observers[i].end(run->observers[i].self, run, error));
    return NN_OK;
}

/* What stopped the run is what is told in the end: trouble on top of it is a warning. */
static void halt_all(nni_run *run)
{
    nn_error trouble;
    for (size_t i = run->observer_count; i-- > 0;)
        if (run->observers[i].halt && run->observers[i].halt(run->observers[i].self, run, &trouble) != NN_OK)
            nni_run_say(run, "warning  %s", trouble.message);
}

/* A run that is resumed after its last epoch has nothing to do but to be tested. */
static nn_status test_finished(nni_run *run, nn_error *error)
{
    if (!run->evaluate_test || run->test_metrics.rows > 0)
        return NN_OK;
    nni_run_mark(run, NNI_SPAN_EVALUATE);
    NN_TRY(nni_evaluate(run->evaluate_test, &run->recipe->loss, run->network, run->work, &run->test_metrics, error));
    nni_run_mark(run, NNI_SPAN_NONE);
    return NN_OK;
}

static nn_status train(nni_run *run, nn_error *error)
{
    NN_TRY(nn_comm_agree(run->comm, add_observers(run, error), error));
    NN_TRY(nni_run_check_lock(run, error)); /* reading the data may have taken hours, or this run was suspended */
    NN_TRY(begin_all(run, error));
    run->began = run->epoch_began = nni_clock();
    nni_resource_usage_begin(run);
    run->finished = nni_run_was_finished(run);
    NN_TRY(nni_run_loop(run, error));
    NN_TRY(test_finished(run, error));
    return end_all(run, error);
}

nn_status nni_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_train_result *result,
                    nn_error *error)
{
    nni_run *run = NULL;
    *result = (nni_train_result){.tested = false};
    nni_signals_catch();
    nn_status status = nni_run_create(recipe, options, comm, &run, error);
    if (status == NN_OK) {
        status = train(run, error);
        /* On all ranks alike, so that they can still talk to each other. */
        if (status == NN_STOPPED || status == NN_DIVERGED)
            halt_all(run);
        snprintf(result->folder, sizeof result->folder, "%s", run->folder);
        snprintf(result->checkpoint, sizeof result->checkpoint, "%s", run->last_checkpoint);
        result->stopped = run->stopped;
        result->tested = run->test != NULL;
        result->test = run->test_metrics;
        result->test.support = result->test.confusion = NULL; /* with each, the run's */
        memset(result->test.each, 0, sizeof result->test.each);
    }
    nni_run_free(run);
    nni_signals_release();
    return status;
}
