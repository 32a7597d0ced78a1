/* SPDX-License-Identifier: MIT */
/** The pages that a report may be, each written to a stream; nni_report_write has their files. */
#ifndef NNI_REPORT_PAGE_PAGE_H
#define NNI_REPORT_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"

typedef struct nni_report_options {
    bool share;  /**< without hosts, paths and user names */
    bool theory; /**< lay the runs out as the pictures of the theory */
} nni_report_options;

/** The page of one run. */
nn_status nni_report_run_page(FILE *out, const nni_history *run, const nni_report_options *options, nn_error *error);

/** Runs side by side (compare/). @param runs  [count] */
nn_status nni_report_compare_page(FILE *out, const nni_history *const *runs, size_t count,
                                  const nni_report_options *options, nn_error *error);

/** The pictures of the theory (theory/). @param runs  [count] */
nn_status nni_report_theory_page(FILE *out, const nni_history *const *runs, size_t count,
                                 const nni_report_options *options, nn_error *error);

#endif
