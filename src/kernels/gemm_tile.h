/**
 * The body that the micro-kernel files share; not a header of declarations.
 *
 * The including file says how wide a vector is and how many rows a tile has: VECTOR_BYTES, ROWS and PITCH. The rest is
 * written in vectors of nn_real and compiled by that file's flags, hence good for float and double alike.
 */
#include "kernels/gemm_kernel.h"

/* Two vectors wide: a step then costs ROWS broadcasts for 2 ROWS multiply-adds, within the two loads a cycle that
 * processors have. */
enum { VECTORS = 2, LANES = VECTOR_BYTES / sizeof(nn_real), COLUMNS = VECTORS * LANES };

typedef nn_real vector __attribute__((vector_size(VECTOR_BYTES), may_alias));
/* For rows of C and of views, which are aligned to an element only. */
typedef nn_real loose_vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(nn_real)), may_alias));

/* Inlined with constant rows and vectors, so that the sums live in registers. */
static inline __attribute__((always_inline)) void tile(size_t rows, size_t vectors, size_t depth, const nn_real *a,
                                                       const nn_real *b, nn_real *c, size_t c_stride, bool add)
{
    vector sum[ROWS][VECTORS];
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = (vector){0};
    for (size_t k = 0; k < depth; k++) {
        vector right[VECTORS];
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++)
            right[v] = *(const vector *)(b + v * LANES);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; v++)
                sum[i][v] += a[i] * right[v];
        a += PITCH;
        b += COLUMNS;
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            loose_vector *out = (loose_vector *)(c + i * c_stride + v * LANES);
            if (add)
                sum[i][v] += *out;
            *out = sum[i][v];
        }
}
