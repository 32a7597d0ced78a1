/**
 * The one table per instruction set through which everything processor-specific is reached.
 *
 * A file per instruction set defines its table and nothing else knows the names behind it.
 */
#ifndef NNI_KERNELS_ISA_DISPATCH_H
#define NNI_KERNELS_ISA_DISPATCH_H

#include "nntrain/status.h"
#include "support/system/cpu.h"

/**
 * @return the instruction set in use: the best this processor has, or what the environment variable NNTRAIN_ISA
 *         (portable, avx2, avx512) names where the processor has it; found at the first call, the same ever after
 */
nni_isa nni_kernels_isa(void);

/** @return NN_USAGE where NNTRAIN_ISA names none of this processor's instruction sets, naming them */
nn_status nni_kernels_check(nn_error *error);

#endif
