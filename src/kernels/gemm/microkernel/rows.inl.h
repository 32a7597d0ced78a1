/* SPDX-License-Identifier: MIT */
/**
 * The rows of A that a tile reads where they are; included after vectors.inl.h, not a header of declarations.
 *
 * Rows that lie side by side, as those of packed panels and of transposed matrices do, take one pointer. Others, whose
 * depth is contiguous, take one for every three rows, since an address holds a stride once or twice: 12 rows then fit
 * into four registers.
 */
enum { ROW_GROUPS = (ROWS + 2) / 3 };

static inline __attribute__((always_inline)) size_t row_groups(size_t rows, bool beside)
{
    return beside ? 1 : (rows + 2) / 3;
}

static inline __attribute__((always_inline)) void begin_rows(size_t rows, bool beside, const nni_gemm_strip *t,
                                                             const nni_real *a[ROW_GROUPS])
{
#pragma GCC unroll 16
    for (size_t g = 0; g < row_groups(rows, beside); g++)
        a[g] = t->a + 3 * g * t->a_row_stride;
}

static inline __attribute__((always_inline)) nni_real row_at(const nni_real *const a[ROW_GROUPS], bool beside,
                                                             size_t row_stride, size_t i)
{
    return beside ? a[0][i] : a[i / 3][i % 3 * row_stride];
}

static inline __attribute__((always_inline)) void next_step(size_t rows, bool beside, size_t depth_stride,
                                                            const nni_real *a[ROW_GROUPS])
{
#pragma GCC unroll 16
    for (size_t g = 0; g < row_groups(rows, beside); g++)
        a[g] += depth_stride;
}
