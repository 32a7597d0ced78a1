/** Loops of descent without threads: a table in each instruction set's folder. */
#ifndef NNI_KERNELS_UPDATE_UPDATE_KERNELS_H
#define NNI_KERNELS_UPDATE_UPDATE_KERNELS_H

#include "kernels/update/update.h"

typedef struct nni_update_kernels {
    void (*step[NNI_UPDATE_KINDS])(const nni_update_coefficients *terms, nni_update_arrays at, size_t count);
    double (*squares)(const nni_real *values, size_t count);
    double (*slope_squares)(const nni_update_coefficients *terms, nni_update_arrays at, size_t count);
} nni_update_kernels;

#endif
