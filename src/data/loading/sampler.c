/* SPDX-License-Identifier: MIT */
#include "data/loading/sampler.h"

#include <math.h>

#include "data/loading/augment.h"
#include "data/loading/stream.h"
#include "data/order/interleave.h"
#include "data/order/order.h"
#include "support/extremes.h"
#include "support/memory.h"
#include "support/threads/team.h"

/* One slice of this rank. */
struct slice {
    nni_order order;  /* of the epoch */
    size_t first_row; /* counted in this rank's rows */
    size_t position;  /* in the order, of the row that comes next */
    size_t end;       /* position that this step ends before */
    size_t place;     /* where in the batch the row to be given next comes */
    /* Of the round in work: */
    nni_rows rows;         /* where they are copied from; the slice, where it is resident */
    size_t position_first; /* of the window */
    size_t begin;          /* where its rows begin among those of the round */
};

struct nni_sampler {
    const nni_dataset *dataset; /* borrowed */
    nni_stream *stream;         /* NULL: rows are resident */
    const nni_augment *augment; /* borrowed; NULL: rows as they are */
    uint64_t seed;
    uint64_t epoch; /* of the step in work */
    size_t batch, steps, capacity, least;
    struct slice *slices_of_rank; /* [slice_count + 1]; the last one only ends the round */
    size_t *counts;    /* [2, slices] rows given before this step and before the next; NULL: slices are regular */
    size_t *leaves;    /* [slice_count + 1] where they begin in the batch */
    uint64_t *drawn;   /* [capacity] which row of its window each row of the round is */
    nni_real *x;       /* [capacity, features] */
    int32_t *classes;  /* [capacity] or NULL */
    nni_real *values;  /* [capacity, outputs] or NULL */
    nni_real *weights; /* [capacity] or NULL */
    uint64_t *samples; /* [capacity] */
};

/* Rows that were given before a step. */
static size_t given_before(const nni_sampler *sampler, size_t step)
{
    return step < sampler->steps ? step * sampler->batch : sampler->dataset->slicing.slices.rows;
}

/* Rows of this rank in a step, of regular slices: the same sum of floors that cuts rows into slices. */
static size_t rows_of_step(const nni_sampler *sampler, size_t step)
{
    const nni_dataset *dataset = sampler->dataset;
    const size_t first = dataset->slicing.first_slice, end = first + dataset->slicing.slice_count;
    size_t rows[2];
    for (size_t i = 0; i < 2; i++) {
        const nni_slices cut = {given_before(sampler, step + i), dataset->slicing.slices.count};
        rows[i] = nni_slices_first_row(cut, end) - nni_slices_first_row(cut, first);
    }
    return rows[1] - rows[0];
}

/* A slice gives its share of a batch, give or take what is rounded at both ends of it. */
static void bound_extremes(nni_sampler *sampler)
{
    const nni_dataset *dataset = sampler->dataset;
    const double share = (double)sampler->batch * (double)dataset->slicing.rows / (double)dataset->slicing.slices.rows;
    const double slack = 2 * (double)dataset->slicing.slice_count;
    sampler->capacity = (size_t)fmin(share + slack + 1, (double)sampler->batch);
    sampler->least = (size_t)fmax(share - slack, 0);
}

/* A rank's share of a full batch depends on step * batch mod S alone, so it repeats after at most S steps. */
static void find_extremes(nni_sampler *sampler)
{
    size_t last = sampler->steps - 1;
    size_t full = last < sampler->dataset->slicing.slices.count ? last : sampler->dataset->slicing.slices.count;
    sampler->capacity = sampler->least = rows_of_step(sampler, last);
    for (size_t step = 0; step < full; step++) {
        size_t rows = rows_of_step(sampler, step);
        if (rows > sampler->capacity)
            sampler->capacity = rows;
        if (rows < sampler->least || step == 0)
            sampler->least = rows;
    }
}

