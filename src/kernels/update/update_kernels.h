/** Loops of descent without threads: one table per instruction set, each defined in a file of its own. */
#ifndef NNI_KERNELS_UPDATE_UPDATE_KERNELS_H
#define NNI_KERNELS_UPDATE_UPDATE_KERNELS_H

#include "kernels/update/update.h"

typedef struct nni_update_kernels {
    void (*step[NNI_UPDATE_KINDS])(const nni_update_coefficients *terms, nni_update_arrays at, size_t count);
    double (*squares)(const nni_real *values, size_t count);
    double (*slope_squares)(const nni_update_coefficients *terms, nni_update_arrays at, size_t count);
} nni_update_kernels;

extern const nni_update_kernels nni_update_portable;
#if defined(__x86_64__)
extern const nni_update_kernels nni_update_avx2;
extern const nni_update_kernels nni_update_avx512;
#endif

#endif
