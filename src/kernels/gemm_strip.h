/**
 * Products of a few rows with B as it lies; included after gemm_quads.h and gemm_sums.h, not a header of declarations.
 *
 * Where rows are so few that their sums leave registers free, more columns are computed at a time: a chain of
 * multiply-adds alone waits for its own latency.
 */
enum { TURNED_ROWS = 3, LINE = 64 / sizeof(nn_real) };

/* Some columns of a strip whose B has them side by side. */
static inline __attribute__((always_inline)) void strip_of(size_t rows, size_t vectors, bool partial,
                                                           const nn_gemm_tile *t, size_t column, size_t rest)
{
    const nn_real *a[(ROWS + 2) / 3], *b = t->b + column;
    const size_t row_stride = t->a_row_stride, depth_stride = t->a_depth_stride, b_stride = t->b_stride;
#pragma GCC unroll 16
    for (size_t g = 0; 3 * g < rows; g++)
        a[g] = t->a + 3 * g * row_stride;
    for (const nn_gemm_chain *chain = t->chains; chain < t->chains + t->chain_count; chain++) {
        vector sum[ROWS][STRIP_VECTORS];
        begin_sums(rows, vectors, partial, rest, t, column, chain, sum);
        for (size_t k = 0; k < chain->depth; k++) {
#pragma GCC unroll 4
            for (size_t line = 0; line < vectors * LANES; line += LINE)
                __builtin_prefetch(b + t->b_ahead + line);
#pragma GCC unroll 4
            for (size_t v = 0; v < vectors; v++) {
                const vector right = load_at(b + v * LANES, partial && v + 1 == vectors, rest);
#pragma GCC unroll 16
                for (size_t i = 0; i < rows; i++)
                    sum[i][v] += a[i / 3][i % 3 * row_stride] * right;
            }
#pragma GCC unroll 16
            for (size_t g = 0; 3 * g < rows; g++)
                a[g] += depth_stride;
            b += b_stride;
        }
        end_sums(rows, vectors, partial, rest, t, column, chain, sum);
    }
}

/* All columns: wide pieces, then pairs of vectors, then what is left of one. */
static inline __attribute__((always_inline)) void strip_rows(size_t rows, const nn_gemm_tile *t)
{
    const size_t wide = rows * STRIP_VECTORS <= ROWS * VECTORS ? STRIP_VECTORS : VECTORS;
    size_t j = 0;
    for (; j + wide * LANES <= t->columns; j += wide * LANES)
        strip_of(rows, wide, false, t, j, 0);
    for (; j + VECTORS * LANES <= t->columns; j += VECTORS * LANES)
        strip_of(rows, VECTORS, false, t, j, 0);
    if (j + LANES < t->columns)
        strip_of(rows, 2, true, t, j, t->columns - j - LANES);
    else if (j + LANES == t->columns)
        strip_of(rows, 1, false, t, j, 0);
    else if (j < t->columns)
        strip_of(rows, 1, true, t, j, t->columns - j);
}

static void strip(const nn_gemm_tile *t)
{
    switch (at_most_rows(t->rows)) {
    case 1:
        strip_rows(at_most_rows(1), t);
        break;
    case 2:
        strip_rows(at_most_rows(2), t);
        break;
    case 3:
        strip_rows(at_most_rows(3), t);
        break;
    case 4:
        strip_rows(at_most_rows(4), t);
        break;
    case 5:
        strip_rows(at_most_rows(5), t);
        break;
    case 6:
        strip_rows(at_most_rows(6), t);
        break;
    case 7:
        strip_rows(at_most_rows(7), t);
        break;
    case 8:
        strip_rows(at_most_rows(8), t);
        break;
    case 9:
        strip_rows(at_most_rows(9), t);
        break;
    case 10:
        strip_rows(at_most_rows(10), t);
        break;
    case 11:
        strip_rows(at_most_rows(11), t);
        break;
    case 12:
        strip_rows(at_most_rows(12), t);
        break;
    case 13:
        strip_rows(at_most_rows(13), t);
        break;
    default:
        strip_rows(ROWS, t);
        break;
    }
}

