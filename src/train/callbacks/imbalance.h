/* SPDX-License-Identifier: MIT */
/** Load balance of a run: seconds that ranks computed, waited and read, and whether one holds up the others. */
#ifndef NNI_TRAIN_CALLBACKS_IMBALANCE_H
#define NNI_TRAIN_CALLBACKS_IMBALANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/timeline.h"

/** Seconds of a rank. */
typedef struct nni_rank_time {
    double compute; /**< load, forward, loss, backward, update and evaluate */
    double wait;    /**< for other ranks */
    double io;      /**< read and checkpoint */
    char host[64];
} nni_rank_time;

/** One kind of those, over the ranks. */
typedef struct nni_spread {
    double least, median, most;
} nni_spread;

typedef struct nni_balance {
    nni_spread compute, wait, io;
    size_t slowest; /**< rank that computes longest; of several the first */
    double excess;  /**< of its compute over the median, as a share of it; 0 where the median is 0 */
    bool held_up;   /**< whether that is so much that the others wait for it */
} nni_balance;

/** The seconds of a timeline; host is left to the caller. */
nni_rank_time nni_balance_time(const nni_timeline *timeline);

/**
 * Compares the ranks.
 *
 * @param ranks    [count], at least one
 * @param scratch  [count]
 */
nni_balance nni_balance_find(const nni_rank_time *ranks, size_t count, double *scratch);

/** Bytes of the texts of nni_balance_describe. */
enum { NNI_BALANCE_TEXT = 256 };

/** "compute 12.1 / 12.3 / 14.9 s, wait 0.2 / 2.7 / 2.9 s, I/O 0.1 / 0.1 / 0.4 s (min / median / max of 8 ranks)" */
void nni_balance_describe(const nni_balance *balance, size_t count, char text[NNI_BALANCE_TEXT]);

/** "slowest: rank 5 on node17, 21 % above the median: it holds the others up" */
void nni_balance_describe_slowest(const nni_balance *balance, const nni_rank_time *ranks, char text[NNI_BALANCE_TEXT]);

#endif
