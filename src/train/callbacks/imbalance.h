/** Whether the ranks of a run have the same to do, or some wait for one. */
#ifndef NNI_TRAIN_CALLBACKS_IMBALANCE_H
#define NNI_TRAIN_CALLBACKS_IMBALANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/timeline.h"

/** Seconds of a rank. */
typedef struct nn_rank_time {
    double compute; /**< load, forward, loss, backward, descent and evaluate */
    double wait;    /**< for other ranks */
    double io;      /**< read and checkpoint */
    char host[64];
} nn_rank_time;

/** One kind of those, over the ranks. */
typedef struct nn_spread {
    double least, median, most;
} nn_spread;

typedef struct nn_balance {
    nn_spread compute, wait, io;
    size_t slowest; /**< rank that computes longest; of several the first */
    double excess;  /**< of its compute over the median, as a share of it; 0 where the median is 0 */
    bool held_up;   /**< whether that is so much that the others wait for it */
} nn_balance;

/** The seconds of a timeline; host is left to the caller. */
nn_rank_time nn_balance_time(const nn_timeline *timeline);

/**
 * Compares the ranks.
 *
 * @param ranks    [count], at least one
 * @param scratch  [count]
 */
nn_balance nn_balance_find(const nn_rank_time *ranks, size_t count, double *scratch);

/** Room for the texts of nn_balance_describe. */
enum { NN_BALANCE_TEXT = 256 };

/** "compute 12.1 / 12.3 / 14.9 s, wait 0.2 / 2.7 / 2.9 s, I/O 0.1 / 0.1 / 0.4 s (min / median / max of 8 ranks)" */
void nn_balance_describe(const nn_balance *balance, size_t count, char text[NN_BALANCE_TEXT]);

/** "slowest: rank 5 on node17, 21 % above the median: it holds the others up" */
void nn_balance_describe_slowest(const nn_balance *balance, const nn_rank_time *ranks, char text[NN_BALANCE_TEXT]);

#endif
