/* SPDX-License-Identifier: MIT */
/**
 * The body that the micro-kernel files share; not a header of declarations.
 *
 * The including file says how wide a vector is and how many rows a tile has: VECTOR_BYTES, ROWS and PITCH; how many
 * steps of depth are unrolled, UNROLLED; how the first elements of a vector are read and written, load_part and
 * store_part; and what a step adds, accumulate. The rest is written in vectors of nni_real and compiled by that file's
 * flags, hence good for float and double alike.
 */

/* Sums that the next tile goes on with, from where they wait: no processor foresees lines a row of C apart. Into the
 * level 2 cache, since panels go through level 1. */
static inline __attribute__((always_inline)) void fetch_next(size_t rows, size_t vectors, const nni_gemm_tile *t)
{
    if (!t->c_next)
        return;
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < vectors * LANES; j += LINE)
            __builtin_prefetch(t->c_next + i * t->c_stride + j, 0, 2);
}

/* A step of B where it lies goes into its packed panel on the way; of the last vector `rest` elements are there. */
static inline __attribute__((always_inline)) void load_and_pack(size_t vectors, size_t rest, const nni_gemm_tile *t,
                                                                const nni_real *b, nni_real *packed,
                                                                vector right[VECTORS])
{
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++) {
        __builtin_prefetch(b + t->b_ahead + v * LANES, 0, 2);
        right[v] = load_at(b + v * LANES, v + 1 == vectors, rest);
        *(vector *)(packed + v * LANES) = right[v];
    }
}

static inline __attribute__((always_inline)) void load_packed(size_t vectors, const nni_real *b, vector right[VECTORS])
{
#pragma GCC unroll 2
    for (size_t v = 0; v < vectors; v++)
        right[v] = *(const vector *)(b + v * LANES);
}

/* Inlined with constant rows and vectors, so that the sums live in registers. */
static inline __attribute__((always_inline)) void tile_of(size_t vectors, size_t rows, bool beside, bool packing,
                                                          const nni_gemm_tile *t)
{
    const size_t rest = t->columns - (vectors - 1) * LANES;
    const size_t row_stride = t->a_row_stride, depth_stride = t->a_depth_stride;
    const nni_real *a[ROW_GROUPS], *b = t->b;
    const size_t b_stride = packing ? t->b_stride : COLUMNS;
    nni_real *packed = packing ? t->b_packed : NULL;
    begin_rows(rows, beside, t, a);
    fetch_next(rows, vectors, t);
    for (const nni_gemm_chain *chain = t->chains; chain < t->chains + t->chain_count; chain++) {
        vector sum[ROWS][STRIP_VECTORS];
        begin_sums(rows, vectors, rest, t, 0, chain, sum);
        /* Several steps a turn, so that the end of a leaf of 64 is within what a processor foresees: on a Zen 1 it cost
         * 30 cycles, 4 % of the leaf. */
#pragma GCC unroll UNROLLED
        for (size_t k = 0; k < chain->depth; k++) {
            vector right[VECTORS];
            if (packing)
                load_and_pack(vectors, rest, t, b, packed, right);
            else
                load_packed(vectors, b, right);
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
                for (size_t v = 0; v < vectors; v++)
                    sum[i][v] = accumulate(sum[i][v], row_at(a, beside, row_stride, i), right[v]);
            next_step(rows, beside, depth_stride, a);
            b += b_stride;
            packed += packing ? COLUMNS : 0;
        }
        end_sums(rows, vectors, rest, t, 0, chain, sum);
    }
}

static inline __attribute__((always_inline)) void wide_tile(size_t rows, bool beside, const nni_gemm_tile *t)
{
    tile_of(VECTORS, rows, beside, false, t);
}

static inline __attribute__((always_inline)) void narrow_tile(size_t rows, bool beside, const nni_gemm_tile *t)
{
    tile_of(1, rows, beside, false, t);
}

static void run(const nni_gemm_tile *t)
{
    if (t->columns > LANES)
        on_rows(wide_tile, t);
    else
        on_rows(narrow_tile, t);
}

/* Bias, then relu, of a vector; `added` is 0 where there is no bias. */
static inline __attribute__((always_inline)) vector completed(vector sum, vector added, bool bias, bool rectified)
{
    if (bias)
        sum += added;
    return rectified ? (vector)((word_vector)sum & ~(word_vector)(sum <= 0)) : sum; /* NaN stays */
}

static inline __attribute__((always_inline)) void complete_as(const nni_gemm_tile *t, bool bias, bool rectified)
{
    const place c = place_of(t, 0, 0);
    for (size_t j = 0; j < t->columns; j += LANES) {
        const size_t rest = t->columns - j;
        const bool part = rest < LANES;
        vector added = {0};
        if (bias && !t->bias_of_rows)
            added = load_at(t->bias + j, part, rest);
        for (size_t i = 0; i < t->rows; i++) {
            nni_real *at = c.c + i * c.stride + j;
            if (bias && t->bias_of_rows)
                added = (vector){0} + t->bias[i];
            store_at(at, completed(load_at(at, part, rest), added, bias, rectified), part, rest);
        }
    }
}

/* Apart from the sums' way out: there it cost registers of the loop over depth, and small products 4 %. */
static void complete(const nni_gemm_tile *t)
{
    if (t->bias && t->rectify)
        complete_as(t, true, true);
    else if (t->bias)
        complete_as(t, true, false);
    else if (t->rectify)
        complete_as(t, false, true);
}

/* Columns of a complete tile become rows of C; blocks of LANES by LANES are turned in registers. */
static void put_transposed(const nni_real *tile, size_t rows, size_t columns, nni_real *c, size_t c_stride)
{
    size_t j = 0;
#ifndef NNTRAIN_DOUBLE
    const nni_real *row[LANES]; /* those that are not there repeat the last one, and are not stored */
    for (size_t i = 0; i < LANES; i++)
        row[i] = tile + (i < rows ? i : rows - 1) * SLOT_COLUMNS;
    for (; j + LANES <= columns; j += LANES) {
        vector step[LANES];
        turn(row, j, QUADS, step);
#pragma GCC unroll 16
        for (size_t l = 0; l < LANES; l++)
            store_at(c + (j + l) * c_stride, step[l], rows < LANES, rows);
    }
    for (; j + 4 <= columns; j += 4) {
        vector step[LANES];
        turn(row, j, 1, step);
#pragma GCC unroll 4
        for (size_t l = 0; l < 4; l++)
            store_at(c + (j + l) * c_stride, step[l], rows < LANES, rows);
    }
#endif
    for (; j < columns; j++)
        for (size_t i = 0; i < rows; i++)
            c[j * c_stride + i] = tile[i * SLOT_COLUMNS + j];
}
