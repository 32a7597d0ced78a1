/** The parts of an evaluator: what is counted and added up row by row, and the ranking of scores. */
#ifndef NN_TRAIN_METRICS_H
#define NN_TRAIN_METRICS_H

#include "nntrain/evaluate.h"
#include "train/row_sums.h"

/** Classes up to which there is a confusion matrix: 32 MiB. */
enum { NN_MOST_CONFUSED = 2048 };

/** Places of the sums that are rounded; squared residuals of the outputs follow where there are values. */
enum { NN_SUM_LOSS, NN_SUM_ABSOLUTE, NN_SUM_INTERSECTION, NN_SUM_UNITED, NN_SUM_RESIDUAL };

/** Everything that is a sum over rows. Counts are exact in doubles, whoever adds; the others keep to an order. */
typedef struct nn_tally {
    nn_row_sums rounded;
    double *totals; /* [rounded.count] over all ranks */
    size_t count;
    double *counts; /* [count]; the others point into it */
    double *correct, *top;
    double *actual, *predicted, *hit; /* [classes] rows of a class, taken for it, and both; NULL without classes */
    double *confusion;                /* [classes, classes] or NULL */
} nn_tally;

/** What the figures are of. */
typedef struct nn_subject {
    const nn_dataset *dataset; /* borrowed */
    size_t outputs;            /* of the network */
    size_t classes;            /* 0: no classes; 2 with a single output */
    size_t top_k;              /* 0: not wanted, or one output */
    bool unit_targets;         /* whether all targets lie in 0 .. 1, so that they are memberships of a set */
    double *spread;            /* [outputs] sums of squared deviations of values from their mean, or NULL */
} nn_subject;

/** The class of a row, of a subject with classes; of shares of classes the largest. */
static inline size_t nn_class_of_row(const nn_subject *subject, const nn_rows *rows, size_t row)
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

nn_status nn_tally_create(const nn_subject *subject, nn_comm *comm, nn_tally *tally, nn_error *error);
void nn_tally_free(nn_tally *tally);
void nn_tally_clear(nn_tally *tally);

/**
 * Adds rows first .. first + count of those given, all of the leaf in work.
 *
 * @param output    [count, outputs] activations
 * @param restored  [count, outputs] the same in the units of targets that are values, or NULL
 * @param losses    [count] terms of the loss
 */
void nn_tally_rows(nn_tally *tally, const nn_subject *subject, const nn_rows *rows, size_t first, size_t count,
                   const nn_real *output, const double *restored, const double *losses);

/** Adds up over the ranks. Collective. */
nn_status nn_tally_total(nn_tally *tally, nn_comm *comm, nn_error *error);

/** The figures, once the tally holds the sums over ranks; all but auroc. */
void nn_tally_figures(const nn_tally *tally, const nn_subject *subject, nn_metrics *metrics);

/** Scores of all rows, for the area under the ROC curve. */
typedef struct nn_ranking nn_ranking;

/** Collective. */
nn_status nn_ranking_create(const nn_subject *subject, nn_comm *comm, nn_ranking **ranking, nn_error *error);
void nn_ranking_free(nn_ranking *ranking);

/** Keeps the scores of rows first .. first + rows of this rank. Local. */
void nn_ranking_keep(nn_ranking *ranking, size_t first, size_t rows, const nn_real *output);

/** The area, the same on every rank. Collective. */
nn_status nn_ranking_area(nn_ranking *ranking, double *area, nn_error *error);

#endif
