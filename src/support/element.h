/* SPDX-License-Identifier: MIT */
/** Number types: what data is stored as, and what is summed. */
#ifndef NNI_SUPPORT_ELEMENT_H
#define NNI_SUPPORT_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A type of C that holds one number. */
typedef enum nni_element {
    NNI_INT8,
    NNI_INT16,
    NNI_INT32,
    NNI_INT64,
    NNI_UINT8,
    NNI_UINT16,
    NNI_UINT32,
    NNI_UINT64,
    NNI_FLOAT,
    NNI_DOUBLE,
#ifdef NNTRAIN_DOUBLE
    NNI_REAL = NNI_DOUBLE, /**< an nni_real */
#else
    NNI_REAL = NNI_FLOAT, /**< an nni_real */
#endif
} nni_element;

enum { NNI_ELEMENT_COUNT = NNI_DOUBLE + 1 };

/** @return bytes of an element */
static inline size_t nni_element_size(nni_element element)
{
    static const size_t sizes[NNI_ELEMENT_COUNT] = {
        [NNI_INT8] = sizeof(int8_t),     [NNI_INT16] = sizeof(int16_t),   [NNI_INT32] = sizeof(int32_t),
        [NNI_INT64] = sizeof(int64_t),   [NNI_UINT8] = sizeof(uint8_t),   [NNI_UINT16] = sizeof(uint16_t),
        [NNI_UINT32] = sizeof(uint32_t), [NNI_UINT64] = sizeof(uint64_t), [NNI_FLOAT] = sizeof(float),
        [NNI_DOUBLE] = sizeof(double),
    };
    return sizes[element];
}

/** @return whether a float does not hold every number of the type exactly */
bool nni_element_is_wide(nni_element element);

/** @return the type that numbers of two types are read as: float where that holds both exactly, else double */
nni_element nni_element_common(nni_element a, nni_element b);

#endif
