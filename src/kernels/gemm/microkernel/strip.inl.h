/* SPDX-License-Identifier: MIT */
/**
 * Products of a few rows with B as it lies; included after transpose_4x4.inl.h and sums.inl.h, not a header of
 * declarations.
 *
 * Where rows are so few that their sums leave registers free, more columns are computed at a time: a chain of
 * multiply-adds alone waits for its own latency.
 */

/* Some columns of a strip whose B has them side by side; `part`: of their last vector only `rest` are there. */
static inline __attribute__((always_inline)) void strip_of(size_t rows, bool beside, size_t vectors, bool part,
                                                           const nni_gemm_tile *t, size_t column, size_t rest)
{
    const nni_real *a[ROW_GROUPS], *b = t->b + column;
    const size_t row_stride = t->a_row_stride, depth_stride = t->a_depth_stride, b_stride = t->b_stride;
    begin_rows(rows, beside, t, a);
    for (const nni_gemm_chain *chain = t->chains; chain < t->chains + t->chain_count; chain++) {
        vector sum[ROWS][STRIP_VECTORS];
        begin_sums(rows, vectors, rest, t, column, chain, sum);
        for (size_t k = 0; k < chain->depth; k++) {
            /* A single row is bound by loads, and is one strip, which fetches nothing ahead. */
            if (rows > 1)
#pragma GCC unroll 4
                for (size_t line = 0; line < vectors * LANES; line += LINE)
                    __builtin_prefetch(b + t->b_ahead + line);
            vector right[STRIP_VECTORS];
#pragma GCC unroll 4
            for (size_t v = 0; v < vectors; v++)
                right[v] = keep_in_register(load_at(b + v * LANES, part && v + 1 == vectors, rest));
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
                for (size_t v = 0; v < vectors; v++)
                    sum[i][v] = multiply_add(sum[i][v], row_at(a, beside, row_stride, i), right[v]);
            next_step(rows, beside, depth_stride, a);
            b += b_stride;
        }
        end_sums(rows, vectors, rest, t, column, chain, sum);
    }
}

/* All columns: wide pieces, then pairs of vectors, then what is left of one. */
static inline __attribute__((always_inline)) void strip_rows(size_t rows, bool beside, const nni_gemm_tile *t)
{
    /* As many registers as a tile fills. */
    const bool room = (rows + 1) * STRIP_VECTORS <= (size_t)(ROWS + 1) * VECTORS;
    const size_t wide = room ? STRIP_VECTORS : VECTORS;
    size_t j = 0;
    for (; j + wide * LANES <= t->columns; j += wide * LANES)
        strip_of(rows, beside, wide, false, t, j, LANES);
    for (; wide > VECTORS && j + COLUMNS <= t->columns; j += COLUMNS)
        strip_of(rows, beside, VECTORS, false, t, j, LANES);
    if (j + LANES < t->columns)
        strip_of(rows, beside, 2, true, t, j, t->columns - j - LANES);
    else if (j < t->columns)
        strip_of(rows, beside, 1, true, t, j, t->columns - j);
}

/* On its own: what is inlined into a loop gets fewer registers. */
static __attribute__((noinline)) void strip_of_group(const nni_gemm_tile *t)
{
    on_rows(strip_rows, t);
}

/* A few rows after the other. */
static void strip(const nni_gemm_tile *t)
{
    const size_t groups = (t->rows + t->group_rows - 1) / t->group_rows;
    const size_t each = t->rows / groups, longer = t->rows % groups;
    nni_gemm_tile group = *t;
    for (size_t g = 0; g < groups; g++) {
        group.rows = each + (g < longer);
        strip_of_group(&group);
        group.a += group.rows * t->a_row_stride;
        group.c += group.rows * t->c_stride;
    }
}

static inline vector *packed_at(const nni_gemm_tile *t, size_t column, size_t k)
{
    return (vector *)(t->b_packed + k * COLUMNS + column);
}

#ifndef NNTRAIN_DOUBLE
/* Row l of five, from the pointer to the first of them: the processor's addresses hold one, two or four strides. */
static inline __attribute__((always_inline)) const nni_real *row_of_five(const nni_real *first, size_t stride,
                                                                         size_t three_strides, size_t l)
{
    return first + (l == 3 ? three_strides : l * stride);
}

