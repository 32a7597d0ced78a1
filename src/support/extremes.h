/* SPDX-License-Identifier: MIT */
/** The smaller and the larger of two sizes. */
#ifndef NNI_SUPPORT_EXTREMES_H
#define NNI_SUPPORT_EXTREMES_H

#include <stddef.h>

static inline size_t nni_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t nni_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

#endif
