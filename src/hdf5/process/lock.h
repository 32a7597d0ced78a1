/* SPDX-License-Identifier: MIT */
/**
 * One thread at a time inside HDF5: parallel builds of it have no lock of their own, and reading ahead goes on while a
 * checkpoint is serialized.
 *
 * Taken by whatever calls HDF5 while a run may read ahead; opening files comes before that and needs none.
 */
#ifndef NNI_HDF5_PROCESS_LOCK_H
#define NNI_HDF5_PROCESS_LOCK_H

void nni_hdf5_lock(void);
void nni_hdf5_unlock(void);

#endif
