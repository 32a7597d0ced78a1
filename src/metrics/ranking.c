/* SPDX-License-Identifier: MIT */
/*
 * Pairs of rows are counted over all rows, so rank 0 sorts the scores of all; one class or label after the other, so
 * that it needs memory for one score a row and not for one a row and class.
 */
#include "metrics/ranking.h"

#include <math.h>
#include <string.h>

#include "data/dataset/cursor.h"
#include "metrics/scored.h"
#include "support/memory.h"

struct nni_ranking {
    const nni_subject *subject; /* borrowed */
    nn_comm *comm;
    size_t columns;       /* scores kept of a row: 1 for two classes, else one a class or label */
    size_t truth_columns; /* labels, or 1: the class */
    bool has_both;
    nni_real *scores;  /* [columns, rows] of this rank */
    nni_real *truth;   /* [truth_columns, rows] of this rank: whether a label is 1, or the class, which a float holds
                         exactly up to 2^24: more classes than any network has outputs */
    size_t *rank_rows; /* [ranks] rows of each rank */
    double *figures;   /* [2, columns + 1] auroc and average_precision of the columns, and what they are together */
    /* On rank 0 alone, of all rows in rank order: */
    nni_real *all_scores;  /* [all rows] scores */
    nni_real *all_truth;   /* [all rows] */
    nni_real *all_weights; /* [all rows] */
    nni_scored *sorted;    /* [all rows] */
};

static nn_status take_memory(nni_ranking *ranking, nn_error *error)
{
    const char what[] = "the scores of an evaluation";
    const size_t rows = ranking->subject->dataset->slicing.rows;
    const size_t all = ranking->comm->rank == 0 ? ranking->subject->dataset->slicing.slices.rows : 0;
    NN_TRY(nni_allocate(rows, ranking->columns * sizeof *ranking->scores, what, &ranking->scores, error));
    NN_TRY(nni_allocate(rows, ranking->truth_columns * sizeof *ranking->truth, what, &ranking->truth, error));
    NN_TRY(nni_allocate((size_t)ranking->comm->size, sizeof *ranking->rank_rows, what, &ranking->rank_rows, error));
    NN_TRY(nni_allocate(ranking->columns + 1, 2 * sizeof *ranking->figures, what, &ranking->figures, error));
    NN_TRY(nni_allocate(all, sizeof *ranking->all_scores, what, &ranking->all_scores, error));
    NN_TRY(nni_allocate(all, sizeof *ranking->all_truth, what, &ranking->all_truth, error));
    NN_TRY(nni_allocate(all, sizeof *ranking->all_weights, what, &ranking->all_weights, error));
    return nni_allocate(all, sizeof *ranking->sorted, what, &ranking->sorted, error);
}

/* Every rank learns how many rows each has. */
static nn_status count_rows(nni_ranking *ranking, nn_error *error)
{
    nn_comm *comm = ranking->comm;
    double *counts = NULL;
    NN_TRY(nn_comm_agree(
        comm, nni_allocate((size_t)comm->size, sizeof *counts, "the rows of each rank", &counts, error), error));
    counts[comm->rank] = (double)ranking->subject->dataset->slicing.rows;
    nn_status status = nn_comm_sum_double(comm, counts, (size_t)comm->size, error);
    for (int rank = 0; status == NN_OK && rank < comm->size; rank++)
        ranking->rank_rows[rank] = (size_t)counts[rank];
    nni_release(counts);
    return status;
}

/* One value of every row to rank 0; own [rows] may be sent from, not changed. @param all  [all rows] on rank 0 */
static nn_status gather_all(const nni_ranking *ranking, nni_real *own, nni_real *all, nn_error *error)
{
    nn_comm *comm = ranking->comm;
    if (comm->rank != 0)
        return nni_comm_send_to_root(comm, comm->rank, own, ranking->rank_rows[comm->rank], error);
    size_t at = ranking->rank_rows[0];
    if (at > 0)
        memcpy(all, own, at * sizeof *own);
    for (int from = 1; from < comm->size; from++) {
        NN_TRY(nni_comm_send_to_root(comm, from, all + at, ranking->rank_rows[from], error));
        at += ranking->rank_rows[from];
    }
    return NN_OK;
}

