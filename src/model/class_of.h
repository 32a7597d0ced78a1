/* SPDX-License-Identifier: MIT */
/** The class that a row of outputs speaks for. */
#ifndef NNI_MODEL_CLASS_OF_H
#define NNI_MODEL_CLASS_OF_H

#include <stddef.h>

/** @return index of the largest value, the first of several; of one value alone, whether it is at least 0.5. @param
 * values  [outputs] */
static inline size_t nni_class_of_values(const double *values, size_t outputs)
{
    size_t largest = 0;
    if (outputs == 1)
        return values[0] >= 0.5;
    for (size_t j = 1; j < outputs; j++)
        if (values[j] > values[largest])
            largest = j;
    return largest;
}

#endif
