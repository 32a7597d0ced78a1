/* SPDX-License-Identifier: MIT */
/** What a file of predictions holds. */
#ifndef NNI_DATA_PREDICTIONS_FORM_H
#define NNI_DATA_PREDICTIONS_FORM_H

#include <stddef.h>

#include "nntrain/kinds.h"
#include "support/string_set.h"

/** What is predicted of how many rows. */
typedef struct nni_predictions_form {
    nn_prediction kind;
    size_t rows, outputs;
    const nni_string_set *names; /**< of classes, or of outputs; borrowed until the end; NULL or empty: numbers alone */
} nni_predictions_form;

#endif