static void keep_truth(nni_ranking *ranking, const nni_rows *rows)
{
    const nni_subject *subject = ranking->subject;
    const size_t all = subject->dataset->slicing.rows;
    for (size_t i = 0; i < rows->count; i++) {
        ranking->scores[rows->first + i] = rows->weights ? rows->weights[i] : 1;
        if (subject->labels == 0)
            ranking->truth[rows->first + i] = (nni_real)nni_class_of_row(subject, rows, i);
        for (size_t j = 0; j < subject->labels; j++)
            ranking->truth[j * all + rows->first + i] = rows->values[i * subject->labels + j] > 0;
    }
}

/* Truth, and weights where scores will be. */
static nn_status find_truth(nni_ranking *ranking, nn_error *error)
{
    enum { PIECE = 4096 };
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(ranking->subject->dataset, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        if (status == NN_OK)
            keep_truth(ranking, &rows);
    }
    nni_cursor_free(cursor);
    return status;
}

/* The truth that a column's scores are measured by; that of classes is the same for all. */
static nn_status gather_truth(nni_ranking *ranking, size_t column, nn_error *error)
{
    if (column >= ranking->truth_columns)
        return NN_OK;
    return gather_all(ranking, ranking->truth + column * ranking->subject->dataset->slicing.rows, ranking->all_truth,
                      error);
}

static bool is_positive(const nni_ranking *ranking, size_t column, size_t row)
{
    const bool one = ranking->columns == 1 || ranking->subject->labels > 0;
    return ranking->all_truth[row] == (one ? 1 : (nni_real)column);
}

/* Weights of the rows that are of the column's class or label, and of those that are not. */
static void class_weights(const nni_ranking *ranking, size_t column, double weights[2])
{
    weights[0] = weights[1] = 0;
    for (size_t row = 0; row < ranking->subject->dataset->slicing.slices.rows; row++)
        weights[is_positive(ranking, column, row)] += (double)ranking->all_weights[row];
}

static nn_status find_both(nni_ranking *ranking, nn_error *error)
{
    for (size_t column = 0; column < ranking->columns; column++) {
        double weights[2];
        NN_TRY(gather_truth(ranking, column, error));
        if (ranking->comm->rank != 0)
            continue;
        class_weights(ranking, column, weights);
        ranking->has_both = ranking->has_both || (weights[0] > 0 && weights[1] > 0);
    }
    return nn_comm_broadcast(ranking->comm, &ranking->has_both, sizeof ranking->has_both, error);
}

static nn_status prepare(nni_ranking *ranking, nn_error *error)
{
    NN_TRY(nn_comm_agree(ranking->comm, take_memory(ranking, error), error));
    NN_TRY(count_rows(ranking, error));
    NN_TRY(nn_comm_agree(ranking->comm, find_truth(ranking, error), error));
    NN_TRY(gather_all(ranking, ranking->scores, ranking->all_weights, error));
    return find_both(ranking, error);
}

nn_status nni_ranking_create(const nni_subject *subject, nn_comm *comm, nni_ranking **result, nn_error *error)
{
    nni_ranking *ranking = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *ranking, "the ranking", &ranking, error), error));
    ranking->subject = subject;
    ranking->comm = comm;
    ranking->columns = subject->classes == 2 ? 1 : subject->outputs;
    ranking->truth_columns = subject->labels > 0 ? subject->labels : 1;
    const nn_status status = prepare(ranking, error);
    if (status != NN_OK) {
        nni_ranking_free(ranking);
        return status;
    }
    *result = ranking;
    return NN_OK;
}

