/* SPDX-License-Identifier: MIT */
/** Aligned memory; allocated before a loop, never inside it. */
#ifndef NNI_SUPPORT_MEMORY_H
#define NNI_SUPPORT_MEMORY_H

#include <stddef.h>

#include "nntrain/status.h"

/** Cache line and widest vector: the alignment of every numeric array. */
enum { NNI_ALIGNMENT = 64 };

/**
 * Takes count * size bytes, zeroed and aligned to NNI_ALIGNMENT.
 *
 * @param what  names the array in the message where memory runs out, e.g. "the gradients"
 * @param memory  receives the array, to be released with nni_release; a valid pointer also where count is 0
 * @return NN_SYSTEM where the product overflows or memory runs out
 */
nn_status nni_allocate(size_t count, size_t size, const char *what, void *memory, nn_error *error);

/** The same without zeros: pages that nobody writes to take no memory. From 2 MiB on an array begins a page. */
nn_status nni_reserve(size_t count, size_t size, const char *what, void *memory, nn_error *error);

/** Copies a text, to be released with nni_release; a text of NULL leaves the copy as it is. */
nn_status nni_copy_text(const char *text, char **copy, nn_error *error);

/** Releases what nni_allocate took; NULL is fine. */
void nni_release(void *memory);

#endif
