/* SPDX-License-Identifier: MIT */
#include "support/sum_tree.h"

#include "support/memory.h"

nni_leaf_range nni_leaf_range_of_rank(size_t total, size_t rank, size_t ranks)
{
    /* floor(rank * total / ranks) without the product, which could overflow. */
    const size_t whole = total / ranks, rest = total % ranks;
    const size_t first = whole * rank + rest * rank / ranks, end = whole * (rank + 1) + rest * (rank + 1) / ranks;
    return (nni_leaf_range){.total = total, .first = first, .count = end - first};
}

nn_status nni_leaf_ranges_of_ranks(size_t total, size_t ranks, nni_leaf_range **runs, nn_error *error)
{
    NN_TRY(nni_allocate(ranks, sizeof **runs, "the leaves of the ranks", runs, error));
    for (size_t rank = 0; rank < ranks; rank++)
        (*runs)[rank] = nni_leaf_range_of_rank(total, rank, ranks);
    return NN_OK;
}

nni_leaf_range nni_leaf_range_union(const nni_leaf_range *runs, size_t count)
{
    const nni_leaf_range last = runs[count - 1];
    return (nni_leaf_range){
        .total = last.total, .first = runs[0].first, .count = last.first + last.count - runs[0].first};
}

size_t nni_sum_tree_joins_after(nni_leaf_range run, nni_tree_node node)
{
    size_t joins = 0;
    for (size_t span = node.span, index = node.first / node.span; span < run.total; span *= 2, index /= 2) {
        if (index % 2 == 1) {
            if ((index - 1) * span < run.first)
                break; /* another rank has the left half */
            joins++;
        } else if ((index + 1) * span < run.total) {
            break; /* the right half is still to come */
        }
    }
    return joins;
}

size_t nni_sum_tree_joins(nni_leaf_range run, size_t leaf)
{
    return nni_sum_tree_joins_after(run, (nni_tree_node){leaf, 1});
}

/* Whether a run holds all leaves of a node. */
static int holds(nni_leaf_range run, nni_tree_node node)
{
    const size_t end = run.first + run.count;
    return node.first % node.span == 0 && (node.first + node.span <= end || end == run.total);
}

nni_tree_node nni_sum_tree_node(nni_leaf_range run, size_t first)
{
    nni_tree_node node = {first, 1};
    while (node.span < run.total && holds(run, (nni_tree_node){first, 2 * node.span}))
        node.span *= 2;
    return node;
}

size_t nni_sum_tree_nodes(nni_leaf_range run)
{
    size_t nodes = 0;
    for (size_t at = run.first; at < run.first + run.count; nodes++)
        at += nni_sum_tree_node(run, at).span;
    return nodes;
}

size_t nni_sum_tree_height(nni_leaf_range run)
{
    size_t height = 0, most = 0;
    for (size_t leaf = run.first; leaf < run.first + run.count; leaf++) {
        height++;
        most = height > most ? height : most;
        height -= nni_sum_tree_joins(run, leaf);
    }
    return most;
}
