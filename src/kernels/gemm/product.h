/** What the files of the driver share of a product under way. */
#ifndef NNI_KERNELS_GEMM_PRODUCT_H
#define NNI_KERNELS_GEMM_PRODUCT_H

#include "kernels/gemm/depth.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/plan.h"
#include "support/partition.h"

struct nn_gemm_space {
    size_t threads;
    const nn_gemm_kernel *kernel;
    nn_gemm_room room;
    nn_real *a;           /**< [threads, room.a] panels of A: for each thread, or the first for all of them together */
    nn_real *b;           /**< [threads, room.b] panels of B: a share for each thread, or all of them together */
    nn_real *own;         /**< [threads, room.own] a panel of B */
    nn_real *scratch;     /**< [threads, NN_GEMM_SLOTS, rows, slot_columns] of a tile */
    nn_gemm_pause *pause; /**< called between tiles; NULL: nothing to do there */
    void *context;
    bool b_read_by_all;
};

typedef struct nn_gemm_product {
    const nn_gemm_space *space;
    const nn_gemm_plan *plan;
    size_t rows, columns; /**< as planned */
    const nn_leaf_rows *leaves;
    nn_real *c;
    size_t c_stride, c_pitch;
    bool vector; /**< C is a column of which a row was made */
    const nn_epilogue *epilogue;
    size_t thread, threads; /**< that divide it */
    size_t seat;            /**< whose buffers are used: the thread's number in its team */
    /* A thread either has panels of B to itself, which it packs and uses without waiting for anybody, or all threads
     * share them. */
    size_t part, parts; /**< who this thread is among those that share its panels of B */
    nn_real *a, *b;     /**< packed */
} nn_gemm_product;

/** Of C, what is computed between two packings. */
typedef struct nn_gemm_block {
    nn_share row_panels, column_panels;
    const nn_gemm_depth_block *depth;
    bool pack_a;
} nn_gemm_block;

/** Packs and computes this thread's part of a block; all threads of a product go through the same blocks. */
void nn_gemm_multiply_block(const nn_gemm_product *p, const nn_gemm_block *block);

#endif
