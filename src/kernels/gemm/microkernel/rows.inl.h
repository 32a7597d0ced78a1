/* SPDX-License-Identifier: MIT */
/**
 * The rows of A that a tile or a strip reads where they are; included after vectors.inl.h, not a header of
 * declarations.
 *
 * Rows that lie side by side, as those of packed panels do, take one pointer. Others, whose depth is contiguous, take
 * one for every three rows, since an address holds a stride once or twice: 14 rows then fit into five registers.
 */
enum { ROW_GROUPS = (ROWS + 2) / 3 };

/* The work on a number of rows known to the compiler, of which `beside` tells whether they lie side by side. */
typedef void work_on_rows(size_t rows, bool beside, const nni_gemm_tile *t);

static inline __attribute__((always_inline)) size_t row_groups(size_t rows, bool beside)
{
    return beside ? 1 : (rows + 2) / 3;
}

static inline __attribute__((always_inline)) void begin_rows(size_t rows, bool beside, const nni_gemm_tile *t,
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

/* Each number of rows has a loop of its own, up to what the instruction set has room for. */
static inline __attribute__((always_inline)) void each_rows(work_on_rows *work, bool beside, const nni_gemm_tile *t)
{
    switch (at_most_rows(t->rows)) {
    case 1:
        work(at_most_rows(1), beside, t);
        break;
    case 2:
        work(at_most_rows(2), beside, t);
        break;
    case 3:
        work(at_most_rows(3), beside, t);
        break;
    case 4:
        work(at_most_rows(4), beside, t);
        break;
    case 5:
        work(at_most_rows(5), beside, t);
        break;
    case 6:
        work(at_most_rows(6), beside, t);
        break;
    case 7:
        work(at_most_rows(7), beside, t);
        break;
    case 8:
        work(at_most_rows(8), beside, t);
        break;
    case 9:
        work(at_most_rows(9), beside, t);
        break;
    case 10:
        work(at_most_rows(10), beside, t);
        break;
    case 11:
        work(at_most_rows(11), beside, t);
        break;
    case 12:
        work(at_most_rows(12), beside, t);
        break;
    case 13:
        work(at_most_rows(13), beside, t);
        break;
    default:
        work(ROWS, beside, t);
        break;
    }
}

static inline __attribute__((always_inline)) void on_rows(work_on_rows *work, const nni_gemm_tile *t)
{
    if (t->a_row_stride == 1)
        each_rows(work, true, t);
    else
        each_rows(work, false, t);
}
