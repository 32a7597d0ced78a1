/* SPDX-License-Identifier: MIT */
/**
 * The copies into panels that the micro-kernel files share; included after tile.inl.h, not a header of declarations.
 *
 * A panel wants the elements of one depth step side by side; a view whose depth is contiguous has them a stride apart.
 */
#include "kernels/gemm/microkernel/transpose_4x4.inl.h"

/* What a panel holds of the steps of depth: as they are; rounded to bfloat16, the second of each two before the first,
 * in the order in which their products are summed; or both of each two in the high and the low half of one element. */
enum form { PLAIN, ROUNDED, PAIRED };

/* Steps from the k-th on, which is even. */
static inline __attribute__((always_inline)) void put_steps(enum form form, const vector *step, size_t count, size_t k,
                                                            nni_real *panel, size_t pitch)
{
#pragma GCC unroll 8
    for (size_t l = 0; l < count; l += 2) {
        const bool two = l + 1 < count;
        vector *first = (vector *)(panel + (k + l) / (form == PAIRED ? 2 : 1) * pitch);
        vector *second = (vector *)((nni_real *)first + pitch);
        if (form == PAIRED) {
            *first = (vector)(rounded(step[l]) >> 16 | (two ? rounded(step[l + 1]) : (word_vector){0}));
        } else if (form == PLAIN || !two) {
            *first = form == PLAIN ? step[l] : (vector)rounded(step[l]);
            if (two)
                *second = step[l + 1];
        } else {
            *first = (vector)rounded(step[l + 1]);
            *second = (vector)rounded(step[l]);
        }
    }
}

#ifndef NNTRAIN_DOUBLE
static inline __attribute__((always_inline)) size_t transpose_steps(enum form form, const nni_real *const row[LANES],
                                                                    size_t first, size_t quads, size_t depth,
                                                                    nni_real *panel, size_t pitch)
{
    size_t k = first;
    for (; k + 4 * quads <= depth; k += 4 * quads) {
        if (k % LINE == 0)
            fetch_rows_ahead(row, k);
        vector step[LANES];
        turn(row, k, quads, step);
        put_steps(form, step, 4 * quads, k, panel, pitch);
    }
    return k;
}
#endif

static inline __attribute__((always_inline)) void transpose_as(enum form form, const nni_real *source, size_t stride,
                                                               size_t width, size_t depth, nni_real *panel,
                                                               size_t pitch)
{
    for (size_t first = 0; first < width; first += LANES, panel += LANES) {
        /* Rows that are not there repeat the last one: what a micro-kernel makes of them is never written. */
        const nni_real *row[LANES];
        for (size_t i = 0; i < LANES; i++)
            row[i] = source + (first + i < width ? first + i : width - 1) * stride;
        size_t k = 0;
#ifndef NNTRAIN_DOUBLE
        k = transpose_steps(form, row, k, QUADS, depth, panel, pitch);
        k = transpose_steps(form, row, k, 1, depth, panel, pitch);
#endif
        /* The steps that no vector covers, and all of them for double, which only tests use. */
        for (; k < depth; k += 2) {
            const bool two = k + 1 < depth;
            vector step[2] = {{0}, {0}};
            for (size_t i = 0; i < LANES; i++) {
                step[0][i] = row[i][k];
                step[1][i] = two ? row[i][k + 1] : 0;
            }
            put_steps(form, step, two ? 2 : 1, k, panel, pitch);
        }
    }
}

/* Vectors of each step, the last of them of `rest` elements. */
static inline __attribute__((always_inline)) void copy_vectors(enum form form, size_t vectors, bool part, size_t rest,
                                                               const nni_real *source, size_t stride, size_t depth,
                                                               nni_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k += 2, source += 2 * stride) {
        const bool two = k + 1 < depth;
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            const nni_real *from = source + v * LANES;
            const vector step[2] = {load_at(from, part, rest), two ? load_at(from + stride, part, rest) : (vector){0}};
            put_steps(form, step, two ? 2 : 1, k, panel + v * LANES, pitch);
        }
    }
}

static inline __attribute__((always_inline)) void copy_as(enum form form, const nni_real *source, size_t stride,
                                                          size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    const size_t whole = width / LANES, rest = width % LANES;
    switch (whole) {
    case VECTORS:
        copy_vectors(form, VECTORS, false, LANES, source, stride, depth, panel, pitch);
        break;
    case 1:
        copy_vectors(form, 1, false, LANES, source, stride, depth, panel, pitch);
        break;
    default:
        copy_vectors(form, whole, false, LANES, source, stride, depth, panel, pitch);
        break;
    }
    if (rest > 0)
        copy_vectors(form, 1, true, rest, source + whole * LANES, stride, depth, panel + whole * LANES, pitch);
}

/* Columns of a panel become rows of C, with bias and relu; blocks of LANES by LANES are turned in registers. */
static void put_transposed(const nni_real *panel, const nni_gemm_strip *t)
{
    const bool bias = t->bias != NULL;
    for (size_t first = 0; first < t->columns; first += LANES) {
        const size_t count = at_most(t->columns - first, LANES);
        const vector added = bias ? load_at(t->bias + first, count < LANES, count) : (vector){0};
        size_t j = 0;
        const nni_real *row[LANES]; /* those that are not there repeat the last one, and are not stored */
        for (size_t i = 0; i < LANES; i++)
            row[i] = panel + (first + at_most(i, count - 1)) * COLUMNS;
#ifndef NNTRAIN_DOUBLE
        for (; j + LANES <= t->rows; j += LANES) {
            vector step[LANES];
            turn(row, j, QUADS, step);
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                store_at(t->c + (j + l) * t->c_stride + first, completed(step[l], added, bias, t->rectify),
                         count < LANES, count);
        }
        for (; j + 4 <= t->rows; j += 4) {
            vector step[LANES];
            turn(row, j, 1, step);
#pragma GCC unroll 4
            for (size_t l = 0; l < 4; l++)
                store_at(t->c + (j + l) * t->c_stride + first, completed(step[l], added, bias, t->rectify),
                         count < LANES, count);
        }
#endif
        for (; j < t->rows; j++) {
            vector step;
            for (size_t i = 0; i < LANES; i++)
                step[i] = row[i][j];
            store_at(t->c + j * t->c_stride + first, completed(step, added, bias, t->rectify), count < LANES, count);
        }
    }
}

/* What the tables of all micro-kernels have in common. */
#define NNI_GEMM_TILES                                                                                                 \
    .lanes = LANES, .columns = COLUMNS, .rows = {ROWS, ROWS_OF_2, ROWS_OF_4}, .vectors = USUAL_VECTORS, .run = run,    \
    .put_transposed = put_transposed