static nn_status take_memory(nni_sampler *sampler, nn_error *error)
{
    const nni_dataset *dataset = sampler->dataset;
    size_t slices = dataset->slicing.slice_count, rows = sampler->capacity;
    NN_TRY(nni_allocate(slices + 1, sizeof *sampler->slices_of_rank, "the order of rows", &sampler->slices_of_rank,
                        error));
    NN_TRY(nni_allocate(slices + 1, sizeof *sampler->leaves, "the order of rows", &sampler->leaves, error));
    if (dataset->slicing.slice_first)
        NN_TRY(nni_allocate(2 * dataset->slicing.slices.count, sizeof *sampler->counts, "the order of rows",
                            &sampler->counts, error));
    for (size_t i = 0; i < slices; i++) {
        NN_TRY(nni_order_create(&dataset->slicing, dataset->blocks, i, sampler->seed, &sampler->slices_of_rank[i].order,
                                error));
        struct slice *part = &sampler->slices_of_rank[i];
        part->first_row = nni_slicing_begin(&dataset->slicing, i);
        if (!dataset->source)
            part->rows = nni_dataset_resident(dataset, part->first_row, part->order.rows);
    }
    if (dataset->source)
        NN_TRY(nni_stream_create(dataset, sampler->seed, &sampler->stream, error));
    NN_TRY(nni_allocate(rows, sizeof *sampler->drawn, "the order of rows", &sampler->drawn, error));
    NN_TRY(nni_allocate(rows, dataset->row.features * sizeof *sampler->x, "the rows of a batch", &sampler->x, error));
    if (dataset->row.target == NNI_TARGET_CLASSES)
        NN_TRY(nni_allocate(rows, sizeof *sampler->classes, "the classes of a batch", &sampler->classes, error));
    if (dataset->row.target == NNI_TARGET_VALUES)
        NN_TRY(nni_allocate(rows, dataset->row.outputs * sizeof *sampler->values, "the targets of a batch",
                            &sampler->values, error));
    if (dataset->row.weighted)
        NN_TRY(nni_allocate(rows, sizeof *sampler->weights, "the weights of a batch", &sampler->weights, error));
    return nni_allocate(rows, sizeof *sampler->samples, "the numbers of a batch's rows", &sampler->samples, error);
}

nn_status nni_sampler_create(const nni_dataset *dataset, uint64_t seed, size_t batch, nni_sampler **result,
                             nn_error *error)
{
    nni_slices slices = dataset->slicing.slices;
    if (batch < slices.count)
        return nn_fail(error, NN_USAGE,
                       "a batch of %zu rows cannot take rows of each of %zu slices; raise training.batch or lower "
                       "parallel.slices",
                       batch, slices.count);
    if (batch > slices.rows)
        return nn_fail(
            error, NN_USAGE,
            "a batch of %zu rows is more than the %zu rows of %s in %s; lower training.batch or make it 'all'", batch,
            slices.rows, dataset->origin.x_name, dataset->origin.file);
    nni_sampler *sampler = NULL;
    NN_TRY(nni_allocate(1, sizeof *sampler, "the sampler", &sampler, error));
    sampler->dataset = dataset;
    sampler->seed = seed;
    sampler->batch = batch;
    sampler->steps = slices.rows / batch + (slices.rows % batch != 0);
    if (dataset->slicing.slice_first)
        bound_extremes(sampler);
    else
        find_extremes(sampler);
    nn_status status = take_memory(sampler, error);
    if (status != NN_OK) {
        nni_sampler_free(sampler);
        return status;
    }
    *result = sampler;
    return NN_OK;
}

void nni_sampler_free(nni_sampler *sampler)
{
    if (!sampler)
        return;
    for (size_t i = 0; sampler->slices_of_rank && i < sampler->dataset->slicing.slice_count; i++)
        nni_order_free(&sampler->slices_of_rank[i].order);
    nni_stream_free(sampler->stream);
    nni_release(sampler->slices_of_rank);
    nni_release(sampler->counts);
    nni_release(sampler->leaves);
    nni_release(sampler->drawn);
    nni_release(sampler->x);
    nni_release(sampler->classes);
    nni_release(sampler->values);
    nni_release(sampler->weights);
    nni_release(sampler->samples);
    nni_release(sampler);
}

void nni_sampler_augment(nni_sampler *sampler, const nni_augment *augment)
{
    sampler->augment = augment;
}

size_t nni_sampler_steps(const nni_sampler *sampler)
{
    return sampler->steps;
}

size_t nni_sampler_capacity(const nni_sampler *sampler)
{
    return sampler->capacity;
}

