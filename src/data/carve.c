/* A validation split carved off a training split. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/blocks.h"
#include "data/files.h"
#include "data/labels.h"
#include "data/part.h"
#include "data/rows.h"
#include "data/shuffle.h"
#include "data/source.h"
#include "nntrain/memory.h"

/* Rows of the split that each slice begins with, before and after: [slices + 1] each. */
struct cut {
    nn_slices whole;
    size_t *kept;
    bool regular; /* slices of what stays are cut as those of the whole */
};

static nn_status fail_empty(const nn_dataset *dataset, const nn_carving *carving, size_t kept, nn_error *error)
{
    const size_t rows = dataset->slices.rows;
    char part[64];
    if (carving->folds > 0)
        snprintf(part, sizeof part, "fold %zu of %zu", carving->fold, carving->folds);
    else
        snprintf(part, sizeof part, "a share of %g", carving->fraction);
    if (kept == rows)
        return nn_fail(error, NN_USAGE,
                       "%s of the %zu rows of %s in %s is no row at all; carve off more for validation", part, rows,
                       dataset->x_name, dataset->file);
    return nn_fail(error, NN_USAGE,
                   "without %s, %zu of the %zu rows of %s in %s are left, too few for %zu slices; carve off less for "
                   "validation or lower parallel.slices",
                   part, kept, rows, dataset->x_name, dataset->file, dataset->slices.count);
}

static nn_status check_rows(const nn_dataset *dataset, const nn_carving *carving, size_t kept, nn_error *error)
{
    if (kept < dataset->slices.count || kept == dataset->slices.rows)
        return fail_empty(dataset, carving, kept, error);
    return NN_OK;
}

static nn_status check_carving(const nn_dataset *dataset, const nn_carving *carving, nn_error *error)
{
    const double fraction = carving->fraction;
    if (carving->folds == 0 && !(fraction > 0 && fraction < 1))
        return nn_fail(error, NN_USAGE, "a share of %g of the rows cannot be carved off; it is between 0 and 1",
                       fraction);
    if (carving->folds > 0 && (carving->fold < 1 || carving->fold > carving->folds))
        return nn_fail(error, NN_USAGE, "there is no fold %zu of %zu", carving->fold, carving->folds);
    if (carving->stratified && dataset->target != NN_TARGET_CLASSES)
        return nn_fail(error, NN_USAGE, "%s: %s holds no classes, so validation rows cannot be stratified by them",
                       dataset->file, dataset->y_name ? dataset->y_name : "it");
    return NN_OK;
}

/* All but the arrays, which it owns itself. */
static void describe(const nn_dataset *dataset, nn_dataset *carved)
{
    *carved = *dataset;
    carved->slice_first = carved->slice_end = NULL;
    carved->slice_digest = NULL;
    carved->source = NULL;
    carved->blocks = NULL;
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

static nn_shuffle order_of(const nn_dataset *dataset, size_t i, uint64_t seed)
{
    const size_t slice = dataset->first_slice + i;
    const size_t rows = nn_slices_first_row(dataset->slices, slice + 1) - nn_slices_first_row(dataset->slices, slice);
    return nn_shuffle_for(NN_RANDOM_SPLIT, rows, seed, 0, slice);
}

/* So many of each slice that those left are cut as the whole was: those go that come first in the slice's order. */
static void choose_regular(const nn_dataset *dataset, const nn_carving *carving, struct cut *cut, nn_part *part)
{
    const size_t going = (size_t)round(carving->fraction * (double)dataset->slices.rows);
    const nn_slices kept = {dataset->slices.rows - going, dataset->slices.count};
    for (size_t s = 0; s <= kept.count; s++)
        cut->kept[s] = nn_slices_first_row(kept, s);
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const nn_shuffle order = order_of(dataset, i, carving->seed);
        const size_t s = dataset->first_slice + i, gone = order.count - (cut->kept[s + 1] - cut->kept[s]);
        for (size_t position = 0; position < gone; position++)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): created with its set */
            nn_bits_add(part->gone, nn_dataset_slice_begin(dataset, i) + nn_shuffle_row(&order, position));
    }
}

/* Rows by turns: their numbers count on from stratum to stratum and from slice to slice. */
struct turns {
    size_t strata;
    int32_t *stratum; /* [rows] of this rank's rows; NULL: there is one */
    double *next;     /* [strata] number of the next row of each */
};

static nn_status find_strata(const nn_dataset *dataset, struct turns *turns, nn_error *error)
{
    enum { PIECE = 4096 };
    nn_cursor *cursor = NULL;
    nn_rows rows = {.count = 1};
    nn_status status = nn_cursor_create(dataset, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nn_cursor_next(cursor, &rows, error);
        if (status == NN_OK && rows.count > 0)
            memcpy(turns->stratum + rows.first, rows.classes, rows.count * sizeof *rows.classes);
    }
    nn_cursor_free(cursor);
    return status;
}

