/* SPDX-License-Identifier: MIT */
/**
 * A team: threads that do parts of one piece of work together.
 *
 * What divides work knows no more than this, so that a program without OpenMP can have it, too: team.c has the teams of
 * OpenMP; libnninfer is linked with one whose only thread is the caller (infer/team.c).
 */
#ifndef NNI_SUPPORT_THREADS_TEAM_H
#define NNI_SUPPORT_THREADS_TEAM_H

#include <stdbool.h>
#include <stddef.h>

#include "support/threads/partition.h"

/** @return threads of a team, the caller included, at most */
size_t nni_team_size(void);

/** What each thread of a team does. @param thread  its number, below `threads` */
typedef void nni_team_body(void *context, size_t thread, size_t threads);

/** Has a team of up to `threads` do something, and waits for it. The caller, who is in no team, is thread 0. */
void nni_team_run(size_t threads, nni_team_body *body, void *context);

/** What is done to a share of some work. */
typedef void nni_team_share(void *context, nni_partition share);

/** Divides 0 .. count-1 among a team, in units of so many: 1, or NNI_TEAM_LINE for elements of an array that is
 * written, so that no two threads write to the same cache line. */
void nni_team_divide(size_t count, size_t unit, nni_team_share *share, void *context);

enum { NNI_TEAM_LINE = 16 }; /**< elements of a cache line */

/** @return whether the caller should do work of `count` itself: a team of one thread costs 300 ns for nothing, since it
 * wakes whoever might wait for it. @param worth  from where on a second thread saves more than it costs */
static inline bool nni_alone(size_t count, size_t worth)
{
    return count < worth || nni_team_size() == 1;
}

/** Divides likewise, where it is worth it: `work` of the whole is compared as nni_alone does. */
static inline void nni_team_divide_work(size_t work, size_t worth, size_t count, size_t unit, nni_team_share *share,
                                        void *context)
{
    if (nni_alone(work, worth))
        share(context, (nni_partition){0, count});
    else
        nni_team_divide(count, unit, share, context);
}

#endif
