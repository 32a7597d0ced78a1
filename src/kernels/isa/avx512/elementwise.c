#define NN_ELEMENTWISE_TABLE nn_elementwise_avx512
#include "kernels/elementwise/elementwise_loops.inl.h"
