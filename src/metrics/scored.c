/* SPDX-License-Identifier: MIT */
/*
 * Areas under two curves. ROC: the share of pairs of a positive and a negative row whose scores are in the right order,
 * ties counting half (Hanley and McNeil, Radiology 143, 1982). Precision and recall: the average precision, sum over
 * thresholds of (R_n - R_n-1) P_n, rows of one score passing a threshold together.
 */
#include "metrics/scored.h"

#include <stdlib.h>

/* Highest first. Rows of one score come in an order that is theirs, whatever the ranks, for their weights are added. */
static int by_score(const void *left, const void *right)
{
    const nni_scored *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->positive != b->positive)
        return a->positive ? -1 : 1;
    return (a->weight < b->weight) - (a->weight > b->weight);
}

void nni_scored_sort(nni_scored *rows, size_t count)
{
    qsort(rows, count, sizeof *rows, by_score);
}

size_t nni_scored_tie(const nni_scored *rows, size_t count, size_t begin, double weights[2])
{
    size_t end = begin;
    weights[0] = weights[1] = 0;
    for (; end < count && rows[end].score == rows[begin].score; end++)
        weights[rows[end].positive] += (double)rows[end].weight;
    return end;
}

/* A negative row is below all positives before its tie, and level with those in it. */
void nni_scored_areas(const nni_scored *rows, size_t count, double *area, double *precision)
{
    double ordered = 0, precisions = 0, positives = 0, negatives = 0;
    for (size_t at = 0; at < count;) {
        double tie[2];
        at = nni_scored_tie(rows, count, at, tie);
        ordered += tie[0] * (positives + 0.5 * tie[1]);
        positives += tie[1];
        negatives += tie[0];
        if (tie[1] > 0)
            precisions += tie[1] * positives / (positives + negatives);
    }
    *area = ordered / (positives * negatives);
    *precision = positives > 0 ? precisions / positives : 0;
}
