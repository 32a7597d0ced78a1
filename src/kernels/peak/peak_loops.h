/* SPDX-License-Identifier: MIT */
/** What a core and its caches can do at most: loops of a few instructions, a table for each instruction set. */
#ifndef NNI_KERNELS_PEAK_PEAK_LOOPS_H
#define NNI_KERNELS_PEAK_PEAK_LOOPS_H

#include <stddef.h>

#include "support/real.h"

typedef struct nni_peak_loops {
    size_t flops; /**< operations of a step of multiply_add */
    /** Multiply-adds in registers, none of which waits for the one before: sum = sum * factor + term, `steps` times.
     * @param result  receives the total of all sums, so that the compiler leaves none out */
    void (*multiply_add)(size_t steps, nni_real factor, nni_real term, nni_real *result);
    /** Reads values [count] once, count a multiple of NNI_PEAK_CHUNK. @return their sum */
    nni_real (*read)(const nni_real *values, size_t count);
    /** a = b + factor * c over arrays [count], a multiple of NNI_PEAK_CHUNK (McCalpin's STREAM) */
    void (*triad)(nni_real *a, const nni_real *b, const nni_real *c, nni_real factor, size_t count);
} nni_peak_loops;

/** Values that the loops over memory take at a time: eight of the widest vectors. */
enum { NNI_PEAK_CHUNK = 128 };

#endif
