/* SPDX-License-Identifier: MIT */
/** What the files of the driver share of a product under way. */
#ifndef NNI_KERNELS_GEMM_PRODUCT_H
#define NNI_KERNELS_GEMM_PRODUCT_H

#include "kernels/gemm/depth.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/plan.h"
#include "support/partition.h"

struct nni_gemm_workspace {
    size_t threads;
    const nni_gemm_kernel *kernel;
    nni_gemm_buffer room;
    nni_real *a;       /**< [threads, room.a] panels of A: for each thread, or the first for all of them together */
    nni_real *b;       /**< [threads, room.b] panels of B: a share for each thread, or all of them together */
    nni_real *own;     /**< [threads, room.own] a panel of B */
    nni_real *scratch; /**< [threads, NNI_GEMM_SLOTS, rows, slot_columns] of a tile */
    nni_gemm_before_tile *before_tile; /**< called between tiles; NULL: nothing to do there */
    void *context;
    bool b_read_by_all;
    bool round_joins;
};

typedef struct nni_gemm_product {
    const nni_gemm_workspace *space;
    const nni_gemm_plan *plan;
    size_t rows, columns; /**< as planned */
    const nni_leaf_rows *leaves;
    nni_real *c;
    size_t c_stride, c_pitch;
    bool vector; /**< C is a column of which a row was made */
    const nni_epilogue *epilogue;
    size_t thread, threads; /**< that divide it */
    size_t thread_id;       /**< whose buffers are used: the thread's number in its team */
    /* A thread either has panels of B to itself, which it packs and uses without waiting for anybody, or all threads
     * share them. */
    size_t part, parts; /**< who this thread is among those that share its panels of B */
    nni_real *a, *b;    /**< packed */
} nni_gemm_product;

/** Of C, what is computed between two packings. */
typedef struct nni_gemm_block {
    nni_partition row_panels, column_panels;
    const nni_gemm_depth_block *depth;
    bool pack_a;
} nni_gemm_block;

/** Packs and computes this thread's part of a block; all threads of a product go through the same blocks. */
void nni_gemm_multiply_block(const nni_gemm_product *p, const nni_gemm_block *block);

#endif
