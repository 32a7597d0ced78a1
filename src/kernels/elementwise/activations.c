/* SPDX-License-Identifier: MIT */
/* The domain of activations: the table of activations.inl.h without its loops, which each instruction set compiles. */
#define NNI_ACTIVATIONS_WITHOUT_LOOPS
#include "kernels/elementwise/activations.inl.h"

const nni_domain nni_activation_domain = NNI_DOMAIN("activation", activations);

const nni_activation_entry *nni_activation_of(nn_activation activation)
{
    return &activations[activation];
}

const char *nn_activation_name(nn_activation activation)
{
    return nni_domain_name(&nni_activation_domain, activation);
}
