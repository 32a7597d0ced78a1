/* SPDX-License-Identifier: MIT */
/** The rows that a model is worst at, while rows pass by. */
#ifndef NNI_TRAIN_RECORD_WORST_H
#define NNI_TRAIN_RECORD_WORST_H

#include <stddef.h>
#include <stdint.h>

#include "comm/comm.h"
#include "nntrain/status.h"

/** Rows, and features of all of them. */
enum { NNI_WORST_MOST = 32, NNI_WORST_FEATURES = 1 << 20 };

/** A row: the larger the score, the worse. */
typedef struct nni_worst_row {
    double score;
    uint64_t index; /**< among all that are recorded, which also decides between equal scores */
} nni_worst_row;

/** The worst rows so far, the worst first. All zero: there are none, and no memory for x. */
typedef struct nni_worst {
    size_t count, most;
    nni_worst_row rows[NNI_WORST_MOST];
    size_t features;
    float *x; /**< [most, features]; owned */
} nni_worst;

nn_status nni_worst_create(size_t features, nni_worst *worst, nn_error *error);
void nni_worst_free(nni_worst *worst);

/** Puts a row among them, if it is one of the worst. @return where its x [features] is to be written; NULL: it is none
 */
float *nni_worst_add(nni_worst *worst, nni_worst_row row);

/** Leaves the worst of all ranks on rank 0. Collective. */
nn_status nni_worst_collect(nni_worst *worst, nn_comm *comm, nn_error *error);

#endif
