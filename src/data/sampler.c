#include <omp.h>
#include <string.h>

#include "data/rows.h"
#include "data/shuffle.h"
#include "nntrain/augment.h"
#include "nntrain/memory.h"

/* One slice of this rank. */
struct part {
    nn_shuffle order; /* of the epoch */
    size_t first_row; /* counted in the resident rows */
    size_t used;      /* rows dealt before this step */
    size_t begin;     /* where its rows begin in the batch */
};

struct nn_sampler {
    const nn_dataset *dataset; /* borrowed */
    const nn_augment *augment; /* borrowed; NULL: rows as they are */
    uint64_t seed;
    size_t batch, steps, capacity, least;
    uint64_t epoch;     /* the one the orders are of */
    bool ordered;       /* whether they are of one yet */
    struct part *parts; /* [slice_count + 1]; the last one only ends the batch */
    size_t *leaves;     /* [slice_count + 1] where they begin in the batch */
    nn_real *x;         /* [capacity, features] */
    int32_t *classes;   /* [capacity] or NULL */
    nn_real *values;    /* [capacity, outputs] or NULL */
    nn_real *weights;   /* [capacity] or NULL */
    uint64_t *samples;  /* [capacity] */
};

/* Rows dealt from slices 0 .. slice-1 before a step: the same sum of floors that cuts rows into slices. */
static size_t dealt_before(const nn_sampler *sampler, size_t step, size_t slice)
{
    size_t rows = sampler->dataset->slices.rows;
    size_t dealt = step < sampler->steps ? step * sampler->batch : rows;
    return nn_slices_first_row((nn_slices){dealt, sampler->dataset->slices.count}, slice);
}

static size_t rows_of_step(const nn_sampler *sampler, size_t step)
{
    size_t first = sampler->dataset->first_slice, end = first + sampler->dataset->slice_count;
    size_t before = dealt_before(sampler, step, end) - dealt_before(sampler, step, first);
    size_t after = dealt_before(sampler, step + 1, end) - dealt_before(sampler, step + 1, first);
    return after - before;
}

/* A rank's share of a full batch depends on step * batch mod S alone, so it repeats after at most S steps. */
static void find_extremes(nn_sampler *sampler)
{
    size_t last = sampler->steps - 1;
    size_t full = last < sampler->dataset->slices.count ? last : sampler->dataset->slices.count;
    sampler->capacity = sampler->least = rows_of_step(sampler, last);
    for (size_t step = 0; step < full; step++) {
        size_t rows = rows_of_step(sampler, step);
        if (rows > sampler->capacity)
            sampler->capacity = rows;
        if (rows < sampler->least || step == 0)
            sampler->least = rows;
    }
}

static nn_status take_memory(nn_sampler *sampler, nn_error *error)
{
    const nn_dataset *dataset = sampler->dataset;
    size_t slices = dataset->slice_count, rows = sampler->capacity;
    NN_TRY(nn_allocate(slices + 1, sizeof *sampler->parts, "the order of rows", &sampler->parts, error));
    NN_TRY(nn_allocate(slices + 1, sizeof *sampler->leaves, "the order of rows", &sampler->leaves, error));
    NN_TRY(nn_allocate(rows, dataset->features * sizeof *sampler->x, "the rows of a batch", &sampler->x, error));
    if (dataset->classes)
        NN_TRY(nn_allocate(rows, sizeof *sampler->classes, "the classes of a batch", &sampler->classes, error));
    if (dataset->values)
        NN_TRY(nn_allocate(rows, dataset->outputs * sizeof *sampler->values, "the targets of a batch", &sampler->values,
                           error));
    if (dataset->weights)
        NN_TRY(nn_allocate(rows, sizeof *sampler->weights, "the weights of a batch", &sampler->weights, error));
    return nn_allocate(rows, sizeof *sampler->samples, "the numbers of a batch's rows", &sampler->samples, error);
}

nn_status nn_sampler_create(const nn_dataset *dataset, uint64_t seed, size_t batch, nn_sampler **result,
                            nn_error *error)
{
    nn_slices slices = dataset->slices;
    if (batch < slices.count)
        return nn_fail(error, NN_USAGE,
                       "a batch of %zu rows cannot take rows of each of %zu slices; raise training.batch or lower "
                       "parallel.slices",
                       batch, slices.count);
    if (batch > slices.rows)
        return nn_fail(
            error, NN_USAGE,
            "a batch of %zu rows is more than the %zu rows of %s in %s; lower training.batch or make it 'all'", batch,
            slices.rows, dataset->x_name, dataset->file);
    nn_sampler *sampler = NULL;
    NN_TRY(nn_allocate(1, sizeof *sampler, "the sampler", &sampler, error));
    sampler->dataset = dataset;
    sampler->seed = seed;
    sampler->batch = batch;
    sampler->steps = slices.rows / batch + (slices.rows % batch != 0);
    find_extremes(sampler);
    nn_status status = take_memory(sampler, error);
    if (status != NN_OK) {
        nn_sampler_free(sampler);
        return status;
    }
    *result = sampler;
    return NN_OK;
}

