/* SPDX-License-Identifier: MIT */
/**
 * How a product is computed: which operand lies along vectors, what is packed, and how large blocks are.
 *
 * No choice here changes a bit of the result: see nni_gemm_kernel. So they may follow the caches and the threads of the
 * machine at hand.
 */
#ifndef NNI_KERNELS_GEMM_PLAN_H
#define NNI_KERNELS_GEMM_PLAN_H

#include "kernels/gemm/depth.h"
#include "kernels/gemm/kernel.h"
#include "kernels/gemm/pack.h"

/** Room for packed panels, and what was known when it was taken. */
typedef struct nni_gemm_buffer {
    size_t level1_bytes; /**< of the data cache of a core */
    size_t level2_bytes;
    size_t a, b; /**< elements of a buffer of packed panels */
    size_t own;  /**< elements of a thread's own buffer */
} nni_gemm_buffer;

/** What becomes of B before the micro-kernel reads it. */
typedef enum nni_gemm_b {
    NNI_GEMM_B_PACKED, /**< packed by all threads, read by all */
    NNI_GEMM_B_OWN,    /**< panel by panel: by the thread that uses it for all rows, at once, in the same place */
    NNI_GEMM_B_STRIPS, /**< read where it lies, a few rows of A at a time */
    NNI_GEMM_B_TURNED, /**< the same, where a column's depth is contiguous */
} nni_gemm_b;

/** One product as it was asked for. */
typedef struct nni_gemm_problem {
    size_t rows, columns, depth;
    size_t elements; /**< that the depth takes in a packed panel */
    size_t leaves;   /**< that the depth is made of */
    nni_pack_source a, b;
    size_t threads;
} nni_gemm_problem;

typedef struct nni_gemm_plan {
    bool swapped;          /**< the transpose of C is computed, from B' and A' */
    nni_gemm_problem what; /**< operands swapped where `swapped` */
    bool pack_a;
    nni_gemm_b b;
    bool alone;           /**< threads share no panels of B: what one packs stays in its own level 2 cache */
    bool fetches_rows;    /**< of A where they lie, before the tiles that read them */
    bool packs_meanwhile; /**< the first tiles that use a panel of B pack it, rather than the thread before them */
    size_t turning_rows;  /**< of the first panel of A, whose tiles turn panels of B and pack them; 0: none do */
    size_t panel_rows;    /**< most rows of a panel of A, or of a strip */
    size_t steps_ahead;   /**< that B is fetched ahead of its use where it lies */
    size_t panels;        /**< of all rows of A: those after the turning one have `each` rows, the first `longer` of
                               them one more */
    size_t each, longer;
    size_t depth_block;   /**< most steps of depth in a block, in elements of packed panels */
    size_t row_panels;    /**< most panels of A in a block */
    size_t column_panels; /**< most panels of B in a block */
} nni_gemm_plan;

static inline size_t nni_gemm_panels_of(size_t count, size_t width)
{
    return (count + width - 1) / width;
}

/** @return room for the caches of this machine */
nni_gemm_buffer nni_gemm_buffer_of(const nni_gemm_kernel *kernel);

/** @return whether each thread had best compute its rows of C as a product of its own, if it may read all of B: tiles
 * then pack or turn B on the way, and find their rows of C in their own caches */
bool nni_gemm_rows_apart(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *problem);

nni_gemm_plan nni_gemm_plan_of(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room,
                               const nni_gemm_problem *problem);

#endif
