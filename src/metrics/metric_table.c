/* SPDX-License-Identifier: MIT */
/* All metrics: names, what they are measured on, and how they are computed from sums over rows. Definitions are those
 * of sklearn.metrics with zero_division=0; evaluate.h says which. */
#include <math.h>

#include "metrics/metric_table.h"

/* --- what they are measured on --- */

static bool any(const nni_subject *subject)
{
    (void)subject;
    return true;
}

static bool has_classes(const nni_subject *subject)
{
    return subject->classes > 0;
}

static bool has_labels(const nni_subject *subject)
{
    return subject->labels > 0;
}

static bool has_classes_or_labels(const nni_subject *subject)
{
    return subject->classes > 0 || subject->labels > 0;
}

static bool has_top_k(const nni_subject *subject)
{
    return subject->top_k > 0;
}

static bool has_probabilities(const nni_subject *subject)
{
    return has_classes_or_labels(subject) && subject->probabilities;
}

static bool has_values(const nni_subject *subject)
{
    return subject->spread != NULL;
}

static bool has_memberships(const nni_subject *subject)
{
    return subject->unit_targets && subject->memberships;
}

static bool has_two_classes(const nni_subject *subject)
{
    return !subject->one_class;
}

static bool values_vary(const nni_subject *subject)
{
    for (size_t j = 0; j < subject->outputs; j++)
        if (subject->spread[j] > 0)
            return true;
    return false;
}

static const char of_classes[] = "classes";
static const char of_classes_or_labels[] = "classes or labels";
static const char of_labels[] = "several labels (targets of 0 and 1 under sigmoid outputs)";
static const char of_values[] = "values";

/* --- how they are computed --- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double weight(const nni_measured *m)
{
    return m->tally->totals[NNI_SUM_WEIGHT];
}

static double mean_loss(const nni_measured *m)
{
    return m->tally->totals[NNI_SUM_LOSS] / (double)m->subject->dataset->slicing.slices.rows;
}

/* Accuracy of classes, and of labels that of whole rows. */
static double accuracy(const nni_measured *m)
{
    return m->tally->totals[NNI_SUM_CORRECT] / weight(m);
}

static double balanced_accuracy(const nni_measured *m)
{
    const nni_tally *tally = m->tally;
    const double *actual = tally->totals + tally->actual, *hit = tally->totals + tally->hit;
    double sum = 0, count = 0;
    for (size_t c = 0; c < tally->parts; c++) {
        sum += ratio(hit[c], actual[c]);
        count += actual[c] > 0;
    }
    return sum / count;
}

static double top_k(const nni_measured *m)
{
    return m->tally->totals[NNI_SUM_TOP] / weight(m);
}

/* Weights of rows of one class or label, taken for it, and both; or of all labels together. */
typedef struct confusion {
    double actual, predicted, hit;
} confusion;

static confusion confusion_of(const nni_measured *m, size_t part)
{
    const nni_tally *tally = m->tally;
    return (confusion){tally->totals[tally->actual + part], tally->totals[tally->predicted + part],
                       tally->totals[tally->hit + part]};
}

static confusion confusion_of_all(const nni_measured *m)
{
    confusion all = {0, 0, 0};
    for (size_t j = 0; j < m->tally->parts; j++) {
        const confusion one = confusion_of(m, j);
        all.actual += one.actual;
        all.predicted += one.predicted;
        all.hit += one.hit;
    }
    return all;
}

static double precision_of(confusion c)
{
    return ratio(c.hit, c.predicted);
}

static double recall_of(confusion c)
{
    return ratio(c.hit, c.actual);
}

static double f1_of(confusion c)
{
    return ratio(2 * c.hit, c.predicted + c.actual);
}

static double precision(const nni_measured *m, size_t part)
{
    return precision_of(confusion_of(m, part));
}

static double recall(const nni_measured *m, size_t part)
{
    return recall_of(confusion_of(m, part));
}

static double f1(const nni_measured *m, size_t part)
{
    return f1_of(confusion_of(m, part));
}

static double precision_micro(const nni_measured *m)
{
    return precision_of(confusion_of_all(m));
}

static double recall_micro(const nni_measured *m)
{
    return recall_of(confusion_of_all(m));
}

static double f1_micro(const nni_measured *m)
{
    return f1_of(confusion_of_all(m));
}

static double hamming_loss(const nni_measured *m)
{
    const confusion all = confusion_of_all(m);
    return (all.actual + all.predicted - 2 * all.hit) / (weight(m) * (double)m->subject->labels);
}

