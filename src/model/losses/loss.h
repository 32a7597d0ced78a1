/* SPDX-License-Identifier: MIT */
/** The losses: an entry each in the table of losses.c; model/batch_loss.c computes them over a batch. To add one, see
 * README.md. */
#ifndef NNI_MODEL_LOSSES_LOSS_H
#define NNI_MODEL_LOSSES_LOSS_H

#include "kernels/elementwise/activation.h"
#include "model/losses/settings.h"
#include "support/setting.h"

/** The targets of one row, and the loss they are of. */
typedef struct nni_loss_row {
    const nni_loss_settings *loss;
    size_t outputs;
    const nni_real *values; /**< [outputs]; NULL: the target is a class */
    size_t class;           /**< stands for its one-hot row */
} nni_loss_row;

/** A loss. Its functions take one row, without the row's sample weight and without 1/n. */
typedef struct nni_loss_entry {
    nni_kind kind;
    /** The part of the row's loss that is found from the logits [outputs], before the activation takes their place;
     * NULL: there is none. */
    double (*of_logits)(const nni_loss_row *row, const nni_real *logits);
    /** The row's loss from the activations a [outputs] and what of_logits returned; NULL: of_logits returned it. */
    double (*of_outputs)(const nni_loss_row *row, const nni_real *a, double of_logits);
    /** delta [outputs] = scale * dE_i/da, or scale * dE_i/do where from_logits. */
    void (*gradient)(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta);
    bool from_logits; /**< gradient goes through the output activation too: together they are simpler than apart */
    nni_output_kind targets; /**< what targets must be; NNI_VALUES: any number */
    unsigned outputs;        /**< set of what the network's outputs may be, 1 << nni_output_kind each; 0: anything */
    const char *needs;       /**< the same in words, for messages: "probabilities"; NULL: anything */
} nni_loss_entry;

/** Entries are nni_loss_entry. */
extern const nni_domain nni_loss_domain;

const nni_loss_entry *nni_loss_of(nn_loss_kind loss);

/** @return the loss that outputs of a kind have by default: the first that takes them alone, or mse of values */
nn_loss_kind nni_loss_usual(nni_output_kind outputs);

#endif
