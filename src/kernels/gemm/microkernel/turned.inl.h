/* SPDX-License-Identifier: MIT */
/**
 * A few rows times columns of B whose depth is contiguous, turned in registers and used at once; included after
 * tile.inl.h, not a header of declarations.
 *
 * Forward passes of a few samples: B, the weights, is read once and in its order, and a packed panel of it would not be
 * read again. Twice as fast as packing at one row, a fifth at eight, on a Xeon.
 */

/* Columns of one or two vectors from the j-th on; those that are not there repeat the last one, and are not stored. */
static inline __attribute__((always_inline)) void turned_columns(size_t rows, size_t vectors, const nni_gemm_strip *t,
                                                                 size_t j)
{
    const size_t count = t->columns - j, depth = t->chains->depth, stride = t->a_row_stride;
    const nni_real *column[2][LANES], *a = t->a;
    vector sum[TURNED_ROWS][2];
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++)
#pragma GCC unroll 16
        for (size_t l = 0; l < LANES; l++)
            column[v][l] = t->b + (j + at_most(v * LANES + l, count - 1)) * t->b_stride;
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = (vector){0};
    size_t k = 0;
#ifndef NNTRAIN_DOUBLE
    for (; k + LANES <= depth; k += LANES)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            vector step[LANES];
            turn(column[v], k, QUADS, step);
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
#pragma GCC unroll 8
                for (size_t i = 0; i < rows; i++)
                    sum[i][v] = accumulate(sum[i][v], a[i * stride + k + l], step[l]);
        }
#endif
    for (; k < depth; k++)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            vector step;
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                step[l] = column[v][l][k];
#pragma GCC unroll 8
            for (size_t i = 0; i < rows; i++)
                sum[i][v] = accumulate(sum[i][v], a[i * stride + k], step);
        }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++) {
            const size_t rest = count - v * LANES;
            store_at(t->c + i * t->c_stride + j + v * LANES, sum[i][v], rest < LANES, rest);
        }
}

/* The chains of a few rows in one short vector would wait for their own latency. */
static inline __attribute__((always_inline)) void turned_rows(size_t rows, const nni_gemm_strip *t)
{
    const size_t vectors = LANES < 16 && rows <= 3 ? 2 : 1;
    size_t j = 0;
    for (; j + (vectors - 1) * LANES < t->columns; j += vectors * LANES)
        turned_columns(rows, vectors, t, j);
    if (j < t->columns)
        turned_columns(rows, 1, t, j);
}

static void run_turned(const nni_gemm_strip *t)
{
    switch (at_most(t->rows, TURNED_ROWS)) {
    case 1:
        turned_rows(at_most(1, TURNED_ROWS), t);
        break;
    case 2:
        turned_rows(at_most(2, TURNED_ROWS), t);
        break;
    case 3:
        turned_rows(at_most(3, TURNED_ROWS), t);
        break;
    case 4:
        turned_rows(at_most(4, TURNED_ROWS), t);
        break;
    case 5:
        turned_rows(at_most(5, TURNED_ROWS), t);
        break;
    case 6:
        turned_rows(at_most(6, TURNED_ROWS), t);
        break;
    case 7:
        turned_rows(at_most(7, TURNED_ROWS), t);
        break;
    default:
        turned_rows(TURNED_ROWS, t);
        break;
    }
    if (t->bias || t->rectify)
        complete(t);
}
