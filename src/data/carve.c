/* A validation split carved off a training split. */
#include <math.h>
#include <string.h>

#include "data/blocks.h"
#include "data/part.h"
#include "data/rows.h"
#include "data/shuffle.h"
#include "data/source.h"
#include "nntrain/memory.h"

/* What a slice has and what it keeps: the whole's slices and those of the rows that stay. */
struct cut {
    nn_slices whole, kept;
};

static nn_status plan(const nn_dataset *dataset, double fraction, struct cut *cut, nn_error *error)
{
    const nn_slices whole = dataset->slices;
    const double going = round(fraction * (double)whole.rows);
    if (!(fraction > 0 && fraction < 1))
        return nn_fail(error, NN_USAGE, "a share of %g of the rows cannot be carved off; it is between 0 and 1",
                       fraction);
    if (going < 1)
        return nn_fail(error, NN_USAGE,
                       "a share of %g of the %zu rows of %s in %s is no row at all; raise data.validation_fraction",
                       fraction, whole.rows, dataset->x_name, dataset->file);
    const size_t kept = going < (double)whole.rows ? whole.rows - (size_t)going : 0;
    if (kept < whole.count)
        return nn_fail(error, NN_USAGE,
                       "without a share of %g, %zu of the %zu rows of %s in %s are left, too few for %zu slices; lower "
                       "data.validation_fraction or parallel.slices",
                       fraction, kept, whole.rows, dataset->x_name, dataset->file, whole.count);
    cut->whole = whole;
    cut->kept = (nn_slices){kept, whole.count};
    return NN_OK;
}

/* All but the arrays, which it owns itself. */
static void describe(const nn_dataset *dataset, const struct cut *cut, nn_dataset *carved)
{
    const size_t first = dataset->first_slice, end = first + dataset->slice_count;
    *carved = *dataset;
    carved->slice_end = NULL;
    carved->slice_digest = NULL;
    carved->source = NULL;
    carved->blocks = NULL;
    carved->x = NULL;
    carved->values = carved->weights = NULL;
    carved->classes = NULL;
    carved->file = carved->x_name = carved->y_name = NULL;
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): cut is whole, two calls away */
    carved->slices.rows = cut->whole.rows - cut->kept.rows;
    carved->first_row = nn_slices_first_row(cut->whole, first) - nn_slices_first_row(cut->kept, first);
    carved->rows = nn_slices_first_row(cut->whole, end) - nn_slices_first_row(cut->kept, end) - carved->first_row;
}

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
    NN_TRY(nn_allocate(carved->slice_count, sizeof *carved->slice_end, what, &carved->slice_end, error));
    return dataset->source ? NN_OK : take_rows(dataset, carved, error);
}

/* Those go that come first in their slice's order. */
static void choose_rows(const nn_dataset *dataset, const struct cut *cut, uint64_t seed, nn_part *part)
{
    for (size_t i = 0; i < dataset->slice_count; i++) {
        const size_t slice = dataset->first_slice + i, first = nn_slices_first_row(cut->whole, slice);
        const size_t rows = nn_slices_first_row(cut->whole, slice + 1) - first;
        const size_t stay = nn_slices_first_row(cut->kept, slice + 1) - nn_slices_first_row(cut->kept, slice);
        const nn_shuffle order = nn_shuffle_for(NN_RANDOM_SPLIT, rows, seed, 0, slice);
        for (size_t position = 0; position < rows - stay; position++)
            nn_bits_add(part->gone, first - dataset->first_row + nn_shuffle_row(&order, position));
    }
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
    dataset->slices = cut->kept;
    dataset->first_row = nn_slices_first_row(cut->kept, dataset->first_slice);
    dataset->rows = nn_slices_first_row(cut->kept, dataset->first_slice + dataset->slice_count) - dataset->first_row;
    for (size_t s = 0; s < dataset->slice_count; s++) {
        const size_t end = dataset->first_slice + s + 1;
        const size_t kept = nn_slices_first_row(cut->kept, end) - dataset->first_row;
        const size_t whole =
            nn_slices_first_row(cut->whole, end) - nn_slices_first_row(cut->whole, dataset->first_slice);
        carved->slice_end[s] = whole - kept;
        if (dataset->slice_end)
            dataset->slice_end[s] = kept;
    }
    nn_release(dataset->slice_digest);
    dataset->slice_digest = NULL;
}

/* Takes all memory before it changes anything. */
static nn_status carve(nn_dataset *dataset, const struct cut *cut, uint64_t seed, nn_dataset *carved, nn_error *error)
{
    nn_part *part = NULL;
    nn_blocks *blocks = NULL;
    NN_TRY(take_memory(dataset, carved, error));
    NN_TRY(nn_part_create(dataset->rows, &part, error));
    choose_rows(dataset, cut, seed, part);
    nn_status status = dataset->blocks ? nn_blocks_create(dataset, part, &blocks, error) : NN_OK;
    if (status == NN_OK && dataset->source)
        status = part_source(dataset, part, carved, error);
    else if (status == NN_OK)
        part_rows(dataset, part, carved);
    nn_part_free(part);
    if (status != NN_OK) {
        nn_blocks_free(blocks);
        return status;
    }
    nn_blocks_free(dataset->blocks);
    dataset->blocks = blocks;
    count_anew(dataset, cut, carved);
    return NN_OK;
}

nn_status nn_dataset_carve(nn_dataset *dataset, double fraction, uint64_t seed, nn_dataset **validation,
                           nn_error *error)
{
    struct cut cut;
    NN_TRY(plan(dataset, fraction, &cut, error));
    nn_dataset *carved = NULL;
    NN_TRY(nn_allocate(1, sizeof *carved, "the validation split", &carved, error));
    describe(dataset, &cut, carved);
    const nn_status status = carve(dataset, &cut, seed, carved, error);
    if (status != NN_OK) {
        nn_dataset_free(carved);
        return status;
    }
    *validation = carved;
    return NN_OK;
}
