/* SPDX-License-Identifier: MIT */
/** What a split is measured as: classes, labels or values, found from its targets and the network's outputs. */
#ifndef NNI_METRICS_SUBJECT_H
#define NNI_METRICS_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "comm/comm.h"
#include "data/dataset/dataset.h"
#include "kernels/elementwise/activation.h"
#include "model/class_of.h"

/** A split with outputs of a network to be measured against its targets. */
typedef struct nni_subject {
    const nni_dataset *dataset; /* borrowed */
    size_t outputs;             /* of the network */
    size_t classes;             /* 0: no classes; 2 with a single output */
    size_t labels;              /* outputs that are each one of two classes; 0: no several labels */
    size_t top_k;               /* 0: not wanted, or one output */
    bool confusion;             /* whether a confusion matrix is wanted and there is one */
    bool probabilities;         /* whether the outputs are those of the classes or labels */
    bool unit_targets;          /* whether all targets lie in 0 .. 1, so that they are memberships of a set */
    bool memberships;           /* whether outputs are: they cannot leave 0 .. 1, or were trained as such */
    bool one_class;             /* scores are ranked, and no class or label has both rows of it and others */
    double
        *spread; /* [outputs] sums of squared deviations of values from their mean, weighted; owned. NULL: no values */
} nni_subject;

/**
 * Looks at all targets of a split. Collective.
 *
 * @param outputs   what those of the network's last layer are
 * @param capacity  most rows to be looked at in one piece
 * @param subject   with dataset and outputs; receives the rest but confusion, top_k, memberships and one_class. To be
 * freed also where this fails
 */
nn_status nni_subject_describe(nni_subject *subject, nni_output_kind outputs, size_t capacity, nn_comm *comm,
                               nn_error *error);
void nni_subject_free(nni_subject *subject);

/**
 * The class that a row of output activations speaks for: the largest of several (the first of equals), or with one
 * output whether it is at least 0.5.
 */
size_t nni_predicted_class(const nni_real *output, size_t outputs);

/** The class that a row of targets is of: the largest of several, or with one whether it is at least 0.5. */
size_t nni_class_of_row(const nni_subject *subject, const nni_rows *rows, size_t row);

#endif
