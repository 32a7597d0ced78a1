/* SPDX-License-Identifier: MIT */
/** The type of a dataset's values, in words. */
#ifndef NNI_INSPECT_TYPE_H
#define NNI_INSPECT_TYPE_H

#include <hdf5.h>
#include <stdio.h>

/** Prints e.g. "uint8", "float32 big-endian", "text of 10 bytes", "compound of 2 fields: a float32, b int64". */
void nni_inspect_print_type(FILE *out, hid_t type);

#endif
