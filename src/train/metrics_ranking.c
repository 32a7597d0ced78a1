/*
 * The area under the ROC curve: the share of pairs of a positive and a negative row whose scores are in the right
 * order, ties counting half (Hanley and McNeil, Radiology 143, 1982). Pairs are counted over all rows, so rank 0 sorts
 * the scores of all; one class after the other, that it needs room for one score a row and not for one a row and class.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nntrain/memory.h"
#include "train/metrics.h"

/* What is sorted. */
struct scored {
    nn_real score;
    bool positive;
};

struct nn_ranking {
    const nn_subject *subject; /* borrowed */
    nn_comm *comm;
    size_t columns;    /* scores kept of a row: 1 for two classes, else one a class */
    nn_real *scores;   /* [columns, rows] of this rank */
    size_t *rank_rows; /* [ranks] rows of each rank */
    /* On rank 0 alone, of all rows in rank order: */
    nn_real *inbox;        /* [all rows] */
    int32_t *classes;      /* [all rows] */
    struct scored *sorted; /* [all rows] */
};

static nn_status take_memory(nn_ranking *ranking, nn_error *error)
{
    const char what[] = "the scores of an evaluation";
    const nn_dataset *dataset = ranking->subject->dataset;
    const size_t all = ranking->comm->rank == 0 ? dataset->slices.rows : 0;
    NN_TRY(nn_allocate(dataset->rows, ranking->columns * sizeof *ranking->scores, what, &ranking->scores, error));
    NN_TRY(nn_allocate((size_t)ranking->comm->size, sizeof *ranking->rank_rows, what, &ranking->rank_rows, error));
    NN_TRY(nn_allocate(all, sizeof *ranking->inbox, what, &ranking->inbox, error));
    NN_TRY(nn_allocate(all, sizeof *ranking->classes, what, &ranking->classes, error));
    return nn_allocate(all, sizeof *ranking->sorted, what, &ranking->sorted, error);
}

/* Every rank learns how many rows each has. */
static nn_status count_rows(nn_ranking *ranking, nn_error *error)
{
    nn_comm *comm = ranking->comm;
    double *counts = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate((size_t)comm->size, sizeof *counts, "the rows of each rank", &counts, error),
                         error));
    counts[comm->rank] = (double)ranking->subject->dataset->rows;
    nn_status status = nn_comm_sum_double(comm, counts, (size_t)comm->size, error);
    for (int rank = 0; status == NN_OK && rank < comm->size; rank++)
        ranking->rank_rows[rank] = (size_t)counts[rank];
    nn_release(counts);
    return status;
}

/* One value of every row to rank 0's inbox; own [rows] may be sent from, not changed. */
static nn_status bring_all(nn_ranking *ranking, nn_real *own, nn_error *error)
{
    nn_comm *comm = ranking->comm;
    if (comm->rank != 0)
        return nn_comm_bring(comm, comm->rank, own, ranking->rank_rows[comm->rank], error);
    size_t at = ranking->rank_rows[0];
    if (at > 0)
        memcpy(ranking->inbox, own, at * sizeof *own);
    for (int from = 1; from < comm->size; from++) {
        NN_TRY(nn_comm_bring(comm, from, ranking->inbox + at, ranking->rank_rows[from], error));
        at += ranking->rank_rows[from];
    }
    return NN_OK;
}

static nn_status find_classes(nn_ranking *ranking, nn_error *error)
{
    enum { PIECE = 4096 };
    const nn_subject *subject = ranking->subject;
    nn_cursor *cursor = NULL;
    nn_rows rows = {.count = 1};
    nn_status status = nn_cursor_create(subject->dataset, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nn_cursor_next(cursor, &rows, error);
        for (size_t row = 0; status == NN_OK && row < rows.count; row++)
            ranking->scores[rows.first + row] = (nn_real)nn_class_of_row(subject, &rows, row);
    }
    nn_cursor_free(cursor);
    return status;
}