void nni_ranking_free(nni_ranking *ranking)
{
    if (!ranking)
        return;
    nni_release(ranking->scores);
    nni_release(ranking->truth);
    nni_release(ranking->rank_rows);
    nni_release(ranking->figures);
    nni_release(ranking->all_scores);
    nni_release(ranking->all_truth);
    nni_release(ranking->all_weights);
    nni_release(ranking->sorted);
    nni_release(ranking);
}

bool nni_ranking_has_both(const nni_ranking *ranking)
{
    return ranking->has_both;
}

void nni_ranking_keep(nni_ranking *ranking, size_t first, size_t rows, const nni_real *output)
{
    const size_t outputs = ranking->subject->outputs, all = ranking->subject->dataset->slicing.rows;
    const size_t first_output = outputs - ranking->columns; /* of two outputs the second is class 1's */
    for (size_t column = 0; column < ranking->columns; column++)
        for (size_t i = 0; i < rows; i++)
            ranking->scores[column * all + first + i] = output[i * outputs + first_output + column];
}

/* Sorts what is in the all_scores. @return false where a score is NaN */
static bool sort_scores(nni_ranking *ranking, size_t column)
{
    const size_t rows = ranking->subject->dataset->slicing.slices.rows;
    for (size_t row = 0; row < rows; row++) {
        if (isnan(ranking->all_scores[row]))
            return false;
        ranking->sorted[row] =
            (nni_scored){ranking->all_scores[row], ranking->all_weights[row], is_positive(ranking, column, row)};
    }
    nni_scored_sort(ranking->sorted, rows);
    return true;
}

static void measure_column(nni_ranking *ranking, size_t column, double *area, double *precision)
{
    *area = *precision = (double)NAN;
    if (sort_scores(ranking, column))
        nni_scored_areas(ranking->sorted, ranking->subject->dataset->slicing.slices.rows, area, precision);
}

/* A class that no row is of has no average precision; a label that no row has, has one of 0 in scikit-learn. */
static nn_status measure_columns(nni_ranking *ranking, double *areas, double *precisions, nn_error *error)
{
    const size_t rows = ranking->subject->dataset->slicing.rows, columns = ranking->columns;
    double area = 0, area_count = 0, precision = 0, precision_count = 0;
    for (size_t column = 0; column < columns; column++) {
        double weights[2];
        NN_TRY(gather_all(ranking, ranking->scores + column * rows, ranking->all_scores, error));
        NN_TRY(gather_truth(ranking, column, error));
        if (ranking->comm->rank != 0)
            continue;
        measure_column(ranking, column, &areas[column], &precisions[column]);
        class_weights(ranking, column, weights);
        if (weights[0] > 0 && weights[1] > 0) {
            area += areas[column];
            area_count++;
        }
        if (weights[1] > 0 || ranking->truth_columns > 1 || columns == 1) {
            precision += precisions[column];
            precision_count++;
        } else {
            precisions[column] = (double)NAN;
        }
    }
    areas[columns] = area_count > 0 ? area / area_count : (double)NAN;
    precisions[columns] = precision_count > 0 ? precision / precision_count : (double)NAN;
    return NN_OK;
}

nn_status nni_ranking_compute(nni_ranking *ranking, nni_ranking_figures *figures, nn_error *error)
{
    const size_t columns = ranking->columns;
    double *areas = ranking->figures, *precisions = ranking->figures + columns + 1;
    NN_TRY(measure_columns(ranking, areas, precisions, error));
    NN_TRY(nn_comm_broadcast(ranking->comm, ranking->figures, 2 * (columns + 1) * sizeof *ranking->figures, error));
    *figures = (nni_ranking_figures){
        .auroc = areas[columns],
        .average_precision = precisions[columns],
        .auroc_each = areas,
        .average_precision_each = precisions,
    };
    return NN_OK;
}
