/* SPDX-License-Identifier: MIT */
#include "kernels/isa/portable/wide_words.h"

#define NNI_ELEMENTWISE_TABLE nni_elementwise_portable
#include "kernels/elementwise/elementwise_loops.inl.h"
