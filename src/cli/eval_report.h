/* SPDX-License-Identifier: MIT */
/** What nntrain eval tells: a report in 80 columns, or everything as JSON. */
#ifndef NNI_CLI_EVAL_REPORT_H
#define NNI_CLI_EVAL_REPORT_H

#include <stdio.h>

#include "cli/model.h"
#include "metrics/evaluate.h"

/** What there is to tell; borrowed. */
typedef struct nni_eval_report {
    const nni_model_session *session;
    const nni_metrics *metrics;
    size_t top_k; /* k of the metric top_k */
} nni_eval_report;

/** Every figure that applies; of classes, labels and outputs as many as a screen has room for. */
void nni_eval_print(const nni_eval_report *report, FILE *out);

/** One object with every figure, those of each class, label and output, and the confusion matrix. */
void nni_eval_print_json(const nni_eval_report *report, FILE *out);

#endif
