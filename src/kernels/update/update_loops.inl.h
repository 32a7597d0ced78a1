/** The loops of updates of one instruction set; not a header of declarations. */
#include "kernels/update/optimizers.inl.h"
