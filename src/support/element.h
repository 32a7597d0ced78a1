/** Types of number that data comes in. */
#ifndef NNI_SUPPORT_ELEMENT_H
#define NNI_SUPPORT_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A type of C that holds one number. */
typedef enum nn_element {
    NN_INT8,
    NN_INT16,
    NN_INT32,
    NN_INT64,
    NN_UINT8,
    NN_UINT16,
    NN_UINT32,
    NN_UINT64,
    NN_FLOAT,
    NN_DOUBLE,
#ifdef NNTRAIN_DOUBLE
    NN_REAL = NN_DOUBLE, /**< an nn_real */
#else
    NN_REAL = NN_FLOAT, /**< an nn_real */
#endif
} nn_element;

enum { NN_ELEMENT_COUNT = NN_DOUBLE + 1 };

/** @return bytes of an element */
size_t nn_element_size(nn_element element);

/** @return whether a float does not hold every number of the type exactly */
bool nn_element_is_wide(nn_element element);

/** @return the type that numbers of two types are read as: float where that holds both exactly, else double */
nn_element nn_element_common(nn_element a, nn_element b);

#ifdef __cplusplus
}
#endif

#endif
