/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/tree_join.h"

#include <string.h>

#include "support/memory.h"

/* Bytes of a piece: the pieces of a stack stay in a level 1 cache. */
enum { PIECE = 4096 };

struct nni_tree_join {
    nni_element_wire element;
    size_t node_count;
    size_t *joins;     /* [node_count] after each */
    char *stack;       /* [height, PIECE] */
    const void **tops; /* [height] where the values of the stack are: in it, or still where they came from */
};

/* Joins after each node of each rank. @return the most values on the stack */
static size_t plan(const nni_leaf_range *runs, size_t ranks, size_t *joins)
{
    const nni_leaf_range all = nni_leaf_range_union(runs, ranks);
    size_t height = 0, most = 0, node_index = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        const nni_leaf_range run = runs[rank];
        for (size_t at = run.first; at < run.first + run.count; node_index++) {
            const nni_tree_node node = nni_sum_tree_node(run, at);
            joins[node_index] = nni_sum_tree_joins_after(all, node);
            most = ++height > most ? height : most;
            height -= joins[node_index];
            at += node.span;
        }
    }
    return most;
}

nn_status nni_tree_join_create(const nni_leaf_range *runs, size_t ranks, nni_element_wire element,
                               nni_tree_join **result, nn_error *error)
{
    const char what[] = "the joining of gradients";
    nni_tree_join *join = NULL;
    NN_TRY(nni_allocate(1, sizeof *join, what, &join, error));
    join->element = element;
    for (size_t rank = 0; rank < ranks; rank++)
        join->node_count += nni_sum_tree_nodes(runs[rank]);
    nn_status status = nni_allocate(join->node_count, sizeof *join->joins, what, &join->joins, error);
    if (status == NN_OK) {
        const size_t height = plan(runs, ranks, join->joins);
        status = nni_allocate(height, PIECE, what, &join->stack, error);
        if (status == NN_OK)
            status = nni_allocate(height, sizeof *join->tops, what, &join->tops, error);
    }
    if (status != NN_OK) {
        nni_tree_join_free(join);
        return status;
    }
    *result = join;
    return NN_OK;
}

void nni_tree_join_free(nni_tree_join *join)
{
    if (!join)
        return;
    nni_release(join->joins);
    nni_release(join->stack);
    nni_release(join->tops);
    nni_release(join);
}

void nni_tree_join_nodes(nni_tree_join *join, const void *const *nodes, void *sums, size_t pitch, size_t count)
{
    const size_t size = join->element.size, most = PIECE / size;
    for (size_t first = 0; first < count; first += most) {
        const size_t length = count - first < most ? count - first : most;
        size_t height = 0;
        for (size_t n = 0; n < join->node_count; n++) {
            join->tops[height++] = (const char *)nodes[n] + first * size;
            for (size_t joins = join->joins[n]; joins > 0; joins--, height--) {
                const bool last = n + 1 == join->node_count && joins == 1;
                char *to =
                    last ? (char *)sums + ((height - 2) * pitch + first) * size : join->stack + (height - 2) * PIECE;
                join->element.add(join->tops[height - 2], join->tops[height - 1], to, length);
                join->tops[height - 2] = to;
            }
        }
        for (size_t n = 0; n < height; n++) {
            char *to = (char *)sums + (n * pitch + first) * size;
            if (join->tops[n] != to)
                memmove(to, join->tops[n], length * size);
        }
    }
}
