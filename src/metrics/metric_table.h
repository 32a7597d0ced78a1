/* SPDX-License-Identifier: MIT */
/** The table of metrics with the functions that compute them, for the evaluator. */
#ifndef NNI_METRICS_METRIC_TABLE_H
#define NNI_METRICS_METRIC_TABLE_H

#include "metrics/metric.h"
#include "metrics/ranking.h"
#include "metrics/tally.h"

/** All that metrics are computed from, of a whole split. Borrowed. */
typedef struct nni_measured {
    const nni_subject *subject;
    const nni_tally *tally;             /**< with its totals */
    const nni_ranking_figures *ranking; /**< NULL: scores are not ranked */
} nni_measured;

/** What a metric has figures of beside the one of the whole split. */
typedef enum nni_metric_parts {
    NNI_PARTS_NONE,
    NNI_PARTS_CLASSES,         /**< each class or label */
    NNI_PARTS_CLASSES_OF_MANY, /**< the same, but nothing where there are two classes */
    NNI_PARTS_OUTPUTS,         /**< each output */
} nni_metric_parts;

/** An entry. Adding a metric is an enumerator of nn_metric, and an entry with its functions in metric_table.c. */
typedef struct nni_metric_kind {
    nni_kind kind;
    bool lower_is_better;
    bool ranked;                                   /**< computed from the ranking of scores */
    const char *needs;                             /**< targets that it is measured on, as a message says them */
    bool (*applies)(const nni_subject *subject);   /**< whether these are such targets */
    const char *needs_also;                        /**< what such targets must have for it to be defined */
    const char *has_instead;                       /**< what they have where they do not */
    bool (*defined)(const nni_subject *subject);   /**< NULL: always */
    double (*value)(const nni_measured *measured); /**< NULL: mean of the parts, or of two classes that of class 1 */
    nni_metric_parts parts;
    double (*part)(const nni_measured *measured, size_t part); /**< of one class, label or output */
} nni_metric_kind;

/** @return the entry of a metric */
const nni_metric_kind *nni_metric_kind_of(nn_metric metric);

/** @return whether a metric can be measured on the subject, and is defined for the targets there are */
bool nni_metric_is_defined(nn_metric metric, const nni_subject *subject);

/** @return how many classes, labels or outputs a metric has figures of; 0: it has none */
size_t nni_metric_part_count(const nni_metric_kind *kind, const nni_subject *subject);

/**
 * Computes a metric that applies to the subject.
 *
 * @param each  [part count] receives the figures of the parts
 * @return the figure of the whole split
 */
double nni_metric_compute(const nni_metric_kind *kind, const nni_measured *measured, double *each);

#endif
