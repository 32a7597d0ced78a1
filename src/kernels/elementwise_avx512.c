#define NN_ELEMENTWISE_TABLE nn_elementwise_avx512
#include "kernels/elementwise_loops.h"
