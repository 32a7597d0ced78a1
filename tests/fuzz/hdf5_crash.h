/* SPDX-License-Identifier: MIT */
/** Crashes inside libhdf5, told apart from those of our own code. */
#ifndef NN_FUZZ_HDF5_CRASH_H
#define NN_FUZZ_HDF5_CRASH_H

/**
 * Has the process end as if done where libhdf5 crashes, with a line in the file $FUZZ_HDF5_CRASHES: damaged files bring
 * that about, the program contains it (hdf5/process/guard.h), and no more can be called of HDF5 afterwards. Other
 * crashes go where they went. To be called by a target at its beginning; only the first call does anything.
 */
void fuzz_part_hdf5_crashes(void);

#endif
