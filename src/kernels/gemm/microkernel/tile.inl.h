/* SPDX-License-Identifier: MIT */
/**
 * The body that all micro-kernels share; included after vectors.inl.h, not a header of declarations.
 *
 * The including file says how wide a vector is, VECTOR_BYTES; how many rows a tile of one, two and four vectors has,
 * ROWS, ROWS_OF_2 and ROWS_OF_4; how the first elements of a vector are read and written, load_part and store_part; and
 * what a step adds, accumulate. The rest is written in vectors of nni_real and compiled by that file's flags, hence
 * good for float and double alike.
 */
#include "kernels/gemm/microkernel/rows.inl.h"
#include "kernels/gemm/microkernel/sums.inl.h"

/* Inlined with constant rows and vectors, so that the sums live in registers. */
static inline __attribute__((always_inline)) void tile_of(size_t rows, size_t vectors, bool beside,
                                                          const nni_gemm_strip *t)
{
    const size_t rest = t->columns - (vectors - 1) * LANES;
    const size_t row_stride = t->a_row_stride, depth_stride = t->a_depth_stride, b_stride = t->b_stride;
    const nni_real *a[ROW_GROUPS], *b = t->b, *ahead = t->ahead;
    const size_t ahead_stride = t->ahead_stride;
    begin_rows(rows, beside, t, a);
    for (const nni_gemm_chain *chain = t->chains; chain < t->chains + t->chain_count; chain++) {
        vector sum[ROWS][VECTORS];
        begin_sums(rows, vectors, rest, t, chain, sum);
        /* Several steps a turn, so that the end of a chain of 64 is within what a processor foresees: on a Zen 1 it
         * cost 30 cycles, 4 % of the chain. */
#pragma GCC unroll UNROLLED
        for (size_t k = 0; k < chain->depth; k++) {
            __builtin_prefetch(ahead, 0, 2);
            ahead += ahead_stride;
            vector right[VECTORS];
#pragma GCC unroll 4
            for (size_t v = 0; v < vectors; v++)
                right[v] = keep_in_register(*(const loose_vector *)(b + v * LANES));
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++) {
                const nni_real left = row_at(a, beside, row_stride, i);
#pragma GCC unroll 4
                for (size_t v = 0; v < vectors; v++)
                    sum[i][v] = accumulate(sum[i][v], left, right[v]);
            }
            next_step(rows, beside, depth_stride, a);
            b += b_stride;
        }
        end_sums(rows, vectors, rest, t, chain, sum);
    }
}

static inline __attribute__((always_inline)) size_t at_most(size_t rows, size_t most)
{
    return rows < most ? rows : most;
}

/* Each number of rows has a loop of its own, up to what there are registers for. */
static inline __attribute__((always_inline)) void tile_of_rows(size_t vectors, size_t most, bool beside,
                                                               const nni_gemm_strip *t)
{
    switch (at_most(t->rows, most)) {
    case 1:
        tile_of(at_most(1, most), vectors, beside, t);
        break;
    case 2:
        tile_of(at_most(2, most), vectors, beside, t);
        break;
    case 3:
        tile_of(at_most(3, most), vectors, beside, t);
        break;
    case 4:
        tile_of(at_most(4, most), vectors, beside, t);
        break;
    case 5:
        tile_of(at_most(5, most), vectors, beside, t);
        break;
    case 6:
        tile_of(at_most(6, most), vectors, beside, t);
        break;
    case 7:
        tile_of(at_most(7, most), vectors, beside, t);
        break;
    case 8:
        tile_of(at_most(8, most), vectors, beside, t);
        break;
    case 9:
        tile_of(at_most(9, most), vectors, beside, t);
        break;
    case 10:
        tile_of(at_most(10, most), vectors, beside, t);
        break;
    case 11:
        tile_of(at_most(11, most), vectors, beside, t);
        break;
    default:
        tile_of(most, vectors, beside, t);
        break;
    }
}

/* A function a width: what is inlined into one that is large gets fewer registers. */
static __attribute__((noinline)) void tile_of_4(const nni_gemm_strip *t)
{
    if (t->a_row_stride == 1)
        tile_of_rows(4, ROWS_OF_4, true, t);
    else
        tile_of_rows(4, ROWS_OF_4, false, t);
}

