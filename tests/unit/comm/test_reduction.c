/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts: sums over ranks keep to the tree of the leaves, bit for bit, by every way that
 * there is, and buckets bring them in order; and parts are made whole. Hosts are this one under several names. */
#include <math.h>
#include <string.h>

#include "comm/allreduce/allgather.h"
#include "comm/allreduce/reduction.h"
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
static bool is_sum(const nni_real *values, size_t leaves, size_t count)
{
    static nni_real sums[MOST_LEAVES + 1][MOST_ELEMENTS];
    static size_t known[MOST_LEAVES + 1];
    for (; known[leaves] < count; known[leaves]++)
        sums[leaves][known[leaves]] = sum_of_all(leaves, known[leaves]);
    return memcmp(values, sums[leaves], count * sizeof *values) == 0;
}

/* Short arrays go whole to everybody, long ones in segments, or with many ranks in rounds. */
static void sums_keep_to_the_tree_whatever_their_length(void)
{
    static const size_t counts[] = {1, 2, 3, 100, 2048, 2049, 10007};
    const size_t step = comm->size < 16 ? 1 : 4; /* many ranks take long */
    for (size_t leaves = (size_t)comm->size; leaves <= MOST_LEAVES; leaves += step)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            const size_t count = counts[c], pitch = count + 5;
            nni_real *nodes = take_nodes(leaves, count, pitch);
            nni_exchange *exchange = NULL;
            CU_ASSERT_FATAL(nni_exchange_create(comm, leaves, NNI_REAL, 10007, 7, &exchange, NULL) == NN_OK);
            CU_ASSERT_EQUAL(nni_exchange_start(exchange, nodes, pitch, count, NULL), NN_OK);
            CU_ASSERT_EQUAL(nni_exchange_finish(exchange, NULL), NN_OK);
            CU_ASSERT(is_sum(nodes, leaves, count));
            nni_exchange_free(exchange);
            nni_release(nodes);
        }
}

static void doubles_keep_to_it_too(void)
{
    enum { COUNT = 5000 };
    const size_t leaves = 24;
    const nni_leaf_range run = nni_leaf_range_of_rank(leaves, (size_t)comm->rank, (size_t)comm->size);
    nni_real *nodes = take_nodes(leaves, COUNT, COUNT);
    double *values = NULL;
    CU_ASSERT_FATAL(nni_allocate(nni_sum_tree_nodes(run) * COUNT, sizeof *values, "nodes", &values, NULL) == NN_OK);
    /* Sums of integers are exact, so that they tell lost and doubled values. */
    for (size_t i = 0; i < nni_sum_tree_nodes(run) * COUNT; i++)
        values[i] = (double)(i % COUNT);
    double all_nodes = (double)nni_sum_tree_nodes(run);
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, &all_nodes, 1, NULL), NN_OK);
    nni_exchange *exchange = NULL;
    CU_ASSERT_FATAL(nni_exchange_create(comm, leaves, NNI_DOUBLE, COUNT, 7, &exchange, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_exchange_start(exchange, values, COUNT, COUNT, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_exchange_finish(exchange, NULL), NN_OK);
    for (size_t i = 0; i < COUNT; i++)
        if (values[i] != all_nodes * (double)i) {
            CU_FAIL("a sum of doubles is wrong");
            break;
        }
    nni_exchange_free(exchange);
    nni_release(values);
    nni_release(nodes);
}

/* Integers, whose sums are exact in any order, from whole arrays to rounds with segments that are empty. */
static void any_order_adds_one_value_a_rank(void)
{
    enum { MOST = 10007 };
    static const size_t counts[] = {1, 3, 18, 2048, 2049, MOST};
    nni_real *values = NULL;
    nni_exchange *exchange = NULL;
    const size_t ranks = (size_t)comm->size;
    CU_ASSERT_FATAL(nni_allocate(MOST, sizeof *values, "values", &values, NULL) == NN_OK);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        CU_ASSERT_FATAL(nni_exchange_create(comm, 0, NNI_REAL, counts[c], 7, &exchange, NULL) == NN_OK);
        for (size_t i = 0; i < counts[c]; i++)
            values[i] = (nni_real)(i + (size_t)comm->rank);
        CU_ASSERT_EQUAL(nni_exchange_start(exchange, values, counts[c], counts[c], NULL), NN_OK);
        CU_ASSERT_EQUAL(nni_exchange_finish(exchange, NULL), NN_OK);
        for (size_t i = 0; i < counts[c]; i++)
            if (values[i] != (nni_real)(ranks * i + ranks * (ranks - 1) / 2)) {
                CU_FAIL("a sum is wrong");
                break;
            }
        nni_exchange_free(exchange);
    }
    nni_release(values);
}

