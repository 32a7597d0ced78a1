#include <inttypes.h>

#include "train/callbacks/callbacks.h"
#include "train/format.h"

static nn_status end(void *self, nn_run *run, nn_error *error)
{
    (void)self;
    nn_trace_summary summary;
    NN_TRY(nn_trace_write(run->trace, &summary, error));
    if (!run->out)
        return NN_OK;
    if (run->style != NN_PROGRESS_QUIET)
        nn_run_say(run, "trace    %s: %s of %s, for ui.perfetto.dev", nn_trace_path(run->trace),
                   nn_figure_plural(summary.spans, "span").text,
                   nn_figure_plural((uint64_t)run->comm->size, "rank").text);
    if (summary.lost > 0)
        nn_run_say(run, "warning  %s is full and lacks the last %s; --trace-limit takes a larger number for each rank",
                   nn_trace_path(run->trace), nn_figure_plural(summary.lost, "span").text);
    return NN_OK;
}

nn_status nn_observe_trace(nn_run *run, nn_observer *observer, nn_error *error)
{
    (void)error;
    *observer = (nn_observer){.self = NULL};
    if (run->trace)
        *observer = (nn_observer){.end = end, .halt = end};
    return NN_OK;
}
