/* SPDX-License-Identifier: MIT */
/** Runs in formats of other programs: TensorBoard's event files, a table of their figures, and JSON. */
#ifndef NNI_REPORT_EVENTS_EVENTS_H
#define NNI_REPORT_EVENTS_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/**
 * Writes the runs as TensorBoard reads them: `folder`/NAME/events.out.tfevents.SECONDS.nntrain for each, with scalars
 * by epoch, histograms by layer, and images of first-layer weights and frames. Folders are made where they are not
 * there; an event file of the same run is replaced. Local.
 *
 * @param runs  [count]; runs of one name get a number behind it
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_report_tensorboard(const nni_history *const *runs, size_t count, const char *folder, nn_error *error);

/**
 * Writes one table (RFC 4180) of all figures: a row for each epoch of each run, columns `run`, `epoch` and every figure
 * that one of them has; empty where a run has none. Local.
 *
 * @param path  an existing file is replaced, once the new one is complete
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_report_csv(const nni_history *const *runs, size_t count, const char *path, nn_error *error);

/**
 * Writes what reports know of the runs as JSON: state, origins, curves, best epochs, norms, histograms, ranks, and
 * figures of the recorded predictions. Local.
 *
 * @param share  without hosts, paths and user names
 * @param path   as of nni_report_csv
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_report_json(const nni_history *const *runs, size_t count, bool share, const char *path, nn_error *error);

#endif
