/* SPDX-License-Identifier: MIT */
/** Reports: what runs recorded as one HTML file that needs nothing else. */
#ifndef NNI_REPORT_REPORT_H
#define NNI_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"

typedef struct nni_report_options {
    bool share;  /**< without hosts, paths and user names */
    bool theory; /**< lay the runs out as the pictures of the theory */
} nni_report_options;

/**
 * Writes the report of one run, or of several side by side. Local.
 *
 * @param runs  [count]
 * @param path  an existing file is replaced, once the new one is complete
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_report_write(const nni_history *const *runs, size_t count, const nni_report_options *options,
                           const char *path, nn_error *error);

/** The page of one run, of several (compare/), and of the theory (theory/), to a stream. */
nn_status nni_report_run_page(FILE *out, const nni_history *run, const nni_report_options *options, nn_error *error);
nn_status nni_report_compare_page(FILE *out, const nni_history *const *runs, size_t count,
                                  const nni_report_options *options, nn_error *error);
nn_status nni_report_theory_page(FILE *out, const nni_history *const *runs, size_t count,
                                 const nni_report_options *options, nn_error *error);

#endif
