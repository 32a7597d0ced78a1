/* SPDX-License-Identifier: MIT */
/** OpenMP threads of a rank: how many, and on which CPUs. */
#ifndef NNI_TRAIN_RUN_THREADS_H
#define NNI_TRAIN_RUN_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "comm/comm.h"

/** The OpenMP threads that a rank computes with. Plain facts to read. */
typedef struct nni_threads {
    size_t count; /**< threads in use */
    size_t cpus;  /**< this rank's share of the CPUs in its binding mask, hyperthreads included, at least 1 */
    size_t quota; /**< its share of the CPUs that its container or job may use the time of, at least 1; 0: no limit */
    bool limited; /**< the quota decided on the count */
    bool pinned;  /**< each thread keeps to a CPU of its own */
    uint64_t cpus_before[16]; /**< the calling thread's binding mask as it was, a bit a CPU */
    int count_before;         /**< threads that OpenMP would have used */
    int dynamic_before;       /**< whether it could have used fewer */
} nni_threads;

/**
 * Decides how many OpenMP threads this rank computes with, starts them, and pins each to a CPU of the binding mask: a
 * core each, close together, apart from those of the ranks that share the mask; both hyperthreads of a core only where
 * more threads are asked for than there are cores.
 *
 * Nothing is pinned where the user binds threads (OMP_PROC_BIND, OMP_PLACES, GOMP_CPU_AFFINITY), where threads are more
 * than CPUs, or where the ranks leave cores idle on a host that nobody bound them to a part of.
 *
 * Until nni_threads_release the calling thread is one of the pinned, and a thread started by it is born on its CPU.
 * This goes for OpenMP too: a smaller team than `count` (but not of one thread) ends the surplus threads, and those
 * started anew for the next larger team would all crowd there. So have teams of `count` threads, or of one. Release
 * before configuring anew.
 *
 * @param requested  of the recipe; 0: OMP_NUM_THREADS where set, else the physical cores of the binding mask divided by
 * the ranks that share them: never more threads than cores, or than the CPU quota of a container grants
 */
nni_threads nni_threads_configure(size_t requested, const nn_comm *comm);

/** Says where there are more threads than CPUs, or fewer because of a CPU quota. @param out  where to; NULL: nowhere */
void nni_threads_warn(const nni_threads *threads, FILE *out);

/** Unpins the threads and puts back what the calling thread had. Nothing to do for one that is all zero. */
void nni_threads_release(const nni_threads *threads);

#endif
