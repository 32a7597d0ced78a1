/* SPDX-License-Identifier: MIT */
/** The smaller and the larger of two sizes, and their greatest common divisor. */
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

/** Compares two doubles that are numbers, for qsort(3): ascending. */
static inline int nni_compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/** @return the greatest size that divides both; of 0 and a size, that size */
static inline size_t nni_common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif
