/* SPDX-License-Identifier: MIT */
#include "data/dataset/holdout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/dataset/cursor.h"
#include "data/order/shuffle.h"
#include "support/memory.h"

static nni_holdout holdout_of(const nni_split_settings *split, uint64_t seed, bool test)
{
    return (nni_holdout){
        .fraction = split->fraction,
        .fold = split->fold_index,
        .folds = split->folds,
        .stratified = split->stratified,
        .seed = seed,
        .test = test,
    };
}

nni_holdout nni_holdout_of_test(const nni_data_settings *data, uint64_t seed)
{
    return holdout_of(&data->test, seed, true);
}

nni_holdout nni_holdout_of_validation(const nni_data_settings *data, uint64_t seed)
{
    return holdout_of(&data->validation, seed, false);
}

/* Folds go by turns: every folds-th row, from that of the fold on. */
size_t nni_holdout_count(const nni_holdout *holdout, size_t rows)
{
    if (holdout->folds > 0)
        return (rows + holdout->folds - holdout->fold) / holdout->folds;
    return (size_t)round(holdout->fraction * (double)rows);
}

static const char *key_of(const nni_holdout *holdout)
{
    return holdout->test ? "data.test" : "data.validation";
}

static nn_status fail_empty(const nni_dataset *dataset, const nni_holdout *holdout, size_t staying, nn_error *error)
{
    const size_t rows = dataset->slicing.slices.rows;
    const char *key = key_of(holdout);
    char part[64];
    if (holdout->folds > 0)
        snprintf(part, sizeof part, "fold %zu of %zu", holdout->fold, holdout->folds);
    else
        snprintf(part, sizeof part, "a share of %g", holdout->fraction);
    if (staying == rows)
        return nn_fail(error, NN_USAGE,
                       "%s: %s of the %zu rows of %s in %s is no row at all; carve off more, or name a dataset of its "
                       "own",
                       key, part, rows, dataset->origin.x_name, dataset->origin.file);
    return nn_fail(error, NN_USAGE,
                   "%s: without %s, %zu of the %zu rows of %s in %s are left, too few for %zu slices; carve off less "
                   "or lower parallel.slices",
                   key, part, staying, rows, dataset->origin.x_name, dataset->origin.file,
                   dataset->slicing.slices.count);
}

static nn_status check_rows(const nni_dataset *dataset, const nni_holdout *holdout, size_t staying, nn_error *error)
{
    if (staying < dataset->slicing.slices.count || staying == dataset->slicing.slices.rows)
        return fail_empty(dataset, holdout, staying, error);
    return NN_OK;
}

static nn_status check_holdout(const nni_dataset *dataset, const nni_holdout *holdout, nn_error *error)
{
    const double fraction = holdout->fraction;
    if (holdout->folds == 0 && !(fraction > 0 && fraction < 1))
        return nn_fail(error, NN_USAGE, "%s: a share of %g of the rows cannot be carved off; it is between 0 and 1",
                       key_of(holdout), fraction);
    if (holdout->folds > 0 && (holdout->fold < 1 || holdout->fold > holdout->folds))
        return nn_fail(error, NN_USAGE, "%s: there is no fold %zu of %zu", key_of(holdout), holdout->fold,
                       holdout->folds);
    if (holdout->stratified && dataset->row.target != NNI_TARGET_CLASSES)
        return nn_fail(error, NN_USAGE, "%s.stratified: %s of %s holds no classes to stratify rows by; remove it",
                       key_of(holdout), dataset->origin.y_name ? dataset->origin.y_name : dataset->origin.x_name,
                       dataset->origin.file);
    return NN_OK;
}

/* --- the choice --- */

/* Test rows take the random numbers of a second epoch, so that their choice and that of validation rows are
 * independent. */
static nni_shuffle order_of(const nni_dataset *dataset, size_t i, const nni_holdout *holdout)
{
    const size_t slice = dataset->slicing.first_slice + i;
    const size_t rows = nni_slicing_rows(&dataset->slicing, slice);
    return nni_shuffle_for(NNI_RANDOM_SPLIT, rows, holdout->seed, holdout->test, slice);
}

