#include "model/feature_scaler.h"

#include "support/memory.h"

static nn_status take_arrays(nn_normalization *normalization, nn_error *error)
{
    const size_t features = normalization->features;
    const char offsets[] = "the normalisation's offsets", scales[] = "the normalisation's scales";
    NN_TRY(nn_allocate(features, sizeof(double), offsets, &normalization->offset, error));
    NN_TRY(nn_allocate(features, sizeof(double), scales, &normalization->scale, error));
    NN_TRY(nn_allocate(features, sizeof(nn_real), offsets, &normalization->offset_real, error));
    return nn_allocate(features, sizeof(nn_real), scales, &normalization->scale_real, error);
}

nn_status nn_normalization_create(nn_normalization_kind kind, size_t features, nn_normalization **result,
                                  nn_error *error)
{
    nn_normalization *normalization = NULL;
    NN_TRY(nn_allocate(1, sizeof *normalization, "the normalisation", &normalization, error));
    normalization->kind = kind;
    normalization->features = features;
    const nn_status status = take_arrays(normalization, error);
    if (status != NN_OK) {
        nn_normalization_free(normalization);
        return status;
    }
    for (size_t j = 0; j < features; j++)
        normalization->scale[j] = normalization->scale_real[j] = 1;
    *result = normalization;
    return NN_OK;
}

nn_status nn_normalization_impute(nn_normalization *normalization, nn_error *error)
{
    return nn_allocate(normalization->features, sizeof(nn_real), "the values in place of missing ones",
                       &normalization->missing, error);
}

void nn_normalization_round(nn_normalization *normalization)
{
    for (size_t j = 0; j < normalization->features; j++) {
        normalization->offset_real[j] = (nn_real)normalization->offset[j];
        normalization->scale_real[j] = (nn_real)normalization->scale[j];
    }
}

void nn_normalization_free(nn_normalization *normalization)
{
    if (!normalization)
        return;
    nn_release(normalization->offset);
    nn_release(normalization->scale);
    nn_release(normalization->missing);
    nn_release(normalization->offset_real);
    nn_release(normalization->scale_real);
    nn_release(normalization);
}
