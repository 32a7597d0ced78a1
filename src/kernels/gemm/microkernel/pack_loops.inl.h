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
    for (size_t first = 0; first < pitch; first += LANES) {
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

/* Whole vectors of each step, their number known to the compiler. */
static inline __attribute__((always_inline)) void copy_vectors(size_t vectors, const nni_real *source, size_t stride,
                                                               size_t depth, nni_real *panel, size_t pitch)
{
    for (size_t k = 0; k < depth; k++, source += stride, panel += pitch)
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; v++)
            *(vector *)(panel + v * LANES) = *(const loose_vector *)(source + v * LANES);
}

static void copy(const nni_real *source, size_t stride, size_t width, size_t depth, nni_real *panel, size_t pitch)
{
    const size_t whole = width / LANES, rest = width % LANES;
    if (whole == 1)
        copy_vectors(1, source, stride, depth, panel, pitch);
    else if (whole == 2)
        copy_vectors(2, source, stride, depth, panel, pitch);
    source += whole * LANES, panel += whole * LANES;
    for (size_t k = 0; rest && k < depth; k++, source += stride, panel += pitch)
        *(vector *)panel = load_part(source, rest);
}
