/* SPDX-License-Identifier: MIT */
/** What a model of tests/golden/models is to predict: NAME.expected.safetensors with x [rows, inputs] F32 and y [rows,
 * outputs] F64. */
#ifndef NN_TESTS_GOLDEN_MODEL_H
#define NN_TESTS_GOLDEN_MODEL_H

#include <CUnit/Basic.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "infer/safetensors.h"
#include "model/feature_scaler.h"
#include "model/network.h"
#include "model/target_scaler.h"

/** Predictions of rows, in the units of the data. @param y  [rows, outputs] */
static inline void golden_predict(const nni_checkpoint *model, const float *x, size_t rows, double *y)
{
    const nn_network *network = model->network;
    nni_workspace *work = NULL;
    nni_real *scaled = calloc(rows * network->inputs, sizeof *scaled);
    CU_ASSERT_EQUAL_FATAL(nni_workspace_create(network, rows, 1, 0, &work, NULL), NN_OK);
    for (size_t i = 0; i < rows; i++)
        nni_feature_scaler_apply(model->normalization, NNI_FLOAT, x + i * network->inputs,
                                 scaled + i * network->inputs);
    nni_network_infer(network, scaled, rows, work);
    nni_network_activate_output(network, rows, work);
    nni_target_scaler_restore(model->target_scaling, nni_network_output(network, work), rows, y);
    nni_workspace_free(work);
    free(scaled);
}

/** Checks that a model predicts y of x, within the tolerance times max(1, |y|). */
static inline void golden_check(const nni_checkpoint *model, const nni_safetensors *expected, double tolerance)
{
    const nni_safetensor *x = nni_safetensors_find(expected, "x"), *y = nni_safetensors_find(expected, "y");
    const size_t rows = x->shape[0].count;
    CU_ASSERT_EQUAL_FATAL(x->bytes, rows * model->network->inputs * sizeof(float));
    CU_ASSERT_EQUAL_FATAL(y->bytes, rows * model->network->outputs * sizeof(double));
    double *right = malloc(y->bytes), *found = malloc(y->bytes);
    float *input = malloc(x->bytes);
    memcpy(right, expected->bytes + y->offset, y->bytes);
    memcpy(input, expected->bytes + x->offset, x->bytes);
    golden_predict(model, input, rows, found);
    for (size_t i = 0; i < rows * model->network->outputs; i++)
        CU_ASSERT_DOUBLE_EQUAL(found[i], right[i], tolerance * fmax(1, fabs(right[i])));
    free(right);
    free(found);
    free(input);
}

#endif
