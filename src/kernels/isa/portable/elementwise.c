#define NNI_ELEMENTWISE_TABLE nni_elementwise_portable
#include "kernels/elementwise/elementwise_loops.inl.h"
