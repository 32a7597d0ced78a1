#define NN_ELEMENTWISE_TABLE nn_elementwise_portable
#include "kernels/elementwise/elementwise_loops.inl.h"
