/* SPDX-License-Identifier: MIT */
/**
 * Normalisation of a layer's sums by columns (batch norm) and by rows (layer norm), and its derivative.
 *
 * OpenMP threads divide rows or columns, never a sum, so that they do not change a bit. Matrices are row-major.
 */
#ifndef NNI_KERNELS_ELEMENTWISE_NORMALIZE_H
#define NNI_KERNELS_ELEMENTWISE_NORMALIZE_H

#include <stddef.h>

#include "support/real.h"

/**
 * sums[j] = sum_i values_ij, squares[j] = sum_i values_ij^2, rows added in order; 0 without rows.
 *
 * @param values  [rows, columns]
 */
void nni_column_moments(const nni_real *values, size_t rows, size_t columns, double *sums, double *squares);

/**
 * xhat_ij = (o_ij - mean_j) inverse_j, values_ij = gamma_j xhat_ij + beta_j (Ioffe and Szegedy, 2015).
 *
 * @param values   [rows, columns], o on entry
 * @param xhat     [rows, columns], apart from values
 * @param inverse  [columns], 1 / sqrt(variance + epsilon)
 */
void nni_normalize_columns(nni_real *values, nni_real *xhat, size_t rows, size_t columns, const nni_real *mean,
                           const nni_real *inverse, const nni_real *gamma, const nni_real *beta);

/**
 * dE/do of dE/dn, n being the values that nni_normalize_columns left and mean and inverse functions of o:
 * delta_ij = scale_j (delta_ij - mean_delta_j - xhat_ij mean_delta_xhat_j).
 *
 * @param delta            [rows, columns], dE/dn on entry
 * @param scale            [columns], gamma_j inverse_j
 * @param mean_delta       [columns], sum_i dE/dn_ij / N over the N rows that mean and inverse were found from
 * @param mean_delta_xhat  [columns], sum_i dE/dn_ij xhat_ij / N
 */
void nni_normalize_columns_backward(nni_real *delta, const nni_real *xhat, size_t rows, size_t columns,
                                    const nni_real *scale, const nni_real *mean_delta, const nni_real *mean_delta_xhat);

/** sums[j] = sum_i a_ij b_ij, rows added in order; 0 without rows. */
void nni_column_products(const nni_real *a, const nni_real *b, size_t rows, size_t columns, nni_real *sums);

/**
 * xhat_ij = (o_ij - mean_i) inverse_i, values_ij = gamma_j xhat_ij + beta_j (Ba, Kiros, Hinton, 2016), where
 * inverse_i = 1 / sqrt(variance_i + epsilon) with the variance sum_j (o_ij - mean_i)^2 / columns.
 *
 * @param values   [rows, columns], o on entry
 * @param xhat     [rows, columns], apart from values
 * @param inverse  [rows], received
 * @param gamma    [columns], as beta
 */
void nni_normalize_rows(nni_real *values, nni_real *xhat, nni_real *inverse, size_t rows, size_t columns,
                        const nni_real *gamma, const nni_real *beta, nni_real epsilon);

/**
 * dE/do of dE/dn, n being the values that nni_normalize_rows left: with d_ij = gamma_j delta_ij,
 * delta_ij = inverse_i (d_ij - sum_k d_ik / columns - xhat_ij sum_k d_ik xhat_ik / columns).
 *
 * @param delta  [rows, columns], dE/dn on entry
 */
void nni_normalize_rows_backward(nni_real *delta, const nni_real *xhat, const nni_real *inverse, size_t rows,
                                 size_t columns, const nni_real *gamma);

#endif
