/* SPDX-License-Identifier: MIT */
/** Settings of a loss, as a recipe has them. */
#ifndef NNI_MODEL_LOSSES_SETTINGS_H
#define NNI_MODEL_LOSSES_SETTINGS_H

#include <stdint.h>

#include "nntrain/kinds.h"

/** A loss and its parameters; what a loss does not use is ignored by it and refused in recipes. */
typedef struct nni_loss_settings {
    nn_loss_kind name;
    double label_smoothing; /**< cross_entropy, binary_cross_entropy: share e of a target moved to the others */
    double delta;           /**< huber: where the square goes over into a line */
    double *class_weights;  /**< cross_entropy: [class_weights_count] weights of the classes; NULL: all 1 */
    uint32_t class_weights_count;
    double *output_weights; /**< mse, mae, huber, binary_cross_entropy: [output_weights_count] weights of the outputs;
                               NULL: all 1 */
    uint32_t output_weights_count;
} nni_loss_settings;

#endif
