/* SPDX-License-Identifier: MIT */
#include "metrics/row_sums.h"

#include <string.h>

#include "model/partial_sums.h"
#include "support/memory.h"

nn_status nni_row_sums_create(const nni_dataset *dataset, size_t count, int tag, nn_comm *comm, nni_row_sums *sums,
                              nn_error *error)
{
    const size_t rank = (size_t)comm->rank, ranks = (size_t)comm->size;
    const size_t leaves = dataset->slicing.slice_end ? dataset->slicing.slices.count : ranks;
    *sums = (nni_row_sums){.leaves = nni_leaf_range_of_rank(leaves, rank, ranks), .count = count};
    /* One more for the leaf that a last nni_row_sums_next begins. */
    const size_t height = nni_sum_tree_height(sums->leaves) + 1;
    const nn_status status =
        nni_allocate(height, count * sizeof *sums->stack, "the sums of an evaluation", &sums->stack, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    const nni_messages_plan plan = {.leaves = leaves, .element = NNI_DOUBLE, .most = count, .tag = tag};
    return nni_messages_create(comm, &plan, &sums->messages, error);
}

void nni_row_sums_free(nni_row_sums *sums)
{
    nni_messages_free(sums->messages);
    nni_release(sums->stack);
    *sums = (nni_row_sums){.stack = NULL};
}

void nni_row_sums_clear(nni_row_sums *sums)
{
    sums->height = 0;
    memset(sums->stack, 0, sums->count * sizeof *sums->stack);
}

double *nni_row_sums_of_leaf(const nni_row_sums *sums)
{
    return sums->stack + sums->height * sums->count;
}

void nni_row_sums_next(nni_row_sums *sums, size_t leaf)
{
    sums->height = nni_join_doubles(sums->leaves, sums->leaves.first + leaf, sums->stack, sums->count, sums->height + 1,
                                    sums->count);
    memset(nni_row_sums_of_leaf(sums), 0, sums->count * sizeof *sums->stack);
}

size_t nni_row_sums_end(const nni_row_sums *sums, const nni_dataset *dataset, size_t leaf)
{
    return leaf + 1 < sums->leaves.count ? dataset->slicing.slice_end[leaf] : dataset->slicing.rows;
}

nn_status nni_row_sums_total(nni_row_sums *sums, double *total, nn_error *error)
{
    NN_TRY(nni_messages_start(sums->messages, sums->stack, sums->count, sums->count, error));
    NN_TRY(nni_messages_finish(sums->messages, error));
    memcpy(total, sums->stack, sums->count * sizeof *total);
    return NN_OK;
}
