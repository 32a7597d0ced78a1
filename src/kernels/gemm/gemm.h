/* SPDX-License-Identifier: MIT */
/**
 * C = A B with what follows it: bias, activation or derivative, applied while the tile is in the cache.
 *
 * One driver packs panels of A and B where that pays and calls a micro-kernel chosen at run time (Van Zee and van de
 * Geijn, "BLIS", ACM TOMS 41, 2015). An element is one chain of multiply-adds over k = 0, 1, ..., so its bits depend
 * neither on threads nor on tiles, blocks and the other rows. Its error is within depth * epsilon / 2 of
 * sum_k |a_k b_k|, or twice that without fused multiply-add (Higham, Accuracy and Stability of Numerical
 * Algorithms, 3.1).
 */
#ifndef NNI_KERNELS_GEMM_GEMM_H
#define NNI_KERNELS_GEMM_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/isa/isa.h"
#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "support/real.h"
#include "support/sum_tree.h"

/** A strided matrix: element (i, j) is data[i * row_stride + j * column_stride]. A transpose is a swap of strides. */
typedef struct nni_view {
    const nni_real *data;
    size_t row_stride;
    size_t column_stride;
} nni_view;

/** What is done to each element of C on the way out: c = act(c + bias), then c *= act'(at). */
typedef struct nni_epilogue {
    const nni_real *bias;     /**< [columns], or NULL */
    nn_activation activation; /**< NN_LINEAR leaves c as it is; softmax is not elementwise and not accepted */
    const nni_real *outputs; /**< [rows, columns]: the `at` of nni_activate_backward, activations a, or sums o where the
                                 derivative needs them, whose derivative multiplies c; NULL: none */
    size_t outputs_stride;   /**< elements between rows of outputs */
    nn_activation derivative; /**< whose derivative it is; as for `activation`, any but softmax */
} nni_epilogue;

/** Packing buffers, taken once for the largest product of a network. Used by one product at a time. */
typedef struct nni_gemm_workspace nni_gemm_workspace;

/**
 * Takes buffers for any product computed with up to `threads` OpenMP threads.
 *
 * @param precision  NN_BF16: A and B are rounded to bfloat16 (to nearest, ties to even) as they are packed, products
 * are exact and sums are of float32: off by 2^-8 of sum_k |a_k b_k| beside what is said above. C and the epilogue are
 * not rounded. The double library takes no notice of it.
 */
nn_status nni_gemm_workspace_create(nn_precision precision, size_t threads, nni_gemm_workspace **space,
                                    nn_error *error);
/** The same for products by the micro-kernel of an instruction set, which the processor must have. */
nn_status nni_gemm_workspace_create_for(const nni_isa *isa, nn_precision precision, size_t threads,
                                        nni_gemm_workspace **space, nn_error *error);
void nni_gemm_workspace_free(nni_gemm_workspace *space);

/** Buffers of a thread, in elements, the caches that they are meant for, and when threads divide a product. */
typedef struct nni_gemm_plan {
    const struct nni_gemm_kernel *kernel;
    size_t level1_bytes, level2_bytes; /**< of the caches of a core */
    size_t a_room, b_room, c_room;     /**< elements of a thread's buffers */
    size_t worth_threads;              /**< multiply-adds from which on several threads compute a product */
} nni_gemm_plan;

/** @return the plan for products of any size with caches of so many bytes; 0: as the system tells them */
nni_gemm_plan nni_gemm_plan_with(const nni_isa *isa, nn_precision precision, size_t level1_bytes, size_t level2_bytes);

/** Takes buffers of a plan for any product. */
nn_status nni_gemm_workspace_create_planned(const nni_gemm_plan *plan, size_t threads, nni_gemm_workspace **space,
                                            nn_error *error);

/**
 * Plans for products by the calling thread, of one leaf, in memory of the caller's. Asks the system for its caches,
 * which takes a while: to be called once. The bits of products do not depend on it.
 *
 * @param rows     most of A, as they are in most products
 * @param columns  most of B and of A's rows in any product, and so on for the depth: larger products take longer
 */
