#include "nntrain/normalization.h"

#include "nntrain/memory.h"

nn_status nn_normalization_create(nn_normalization_kind kind, size_t features, nn_normalization **result,
                                  nn_error *error)
{
    nn_normalization *normalization = NULL;
    NN_TRY(nn_allocate(1, sizeof *normalization, "the normalisation", &normalization, error));
    normalization->kind = kind;
    normalization->features = features;
    nn_status status =
        nn_allocate(features, sizeof(nn_real), "the normalisation's offsets", &normalization->offset, error);
    if (status == NN_OK)
        status = nn_allocate(features, sizeof(nn_real), "the normalisation's scales", &normalization->scale, error);
    if (status != NN_OK) {
        nn_normalization_free(normalization);
        return status;
    }
    for (size_t j = 0; j < features; j++)
        normalization->scale[j] = 1;
    *result = normalization;
    return NN_OK;
}

nn_status nn_normalization_impute(nn_normalization *normalization, nn_error *error)
{
    return nn_allocate(normalization->features, sizeof(nn_real), "the values in place of missing ones",
                       &normalization->missing, error);
}

void nn_normalization_free(nn_normalization *normalization)
{
    if (!normalization)
        return;
    nn_release(normalization->offset);
    nn_release(normalization->scale);
    nn_release(normalization->missing);
    nn_release(normalization);
}
