/* SPDX-License-Identifier: MIT */
/* The system ends a process that takes the last of the memory without a word: hence the warning. */
#include "train/run/resource_usage.h"

#include "support/system/cpu.h"
#include "support/timeline.h"

/* Of what a host had when the training began, so much left is little. */
static const double scarce_share = 0.05;

void nni_resource_usage_begin(nni_resource_usage *usage)
{
    usage->last_step = nni_clock();
    usage->checked = usage->last_step;
    usage->available = (double)nni_host_memory_available();
}

void nni_resource_usage_step(nni_resource_usage *usage, double now)
{
    const double seconds = now - usage->last_step;
    usage->slowest = seconds > usage->slowest ? seconds : usage->slowest;
    usage->last_step = now;
}

/* The system's files take a tenth of a millisecond to read, which a short epoch has not. */
static bool is_scarce(nni_resource_usage *usage, double now)
{
    if (now - usage->checked < 1)
        return false;
    usage->checked = now;
    return (double)nni_host_memory_available() < scarce_share * usage->available;
}

nn_status nni_resource_usage_epoch(nni_resource_usage *usage, double waited, nn_comm *comm, const nni_output *output,
                                   nni_epoch_report *report, nn_error *error)
{
    enum { WAITED, SLOWEST, PEAK, SCARCE, FIGURES };
    const double now = nni_clock();
    double worst[FIGURES] = {
        [WAITED] = waited - usage->waited_before,
        [SLOWEST] = usage->slowest,
        [PEAK] = (double)nni_process_memory_peak(),
        [SCARCE] = is_scarce(usage, now),
    };
    usage->waited_before = waited;
    usage->slowest = 0;
    usage->last_step = now;
    NN_TRY(nni_comm_max_double(comm, worst, FIGURES, error));
    report->waited = worst[WAITED];
    report->slowest_step = worst[SLOWEST];
    report->memory_peak = worst[PEAK];
    if (worst[SCARCE] > 0 && !usage->warned) {
        usage->warned = true;
        nni_output_say(output,
                       "warning  a host has less than %g %% of its free memory left; the system ends processes that "
                       "take the last of it",
                       100 * scarce_share);
    }
    return NN_OK;
}