/* Runs without parallel.reproducible too compare digests of the ranks' weights. */
static void any_order_gives_all_ranks_the_same_bits(void)
{
    enum { COUNT = 5003 };
    nni_real *values = take_nodes((size_t)comm->size, COUNT, COUNT);
    nni_exchange *exchange = NULL;
    CU_ASSERT_FATAL(nni_exchange_create(comm, 0, NNI_REAL, COUNT, 7, &exchange, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_exchange_start(exchange, values, COUNT, COUNT, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_exchange_finish(exchange, NULL), NN_OK);
    for (size_t i = 0; i < COUNT; i++) {
        double sums[2] = {values[i], -values[i]};
        CU_ASSERT_FATAL(i % 97 != 0 || nni_comm_max_double(comm, sums, 2, NULL) == NN_OK);
        CU_ASSERT(sums[0] == -sums[1] && fabs(sums[0] - (double)sum_of_all((size_t)comm->size, i)) < 1e-5 * sums[0]);
    }
    nni_exchange_free(exchange);
    nni_release(values);
}

/* What a tile of a product does. */
static void carry_out(const nni_errand *errand)
{
    for (size_t i = 0; i < errand->count; i++)
        errand->to[i] = errand->kind == NNI_ERRAND_ADD ? errand->to[i] + errand->from[i] : errand->from[i];
}

/* As the tiles of a product ask, which can carry errands of different sizes, or none. */
static void compute_meanwhile(nni_reduction *reduction, int step)
{
    static const size_t most[] = {512, 0, 2048, 16, 100, 8192};
    for (size_t tile = 0; tile < 10 * (size_t)step; tile++) {
        nni_errand errand = {.kind = NNI_ERRAND_NONE};
        const size_t limit = most[(tile + (size_t)comm->rank) % 6];
        CU_ASSERT_EQUAL(nni_reduction_progress(reduction, (size_t)1 << 24, limit, &errand, NULL), NN_OK);
        CU_ASSERT_FATAL(errand.count <= limit && (errand.kind != NNI_ERRAND_NONE || errand.count == 0));
        carry_out(&errand);
    }
}

/* As a backward pass tells it: layers of very different sizes, some steps one after the other, with ever more computed
 * on the way. */
static void buckets_bring_the_sums_in_order(void)
{
    enum { COUNT = MOST_ELEMENTS };
    static const size_t told[] = {10, 700, 701, 35000, COUNT};
    static const size_t buckets[] = {7000, 16384, COUNT};
    const size_t leaves = 24, pitch = COUNT + 3;
    const size_t kept = nni_sum_tree_nodes(nni_leaf_range_of_rank(leaves, (size_t)comm->rank, (size_t)comm->size));
    nni_real *fresh = take_nodes(leaves, COUNT, pitch), *nodes = take_nodes(leaves, COUNT, pitch);
    for (size_t b = 0; b < sizeof buckets / sizeof *buckets; b++) {
        const nni_reduction_plan plan = {
            .leaves = leaves, .values = nodes, .pitch = pitch, .count = COUNT, .bucket = buckets[b]};
        nni_reduction *reduction = NULL;
        CU_ASSERT_FATAL(nni_reduction_create(comm, &plan, &reduction, NULL) == NN_OK);
        for (int step = 0; step < 5; step++) {
            memcpy(nodes, fresh, kept * pitch * sizeof *nodes);
            for (size_t t = 0; t < sizeof told / sizeof *told; t++) {
                CU_ASSERT_EQUAL(nni_reduction_complete(reduction, told[t], NULL), NN_OK);
                compute_meanwhile(reduction, step);
            }
            for (size_t end = 0, before = 0; end < COUNT; before = end) {
                CU_ASSERT_EQUAL_FATAL(nni_reduction_next(reduction, &end, NULL), NN_OK);
                CU_ASSERT_FATAL(end > before && end <= before + buckets[b]);
                CU_ASSERT(is_sum(nodes, leaves, end));
            }
        }
        nni_reduction_free(reduction);
    }
    nni_release(nodes);
    nni_release(fresh);
}

/* Parts of different lengths, one of them empty, three times one after the other. */
static void parts_make_an_array_whole(void)
{
    enum { STRIDE = 1000 };
    const size_t ranks = (size_t)comm->size;
    int *firsts = NULL, *counts = NULL;
    nni_real *values = NULL;
    nni_allgather *parts = NULL;
    CU_ASSERT_FATAL(nni_allocate(ranks, sizeof *firsts, "firsts", &firsts, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_allocate(ranks, sizeof *counts, "counts", &counts, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_allocate(ranks * STRIDE, sizeof *values, "values", &values, NULL) == NN_OK);
    size_t total = 0;
    for (size_t rank = 0; rank < ranks; rank++) {
        firsts[rank] = (int)total;
        counts[rank] = rank == 1 ? 0 : STRIDE - 7 * (int)rank;
        total += (size_t)counts[rank];
    }
    CU_ASSERT_EQUAL_FATAL(nni_allgather_create(comm, firsts, counts, &parts, NULL), NN_OK);
    for (size_t time = 0; time < 3; time++) {
        memset(values, 0, ranks * STRIDE * sizeof *values);
        const size_t mine = (size_t)firsts[comm->rank];
        for (size_t i = mine; i < mine + (size_t)counts[comm->rank]; i++)
            values[i] = (nni_real)(i + time);
        CU_ASSERT_EQUAL(nni_allgather_run(parts, values, NULL), NN_OK);
        for (size_t i = 0; i < ranks * STRIDE; i++)
            if (values[i] != (nni_real)(i < total ? i + time : 0)) {
                CU_FAIL("a part is wrong");
                break;
            }
    }
    nni_allgather_free(parts);
    nni_release(firsts), nni_release(counts), nni_release(values);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(sums_keep_to_the_tree_whatever_their_length),
        NN_TEST(doubles_keep_to_it_too),
        NN_TEST(any_order_adds_one_value_a_rank),
        NN_TEST(any_order_gives_all_ranks_the_same_bits),
        NN_TEST(buckets_bring_the_sums_in_order),
        NN_TEST(parts_make_an_array_whole),
    };
    const size_t count = sizeof tests / sizeof *tests;
    int code = nni_run_suite("reduction through shared memory", tests, count);
    /* As if each rank were on a host of its own. */
    nni_hosts *own = comm->backend->hosts;
    comm->host_count = 2;
    if (nni_hosts_create_alone(comm, &comm->backend->hosts, NULL) != NN_OK)
        return 1;
    code |= nni_run_suite("reduction by messages", tests, count);
    /* As if hosts had some ranks each: pairs, threes, and two before all others. */
    const int leaders[] = {comm->rank / 2 * 2, comm->rank / 3 * 3, comm->rank < 2 ? 0 : 2};
    for (size_t way = 0; way < sizeof leaders / sizeof *leaders; way++) {
        nni_hosts_free(comm->backend->hosts);
        if (nni_hosts_create(comm, leaders[way], &comm->backend->hosts, NULL) != NN_OK)
            return 1;
        code |= nni_run_suite("reduction within hosts and between them", tests, count);
    }
    nni_hosts_free(comm->backend->hosts);
    comm->backend->hosts = own;
    nn_comm_free(comm);
    return code;
}
