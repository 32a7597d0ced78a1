/** Sums and normalisations of rows, part of elementwise_loops.h. */

/* Terms are added in so many sums of every sixteenth, and these as a tree: an order that no instruction set changes. */
enum { SUMS = 16 };

static inline nn_real joined(nn_real sums[SUMS])
{
    for (size_t width = SUMS / 2; width; width /= 2)
        for (size_t lane = 0; lane < width; lane++)
            sums[lane] += sums[lane + width];
    return sums[0];
}

static void add_products(const nn_real *a, const nn_real *b, nn_real *sums, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        sums[i] += a[i] * b[i];
}

static void add_moments(const nn_real *values, double *sums, double *squares, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        double value = (double)values[i];
        sums[i] += value;
        squares[i] += value * value;
    }
}

static void normalize_columns(nn_real *values, nn_real *xhat, size_t columns, const nn_real *mean,
                              const nn_real *inverse, const nn_real *gamma, const nn_real *beta)
{
#pragma omp simd
    for (size_t j = 0; j < columns; j++) {
        nn_real x = (values[j] - mean[j]) * inverse[j];
        xhat[j] = x;
        values[j] = gamma[j] * x + beta[j];
    }
}

static void normalize_columns_backward(nn_real *delta, const nn_real *xhat, size_t columns, const nn_real *scale,
                                       const nn_real *mean_delta, const nn_real *mean_delta_xhat)
{
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        delta[j] = scale[j] * (delta[j] - mean_delta[j] - xhat[j] * mean_delta_xhat[j]);
}

static inline nn_real mean_of(const nn_real *values, size_t count)
{
    nn_real sums[SUMS] = {0};
    size_t whole = count - count % SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++)
            sums[lane] += values[i + lane];
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += values[i];
    return joined(sums) / (nn_real)count;
}

static inline nn_real variance_of(const nn_real *values, size_t count, nn_real mean)
{
    nn_real sums[SUMS] = {0};
    size_t whole = count - count % SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++)
            sums[lane] += (values[i + lane] - mean) * (values[i + lane] - mean);
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += (values[i] - mean) * (values[i] - mean);
    return joined(sums) / (nn_real)count;
}

static nn_real normalize_row(nn_real *values, nn_real *xhat, size_t columns, const nn_real *gamma, const nn_real *beta,
                             nn_real epsilon)
{
    nn_real mean = mean_of(values, columns);
    nn_real inverse = (nn_real)(1 / sqrt((double)variance_of(values, columns, mean) + (double)epsilon));
#pragma omp simd
    for (size_t j = 0; j < columns; j++) {
        nn_real x = (values[j] - mean) * inverse;
        xhat[j] = x;
        values[j] = gamma[j] * x + beta[j];
    }
    return inverse;
}

static void normalize_row_backward(nn_real *delta, const nn_real *xhat, nn_real inverse, size_t columns,
                                   const nn_real *gamma)
{
    nn_real sums[SUMS] = {0}, products[SUMS] = {0};
    size_t whole = columns - columns % SUMS;
    for (size_t j = 0; j < whole; j += SUMS)
#pragma omp simd
        for (size_t lane = 0; lane < SUMS; lane++) {
            nn_real d = delta[j + lane] * gamma[j + lane];
            sums[lane] += d;
            products[lane] += d * xhat[j + lane];
        }
    for (size_t j = whole; j < columns; j++) {
        nn_real d = delta[j] * gamma[j];
        sums[j - whole] += d;
        products[j - whole] += d * xhat[j];
    }
    nn_real mean = joined(sums) / (nn_real)columns, mean_product = joined(products) / (nn_real)columns;
#pragma omp simd
    for (size_t j = 0; j < columns; j++)
        delta[j] = inverse * (delta[j] * gamma[j] - mean - xhat[j] * mean_product);
}
