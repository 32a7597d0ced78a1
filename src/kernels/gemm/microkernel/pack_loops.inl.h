/* SPDX-License-Identifier: MIT */
/**
 * The copies into panels that the micro-kernel files share; included after tile.inl.h, not a header of declarations.
 *
 * A panel wants the elements of one depth step side by side; a view whose depth is contiguous has them a stride apart.
 */

/* The steps that no vector covers, and all of them for double, which only tests use. */
static void transpose_elements(const nni_real *const row[LANES], size_t first, size_t depth, nni_real *panel,
                               size_t pitch)
{
    for (size_t k = first; k < depth; k++)
        for (size_t i = 0; i < LANES; i++)
            panel[k * pitch + i] = row[i][k];
}

#ifndef NNTRAIN_DOUBLE
static inline __attribute__((always_inline)) size_t transpose_steps(const nni_real *const row[LANES], size_t first,
                                                                    size_t quads, size_t depth, nni_real *panel,
                                                                    size_t pitch)
{
    size_t k = first;
    for (; k + 4 * quads <= depth; k += 4 * quads) {
        if (k % LINE == 0)
            fetch_rows_ahead(row, k);
        vector step[LANES];
        turn(row, k, quads, step);
#pragma GCC unroll 16
        for (size_t l = 0; l < 4 * quads; l++)
            *(vector *)(panel + (k + l) * pitch) = step[l];
    }
    return k;
}
#endif

static void transpose(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t first = 0; first < width; first += LANES) {
        /* Rows that are not there repeat the last one: what a micro-kernel makes of them is never written. */
        const nni_real *row[LANES];
        for (size_t i = 0; i < LANES; i++)
            row[i] = source + (first + i < width ? first + i : width - 1) * stride;
        size_t done = 0;
#ifndef NNTRAIN_DOUBLE
        done = transpose_steps(row, done, QUADS, depth, panel + first, pitch);
        done = transpose_steps(row, done, 1, depth, panel + first, pitch);
#endif
        transpose_elements(row, done, depth, panel + first, pitch);
    }
}

/* Whole vectors of each step. */
static inline __attribute__((always_inline)) void copy_vectors(size_t vectors, const nni_real *source, size_t stride,
                                                               size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k++, source += stride, panel += pitch)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            *(vector *)(panel + v * LANES) = *(const loose_vector *)(source + v * LANES);
}

static void copy(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    const size_t whole = width / LANES, rest = width % LANES;
    switch (whole) {
    case VECTORS:
        copy_vectors(VECTORS, source, stride, depth, panel, pitch);
        break;
    case 1:
        copy_vectors(1, source, stride, depth, panel, pitch);
        break;
    default:
        copy_vectors(whole, source, stride, depth, panel, pitch);
        break;
    }
    source += whole * LANES, panel += whole * LANES;
    for (size_t k = 0; rest && k < depth; k++, source += stride, panel += pitch)
        *(vector *)panel = load_part(source, rest);
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
