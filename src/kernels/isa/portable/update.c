#include "kernels/update/update_loops.inl.h"

const nn_descent_kernels nn_descent_portable = NN_DESCENT_TABLE;
