/** Which micro-kernels a test of products is for. */
#ifndef NN_TESTS_GEMM_FIXTURE_H
#define NN_TESTS_GEMM_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "kernels/isa/dispatch.h"

/** Those in use, or where it is built so, those of a set that the processor need not have. */
static inline nni_isa tested_isa(void)
{
#ifdef EMULATED_ISA
    return EMULATED_ISA;
#else
    return nni_kernels_isa();
#endif
}

/** @return whether this processor cannot run them, which is said */
static inline bool cannot_emulate(void)
{
#ifdef EMULATED_ISA
    if (!nni_cpu_supports(NNI_ISA_AVX2)) {
        puts("skipped: the emulation needs AVX2");
        return true;
    }
#endif
    return false;
}

#endif
