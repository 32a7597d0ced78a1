/* SPDX-License-Identifier: MIT */
/* Products of operands rounded to bfloat16, for each instruction set this processor has, by multiply-adds and, where
 * there is an instruction for pairs, by that. */
#include <stdio.h>

#include "support/gemm_fixture.h"
#include "support/gemm_matrices.h"

/* To nearest, ties to even, by choosing between the two neighbours. */
static float to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t below = bits & 0xffff0000, above = below + 0x10000;
    float low, high;
    memcpy(&low, &below, sizeof low);
    memcpy(&high, &above, sizeof high);
    double down = fabs((double)value - (double)low), up = fabs((double)high - (double)value);
    if (isinf(high) && !isinf(value))
        up = 0x1p120 - down; /* infinity counts as the next power of two */
    return down < up || (down == up && !(below & 0x10000)) ? low : high;
}

static void for_each_kernel(void (*check)(nni_gemm_workspace *bf16))
{
    for (int pairs = 0; pairs < 2; pairs++) {
        nni_gemm_workspace *bf16 = bf16_space(pairs);
        if (bf16)
            check(bf16);
        nni_gemm_workspace_free(bf16);
    }
}

static void check_rounding(nni_gemm_workspace *bf16)
{
    static const uint32_t patterns[] = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff,
                                        0x00000000, 0x80000000, 0x40490fdb, 0xc0490fdb, 0x7f7f7fff,
                                        0x7f800000, 0xff800000, 0x3effffff, 0x42f6e979, 0x1f123456};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        float x, one = 1, c = 7;
        memcpy(&x, &patterns[i], sizeof x);
        nni_gemm(bf16, 1, 1, 1, (nni_view){&x, 1, 1}, (nni_view){&one, 1, 1}, &c, 1, NULL);
        CU_ASSERT_EQUAL(c, isinf(x) ? x : to_bf16(x));
        nni_gemm(bf16, 1, 1, 1, (nni_view){&one, 1, 1}, (nni_view){&x, 1, 1}, &c, 1, NULL);
        CU_ASSERT_EQUAL(c, isinf(x) ? x : to_bf16(x));
    }
    float nan_patterns[] = {(float)NAN, 0}, one = 1, c = 7;
    const uint32_t full = 0x7fffffff; /* a carry would make -0 of it */
    memcpy(&nan_patterns[1], &full, sizeof full);
    for (size_t i = 0; i < 2; i++) {
        nni_gemm(bf16, 1, 1, 1, (nni_view){&nan_patterns[i], 1, 1}, (nni_view){&one, 1, 1}, &c, 1, NULL);
        CU_ASSERT(isnan(c));
    }
}

static void bf16_rounds_operands_to_nearest_even(void)
{
    for_each_kernel(check_rounding);
}

/* The chain of an element, in which the second of each two products is added first. A function's calls, since GCC 12
 * turns additions of products into a vectorised sum in another order (-O3, as -fno-tree-vectorize shows). */
static float sum_of_products(nni_view a, nni_view b, size_t i, size_t j, size_t depth)
{
    float sum = 0;
    for (size_t k = 0; k < depth; k += 2) {
        if (k + 1 < depth)
            sum = fmaf(at(a, i, k + 1), at(b, k + 1, j), sum);
        sum = fmaf(at(a, i, k), at(b, k, j), sum);
    }
    return sum;
}

/* @param options  bits 0 and 1: transposes; and gaps, of which the last one leaves no stride of 1 */
static void check_bf16(nni_gemm_workspace *bf16, size_t rows, size_t columns, size_t depth, unsigned options)
{
    nni_view a = view_of(NULL, rows, depth, options & 1, options / 4 % 3);
    nni_view b = view_of(NULL, depth, columns, options & 2, options / 4 % 3);
    if (options / 4 == 3)
        a.row_stride *= 2, a.column_stride *= 2, b.row_stride *= 3, b.column_stride *= 3;
    const size_t a_count = last_element(rows, depth, a) + 1, b_count = last_element(depth, columns, b) + 1;
    nni_real *a_data = take_exactly(a_count, options + 5), *b_data = take_exactly(b_count, options + 6);
    nni_real *c = take_exactly(rows * columns, 7), *row = take_exactly(columns, 8);
    /* Of very different sizes, as what is left of large ones that cancel tells the order of a sum. */
    for (size_t i = 0; i < a_count; i++)
        a_data[i] = ldexpf(a_data[i], (int)(i % 25) - 12);
    a.data = a_data, b.data = b_data;
    nni_gemm(bf16, rows, columns, depth, a, b, c, columns, NULL);
    nni_view last = a;
    last.data += (rows - 1) * a.row_stride;
    nni_gemm(bf16, 1, columns, depth, last, b, row, columns, NULL);
    bool right = memcmp(row, c + (rows - 1) * columns, columns * sizeof *row) == 0; /* alone it is the same */
    for (size_t i = 0; i < a_count; i++)
        a_data[i] = to_bf16(a_data[i]);
    for (size_t i = 0; i < b_count; i++)
        b_data[i] = to_bf16(b_data[i]);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            right = right && c[i * columns + j] == sum_of_products(a, b, i, j, depth);
    if (!right)
        printf("wrong: %zu x %zu x %zu, options %u\n", rows, columns, depth, options);
    CU_ASSERT(right);
    free(a_data), free(b_data), free(c), free(row);
}

static void check_products(nni_gemm_workspace *bf16)
{
    uint64_t seed = 30;
    for (unsigned trial = 0; trial < 150; trial++) {
        size_t size[3];
        for (size_t i = 0; i < 3; i++) {
            seed = next_random(seed);
            size[i] = 1 + (seed >> 33) % (trial % 10 == 0 ? 300 : 40);
        }
        check_bf16(bf16, size[0], size[1], size[2], trial % 16);
    }
    check_bf16(bf16, 150, 130, 2501, 1); /* several blocks of an odd depth */
    check_bf16(bf16, 128, 10, 1500, 2);
    check_bf16(bf16, 40, 300, 1101, 2); /* the transpose is less work */
}

static void bf16_products_equal_those_of_rounded_operands(void)
{
    for_each_kernel(check_products);
}

int main(void)
{
    if (cannot_emulate())
        return 0;
    const nni_test tests[] = {
        NN_TEST(bf16_rounds_operands_to_nearest_even),
        NN_TEST(bf16_products_equal_those_of_rounded_operands),
    };
    return nni_run_suite("gemm of bfloat16", tests, sizeof tests / sizeof *tests);
}
