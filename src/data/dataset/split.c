/* A validation or test split carved off a training split. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/dataset/labels.h"
#include "data/order/blocks.h"
#include "data/order/shuffle.h"
#include "data/order/split_rows.h"
#include "data/rows/rows.h"
#include "data/rows/source.h"
#include "hdf5/files.h"
#include "support/memory.h"

/* Which rows go. Owns its arrays. */
struct cut {
    bool regular;    /* slices of what stays are cut as those of all rows were */
    size_t *before;  /* [slices + 1] row of the split that each slice begins with */
    size_t *kept;    /* the same of what stays */
    uint64_t *going; /* set of this rank's rows, counted in the split */
};

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

static const char *key_of(const nni_holdout *carving)
{
    return carving->test ? "data.test" : "data.validation";
}

static nn_status fail_empty(const nni_dataset *dataset, const nni_holdout *carving, size_t kept, nn_error *error)
{
    const size_t rows = dataset->slices.rows;
    const char *key = key_of(carving);
    char part[64];
    if (carving->folds > 0)
        snprintf(part, sizeof part, "fold %zu of %zu", carving->fold, carving->folds);
    else
        snprintf(part, sizeof part, "a share of %g", carving->fraction);
    if (kept == rows)
        return nn_fail(error, NN_USAGE,
                       "%s: %s of the %zu rows of %s in %s is no row at all; carve off more, or name a dataset of its "
                       "own",
                       key, part, rows, dataset->x_name, dataset->file);
    return nn_fail(error, NN_USAGE,
                   "%s: without %s, %zu of the %zu rows of %s in %s are left, too few for %zu slices; carve off less "
                   "or lower parallel.slices",
                   key, part, kept, rows, dataset->x_name, dataset->file, dataset->slices.count);
}

static nn_status check_rows(const nni_dataset *dataset, const nni_holdout *carving, size_t kept, nn_error *error)
{
    if (kept < dataset->slices.count || kept == dataset->slices.rows)
        return fail_empty(dataset, carving, kept, error);
    return NN_OK;
}

static nn_status check_carving(const nni_dataset *dataset, const nni_holdout *carving, nn_error *error)
{
    const double fraction = carving->fraction;
    if (carving->folds == 0 && !(fraction > 0 && fraction < 1))
        return nn_fail(error, NN_USAGE, "%s: a share of %g of the rows cannot be carved off; it is between 0 and 1",
                       key_of(carving), fraction);
    if (carving->folds > 0 && (carving->fold < 1 || carving->fold > carving->folds))
        return nn_fail(error, NN_USAGE, "%s: there is no fold %zu of %zu", key_of(carving), carving->fold,
                       carving->folds);
    if (carving->stratified && dataset->target != NNI_TARGET_CLASSES)
        return nn_fail(error, NN_USAGE, "%s.stratified: %s of %s holds no classes to stratify rows by; remove it",
                       key_of(carving), dataset->y_name ? dataset->y_name : dataset->x_name, dataset->file);
    return NN_OK;
}

/* All but the arrays, which it owns itself. */
static void describe(const nni_dataset *dataset, nni_dataset *carved)
{
    *carved = *dataset;
    carved->slice_first = carved->slice_end = NULL;
    carved->slice_digest = NULL;
    carved->source = NULL;
    carved->blocks = NULL;
    carved->part = NULL;
    carved->labels = NULL;
    carved->label_set = NULL;
    carved->files = NULL;
    carved->x = NULL;
    carved->values = NULL;
    carved->weights = NULL;
    carved->classes = NULL;
    carved->file = carved->x_name = carved->y_name = NULL;
}

/* --- which rows go --- */

/* Test rows are chosen in the place of a second epoch, so that their choice and that of validation rows are
 * independent. */
static nni_shuffle order_of(const nni_dataset *dataset, size_t i, const nni_holdout *carving)
{
    const size_t slice = dataset->first_slice + i;
    const size_t rows = nni_dataset_slice_first(dataset, slice + 1) - nni_dataset_slice_first(dataset, slice);
    return nni_shuffle_for(NNI_RANDOM_SPLIT, rows, carving->seed, carving->test, slice);
}

