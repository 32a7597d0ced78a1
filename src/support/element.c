/* SPDX-License-Identifier: MIT */
#include "support/element.h"

#include <stdint.h>

size_t nni_element_size(nni_element element)
{
    static const size_t sizes[NNI_ELEMENT_COUNT] = {
        [NNI_INT8] = sizeof(int8_t),     [NNI_INT16] = sizeof(int16_t),   [NNI_INT32] = sizeof(int32_t),
        [NNI_INT64] = sizeof(int64_t),   [NNI_UINT8] = sizeof(uint8_t),   [NNI_UINT16] = sizeof(uint16_t),
        [NNI_UINT32] = sizeof(uint32_t), [NNI_UINT64] = sizeof(uint64_t), [NNI_FLOAT] = sizeof(float),
        [NNI_DOUBLE] = sizeof(double),
    };
    return sizes[element];
}

bool nni_element_is_wide(nni_element element)
{
    return nni_element_size(element) >= sizeof(float) && element != NNI_FLOAT;
}

nni_element nni_element_common(nni_element a, nni_element b)
{
    if (a == b)
        return a;
    return nni_element_is_wide(a) || nni_element_is_wide(b) ? NNI_DOUBLE : NNI_FLOAT;
}
