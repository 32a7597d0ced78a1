/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts: sums over ranks keep to the tree of the leaves, bit for bit, by every way that
 * there is, and owners have the sums of their parts. Hosts are this one under several names. */
#include <math.h>
#include <string.h>

#include "comm/allreduce/owner.h"
#include "comm/allreduce/piece_size.h"
#include "comm/backend.h"
#include "comm/topology.h"
#include "support/memory.h"
#include "support/suite.h"

static nn_comm *comm;

enum { MOST_LEAVES = 40, MOST_ELEMENTS = 59001 };

/* Values whose sum depends on the order. */
static nni_real value_of(size_t leaf, size_t element)
{
    const double size = leaf % 3 == 0 ? 1e6 : 1;
    return (nni_real)(size * 0.1 * (double)((7 * leaf + 3 * element) % 11 + 1));
}

/* The definition of the tree, see support/sum_tree.h. */
static nni_real sum_of_node(size_t leaves, size_t span, size_t first, size_t element)
{
    if (span == 1)
        return value_of(first, element);
    const nni_real left = sum_of_node(leaves, span / 2, first, element);
    const size_t right = first + span / 2;
    return right < leaves ? left + sum_of_node(leaves, span / 2, right, element) : left;
}

static nni_real sum_of_all(size_t leaves, size_t element)
{
    size_t span = 1;
    while (span < leaves)
        span *= 2;
    return sum_of_node(leaves, span, 0, element);
}

/* This rank's nodes, `pitch` elements apart. */
static nni_real *take_nodes(size_t leaves, size_t count, size_t pitch)
{
    const nni_leaf_range run = nni_leaf_range_of_rank(leaves, (size_t)comm->rank, (size_t)comm->size);
    nni_real *nodes = NULL;
    CU_ASSERT_FATAL(nni_allocate(nni_sum_tree_nodes(run), pitch * sizeof *nodes, "nodes", &nodes, NULL) == NN_OK);
    size_t at = run.first;
    for (size_t n = 0; n < nni_sum_tree_nodes(run); n++) {
        const nni_tree_node node = nni_sum_tree_node(run, at);
        for (size_t i = 0; i < count; i++)
            nodes[n * pitch + i] = sum_of_node(leaves, node.span, at, i);
        at += node.span;
    }
    return nodes;
}

/* Each sum is computed once: with many ranks, the definition would take most of the time. */
static bool is_sum_from(const nni_real *values, size_t leaves, nni_partition part)
{
    static nni_real sums[MOST_LEAVES + 1][MOST_ELEMENTS];
    static size_t known[MOST_LEAVES + 1];
    for (; known[leaves] < part.first + part.count; known[leaves]++)
        sums[leaves][known[leaves]] = sum_of_all(leaves, known[leaves]);
    return memcmp(values + part.first, sums[leaves] + part.first, part.count * sizeof *values) == 0;
}

/* Sums that the library was asked for, which come by here. */
static size_t library_sums;

int MPI_Iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm world,
                   MPI_Request *request)
{
    library_sums += from != MPI_IN_PLACE;
    return PMPI_Iallreduce(from, to, count, type, operation, world, request);
}

enum { PIECES = 5, ROUNDS = 4 };

/* Layers of very different sizes, of one piece and of several. */
enum { GROUPS = 3 };
static const size_t groups[GROUPS + 1] = {0, 1, 3, PIECES};
static const nni_partition pieces[PIECES] = {
    {0, 10}, {10, 690}, {700, 1}, {701, 34299}, {35000, MOST_ELEMENTS - 35000}};

static nni_owner *take_owner(size_t leaves, nni_wire wire, bool apart, nni_partition *parts, nni_real *values)
{
    const nni_leaf_range run = nni_leaf_range_of_rank(leaves, (size_t)comm->rank, (size_t)comm->size);
    const nni_owner_plan plan = {.leaves = leaves,
                                 .count = MOST_ELEMENTS,
                                 .height = leaves > 0 ? nni_sum_tree_nodes(run) : 1,
                                 .arrays = 1,
                                 .node = comm->rank % 2,
                                 .pieces = pieces,
                                 .piece_count = PIECES,
                                 .groups = groups,
                                 .group_count = GROUPS,
                                 .threads = 1,
                                 .block = 1000,
                                 .wire = wire,
                                 .apart = apart};
    nni_owner *owner = NULL;
    CU_ASSERT_FATAL(nni_owner_create(comm, &plan, &owner, NULL) == NN_OK);
    const size_t index = nni_owner_index(owner), count = nni_owner_parts(owner);
    for (size_t p = 0; p < PIECES; p++) {
        const nni_partition mine =
            index < count ? nni_partition_of(pieces[p].count, index, count) : (nni_partition){0, 0};
        parts[p] = (nni_partition){pieces[p].first + mine.first, mine.count};
    }
    if (!nni_owner_gradients(owner))
        nni_owner_use(owner, values, MOST_ELEMENTS);
    CU_ASSERT_FATAL(nni_owner_divide(owner, parts, NULL, 0, NULL) == NN_OK);
    return owner;
}

