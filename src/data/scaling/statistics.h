/* SPDX-License-Identifier: MIT */
/** What a training split tells of each feature or target, over all ranks: the same bits on any number of them. */
#ifndef NNI_DATA_SCALING_STATISTICS_H
#define NNI_DATA_SCALING_STATISTICS_H

#include "comm/comm.h"
#include "data/dataset/dataset.h"

/** [features] each; NULL where not asked for. Owns its arrays. */
typedef struct nni_statistics {
    double *count;        /**< rows that have the feature: all, but where values may be missing or are set aside */
    double *mean;         /**< 0 where no row has it */
    double *square;       /**< sum of squared deviations from the mean */
    double *least, *most; /**< infinite where no row has it */
} nni_statistics;

/** What to measure. */
typedef enum nni_statistics_kind {
    NNI_STATISTICS_MOMENTS = 1, /**< count, mean and square */
    NNI_STATISTICS_RANGE = 2,   /**< least and most */
} nni_statistics_kind;

/**
 * Goes through the rows, once whatever is asked for, in double. Collective.
 *
 * Means and squared deviations are found slice by slice (Welford, 1962) and merged in slice order (Chan, Golub,
 * LeVeque, 1983).
 *
 * @param kinds  of nni_statistics_kind, added up
 */
nn_status nni_statistics_measure(const nni_dataset *dataset, unsigned kinds, nn_comm *comm, nni_statistics *statistics,
                                 nn_error *error);

/**
 * The same of the targets, [outputs] each, where they are values. Collective.
 *
 * @param log1p  of log(1 + y) in the place of y
 */
nn_status nni_statistics_measure_targets(const nni_dataset *dataset, bool log1p, unsigned kinds, nn_comm *comm,
                                         nni_statistics *statistics, nn_error *error);

/**
 * The moments of the values that lie in low ... high of their feature alone. Collective.
 *
 * @param low, high   [features]
 * @param statistics  measured before; count, mean and square are replaced
 */
nn_status nni_statistics_measure_within(const nni_dataset *dataset, const double *low, const double *high,
                                        nn_comm *comm, nni_statistics *statistics, nn_error *error);

void nni_statistics_free(nni_statistics *statistics);

/** @return standard deviation of feature i; 0 where no row has it */
double nni_statistics_deviation(const nni_statistics *statistics, size_t i);

/** Whole numbers that a feature is counted by, from its least one on. */
enum { NNI_COUNTED_VALUES = 64 };

/**
 * Counts how often some features have each of a few whole numbers. Collective.
 *
 * @param features  [count] that are looked at
 * @param first     [count] the number that the first counter of a feature stands for
 * @param counts    [count, NNI_COUNTED_VALUES + 1], zeroed here; the last one is of all other values
 */
nn_status nni_statistics_count(const nni_dataset *dataset, const size_t *features, const double *first, size_t count,
                               nn_comm *comm, double *counts, nn_error *error);

#endif
