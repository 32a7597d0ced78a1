/** The losses, row by row: a table entry each, in files by family; loss.c alone walks over the batch. */
#ifndef NNI_MODEL_LOSSES_LOSS_ROWS_H
#define NNI_MODEL_LOSSES_LOSS_ROWS_H

#include "model/network.h"

/** The targets of one row, and what they are measured by. */
typedef struct nni_loss_row {
    const nni_loss_settings *loss;
    size_t outputs;
    const nni_real *values; /* [outputs], or NULL: */
    size_t class;           /* stands for its one-hot row */
} nni_loss_row;

/** One loss. Functions take one row, without its sample weight and without 1/n. */
typedef struct nni_loss_rule {
    /** What must be read from the logits [outputs] before the activation takes their place; NULL: nothing. */
    double (*of_logits)(const nni_loss_row *row, const nni_real *logits);
    /** The row's term from the activations a [outputs] and what of_logits gave; NULL: of_logits gave all of it. */
    double (*of_outputs)(const nni_loss_row *row, const nni_real *a, double earlier);
    /** delta [outputs] = scale * dterm/da, or dterm/do where joined. */
    void (*slope)(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta);
    /** Whether slope goes through the output activation at once, because the two together are simpler than each. */
    bool joined;
} nni_loss_rule;

extern const nni_loss_rule nni_loss_mse, nni_loss_mae, nni_loss_huber;            /* loss_distance.c */
extern const nni_loss_rule nni_loss_cross_entropy, nni_loss_binary_cross_entropy; /* loss_entropy.c */
extern const nni_loss_rule nni_loss_iou;                                          /* loss_overlap.c */

/** The target of one output. */
static inline nni_real nni_loss_target(const nni_loss_row *row, size_t output)
{
    return row->values ? row->values[output] : (nni_real)(row->class == output);
}

/** The weight of one output. */
static inline double nni_loss_weight(const nni_loss_row *row, size_t output)
{
    return row->loss->output_weights ? row->loss->output_weights[output] : 1;
}

/** scale times the weight of one output. */
static inline nni_real nni_loss_scale(const nni_loss_row *row, nni_real scale, size_t output)
{
    return row->loss->output_weights ? (nni_real)(row->loss->output_weights[output] * (double)scale) : scale;
}

#endif
