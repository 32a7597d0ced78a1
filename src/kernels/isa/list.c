/* SPDX-License-Identifier: MIT */
#include "kernels/isa/isa.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NNI_ISA_LIST, from list.cmake, is NNI_ISA(name) for each, slowest first. */
#define NNI_ISA(name) extern const nni_isa nni_isa_##name;
NNI_ISA_LIST
#undef NNI_ISA
#define NNI_ISA(name) &nni_isa_##name,
static const nni_isa *const all[] = {NNI_ISA_LIST};

/* Found once: getenv is neither cheap nor safe beside a setenv of the caller's program. */
static _Atomic(const nni_isa *) in_use;

const nni_isa *nni_isa_at(size_t i)
{
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (all[k]->supported() && i-- == 0)
            return all[k];
    return NULL;
}

const nni_isa *nni_isa_fastest(void)
{
    const nni_isa *fastest = nni_isa_at(0);
    for (size_t i = 1; nni_isa_at(i); i++)
        fastest = nni_isa_at(i);
    return fastest;
}

/* @return NULL where this processor has no such instruction set */
static const nni_isa *find_named(const char *name)
{
    const nni_isa *isa;
    for (size_t i = 0; (isa = nni_isa_at(i)); i++)
        if (strcmp(name, isa->name) == 0)
            return isa;
    return NULL;
}

static const nni_isa *find(void)
{
    const char *name = getenv("NNTRAIN_ISA");
    const nni_isa *named = name ? find_named(name) : NULL;
    return named ? named : nni_isa_fastest();
}

nn_status nni_isa_check(nn_error *error)
{
    const char *name = getenv("NNTRAIN_ISA");
    char there[256] = "";
    if (!name || find_named(name))
        return NN_OK;
    const nni_isa *isa;
    for (size_t i = 0; (isa = nni_isa_at(i)); i++)
        snprintf(there + strlen(there), sizeof there - strlen(there), "%s%s", i > 0 ? ", " : "", isa->name);
    return nn_fail(
        error, NN_USAGE,
        "NNTRAIN_ISA=%s is no instruction set of this processor, which has %s; unset it, or name one of these", name,
        there);
}

const nni_isa *nni_isa_in_use(void)
{
    const nni_isa *isa = atomic_load_explicit(&in_use, memory_order_acquire), *none = NULL;
    if (isa)
        return isa;
    /* Of threads that look at the same time, the first one decides. */
    isa = find();
    return atomic_compare_exchange_strong(&in_use, &none, isa) ? isa : none;
}
