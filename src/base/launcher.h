/** What mpirun or srun left in the environment of a process that it started. */
#ifndef NN_BASE_LAUNCHER_H
#define NN_BASE_LAUNCHER_H

/** @return the rank as text, known before MPI starts; NULL: no launcher started this process */
const char *nn_launcher_rank(void);

#endif
