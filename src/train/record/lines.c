/* SPDX-License-Identifier: MIT */
#include "train/record/lines.h"

#include <errno.h>
#include <string.h>

/* Once; the training goes on. */
static void warn(nni_record_lines *lines, const char *what)
{
    if (!lines->warned)
        nni_output_say(&lines->run->output, "warning  %s; the report will lack what is not recorded", what);
    lines->warned = true;
}

void nni_record_lines_open(nni_record_lines *lines, const nni_run *run)
{
    const nni_progress *counters = &run->progress.counters;
    nn_error failure;
    lines->run = run;
    if (run->comm->rank == 0 && nni_epoch_lines_open(run->files.folder, "records.jsonl", counters->epoch,
                                                     counters->step, &lines->file, &failure) != NN_OK)
        warn(lines, failure.message);
}

bool nni_record_lines_lost(nni_record_lines *lines)
{
    return lines->run->comm->rank == 0 && nni_epoch_lines_removed(&lines->file);
}

void nni_record_lines_go_back(nni_record_lines *lines)
{
    const nni_progress *counters = &lines->run->progress.counters;
    nn_error failure;
    if (lines->run->comm->rank == 0 &&
        nni_epoch_lines_go_back(&lines->file, counters->epoch, counters->step, &failure) != NN_OK)
        warn(lines, failure.message);
}

void nni_record_lines_close(nni_record_lines *lines)
{
    nni_epoch_lines_close(&lines->file);
}

bool nni_record_line(nni_record_lines *lines, const char *event, nni_json *json)
{
    FILE *file = lines->run->comm->rank == 0 ? nni_epoch_lines_begin(&lines->file) : NULL;
    if (!file)
        return false;
    *json = (nni_json){.out = file, .flat = true};
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "epoch", lines->run->progress.counters.epoch);
    nni_json_text(json, "event", event);
    return true;
}

bool nni_record_lines_flush(nni_record_lines *lines)
{
    char what[PATH_MAX + 128];
    if (lines->run->comm->rank != 0 || nni_epoch_lines_end(&lines->file))
        return true;
    snprintf(what, sizeof what, "cannot write %s: %s", lines->file.path, strerror(errno));
    warn(lines, what);
    return false;
}
