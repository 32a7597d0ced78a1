/**
 * One step of gradient descent over blocks of a flat array; OpenMP threads divide the blocks.
 *
 * Everything that becomes of an element happens in one pass over parameter, gradient and moments: clipping, the slopes
 * of L1 and L2, the moments, the move. Every operation is rounded by IEEE 754 on its own, so bits depend neither on an
 * element's position nor on threads nor on the instruction set. What lies between blocks is not touched.
 */
#ifndef NNI_KERNELS_UPDATE_UPDATE_H
#define NNI_KERNELS_UPDATE_UPDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/real.h"

/** The loops there are; formulas in descent_loops.h. */
typedef enum nni_update_kind {
    NNI_UPDATE_PLAIN,
    NNI_UPDATE_MOMENTUM,         /**< first: velocity */
    NNI_UPDATE_NESTEROV,         /**< first: velocity */
    NNI_UPDATE_ADAGRAD,          /**< first: sum of squares */
    NNI_UPDATE_RMSPROP,          /**< first: mean square */
    NNI_UPDATE_RMSPROP_MOMENTUM, /**< first: mean square, second: velocity */
    NNI_UPDATE_ADAM,             /**< first: mean, second: mean square */
    NNI_UPDATE_LARS,             /**< first: velocity, which holds the rate */
    NNI_UPDATE_LAMB,   /**< first: mean, second: mean square; leaves the direction in gradients and moves nothing */
    NNI_UPDATE_FOLLOW, /**< parameter -= rate * gradient, without clipping and slopes: the other half of lamb */
    NNI_UPDATE_KINDS,
} nni_update_kind;

/** Numbers of a step for one tensor. Corrections for the number of steps are already in `rate` and `root`. */
typedef struct nni_update_coefficients {
    nni_real clip;   /**< largest absolute value of a gradient; infinity: no limit */
    nni_real scale;  /**< what it is then multiplied by */
    nni_real l1, l2; /**< l1 sign(w) + l2 w is then added */
    nni_real rate;
    nni_real momentum;
    nni_real keep_first, take_first;   /**< beta and 1 - beta of the mean */
    nni_real keep_second, take_second; /**< beta and 1 - beta of the mean square */
    nni_real root;                     /**< square roots of mean squares are multiplied by it */
    nni_real epsilon;                  /**< and this is added */
    nni_real correction;               /**< lamb: what the mean is multiplied by */
    nni_real decay;                    /**< of the parameter; adam: rate included */
} nni_update_coefficients;

/** Most elements of a block: 16 KiB of an array of floats, so that what a block writes is still in the cache for its
 * sum of squares. */
enum { NNI_UPDATE_BLOCK = 4096 };

/** Neighbouring elements of one tensor. */
typedef struct nni_update_block {
    size_t offset, count;
    size_t tensor;
} nni_update_block;

/** Where to descend: arrays laid out alike. What a kind does not use may be NULL. */
typedef struct nni_update_arrays {
    nni_real *parameters, *gradients, *first, *second;
    size_t kept_from; /**< element that `first` and `second` begin with, of those the others have from 0 on */
} nni_update_arrays;

/** What a norm is of. */
typedef enum nni_update_norm {
    NNI_NORM_OF_PARAMETERS,
    NNI_NORM_OF_GRADIENTS, /**< as they lie there */
    NNI_NORM_OF_SLOPES,    /**< clipped, scaled, with the slopes of L1 and L2 */
} nni_update_norm;

/** Steps every block. @param terms  [tensors] */
void nni_update_step(nni_update_kind kind, const nni_update_coefficients *terms, const nni_update_block *blocks,
                     size_t block_count, nni_update_arrays arrays);

/** @return whether all gradients of the blocks are finite; read by the threads that would step them */
bool nni_update_finite(const nni_update_block *blocks, size_t block_count, const nni_real *gradients);

/**
 * Sums of squares in double, a block each, in an order that neither threads nor instruction sets change.
 *
 * @param sums  [block_count]
 */
void nni_update_squares(nni_update_norm norm, const nni_update_coefficients *terms, const nni_update_block *blocks,
                        size_t block_count, nni_update_arrays arrays, double *sums);

#endif
