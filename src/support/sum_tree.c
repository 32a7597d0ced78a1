#include "support/sum_tree.h"

#include "support/memory.h"

nn_leaves nn_leaves_of_rank(size_t total, size_t rank, size_t ranks)
{
    /* floor(rank * total / ranks) without the product, which could overflow. */
    const size_t whole = total / ranks, rest = total % ranks;
    const size_t first = whole * rank + rest * rank / ranks, end = whole * (rank + 1) + rest * (rank + 1) / ranks;
    return (nn_leaves){.total = total, .first = first, .count = end - first};
}

nn_status nn_leaves_of_ranks(size_t total, size_t ranks, nn_leaves **runs, nn_error *error)
{
    NN_TRY(nn_allocate(ranks, sizeof **runs, "the leaves of the ranks", runs, error));
    for (size_t rank = 0; rank < ranks; rank++)
        (*runs)[rank] = nn_leaves_of_rank(total, rank, ranks);
    return NN_OK;
}

nn_leaves nn_leaves_together(const nn_leaves *runs, size_t count)
{
    const nn_leaves last = runs[count - 1];
    return (nn_leaves){.total = last.total, .first = runs[0].first, .count = last.first + last.count - runs[0].first};
}

size_t nn_leaves_joins_after(nn_leaves run, nn_tree_node node)
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

size_t nn_leaves_joins(nn_leaves run, size_t leaf)
{
    return nn_leaves_joins_after(run, (nn_tree_node){leaf, 1});
}

/* Whether a run holds all leaves of a node. */
static int holds(nn_leaves run, nn_tree_node node)
{
    const size_t end = run.first + run.count;
    return node.first % node.span == 0 && (node.first + node.span <= end || end == run.total);
}

nn_tree_node nn_leaves_node(nn_leaves run, size_t first)
{
    nn_tree_node node = {first, 1};
    while (node.span < run.total && holds(run, (nn_tree_node){first, 2 * node.span}))
        node.span *= 2;
    return node;
}

size_t nn_leaves_nodes(nn_leaves run)
{
    size_t nodes = 0;
    for (size_t at = run.first; at < run.first + run.count; nodes++)
        at += nn_leaves_node(run, at).span;
    return nodes;
}

size_t nn_leaves_height(nn_leaves run)
{
    size_t height = 0, most = 0;
    for (size_t leaf = run.first; leaf < run.first + run.count; leaf++) {
        height++;
        most = height > most ? height : most;
        height -= nn_leaves_joins(run, leaf);
    }
    return most;
}
