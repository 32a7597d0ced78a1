/* SPDX-License-Identifier: MIT */
/** Looks into a network while it is trained: a few rows run through it, which leave no trace in the training. */
#ifndef NNI_TRAIN_RECORD_PROBE_H
#define NNI_TRAIN_RECORD_PROBE_H

#include "train/run/run.h"

enum { NNI_PROBE_ROWS = 256 };

/** A network over the parameters of the run's, with batches and work space of its own. On rank 0. */
typedef struct nni_probe {
    const nni_run *run; /**< borrowed */
    nn_network network; /**< the run's without dropout; its statistics are copies */
    size_t capacity;    /**< rows of work and x */
    nni_workspace *work;
    nni_batch batch; /**< some training rows of this rank, always the same */
    nni_real *x;     /**< [capacity, features] */
    int32_t *classes;
    nni_real *values, *weights;
} nni_probe;

/**
 * Takes memory and rows. Local.
 *
 * @param rows  to take, at most NNI_PROBE_ROWS; 0: the probe is for inputs of others, and has no backward pass
 */
nn_status nni_probe_create(const nni_run *run, size_t rows, nni_probe **probe, nn_error *error);
void nni_probe_free(nni_probe *probe);

/** Forward and backward pass of the rows: activations and gradients are in `work`. */
void nni_probe_run(nni_probe *probe);

/**
 * What the network makes of inputs, one or two to a row.
 *
 * @param x  [rows, inputs] as in the data file; NaN where a value is missing
 * @param rows  at most NNI_PROBE_ROWS
 * @param values  [rows, outputs], receives probabilities or values in the user's units
 */
void nni_probe_predict(nni_probe *probe, const double *x, size_t rows, double *values);

#endif
