/** Memory that the ranks of one host share. */
#ifndef NN_COMM_SHARED_MEMORY_H
#define NN_COMM_SHARED_MEMORY_H

#include <stddef.h>

#include "nntrain/comm.h"

/** A part for each rank, which others read. Owns the mapping and its array. */
typedef struct nn_shared_memory {
    void *begin;
    size_t bytes;
    char **parts; /**< [ranks], each at the begin of a cache line */
} nn_shared_memory;

/**
 * Takes it, all zero. Collective over ranks that are all on one host. Where the system has no room for it, `begin` is
 * NULL on all of them, and that is no error.
 *
 * @param bytes  of this rank's part
 */
nn_status nn_shared_memory_take(nn_comm *comm, size_t bytes, nn_shared_memory *memory, nn_error *error);

/** Gives it back. What was never taken, and is all zero, is fine. */
void nn_shared_memory_release(nn_shared_memory *memory);

#endif
