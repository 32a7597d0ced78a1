/** Loops of descent without threads: one table per instruction set, each defined in a file of its own. */
#ifndef NNI_KERNELS_UPDATE_UPDATE_KERNELS_H
#define NNI_KERNELS_UPDATE_UPDATE_KERNELS_H

#include "kernels/update/update.h"

typedef struct nn_descent_kernels {
    void (*step[NN_DESCENT_KINDS])(const nn_descent_terms *terms, nn_descent_arrays at, size_t count);
    double (*squares)(const nn_real *values, size_t count);
    double (*slope_squares)(const nn_descent_terms *terms, nn_descent_arrays at, size_t count);
} nn_descent_kernels;

extern const nn_descent_kernels nn_descent_portable;
#if defined(__x86_64__)
extern const nn_descent_kernels nn_descent_avx2;
extern const nn_descent_kernels nn_descent_avx512;
#endif

#endif
