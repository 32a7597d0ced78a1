/* SPDX-License-Identifier: MIT */
/**
 * One step of an optimizer over blocks of a flat array; OpenMP threads divide the blocks.
 *
 * An element is updated in one pass over parameter, gradient and state: clipping, the gradients of L1 and L2, the new
 * state, the new parameter. Every operation is rounded by IEEE 754 on its own, so bits depend neither on an element's
 * position nor on threads nor on the instruction set. Elements between blocks are not touched.
 */
#ifndef NNI_KERNELS_UPDATE_UPDATE_H
#define NNI_KERNELS_UPDATE_UPDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/update/optimizers.h"

/** Most elements of a block: 16 KiB of an array of floats, so that what a block writes is still in the cache for its
 * sum of squares. */
enum { NNI_UPDATE_BLOCK = 4096 };

/** Neighbouring elements of one tensor. */
typedef struct nni_update_block {
    size_t offset, count;
    size_t tensor;
} nni_update_block;

/** What a norm is of. */
typedef enum nni_update_norm {
    NNI_NORM_OF_PARAMETERS,
    NNI_NORM_OF_GRADIENTS,   /**< as they are in the array */
    NNI_NORM_OF_REGULARIZED, /**< clipped, scaled, with the gradients of L1 and L2 */
} nni_update_norm;

/** Gradients that are found block by block, just before they are used. */
typedef struct nni_gradient_source {
    /** @return [count] gradients of elements first .. first + count - 1; called by each thread for its own blocks */
    nni_real *(*find)(void *context, size_t thread, size_t first, size_t count);
    void *context;
} nni_gradient_source;

/**
 * Updates every block by a form of an optimizer.
 *
 * @param coefficients  [tensors]
 * @param source        NULL: the gradients are in `arrays`
 * @return offset of the first block with a gradient that is NaN or infinite; SIZE_MAX: all are finite
 */
size_t nni_update_step(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                       const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays,
                       const nni_gradient_source *source);

/** The same for some elements of one tensor, by the calling thread alone. @return whether their gradients are finite */
bool nni_update_elements(nn_optimizer_kind optimizer, nni_update_form form, const nni_update_coefficients *coefficients,
                         const nni_update_block *elements, nni_update_arrays arrays);

/** parameter -= rate * direction, of directions that NNI_LAYERWISE_DIRECTION left in the place of gradients. */
void nni_update_apply(const nni_update_coefficients *coefficients, const nni_update_block *blocks, size_t block_count,
                      nni_update_arrays arrays);

/** Finds the gradients of every block and leaves them in the array. @return as nni_update_step */
size_t nni_update_collect(const nni_update_block *blocks, size_t block_count, nni_real *gradients,
                          const nni_gradient_source *source);

/**
 * Sums of squares in double, one for each block, in an order that neither threads nor instruction sets change.
 *
 * @param sums  [block_count]
 */
void nni_update_squares(nni_update_norm norm, const nni_update_coefficients *coefficients,
                        const nni_update_block *blocks, size_t block_count, nni_update_arrays arrays, double *sums);

/** The same of gradients that are found block by block. */
void nni_update_found_squares(const nni_update_block *blocks, size_t block_count, const nni_gradient_source *source,
                              double *sums);

#endif
