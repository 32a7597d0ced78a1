/* SPDX-License-Identifier: MIT */
#include "data/order/order.h"

#include "support/memory.h"

/* Blocks of a window, about: windows of an epoch have as many or fewer. */
static size_t blocks_of_window(const nni_slicing *slicing)
{
    const size_t blocks = slicing->window_rows / slicing->block_rows;
    return blocks > 0 ? blocks : 1;
}

size_t nni_order_window_rows(const nni_slicing *slicing)
{
    const size_t whole = slicing->whole.rows / slicing->whole.count + 1;
    if (slicing->window_rows == 0 || whole <= slicing->window_rows)
        return whole;
    return blocks_of_window(slicing) * slicing->block_rows;
}

size_t nni_order_rows_ahead(const nni_slicing *slicing)
{
    return 2 * slicing->slice_count * (nni_order_window_rows(slicing) + slicing->block_rows);
}

/* Window k of w has the blocks from floor(k n / w) on. */
static size_t first_block(const nni_order *order, size_t window)
{
    return window * order->blocks / order->windows;
}

nn_status nni_order_create(const nni_slicing *slicing, const nni_blocks *blocks, size_t i, uint64_t seed,
                           nni_order *order, nn_error *error)
{
    const char what[] = "the order of rows";
    const size_t slice = slicing->first_slice + i;
    const size_t rows = nni_slicing_rows(slicing, slice);
    *order = (nni_order){.rows = rows, .slice = slice, .seed = seed, .blocks = 1, .windows = 1};
    size_t members = 1;
    if (slicing->window_rows > 0 && rows > slicing->window_rows) {
        members = blocks_of_window(slicing);
        order->block_begin = nni_blocks_begin(blocks, i);
        order->blocks = nni_blocks_count(blocks, i);
        order->windows = (order->blocks + members - 1) / members;
    }
    NN_TRY(nni_allocate(order->windows + 1, sizeof *order->window_first, what, &order->window_first, error));
    NN_TRY(nni_allocate(members, sizeof *order->member, what, &order->member, error));
    return nni_allocate(members + 1, sizeof *order->member_begin, what, &order->member_begin, error);
}

void nni_order_free(nni_order *order)
{
    nni_release(order->window_first);
    nni_release(order->member);
    nni_release(order->member_begin);
    *order = (nni_order){.rows = 0};
}

static size_t rows_of_block(const nni_order *order, size_t block)
{
    return order->block_begin ? order->block_begin[block + 1] - order->block_begin[block] : order->rows;
}

/* The one block of a slice that is not cut is where it is without a shuffle, too. */
static size_t block_at(const nni_order *order, size_t place)
{
    return order->block_begin ? nni_shuffle_row(&order->block_order, place) : 0;
}

void nni_order_begin(nni_order *order, uint64_t epoch)
{
    if (order->begun && order->epoch == epoch)
        return;
    order->begun = true;
    order->epoch = epoch;
    order->entered = false;
    if (order->block_begin)
        order->block_order = nni_shuffle_for(NNI_RANDOM_BLOCKS, order->blocks, order->seed, epoch, order->slice);
    size_t position = 0;
    for (size_t window = 0; window < order->windows; window++) {
        order->window_first[window] = position;
        for (size_t place = first_block(order, window); place < first_block(order, window + 1); place++)
            position += rows_of_block(order, block_at(order, place));
    }
    order->window_first[order->windows] = position;
}

void nni_order_enter(nni_order *order, size_t window)
{
    if (order->entered && order->window == window)
        return;
    const size_t first = first_block(order, window), end = first_block(order, window + 1);
    order->entered = true;
    order->window = window;
    order->members = end - first;
    for (size_t place = first; place < end; place++) {
        const size_t m = place - first, block = block_at(order, place);
        order->member[m] = block;
        order->member_begin[m + 1] = order->member_begin[m] + rows_of_block(order, block);
    }
    const size_t rows = order->member_begin[order->members];
    if (rows > 0) /* a window whose rows were all held out has no order */
        order->shuffle = nni_shuffle_of_window(rows, order->seed, order->epoch, order->slice, window);
}

size_t nni_order_window_at(const nni_order *order, size_t position)
{
    size_t low = 0, high = order->windows; /* first[low] <= position < first[high] */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (order->window_first[middle] <= position)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void nni_order_indices(const nni_order *order, size_t position, size_t count, uint64_t *indices)
{
    nni_shuffle_rows(&order->shuffle, position, count, indices);
}

/* Blocks have about the same number of rows, so the first guess is right or next to it. */
size_t nni_order_row(const nni_order *order, size_t index)
{
    if (!order->block_begin)
        return index;
    const size_t *begin = order->member_begin;
    size_t m = index * order->members / begin[order->members];
    while (begin[m] > index)
        m--;
    while (begin[m + 1] <= index)
        m++;
    return order->block_begin[order->member[m]] + (index - begin[m]);
}
