/* SPDX-License-Identifier: MIT */
#include "model/feature_scaler.h"

#include <math.h>
#include <stdbool.h>

#include "kernels/elementwise/convert.h"
#include "support/memory.h"

static const nni_kind feature_scalings[] = {
    [NN_NORMALIZE_NONE] = {.name = "none", .help = "as the file has them"},
    [NN_NORMALIZE_UNIT] = {.name = "unit", .help = "all features alike, the smallest value to 0 and the largest to 1"},
    [NN_NORMALIZE_STANDARD] = {.name = "standard", .help = "each feature to mean 0 and deviation 1"},
    [NN_NORMALIZE_MINMAX] = {.name = "minmax", .help = "each feature's smallest value to 0 and its largest to 1"},
    [NN_NORMALIZE_STANDARD_ALL] = {.name = "standard_all",
                                   .help = "all features alike, to mean 0 and deviation 1 over all values"},
    [NN_NORMALIZE_ROBUST] = {.name = "robust",
                             .help = "as standard, by the values that do not lie far off; those that do are limited"},
    [NN_NORMALIZE_AUTO] = {.name = "auto",
                           .help = "one of the others, chosen by type, shape and statistics of the training rows"},
};

const nni_domain nni_feature_scaling_domain = NNI_DOMAIN("feature scaling", feature_scalings);

const char *nn_feature_scaling_name(nn_feature_scaling kind)
{
    return nni_domain_name(&nni_feature_scaling_domain, kind);
}

static nn_status take_arrays(nni_feature_scaler *normalization, nn_error *error)
{
    const size_t features = normalization->features;
    const char offsets[] = "the normalisation's offsets", scales[] = "the normalisation's scales";
    NN_TRY(nni_allocate(features, sizeof(double), offsets, &normalization->offset, error));
    NN_TRY(nni_allocate(features, sizeof(double), scales, &normalization->scale, error));
    NN_TRY(nni_allocate(features, sizeof(nni_real), offsets, &normalization->offset_real, error));
    return nni_allocate(features, sizeof(nni_real), scales, &normalization->scale_real, error);
}

nn_status nni_feature_scaler_create(nn_feature_scaling kind, size_t features, nni_feature_scaler **result,
                                    nn_error *error)
{
    nni_feature_scaler *normalization = NULL;
    NN_TRY(nni_allocate(1, sizeof *normalization, "the normalisation", &normalization, error));
    normalization->kind = kind;
    normalization->features = features;
    const nn_status status = take_arrays(normalization, error);
    if (status != NN_OK) {
        nni_feature_scaler_free(normalization);
        return status;
    }
    for (size_t j = 0; j < features; j++)
        normalization->scale[j] = normalization->scale_real[j] = 1;
    *result = normalization;
    return NN_OK;
}

nn_status nni_feature_scaler_impute(nni_feature_scaler *normalization, nn_error *error)
{
    return nni_allocate(normalization->features, sizeof(nni_real), "the values in place of missing ones",
                        &normalization->missing, error);
}

nn_status nni_feature_scaler_take_range(nni_feature_scaler *normalization, nn_error *error)
{
    const char what[] = "the range of the features";
    NN_TRY(nni_allocate(normalization->features, sizeof(double), what, &normalization->least, error));
    return nni_allocate(normalization->features, sizeof(double), what, &normalization->most, error);
}

void nni_feature_scaler_round(nni_feature_scaler *normalization)
{
    for (size_t j = 0; j < normalization->features; j++) {
        normalization->offset_real[j] = (nni_real)normalization->offset[j];
        normalization->scale_real[j] = (nni_real)normalization->scale[j];
    }
}

/* What a feature may lose of its digits, where these are scaled: half a unit in the last place of a float. */
static bool is_far_off(const nni_feature_scaler *scaler, size_t feature)
{
    return fabs(scaler->offset[feature]) * fabs(scaler->scale[feature]) * 0x1p-24 > 1e-6;
}

static bool is_float(double value)
{
    return (double)(float)value == value;
}

nni_scaling_types nni_feature_scaler_types(const nni_feature_scaler *normalization)
{
    const double *least = normalization->least, *most = normalization->most;
    nni_scaling_types types = {NNI_FLOAT, NNI_FLOAT};
    bool far_off = false, wide = !least;
    for (size_t j = 0; j < normalization->features; j++) {
        const bool held = least && is_float(least[j]) && is_float(most[j]);
        wide = wide || !held;
        far_off = far_off || is_far_off(normalization, j);
        if (is_far_off(normalization, j) && !held)
            types.x = NNI_DOUBLE;
    }
    if (far_off && wide)
        types.scaled = NNI_DOUBLE;
    return types;
}

void nni_feature_scaler_free(nni_feature_scaler *normalization)
{
    if (!normalization)
        return;
    nni_release(normalization->offset);
    nni_release(normalization->scale);
    nni_release(normalization->missing);
    nni_release(normalization->least);
    nni_release(normalization->most);
    nni_release(normalization->offset_real);
    nni_release(normalization->scale_real);
    nni_release(normalization);
}

static void replace_missing(const nni_real *missing, nni_real *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        x[i] = x[i] == x[i] ? x[i] : missing[i];
}

static void keep_within(nni_real limit, nni_real *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        x[i] = x[i] > limit ? limit : x[i];
        x[i] = x[i] < -limit ? -limit : x[i]; /* NaN stays */
    }
}

void nni_feature_scaler_apply(const nni_feature_scaler *by, nni_element element, const void *from, nni_real *to)
{
    const nni_scale scale = {by->offset, by->scale, by->offset_real, by->scale_real};
    nni_convert_normalized(element, from, &scale, to, by->features);
    if (by->limit > 0)
        keep_within((nni_real)by->limit, to, by->features);
    if (by->missing && (element == NNI_FLOAT || element == NNI_DOUBLE))
        replace_missing(by->missing, to, by->features);
}