#ifdef NNTRAIN_DOUBLE
/* The double library does without; see turn_quads. */
static inline size_t turned_quads(size_t rows, size_t vectors, const nn_gemm_tile *t, size_t column,
                                  vector sum[ROWS][STRIP_VECTORS])
{
    (void)rows, (void)vectors, (void)t, (void)column, (void)sum;
    return 0;
}
#else
/* Row l of five, from the pointer to the first of them: the processor's addresses hold one, two or four strides. */
static inline __attribute__((always_inline)) const nn_real *row_of_five(const nn_real *first, size_t stride,
                                                                        size_t three_strides, size_t l)
{
    return first + (l == 3 ? three_strides : l * stride);
}

/* Four steps of depth at a time are turned in registers and used at once. @return steps done */
static inline __attribute__((always_inline)) size_t turned_quads(size_t rows, size_t vectors, const nn_gemm_tile *t,
                                                                 size_t column, vector sum[ROWS][STRIP_VECTORS])
{
    enum { FIVES = (LANES + 4) / 5 };
    const size_t stride = t->b_stride, three_strides = 3 * stride;
    const nn_real *a = t->a, *five[STRIP_VECTORS][FIVES];
#pragma GCC unroll 4
    for (size_t v = 0; v < vectors; v++)
#pragma GCC unroll 4
        for (size_t l = 0; l < FIVES; l++)
            five[v][l] = t->b + (column + v * LANES + 5 * l) * stride;
    size_t k = 0;
    for (; k + 4 <= t->chains->depth; k += 4) {
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            const nn_real *row[LANES];
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                row[l] = row_of_five(five[v][l / 5], stride, three_strides, l % 5);
            vector step[4];
            turn_quads(row, 0, step);
#pragma GCC unroll 4
            for (size_t l = 0; l < 4; l++)
#pragma GCC unroll 16
                for (size_t i = 0; i < rows; i++)
                    sum[i][v] += a[i * t->a_row_stride + l * t->a_depth_stride] * step[l];
        }
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
#pragma GCC unroll 4
            for (size_t l = 0; l < FIVES; l++)
                five[v][l] += 4;
        a += 4 * t->a_depth_stride;
    }
    return k;
}
#endif

/* Some columns of a strip whose B has each column's depth side by side. */
static inline __attribute__((always_inline)) void turned_of(size_t rows, size_t vectors, const nn_gemm_tile *t,
                                                            size_t column)
{
    vector sum[ROWS][STRIP_VECTORS];
    begin_sums(rows, vectors, false, 0, t, column, t->chains, sum);
    for (size_t k = turned_quads(rows, vectors, t, column, sum); k < t->chains->depth; k++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            vector right;
#pragma GCC unroll 16
            for (size_t l = 0; l < LANES; l++)
                right[l] = t->b[(column + v * LANES + l) * t->b_stride + k];
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++)
                sum[i][v] += t->a[i * t->a_row_stride + k * t->a_depth_stride] * right;
        }
    end_sums(rows, vectors, false, 0, t, column, t->chains, sum);
}

/* The last vector of columns reaches back over some that are done: they come out the same, as no sum goes on here. */
static inline __attribute__((always_inline)) void turned_rows(size_t rows, size_t vectors, const nn_gemm_tile *t)
{
    size_t j = 0;
    for (; j + vectors * LANES <= t->columns; j += vectors * LANES)
        turned_of(rows, vectors, t, j);
    for (; j + LANES <= t->columns; j += LANES)
        turned_of(rows, 1, t, j);
    if (j < t->columns)
        turned_of(rows, 1, t, t->columns - LANES);
}

static void strip_turned(const nn_gemm_tile *t)
{
    if (t->rows == 1)
        turned_rows(1, 2, t);
    else if (t->rows == 2)
        turned_rows(2, 2, t);
    else
        turned_rows(TURNED_ROWS, 2, t);
}
