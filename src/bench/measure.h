/* SPDX-License-Identifier: MIT */
/** Timing: contestants that take turns, and the figures made of their times. */
#ifndef NNI_BENCH_MEASURE_H
#define NNI_BENCH_MEASURE_H

#include <stddef.h>

#include "nntrain/status.h"

/** Something to be timed. */
typedef struct nni_contestant {
    void (*run)(void *context);
    void *context;
} nni_contestant;

/** How long and how often. */
typedef struct nni_pace {
    double seconds; /**< a timing repeats its call until it has lasted that long */
    double settle;  /**< seconds of untimed calls before each timing: what one's idle threads take from the next */
    size_t threads; /**< that compute; see nni_bench_now */
    size_t repeat;  /**< timings of each contestant; 0: 7, or 3 where all of them together need more than 0.3 s */
} nni_pace;

/**
 * @param threads  that compute what is timed
 * @return seconds of a clock that only goes forward: with one thread, of what it has computed itself, so that others on
 * its core do not count (beside a compiler, medians by the wall clock were half of the truth for a third of the
 * products); else of the wall clock
 */
double nni_bench_now(size_t threads);

/** @return the median of count > 0 values, which are sorted; of an even count the mean of the middle two */
double nni_bench_median(double *values, size_t count);

/** @return the geometric mean of count > 0 positive values */
double nni_bench_geometric_mean(const double *values, size_t count);

/** @return seconds a call takes; called until it has lasted that long, in runs of 1, 2, 4, ... */
double nni_bench_time(const nni_contestant *contestant, double seconds, size_t threads);

/**
 * Times contestants in turns: in every repeat each of them once, so that a change of the clock hits all alike.
 *
 * @param medians  [count], receives the median seconds of a call of each
 * @return NN_SYSTEM where memory runs out
 */
nn_status nni_bench_round_robin(const nni_contestant *contestants, size_t count, nni_pace pace, double *medians,
                                nn_error *error);

#endif
