#include "kernels/update/update_loops.inl.h"

const nn_descent_kernels nn_descent_avx2 = NN_DESCENT_TABLE;
