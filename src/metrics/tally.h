/** The parts of an evaluator: what is added up row by row, the figures made of it, and the ranking of scores. */
#ifndef NNI_METRICS_TALLY_H
#define NNI_METRICS_TALLY_H

#include "metrics/evaluate.h"
#include "metrics/row_sums.h"

/** Classes up to which there is a confusion matrix: 32 MiB, and as much again for each level of the tree of slices. */
enum { NNI_MOST_CONFUSED = 2048 };

/** Places of the sums that there are always; those of classes, labels and outputs follow. */
enum {
    NNI_SUM_LOSS,
    NNI_SUM_WEIGHT,       /* of rows; a row without a weight has 1 */
    NNI_SUM_CORRECT,      /* weights of the rows whose class is right, or all of whose labels are */
    NNI_SUM_CORRECT_ROWS, /* how many rows these are */
    NNI_SUM_TOP,
    NNI_SUM_LOG_LOSS,
    NNI_SUM_INTERSECTION,
    NNI_SUM_UNITED,
    NNI_SUM_FIXED
};

/** What the figures are of. */
typedef struct nni_subject {
    const nni_dataset *dataset; /* borrowed */
    size_t outputs;             /* of the network */
    size_t classes;             /* 0: no classes; 2 with a single output */
    size_t labels;              /* outputs that are each one of two classes; 0: no several labels */
    size_t top_k;               /* 0: not wanted, or one output */
    bool confusion;             /* whether a confusion matrix is wanted and there is one */
    bool probabilities;         /* whether the outputs are those of the classes or labels */
    bool unit_targets;          /* whether all targets lie in 0 .. 1, so that they are memberships of a set */
    double *spread; /* [outputs] sums of squared deviations of values from their mean, weighted, or NULL: no values */
} nni_subject;

/**
 * Everything that is a sum over rows, each row times its weight: slice by slice, so that they are the same bits on any
 * number of ranks. Owns its arrays.
 */
typedef struct nni_tally {
    nni_row_sums sums;
    double *totals; /* [sums.count] over all ranks */
    /* Where in the sums [parts] begin, of classes or labels: rows of one, taken for it, both, and rows of one or taken
     * for it, weighing 1 each. */
    size_t parts, actual, predicted, hit, occurs;
    size_t absolute, residual; /* where [outputs] errors of values begin */
    size_t confusion;          /* where [classes, classes] begin */
    size_t each_count;         /* the larger of parts and outputs */
    double *each;              /* [NN_METRIC_COUNT, each_count] figures of one class, label or output */
} nni_tally;

/** The class a row of values speaks for: the largest of several, or with one whether it is at least 0.5. */
static inline size_t nni_class_of_row(const nni_subject *subject, const nni_rows *rows, size_t row)
{
    if (rows->classes)
        return (size_t)rows->classes[row];
    const double *y = rows->values + row * subject->outputs;
    if (subject->outputs == 1)
        return y[0] >= 0.5;
    size_t largest = 0;
    for (size_t j = 1; j < subject->outputs; j++)
        if (y[j] > y[largest])
            largest = j;
    return largest;
}

nn_status nni_tally_create(const nni_subject *subject, nn_comm *comm, nni_tally *tally, nn_error *error);
void nni_tally_free(nni_tally *tally);
void nni_tally_clear(nni_tally *tally);

/**
 * Adds rows first .. first + count of those given, all of the leaf in work.
 *
 * @param output    [count, outputs] activations
 * @param restored  [count, outputs] the same in the units of targets that are values, or NULL
 * @param losses    [count] terms of the loss
 */
void nni_tally_rows(nni_tally *tally, const nni_subject *subject, const nni_rows *rows, size_t first, size_t count,
                    const nni_real *output, const double *restored, const double *losses);

/** Adds up over the ranks. Collective. */
nn_status nni_tally_total(nni_tally *tally, nn_error *error);

/** The figures, once the tally holds the sums over ranks; all but those of a ranking. */
void nni_tally_figures(nni_tally *tally, const nni_subject *subject, nni_metrics *metrics);

/** Scores of all rows, for the areas under the ROC and the precision-recall curve. */
typedef struct nni_ranking nni_ranking;

/** Collective. @param subject  of classes or labels */
nn_status nni_ranking_create(const nni_subject *subject, nn_comm *comm, nni_ranking **ranking, nn_error *error);
void nni_ranking_free(nni_ranking *ranking);

/** Whether any class or label has rows that are of it and rows that are not. The same on every rank. */
bool nni_ranking_has_both(const nni_ranking *ranking);

/** Keeps the scores of rows first .. first + rows of this rank. Local. */
void nni_ranking_keep(nni_ranking *ranking, size_t first, size_t rows, const nni_real *output);

/** Fills in auroc and average_precision, the same on every rank. Collective. */
nn_status nni_ranking_figures(nni_ranking *ranking, nni_metrics *metrics, nn_error *error);

#endif