/* Steps of depth are turned in registers and used at once. @return steps done */
static inline __attribute__((always_inline)) size_t turned_steps(size_t rows, size_t vectors, bool packing,
                                                                 const nni_gemm_tile *t, size_t column, size_t first,
                                                                 size_t quads, vector sum[ROWS][STRIP_VECTORS])
{
    enum { FIVES = (LANES + 4) / 5 };
    const size_t part = quads < PART ? quads : PART;
    const size_t row_stride = t->a_row_stride, stride = t->b_stride, three_strides = 3 * stride;
    const nni_real *a[ROW_GROUPS], *five[STRIP_VECTORS][FIVES];
    begin_rows(rows, false, t, a);
    next_step(rows, false, first, a);
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++)
#pragma GCC unroll 4
        for (size_t l = 0; l < FIVES; l++)
            five[v][l] = t->b + (column + v * LANES + 5 * l) * stride + first;
    size_t k = first;
    for (; k + 4 * quads <= t->chains->depth; k += 4 * quads) {
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            const nni_real *row[LANES];
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                row[l] = row_of_five(five[v][l / 5], stride, three_strides, l % 5);
            if (packing)
                fetch_rows_ahead(row, 0);
            vector quad[4][QUADS];
            load_rows(row, 0, quads, quad);
#pragma GCC unroll 4
            for (size_t q = 0; q < quads; q += part) {
                vector step[4 * PART];
                turn_part(quad, q, part, step);
#pragma GCC unroll 8
                for (size_t l = 0; l < 4 * part; l++) {
                    if (packing)
                        *packed_at(t, column + v * LANES, k + 4 * q + l) = step[l];
#pragma GCC unroll 16
                    for (size_t i = 0; i < rows; i++)
                        sum[i][v] = multiply_add(sum[i][v], (a[i / 3] + i % 3 * row_stride)[4 * q + l], step[l]);
                }
            }
#pragma GCC unroll 4
            for (size_t l = 0; l < FIVES; l++)
                five[v][l] += 4 * quads;
        }
        next_step(rows, false, 4 * quads, a);
    }
    return k;
}
#endif

/* Some columns of a strip or tile whose B has each column's depth side by side. @param packing  B on the way */
static inline __attribute__((always_inline)) void turned_of(size_t rows, size_t vectors, bool packing,
                                                            const nni_gemm_tile *t, size_t column)
{
    vector sum[ROWS][STRIP_VECTORS];
    begin_sums(rows, vectors, LANES, t, column, t->chains, sum);
    size_t k = 0;
#ifndef NNTRAIN_DOUBLE
    k = turned_steps(rows, vectors, packing, t, column, k, QUADS, sum);
    k = turned_steps(rows, vectors, packing, t, column, k, 1, sum);
#endif
    for (; k < t->chains->depth; k++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            vector right;
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                right[l] = t->b[(column + v * LANES + l) * t->b_stride + k];
            if (packing)
                *packed_at(t, column + v * LANES, k) = right;
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++)
                sum[i][v] = multiply_add(sum[i][v], t->a[i * t->a_row_stride + k], right);
        }
    end_sums(rows, vectors, LANES, t, column, t->chains, sum);
}

static inline __attribute__((always_inline)) size_t at_most_turned(size_t rows)
{
    return rows < TURNED_ROWS ? rows : TURNED_ROWS;
}

/* The last vector of columns reaches back over some that are done: they come out the same, as no sum goes on here. */
static inline __attribute__((always_inline)) void turned_rows(size_t rows, size_t vectors, const nni_gemm_tile *t)
{
    size_t j = 0;
    for (; j + vectors * LANES <= t->columns; j += vectors * LANES)
        turned_of(rows, vectors, false, t, j);
    for (; j + LANES <= t->columns; j += LANES)
        turned_of(rows, 1, false, t, j);
    if (j < t->columns)
        turned_of(rows, 1, false, t, t->columns - LANES);
}

/* Two vectors' columns hide the latency of few chains; but where the lines of all of them fall into the same place of
 * the level 1 cache, and are not read at once, half of them gain 25 to 60 %. */
static inline __attribute__((always_inline)) void turned_few(size_t rows, const nni_gemm_tile *t)
{
    if ((size_t)LANES < LINE && nni_gemm_collides(t->b_stride))
        turned_rows(rows, 1, t);
    else
        turned_rows(rows, TURNED_VECTORS, t);
}

/* The chains of four rows hide their latency in one vector. */
static void strip_turned(const nni_gemm_tile *t)
{
    switch (t->rows < TURNED_ROWS ? t->rows : TURNED_ROWS) {
    case 1:
        turned_few(at_most_turned(1), t);
        break;
    case 2:
        turned_few(at_most_turned(2), t);
        break;
    case 3:
        turned_few(at_most_turned(3), t);
        break;
    case 4:
        turned_rows(at_most_turned(4), 1, t);
        break;
    case 5:
        turned_rows(at_most_turned(5), 1, t);
        break;
    case 6:
        turned_rows(at_most_turned(6), 1, t);
        break;
    case 7:
        turned_rows(at_most_turned(7), 1, t);
        break;
    default:
        turned_rows(TURNED_ROWS, 1, t);
        break;
    }
}

static inline __attribute__((always_inline)) void turning_rows(size_t rows, const nni_gemm_tile *t)
{
    for (size_t column = 0; column < COLUMNS; column += LANES)
        turned_of(rows, 1, true, t, column);
}

/* With 16 registers it is slower than turning first. */
static __attribute__((unused)) void run_turning(const nni_gemm_tile *t)
{
    if (t->rows == TURNED_ROWS)
        turning_rows(TURNED_ROWS, t);
    else
        turning_rows(TURNED_ROWS - 1, t);
}
