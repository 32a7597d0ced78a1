/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts: sums by messages are those of the tree, bit for bit, as floats and rounded to
 * bfloat16, whole and by halves, and the library's are the same on all ranks. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "comm/allreduce/messages.h"
#include "support/memory.h"
#include "support/suite.h"

static nn_comm *comm;

enum { MOST = 10007, PITCH = MOST + 5, TAG = 9 };

static const size_t counts[] = {0, 1, 15, 16, 17, MOST};

/* Values whose sum depends on the order; with `odd`, among them what rounding could lose. */
static float value_of(size_t leaf, size_t element, bool odd)
{
    if (odd && element % 13 == 5)
        return leaf == 0 ? INFINITY : 1;
    if (odd && element % 13 == 6)
        return leaf == 1 ? NAN : 1;
    if (odd && element % 13 == 7) /* halfway between two: 257 goes down to 256, 259 up to 260 */
        return leaf % 2 == 0 ? 257 : 259;
    return (leaf % 3 == 0 ? 1e6F : 1.F) * 0.1F * (float)((7 * leaf + 3 * element) % 11 + 1);
}

/* To 8 significant bits by arithmetic alone, to nearest even as nearbyint rounds. */
static float rounded(float value)
{
    int exponent;
    if (!isfinite(value) || value == 0)
        return value;
    const double fraction = frexp(value, &exponent);
    return (float)ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

/* The definition of the tree, see support/sum_tree.h. */
static float sum_of_node(size_t leaves, size_t span, size_t first, size_t element, nni_wire wire)
{
    const bool rounds = wire == NNI_WIRE_BF16;
    if (span == 1)
        return value_of(first, element, rounds);
    const size_t right = first + span / 2;
    const float a = sum_of_node(leaves, span / 2, first, element, wire);
    if (right >= leaves)
        return a;
    const float b = sum_of_node(leaves, span / 2, right, element, wire);
    return rounds ? rounded(a) + rounded(b) : a + b;
}

static float sum_of_all(size_t leaves, size_t element, nni_wire wire)
{
    size_t span = 1;
    while (span < leaves)
        span *= 2;
    const float sum = sum_of_node(leaves, span, 0, element, wire);
    return wire == NNI_WIRE_BF16 ? rounded(sum) : sum;
}

static bool is_same(float a, float b)
{
    return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static nni_leaf_range *take_runs(size_t leaves)
{
    nni_leaf_range *runs = NULL;
    CU_ASSERT_FATAL(nni_leaf_ranges_of_ranks(leaves, (size_t)comm->size, &runs, NULL) == NN_OK);
    return runs;
}

/* As hosts of unequal size have them: the first rank as many leaves as all others. */
static nni_leaf_range *take_ragged_runs(size_t leaves)
{
    const size_t ranks = (size_t)comm->size;
    nni_leaf_range *runs = take_runs(leaves);
    const size_t most = leaves - (ranks - 1), first = leaves / 2 < most ? leaves / 2 : most;
    for (size_t rank = 0; ranks > 1 && rank < ranks; rank++) {
        runs[rank] = nni_leaf_range_of_rank(leaves - first, rank > 0 ? rank - 1 : 0, ranks - 1);
        runs[rank] = (nni_leaf_range){leaves, first + runs[rank].first, runs[rank].count};
    }
    if (ranks > 1)
        runs[0] = (nni_leaf_range){leaves, 0, first};
    return runs;
}

/* This rank's nodes; what lies behind the array is to stay as it is. */
static float *take_nodes(nni_leaf_range run, size_t count, nni_wire wire)
{
    float *nodes = NULL;
    const size_t nodes_here = nni_sum_tree_nodes(run);
    CU_ASSERT_FATAL(nni_allocate(nodes_here, PITCH * sizeof *nodes, "nodes", &nodes, NULL) == NN_OK);
    size_t at = run.first;
    for (size_t n = 0; n < nodes_here; n++) {
        const nni_tree_node node = nni_sum_tree_node(run, at);
        for (size_t i = 0; i < PITCH; i++)
            nodes[n * PITCH + i] = i < count ? sum_of_node(run.total, node.span, at, i, wire) : -1;
        at += node.span;
    }
    return nodes;
}

static nni_messages *create(nni_messages_plan plan)
{
    nni_messages *messages = NULL;
    plan.element = NNI_REAL;
    plan.most = MOST;
    plan.tag = TAG;
    CU_ASSERT_FATAL(nni_messages_create(comm, &plan, &messages, NULL) == NN_OK);
    return messages;
}

static bool is_sum(const float *values, size_t leaves, size_t count, nni_wire wire)
{
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good = good && is_same(values[i], sum_of_all(leaves, i, wire));
    for (size_t i = count; i < PITCH; i++)
        good = good && values[i] == -1;
    return good;
}

/* @param runs  released */
static void check_sums(nni_leaf_range *runs, nni_wire wire)
{
    nni_messages *messages = create((nni_messages_plan){.runs = runs, .wire = wire});
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        float *nodes = take_nodes(runs[comm->rank], counts[c], wire);
        CU_ASSERT_EQUAL(nni_messages_start(messages, nodes, PITCH, counts[c], NULL), NN_OK);
        CU_ASSERT_EQUAL(nni_messages_finish(messages, NULL), NN_OK);
        CU_ASSERT(is_sum(nodes, runs[0].total, counts[c], wire));
        nni_release(nodes);
    }
    nni_messages_free(messages);
    nni_release(runs);
}

static void a_node_a_rank(void)
{
    check_sums(take_runs((size_t)comm->size), NNI_WIRE_FLOAT32);
}

static void ranks_of_several_nodes(void)
{
    const size_t ranks = (size_t)comm->size;
    for (size_t leaves = ranks + 1; ranks > 1 && leaves <= 3 * ranks + 1; leaves += ranks)
        check_sums(take_ragged_runs(leaves), NNI_WIRE_FLOAT32);
}

/* Both values of every join are rounded, so that it does not matter which of them was sent. */
static void rounded_sums_are_those_of_a_double_loop(void)
{
    if (comm->size == 1)
        return; /* nothing is sent */
    check_sums(take_runs((size_t)comm->size), NNI_WIRE_BF16);
    check_sums(take_ragged_runs((size_t)comm->size + 3), NNI_WIRE_BF16);
}

/* Small integers are exact even as bfloat16 while their sum is at most 256. */
static void check_halves(nni_wire wire, const size_t *cuts, size_t cut_count)
{
    nni_messages *messages = create((nni_messages_plan){.wire = wire, .cuts = cuts, .cut_count = cut_count});
    float *values = NULL;
    CU_ASSERT_FATAL(nni_allocate(MOST, sizeof *values, "values", &values, NULL) == NN_OK);
    for (size_t i = 0; i < MOST; i++)
        values[i] = (float)(i % 3);
    CU_ASSERT_EQUAL(nni_messages_reduce(messages, values, MOST, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_messages_finish(messages, NULL), NN_OK);

    nni_partition kept[64];
    const size_t count = nni_messages_kept(messages, NULL);
    CU_ASSERT_FATAL(count <= sizeof kept / sizeof *kept && nni_messages_kept(messages, kept) == count);
    bool summed = true, cut_well = true;
    double all = 0;
    for (size_t k = 0; k < count; k++) {
        bool may = !cuts && kept[k].first % 16 == 0;
        for (size_t c = 0; c < cut_count; c++)
            may = may || kept[k].first == cuts[c];
        cut_well = cut_well && (may || kept[k].first == 0);
        for (size_t i = kept[k].first; i < kept[k].first + kept[k].count; i++) {
            summed = summed && values[i] == (float)(comm->size * (int)(i % 3));
            values[i] = (float)(comm->rank + 1); /* "updated" */
        }
        all += (double)kept[k].count * (comm->rank + 1);
    }
    CU_ASSERT(summed);
    CU_ASSERT(cut_well);
    CU_ASSERT_EQUAL(nni_messages_gather(messages, values, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_messages_finish(messages, NULL), NN_OK);
    /* Each element is its keeper's, and everybody's are alike. */
    double total = 0;
    for (size_t i = 0; i < MOST; i++)
        total += values[i];
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, &all, 1, NULL), NN_OK);
    CU_ASSERT_EQUAL(total, all);
    nni_messages_free(messages);
    nni_release(values);
}

static void halves_gather_what_keepers_have_changed(void)
{
    static const size_t cuts[] = {0, 3, 40, 41, 1000, 5003, 9000};
    const nni_wire wires[] = {NNI_WIRE_FLOAT32, NNI_WIRE_BF16};
    for (size_t w = 0; w < 2; w++) {
        check_halves(wires[w], NULL, 0);
        check_halves(wires[w], cuts, sizeof cuts / sizeof *cuts);
    }
}

static bool is_alike_everywhere(const float *values, size_t count)
{
    double bits[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, &values[i], sizeof word);
        bits[0] += (double)(word % 65537) * (double)(i % 31 + 1);
    }
    bits[1] = -bits[0];
    CU_ASSERT_EQUAL(nni_comm_min_double(comm, bits, 2, NULL), NN_OK);
    return bits[0] == -bits[1];
}