static nn_status take_turns(const nn_dataset *dataset, const nn_carving *carving, struct turns *turns, nn_error *error)
{
    const char what[] = "the choice of rows";
    turns->strata = carving->stratified ? dataset->outputs : 1;
    NN_TRY(nn_allocate(turns->strata, sizeof *turns->next, what, &turns->next, error));
    if (!carving->stratified)
        return NN_OK;
    NN_TRY(nn_allocate(dataset->rows, sizeof *turns->stratum, what, &turns->stratum, error));
    return find_strata(dataset, turns, error);
}

/* The number that this rank's first row of each stratum has: behind all rows of the strata before, and behind those of
 * its own on lower ranks. */
static nn_status number_strata(const nn_dataset *dataset, struct turns *turns, nn_comm *comm, nn_error *error)
{
    const size_t strata = turns->strata, ranks = (size_t)comm->size;
    double *rows = NULL; /* [ranks, strata] */
    NN_TRY(nn_comm_agree(comm, nn_allocate(ranks * strata, sizeof *rows, "the choice of rows", &rows, error), error));
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
    nn_release(rows);
    return status;
}

/* Of a fraction those numbers go at which the rounded share of the rows so far goes up by one. */
static bool goes(const nn_carving *carving, double number)
{
    if (carving->folds > 0)
        return fmod(number, (double)carving->folds) == (double)(carving->fold - 1);
    return floor((number + 1) * carving->fraction + 0.5) > floor(number * carving->fraction + 0.5);
}

static void choose_by_turns(const nn_dataset *dataset, const nn_carving *carving, struct turns *turns, double *kept,
                            nn_part *part)
{
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const nn_shuffle order = order_of(dataset, i, carving->seed);
        for (size_t position = 0; position < order.count; position++) {
            const size_t row = nn_dataset_slice_begin(dataset, i) + nn_shuffle_row(&order, position);
            double *next = &turns->next[turns->stratum ? (size_t)turns->stratum[row] : 0];
            if (goes(carving, (*next)++)) /* NOLINT(clang-analyzer-core.NullDereference): allocated */
                nn_bits_add(part->gone, row);
            else
                kept[dataset->first_slice + i]++;
        }
    }
}

