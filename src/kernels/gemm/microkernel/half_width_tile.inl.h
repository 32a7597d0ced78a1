/* SPDX-License-Identifier: MIT */
/**
 * Tiles of at most half a vector of columns; included after tile.inl.h, not a header of declarations.
 *
 * The including file says how halves are taken and widened: low_half and widened. A processor that computes a long
 * vector in two halves takes half the time for one; others are not slower for it.
 */
static inline __attribute__((always_inline)) void half_tile(size_t rows, bool beside, const nni_gemm_tile *t)
{
    const size_t row_stride = t->a_row_stride, depth_stride = t->a_depth_stride;
    const nni_real *a[ROW_GROUPS], *b = t->b;
    begin_rows(rows, beside, t, a);
    for (const nni_gemm_chain *chain = t->chains; chain < t->chains + t->chain_count; chain++) {
        vector sum[ROWS][STRIP_VECTORS];
        half_vector half[ROWS];
        begin_sums(rows, 1, t->columns, t, 0, chain, sum);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
            half[i] = low_half(sum[i][0]);
#pragma GCC unroll UNROLLED
        for (size_t k = 0; k < chain->depth; k++) {
            const half_vector right = *(const half_vector *)b;
#pragma GCC unroll 16
            for (size_t i = 0; i < rows; i++)
                half[i] = multiply_add_half(half[i], row_at(a, beside, row_stride, i), right);
            next_step(rows, beside, depth_stride, a);
            b += COLUMNS;
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
            sum[i][0] = widened(half[i]);
        end_sums(rows, 1, t->columns, t, 0, chain, sum);
    }
}

static void run_halves(const nni_gemm_tile *t)
{
    if (t->columns <= LANES / 2)
        on_rows(half_tile, t);
    else
        run(t);
}
