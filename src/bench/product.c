/* SPDX-License-Identifier: MIT */
#include "bench/product.h"

#include <float.h>
#include <math.h>

#include "support/extremes.h"
#include "support/memory.h"
#include "support/philox.h"

nn_status nni_bench_product_create(const nni_bench_shape *shapes, size_t count, nni_bench_product *product,
                                   nn_error *error)
{
    size_t a = 0, b = 0, c = 0, norms = 0;
    for (size_t i = 0; i < count; i++) {
        const nni_bench_shape s = shapes[i];
        size_t sizes[3];
        if (__builtin_mul_overflow(s.rows, s.depth, &sizes[0]) ||
            __builtin_mul_overflow(s.depth, s.columns, &sizes[1]) ||
            __builtin_mul_overflow(s.rows, s.columns, &sizes[2]))
            return nn_fail(error, NN_USAGE, "--shape: %zux%zux%zu is more than memory can hold", s.rows, s.columns,
                           s.depth);
        a = nni_larger(a, sizes[0]);
        b = nni_larger(b, sizes[1]);
        c = nni_larger(c, sizes[2]);
        norms = nni_larger(norms, s.rows + s.columns);
    }
    NN_TRY(nni_allocate(a, sizeof *product->a, "the left operand of a product", &product->a, error));
    NN_TRY(nni_allocate(b, sizeof *product->b, "the right operand of a product", &product->b, error));
    NN_TRY(nni_allocate(c, sizeof *product->c, "a product", &product->c, error));
    NN_TRY(nni_allocate(c, sizeof *product->other, "a product", &product->other, error));
    return nni_allocate(norms, sizeof *product->norms, "lengths of rows and columns", &product->norms, error);
}

void nni_bench_product_free(nni_bench_product *product)
{
    nni_release(product->a);
    nni_release(product->b);
    nni_release(product->c);
    nni_release(product->other);
    nni_release(product->norms);
}

static void draw(float *values, size_t count, uint64_t stream)
{
    for (size_t i = 0; i < count; i += 4) {
        const nni_philox_block block = nni_random_block(1, NNI_RANDOM_GENERATE, stream, i / 4);
        for (size_t k = 0; k < 4 && i + k < count; k++)
            values[i + k] = (float)((int32_t)block.word[k] >> 8) / 8388608.0F;
    }
}

/* The operands as nni_gemm takes them. */
static nni_view a_of(const nni_bench_product *product)
{
    const nni_bench_shape s = product->shape;
    return s.orientation == NNI_BENCH_DW ? (nni_view){product->a, 1, s.rows} : (nni_view){product->a, s.depth, 1};
}

static nni_view b_of(const nni_bench_product *product)
{
    const nni_bench_shape s = product->shape;
    return s.orientation == NNI_BENCH_FORWARD ? (nni_view){product->b, 1, s.depth}
                                              : (nni_view){product->b, s.columns, 1};
}

static double at(nni_view view, size_t i, size_t j)
{
    return (double)view.data[i * view.row_stride + j * view.column_stride];
}

static double length(const float *values, size_t stride, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i * stride] * (double)values[i * stride];
    return sqrt(sum);
}

void nni_bench_product_become(nni_bench_product *product, nni_bench_shape s)
{
    product->shape = s;
    draw(product->a, s.rows * s.depth, 1);
    draw(product->b, s.depth * s.columns, 2);
    const nni_view a = a_of(product), b = b_of(product);
    for (size_t i = 0; i < s.rows; i++)
        product->norms[i] = length(a.data + i * a.row_stride, a.column_stride, s.depth);
    for (size_t j = 0; j < s.columns; j++)
        product->norms[s.rows + j] = length(b.data + j * b.column_stride, b.row_stride, s.depth);
}

void nni_bench_product_multiply(const nni_bench_product *product, nni_gemm_workspace *space)
{
    const nni_bench_shape s = product->shape;
    nni_gemm(space, s.rows, s.columns, s.depth, a_of(product), b_of(product), product->c, s.columns, NULL);
}

static nn_status compare(const nni_bench_product *product, size_t i, size_t j, double value, const char *name,
                         nn_error *error)
{
    const nni_bench_shape s = product->shape;
    const double ours = (double)product->c[i * s.columns + j];
    const double bound =
        2 * 6 * sqrt((double)s.depth) * (FLT_EPSILON / 2.0) * product->norms[i] * product->norms[s.rows + j];
    if (fabs(ours - value) <= bound)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "%s %zux%zux%zu: element (%zu, %zu) is %.9g by our kernels and %.9g by %s, further apart than "
                   "rounding explains (%.2g); one of them is wrong and none is worth timing",
                   nni_bench_orientation_name(s.orientation), s.rows, s.columns, s.depth, i, j, ours, value, name,
                   bound);
}

static double sum_in_double(const nni_bench_product *product, size_t i, size_t j)
{
    const nni_view a = a_of(product), b = b_of(product);
    double sum = 0;
    for (size_t k = 0; k < product->shape.depth; k++)
        sum += at(a, i, k) * at(b, k, j);
    return sum;
}

nn_status nni_bench_product_check(const nni_bench_product *product, const char *name, nn_error *error)
{
    enum { SAMPLE = 32 };
    const nni_bench_shape s = product->shape;
    for (size_t k = 0; k < SAMPLE; k++) {
        const size_t i = k * (s.rows - 1) / (SAMPLE - 1), j = k * (s.columns - 1) / (SAMPLE - 1);
        NN_TRY(compare(product, i, j, sum_in_double(product, i, j), "sums in double precision", error));
    }
    for (size_t i = 0; i < s.rows; i++)
        for (size_t j = 0; j < s.columns; j++)
            NN_TRY(compare(product, i, j, (double)product->other[i * s.columns + j], name, error));
    return NN_OK;
}
