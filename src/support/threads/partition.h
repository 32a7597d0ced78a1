/* SPDX-License-Identifier: MIT */
/** Partition of 0 .. count-1 into contiguous shares, one a thread. */
#ifndef NNI_SUPPORT_THREADS_PARTITION_H
#define NNI_SUPPORT_THREADS_PARTITION_H

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

#endif
