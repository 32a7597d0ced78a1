/* SPDX-License-Identifier: MIT */
/** The rows that a network is most wrong about. */
#ifndef NNI_REPORT_SECTIONS_WORST_ROWS_H
#define NNI_REPORT_SECTIONS_WORST_ROWS_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/**
 * Writes the rows that went most wrong, of classes the mistakes alone: as pictures where rows are images, else as a
 * table with their most unusual features. Nothing where none was recorded.
 *
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_write_worst_rows(FILE *out, const nni_history *run, nn_error *error);

#endif
