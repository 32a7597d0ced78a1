/* SPDX-License-Identifier: MIT */
/** The activations: what is true of each, on every instruction set. To add one, see README.md. */
#ifndef NNI_KERNELS_ELEMENTWISE_ACTIVATION_H
#define NNI_KERNELS_ELEMENTWISE_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/kinds.h"
#include "support/real.h"
#include "support/setting.h"

/** What the outputs of a layer are, and what a loss asks of targets. */
typedef enum nni_output_kind {
    NNI_VALUES,        /**< numbers */
    NNI_PROBABILITIES, /**< numbers from 0 to 1, each on its own */
    NNI_DISTRIBUTION,  /**< the probabilities of classes: from 0 to 1, with the sum 1 */
} nni_output_kind;

/** An activation. Either the loops over elements or those over rows are there, in the table of an instruction set. */
typedef struct nni_activation_entry {
    nni_kind kind;
    const char *function; /**< in activations.inl.h: of one element; over_rows: the name before _forward */
    /** outputs[i] = act(inputs[i]); outputs may be inputs. */
    void (*forward)(const nni_real *inputs, nni_real *outputs, size_t count);
    /** delta[i] *= act'(o_i), from at[i], which is o_i where needs_input, else act(o_i). */
    void (*backward)(const nni_real *at, nni_real *delta, size_t count);
    /** Each row [columns] to its activations, in place; at least a column, and few enough rows for the level 1 cache.
     */
    void (*forward_rows)(nni_real *values, size_t rows, size_t columns);
    /** delta [columns] of one row, from dE/da to dE/do, from the row's activations a. */
    void (*backward_row)(const nni_real *a, size_t columns, nni_real *delta);
    bool over_rows;             /**< an output depends on its whole row; such an activation ends a network */
    bool needs_input;           /**< act' is found from the input o: act is not monotone, so that a does not tell o */
    nn_initializer initializer; /**< of the weights before it, where a recipe says auto */
    nni_output_kind outputs;
    double least, most; /**< targets from `least` to `most` need no shift to be reached */
    nn_target_scaling within,
        beyond;    /**< what data.normalize_targets: auto is for targets within them, and for others */
    double margin; /**< outputs nearer than this to least or most pass no gradient worth the name; 0: it has no ends */
} nni_activation_entry;

/** Entries are nni_activation_entry, without loops: those are in the tables of the instruction sets. */
extern const nni_domain nni_activation_domain;

/** @return what is true of an activation, on every instruction set */
const nni_activation_entry *nni_activation_of(nn_activation activation);

#endif