/* The library may add in another order: near the sum, and the same bits everywhere. Each addition of a float is off by
 * 2^-24 of the sum at most, all terms being positive. */
static void the_library_gives_all_ranks_the_same_sum(void)
{
    const size_t ranks = (size_t)comm->size;
    nni_messages *messages = create((nni_messages_plan){.library = true});
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        float *values = take_nodes((nni_leaf_range){ranks, (size_t)comm->rank, 1}, counts[c], NNI_WIRE_FLOAT32);
        CU_ASSERT_EQUAL(nni_messages_start(messages, values, PITCH, counts[c], NULL), NN_OK);
        CU_ASSERT_EQUAL(nni_messages_finish(messages, NULL), NN_OK);
        bool near = true;
        for (size_t i = 0; i < counts[c]; i++) {
            double sum = 0;
            for (size_t leaf = 0; leaf < ranks; leaf++)
                sum += (double)value_of(leaf, i, false);
            near = near && fabs(values[i] - sum) <= sum * (double)ranks * 0x1p-24;
        }
        CU_ASSERT(near);
        CU_ASSERT(is_alike_everywhere(values, counts[c]));
        nni_release(values);
    }
    nni_messages_free(messages);
}

/* With a tree of so many leaves. Sums of integers are exact, so that they tell lost and doubled values. */
static void doubles_are_summed_too(void)
{
    enum { LEAVES = 24, COUNT = 5000 };
    const nni_messages_plan plan = {.leaves = LEAVES, .element = NNI_DOUBLE, .most = COUNT, .tag = TAG};
    const nni_leaf_range run = nni_leaf_range_of_rank(LEAVES, (size_t)comm->rank, (size_t)comm->size);
    const size_t nodes = nni_sum_tree_nodes(run);
    double all_nodes = (double)nodes, *values = NULL;
    nni_messages *messages = NULL;
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, &all_nodes, 1, NULL), NN_OK);
    CU_ASSERT_FATAL(nni_allocate(nodes * COUNT, sizeof *values, "nodes", &values, NULL) == NN_OK);
    for (size_t i = 0; i < nodes * COUNT; i++)
        values[i] = (double)(i % COUNT);
    CU_ASSERT_FATAL(nni_messages_create(comm, &plan, &messages, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_messages_start(messages, values, COUNT, COUNT, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_messages_finish(messages, NULL), NN_OK);
    bool summed = true;
    for (size_t i = 0; i < COUNT; i++)
        summed = summed && values[i] == all_nodes * (double)i;
    CU_ASSERT(summed);
    nni_messages_free(messages);
    nni_release(values);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(a_node_a_rank),
        NN_TEST(ranks_of_several_nodes),
        NN_TEST(rounded_sums_are_those_of_a_double_loop),
        NN_TEST(halves_gather_what_keepers_have_changed),
        NN_TEST(doubles_are_summed_too),
        NN_TEST(the_library_gives_all_ranks_the_same_sum),
    };
    const int code = nni_run_suite("sums by messages", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
