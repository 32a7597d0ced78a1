/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/normalize.h"

#include "kernels/elementwise/elementwise_kernels.h"
#include "support/threads/team.h"

/* Elements below which a second thread costs more than it saves: waking it takes 5 to 10 us, in which one core
 * normalises as many. */
static const size_t worth_threads = 32768;

/* Matrices [rows, columns] whose rows or columns threads divide, and vectors of their columns. */
typedef struct matrices {
    const nni_elementwise_kernels *kernels;
    size_t rows, columns;
    const nni_real *a, *b;
    nni_real *values, *xhat;
    const nni_real *mean, *inverse, *gamma, *beta, *products;
    nni_real *inverses; /* [rows] */
    nni_real *sums;
    double *moments, *squares;
    nni_real epsilon;
} matrices;

static void divide_columns(matrices *m, nni_team_share *share)
{
    m->kernels = nni_elementwise_kernels_in_use();
    nni_team_divide_work(m->rows * m->columns, worth_threads, m->columns, NNI_TEAM_LINE, share, m);
}

static void divide_rows(matrices *m, nni_team_share *share)
{
    m->kernels = nni_elementwise_kernels_in_use();
    nni_team_divide_work(m->rows * m->columns, worth_threads, m->rows, 1, share, m);
}

static void moments_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t j = share.first; j < share.first + share.count; j++)
        m->moments[j] = m->squares[j] = 0;
    for (size_t i = 0; i < m->rows; i++)
        m->kernels->add_moments(m->a + i * m->columns + share.first, m->moments + share.first, m->squares + share.first,
                                share.count);
}

void nni_column_moments(const nni_real *values, size_t rows, size_t columns, double *sums, double *squares)
{
    divide_columns(&(matrices){.rows = rows, .columns = columns, .a = values, .moments = sums, .squares = squares},
                   moments_of_share);
}

static void normalize_columns_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t i = share.first; i < share.first + share.count; i++)
        m->kernels->normalize_columns(m->values + i * m->columns, m->xhat + i * m->columns, m->columns, m->mean,
                                      m->inverse, m->gamma, m->beta);
}

void nni_normalize_columns(nni_real *values, nni_real *xhat, size_t rows, size_t columns, const nni_real *mean,
                           const nni_real *inverse, const nni_real *gamma, const nni_real *beta)
{
    divide_rows(&(matrices){.rows = rows,
                            .columns = columns,
                            .values = values,
                            .xhat = xhat,
                            .mean = mean,
                            .inverse = inverse,
                            .gamma = gamma,
                            .beta = beta},
                normalize_columns_of_share);
}

static void normalize_columns_backward_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t i = share.first; i < share.first + share.count; i++)
        m->kernels->normalize_columns_backward(m->values + i * m->columns, m->a + i * m->columns, m->columns,
                                               m->inverse, m->mean, m->products);
}

void nni_normalize_columns_backward(nni_real *delta, const nni_real *xhat, size_t rows, size_t columns,
                                    const nni_real *scale, const nni_real *mean_delta, const nni_real *mean_delta_xhat)
{
    divide_rows(&(matrices){.rows = rows,
                            .columns = columns,
                            .values = delta,
                            .a = xhat,
                            .inverse = scale,
                            .mean = mean_delta,
                            .products = mean_delta_xhat},
                normalize_columns_backward_of_share);
}

static void products_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t j = share.first; j < share.first + share.count; j++)
        m->sums[j] = 0;
    for (size_t i = 0; i < m->rows; i++) {
        const size_t first = i * m->columns + share.first;
        m->kernels->add_products(m->a + first, m->b + first, m->sums + share.first, share.count);
    }
}

void nni_column_products(const nni_real *a, const nni_real *b, size_t rows, size_t columns, nni_real *sums)
{
    divide_columns(&(matrices){.rows = rows, .columns = columns, .a = a, .b = b, .sums = sums}, products_of_share);
}

static void normalize_rows_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t i = share.first; i < share.first + share.count; i++)
        m->inverses[i] = m->kernels->normalize_row(m->values + i * m->columns, m->xhat + i * m->columns, m->columns,
                                                   m->gamma, m->beta, m->epsilon);
}

void nni_normalize_rows(nni_real *values, nni_real *xhat, nni_real *inverse, size_t rows, size_t columns,
                        const nni_real *gamma, const nni_real *beta, nni_real epsilon)
{
    if (columns == 0)
        return;
    divide_rows(&(matrices){.rows = rows,
                            .columns = columns,
                            .values = values,
                            .xhat = xhat,
                            .inverses = inverse,
                            .gamma = gamma,
                            .beta = beta,
                            .epsilon = epsilon},
                normalize_rows_of_share);
}

static void normalize_rows_backward_of_share(void *context, nni_partition share)
{
    const matrices *m = context;
    for (size_t i = share.first; i < share.first + share.count; i++)
        m->kernels->normalize_row_backward(m->values + i * m->columns, m->a + i * m->columns, m->inverse[i], m->columns,
                                           m->gamma);
}

void nni_normalize_rows_backward(nni_real *delta, const nni_real *xhat, const nni_real *inverse, size_t rows,
                                 size_t columns, const nni_real *gamma)
{
    if (columns == 0)
        return;
    divide_rows(
        &(matrices){.rows = rows, .columns = columns, .values = delta, .a = xhat, .inverse = inverse, .gamma = gamma},
        normalize_rows_backward_of_share);
}
