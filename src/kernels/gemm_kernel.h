/** The micro-kernels: one table entry per instruction set, each defined in a file of its own. */
#ifndef NN_KERNELS_GEMM_KERNEL_H
#define NN_KERNELS_GEMM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/real.h"

/**
 * A micro-kernel multiplies a packed panel of A, a[k * pitch + i], by a packed panel of B, b[k * columns + j].
 *
 * Every element is summed over k = 0, 1, ... in one chain of its own, so its bits do not depend on the tile it is in.
 */
typedef struct nn_gemm_kernel {
    size_t rows;    /**< of the largest tile */
    size_t pitch;   /**< elements a step of depth takes in a panel of A: rows, rounded up to a power of two */
    size_t columns; /**< of the largest tile, and elements a step of depth takes in a panel of B */
    size_t lanes;   /**< elements of a vector: columns are computed in multiples of this */
    /**
     * c [rows, columns] = or += the product. `rows` is 1 to .rows; of the columns, lanes are written where `columns` is
     * at most lanes, else all.
     */
    void (*run)(size_t rows, size_t columns, size_t depth, const nn_real *a, const nn_real *b, nn_real *c,
                size_t c_stride, bool add);
    /** panel[k * pitch + i] = source[i * stride + k] for i < width <= pitch; the rest of the pitch may hold anything.
     */
    void (*transpose)(const nn_real *source, size_t stride, size_t width, size_t depth, nn_real *panel, size_t pitch);
    /** panel[k * pitch + i] = source[i + k * stride], likewise. */
    void (*copy)(const nn_real *source, size_t stride, size_t width, size_t depth, nn_real *panel, size_t pitch);
} nn_gemm_kernel;

extern const nn_gemm_kernel nn_gemm_portable;
#if defined(__x86_64__)
extern const nn_gemm_kernel nn_gemm_avx2;
extern const nn_gemm_kernel nn_gemm_avx512;
#endif

#endif
