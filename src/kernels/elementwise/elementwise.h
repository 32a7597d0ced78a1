/* SPDX-License-Identifier: MIT */
/**
 * Vectorised functions over arrays; OpenMP threads divide the elements.
 *
 * The result for an element depends neither on its position nor on threads. NaN stays NaN, also in ReLU; infinite and
 * huge arguments give the limit.
 */
#ifndef NNI_KERNELS_ELEMENTWISE_ELEMENTWISE_H
#define NNI_KERNELS_ELEMENTWISE_ELEMENTWISE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/elementwise/activation.h"
#include "support/real.h"

/**
 * values[i] = act(values[i]). Not for softmax.
 *
 * Linear and ReLU are exact, and the others off by so many units in the last place at most: leaky ReLU 0.9, ELU 1.2,
 * SELU 1.8, sigmoid 2.5, tanh 2.6, softplus 2.8, SiLU 3.2, gelu_tanh 3.6 and GELU 6.6, or without fused
 * multiply-add 7.7; in double up to 9.3 and 11.2. So the left tails keep their digits down to the smallest number.
 * Measured over all floats (without fused multiply-add every third) between 0.02 and 110 in size, every 997th
 * elsewhere, and millions of doubles. Below the normal numbers, a unit is the smallest number.
 */
void nni_activate(nn_activation activation, nni_real *values, size_t count);

/**
 * outputs[i] = act(inputs[i]), with the bits of nni_activate; not for softmax. For activations whose derivative needs
 * the input to be kept.
 *
 * @param outputs  [count], either inputs itself or apart from it
 */
void nni_activate_to(nn_activation activation, const nni_real *inputs, nni_real *outputs, size_t count);

/**
 * delta[i] *= act'(o_i), as a function of at[i]: the output act(o_i), or for activations that need it (needs_input)
 * the input o_i. Not for softmax. At o_i = 0, where some have two, it is the derivative from the left; NaN stays.
 *
 * For what stands in `at`, act' is within two units in the last place, of softplus within 1.2. As functions of o those
 * of gelu, gelu_tanh and silu are within 6.6, 7.5 and 5.9, but where they cross 0, near -0.75, -0.75 and -1.28, within
 * an epsilon absolutely; so is selu's where it goes to 0.
 */
void nni_activate_backward(nn_activation activation, const nni_real *at, nni_real *delta, size_t count);

/**
 * Each row of logits to its activations, in place; also for softmax: p_j = exp(o_j - max) / sum_k exp(o_k - max), and a
 * row with NaN or +infinity becomes NaN.
 *
 * @param values  [rows, columns]
 */
void nni_activate_rows(nn_activation activation, nni_real *values, size_t rows, size_t columns);

/**
 * The derivative of an activation over rows: delta of one row from dE/da to dE/do. Without threads.
 *
 * @param a      [columns] activations of the row
 * @param delta  [columns]
 */
void nni_activate_row_backward(nn_activation activation, const nni_real *a, size_t columns, nni_real *delta);

/** sums[i] += terms[i] */
void nni_add(const nni_real *terms, nni_real *sums, size_t count);

/** sums[j] = sum_i matrix[i, j], rows added in order; 0 without rows. Threads divide columns. */
void nni_column_sums(const nni_real *matrix, size_t rows, size_t columns, nni_real *sums);

/** @return whether no value is NaN or infinite; true without values */
bool nni_all_finite(const nni_real *values, size_t count);

#endif
