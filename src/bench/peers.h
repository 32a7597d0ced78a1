/* SPDX-License-Identifier: MIT */
/** Other libraries that multiply matrices, to be compared with: OpenBLAS, BLIS and oneDNN. */
#ifndef NNI_BENCH_PEERS_H
#define NNI_BENCH_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/product.h"
#include "nntrain/status.h"

enum { NNI_BENCH_MOST_PEERS = 3 };

/** The arguments of cblas_sgemm. */
typedef void nni_cblas_sgemm(int order, int transpose_a, int transpose_b, int rows, int columns, int depth, float alpha,
                             const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                             int c_stride);
/** Those of oneDNN's dnnl_sgemm, row-major. */
typedef int nni_dnnl_sgemm(char transpose_a, char transpose_b, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth,
                           float alpha, const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride,
                           float beta, float *c, ptrdiff_t c_stride);

/** A library that is open; one of its two functions is there. */
typedef struct nni_bench_peer {
    const char *name;
    nni_cblas_sgemm *cblas;
    nni_dnnl_sgemm *dnnl;
} nni_bench_peer;

typedef struct nni_bench_peers {
    nni_bench_peer peers[NNI_BENCH_MOST_PEERS];
    size_t count;
} nni_bench_peers;

/** @return NN_USAGE, with how to build, where the program was built without peers */
nn_status nni_bench_peers_built(nn_error *error);

/**
 * Opens the libraries that the program was built to compare with, each computing with that many threads. They stay open
 * until the process ends: their threads live in their code.
 *
 * @return NN_SYSTEM where one cannot be opened
 */
nn_status nni_bench_peers_open(size_t threads, nni_bench_peers *peers, nn_error *error);

/** c = A B by a peer. */
void nni_bench_peer_multiply(const nni_bench_peer *peer, const nni_bench_product *product);

#endif
