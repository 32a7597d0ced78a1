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

static inline __attribute__((always_inline)) size_t at_most_rows(size_t rows)
{
    return rows < ROWS ? rows : ROWS;
}

/* Each number of rows has a tile of its own; those that the instruction set has no room for become the largest. */
static inline __attribute__((always_inline)) void run_rows(size_t rows, size_t vectors, size_t depth, const nn_real *a,
                                                           const nn_real *b, nn_real *c, size_t c_stride, bool add)
{
    switch (rows) {
    case 1:
        tile(at_most_rows(1), vectors, depth, a, b, c, c_stride, add);
        break;
    case 2:
        tile(at_most_rows(2), vectors, depth, a, b, c, c_stride, add);
        break;
    case 3:
        tile(at_most_rows(3), vectors, depth, a, b, c, c_stride, add);
        break;
    case 4:
        tile(at_most_rows(4), vectors, depth, a, b, c, c_stride, add);
        break;
    case 5:
        tile(at_most_rows(5), vectors, depth, a, b, c, c_stride, add);
        break;
    case 6:
        tile(at_most_rows(6), vectors, depth, a, b, c, c_stride, add);
        break;
    case 7:
        tile(at_most_rows(7), vectors, depth, a, b, c, c_stride, add);
        break;
    case 8:
        tile(at_most_rows(8), vectors, depth, a, b, c, c_stride, add);
        break;
    case 9:
        tile(at_most_rows(9), vectors, depth, a, b, c, c_stride, add);
        break;
    case 10:
        tile(at_most_rows(10), vectors, depth, a, b, c, c_stride, add);
        break;
    case 11:
        tile(at_most_rows(11), vectors, depth, a, b, c, c_stride, add);
        break;
    case 12:
        tile(at_most_rows(12), vectors, depth, a, b, c, c_stride, add);
        break;
    case 13:
        tile(at_most_rows(13), vectors, depth, a, b, c, c_stride, add);
        break;
    default:
        tile(ROWS, vectors, depth, a, b, c, c_stride, add);
        break;
    }
}

static void run(size_t rows, size_t columns, size_t depth, const nn_real *a, const nn_real *b, nn_real *c,
                size_t c_stride, bool add)
{
    if (columns <= LANES)
        run_rows(rows, 1, depth, a, b, c, c_stride, add);
    else
        run_rows(rows, VECTORS, depth, a, b, c, c_stride, add);
}
