/* SPDX-License-Identifier: MIT */
/** Memory that the ranks of one host share. */
#ifndef NNI_COMM_ALLREDUCE_SHARED_MEMORY_H
#define NNI_COMM_ALLREDUCE_SHARED_MEMORY_H

#include <stddef.h>

#include "comm/comm.h"

/** A part for each rank, which others read. Owns the mappings and its array. */
typedef struct nni_shared_memory {
    void *begin;
    size_t bytes;
    char **parts; /**< [ranks], each at the begin of a page */
    void *own;    /**< this rank's part once more, with memory of its own behind it */
    size_t own_bytes;
} nni_shared_memory;

/**
 * Takes it, all zero. Collective over ranks that are all on one host. Where the system has no room for it, `begin` is
 * NULL on all of them, and that is no error.
 *
 * @param bytes   of this rank's part, which lies in memory near this rank
 * @param beside  bytes that follow its whole pages in parts[rank], and no other rank sees
 */
nn_status nni_shared_memory_take(nn_comm *comm, size_t bytes, size_t beside, nni_shared_memory *memory,
                                 nn_error *error);

/** Room that ranks of a host needed to share memory. */
typedef struct nni_shared_shortage {
    double needed; /**< bytes, with what others have there; 0: there was no shortage */
    double
        there; /**< bytes that the file system for it, /dev/shm, has at all; where the hosts differ, of the smallest */
} nni_shared_shortage;

/** Tells whether any memory could not be taken so far. Collective. */
nn_status nni_shared_memory_shortage(nn_comm *comm, nni_shared_shortage *shortage, nn_error *error);

/** Gives it back. What was never taken, and is all zero, is fine. */
void nni_shared_memory_release(nni_shared_memory *memory);

#endif
