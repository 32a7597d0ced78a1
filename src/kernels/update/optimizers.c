/* SPDX-License-Identifier: MIT */
/* The domain of optimizers: the table of optimizers.inl.h without its loops, which each instruction set compiles. */
#define NNI_OPTIMIZERS_WITHOUT_LOOPS
#include "kernels/update/optimizers.inl.h"

const nni_domain nni_optimizer_domain = NNI_DOMAIN("optimizer", optimizers);

const nni_optimizer_entry *nni_optimizer_of(nn_optimizer_kind optimizer)
{
    return &optimizers[optimizer];
}

const char *nn_optimizer_name(nn_optimizer_kind optimizer)
{
    return nni_domain_name(&nni_optimizer_domain, optimizer);
}
