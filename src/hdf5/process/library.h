/* SPDX-License-Identifier: MIT */
/** The HDF5 library of this process. */
#ifndef NNI_HDF5_PROCESS_LIBRARY_H
#define NNI_HDF5_PROCESS_LIBRARY_H

/**
 * Keeps HDF5 from tidying up when the process ends, for programs that close what they open: after a failed write, on a
 * full disk say, that tidying crashes. Ends HDF5's own printing of errors, too. To be called before anything else of
 * HDF5.
 */
void nni_disable_hdf5_atexit(void);

/** @return version of the HDF5 library and whether it is parallel, e.g. "1.10.8 (serial)". Not collective. */
const char *nni_hdf5_library(void);

#endif
