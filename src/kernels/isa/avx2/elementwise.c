#define NN_ELEMENTWISE_TABLE nn_elementwise_avx2
#include "kernels/elementwise/elementwise_loops.inl.h"
