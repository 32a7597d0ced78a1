/**
 * What stands for parts of MPI, of the C library and of the processor in a simulated run, included before every file of
 * it.
 *
 * SMPI 3.32 lets MPI_Iallreduce send everybody's whole array to everybody, which no MPI library does. In its place
 * stands what MPICH does: recursive doubling for short arrays, and for long ones a reduce-scatter by recursive halving
 * and an allgather by recursive doubling (R. Thakur, R. Rabenseifner, W. Gropp, Optimization of Collective
 * Communication Operations in MPICH, IJHPCA 19, 2005). As there, messages go on by themselves and rounds only inside
 * calls of MPI.
 */
#ifndef NN_SIM_INSTEAD_H
#define NN_SIM_INSTEAD_H

#include <mpi.h>
#include <stddef.h>

/** Simulated ranks call MPI from one thread each, but SMPI promises none. */
static inline int sim_init_thread(int *argc, char ***argv, int required, int *provided)
{
    *provided = required;
    return MPI_Init(argc, argv);
}

int sim_iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm world,
                   MPI_Request *request);
int sim_testall(int count, MPI_Request *requests, int *done, MPI_Status *statuses);
int sim_waitall(int count, MPI_Request *requests, MPI_Status *statuses);

/** The clock of this rank goes on by seconds of computation on a core of speed 1. */
void sim_compute(double seconds);

/** Seconds that one addition of gradients takes on such a core. */
void sim_set_addition(double seconds);
void sim_add(size_t count);

/**
 * Takes the one array that stands for all arrays of gradients, on this rank and the others: nobody looks at their
 * values.
 */
void sim_fold(size_t bytes);
void *sim_folded(void);

#undef MPI_Init_thread
#undef MPI_Iallreduce
#undef MPI_Testall
#undef MPI_Waitall
#define MPI_Init_thread sim_init_thread
#define MPI_Iallreduce  sim_iallreduce
#define MPI_Testall     sim_testall
#define MPI_Waitall     sim_waitall

#endif
