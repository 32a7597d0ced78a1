/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "train/callbacks/callbacks.h"
#include "train/callbacks/trace_file.h"
#include "train/run/format.h"
#include "train/run/run.h"

static nn_status end(void *self, nni_run *run, nn_error *error)
{
    (void)self;
    nni_trace_summary summary;
    NN_TRY(nni_trace_write(run->trace, &summary, error));
    if (!run->output.file)
        return NN_OK;
    if (run->output.style != NN_PROGRESS_QUIET)
        nni_output_say(&run->output, "trace    %s: %s of %s, for ui.perfetto.dev", nni_trace_path(run->trace),
                       nni_figure_plural(summary.spans, "span").text,
                       nni_figure_plural((uint64_t)run->comm->size, "rank").text);
    if (summary.lost > 0)
        nni_output_say(&run->output,
                       "warning  %s is full and lacks the last %s; --trace-limit takes a larger number for each rank",
                       nni_trace_path(run->trace), nni_figure_plural(summary.lost, "span").text);
    return NN_OK;
}

nn_status nni_callback_trace(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)error;
    *callback = (nni_callback){.self = NULL};
    if (run->trace)
        *callback = (nni_callback){.end = end, .halt = end};
    return NN_OK;
}
