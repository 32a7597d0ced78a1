/* SPDX-License-Identifier: MIT */
/* The additions of a simulated run: the clock goes on by what they would take. */
#include <stdint.h>

#include "comm/allreduce/tree_join.h"
#include "sim/mpi_shim.h"
#include "support/memory.h"

struct nni_tree_join {
    size_t joins; /* of a whole tree of nodes */
};

static void add(const void *a, const void *b, void *sum, size_t count)
{
    (void)a;
    (void)b;
    (void)sum;
    sim_add(count);
}

static void add_message(const void *message, void *sum, size_t count)
{
    add(message, NULL, sum, count);
}

/* Rounding goes through as much memory as adding, about. */
static void convert(const void *from, void *to, size_t count)
{
    add(from, NULL, to, count);
}

nni_element_wire nni_element_wire_of(nni_element element, nni_wire wire)
{
    if (element == NNI_DOUBLE)
        return (nni_element_wire){sizeof(double), sizeof(double), MPI_DOUBLE, add, add_message, NULL, NULL};
    if (wire == NNI_WIRE_BF16)
        return (nni_element_wire){sizeof(float), sizeof(uint16_t), MPI_UINT16_T, add, add_message, convert, convert};
    return (nni_element_wire){sizeof(float), sizeof(float), MPI_FLOAT, add, add_message, NULL, NULL};
}

nn_status nni_tree_join_create(const nni_leaf_range *runs, size_t ranks, nni_element_wire element, nni_tree_join **join,
                               nn_error *error)
{
    (void)element;
    NN_TRY(nni_allocate(1, sizeof **join, "the joining of gradients", join, error));
    for (size_t rank = 0; rank < ranks; rank++)
        (*join)->joins += nni_sum_tree_nodes(runs[rank]);
    (*join)->joins -= 1;
    return NN_OK;
}

void nni_tree_join_free(nni_tree_join *join)
{
    nni_release(join);
}

void nni_tree_join_nodes(nni_tree_join *join, const void *const *nodes, void *sums, size_t pitch, size_t count)
{
    (void)nodes;
    (void)sums;
    (void)pitch;
    sim_add(join->joins * count);
}
