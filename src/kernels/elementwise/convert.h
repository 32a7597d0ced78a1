/* SPDX-License-Identifier: MIT */
/**
 * Conversion of numbers of any type to reals, in one pass from source to destination. Without threads.
 *
 * Every operation is rounded by IEEE 754 on its own, so bits do not depend on a number's position in an array.
 */
#ifndef NNI_KERNELS_ELEMENTWISE_CONVERT_H
#define NNI_KERNELS_ELEMENTWISE_CONVERT_H

#include <stddef.h>

#include "support/element.h"
#include "support/real.h"

/** to[i] = (nni_real)from[i]; the arrays lie apart. */
void nni_convert(nni_element element, const void *from, nni_real *to, size_t count);

/** to[i] = (double)from[i]; the arrays lie apart. */
void nni_convert_double(nni_element element, const void *from, double *to, size_t count);

/** Offset and scale of each number, in double and rounded. */
typedef struct nni_scale {
    const double *offset, *scale;
    const nni_real *offset_real, *scale_real;
} nni_scale;

/**
 * to[i] = (from[i] - offset[i]) * scale[i]; to lies apart from the others.
 *
 * Types that a float holds exactly are computed in nni_real with the rounded offset and scale. All others are wide:
 * they are computed in double, and the result is rounded.
 */
void nni_convert_normalized(nni_element element, const void *from, const nni_scale *by, nni_real *to, size_t count);

#endif
