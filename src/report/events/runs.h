/* SPDX-License-Identifier: MIT */
/** When the epochs of a run ended. */
#ifndef NNI_REPORT_EVENTS_RUNS_H
#define NNI_REPORT_EVENTS_RUNS_H

#include "report/history/history.h"

/** @return seconds since 1970 when a run was first begun, as its records tell; 0: they do not */
double nni_run_begin(const nni_history *run);

/** @return seconds since 1970 when so many epochs were complete: by the last origin before, and the seconds trained
 * since; without records by the age of metrics.jsonl */
double nni_run_time(const nni_history *run, double epoch);

#endif
