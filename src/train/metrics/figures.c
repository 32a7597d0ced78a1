/* Figures that are made of sums over rows. */
#include <math.h>

#include "train/metrics/metrics.h"

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* @return where figures of a metric for each class, label or output go, and where the caller finds them */
static double *each_of(const nni_tally *tally, nn_metric metric, nni_metrics *metrics)
{
    metrics->each[metric] = tally->each + (size_t)metric * tally->each_count;
    return tally->each + (size_t)metric * tally->each_count;
}

static double recall_of_actual(const nni_tally *tally)
{
    const double *actual = tally->totals + tally->actual, *hit = tally->totals + tally->hit;
    double sum = 0, count = 0;
    for (size_t c = 0; c < tally->parts; c++) {
        sum += share(hit[c], actual[c]);
        count += actual[c] > 0;
    }
    return sum / count;
}

/* Of each class or label; their means over the classes that occur, or over all labels, or of two classes those of class
 * 1. */
static void part_figures(const nni_tally *tally, const nni_subject *subject, nni_metrics *metrics)
{
    const double *actual = tally->totals + tally->actual, *predicted = tally->totals + tally->predicted;
    const double *hit = tally->totals + tally->hit, *occurs = tally->totals + tally->occurs;
    double *precision = each_of(tally, NN_METRIC_PRECISION, metrics);
    double *recall = each_of(tally, NN_METRIC_RECALL, metrics);
    double *f1 = each_of(tally, NN_METRIC_F1, metrics);
    double precisions = 0, recalls = 0, f1s = 0, count = 0;
    for (size_t c = 0; c < tally->parts; c++) {
        precision[c] = share(hit[c], predicted[c]);
        recall[c] = share(hit[c], actual[c]);
        f1[c] = share(2 * hit[c], predicted[c] + actual[c]);
        precisions += precision[c];
        recalls += recall[c];
        f1s += f1[c];
        count += subject->labels > 0 || occurs[c] > 0;
    }
    const bool two = subject->classes == 2;
    metrics->value[NN_METRIC_PRECISION] = two ? precision[1] : precisions / count;
    metrics->value[NN_METRIC_RECALL] = two ? recall[1] : recalls / count;
    metrics->value[NN_METRIC_F1] = two ? f1[1] : f1s / count;
    metrics->support = actual;
}

static void class_figures(const nni_tally *tally, const nni_subject *subject, nni_metrics *metrics)
{
    metrics->value[NN_METRIC_ACCURACY] = tally->totals[NNI_SUM_CORRECT] / metrics->weight;
    metrics->value[NN_METRIC_BALANCED_ACCURACY] = recall_of_actual(tally);
    if (subject->top_k > 0)
        metrics->value[NN_METRIC_TOP_K] = tally->totals[NNI_SUM_TOP] / metrics->weight;
    if (subject->probabilities)
        metrics->value[NN_METRIC_LOG_LOSS] = tally->totals[NNI_SUM_LOG_LOSS] / metrics->weight;
}

static void label_figures(const nni_tally *tally, const nni_subject *subject, nni_metrics *metrics)
{
    const double all = metrics->weight * (double)subject->labels;
    double actual = 0, predicted = 0, hit = 0;
    for (size_t j = 0; j < subject->labels; j++) {
        actual += tally->totals[tally->actual + j];
        predicted += tally->totals[tally->predicted + j];
        hit += tally->totals[tally->hit + j];
    }
    metrics->value[NN_METRIC_PRECISION_MICRO] = share(hit, predicted);
    metrics->value[NN_METRIC_RECALL_MICRO] = share(hit, actual);
    metrics->value[NN_METRIC_F1_MICRO] = share(2 * hit, predicted + actual);
    metrics->value[NN_METRIC_SUBSET_ACCURACY] = tally->totals[NNI_SUM_CORRECT] / metrics->weight;
    metrics->value[NN_METRIC_HAMMING_LOSS] = (actual + predicted - 2 * hit) / all;
    metrics->value[NN_METRIC_LOG_LOSS] = tally->totals[NNI_SUM_LOG_LOSS] / all;
}

/* What is explained of a target that does not vary: all where it is met, else nothing, as scikit-learn counts. */
static double explained(double residual, double spread)
{
    if (isnan(residual))
        return residual;
    if (spread > 0)
        return 1 - residual / spread;
    return residual > 0 ? 0 : 1;
}

static void value_figures(const nni_tally *tally, const nni_subject *subject, nni_metrics *metrics)
{
    const size_t outputs = subject->outputs;
    double *mae = each_of(tally, NN_METRIC_MAE, metrics), *rmse = each_of(tally, NN_METRIC_RMSE, metrics);
    double *r2 = each_of(tally, NN_METRIC_R2, metrics);
    double maes = 0, rmses = 0, r2s = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double residual = tally->totals[tally->residual + j];
        mae[j] = tally->totals[tally->absolute + j] / metrics->weight;
        rmse[j] = sqrt(residual / metrics->weight);
        r2[j] = metrics->rows > 1 ? explained(residual, subject->spread[j]) : (double)NAN;
        maes += mae[j];
        rmses += rmse[j];
        r2s += r2[j];
    }
    metrics->value[NN_METRIC_MAE] = maes / (double)outputs;
    metrics->value[NN_METRIC_RMSE] = rmses / (double)outputs;
    metrics->value[NN_METRIC_R2] = r2s / (double)outputs;
}

void nni_tally_figures(nni_tally *tally, const nni_subject *subject, nni_metrics *metrics)
{
    const double *totals = tally->totals;
    *metrics = (nni_metrics){
        .rows = subject->dataset->slicing.slices.rows,
        .weight = totals[NNI_SUM_WEIGHT],
        .classes = subject->classes > 0,
        .class_count = subject->classes,
        .label_count = subject->labels,
        .output_count = subject->outputs,
        .correct = (size_t)totals[NNI_SUM_CORRECT_ROWS],
        .confusion = subject->confusion ? totals + tally->confusion : NULL,
    };
    for (size_t i = 0; i < NN_METRIC_COUNT; i++)
        metrics->value[i] = (double)NAN;
    metrics->value[NN_METRIC_LOSS] = totals[NNI_SUM_LOSS] / (double)metrics->rows;
    if (tally->parts > 0)
        part_figures(tally, subject, metrics);
    if (subject->classes > 0)
        class_figures(tally, subject, metrics);
    if (subject->labels > 0)
        label_figures(tally, subject, metrics);
    if (subject->spread)
        value_figures(tally, subject, metrics);
    if (subject->unit_targets)
        metrics->value[NN_METRIC_IOU] =
            totals[NNI_SUM_UNITED] == 0 ? 1 : totals[NNI_SUM_INTERSECTION] / totals[NNI_SUM_UNITED];
}
