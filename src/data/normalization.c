#include <math.h>

#include "data/statistics.h"
#include "nntrain/dataset.h"

/* 1 / spread, or 1 where there is no spread or its inverse would be infinite. */
static nn_real inverse(double spread)
{
    nn_real scale = (nn_real)(1 / spread);
    return spread > 0 && isfinite(scale) ? scale : 1;
}

/* All features alike. */
static void fit_all(nn_normalization *normalization, double offset, double spread)
{
    for (size_t i = 0; i < normalization->features; i++) {
        normalization->offset[i] = (nn_real)offset;
        normalization->scale[i] = inverse(spread);
    }
}

static void fit_standard(nn_normalization *normalization, const nn_statistics *found)
{
    for (size_t i = 0; i < normalization->features; i++) {
        normalization->offset[i] = (nn_real)found->mean[i];
        normalization->scale[i] = inverse(sqrt(found->square[i] / found->count[i]));
    }
}

/* One mean and one deviation of all values: features are merged as slices are (Chan, Golub, LeVeque, 1983). */
static void fit_standard_all(nn_normalization *normalization, const nn_statistics *found)
{
    double count = 0, mean = 0, square = 0;
    for (size_t i = 0; i < normalization->features; i++) {
        const double distance = found->mean[i] - mean, both = count + found->count[i];
        mean += distance * (found->count[i] / both);
        square += found->square[i] + distance * distance * (count * found->count[i] / both);
        count = both;
    }
    fit_all(normalization, mean, sqrt(square / count));
}

static void fit_unit_each(nn_normalization *normalization, const nn_statistics *found)
{
    for (size_t i = 0; i < normalization->features; i++) {
        normalization->offset[i] = (nn_real)found->least[i];
        normalization->scale[i] = inverse(found->most[i] - found->least[i]);
    }
}

/* As a row's own values are normalised. */
static nn_status fit_missing(nn_normalization *normalization, const nn_dataset *dataset, const nn_statistics *found,
                             nn_error *error)
{
    for (size_t i = 0; i < normalization->features; i++) {
        if (found->count[i] == 0)
            return nn_fail(error, NN_DATA,
                           "%s: no row of %s has a value at position %zu, so data.impute has no mean to put there; "
                           "leave that feature out",
                           dataset->file, dataset->x_name, i);
        normalization->missing[i] = ((nn_real)found->mean[i] - normalization->offset[i]) * normalization->scale[i];
    }
    return NN_OK;
}

static nn_status check_features(const nn_normalization *normalization, const nn_dataset *dataset, nn_error *error)
{
    if (normalization->features == dataset->features)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, but the normalization was measured on %zu",
                   dataset->file, dataset->x_name, dataset->features, normalization->features);
}

static unsigned what_to_measure(const nn_normalization *normalization)
{
    const nn_normalization_kind kind = normalization->kind;
    unsigned kinds = kind == NN_NORMALIZE_MINMAX ? NN_STATISTICS_RANGE : 0;
    if (kind == NN_NORMALIZE_STANDARD || kind == NN_NORMALIZE_STANDARD_ALL || normalization->missing)
        kinds += NN_STATISTICS_MOMENTS;
    return kinds;
}

static void fit(nn_normalization *normalization, const nn_dataset *dataset, const nn_statistics *found)
{
    switch (normalization->kind) {
    case NN_NORMALIZE_NONE:
        return;
    case NN_NORMALIZE_UNIT:
        fit_all(normalization, dataset->x_range[0], dataset->x_range[1] - dataset->x_range[0]);
        return;
    case NN_NORMALIZE_MINMAX:
        fit_unit_each(normalization, found);
        return;
    case NN_NORMALIZE_STANDARD:
        fit_standard(normalization, found);
        return;
    case NN_NORMALIZE_STANDARD_ALL:
        fit_standard_all(normalization, found);
        return;
    }
}

nn_status nn_normalization_fit(nn_normalization *normalization, const nn_dataset *dataset, nn_comm *comm,
                               nn_error *error)
{
    nn_statistics found = {.count = NULL};
    NN_TRY(check_features(normalization, dataset, error));
    const unsigned kinds = what_to_measure(normalization);
    if (kinds)
        NN_TRY(nn_statistics_measure(dataset, kinds, comm, &found, error));
    fit(normalization, dataset, &found);
    const nn_status status = normalization->missing ? fit_missing(normalization, dataset, &found, error) : NN_OK;
    nn_statistics_free(&found);
    return status;
}

nn_status nn_dataset_normalize(nn_dataset *dataset, const nn_normalization *normalization, nn_error *error)
{
    NN_TRY(check_features(normalization, dataset, error));
    const bool nothing = normalization->kind == NN_NORMALIZE_NONE && !normalization->missing;
    dataset->normalization = nothing ? NULL : normalization;
    return NN_OK;
}