/* So many of each slice that those left are cut as the whole was: those go that come first in the slice's order. */
static void choose_regular(const nni_dataset *dataset, const nni_holdout *carving, struct cut *cut)
{
    const size_t going = (size_t)round(carving->fraction * (double)dataset->slices.rows);
    const nni_slices kept = {dataset->slices.rows - going, dataset->slices.count};
    for (size_t s = 0; s <= kept.count; s++)
        cut->kept[s] = nni_slices_first_row(kept, s);
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const nni_shuffle order = order_of(dataset, i, carving);
        const size_t s = dataset->first_slice + i, gone = order.count - (cut->kept[s + 1] - cut->kept[s]);
        for (size_t position = 0; position < gone; position++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocated */
            nni_row_set_add(cut->going, nni_dataset_slice_begin(dataset, i) + nni_shuffle_row(&order, position));
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

static nn_status take_turns(const nni_dataset *dataset, const nni_holdout *carving, struct turns *turns,
                            nn_error *error)
{
    const char what[] = "the choice of rows";
    turns->strata = carving->stratified ? dataset->outputs : 1;
    NN_TRY(nni_allocate(turns->strata, sizeof *turns->next, what, &turns->next, error));
    if (!carving->stratified)
        return NN_OK;
    NN_TRY(nni_allocate(dataset->rows, sizeof *turns->stratum, what, &turns->stratum, error));
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
    for (size_t row = 0; row < dataset->rows; row++)
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
static bool goes(const nni_holdout *carving, double number)
{
    if (carving->folds > 0)
        return fmod(number, (double)carving->folds) == (double)(carving->fold - 1);
    return floor((number + 1) * carving->fraction + 0.5) > floor(number * carving->fraction + 0.5);
}

static void choose_by_turns(const nni_dataset *dataset, const nni_holdout *carving, struct turns *turns, double *kept,
                            uint64_t *going)
{
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const nni_shuffle order = order_of(dataset, i, carving);
        for (size_t position = 0; position < order.count; position++) {
            const size_t row = nni_dataset_slice_begin(dataset, i) + nni_shuffle_row(&order, position);
            double *next = &turns->next[turns->stratum ? (size_t)turns->stratum[row] : 0];
            if (goes(carving, (*next)++)) /* NOLINT(clang-analyzer-core.NullDereference): allocated */
                nni_row_set_add(going, row);
            else
                kept[dataset->first_slice + i]++;
        }
    }
}

/* Every rank learns how many rows each slice keeps. */
static nn_status choose_irregular(const nni_dataset *dataset, const nni_holdout *carving, nn_comm *comm,
                                  struct cut *cut, nn_error *error)
{
    const size_t slices = dataset->slices.count;
    struct turns turns = {.stratum = NULL};
    double *kept = NULL;
    nn_status status = nni_allocate(slices, sizeof *kept, "the choice of rows", &kept, error);
    if (status == NN_OK)
        status = take_turns(dataset, carving, &turns, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = number_strata(dataset, &turns, comm, error);
    if (status == NN_OK) {
        choose_by_turns(dataset, carving, &turns, kept, cut->going);
        status = nn_comm_sum_double(comm, kept, slices, error);
    }
    for (size_t s = 0; status == NN_OK && s < slices; s++)
        cut->kept[s + 1] = cut->kept[s] + (size_t)kept[s]; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    nni_release(kept);
    nni_release(turns.stratum);
    nni_release(turns.next);
    return status;
}

/* --- parting --- */

static nn_status take_rows(const nni_dataset *dataset, nni_dataset *carved, nn_error *error)
{
    const char what[] = "the split carved off";
    NN_TRY(nni_allocate(carved->rows, nni_dataset_row_bytes(carved), what, &carved->x, error));
    if (dataset->classes)
        NN_TRY(nni_allocate(carved->rows, sizeof *carved->classes, what, &carved->classes, error));
    if (dataset->values)
        NN_TRY(nni_allocate(carved->rows, carved->outputs * sizeof *carved->values, what, &carved->values, error));
    if (dataset->weights)
        NN_TRY(nni_allocate(carved->rows, sizeof *carved->weights, what, &carved->weights, error));
    return NN_OK;
}

static nn_status take_memory(const nni_dataset *dataset, nni_dataset *carved, nn_error *error)
{
    const char what[] = "the split carved off";
    NN_TRY(nni_copy_text(dataset->file, &carved->file, error));
    NN_TRY(nni_copy_text(dataset->x_name, &carved->x_name, error));
    NN_TRY(nni_copy_text(dataset->y_name, &carved->y_name, error));
    NN_TRY(nni_files_copy(dataset->files, &carved->files, error));
    NN_TRY(nni_labels_copy(dataset->labels, &carved->labels, error));
    NN_TRY(nni_allocate(carved->slice_count, sizeof *carved->slice_end, what, &carved->slice_end, error));
    return dataset->source ? NN_OK : take_rows(dataset, carved, error);
}

/* Where one is the other, rows move forward in place. */
static void move_row(const nni_dataset *from, size_t source, nni_dataset *to, size_t target)
{
    const size_t bytes = nni_dataset_row_bytes(from), outputs = from->outputs;
    memmove((char *)to->x + target * bytes, (char *)from->x + source * bytes, bytes);
    if (from->classes)
        to->classes[target] = from->classes[source];
    if (from->values)
        memmove(to->values + target * outputs, from->values + source * outputs, outputs * sizeof *to->values);
    if (from->weights)
        to->weights[target] = from->weights[source];
}

static void part_rows(nni_dataset *dataset, const uint64_t *going, nni_dataset *carved)
{
    size_t stayed = 0, went = 0;
    for (size_t row = 0; row < dataset->rows; row++) {
        if (nni_row_set_has(going, row))
            move_row(dataset, row, carved, went++);
        else
            move_row(dataset, row, dataset, stayed++);
    }
}

/* Which rows of the file stay and which go, of those that the split has by now. */
static nn_status make_parts(const nni_dataset *dataset, const uint64_t *going, nni_split_rows **staying,
                            nni_split_rows **gone, nn_error *error)
{
    const size_t rows = nni_dataset_file_row(dataset, dataset->slice_count) - nni_dataset_file_row(dataset, 0);
    NN_TRY(nni_split_rows_create(rows, staying, error));
    NN_TRY(nni_split_rows_create(rows, gone, error));
    for (size_t file_row = 0, row = 0; file_row < rows; file_row++)
        if (nni_split_rows_has(dataset->part, file_row))
            nni_row_set_add((nni_row_set_has(going, row++) ? *gone : *staying)->rows, file_row);
    return NN_OK;
}

/* @param first  [slices + 1] row of the split that each slice begins with */
static void count_rows(nni_dataset *dataset, const size_t *first)
{
    const size_t own = dataset->first_slice;
    dataset->slices.rows = first[dataset->slices.count];
    dataset->first_row = first[own];
    dataset->rows = first[own + dataset->slice_count] - first[own];
    for (size_t i = 0; dataset->slice_end && i < dataset->slice_count; i++)
        dataset->slice_end[i] = first[own + i + 1] - first[own];
}

/* What both splits are to have from now on. Owns it until it is theirs. */
struct parting {
    nni_split_rows *staying;
    nni_blocks *blocks; /* of what stays */
};

/* Takes all memory before anything is changed. */
static nn_status prepare(const nni_dataset *dataset, const struct cut *cut, nni_dataset *carved,
                         struct parting *parting, nn_error *error)
{
    NN_TRY(make_parts(dataset, cut->going, &parting->staying, &carved->part, error));
    NN_TRY(take_memory(dataset, carved, error));
    if (dataset->blocks)
        NN_TRY(nni_blocks_create(dataset, parting->staying, &parting->blocks, error));
    return dataset->source ? nni_source_open_again(dataset->source, carved, &carved->source, error) : NN_OK;
}

static nn_status part_splits(nni_dataset *dataset, struct cut *cut, nni_dataset *carved, nn_comm *comm, nn_error *error)
{
    struct parting parting = {.staying = NULL};
    for (size_t s = 0; s <= dataset->slices.count; s++)
        cut->before[s] -= cut->kept[s];
    carved->slice_first = cut->before; /* what goes, from here on */
    cut->before = NULL;
    count_rows(carved, carved->slice_first);
    const nn_status status = nn_comm_agree(comm, prepare(dataset, cut, carved, &parting, error), error);
    if (status != NN_OK) {
        nni_split_rows_free(parting.staying);
        nni_blocks_free(parting.blocks);
        return status;
    }
    if (!dataset->source)
        part_rows(dataset, cut->going, carved);
    nni_split_rows_free(dataset->part);
    nni_blocks_free(dataset->blocks);
    nni_release(dataset->slice_digest);
    nni_release(dataset->slice_first);
    dataset->part = parting.staying;
    dataset->blocks = parting.blocks;
    dataset->slice_digest = NULL;
    dataset->slice_first = NULL;
    count_rows(dataset, cut->kept);
    count_rows(carved, carved->slice_first); /* its slice_end, which has memory by now */
    if (!cut->regular) {
        dataset->slice_first = cut->kept;
        cut->kept = NULL;
    }
    return NN_OK;
}

static nn_status take_cut(const nni_dataset *dataset, struct cut *cut, nn_error *error)
{
    const char what[] = "the choice of rows";
    const size_t slices = dataset->slices.count;
    NN_TRY(nni_allocate(slices + 1, sizeof *cut->before, what, &cut->before, error));
    NN_TRY(nni_allocate(slices + 1, sizeof *cut->kept, what, &cut->kept, error));
    for (size_t s = 0; s <= slices; s++)
        cut->before[s] = nni_dataset_slice_first(dataset, s);
    return nni_allocate(nni_row_set_words(dataset->rows), sizeof *cut->going, what, &cut->going, error);
}

static nn_status carve(nni_dataset *dataset, const nni_holdout *carving, nn_comm *comm, struct cut *cut,
                       nni_dataset *carved, nn_error *error)
{
    describe(dataset, carved);
    if (cut->regular)
        choose_regular(dataset, carving, cut);
    else
        NN_TRY(choose_irregular(dataset, carving, comm, cut, error));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(check_rows(dataset, carving, cut->kept[dataset->slices.count], error));
    return part_splits(dataset, cut, carved, comm, error);
}

nn_status nni_dataset_split(nni_dataset *dataset, const nni_holdout *carving, nn_comm *comm, nni_dataset **result,
                            nn_error *error)
{
    struct cut cut = {.regular = carving->folds == 0 && !carving->stratified && !dataset->slice_first};
    nni_dataset *carved = NULL;
    NN_TRY(check_carving(dataset, carving, error));
    nn_status status = nni_allocate(1, sizeof *carved, "the split carved off", &carved, error);
    if (status == NN_OK)
        status = take_cut(dataset, &cut, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = carve(dataset, carving, comm, &cut, carved, error);
    nni_release(cut.before);
    nni_release(cut.kept);
    nni_release(cut.going);
    if (status != NN_OK) {
        nni_dataset_free(carved);
        return status;
    }
    *result = carved;
    return NN_OK;
}