size_t nni_sampler_least(const nni_sampler *sampler)
{
    return sampler->least;
}

/* --- a step --- */

/* Rows of this rank's slice i that were given before the step in work, and before the next one. */
static void find_share(const nni_sampler *sampler, size_t step, size_t i, size_t share[2])
{
    const nni_dataset *dataset = sampler->dataset;
    const size_t slice = dataset->slicing.first_slice + i;
    for (size_t k = 0; k < 2; k++)
        share[k] = dataset->slicing.slice_first
                       ? sampler->counts[k * dataset->slicing.slices.count + slice]
                       : nni_interleave_regular_count(&dataset->slicing, given_before(sampler, step + k), slice);
}

/* Which rows of its order each slice gives in the step. @return rows of the batch */
static size_t plan_step(nni_sampler *sampler, uint64_t epoch, size_t step)
{
    const nni_dataset *dataset = sampler->dataset;
    size_t rows = 0;
    for (size_t k = 0; dataset->slicing.slice_first && k < 2; k++)
        nni_interleave_counts(&dataset->slicing, given_before(sampler, step + k),
                              sampler->counts + k * dataset->slicing.slices.count);
    for (size_t i = 0; i < dataset->slicing.slice_count; i++) {
        struct slice *part = &sampler->slices_of_rank[i];
        size_t share[2];
        find_share(sampler, step, i, share);
        nni_order_begin(&part->order, epoch);
        part->position = share[0];
        part->end = share[1];
        part->place = sampler->leaves[i] = rows;
        rows += part->end - part->position;
    }
    sampler->leaves[dataset->slicing.slice_count] = rows;
    return rows;
}

/* Goes to the window of the row that comes next; its rows are asked for, not waited for. */
static void enter(nni_sampler *sampler, size_t i)
{
    struct slice *part = &sampler->slices_of_rank[i];
    const size_t window = nni_order_window_at(&part->order, part->position);
    nni_order_enter(&part->order, window);
    part->position_first = part->order.window_first[window];
    if (sampler->stream)
        nni_stream_seek(sampler->stream, i, part->order.epoch, window);
}

/* Rows of the step that are left in the window entered. */
static size_t rows_of_round(const struct slice *part)
{
    const size_t window_end = part->order.window_first[part->order.window + 1];
    return (part->end < window_end ? part->end : window_end) - part->position;
}

/* A round takes of every slice what its window has of the step: all of it but in the step where a window ends. All are
 * asked for before the first is waited for. @param rows  receives the rows of the round */
static nn_status plan_round(nni_sampler *sampler, size_t *rows, nn_error *error)
{
    const size_t count = sampler->dataset->slicing.slice_count;
    *rows = 0;
    for (size_t i = 0; i < count; i++) {
        struct slice *part = &sampler->slices_of_rank[i];
        part->begin = *rows;
        if (part->position == part->end)
            continue;
        enter(sampler, i);
        *rows += rows_of_round(part);
    }
    sampler->slices_of_rank[count].begin = *rows;
    for (size_t i = 0; sampler->stream && i < count; i++) {
        struct slice *part = &sampler->slices_of_rank[i];
        if (part->position < part->end)
            NN_TRY(nni_stream_window(sampler->stream, i, &part->rows, error));
    }
    return NN_OK;
}

/* Looks up which rows of their windows a share of the round's rows are. */
static void draw(nni_sampler *sampler, nni_partition rows)
{
    const size_t end = rows.first + rows.count;
    for (const struct slice *part = sampler->slices_of_rank; rows.first < end; part++) {
        if (part[1].begin <= rows.first)
            continue;
        const size_t count = nni_smaller(part[1].begin, end) - rows.first;
        nni_order_indices(&part->order, part->position + (rows.first - part->begin) - part->position_first, count,
                          sampler->drawn + rows.first);
        rows.first += count;
    }
}

/* A row of the round: where it comes from, and where it goes. */
struct drawn_row {
    const nni_rows *rows;
    size_t index;  /* in rows */
    size_t place;  /* in the batch */
    size_t sample; /* its number in this rank's rows */
};

