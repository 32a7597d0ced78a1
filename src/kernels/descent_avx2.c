#include "kernels/descent_loops.h"

const nn_descent_kernels nn_descent_avx2 = NN_DESCENT_TABLE;
