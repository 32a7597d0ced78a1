/* SPDX-License-Identifier: MIT */
#include "data/order/blocks.h"

#include "support/memory.h"

/* Rows of the file that slice i of this rank spans, held out or not. */
static nni_file_run slice_run(const nni_slicing *slicing, size_t i)
{
    const size_t first = nni_slicing_file_row(slicing, i);
    return (nni_file_run){first, nni_slicing_file_row(slicing, i + 1) - first};
}

static size_t blocks_of_run(nni_file_run run, size_t rows)
{
    return run.count > 0 ? (run.first + run.count - 1) / rows - run.first / rows + 1 : 1;
}

static nni_file_run block_of_run(nni_file_run run, size_t rows, size_t block)
{
    const size_t run_end = run.first + run.count, first = (run.first / rows + block) * rows, end = first + rows;
    const size_t from = first > run.first ? first : run.first, to = end < run_end ? end : run_end;
    return (nni_file_run){from, to - from};
}

static nn_status take_memory(const nni_slicing *slicing, nni_blocks *blocks, nn_error *error)
{
    const char what[] = "the blocks of the slices";
    NN_TRY(nni_allocate(slicing->slice_count + 1, sizeof *blocks->first, what, &blocks->first, error));
    size_t total = 0;
    for (size_t i = 0; i < slicing->slice_count; i++) {
        total += blocks_of_run(slice_run(slicing, i), blocks->rows) + 1;
        blocks->first[i + 1] = total;
    }
    return nni_allocate(total, sizeof *blocks->begin, what, &blocks->begin, error);
}

static void count_rows(const nni_slicing *slicing, const nni_row_set *present, nni_blocks *blocks, size_t i)
{
    const size_t rank_first = nni_slicing_file_row(slicing, 0);
    const nni_file_run slice = slice_run(slicing, i);
    size_t *begin = blocks->begin + blocks->first[i];
    for (size_t block = 0; block < nni_blocks_count(blocks, i); block++) {
        const nni_file_run run = block_of_run(slice, blocks->rows, block);
        begin[block + 1] = begin[block] + nni_row_set_count(present, run.first - rank_first, run.count);
    }
}

nn_status nni_blocks_create(const nni_slicing *slicing, const nni_row_set *present, nni_blocks **result,
                            nn_error *error)
{
    nni_blocks *blocks = NULL;
    NN_TRY(nni_allocate(1, sizeof *blocks, "the blocks of the slices", &blocks, error));
    blocks->rows = slicing->block_rows;
    const nn_status status = take_memory(slicing, blocks, error);
    if (status != NN_OK) {
        nni_blocks_free(blocks);
        return status;
    }
    for (size_t i = 0; i < slicing->slice_count; i++)
        count_rows(slicing, present, blocks, i);
    *result = blocks;
    return NN_OK;
}

void nni_blocks_free(nni_blocks *blocks)
{
    if (!blocks)
        return;
    nni_release(blocks->first);
    nni_release(blocks->begin);
    nni_release(blocks);
}

size_t nni_blocks_count(const nni_blocks *blocks, size_t i)
{
    return blocks->first[i + 1] - blocks->first[i] - 1;
}

const size_t *nni_blocks_begin(const nni_blocks *blocks, size_t i)
{
    return blocks->begin + blocks->first[i];
}

nni_file_run nni_blocks_run(const nni_slicing *slicing, size_t i, size_t block)
{
    const size_t rank_first = nni_slicing_file_row(slicing, 0);
    nni_file_run run = block_of_run(slice_run(slicing, i), slicing->block_rows, block);
    run.first -= rank_first;
    return run;
}