static double auroc(const nni_measured *m)
{
    return m->ranking->auroc;
}

static double auroc_of(const nni_measured *m, size_t part)
{
    return m->ranking->auroc_each[part];
}

static double average_precision(const nni_measured *m)
{
    return m->ranking->average_precision;
}

static double average_precision_of(const nni_measured *m, size_t part)
{
    return m->ranking->average_precision_each[part];
}

static double log_loss(const nni_measured *m)
{
    const size_t labels = m->subject->labels;
    return m->tally->totals[NNI_SUM_LOG_LOSS] / (weight(m) * (double)(labels > 0 ? labels : 1));
}

static double mae(const nni_measured *m, size_t output)
{
    return m->tally->totals[m->tally->absolute + output] / weight(m);
}

static double rmse(const nni_measured *m, size_t output)
{
    return sqrt(m->tally->totals[m->tally->residual + output] / weight(m));
}

/* What is explained of a target that does not vary: all where it is met, else nothing, as scikit-learn counts. */
static double r2(const nni_measured *m, size_t output)
{
    const double residual = m->tally->totals[m->tally->residual + output], spread = m->subject->spread[output];
    if (m->subject->dataset->slicing.slices.rows <= 1)
        return (double)NAN;
    if (isnan(residual))
        return residual;
    if (spread > 0)
        return 1 - residual / spread;
    return residual > 0 ? 0 : 1;
}

static double iou(const nni_measured *m)
{
    const double *totals = m->tally->totals;
    return totals[NNI_SUM_UNION] == 0 ? 1 : totals[NNI_SUM_INTERSECTION] / totals[NNI_SUM_UNION];
}

/* --- the table --- */

#define KIND(metric_name, metric_help) .kind = {.name = (metric_name), .help = (metric_help)}
#define MEASURED_ON(test, text)        .applies = (test), .needs = (text)
#define BY_RANKING                                                                                                     \
    .ranked = true, .parts = NNI_PARTS_CLASSES_OF_MANY, .defined = has_two_classes,                                    \
    .needs_also = "rows of two classes at least", .has_instead = "rows of one class alone"

static const nni_metric_kind table[NN_METRIC_COUNT] = {
    [NN_METRIC_LOSS] = {KIND("loss", "the loss of training, without regularisation"), .lower_is_better = true,
                        .applies = any, .value = mean_loss},
    [NN_METRIC_ACCURACY] = {KIND("accuracy", "share of rows whose predicted class is right"),
                            MEASURED_ON(has_classes, of_classes), .value = accuracy},
    [NN_METRIC_BALANCED_ACCURACY] = {KIND("balanced_accuracy", "mean of the recall of each class"),
                                     MEASURED_ON(has_classes, of_classes), .value = balanced_accuracy},
    [NN_METRIC_TOP_K] = {KIND("top_k", "share of rows whose class is among the training.top_k largest outputs"),
                         MEASURED_ON(has_top_k, "more classes than training.top_k"), .value = top_k},
    [NN_METRIC_PRECISION] = {KIND("precision", "share of predictions that are right, of class 1 of two, else the mean"),
                             MEASURED_ON(has_classes_or_labels, of_classes_or_labels), .parts = NNI_PARTS_CLASSES,
                             .part = precision},
    [NN_METRIC_RECALL] = {KIND("recall", "share of rows that are found, of class 1 of two, else the mean"),
                          MEASURED_ON(has_classes_or_labels, of_classes_or_labels), .parts = NNI_PARTS_CLASSES,
                          .part = recall},
    [NN_METRIC_F1] = {KIND("f1", "harmonic mean of precision and recall, of class 1 of two, else the mean"),
                      MEASURED_ON(has_classes_or_labels, of_classes_or_labels), .parts = NNI_PARTS_CLASSES, .part = f1},
    [NN_METRIC_PRECISION_MICRO] = {KIND("precision_micro", "precision of all labels together"),
                                   MEASURED_ON(has_labels, of_labels), .value = precision_micro},
    [NN_METRIC_RECALL_MICRO] = {KIND("recall_micro", "recall of all labels together"),
                                MEASURED_ON(has_labels, of_labels), .value = recall_micro},
    [NN_METRIC_F1_MICRO] = {KIND("f1_micro", "F1 of all labels together"), MEASURED_ON(has_labels, of_labels),
                            .value = f1_micro},
    [NN_METRIC_SUBSET_ACCURACY] = {KIND("subset_accuracy", "share of rows that are right in all labels"),
                                   MEASURED_ON(has_labels, of_labels), .value = accuracy},
    [NN_METRIC_HAMMING_LOSS] = {KIND("hamming_loss", "share of labels that are wrong"), .lower_is_better = true,
                                MEASURED_ON(has_labels, of_labels), .value = hamming_loss},
    [NN_METRIC_AUROC] = {KIND("auroc", "area under the ROC curve, of class 1 of two, else the mean"),
                         MEASURED_ON(has_classes_or_labels, of_classes_or_labels), BY_RANKING, .value = auroc,
                         .part = auroc_of},
    [NN_METRIC_AVERAGE_PRECISION] = {KIND("average_precision", "area under precision and recall, of class 1 of two, "
                                                               "else the mean"),
                                     MEASURED_ON(has_classes_or_labels, of_classes_or_labels), BY_RANKING,
                                     .value = average_precision, .part = average_precision_of},
    [NN_METRIC_LOG_LOSS] = {KIND("log_loss", "mean of -log of the probability given to what is true"),
                            .lower_is_better = true,
                            MEASURED_ON(has_probabilities, "classes or labels under softmax or sigmoid outputs"),
                            .value = log_loss},
    [NN_METRIC_MAE] = {KIND("mae", "mean absolute error, mean over outputs"), .lower_is_better = true,
                       MEASURED_ON(has_values, of_values), .parts = NNI_PARTS_OUTPUTS, .part = mae},
    [NN_METRIC_RMSE] = {KIND("rmse", "root of the mean squared error, mean over outputs"), .lower_is_better = true,
                        MEASURED_ON(has_values, of_values), .parts = NNI_PARTS_OUTPUTS, .part = rmse},
    [NN_METRIC_R2] = {KIND("r2", "share of the variance that is explained, mean over outputs"),
                      MEASURED_ON(has_values, of_values), .needs_also = "values that vary",
                      .has_instead = "values that do not vary", .defined = values_vary, .parts = NNI_PARTS_OUTPUTS,
                      .part = r2},
    [NN_METRIC_IOU] = {KIND("iou", "intersection over union of outputs and targets"),
                       MEASURED_ON(has_memberships, "targets between 0 and 1 under sigmoid or softmax outputs"),
                       .value = iou},
};

