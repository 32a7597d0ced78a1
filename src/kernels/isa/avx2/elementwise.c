/* SPDX-License-Identifier: MIT */
#include "kernels/isa/avx2/wide_words.h"

#define NNI_ELEMENTWISE_TABLE nni_elementwise_avx2
#include "kernels/elementwise/elementwise_loops.inl.h"
