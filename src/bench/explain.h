/* SPDX-License-Identifier: MIT */
/** What each product of a step costs. */
#ifndef NNI_BENCH_EXPLAIN_H
#define NNI_BENCH_EXPLAIN_H

#include "bench/step_report.h"

/** Times every product of a training alone, and the update. @param training  has done a step */
nn_status nni_bench_step_explain(nni_bench_training *training, size_t repeat, nni_bench_step_result *result,
                                 nn_error *error);

#endif
