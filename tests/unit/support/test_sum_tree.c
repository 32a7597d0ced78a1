/* SPDX-License-Identifier: MIT */
/* The order of adding up, against the definition written as a recursion: bit for bit, on every number of ranks. */
#include "support/sum_tree.h"

#include <stdint.h>
#include <stdlib.h>

#include "support/suite.h"

enum { MOST_LEAVES = 33 };

/* Values whose sum depends on the order: few bits are zero, and magnitudes differ. */
static double value_of(size_t leaf)
{
    return (leaf % 3 == 0 ? 1e6 : 1.0) * 0.1 * (double)(7 * leaf % 11 + 1);
}

/* The definition: the sum of node `index` of a level. */
static double by_definition(size_t total, size_t span, size_t index)
{
    const size_t first = index * span;
    if (span == 1)
        return value_of(first);
    const double left = by_definition(total, span / 2, 2 * index);
    return first + span / 2 < total ? left + by_definition(total, span / 2, 2 * index + 1) : left;
}

static double root(size_t total)
{
    size_t span = 1;
    while (span < total)
        span *= 2;
    return by_definition(total, span, 0);
}

static void join(double *stack, size_t *height, size_t joins)
{
    for (; joins > 0; joins--, --*height)
        stack[*height - 2] += stack[*height - 1];
}

/* What a rank does with its run. @return values left on the stack */
static size_t add_run(nni_leaf_range run, double *stack)
{
    size_t height = 0;
    for (size_t leaf = run.first; leaf < run.first + run.count; leaf++) {
        stack[height++] = value_of(leaf);
        CU_ASSERT_FATAL(height <= nni_sum_tree_height(run));
        join(stack, &height, nni_sum_tree_joins(run, leaf));
    }
    return height;
}

static void every_number_of_ranks_adds_up_to_the_same_bits(void)
{
    for (size_t total = 1; total <= MOST_LEAVES; total++)
        for (size_t ranks = 1; ranks <= total; ranks++) {
            const nni_leaf_range all = {total, 0, total};
            double stack[MOST_LEAVES];
            size_t height = 0;
            for (size_t rank = 0; rank < ranks; rank++) {
                const nni_leaf_range run = nni_leaf_range_of_rank(total, rank, ranks);
                double own[MOST_LEAVES];
                const size_t nodes = add_run(run, own);
                CU_ASSERT_EQUAL(nodes, nni_sum_tree_nodes(run));
                size_t at = run.first;
                for (size_t i = 0; i < nodes; i++) {
                    const nni_tree_node node = nni_sum_tree_node(run, at);
                    stack[height++] = own[i];
                    join(stack, &height, nni_sum_tree_joins_after(all, node));
                    at += node.span;
                }
            }
            CU_ASSERT_EQUAL(height, 1);
            CU_ASSERT_EQUAL(stack[0], root(total));
        }
}

static void the_values_would_tell_another_order(void)
{
    size_t differing = 0;
    double in_order = 0;
    for (size_t leaf = 0; leaf < MOST_LEAVES; leaf++) {
        in_order += value_of(leaf);
        differing += in_order != root(leaf + 1);
    }
    CU_ASSERT(differing > MOST_LEAVES / 2);
}

static void runs_follow_each_other_and_differ_by_one_at_most(void)
{
    for (size_t total = 1; total <= MOST_LEAVES; total++)
        for (size_t ranks = 1; ranks <= total; ranks++) {
            size_t at = 0;
            for (size_t rank = 0; rank < ranks; rank++) {
                const nni_leaf_range run = nni_leaf_range_of_rank(total, rank, ranks);
                CU_ASSERT_EQUAL(run.first, at);
                CU_ASSERT(run.count == total / ranks || run.count == total / ranks + 1);
                at += run.count;
            }
            CU_ASSERT_EQUAL(at, total);
        }
    CU_ASSERT_EQUAL(nni_leaf_range_of_rank(SIZE_MAX, 2, 3).count, SIZE_MAX / 3);
}

static void a_run_of_no_leaves_leaves_nothing(void)
{
    const nni_leaf_range none = {16, 5, 0};
    CU_ASSERT_EQUAL(nni_sum_tree_nodes(none), 0);
    CU_ASSERT_EQUAL(nni_sum_tree_height(none), 0);
}

static void aligned_runs_are_one_node(void)
{
    CU_ASSERT_EQUAL(nni_sum_tree_nodes((nni_leaf_range){16, 8, 8}), 1);
    CU_ASSERT_EQUAL(nni_sum_tree_nodes((nni_leaf_range){16, 0, 16}), 1);
    CU_ASSERT_EQUAL(nni_sum_tree_nodes((nni_leaf_range){13, 8, 5}), 1); /* the right half, as far as it goes */
    CU_ASSERT_EQUAL(nni_sum_tree_nodes((nni_leaf_range){16, 5, 5}), 3); /* 5, 6 7, 8 9 */
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(every_number_of_ranks_adds_up_to_the_same_bits),
        NN_TEST(the_values_would_tell_another_order),
        NN_TEST(runs_follow_each_other_and_differ_by_one_at_most),
        NN_TEST(a_run_of_no_leaves_leaves_nothing),
        NN_TEST(aligned_runs_are_one_node),
    };
    return nni_run_suite("leaves", tests, sizeof tests / sizeof *tests);
}
