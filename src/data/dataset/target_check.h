/* SPDX-License-Identifier: MIT */
/** Looks at values of y as they are read: whether they are labels, and whether the loss can take them. */
#ifndef NNI_DATA_DATASET_TARGET_CHECK_H
#define NNI_DATA_DATASET_TARGET_CHECK_H

#include "comm/comm.h"
#include "data/dataset/label_set.h"
#include "data/dataset/spec.h"
#include "hdf5/rows.h"

typedef struct nni_target_check nni_target_check;

/** @param y  rows of this rank; borrowed, as is the spec */
nn_status nni_target_check_create(const nni_dataset_spec *spec, const nni_hdf5_rows *y, nni_target_check **check,
                                  nn_error *error);

/** Takes the values that follow. @param source  of the element. @param values  [count] the same as nni_real */
nn_status nni_target_check_take(nni_target_check *check, nni_element element, const void *source,
                                const nni_real *values, size_t count, nn_error *error);

/**
 * What came of all values. Collective and agreed.
 *
 * @param labels  receives whether they are whole numbers that stand for classes
 * @return NN_DATA with the first row that neither labels nor values for the loss can have
 */
nn_status nni_target_check_finish(nni_target_check *check, nn_comm *comm, bool *labels, nn_error *error);

/** @return the distinct whole numbers that all values of a training split are, under a head that predicts a value, now
 * the caller's; NULL: there are none to tell of */
nni_label_set *nni_target_check_label_set(nni_target_check *check);

/** NULL is fine. */
void nni_target_check_free(nni_target_check *check);

#endif