/* *part goes on to the one that the row of the round is in. */
static struct drawn_row find(const nni_sampler *sampler, const struct slice **part, size_t row)
{
    while ((*part)[1].begin <= row)
        ++*part;
    const struct slice *in = *part;
    const size_t of_slice = nni_order_row(&in->order, sampler->drawn[row]);
    return (struct drawn_row){
        .rows = &in->rows,
        .index = sampler->stream ? sampler->drawn[row] : of_slice,
        .place = in->place + (row - in->begin),
        .sample = in->first_row + of_slice,
    };
}

static void gather_row(nni_sampler *sampler, const struct drawn_row *drawn)
{
    const nni_dataset *dataset = sampler->dataset;
    const size_t outputs = dataset->row.outputs, place = drawn->place;
    nni_row_convert(&dataset->row, dataset->normalization, drawn->rows, drawn->index,
                    sampler->x + place * dataset->row.features);
    if (sampler->classes)
        sampler->classes[place] = drawn->rows->classes[drawn->index];
    if (sampler->values)
        nni_dataset_convert_targets(dataset,
                                    &(nni_rows){.count = 1, .values = drawn->rows->values + drawn->index * outputs},
                                    sampler->values + place * outputs);
    if (sampler->weights)
        sampler->weights[place] = drawn->rows->weights[drawn->index];
    sampler->samples[place] = dataset->slicing.first_row + drawn->sample;
    if (sampler->augment)
        nni_augment_row(sampler->augment, sampler->epoch, sampler->samples[place],
                        sampler->x + place * dataset->row.features);
}

/* A share of the rows of the round. No processor foresees where a shuffle goes on: some kilobytes of the rows that
 * follow are on their way while this one is read. */
static void gather(void *context, nni_partition rows)
{
    enum { BYTES_AHEAD = 4096, MOST_AHEAD = 16 };
    nni_sampler *sampler = context;
    const nni_row_format *format = &sampler->dataset->row;
    const size_t ahead = nni_smaller(BYTES_AHEAD / nni_larger(nni_row_bytes(format), 1) + 1, MOST_AHEAD);
    const size_t end = rows.first + rows.count;
    const struct slice *part = sampler->slices_of_rank, *next_part = part;
    draw(sampler, rows);
    for (size_t next = rows.first; next < end + ahead; next++) {
        if (next < end) {
            const struct drawn_row coming = find(sampler, &next_part, next);
            nni_row_prefetch(format, coming.rows, coming.index);
        }
        if (next >= rows.first + ahead) {
            const struct drawn_row now = find(sampler, &part, next - ahead);
            gather_row(sampler, &now);
        }
    }
}

static void gather_round(nni_sampler *sampler, size_t rows)
{
    const size_t row_bytes = sampler->dataset->row.features * sizeof *sampler->x;
    nni_team_divide_work(rows * row_bytes, NNI_ROWS_WORTH_THREADS, rows, 1, gather, sampler);
    for (size_t i = 0; i < sampler->dataset->slicing.slice_count; i++) {
        struct slice *part = &sampler->slices_of_rank[i];
        const size_t count = part[1].begin - part->begin;
        part->position += count;
        part->place += count;
    }
}

nn_status nni_sampler_batch(nni_sampler *sampler, uint64_t epoch, size_t step, nni_batch *batch, nn_error *error)
{
    const size_t rows = plan_step(sampler, epoch, step);
    sampler->epoch = epoch;
    *batch = (nni_batch){
        .rows = rows,
        .global_rows =
            step + 1 < sampler->steps ? sampler->batch : sampler->dataset->slicing.slices.rows - step * sampler->batch,
        .x = sampler->x,
        .y = {.classes = sampler->classes, .values = sampler->values},
        .weights = sampler->weights,
        .samples = sampler->samples,
        .epoch = epoch,
    };
    for (size_t drawn = 0, round = 0; drawn < rows; drawn += round) {
        NN_TRY(plan_round(sampler, &round, error));
        gather_round(sampler, round);
    }
    return NN_OK;
}

nni_leaf_rows nni_sampler_leaves(const nni_sampler *sampler)
{
    const nni_dataset *dataset = sampler->dataset;
    return (nni_leaf_rows){
        .run = {.total = dataset->slicing.slices.count,
                .first = dataset->slicing.first_slice,
                .count = dataset->slicing.slice_count},
        .begin = sampler->leaves,
    };
}
