/* SPDX-License-Identifier: MIT */
/**
 * What stands for parts of MPI, of the C library and of the processor in a simulated run, included before every file of
 * it.
 *
 * SMPI 3.32 lets MPI_Iallreduce send everybody's whole array to everybody, which no MPI library does. It is called
 * before a simulated step alone, to agree, and waited for at once: MPI_Allreduce does as well.
 */
#ifndef NNI_SIM_MPI_SHIM_H
#define NNI_SIM_MPI_SHIM_H

#include <mpi.h>
#include <sched.h>
#include <stddef.h>

/** Simulated ranks call MPI from one thread each, but SMPI promises none. */
static inline int sim_init_thread(int *argc, char ***argv, int required, int *provided)
{
    *provided = required;
    return MPI_Init(argc, argv);
}

static inline int sim_iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation,
                                 MPI_Comm world, MPI_Request *request)
{
    *request = MPI_REQUEST_NULL;
    return MPI_Allreduce(from, to, count, type, operation, world);
}

/** The clock of this rank goes on by seconds of computation on a core of speed 1. */
void sim_compute(double seconds);

/** Whoever polls lets time go by: a fifth of a microsecond, or a 16th of what it has waited, for fewer polls to be
 * played.
 */
int sim_yield(void);

/** Seconds that one addition of gradients takes on such a core. */
void sim_set_addition(double seconds);
void sim_add(size_t count);

/**
 * Takes the one array that stands for all arrays of gradients, on this rank and the others: nobody looks at their
 * values.
 */
void sim_fold(size_t bytes);
void *sim_folded(void);

#define sched_yield sim_yield
#undef MPI_Init_thread
#undef MPI_Iallreduce
#define MPI_Init_thread sim_init_thread
#define MPI_Iallreduce  sim_iallreduce

#endif
