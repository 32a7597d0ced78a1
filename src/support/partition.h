/* SPDX-License-Identifier: MIT */
/** Partition of 0 .. count-1 into contiguous shares, one a thread. */
#ifndef NNI_SUPPORT_PARTITION_H
#define NNI_SUPPORT_PARTITION_H

#include <omp.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct nni_partition {
    size_t first;
    size_t count;
} nni_partition;

/** @return share `index`, where each has so many and the first `longer` one more */
static inline nni_partition nni_partition_at(size_t index, size_t each, size_t longer)
{
    return (nni_partition){index * each + (index < longer ? index : longer), each + (index < longer)};
}

/** @return share `index` of `parts` of 0 .. count-1; shares differ by one at most */
static inline nni_partition nni_partition_of(size_t count, size_t index, size_t parts)
{
    if (parts <= 1) /* small products would notice the division */
        return (nni_partition){0, count};
    return nni_partition_at(index, count / parts, count % parts);
}

/** @return whether the caller, who is in no team, should do work of `count` itself: a team of one thread costs 300 ns
 * for nothing, since it wakes whoever might wait for it. @param worth  from where on a second thread saves more than it
 * costs */
static inline bool nni_alone(size_t count, size_t worth)
{
    return count < worth || omp_get_max_threads() == 1;
}

/** @return the calling thread's share */
static inline nni_partition nni_partition_of_calling(size_t count)
{
    return nni_partition_of(count, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());
}

/** @return the same, in cache lines of 16 elements so that threads do not write to the same line */
static inline nni_partition nni_partition_of_thread(size_t count)
{
    enum { LINE = 16 };
    nni_partition lines = nni_partition_of_calling((count + LINE - 1) / LINE);
    size_t first = lines.first * LINE, end = (lines.first + lines.count) * LINE;
    first = first < count ? first : count;
    return (nni_partition){first, (end < count ? end : count) - first};
}

#endif
