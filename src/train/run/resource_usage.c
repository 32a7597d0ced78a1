/* How far time and memory went at the worst: figures of an epoch, and a warning before the system ends a process that
 * takes the last of its memory, which it does without a word. */
#include "support/system/cpu.h"
#include "train/run/run.h"

/* Of what a host had when the training began, so much left is little. */
static const double scarce_share = 0.05;

void nni_resource_usage_begin(nni_run *run)
{
    nni_resource_usage *marks = &run->watermarks;
    marks->last_step = nni_clock();
    marks->looked = marks->last_step;
    marks->available = (double)nni_host_memory_available();
}

void nni_resource_usage_step(nni_run *run, double now)
{
    nni_resource_usage *marks = &run->watermarks;
    const double seconds = now - marks->last_step;
    marks->slowest = seconds > marks->slowest ? seconds : marks->slowest;
    marks->last_step = now;
}

static double waited(const nni_dataset *dataset)
{
    return dataset ? nni_dataset_waited(dataset) : 0;
}

/* The system's files take a tenth of a millisecond to read, which a short epoch has not. */
static bool is_scarce(nni_resource_usage *marks, double now)
{
    if (now - marks->looked < 1)
        return false;
    marks->looked = now;
    return (double)nni_host_memory_available() < scarce_share * marks->available;
}

nn_status nni_resource_usage_epoch(nni_run *run, nni_epoch_report *report, nn_error *error)
{
    enum { WAITED, SLOWEST, PEAK, SCARCE, FIGURES };
    nni_resource_usage *marks = &run->watermarks;
    const double now = nni_clock(), all = waited(run->train) + waited(run->validation) + waited(run->test);
    double worst[FIGURES] = {
        [WAITED] = all - marks->waited_before,
        [SLOWEST] = marks->slowest,
        [PEAK] = (double)nni_process_memory_peak(),
        [SCARCE] = is_scarce(marks, now),
    };
    marks->waited_before = all;
    marks->slowest = 0;
    marks->last_step = now;
    NN_TRY(nni_comm_max_double(run->comm, worst, FIGURES, error));
    report->waited = worst[WAITED];
    report->slowest_step = worst[SLOWEST];
    report->memory_peak = worst[PEAK];
    if (worst[SCARCE] > 0 && !marks->warned) {
        marks->warned = true;
        nni_run_say(run,
                    "warning  a host has less than %g %% of its free memory left; the system ends processes that "
                    "take the last of it",
                    100 * scarce_share);
    }
    return NN_OK;
}
