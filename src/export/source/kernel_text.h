/* SPDX-License-Identifier: MIT */
/** Sources of the kernels that exported code is made of. */
#ifndef NNI_EXPORT_SOURCE_KERNEL_TEXT_H
#define NNI_EXPORT_SOURCE_KERNEL_TEXT_H

#include <stddef.h>

/** Lines of math.inl.h, activations.inl.h and normalize_loops.inl.h of kernels/elementwise, one file after the other;
 * ended by NULL. kernel_text.cmake makes the file that defines it. */
extern const char *const nni_kernel_text[];

#endif