static __attribute__((noinline)) void tile_of_2(const nni_gemm_strip *t)
{
    if (t->a_row_stride == 1)
        tile_of_rows(2, ROWS_OF_2, true, t);
    else
        tile_of_rows(2, ROWS_OF_2, false, t);
}

static __attribute__((noinline)) void tile_of_1(const nni_gemm_strip *t)
{
    if (t->a_row_stride == 1)
        tile_of_rows(1, ROWS, true, t);
    else
        tile_of_rows(1, ROWS, false, t);
}

static inline __attribute__((always_inline)) void complete_as(const nni_gemm_strip *t, bool bias, bool rectified)
{
    for (size_t j = 0; j < t->columns; j += LANES) {
        const size_t rest = t->columns - j;
        const bool part = rest < LANES;
        vector added = {0};
        if (bias)
            added = load_at(t->bias + j, part, rest);
        for (size_t i = 0; i < t->rows; i++) {
            nni_real *at = t->c + i * t->c_stride + j;
            store_at(at, completed(load_at(at, part, rest), added, bias, rectified), part, rest);
        }
    }
}

/* Of tiles of several vectors, apart from the sums' way out: there it cost registers of the loop over depth, and small
 * products 4 %. */
static void complete(const nni_gemm_strip *t)
{
    if (t->bias && t->rectify)
        complete_as(t, true, true);
    else if (t->bias)
        complete_as(t, true, false);
    else if (t->rectify)
        complete_as(t, false, true);
}

static void run_tile(const nni_gemm_strip *t)
{
    if (t->columns > (size_t)3 * LANES)
        tile_of_4(t);
    else if (t->columns > LANES)
        tile_of_2(t);
    else
        tile_of_1(t);
    if (t->columns > LANES && (t->bias || t->rectify))
        complete(t);
}

static size_t rows_of_tile(size_t columns)
{
    if (columns > (size_t)3 * LANES)
        return ROWS_OF_4;
    return columns > LANES ? ROWS_OF_2 : ROWS;
}

/* Rows of one tile after the other, divided evenly: of 8, two tiles of 4 take less than one of 6 and one of 2. */
static void run_rows(nni_gemm_strip *t)
{
    const size_t rows = t->rows, most = rows_of_tile(t->columns);
    const size_t tiles = rows <= most ? 1 : rows <= 2 * most ? 2 : (rows + most - 1) / most;
    const size_t each = tiles == 1 ? rows : tiles == 2 ? rows / 2 : rows / tiles, longer = rows - each * tiles;
    const nni_real *ahead = t->ahead;
    const size_t ahead_stride = t->ahead_stride;
    for (size_t i = 0; i < tiles; i++) {
        const bool fetches = t->ahead_runs > 0;
        t->rows = each + (i < longer);
        t->ahead = fetches ? ahead : t->b;
        t->ahead_stride = fetches ? ahead_stride : 0;
        run_tile(t);
        t->a += t->rows * t->a_row_stride;
        t->c += t->rows * t->c_stride;
        ahead += fetches ? t->ahead_run : 0;
        t->ahead_runs -= fetches;
        if (t->ahead_runs == 0 && t->then_count > 0) {
            ahead = *t->then++ + t->then_offset;
            t->ahead_runs = t->then_runs, t->then_count--;
        }
    }
    t->ahead = ahead, t->ahead_stride = ahead_stride;
}

/* Columns of the next tiles, of those left: as wide as registers allow for so many rows. */
static size_t columns_of_tile(size_t rows, size_t left)
{
    const bool wide = USUAL_VECTORS == 4 || rows <= ROWS_OF_4;
    if (wide && left > (size_t)3 * LANES)
        return at_most(left, (size_t)4 * LANES);
    if (left > LANES)
        return at_most(left, (size_t)2 * LANES);
    return left;
}

static void run(nni_gemm_strip *t)
{
    const nni_gemm_strip all = *t;
    for (size_t j = 0; j < all.columns; j += t->columns) {
        t->rows = all.rows, t->columns = columns_of_tile(all.rows, all.columns - j);
        t->a = all.a, t->b = all.b + j, t->c = all.c + j;
        t->bias = all.bias ? all.bias + j : NULL;
        run_rows(t);
    }
}
