/* SPDX-License-Identifier: MIT */
/** Weights of eight bits: of each row of a weight matrix whole numbers from -127 to 127, and a scale. */
#ifndef NNI_EXPORT_SOURCE_INT8_H
#define NNI_EXPORT_SOURCE_INT8_H

#include "model/network.h"
#include "nntrain/status.h"

/** @return the scale of a row: its largest weight over 127; 0 where all are 0 */
float nni_int8_scale(const nni_real *row, size_t count);

/** @return a weight as a whole number times its row's scale */
int nni_int8_of(nni_real weight, float scale);

/** Creates a copy of a network that computes in float32. @param rounded  with weights rounded to eight bits */
nn_status nni_source_network(const nn_network *network, bool rounded, nn_network **copy, nn_error *error);

#endif
