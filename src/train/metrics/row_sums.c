#include "train/metrics/row_sums.h"

#include <string.h>

#include "model/partial_sums.h"
#include "support/memory.h"

nn_status nn_row_sums_create(const nn_dataset *dataset, size_t count, int tag, nn_comm *comm, nn_row_sums *sums,
                             nn_error *error)
{
    const size_t rank = (size_t)comm->rank, ranks = (size_t)comm->size;
    const size_t leaves = dataset->slice_end ? dataset->slices.count : ranks;
    *sums = (nn_row_sums){.leaves = nn_leaves_of_rank(leaves, rank, ranks), .count = count};
    /* One more for the leaf that a last nn_row_sums_next begins. */
    const size_t height = nn_leaves_height(sums->leaves) + 1;
    const nn_status status =
        nn_allocate(height, count * sizeof *sums->stack, "the sums of an evaluation", &sums->stack, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    return nn_exchange_create(comm, leaves, NN_EXCHANGE_DOUBLE, count, tag, &sums->exchange, error);
}

void nn_row_sums_free(nn_row_sums *sums)
{
    nn_exchange_free(sums->exchange);
    nn_release(sums->stack);
    *sums = (nn_row_sums){.stack = NULL};
}

void nn_row_sums_clear(nn_row_sums *sums)
{
    sums->height = 0;
    memset(sums->stack, 0, sums->count * sizeof *sums->stack);
}

double *nn_row_sums_of_leaf(const nn_row_sums *sums)
{
    return sums->stack + sums->height * sums->count;
}

void nn_row_sums_next(nn_row_sums *sums, size_t leaf)
{
    sums->height = nn_join_doubles(sums->leaves, sums->leaves.first + leaf, sums->stack, sums->count, sums->height + 1,
                                   sums->count);
    memset(nn_row_sums_of_leaf(sums), 0, sums->count * sizeof *sums->stack);
}

size_t nn_row_sums_end(const nn_row_sums *sums, const nn_dataset *dataset, size_t leaf)
{
    return leaf + 1 < sums->leaves.count ? dataset->slice_end[leaf] : dataset->rows;
}

nn_status nn_row_sums_total(nn_row_sums *sums, double *total, nn_error *error)
{
    NN_TRY(nn_exchange_start(sums->exchange, sums->stack, sums->count, sums->count, error));
    NN_TRY(nn_exchange_finish(sums->exchange, error));
    memcpy(total, sums->stack, sums->count * sizeof *total);
    return NN_OK;
}