const nni_domain nni_metric_domain = {
    .noun = "metric", .table = table, .stride = sizeof *table, .count = NN_METRIC_COUNT};

const nni_metric_kind *nni_metric_kind_of(nn_metric metric)
{
    return &table[metric];
}

bool nni_metric_is_defined(nn_metric metric, const nni_subject *subject)
{
    const nni_metric_kind *kind = &table[metric];
    return kind->applies(subject) && (!kind->defined || kind->defined(subject));
}

const char *nn_metric_name(nn_metric metric)
{
    return nni_domain_name(&nni_metric_domain, metric);
}

bool nn_metric_lower_is_better(nn_metric metric)
{
    return (size_t)metric < NN_METRIC_COUNT && table[metric].lower_is_better;
}

bool nni_metric_needs_ranking(nn_metric metric)
{
    return table[metric].ranked;
}

bool nni_metric_is_of_outputs(nn_metric metric)
{
    return table[metric].parts == NNI_PARTS_OUTPUTS;
}

/* --- figures --- */

size_t nni_metric_part_count(const nni_metric_kind *kind, const nni_subject *subject)
{
    const size_t classes = subject->classes > 0 ? subject->classes : subject->labels;
    switch (kind->parts) {
    case NNI_PARTS_CLASSES:
        return classes;
    case NNI_PARTS_CLASSES_OF_MANY:
        return subject->classes == 2 ? 0 : subject->outputs;
    case NNI_PARTS_OUTPUTS:
        return subject->outputs;
    case NNI_PARTS_NONE:
        break;
    }
    return 0;
}

/* Means are over all outputs or labels, or over the classes that a row is of or is taken for. */
double nni_metric_compute(const nni_metric_kind *kind, const nni_measured *measured, double *each)
{
    const nni_subject *subject = measured->subject;
    const nni_tally *tally = measured->tally;
    const double *occurs = tally->totals + tally->occurs;
    const bool classes = kind->parts == NNI_PARTS_CLASSES && subject->classes > 0;
    double sum = 0, count = 0;
    for (size_t part = 0; part < nni_metric_part_count(kind, subject); part++) {
        each[part] = kind->part(measured, part);
        sum += each[part];
        count += !classes || occurs[part] > 0;
    }
    if (kind->value)
        return kind->value(measured);
    return classes && subject->classes == 2 ? each[1] : sum / count;
}
