/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/normalize.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "support/partition.h"

/* Elements below which a second thread costs more than it saves: waking it takes 5 to 10 us, in which one core
 * normalises as many. */
static const size_t worth_threads = 32768;

static void moments_of_share(const nni_real *values, size_t rows, size_t columns, nni_partition share, double *sums,
                             double *squares)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    for (size_t j = share.first; j < share.first + share.count; j++)
        sums[j] = squares[j] = 0;
    for (size_t i = 0; i < rows; i++)
        kernels->add_moments(values + i * columns + share.first, sums + share.first, squares + share.first,
                             share.count);
}

void nni_column_moments(const nni_real *values, size_t rows, size_t columns, double *sums, double *squares)
{
    if (nni_alone(rows * columns, worth_threads)) {
        moments_of_share(values, rows, columns, (nni_partition){0, columns}, sums, squares);
        return;
    }
#pragma omp parallel
    moments_of_share(values, rows, columns, nni_partition_of_thread(columns), sums, squares);
}

void nni_normalize_columns(nni_real *values, nni_real *xhat, size_t rows, size_t columns, const nni_real *mean,
                           const nni_real *inverse, const nni_real *gamma, const nni_real *beta)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
#pragma omp parallel for schedule(static) if (rows * columns >= worth_threads)
    for (size_t i = 0; i < rows; i++)
        kernels->normalize_columns(values + i * columns, xhat + i * columns, columns, mean, inverse, gamma, beta);
}

void nni_normalize_columns_backward(nni_real *delta, const nni_real *xhat, size_t rows, size_t columns,
                                    const nni_real *scale, const nni_real *mean_delta, const nni_real *mean_delta_xhat)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
#pragma omp parallel for schedule(static) if (rows * columns >= worth_threads)
    for (size_t i = 0; i < rows; i++)
        kernels->normalize_columns_backward(delta + i * columns, xhat + i * columns, columns, scale, mean_delta,
                                            mean_delta_xhat);
}

static void products_of_share(const nni_real *a, const nni_real *b, size_t rows, size_t columns, nni_partition share,
                              nni_real *sums)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    for (size_t j = share.first; j < share.first + share.count; j++)
        sums[j] = 0;
    for (size_t i = 0; i < rows; i++) {
        size_t first = i * columns + share.first;
        kernels->add_products(a + first, b + first, sums + share.first, share.count);
    }
}

void nni_column_products(const nni_real *a, const nni_real *b, size_t rows, size_t columns, nni_real *sums)
{
    if (nni_alone(rows * columns, worth_threads)) {
        products_of_share(a, b, rows, columns, (nni_partition){0, columns}, sums);
        return;
    }
#pragma omp parallel
    products_of_share(a, b, rows, columns, nni_partition_of_thread(columns), sums);
}

void nni_normalize_rows(nni_real *values, nni_real *xhat, nni_real *inverse, size_t rows, size_t columns,
                        const nni_real *gamma, const nni_real *beta, nni_real epsilon)
{
    if (columns == 0)
        return;
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
#pragma omp parallel for schedule(static) if (rows * columns >= worth_threads)
    for (size_t i = 0; i < rows; i++)
        inverse[i] = kernels->normalize_row(values + i * columns, xhat + i * columns, columns, gamma, beta, epsilon);
}

void nni_normalize_rows_backward(nni_real *delta, const nni_real *xhat, const nni_real *inverse, size_t rows,
                                 size_t columns, const nni_real *gamma)
{
    if (columns == 0)
        return;
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
#pragma omp parallel for schedule(static) if (rows * columns >= worth_threads)
    for (size_t i = 0; i < rows; i++)
        kernels->normalize_row_backward(delta + i * columns, xhat + i * columns, inverse[i], columns, gamma);
}
