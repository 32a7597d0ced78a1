#include "support/element.h"

#include <stdint.h>

size_t nn_element_size(nn_element element)
{
    static const size_t sizes[NN_ELEMENT_COUNT] = {
        [NN_INT8] = sizeof(int8_t),     [NN_INT16] = sizeof(int16_t),   [NN_INT32] = sizeof(int32_t),
        [NN_INT64] = sizeof(int64_t),   [NN_UINT8] = sizeof(uint8_t),   [NN_UINT16] = sizeof(uint16_t),
        [NN_UINT32] = sizeof(uint32_t), [NN_UINT64] = sizeof(uint64_t), [NN_FLOAT] = sizeof(float),
        [NN_DOUBLE] = sizeof(double),
    };
    return sizes[element];
}

bool nn_element_is_wide(nn_element element)
{
    return nn_element_size(element) >= sizeof(float) && element != NN_FLOAT;
}

nn_element nn_element_common(nn_element a, nn_element b)
{
    if (a == b)
        return a;
    return nn_element_is_wide(a) || nn_element_is_wide(b) ? NN_DOUBLE : NN_FLOAT;
}
