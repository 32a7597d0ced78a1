/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/depth.h"

#include "support/extremes.h"

static size_t rounded_up(size_t count, size_t parts)
{
    return (count + parts - 1) / parts;
}

static size_t steps_of(const nni_leaf_rows *leaves, size_t leaf)
{
    return leaves->begin[leaf + 1] - leaves->begin[leaf];
}

size_t nni_gemm_elements(const nni_leaf_rows *leaves, size_t steps)
{
    size_t elements = 0;
    for (size_t leaf = 0; leaf < leaves->run.count; leaf++)
        elements += rounded_up(steps_of(leaves, leaf), steps);
    return elements;
}

/* The end of the leaves that make up the next block: all that are left, if they fit. Else, of those ends at which the
 * block is at least half full, the last one that leaves the fewest sums for memory. */
static size_t end_of_block(const nni_gemm_walk *walk)
{
    const nni_leaf_range run = walk->leaves->run;
    size_t end = walk->leaf, elements = 0, elements_at_end = 0, height = walk->height, height_at_end = 0;
    for (size_t leaf = walk->leaf; leaf < run.count; leaf++) {
        elements += rounded_up(steps_of(walk->leaves, leaf), walk->steps);
        if (elements > walk->most || leaf == walk->leaf + NNI_GEMM_CHAINS)
            return end;
        height = height + 1 - nni_sum_tree_joins(run, run.first + leaf);
        if (height <= height_at_end || 2 * elements_at_end < walk->most)
            end = leaf + 1, elements_at_end = elements, height_at_end = height;
    }
    return run.count;
}

static void append(nni_gemm_depth_block *block, size_t together, nni_gemm_chain chain, size_t steps)
{
    nni_gemm_run *run = &block->runs[block->run_count - 1];
    if (run->steps.count % together != 0) {
        block->run_count++;
        *++run = (nni_gemm_run){{block->steps.count, 0}, block->elements};
    }
    run->steps.count += steps;
    block->chains[block->chain_count++] = chain;
    block->steps.count += steps;
    block->elements += chain.depth;
}

/* The chain of a leaf, or of what is left of one, and the joins that follow it. */
static nni_gemm_chain finish_leaf(nni_gemm_walk *walk, size_t elements)
{
    const nni_leaf_range run = walk->leaves->run;
    const bool add = walk->part > 0;
    const size_t slot = add ? walk->height - 1 : walk->height;
    const size_t joins = nni_sum_tree_joins(run, run.first + walk->leaf);
    walk->leaf++, walk->part = 0;
    walk->height = slot + 1 - joins;
    return (nni_gemm_chain){.depth = elements, .slot = slot, .joins = joins, .add = add};
}

static void take_leaves(nni_gemm_walk *walk, size_t end, nni_gemm_depth_block *block)
{
    while (walk->leaf < end) {
        const size_t steps = steps_of(walk->leaves, walk->leaf);
        append(block, walk->together, finish_leaf(walk, rounded_up(steps, walk->steps)), steps);
    }
}

static void take_part(nni_gemm_walk *walk, nni_gemm_depth_block *block)
{
    const size_t steps = steps_of(walk->leaves, walk->leaf), units = rounded_up(steps, walk->together);
    const size_t parts = rounded_up(rounded_up(steps, walk->steps), walk->most);
    const nni_partition part = nni_partition_of(units, walk->part, parts);
    const size_t first = part.first * walk->together, count = nni_smaller(part.count * walk->together, steps - first);
    const size_t elements = rounded_up(count, walk->steps);
    block->steps.first += first;
    if (walk->part + 1 == parts) {
        append(block, walk->together, finish_leaf(walk, elements), count);
        return;
    }
    if (walk->part++ == 0)
        walk->height++;
    const nni_gemm_chain chain = {.depth = elements, .slot = walk->height - 1, .add = part.first > 0};
    append(block, walk->together, chain, count);
}

bool nni_gemm_walk_next(nni_gemm_walk *walk, nni_gemm_depth_block *block)
{
    if (walk->leaf == walk->leaves->run.count)
        return false;
    const size_t before = walk->height, end = end_of_block(walk);
    block->steps = (nni_partition){walk->leaves->begin[walk->leaf], 0};
    block->elements = block->chain_count = 0;
    block->runs[0] = (nni_gemm_run){{0, 0}, 0};
    block->run_count = 1;
    if (end > walk->leaf)
        take_leaves(walk, end, block);
    else
        take_part(walk, block);
    block->height = walk->height;
    block->matrices = before > walk->height ? before : walk->height;
    block->last = walk->leaf == walk->leaves->run.count;
    return true;
}