/* A round as a step has it: gradients come piece by piece, and each owner leaves twice its sums for all. */
static void go_round(nni_owner *owner, const nni_partition *parts, nni_real *results)
{
    nni_owner_begin_round(owner);
    for (size_t p = 0; p < PIECES; p++) {
        nni_owner_complete(owner, pieces[p].first + pieces[p].count);
        if (nni_owner_has_messages(owner))
            CU_ASSERT_EQUAL(nni_owner_progress(owner, NULL), NN_OK);
    }
    for (size_t p = PIECES; p-- > 0;) {
        CU_ASSERT_EQUAL_FATAL(nni_owner_wait_for_sum(owner, p, NULL), NN_OK);
        for (size_t done = 0; done < parts[p].count; done += 1000) {
            const size_t first = parts[p].first + done, left = parts[p].count - done, count = left < 1000 ? left : 1000;
            const nni_real *sum = nni_owner_sum(owner, 0, first, count);
            for (size_t i = 0; i < count; i++)
                results[first + i] = 2 * sum[i];
        }
        nni_owner_used(owner, p);
    }
    for (size_t p = 0; p < PIECES; p++)
        nni_owner_wait_for_owners(owner, p);
}

/* What all find in the domain's array is of this round, and twice the sum; else what this rank knows of its parts. */
static void owners_use_the_sums_of_their_parts(void)
{
    enum { LEAVES = 24 };
    nni_partition parts[PIECES];
    nni_real *nodes = take_nodes(LEAVES, MOST_ELEMENTS, MOST_ELEMENTS), *own = NULL, *results = NULL, *found = NULL;
    const size_t kept = nni_sum_tree_nodes(nni_leaf_range_of_rank(LEAVES, (size_t)comm->rank, (size_t)comm->size));
    CU_ASSERT_FATAL(nni_allocate(kept, MOST_ELEMENTS * sizeof *own, "nodes", &own, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_allocate(MOST_ELEMENTS, sizeof *results, "results", &results, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_allocate(MOST_ELEMENTS, sizeof *found, "results", &found, NULL) == NN_OK);
    nni_owner *owner = take_owner(LEAVES, NNI_WIRE_FLOAT32, false, parts, own);
    nni_real *shared = nni_owner_array(owner, 0), *gradients = shared ? nni_owner_gradients(owner) : own;
    const size_t pitch = shared ? nni_owner_pitch(owner) : MOST_ELEMENTS;
    for (int round = 0; round < ROUNDS; round++) {
        const nni_real factor = (nni_real)(1 << round); /* which rounds nothing */
        for (size_t n = 0; n < kept; n++)
            for (size_t i = 0; i < MOST_ELEMENTS; i++)
                gradients[n * pitch + i] = factor * nodes[n * MOST_ELEMENTS + i];
        go_round(owner, parts, shared ? shared : results);
        for (size_t p = 0; p < PIECES; p++) {
            const nni_partition known = shared ? pieces[p] : parts[p];
            for (size_t i = known.first; i < known.first + known.count; i++)
                found[i] = (shared ? shared : results)[i] / (2 * factor);
            CU_ASSERT(known.count == 0 || is_sum_from(found, LEAVES, known));
        }
        /* As the passes do before gradients are written anew. */
        CU_ASSERT_EQUAL(nn_comm_barrier(comm, NULL), NN_OK);
    }
    nni_owner_free(owner);
    nni_release(nodes), nni_release(own), nni_release(results), nni_release(found);
}

typedef bool is_expected(nni_real sum, size_t element);

/* A round of one node a rank: first + element % 100 at each rank, of which every owner has sums as expected. */
static void sum_in_any_order(nni_wire wire, bool apart, nni_real first, is_expected *expected)
{
    nni_partition parts[PIECES];
    nni_real *own = NULL, *results = NULL;
    CU_ASSERT_FATAL(nni_allocate(MOST_ELEMENTS, sizeof *own, "values", &own, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_allocate(MOST_ELEMENTS, sizeof *results, "results", &results, NULL) == NN_OK);
    nni_owner *owner = take_owner(0, wire, apart, parts, own);
    nni_real *shared = nni_owner_array(owner, 0), *gradients = shared ? nni_owner_gradients(owner) : own;
    for (size_t i = 0; i < MOST_ELEMENTS; i++)
        gradients[i] = first + (nni_real)(i % 100);
    go_round(owner, parts, shared ? shared : results);
    bool good = true;
    for (size_t p = 0; p < PIECES; p++) {
        const nni_partition known = shared ? pieces[p] : parts[p];
        for (size_t i = known.first; i < known.first + known.count; i++)
            good = good && expected((shared ? shared : results)[i] / 2, i);
    }
    CU_ASSERT(good);
    nni_owner_free(owner);
    nni_release(own), nni_release(results);
}

static bool is_exact(nni_real sum, size_t element)
{
    const size_t ranks = (size_t)comm->size;
    return sum == (nni_real)(ranks * (ranks - 1) / 2 + ranks * (element % 100));
}

static void owners_sum_in_any_order(void)
{
    const size_t before = library_sums;
    sum_in_any_order(NNI_WIRE_FLOAT32, false, (nni_real)comm->rank, is_exact);
    CU_ASSERT_EQUAL(library_sums, before);
}

static void owners_may_leave_the_sums_to_the_library(void)
{
    const size_t before = library_sums;
    sum_in_any_order(NNI_WIRE_FLOAT32, true, (nni_real)comm->rank, is_exact);
    CU_ASSERT_EQUAL(library_sums - before, comm->size > 1 ? PIECES : 0);
}

/* Between hosts; eight bits of which the first is not written. */
static bool is_rounded(nni_real sum, size_t element)
{
    const double exact = (double)comm->size * (1 + 0x1p-9 + (double)(element % 100));
    uint32_t bits;
    const float value = (float)sum;
    memcpy(&bits, &value, sizeof bits);
    return comm->host_count > 1 ? (bits & 0xffff) == 0 && fabs((double)sum - exact) <= 0.03 * exact
                                : (double)sum == exact;
}

static void owners_round_what_they_send(void)
{
    sum_in_any_order(NNI_WIRE_BF16, false, (nni_real)(1 + 0x1p-9), is_rounded);
}

static void pieces_are_sized_alike_on_all_ranks(void)
{
    enum { COUNT = 1 << 20 };
    for (int apart = 0; apart <= 1 && comm->size > 1; apart++) {
        size_t elements = 0;
        char host[64];
        int outlier = 0;
        CU_ASSERT_FATAL(nni_piece_size_measure(comm, apart, NNI_WIRE_FLOAT32, COUNT, &elements, NULL) == NN_OK);
        const uint64_t value = elements;
        CU_ASSERT_FATAL(nni_comm_find_outlier(comm, &value, &outlier, host, NULL) == NN_OK);
        CU_ASSERT_EQUAL(outlier, -1);
        CU_ASSERT_TRUE(elements > 0 && elements <= COUNT / 8 && (elements & (elements - 1)) == 0);
    }
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(owners_use_the_sums_of_their_parts),       NN_TEST(owners_sum_in_any_order),
        NN_TEST(owners_may_leave_the_sums_to_the_library), NN_TEST(owners_round_what_they_send),
        NN_TEST(pieces_are_sized_alike_on_all_ranks),
    };
    const size_t count = sizeof tests / sizeof *tests;
    int code = nni_run_suite("reduction through shared memory", tests, count);
    /* As if hosts had some ranks each: one, pairs, threes, and two before all others. */
    nni_hosts *real = comm->backend->hosts;
    const int leaders[] = {comm->rank, comm->rank / 2 * 2, comm->rank / 3 * 3, comm->rank < 2 ? 0 : 2};
    for (size_t way = 0; comm->size > 1 && way < sizeof leaders / sizeof *leaders; way++) {
        if (nni_hosts_create(comm, leaders[way], &comm->backend->hosts, NULL) != NN_OK)
            return 1;
        comm->host_count = (int)comm->backend->hosts->count;
        code |= nni_run_suite("reduction within hosts and between them", tests, count);
        nni_hosts_free(comm->backend->hosts);
    }
    comm->backend->hosts = real;
    nn_comm_free(comm);
    return code;
}
