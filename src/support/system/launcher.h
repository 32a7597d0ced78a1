/* SPDX-License-Identifier: MIT */
/** What mpirun or srun left in the environment of a process that it started. */
#ifndef NNI_SUPPORT_SYSTEM_LAUNCHER_H
#define NNI_SUPPORT_SYSTEM_LAUNCHER_H

/** @return the rank as text, known before MPI starts; NULL: no launcher started this process */
const char *nni_launcher_rank(void);

#endif
