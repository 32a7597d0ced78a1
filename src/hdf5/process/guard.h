/* SPDX-License-Identifier: MIT */
/** Turns a crash inside libhdf5, which damaged files can cause, into an error like others. */
#ifndef NNI_HDF5_PROCESS_GUARD_H
#define NNI_HDF5_PROCESS_GUARD_H

#include <stdbool.h>

#include "nntrain/status.h"

/**
 * Runs a function that calls HDF5 on a file. Where it crashes (SIGSEGV, SIGBUS, SIGFPE, SIGABRT), HDF5 is in no state
 * to be called again: what the caller has open is left open, and the process can only report the error and end.
 *
 * Not for collective reading, where other ranks wait inside HDF5. Handlers are the process's; one thread at a time.
 *
 * @return what the function returns, or NN_DATA with a sentence that names file and version of HDF5
 */
nn_status nni_hdf5_guard(const char *path, nn_status (*run)(void *context, nn_error *error), void *context,
                         nn_error *error);

/** @return whether HDF5 has crashed in this process, so that nothing of it may be called any more */
bool nni_hdf5_is_lost(void);

#endif
