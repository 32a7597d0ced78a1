/* SPDX-License-Identifier: MIT */
/** What event files, tables and JSON have in common: a name for each of several runs, and when its epochs ended. */
#ifndef NNI_REPORT_EVENTS_RUNS_H
#define NNI_REPORT_EVENTS_RUNS_H

#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"
#include "support/string_set.h"

/**
 * Names runs by their folders; of several by one name the later ones get a number: "digits", "digits-2". Each may be
 * the name of a file.
 *
 * @param names  empty; receives [count] names, to be freed with nni_string_set_free
 */
nn_status nni_name_runs(const nni_history *const *runs, size_t count, nni_string_set *names, nn_error *error);

/** @return seconds since 1970 when a run was first begun, as its records tell; 0: they do not */
double nni_run_begin(const nni_history *run);

/** @return seconds since 1970 when so many epochs were complete: by the last origin before, and the seconds trained
 * since; without records by the age of metrics.jsonl */
double nni_run_time(const nni_history *run, double epoch);

#endif
