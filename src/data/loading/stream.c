/* SPDX-License-Identifier: MIT */
#include "data/loading/stream.h"

#include "data/rows/source.h"
#include "support/memory.h"

/* A window in memory, or on its way. */
struct slot {
    bool begun, arrived;
    uint64_t epoch;
    size_t window;
    nni_rows_buffer buffer;
    nni_file_run *runs; /* [blocks of a window] */
    nni_reading reading;
};

/* One slice: windows alternate between two slots. */
struct lane {
    nni_order order; /* of what is read, which is ahead of what is given */
    struct slot slot[2];
    size_t current; /* the slot of the window sought last */
};

struct nni_stream {
    const nni_dataset *dataset;
    struct lane *lanes; /* [slice_count] */
};

static nn_status create_lane(const nni_dataset *dataset, size_t i, uint64_t seed, struct lane *lane, nn_error *error)
{
    NN_TRY(nni_order_create(&dataset->slicing, dataset->blocks, i, seed, &lane->order, error));
    /* A slice that lost rows to validation may be one window by now, of all its blocks. */
    const bool cut = lane->order.block_begin != NULL;
    const size_t rows = cut ? nni_order_window_rows(&dataset->slicing) : lane->order.rows;
    const size_t runs = cut ? rows / dataset->slicing.block_rows + 1 : nni_blocks_count(dataset->blocks, i);
    for (size_t k = 0; k < 2; k++) {
        struct slot *slot = &lane->slot[k];
        NN_TRY(nni_rows_buffer_create(&dataset->row, rows + dataset->slicing.block_rows, "rows that are read ahead",
                                      &slot->buffer, error));
        NN_TRY(nni_allocate(runs, sizeof *slot->runs, "the blocks of a window", &slot->runs, error));
    }
    return NN_OK;
}

nn_status nni_stream_create(const nni_dataset *dataset, uint64_t seed, nni_stream **result, nn_error *error)
{
    nni_stream *stream = NULL;
    NN_TRY(nni_allocate(1, sizeof *stream, "rows that are read ahead", &stream, error));
    stream->dataset = dataset;
    nn_status status = nni_allocate(dataset->slicing.slice_count, sizeof *stream->lanes, "rows that are read ahead",
                                    &stream->lanes, error);
    for (size_t i = 0; i < dataset->slicing.slice_count && status == NN_OK; i++)
        status = create_lane(dataset, i, seed, &stream->lanes[i], error);
    if (status != NN_OK) {
        nni_stream_free(stream);
        return status;
    }
    *result = stream;
    return NN_OK;
}

/* Waits for what is on its way into a slot. */
static nn_status arrive(struct slot *slot, nn_error *error)
{
    if (!slot->begun || slot->arrived)
        return NN_OK;
    const nn_status status = nni_source_finish(&slot->reading, error);
    slot->arrived = status == NN_OK;
    slot->begun = slot->arrived; /* after a failure the next request reads it again */
    return status;
}

void nni_stream_free(nni_stream *stream)
{
    if (!stream)
        return;
    nn_error unused;
    for (size_t i = 0; stream->lanes && i < stream->dataset->slicing.slice_count; i++) {
        struct lane *lane = &stream->lanes[i];
        for (size_t k = 0; k < 2; k++) {
            arrive(&lane->slot[k], &unused);
            nni_rows_buffer_free(&lane->slot[k].buffer);
            nni_release(lane->slot[k].runs);
        }
        nni_order_free(&lane->order);
    }
    nni_release(stream->lanes);
    nni_release(stream);
}

static bool holds(const struct slot *slot, uint64_t epoch, size_t window)
{
    return slot->begun && slot->epoch == epoch && slot->window == window;
}

/* A slice that is not cut into windows is one window of all its blocks. */
static size_t lay_runs(const nni_dataset *dataset, size_t i, const nni_order *order, nni_file_run *runs)
{
    if (order->block_begin) {
        for (size_t m = 0; m < order->members; m++)
            runs[m] = nni_blocks_run(&dataset->slicing, i, order->member[m]);
        return order->members;
    }
    const size_t blocks = nni_blocks_count(dataset->blocks, i);
    for (size_t block = 0; block < blocks; block++)
        runs[block] = nni_blocks_run(&dataset->slicing, i, block);
    return blocks;
}

static void begin(const nni_stream *stream, size_t i, struct slot *slot, uint64_t epoch, size_t window)
{
    nn_error unused;
    nni_order *order = &stream->lanes[i].order;
    arrive(slot, &unused); /* of what is not wanted any more */
    nni_order_begin(order, epoch);
    nni_order_enter(order, window);
    slot->begun = true;
    slot->arrived = false;
    slot->epoch = epoch;
    slot->window = window;
    slot->reading = (nni_reading){
        .source = stream->dataset->source,
        .runs = slot->runs,
        .run_count = lay_runs(stream->dataset, i, order, slot->runs),
        .buffer = &slot->buffer,
    };
    nni_source_begin(&slot->reading);
}

void nni_stream_seek(nni_stream *stream, size_t i, uint64_t epoch, size_t window)
{
    struct lane *lane = &stream->lanes[i];
    if (holds(&lane->slot[lane->current ^ 1], epoch, window))
        lane->current ^= 1;
    struct slot *now = &lane->slot[lane->current], *then = &lane->slot[lane->current ^ 1];
    if (!holds(now, epoch, window))
        begin(stream, i, now, epoch, window);
    const bool last = window + 1 == lane->order.windows;
    const uint64_t next_epoch = last ? epoch + 1 : epoch;
    const size_t next = last ? 0 : window + 1;
    if (!holds(then, next_epoch, next))
        begin(stream, i, then, next_epoch, next);
}

nn_status nni_stream_window(nni_stream *stream, size_t i, nni_rows *rows, nn_error *error)
{
    const nni_dataset *dataset = stream->dataset;
    struct lane *lane = &stream->lanes[i];
    struct slot *slot = &lane->slot[lane->current];
    NN_TRY(arrive(slot, error));
    *rows = nni_rows_of_buffer(&dataset->row, &slot->buffer, 0, slot->reading.got, 0);
    return NN_OK;
}
