/* SPDX-License-Identifier: MIT */
/**
 * How the depth of a product is walked: in blocks, each of a few whole leaves or of a part of a long one.
 *
 * A plain product is a single leaf. Where the tree of a run is cut by the end of a block, the nodes that are complete
 * lie in the caller's matrices until later blocks go on with them.
 */
#ifndef NNI_KERNELS_GEMM_DEPTH_H
#define NNI_KERNELS_GEMM_DEPTH_H

#include "kernels/gemm/kernel.h"
#include "support/sum_tree.h"
#include "support/threads/partition.h"

enum {
    NNI_GEMM_CHAINS = 64, /**< most leaves of a block */
    /** Most sums of one block's leaves on the stack: nodes of 1, 2, .. 16 and of 16, .. 2, 1 leaves and one more leaf
     * are 63. */
    NNI_GEMM_SLOTS = 11,
};

/** Steps that are packed in one go, and the element of a panel they begin at: the pairs of bfloat16 begin anew behind a
 * leaf of an odd number. */
typedef struct nni_gemm_run {
    nni_partition steps;
    size_t element;
} nni_gemm_run;

typedef struct nni_gemm_depth_block {
    nni_partition steps;
    size_t elements; /**< that the steps take in a packed panel */
    nni_gemm_chain chains[NNI_GEMM_CHAINS];
    size_t chain_count;
    nni_gemm_run runs[NNI_GEMM_CHAINS]; /**< [run_count], counted in the block */
    size_t run_count;
    size_t matrices; /**< slots of the stack with sums from before or for after the block, which no scratch can hold */
    size_t height;   /**< of the stack at its end */
    bool last;
} nni_gemm_depth_block;

/** Where a walk has got to; begin it with zeros but for the first four. */
typedef struct nni_gemm_walk {
    const nni_leaf_rows *leaves;
    size_t steps;    /**< of an element */
    size_t together; /**< steps that are not parted: 2 of bfloat16, else 1 */
    size_t most;     /**< elements of a block, an even number */
    size_t leaf;
    size_t part; /**< of the leaf, where it is longer than a block */
    size_t height;
} nni_gemm_walk;

/** @return elements that all steps take in a packed panel */
size_t nni_gemm_elements(const nni_leaf_rows *leaves, size_t steps);

/** @return false after the last block */
bool nni_gemm_walk_next(nni_gemm_walk *walk, nni_gemm_depth_block *block);

#endif
