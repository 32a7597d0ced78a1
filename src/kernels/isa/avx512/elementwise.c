/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx512/wide_words.h"

#define NNI_ELEMENTWISE_TABLE nni_elementwise_avx512
#include "kernels/elementwise/elementwise_loops.inl.h"
