#include "model/target_scaler.h"

#include <math.h>

#include "support/memory.h"

nn_status nn_target_scaling_create(nn_target_scaling_kind kind, size_t outputs, nn_target_scaling **result,
                                   nn_error *error)
{
    const char what[] = "the scaling of the targets";
    nn_target_scaling *scaling = NULL;
    NN_TRY(nn_allocate(1, sizeof *scaling, what, &scaling, error));
    scaling->kind = kind;
    scaling->outputs = outputs;
    nn_status status = nn_allocate(outputs, sizeof *scaling->offset, what, &scaling->offset, error);
    if (status == NN_OK)
        status = nn_allocate(outputs, sizeof *scaling->scale, what, &scaling->scale, error);
    if (status != NN_OK) {
        nn_target_scaling_free(scaling);
        return status;
    }
    for (size_t j = 0; j < outputs; j++)
        scaling->scale[j] = 1;
    *result = scaling;
    return NN_OK;
}

void nn_target_scaling_free(nn_target_scaling *scaling)
{
    if (!scaling)
        return;
    nn_release(scaling->offset);
    nn_release(scaling->scale);
    nn_release(scaling);
}

void nn_target_scaling_apply(const nn_target_scaling *scaling, const double *values, size_t rows, nn_real *to)
{
    const size_t outputs = scaling->outputs;
    for (size_t i = 0; i < rows; i++, values += outputs, to += outputs)
        for (size_t j = 0; j < outputs; j++) {
            const double y = scaling->kind == NN_TARGETS_LOG1P ? log1p(values[j]) : values[j];
            to[j] = (nn_real)((y - scaling->offset[j]) * scaling->scale[j]);
        }
}

void nn_target_scaling_restore(const nn_target_scaling *scaling, const nn_real *output, size_t rows, double *to)
{
    const size_t outputs = scaling->outputs;
    for (size_t i = 0; i < rows; i++, output += outputs, to += outputs)
        for (size_t j = 0; j < outputs; j++) {
            const double y = (double)output[j] / scaling->scale[j] + scaling->offset[j];
            to[j] = scaling->kind == NN_TARGETS_LOG1P ? expm1(y) : y;
        }
}