/* Every rank learns how many rows each slice keeps. */
static nn_status choose_irregular(const nn_dataset *dataset, const nn_carving *carving, nn_comm *comm, struct cut *cut,
                                  nn_part *part, nn_error *error)
{
    const size_t slices = dataset->slices.count;
    struct turns turns = {.stratum = NULL};
    double *kept = NULL;
    nn_status status = nn_allocate(slices, sizeof *kept, "the choice of rows", &kept, error);
    if (status == NN_OK)
        status = take_turns(dataset, carving, &turns, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = number_strata(dataset, &turns, comm, error);
    if (status == NN_OK) {
        choose_by_turns(dataset, carving, &turns, kept, part);
        status = nn_comm_sum_double(comm, kept, slices, error);
    }
    for (size_t s = 0; status == NN_OK && s < slices; s++)
        cut->kept[s + 1] = cut->kept[s] + (size_t)kept[s]; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    nn_release(kept);
    nn_release(turns.stratum);
    nn_release(turns.next);
    return status;
}

/* --- parting --- */

static nn_status take_rows(const nn_dataset *dataset, nn_dataset *carved, nn_error *error)
{
    const char what[] = "the validation split";
    NN_TRY(nn_allocate(carved->rows, nn_dataset_row_bytes(carved), what, &carved->x, error));
    if (dataset->classes)
        NN_TRY(nn_allocate(carved->rows, sizeof *carved->classes, what, &carved->classes, error));
    if (dataset->values)
        NN_TRY(nn_allocate(carved->rows, carved->outputs * sizeof *carved->values, what, &carved->values, error));
    if (dataset->weights)
        NN_TRY(nn_allocate(carved->rows, sizeof *carved->weights, what, &carved->weights, error));
    return NN_OK;
}

static nn_status take_memory(const nn_dataset *dataset, nn_dataset *carved, nn_error *error)
{
    const char what[] = "the validation split";
    NN_TRY(nn_copy_text(dataset->file, &carved->file, error));
    NN_TRY(nn_copy_text(dataset->x_name, &carved->x_name, error));
    NN_TRY(nn_copy_text(dataset->y_name, &carved->y_name, error));
    NN_TRY(nn_files_copy(dataset->files, &carved->files, error));
    NN_TRY(nn_labels_copy(dataset->labels, &carved->labels, error));
    NN_TRY(nn_allocate(carved->slice_count, sizeof *carved->slice_end, what, &carved->slice_end, error));
    return dataset->source ? NN_OK : take_rows(dataset, carved, error);
}

/* Where one is the other, rows move forward in place. */
static void move_row(const nn_dataset *from, size_t source, nn_dataset *to, size_t target)
{
    const size_t bytes = nn_dataset_row_bytes(from), outputs = from->outputs;
    memmove((char *)to->x + target * bytes, (char *)from->x + source * bytes, bytes);
    if (from->classes)
        to->classes[target] = from->classes[source];
    if (from->values)
        memmove(to->values + target * outputs, from->values + source * outputs, outputs * sizeof *to->values);
    if (from->weights)
        to->weights[target] = from->weights[source];
}

static void part_rows(nn_dataset *dataset, const nn_part *part, nn_dataset *carved)
{
    size_t stayed = 0, went = 0;
    for (size_t row = 0; row < dataset->rows; row++) {
        if (nn_part_has(part, row))
            move_row(dataset, row, dataset, stayed++);
        else
            move_row(dataset, row, carved, went++);
    }
}

/* Both splits from now on read what is theirs of the file. */
static nn_status part_source(nn_dataset *dataset, const nn_part *part, nn_dataset *carved, nn_error *error)
{
    nn_part *staying = NULL, *going = NULL;
    nn_status status = nn_part_copy(part, dataset->rows, &staying, error);
    if (status == NN_OK)
        status = nn_part_copy(part, dataset->rows, &going, error);
    if (status == NN_OK) {
        going->of_gone = true;
        status = nn_source_open_part(dataset->source, carved, going, &carved->source, error);
    }
    if (status != NN_OK) {
        nn_part_free(staying);
        nn_part_free(going);
        return status;
    }
    nn_source_restrict(dataset->source, staying);
    return NN_OK;
}

static void count_anew(nn_dataset *dataset, const struct cut *cut, nn_dataset *carved)
{
    const size_t slices = cut->whole.count, first = dataset->first_slice, end = first + dataset->slice_count;
    dataset->slices.rows = cut->kept[slices];
    dataset->first_row = cut->kept[first];
    dataset->rows = cut->kept[end] - cut->kept[first];
    for (size_t s = first; s < end; s++) {
        const size_t whole = nn_slices_first_row(cut->whole, s + 1) - nn_slices_first_row(cut->whole, first);
        const size_t kept = cut->kept[s + 1] - cut->kept[first];
        carved->slice_end[s - first] = whole - kept;
        if (dataset->slice_end)
            dataset->slice_end[s - first] = kept;
    }
    nn_release(dataset->slice_digest);
    dataset->slice_digest = NULL;
}

/* What the carved split has, once it is known what stays. */
static void count_carved(const struct cut *cut, nn_dataset *carved)
{
    const size_t slices = cut->whole.count, first = carved->first_slice, end = first + carved->slice_count;
    const size_t whole = nn_slices_first_row(cut->whole, end) - nn_slices_first_row(cut->whole, first);
    carved->slices.rows = cut->whole.rows - cut->kept[slices];
    carved->first_row = nn_slices_first_row(cut->whole, first) - cut->kept[first];
    carved->rows = whole - (cut->kept[end] - cut->kept[first]);
}

/* Takes all memory before it changes anything. */
static nn_status part_splits(nn_dataset *dataset, const struct cut *cut, const nn_part *part, nn_dataset *carved,
                             nn_error *error)
{
    nn_blocks *blocks = NULL;
    count_carved(cut, carved);
    NN_TRY(take_memory(dataset, carved, error));
    if (dataset->blocks)
        NN_TRY(nn_blocks_create(dataset, part, &blocks, error));
    const nn_status status = dataset->source ? part_source(dataset, part, carved, error) : NN_OK;
    if (status != NN_OK) {
        nn_blocks_free(blocks);
        return status;
    }
    if (!dataset->source)
        part_rows(dataset, part, carved);
    nn_blocks_free(dataset->blocks);
    dataset->blocks = blocks;
    count_anew(dataset, cut, carved);
    return NN_OK;
}

static nn_status carve(nn_dataset *dataset, const nn_carving *carving, nn_comm *comm, struct cut *cut, nn_part *part,
                       nn_dataset *carved, nn_error *error)
{
    if (cut->regular)
        choose_regular(dataset, carving, cut, part);
    else
        NN_TRY(choose_irregular(dataset, carving, comm, cut, part, error));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(check_rows(dataset, carving, cut->kept[cut->whole.count], error));
    return nn_comm_agree(comm, part_splits(dataset, cut, part, carved, error), error);
}

nn_status nn_dataset_carve(nn_dataset *dataset, const nn_carving *carving, nn_comm *comm, nn_dataset **validation,
                           nn_error *error)
{
    const char what[] = "the validation split";
    struct cut cut = {.whole = dataset->slices, .regular = carving->folds == 0 && !carving->stratified};
    nn_dataset *carved = NULL;
    nn_part *part = NULL;
    NN_TRY(check_carving(dataset, carving, error));
    nn_status status = nn_allocate(1, sizeof *carved, what, &carved, error);
    if (status == NN_OK)
        status = nn_allocate(cut.whole.count + 1, sizeof *cut.kept, what, &cut.kept, error);
    if (status == NN_OK)
        status = nn_part_create(dataset->rows, &part, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK) {
        describe(dataset, carved);
        status = carve(dataset, carving, comm, &cut, part, carved, error);
    }
    nn_part_free(part);
    if (status == NN_OK && !cut.regular) {
        dataset->slice_first = cut.kept;
        cut.kept = NULL;
    }
    nn_release(cut.kept);
    if (status != NN_OK) {
        nn_dataset_free(carved);
        return status;
    }
    *validation = carved;
    return NN_OK;
}