void nn_sampler_free(nn_sampler *sampler)
{
    if (!sampler)
        return;
    nn_release(sampler->parts);
    nn_release(sampler->leaves);
    nn_release(sampler->x);
    nn_release(sampler->classes);
    nn_release(sampler->values);
    nn_release(sampler->weights);
    nn_release(sampler->samples);
    nn_release(sampler);
}

void nn_sampler_augment(nn_sampler *sampler, const nn_augment *augment)
{
    sampler->augment = augment;
}

size_t nn_sampler_steps(const nn_sampler *sampler)
{
    return sampler->steps;
}

size_t nn_sampler_capacity(const nn_sampler *sampler)
{
    return sampler->capacity;
}

size_t nn_sampler_least(const nn_sampler *sampler)
{
    return sampler->least;
}

static void order_epoch(nn_sampler *sampler, uint64_t epoch)
{
    const nn_dataset *dataset = sampler->dataset;
    if (sampler->ordered && sampler->epoch == epoch)
        return;
    for (size_t i = 0; i < dataset->slice_count; i++) {
        size_t slice = dataset->first_slice + i;
        size_t first = nn_slices_first_row(dataset->slices, slice);
        size_t rows = nn_slices_first_row(dataset->slices, slice + 1) - first;
        sampler->parts[i].first_row = first - dataset->first_row;
        sampler->parts[i].order = nn_shuffle_of(rows, sampler->seed, epoch, slice);
    }
    sampler->epoch = epoch;
    sampler->ordered = true;
}

static size_t plan_step(nn_sampler *sampler, size_t step)
{
    size_t begin = 0, first = sampler->dataset->first_slice, count = sampler->dataset->slice_count;
    for (size_t i = 0; i < count; i++) {
        size_t slice = first + i;
        size_t before = dealt_before(sampler, step, slice + 1) - dealt_before(sampler, step, slice);
        size_t after = dealt_before(sampler, step + 1, slice + 1) - dealt_before(sampler, step + 1, slice);
        sampler->parts[i].used = before;
        sampler->parts[i].begin = sampler->leaves[i] = begin;
        begin += after - before;
    }
    sampler->parts[count].begin = sampler->leaves[count] = begin;
    return begin;
}

/* The row of the dataset that a row of the batch comes from; *part goes on to the one it is in. */
static size_t source_of(const struct part **part, size_t row)
{
    while ((*part)[1].begin <= row)
        ++*part;
    return (*part)->first_row + nn_shuffle_row(&(*part)->order, (*part)->used + (row - (*part)->begin));
}

/* Rows [begin, end) of the batch. */
static void gather(nn_sampler *sampler, size_t begin, size_t end)
{
    const nn_dataset *dataset = sampler->dataset;
    const struct part *part = sampler->parts;
    size_t features = dataset->features, outputs = dataset->outputs;
    size_t next = begin < end ? source_of(&part, begin) : 0;
    for (size_t row = begin; row < end; row++) {
        const size_t source = next;
        /* No processor foresees where a shuffle goes on: the row that follows is on its way while this one is read. */
        if (row + 1 < end) {
            next = source_of(&part, row + 1);
            nn_dataset_fetch(dataset, next);
        }
        nn_dataset_row(dataset, source, sampler->x + row * features);
        if (sampler->augment)
            nn_augment_row(sampler->augment, sampler->epoch, dataset->first_row + source, sampler->x + row * features);
        if (sampler->classes)
            sampler->classes[row] = dataset->classes[source];
        if (sampler->values)
            memcpy(sampler->values + row * outputs, dataset->values + source * outputs,
                   outputs * sizeof *sampler->values);
        if (sampler->weights)
            sampler->weights[row] = dataset->weights[source];
        sampler->samples[row] = dataset->first_row + source;
    }
}

void nn_sampler_batch(nn_sampler *sampler, uint64_t epoch, size_t step, nn_batch *batch)
{
    size_t row_bytes = sampler->dataset->features * sizeof *sampler->x;
    order_epoch(sampler, epoch);
    size_t rows = plan_step(sampler, step);
#pragma omp parallel if (rows * row_bytes > NN_ROWS_WORTH_THREADS)
    {
        size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num();
        gather(sampler, rows * thread / threads, rows * (thread + 1) / threads);
    }
    *batch = (nn_batch){
        .rows = rows,
        .global_rows =
            step + 1 < sampler->steps ? sampler->batch : sampler->dataset->slices.rows - step * sampler->batch,
        .x = sampler->x,
        .y = {.classes = sampler->classes, .values = sampler->values},
        .weights = sampler->weights,
        .samples = sampler->samples,
        .epoch = epoch,
    };
}

nn_leaf_rows nn_sampler_leaves(const nn_sampler *sampler)
{
    const nn_dataset *dataset = sampler->dataset;
    return (nn_leaf_rows){
        .run = {.total = dataset->slices.count, .first = dataset->first_slice, .count = dataset->slice_count},
        .begin = sampler->leaves,
    };
}
