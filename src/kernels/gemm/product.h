/* SPDX-License-Identifier: MIT */
/** What the files of the driver share of a product under way. */
#ifndef NNI_KERNELS_GEMM_PRODUCT_H
#define NNI_KERNELS_GEMM_PRODUCT_H

#include "kernels/gemm/depth.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemm/pack.h"
#include "support/threads/partition.h"

/** Rows of C that are divided together, tiles of each width fill them; and elements that a step of depth takes of them
 * where A is packed: whole vectors of every set. */
enum { NNI_GEMM_GROUP = 12, NNI_GEMM_PITCH = 16 };

struct nni_gemm_workspace {
    size_t threads;
    nni_gemm_plan plan;
    nni_real *a;                       /**< [threads, a_room] packed groups of rows of A */
    nni_real *b;                       /**< [threads, b_room] packed panels of columns of B */
    nni_real *c;                       /**< [threads, c_room] a panel of C before it is transposed */
    nni_real *scratch;                 /**< [threads, NNI_GEMM_SLOTS, rows, columns] of a tile */
    nni_gemm_before_tile *before_tile; /**< called between tiles; NULL: nothing to do there */
    void *context;
    nni_gemm_after_rows *after_rows; /**< called with what is complete; NULL: nobody waits for it */
    void *after_context;
    const nni_real *fetched[NNI_GEMM_FETCHED]; /**< [fetched_count] what it reads besides */
    size_t fetched_count;
    bool round_joins;
};

typedef struct nni_gemm_product {
    const nni_gemm_workspace *space;
    size_t rows, columns;
    nni_pack_source a, b; /**< A's width is its rows, B's its columns */
    const nni_leaf_rows *leaves;
    bool turned;  /**< a few rows, with B's depth contiguous: it is turned in registers */
    bool swapped; /**< it is the transpose of the caller's, whose C and epilogue these are */
    size_t panel; /**< columns of a panel of B */
    nni_real *c;
    size_t c_stride, c_pitch;
    const nni_epilogue *epilogue;
} nni_gemm_product;

/** Part of C, computed by one thread. */
typedef struct nni_gemm_area {
    nni_partition rows, columns; /**< columns begin with a panel */
    size_t thread_id;            /**< whose buffers are used */
    bool reports;                /**< its rows are reported as complete: no other thread has a part of them */
} nni_gemm_area;

/** @return the fastest micro-kernel of the instruction set for a precision, the same ever after */
const nni_gemm_kernel *nni_gemm_kernel_of(const nni_isa *isa, nn_precision precision);

/** @return how many pieces of at most `most` a count is cut into */
static inline size_t nni_gemm_pieces(size_t count, size_t most)
{
    return (count + most - 1) / most;
}

/** @return whether an activation or derivative is left to do when tiles are complete. @param e  may be NULL */
bool nni_gemm_must_finish(const nni_epilogue *e);
/** Does it to rows and columns of C, as the caller of the product sees them. */
void nni_gemm_finish(const nni_gemm_product *p, nni_partition rows, nni_partition columns);

/** Computes an area: packs, multiplies, and applies the epilogue. */
void nni_gemm_multiply_area(const nni_gemm_product *p, const nni_gemm_area *area);

#endif
