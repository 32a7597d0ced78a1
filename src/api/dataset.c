#include "api/dataset.h"

#include <stdio.h>

#include "nntrain/version.h"
#include "support/memory.h"
#include "train/run/auto_settings.h"

static nni_dataset_spec spec_of(const nn_recipe *recipe, const nni_split_settings *split)
{
    const nni_data_settings *data = &recipe->data;
    nni_dataset_spec spec = nni_dataset_spec_of(split, &data->train);
    spec.external = data->external;
    spec.missing = data->impute != NN_IMPUTE_NONE;
    spec.log1p = data->normalize_targets == NN_TARGETS_LOG1P;
    spec.window = data->window_bytes;
    spec.head = nni_head_of(&recipe->network, &recipe->loss);
    return spec;
}

static nn_status resolve(nn_dataset *dataset, nn_error *error)
{
    nn_comm *comm = dataset->comm;
    size_t rows = 0;
    if (!nni_has_auto_settings(dataset->recipe))
        return NN_OK;
    const nni_dataset_spec spec = spec_of(dataset->recipe, &dataset->recipe->data.train);
    NN_TRY(nni_dataset_count(&spec, comm, &rows, error));
    NN_TRY(nn_comm_agree(
        comm, nni_resolve_auto_settings(dataset->recipe, NULL, rows, (size_t)comm->size, &dataset->resolved, error),
        error));
    dataset->recipe = dataset->resolved;
    return NN_OK;
}

/* Classes of the other splits are called as those of the training split. */
static nn_status open_split(nn_dataset *dataset, const nni_split_settings *settings, nn_split split, nn_error *error)
{
    const nni_string_set none = {.count = 0};
    const nni_dataset *train = dataset->split[NN_SPLIT_TRAIN];
    const nni_string_set *names = train ? nni_dataset_class_names(train) : NULL;
    const size_t memory = nni_dataset_room(dataset->recipe->data.memory_bytes, dataset->comm);
    nni_dataset_spec spec = spec_of(dataset->recipe, settings);
    size_t taken = 0;
    for (size_t i = 0; i < NNI_SPLITS; i++)
        taken += dataset->split[i] ? nni_dataset_bytes(dataset->split[i]) : 0;
    spec.memory = memory > taken ? memory - taken : memory > 0;
    spec.class_names = !train || names ? names : &none;
    spec.names_are_labels = train && nni_dataset_names_are_labels(train);
    return nni_dataset_open(&spec, dataset->recipe->parallel.slices, split == NN_SPLIT_TRAIN, dataset->comm,
                            &dataset->split[split], error);
}

static nn_status open_training_split(nn_dataset *dataset, nn_error *error)
{
    NN_TRY(open_split(dataset, &dataset->recipe->data.train, NN_SPLIT_TRAIN, error));
    const nni_dataset *train = dataset->split[NN_SPLIT_TRAIN];
    nni_provenance *from = &dataset->provenance;
    snprintf(from->version, sizeof from->version, "%s", nn_version());
    snprintf(from->data_file, sizeof from->data_file, "%s", train->file);
    from->ranks = (uint64_t)dataset->comm->size;
    from->threads = 1;
    from->hosts = (uint64_t)dataset->comm->host_count;
    from->data_bytes = train->file_bytes;
    from->classes = train->target == NNI_TARGET_CLASSES ? train->outputs : 0;
    return nni_dataset_digest(train, dataset->comm, &from->data_digest, error);
}

/* A split of its own, or rows held out of the training split; or none. */
static nn_status open_other(nn_dataset *dataset, const nni_split_settings *settings, nni_holdout holdout,
                            nn_split split, nn_error *error)
{
    const nni_dataset *train = dataset->split[NN_SPLIT_TRAIN];
    if (nni_split_is_given(settings))
        NN_TRY(open_split(dataset, settings, split, error));
    else if (nni_holdout_takes(&holdout))
        NN_TRY(
            nni_dataset_split(dataset->split[NN_SPLIT_TRAIN], &holdout, dataset->comm, &dataset->split[split], error));
    const nni_dataset *other = dataset->split[split];
    if (!other || other->features == train->features)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, but %s has %zu; all splits need the same",
                   other->file, other->x_name, other->features, train->x_name, train->features);
}

