/* SPDX-License-Identifier: MIT */
/** The metrics by name, for recipes, messages and reports. */
#ifndef NNI_METRICS_METRIC_H
#define NNI_METRICS_METRIC_H

#include "nntrain/kinds.h"
#include "support/setting.h"

/** Kinds of metrics, by nn_metric: `training.stop.metric` of a recipe, keys of metrics.jsonl and of eval's JSON. */
extern const nni_domain nni_metric_domain;

/** @return whether figures of its metric are found by sorting the scores of all rows, which takes time and memory */
bool nni_metric_needs_ranking(nn_metric metric);

/** @return whether a metric is an error of values, with a figure of each output */
bool nni_metric_is_of_outputs(nn_metric metric);

#endif
