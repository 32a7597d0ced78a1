/* SPDX-License-Identifier: MIT */
/** Masks that silence a share of a layer's outputs in training (Srivastava et al., 2014). */
#ifndef NNI_KERNELS_ELEMENTWISE_DROPOUT_H
#define NNI_KERNELS_ELEMENTWISE_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "support/real.h"

/**
 * mask_ij = 0 with probability `rate`, else 1 / (1 - rate), so that outputs times the mask keep their mean.
 *
 * An element depends on seed, epoch, layer, samples[i], j and columns alone, not on the other rows or on where its row
 * stands: it is word j mod 4 of Philox4x32-10 for NNI_RANDOM_DROPOUT, with the stream layer << 48 ^ epoch and the index
 * samples[i] * ceil(columns / 4) + j / 4. Threads divide rows.
 *
 * @param mask     [rows, columns], received
 * @param samples  [rows], numbers of the rows in the training split; below 2^64 / ceil(columns / 4)
 * @param epoch    below 2^48
 * @param layer    below 2^16
 * @param rate     0 <= rate < 1, kept to 2^-32
 */
void nni_dropout_mask(nni_real *mask, const uint64_t *samples, size_t rows, size_t columns, uint64_t seed,
                      uint64_t epoch, size_t layer, double rate);

/** out[i] = values[i] * mask[i]; out may be values. */
void nni_dropout_apply(const nni_real *values, const nni_real *mask, nni_real *out, size_t count);

#endif
