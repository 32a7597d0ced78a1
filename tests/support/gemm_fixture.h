/* SPDX-License-Identifier: MIT */
/** Which micro-kernels a test of products is for. */
#ifndef NN_TESTS_GEMM_FIXTURE_H
#define NN_TESTS_GEMM_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "kernels/isa/isa.h"

#ifdef EMULATED
extern const nni_isa emulated_isa;
#endif

/** Those in use, or where it is built so, those of a set that the processor need not have. */
static inline const nni_isa *tested_isa(void)
{
#ifdef EMULATED
    return &emulated_isa;
#else
    return nni_isa_in_use();
#endif
}

/** @return whether this processor cannot run them, which is said */
static inline bool cannot_emulate(void)
{
    if (tested_isa()->supported())
        return false;
    puts("skipped: the emulation needs AVX2");
    return true;
}

#endif
