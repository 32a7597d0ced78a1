/* SPDX-License-Identifier: MIT */
/** Areas under the ROC curve and the precision-recall curve, from the scores of all rows of a split. */
#ifndef NNI_METRICS_RANKING_H
#define NNI_METRICS_RANKING_H

#include "metrics/subject.h"

typedef struct nni_ranking nni_ranking;

/** The areas: of class 1 of two, else the mean over classes or labels, of which arrays have each. */
typedef struct nni_ranking_figures {
    double auroc, average_precision;
    const double *auroc_each, *average_precision_each; /**< [outputs]; of two classes [1] */
} nni_ranking_figures;

/** Collective. @param subject  of classes or labels; borrowed */
nn_status nni_ranking_create(const nni_subject *subject, nn_comm *comm, nni_ranking **ranking, nn_error *error);
void nni_ranking_free(nni_ranking *ranking);

/** Whether any class or label has rows that are of it and rows that are not. The same on every rank. */
bool nni_ranking_has_both(const nni_ranking *ranking);

/** Keeps the scores of rows first .. first + rows of this rank. Local. */
void nni_ranking_keep(nni_ranking *ranking, size_t first, size_t rows, const nni_real *output);

/** Computes the areas, the same on every rank. Collective. @param figures  receives them, and arrays of the ranking's
 */
nn_status nni_ranking_compute(nni_ranking *ranking, nni_ranking_figures *figures, nn_error *error);

#endif