static nn_status fit_targets(nn_dataset *dataset, nn_error *error)
{
    const nni_head head = nni_head_of(&dataset->recipe->network, &dataset->recipe->loss);
    nn_comm *comm = dataset->comm;
    for (size_t i = 0; i < NNI_SPLITS; i++)
        if (dataset->split[i])
            NN_TRY(nni_dataset_fit_targets(dataset->split[i], head.outputs, head.activation, comm, error));
    NN_TRY(nni_target_scaler_fit(dataset->split[NN_SPLIT_TRAIN], dataset->recipe->data.normalize_targets, head.loss,
                                 head.activation, comm, &dataset->target_scaler, error));
    for (size_t i = 0; i < NNI_SPLITS; i++)
        if (dataset->split[i])
            nni_dataset_scale_targets(dataset->split[i], dataset->target_scaler);
    return NN_OK;
}

static nn_status take_feature_scaler(nn_dataset *dataset, nn_error *error)
{
    const nni_data_settings *data = &dataset->recipe->data;
    NN_TRY(nni_feature_scaler_create(data->normalize, dataset->split[NN_SPLIT_TRAIN]->features,
                                     &dataset->feature_scaler, error));
    return data->impute != NN_IMPUTE_NONE ? nni_feature_scaler_impute(dataset->feature_scaler, error) : NN_OK;
}

static nn_status scale_features(nn_dataset *dataset, nn_error *error)
{
    NN_TRY(nn_comm_agree(dataset->comm, take_feature_scaler(dataset, error), error));
    NN_TRY(nni_feature_scaler_fit(dataset->feature_scaler, dataset->split[NN_SPLIT_TRAIN], dataset->comm, error));
    for (size_t i = 0; i < NNI_SPLITS; i++)
        if (dataset->split[i])
            NN_TRY(nni_dataset_normalize(dataset->split[i], dataset->feature_scaler, error));
    return NN_OK;
}

static nn_status open_all(nn_dataset *dataset, nn_error *error)
{
    NN_TRY(resolve(dataset, error));
    const nn_recipe *recipe = dataset->recipe;
    NN_TRY(open_training_split(dataset, error));
    NN_TRY(open_other(dataset, &recipe->data.test, nni_holdout_of_test(&recipe->data, recipe->seed), NN_SPLIT_TEST,
                      error));
    NN_TRY(open_other(dataset, &recipe->data.validation, nni_holdout_of_validation(&recipe->data, recipe->seed),
                      NN_SPLIT_VALIDATION, error));
    NN_TRY(fit_targets(dataset, error));
    return scale_features(dataset, error);
}

nn_status nn_dataset_open(const nn_recipe *recipe, nn_comm *comm, nn_dataset **result, nn_error *error)
{
    nn_dataset *dataset = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *dataset, "the data", &dataset, error), error));
    dataset->comm = comm;
    dataset->recipe = recipe;
    const nn_status status = open_all(dataset, error);
    if (status != NN_OK) {
        nn_dataset_free(dataset);
        return status;
    }
    *result = dataset;
    return NN_OK;
}

void nn_dataset_free(nn_dataset *dataset)
{
    if (!dataset)
        return;
    for (size_t i = 0; i < NNI_SPLITS; i++)
        nni_dataset_free(dataset->split[i]);
    nni_feature_scaler_free(dataset->feature_scaler);
    nni_target_scaler_free(dataset->target_scaler);
    nn_recipe_free(dataset->resolved);
    nni_release(dataset);
}

const nn_recipe *nn_dataset_recipe(const nn_dataset *dataset)
{
    return dataset->recipe;
}

size_t nn_dataset_rows(const nn_dataset *dataset, nn_split split)
{
    return dataset->split[split] ? dataset->split[split]->slices.rows : 0;
}

size_t nn_dataset_features(const nn_dataset *dataset)
{
    return dataset->split[NN_SPLIT_TRAIN]->features;
}

size_t nn_dataset_classes(const nn_dataset *dataset)
{
    return (size_t)dataset->provenance.classes;
}

const char *nn_dataset_class_name(const nn_dataset *dataset, size_t class_number)
{
    const nni_string_set *names = nni_dataset_class_names(dataset->split[NN_SPLIT_TRAIN]);
    return names && class_number < names->count ? names->text[class_number] : NULL;
}
