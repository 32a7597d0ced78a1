/* SPDX-License-Identifier: MIT */
/** Rows in the range of the training, with what the trainer predicts of them: for self-tests of exported code, and to
 * measure how far its arithmetic is off. */
#ifndef NNI_EXPORT_SOURCE_SAMPLE_H
#define NNI_EXPORT_SOURCE_SAMPLE_H

#include "model/network.h"
#include "model/trained.h"
#include "nntrain/status.h"

/** Owns its arrays. */
typedef struct nni_sample {
    size_t rows;
    double *x;         /**< [rows, features] in the units of the data; numbers of the type that the code takes x as */
    double *expected;  /**< [rows, outputs] of the network that the code is made of */
    double *tolerance; /**< [outputs] that self-tests allow: 1e-5 of the largest output before scaling is undone */
    double error;      /**< largest difference of the code's arithmetic from the trainer's, which is of bfloat16 where
                          the model's precision is; over the largest output */
} nni_sample;

/**
 * Draws rows, by a fixed generator: within two deviations of the mean, or between least and largest value, as features
 * are scaled; the trainer predicts them, and so does arithmetic that rounds each product before it is added, as a
 * processor without fused multiply-add does.
 *
 * @param network  that the code is made of: the model's own, or one of rounded weights
 * @param types    what the code takes x as and scales it in
 */
nn_status nni_sample_create(const nni_trained *model, const nn_network *network, nni_scaling_types types, size_t rows,
                            nni_sample *sample, nn_error *error);
void nni_sample_free(nni_sample *sample);

#endif
