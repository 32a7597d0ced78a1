/* SPDX-License-Identifier: MIT */
/** A product to be timed: its operands, who computes it, and whether they agree. */
#ifndef NNI_BENCH_PRODUCT_H
#define NNI_BENCH_PRODUCT_H

#include "bench/shapes.h"
#include "kernels/gemm/gemm.h"
#include "nntrain/status.h"

/** Operands of the largest product. Owns its arrays. */
typedef struct nni_bench_product {
    nni_bench_shape shape;
    float *a, *b;  /**< values between -1 and 1, lying as the orientation says */
    float *c;      /**< [rows, columns], what is timed */
    float *other;  /**< [rows, columns], what is compared with it */
    double *norms; /**< [rows + columns] lengths of the rows of A and the columns of B */
} nni_bench_product;

/** Takes operands for the largest of some shapes. */
nn_status nni_bench_product_create(const nni_bench_shape *shapes, size_t count, nni_bench_product *product,
                                   nn_error *error);
void nni_bench_product_free(nni_bench_product *product);

/** Makes it the product of a shape, one of those it was taken for, and draws its operands. */
void nni_bench_product_become(nni_bench_product *product, nni_bench_shape shape);

/** c = A B by our kernels. */
void nni_bench_product_multiply(const nni_bench_product *product, nni_gemm_workspace *space);

/**
 * Compares c with `other`, and a sample of it with sums in double precision.
 *
 * Two sums of K rounded products differ by at most 2 lambda sqrt(K) u |a| |b| with a probability that lambda = 6 brings
 * to certainty (Higham and Mary, SIAM J. Sci. Comput. 41, 2019); |a| |b| bounds the sum of absolute products.
 *
 * @param name  who computed `other`
 * @return NN_SYSTEM naming shape, element and both values
 */
nn_status nni_bench_product_check(const nni_bench_product *product, const char *name, nn_error *error);

#endif
