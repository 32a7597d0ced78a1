/**
 * Vectorised functions over arrays; OpenMP threads divide the elements.
 *
 * What becomes of an element depends neither on its position nor on threads. NaN stays NaN, also in ReLU; infinite and
 * huge arguments give the limit.
 */
#ifndef NN_KERNELS_ELEMENTWISE_H
#define NN_KERNELS_ELEMENTWISE_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "nntrain/real.h"

/**
 * values[i] = act(values[i]). Not for softmax.
 *
 * Measured over all floats, sigmoid is within 2.41 and tanh within 2.50 units in the last place.
 */
void nn_activate(nn_activation activation, nn_real *values, size_t count);

/** delta[i] *= act'(o_i), as a function of the activation outputs[i] = act(o_i). Not for softmax. */
void nn_activate_backward(nn_activation activation, const nn_real *outputs, nn_real *delta, size_t count);

/**
 * Each row of logits to its softmax, in place: p_j = exp(o_j - max) / sum_k exp(o_k - max). A row with NaN or +infinity
 * becomes NaN.
 *
 * @param log_sums  [rows], receives log(sum_k exp(o_k)) = max + log(sum_k exp(o_k - max)), from which a cross-entropy
 * is found without the logarithm of a rounded probability; NULL: not wanted
 */
void nn_softmax_rows(nn_real *logits, size_t rows, size_t columns, nn_real *log_sums);

/** sums[j] = sum_i matrix[i, j], rows added in order; 0 without rows. Threads divide columns. */
void nn_column_sums(const nn_real *matrix, size_t rows, size_t columns, nn_real *sums);

/**
 * One step of gradient descent with momentum (Polyak, 1964), in one pass over the three arrays:
 * velocity = momentum * velocity + gradient; parameter -= rate * velocity.
 */
void nn_sgd_step(nn_real *parameters, const nn_real *gradients, nn_real *velocity, size_t count, nn_real rate,
                 nn_real momentum);

#endif
