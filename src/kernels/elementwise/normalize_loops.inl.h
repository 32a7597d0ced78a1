/* SPDX-License-Identifier: MIT */
/** Sums and normalisations of rows, a part of elementwise_loops.inl.h; not a header of declarations. */

/* Partial sums, each of every sixteenth term, which are then added as a tree: an order that no instruction set changes.
 */
enum { SUMS = 16 };

static inline nni_real joined(nni_real sums[SUMS])
{
    for (size_t width = SUMS / 2; width; width /= 2)
        for (size_t lane = 0; lane < width; lane++)
            sums[lane] += sums[lane + width];
    return sums[0];
}

static void add_products(const nni_real *a, const nni_real *b, nni_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += a[i] * b[i];
}

static void add_moments(const nni_real *values, double *sums, double *squares, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        double value = (double)values[i];
        sums[i] += value;
        squares[i] += value * value;
    }
}

static void normalize_columns(nni_real *values, nni_real *xhat, size_t columns, const nni_real *mean,
                              const nni_real *inverse, const nni_real *gamma, const nni_real *beta)
{
#pragma omp simd
    for (size_t j = 0; j < columns; j++) {
        nni_real x = (values[j] - mean[j]) * inverse[j];
        xhat[j] = x;
        values[j] = gamma[j] * x + beta[j];
    }
}

static void normalize_columns_backward(nni_real *delta, const nni_real *xhat, size_t columns, const nni_real *scale,
                                       const nni_real *mean_delta, const nni_real *mean_delta_xhat)
{
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        delta[j] = scale[j] * (delta[j] - mean_delta[j] - xhat[j] * mean_delta_xhat[j]);
}

static inline nni_real mean_of(const nni_real *values, size_t count)
{
    nni_real sums[SUMS] = {0};
    size_t whole = count - count % SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++)
            sums[lane] += values[i + lane];
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += values[i];
    return joined(sums) / (nni_real)count;
}

static inline nni_real variance_of(const nni_real *values, size_t count, nni_real mean)
{
    nni_real sums[SUMS] = {0};
    size_t whole = count - count % SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++)
            sums[lane] += (values[i + lane] - mean) * (values[i + lane] - mean);
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += (values[i] - mean) * (values[i] - mean);
    return joined(sums) / (nni_real)count;
}

static nni_real normalize_row(nni_real *values, nni_real *xhat, size_t columns, const nni_real *gamma,
                              const nni_real *beta, nni_real epsilon)
{
    nni_real mean = mean_of(values, columns);
    nni_real inverse = (nni_real)(1 / sqrt((double)variance_of(values, columns, mean) + (double)epsilon));
#pragma omp simd
    for (size_t j = 0; j < columns; j++) {
        nni_real x = (values[j] - mean) * inverse;
        xhat[j] = x;
        values[j] = gamma[j] * x + beta[j];
    }
    return inverse;
}

static void normalize_row_backward(nni_real *delta, const nni_real *xhat, nni_real inverse, size_t columns,
                                   const nni_real *gamma)
{
    nni_real sums[SUMS] = {0}, products[SUMS] = {0};
    size_t whole = columns - columns % SUMS;
    for (size_t j = 0; j < whole; j += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++) {
            nni_real d = delta[j + lane] * gamma[j + lane];
            sums[lane] += d;
            products[lane] += d * xhat[j + lane];
        }
    for (size_t j = whole; j < columns; j++) {
        nni_real d = delta[j] * gamma[j];
        sums[j - whole] += d;
        products[j - whole] += d * xhat[j];
    }
    nni_real mean = joined(sums) / (nni_real)columns, mean_product = joined(products) / (nni_real)columns;
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        delta[j] = inverse * (delta[j] * gamma[j] - mean - xhat[j] * mean_product);
}
