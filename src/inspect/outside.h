/* SPDX-License-Identifier: MIT */
/** Prints where a file has data outside of itself, whether a training may read it or not. */
#ifndef NNI_INSPECT_OUTSIDE_H
#define NNI_INSPECT_OUTSIDE_H

#include <stdio.h>

#include "hdf5/storage/reference.h"

#include <hdf5.h>

/**
 * Prints the sources of a virtual dataset, or the raw files of external storage; nothing of any other dataset.
 *
 * @param path  of the file, as it is open
 */
void nni_inspect_print_outside(FILE *out, hid_t dataset, const char *path, const nni_hdf5_fence *fence);

/** Prints an external link, or one of a user's own type. @param name  in full */
void nni_inspect_print_link(FILE *out, hid_t group, const char *link, const char *name, const char *path,
                            const nni_hdf5_fence *fence);

#endif