nni_gemm_plan nni_gemm_plan_for(nn_precision precision, size_t rows, size_t columns, size_t depth);

/** @return bytes that nni_gemm_workspace_place takes */
size_t nni_gemm_plan_bytes(const nni_gemm_plan *plan);

/** Makes a workspace in memory of the caller's, aligned to NNI_ALIGNMENT; nothing is to be freed. */
nni_gemm_workspace *nni_gemm_workspace_place(const nni_gemm_plan *plan, void *memory);

/**
 * What a thread does before each tile of a product, for what must be looked after while this process computes. It must
 * not begin another product. A tile takes a microsecond or a few. Every thread of the product calls it, whenever its
 * own tile begins.
 *
 * @param rows  of C from the first on that are complete, as far as the calling thread knows
 * @param work  multiply-adds of the tile
 */
typedef void nni_gemm_before_tile(void *context, size_t rows, size_t work);

/** @param before_tile  NULL: nothing */
void nni_gemm_workspace_set_before_tile(nni_gemm_workspace *space, nni_gemm_before_tile *before_tile, void *context);

/**
 * What a thread does with elements of C that it has just completed, epilogue included, while they are in the cache.
 *
 * @param first, count  neighbouring elements of C, from its beginning on
 */
typedef void nni_gemm_after_rows(void *context, size_t first, size_t count);

/** Most arrays that after_rows reads besides C. */
enum { NNI_GEMM_FETCHED = 3 };

/**
 * @param after_rows  NULL: nothing
 * @param fetched     [fetched_count] arrays that it reads as it reads C, element by element: tiles fetch them into the
 * cache
 */
void nni_gemm_workspace_set_after_rows(nni_gemm_workspace *space, nni_gemm_after_rows *after_rows, void *context,
                                       const nni_real *const *fetched, size_t fetched_count);

/** Whether the two sums of every join of leaves are rounded to bfloat16 before they are added, as where one of them has
 * come in a message: false at first. Of no effect in the double library. */
void nni_gemm_workspace_round_joins(nni_gemm_workspace *space, bool round_joins);

/**
 * Computes C [rows, columns] = A [rows, depth] B [depth, columns], then the epilogue.
 *
 * @param c         [rows, columns] row-major, overwritten; must not overlap A or B
 * @param c_stride  elements between rows of C
 * @param epilogue  NULL: none
 *
 * A depth of 0 gives C = 0 before the epilogue; rows or columns of 0 do nothing. Threads divide rows and columns of C.
 */
void nni_gemm(nni_gemm_workspace *space, size_t rows, size_t columns, size_t depth, nni_view a, nni_view b, nni_real *c,
              size_t c_stride, const nni_epilogue *epilogue);

/**
 * Computes one row, c [columns] = a [depth] B [depth, columns], then bias and activation, with the bits of nni_gemm:
 * for products so small that a plan of theirs would take as long. Without threads and without a workspace.
 *
 * @param plan     for float32
 * @param columns  whole vectors: a multiple of NNI_GEMM_ROW_UNIT, of bias and c, too
 * @param b        [depth, columns], row-major without gaps
 */
void nni_gemm_row(const nni_gemm_plan *plan, size_t columns, size_t depth, const nni_real *a, const nni_real *b,
                  nni_real *c, const nni_epilogue *epilogue);

enum { NNI_GEMM_ROW_UNIT = 16 };

/**
 * Computes the products of the leaves that the depth is made of, each as nni_gemm would, and joins them along their
 * tree.
 *
 * @param leaves    of A's columns and B's rows
 * @param c         [nni_sum_tree_height(leaves->run)] matrices as nni_gemm's C, `c_pitch` elements apart: a stack whose
 * first nni_sum_tree_nodes(leaves->run) receive the nodes of the run in their order; what the others hold then means
 * nothing
 */
void nni_gemm_leaves(nni_gemm_workspace *space, size_t rows, size_t columns, const nni_leaf_rows *leaves, nni_view a,
                     nni_view b, nni_real *c, size_t c_stride, size_t c_pitch);

#endif
