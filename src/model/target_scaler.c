/* SPDX-License-Identifier: MIT */
#include "model/target_scaler.h"

#include <math.h>

#include "support/memory.h"

static const nni_kind target_scalings[] = {
    [NN_TARGETS_NONE] = {.name = "none", .help = "as the file has them"},
    [NN_TARGETS_STANDARD] = {.name = "standard", .help = "each output to mean 0 and deviation 1"},
    [NN_TARGETS_MINMAX] = {.name = "minmax", .help = "each output's smallest target to 0 and its largest to 1"},
    [NN_TARGETS_LOG1P] = {.name = "log1p",
                          .help = "log(1 + y), then as standard; for targets above -1 of many magnitudes"},
    [NN_TARGETS_SCALE] = {.name = "scale", .help = "each output to deviation 1, with 0 staying 0"},
    [NN_TARGETS_AUTO] = {.name = "auto",
                         .help = "none, standard, minmax or scale, chosen by the targets and the last layer"},
};

const nni_domain nni_target_scaling_domain = NNI_DOMAIN("target scaling", target_scalings);

const char *nn_target_scaling_name(nn_target_scaling kind)
{
    return nni_domain_name(&nni_target_scaling_domain, kind);
}

nn_status nni_target_scaler_create(nn_target_scaling kind, size_t outputs, nni_target_scaler **result, nn_error *error)
{
    const char what[] = "the scaling of the targets";
    nni_target_scaler *scaling = NULL;
    NN_TRY(nni_allocate(1, sizeof *scaling, what, &scaling, error));
    scaling->kind = kind;
    scaling->outputs = outputs;
    nn_status status = nni_allocate(outputs, sizeof *scaling->offset, what, &scaling->offset, error);
    if (status == NN_OK)
        status = nni_allocate(outputs, sizeof *scaling->scale, what, &scaling->scale, error);
    if (status != NN_OK) {
        nni_target_scaler_free(scaling);
        return status;
    }
    for (size_t j = 0; j < outputs; j++)
        scaling->scale[j] = 1;
    *result = scaling;
    return NN_OK;
}

void nni_target_scaler_free(nni_target_scaler *scaling)
{
    if (!scaling)
        return;
    nni_release(scaling->offset);
    nni_release(scaling->scale);
    nni_release(scaling);
}

void nni_target_scaler_apply(const nni_target_scaler *scaling, const double *values, size_t rows, nni_real *to)
{
    const size_t outputs = scaling->outputs;
    for (size_t i = 0; i < rows; i++, values += outputs, to += outputs)
        for (size_t j = 0; j < outputs; j++) {
            const double y = scaling->kind == NN_TARGETS_LOG1P ? log1p(values[j]) : values[j];
            to[j] = (nni_real)((y - scaling->offset[j]) * scaling->scale[j]);
        }
}

void nni_target_scaler_restore(const nni_target_scaler *scaling, const nni_real *output, size_t rows, double *to)
{
    const size_t outputs = scaling->outputs;
    for (size_t i = 0; i < rows; i++, output += outputs, to += outputs)
        for (size_t j = 0; j < outputs; j++) {
            const double y = (double)output[j] / scaling->scale[j] + scaling->offset[j];
            to[j] = scaling->kind == NN_TARGETS_LOG1P ? expm1(y) : y;
        }
}