/* Classes travel as reals, which hold whole numbers up to 2^24 in float: more classes than any network has outputs. */
static nn_status bring_classes(nn_ranking *ranking, nn_error *error)
{
    const nn_dataset *dataset = ranking->subject->dataset;
    NN_TRY(nn_comm_agree(ranking->comm, find_classes(ranking, error), error));
    NN_TRY(bring_all(ranking, ranking->scores, error));
    if (ranking->comm->rank == 0)
        for (size_t row = 0; row < dataset->slices.rows; row++)
            ranking->classes[row] = (int32_t)ranking->inbox[row];
    return NN_OK;
}

nn_status nn_ranking_create(const nn_subject *subject, nn_comm *comm, nn_ranking **result, nn_error *error)
{
    nn_ranking *ranking = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *ranking, "the ranking", &ranking, error), error));
    ranking->subject = subject;
    ranking->comm = comm;
    ranking->columns = subject->classes == 2 ? 1 : subject->outputs;
    nn_status status = nn_comm_agree(comm, take_memory(ranking, error), error);
    if (status == NN_OK)
        status = count_rows(ranking, error);
    if (status == NN_OK)
        status = bring_classes(ranking, error);
    if (status != NN_OK) {
        nn_ranking_free(ranking);
        return status;
    }
    *result = ranking;
    return NN_OK;
}

void nn_ranking_free(nn_ranking *ranking)
{
    if (!ranking)
        return;
    nn_release(ranking->scores);
    nn_release(ranking->rank_rows);
    nn_release(ranking->inbox);
    nn_release(ranking->classes);
    nn_release(ranking->sorted);
    nn_release(ranking);
}

void nn_ranking_keep(nn_ranking *ranking, size_t first, size_t rows, const nn_real *output)
{
    const size_t outputs = ranking->subject->outputs, all = ranking->subject->dataset->rows;
    const size_t first_output = outputs - ranking->columns; /* of two outputs the second is class 1's */
    for (size_t column = 0; column < ranking->columns; column++)
        for (size_t i = 0; i < rows; i++)
            ranking->scores[column * all + first + i] = output[i * outputs + first_output + column];
}

static int by_score(const void *left, const void *right)
{
    const nn_real a = ((const struct scored *)left)->score, b = ((const struct scored *)right)->score;
    return (a > b) - (a < b);
}

/* Of what is in the inbox; NaN without a positive or without a negative row, or where a score is NaN. */
static double area_of(nn_ranking *ranking, int32_t positive)
{
    const size_t rows = ranking->subject->dataset->slices.rows;
    struct scored *sorted = ranking->sorted;
    for (size_t row = 0; row < rows; row++) {
        if (isnan(ranking->inbox[row]))
            return (double)NAN;
        sorted[row] = (struct scored){ranking->inbox[row], ranking->classes[row] == positive};
    }
    qsort(sorted, rows, sizeof *sorted, by_score);
    /* Runs of equal scores, from below: a positive row is above all negatives before its run and ties with those in it.
     */
    double ordered = 0, positives = 0, negatives = 0;
    for (size_t begin = 0, end = 0; begin < rows; begin = end) {
        double here = 0;
        for (end = begin; end < rows && sorted[end].score == sorted[begin].score; end++)
            here += sorted[end].positive;
        const double others = (double)(end - begin) - here;
        ordered += here * (negatives + 0.5 * others);
        positives += here;
        negatives += others;
    }
    return ordered / (positives * negatives);
}

static bool has_both(const nn_ranking *ranking, int32_t positive)
{
    const size_t rows = ranking->subject->dataset->slices.rows;
    size_t positives = 0;
    for (size_t row = 0; row < rows; row++)
        positives += ranking->classes[row] == positive;
    return positives > 0 && positives < rows;
}

nn_status nn_ranking_area(nn_ranking *ranking, double *area, nn_error *error)
{
    const size_t rows = ranking->subject->dataset->rows;
    double sum = 0, classes = 0;
    for (size_t column = 0; column < ranking->columns; column++) {
        const int32_t positive = ranking->columns == 1 ? 1 : (int32_t)column;
        NN_TRY(bring_all(ranking, ranking->scores + column * rows, error));
        if (ranking->comm->rank != 0 || !has_both(ranking, positive))
            continue;
        sum += area_of(ranking, positive);
        classes++;
    }
    *area = classes > 0 ? sum / classes : (double)NAN;
    return nn_comm_broadcast(ranking->comm, area, sizeof *area, error);
}
