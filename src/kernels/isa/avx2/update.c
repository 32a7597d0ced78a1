/* SPDX-License-Identifier: MIT */
#include "kernels/update/update_loops.inl.h"

const nni_update_kernels nni_update_avx2 = NNI_UPDATE_TABLE;