/* So many of each slice that those left are cut as the whole was: those go that come first in the slice's order. */
static void choose_regular(const nni_dataset *dataset, const nni_holdout *holdout, nni_held_rows *held)
{
    const size_t going = nni_holdout_count(holdout, dataset->slicing.slices.rows);
    const nni_slices staying = {dataset->slicing.slices.rows - going, dataset->slicing.slices.count};
    for (size_t s = 0; s <= staying.count; s++)
        held->staying[s] = nni_slices_first_row(staying, s);
    for (size_t i = 0; i < dataset->slicing.slice_count; i++) {
        const nni_shuffle order = order_of(dataset, i, holdout);
        const size_t s = dataset->slicing.first_slice + i,
                     leaving = order.count - (held->staying[s + 1] - held->staying[s]);
        for (size_t position = 0; position < leaving; position++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocated */
            nni_row_set_add(held->rows, nni_slicing_begin(&dataset->slicing, i) + nni_shuffle_row(&order, position));
    }
}

/* Rows by turns: their numbers count on from stratum to stratum and from slice to slice. */
struct turns {
    size_t strata;
    int32_t *stratum; /* [rows] of this rank's rows; NULL: there is one */
    double *next;     /* [strata] number of the next row of each */
};

static nn_status find_strata(const nni_dataset *dataset, struct turns *turns, nn_error *error)
{
    enum { PIECE = 4096 };
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(dataset, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        if (status == NN_OK && rows.count > 0)
            memcpy(turns->stratum + rows.first, rows.classes, rows.count * sizeof *rows.classes);
    }
    nni_cursor_free(cursor);
    return status;
}

static nn_status take_turns(const nni_dataset *dataset, const nni_holdout *holdout, struct turns *turns,
                            nn_error *error)
{
    const char what[] = "the choice of rows";
    turns->strata = holdout->stratified ? dataset->row.outputs : 1;
    NN_TRY(nni_allocate(turns->strata, sizeof *turns->next, what, &turns->next, error));
    if (!holdout->stratified)
        return NN_OK;
    NN_TRY(nni_allocate(dataset->slicing.rows, sizeof *turns->stratum, what, &turns->stratum, error));
    return find_strata(dataset, turns, error);
}

/* The number that this rank's first row of each stratum has: behind all rows of the strata before, and behind those of
 * its own on lower ranks. */
static nn_status number_strata(const nni_dataset *dataset, struct turns *turns, nn_comm *comm, nn_error *error)
{
    const size_t strata = turns->strata, ranks = (size_t)comm->size;
    double *rows = NULL; /* [ranks, strata] */
    NN_TRY(nn_comm_agree(comm, nni_allocate(ranks * strata, sizeof *rows, "the choice of rows", &rows, error), error));
    double *own = rows + (size_t)comm->rank * strata;
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        own[turns->stratum ? (size_t)turns->stratum[row] : 0]++;
    const nn_status status = nn_comm_sum_double(comm, rows, ranks * strata, error);
    double number = 0;
    for (size_t stratum = 0; status == NN_OK && stratum < strata; stratum++)
        for (size_t rank = 0; rank < ranks; rank++) {
            if (rank == (size_t)comm->rank)
                turns->next[stratum] = number;
            number += rows[rank * strata + stratum];
        }
    nni_release(rows);
    return status;
}

/* Of a fraction those numbers go at which the rounded share of the rows so far goes up by one. */
static bool goes(const nni_holdout *holdout, double number)
{
    if (holdout->folds > 0)
        return fmod(number, (double)holdout->folds) == (double)(holdout->fold - 1);
    return floor((number + 1) * holdout->fraction + 0.5) > floor(number * holdout->fraction + 0.5);
}

static void choose_by_turns(const nni_dataset *dataset, const nni_holdout *holdout, struct turns *turns,
                            double *staying, nni_row_set *rows)
{
    for (size_t i = 0; i < dataset->slicing.slice_count; i++) {
        const nni_shuffle order = order_of(dataset, i, holdout);
        for (size_t position = 0; position < order.count; position++) {
            const size_t row = nni_slicing_begin(&dataset->slicing, i) + nni_shuffle_row(&order, position);
            double *next = &turns->next[turns->stratum ? (size_t)turns->stratum[row] : 0];
            if (goes(holdout, (*next)++)) /* NOLINT(clang-analyzer-core.NullDereference): allocated */
                nni_row_set_add(rows, row);
            else
                staying[dataset->slicing.first_slice + i]++;
        }
    }
}

/* All ranks get how many rows each slice keeps. */
static nn_status choose_irregular(const nni_dataset *dataset, const nni_holdout *holdout, nn_comm *comm,
                                  nni_held_rows *held, nn_error *error)
{
    const size_t slices = dataset->slicing.slices.count;
    struct turns turns = {.stratum = NULL};
    double *staying = NULL;
    nn_status status = nni_allocate(slices, sizeof *staying, "the choice of rows", &staying, error);
    if (status == NN_OK)
        status = take_turns(dataset, holdout, &turns, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = number_strata(dataset, &turns, comm, error);
    if (status == NN_OK) {
        choose_by_turns(dataset, holdout, &turns, staying, held->rows);
        status = nn_comm_sum_double(comm, staying, slices, error);
    }
    for (size_t s = 0; status == NN_OK && s < slices; s++)
        held->staying[s + 1] =
            held->staying[s] + (size_t)staying[s]; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    nni_release(staying);
    nni_release(turns.stratum);
    nni_release(turns.next);
    return status;
}

static nn_status take_memory(const nni_dataset *dataset, nni_held_rows *held, nn_error *error)
{
    NN_TRY(nni_allocate(dataset->slicing.slices.count + 1, sizeof *held->staying, "the choice of rows", &held->staying,
                        error));
    return nni_row_set_create(dataset->slicing.rows, &held->rows, error);
}

nn_status nni_holdout_choose(const nni_dataset *dataset, const nni_holdout *holdout, nn_comm *comm, nni_held_rows *held,
                             nn_error *error)
{
    *held = (nni_held_rows){
        .regular = holdout->folds == 0 && !holdout->stratified && !dataset->slicing.slice_first,
    };
    NN_TRY(check_holdout(dataset, holdout, error));
    NN_TRY(nn_comm_agree(comm, take_memory(dataset, held, error), error));
    if (held->regular)
        choose_regular(dataset, holdout, held);
    else
        NN_TRY(choose_irregular(dataset, holdout, comm, held, error));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocated */
    return check_rows(dataset, holdout, held->staying[dataset->slicing.slices.count], error);
}

void nni_held_rows_free(nni_held_rows *held)
{
    nni_row_set_free(held->rows);
    nni_release(held->staying);
}
