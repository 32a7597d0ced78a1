/* SPDX-License-Identifier: MIT */
#include "support/element.h"

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
