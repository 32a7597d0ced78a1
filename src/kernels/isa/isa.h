/* SPDX-License-Identifier: MIT */
/**
 * The instruction sets that kernels are compiled for, and which of them is in use.
 *
 * Each is a folder here that defines one entry, nni_isa_<folder>; the list of them, in list.cmake, is the only place
 * that names them. Drivers (gemm, elementwise, update) reach their loops through the entry in use.
 */
#ifndef NNI_KERNELS_ISA_ISA_H
#define NNI_KERNELS_ISA_ISA_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"

/** An instruction set: what it is called, where it runs, and the tables of its loops. What is in a table is known to
 * its driver and to the files that fill it. */
typedef struct nni_isa {
    const char *name;        /**< its folder's, which NNTRAIN_ISA and the list give */
    const char *title;       /**< for people, such as AVX-512 */
    bool (*supported)(void); /**< whether this processor has it and the system saves its registers */
    bool fused;              /**< products round a multiply-add once: all such sets give the same bits */
    const struct nni_gemm_kernel *gemm;
    const struct nni_gemm_kernel *gemm_bf16; /**< of operands rounded to bfloat16. NULL in the double library */
    /** The same by an instruction for pairs of bfloat16. NULL: there is none. @return NULL: the processor lacks it */
    const struct nni_gemm_kernel *(*gemm_pairs)(void);
    const struct nni_elementwise_kernels *elementwise;
    const struct nni_update_kernels *update;
    const struct nni_peak_loops *peak;
} nni_isa;

/**
 * @return the instruction set in use: the fastest this processor has, or the one that the environment variable
 *         NNTRAIN_ISA names where the processor has it; found at the first call, the same ever after
 */
const nni_isa *nni_isa_in_use(void);

/** @return the i-th of those that this processor has, slowest first; NULL: there are no more */
const nni_isa *nni_isa_at(size_t i);

/** @return the last of them */
const nni_isa *nni_isa_fastest(void);

/** @return NN_USAGE where NNTRAIN_ISA names none of this processor's instruction sets, naming them */
nn_status nni_isa_check(nn_error *error);

#endif
