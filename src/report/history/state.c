/* SPDX-License-Identifier: MIT */
/* How a run stands, and what its network counts. */
#include "report/history/history.h"

static bool is_complete(const nni_history *run)
{
    return run->planned_epochs > 0 && run->epochs > 0 && run->epoch[run->epochs - 1] >= (double)run->planned_epochs;
}

const char *nni_history_state(const nni_history *run)
{
    if (run->locked && (run->state == NNI_RUN_BEGUN || run->state == NNI_RUN_UNKNOWN))
        return "running";
    switch (run->state) {
    case NNI_RUN_BEGUN:
        return "killed";
    case NNI_RUN_FINISHED:
        return "finished";
    case NNI_RUN_STOPPED:
        return "stopped";
    case NNI_RUN_DIVERGED:
        return "diverged";
    case NNI_RUN_FAILED:
        return "failed";
    case NNI_RUN_UNKNOWN:
        break;
    }
    return is_complete(run) ? "finished" : "unknown";
}

size_t nni_history_parameters(const nni_history *run)
{
    size_t parameters = 0;
    for (size_t i = 0; i < run->layer_count; i++)
        parameters += run->layers[i].parameters;
    return parameters;
}
