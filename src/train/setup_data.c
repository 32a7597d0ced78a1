/* SPDX-License-Identifier: MIT */
#include "train/setup_data.h"

#include <string.h>

#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/loading/augment.h"
#include "data/names/feature_name.h"
#include "data/scaling/target_scaling.h"
#include "nntrain/version.h"
#include "train/run/auto_settings.h"

static nni_dataset_spec spec_of(const nni_run *run, const nni_split_settings *split)
{
    nni_dataset_spec spec = nni_dataset_spec_of(split, &run->recipe->data.train);
    spec.external = run->recipe->data.external;
    spec.missing = run->recipe->data.impute != NN_IMPUTE_NONE;
    spec.log1p = nni_warm_start_target_kind(&run->start, run->recipe) == NN_TARGETS_LOG1P;
    spec.window = run->recipe->data.window_bytes;
    spec.features = run->start.model ? run->start.model->network->inputs : 0;
    return spec;
}

nn_status nni_setup_resolve_recipe(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    nn_recipe *before = NULL;
    size_t rows = 0;
    if (!nni_has_auto_settings(run->recipe))
        return NN_OK;
    nn_status status = NN_OK;
    if (checkpoint)
        status = nn_recipe_parse(checkpoint->recipe, run->files.resumed_from, NULL, NULL, 0, &before, error);
    else {
        const nni_dataset_spec spec = spec_of(run, &run->recipe->data.train);
        status = nni_dataset_count(&spec, run->comm, &rows, error);
    }
    if (status == NN_OK)
        status = nni_resolve_auto_settings(run->recipe, before, rows, (size_t)run->comm->size, &run->resolved, error);
    nn_recipe_free(before);
    NN_TRY(nn_comm_agree(run->comm, status, error));
    run->recipe = run->resolved;
    return NN_OK;
}

static nn_status open_split(nni_run *run, const nni_split_settings *split, bool training, nni_dataset **dataset,
                            nn_error *error)
{
    const size_t taken = (run->data.train ? nni_dataset_bytes(run->data.train) : 0) +
                         (run->data.test && !run->data.test->source ? nni_dataset_bytes(run->data.test) : 0);
    /* Classes of other splits are called as those of the training. */
    const nni_string_set none = {.count = 0},
                         *names = run->data.train ? nni_dataset_class_names(run->data.train) : NULL;
    nni_dataset_spec spec = spec_of(run, split);
    spec.class_names = !run->data.train || names ? names : &none;
    spec.names_are_labels = run->data.train && nni_dataset_names_are_labels(run->data.train);
    spec.head = nni_head_of(&run->recipe->network, &run->recipe->loss);
    spec.any_classes = training && nni_warm_start_takes_any_classes(&run->start, run->recipe);
    spec.memory = run->data.memory > taken ? run->data.memory - taken : run->data.memory > 0;
    return nni_dataset_open(&spec, run->recipe->parallel.slices, training, run->comm, dataset, error);
}

/* Other splits must suit the training split before all suit the network. */
static nn_status check_split(const nni_run *run, const nni_dataset *other, nn_error *error)
{
    if (!other || other->row.features == run->data.train->row.features)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, but %s has %zu; all splits need the same",
                   other->origin.file, other->origin.x_name, other->row.features, run->data.train->origin.x_name,
                   run->data.train->row.features);
}

/* A split of its own, or rows of the training split; or none. */
static nn_status load_split(nni_run *run, const nni_split_settings *split, nni_holdout holdout, nni_dataset **dataset,
                            nn_error *error)
{
    if (nni_split_is_given(split))
        NN_TRY(open_split(run, split, false, dataset, error));
    else if (nni_holdout_takes(&holdout))
        NN_TRY(nni_dataset_split(run->data.train, &holdout, run->comm, dataset, error));
    return check_split(run, *dataset, error);
}

nn_status nni_setup_open_data(nni_run *run, nn_error *error)
{
    run->data.memory = nni_dataset_memory(run->recipe->data.memory_bytes, run->comm);
    NN_TRY(open_split(run, &run->recipe->data.train, true, &run->data.train, error));
    NN_TRY(nni_warm_start_compare_names(&run->start, run->data.train, run->recipe, run->comm, error));
    NN_TRY(nn_comm_agree(run->comm, nni_warm_start_fit(&run->start, run->data.train, &run->recipe, error), error));
    const nn_recipe *recipe = run->recipe;
    nni_provenance *from = &run->files.provenance;
    snprintf(from->version, sizeof from->version, "%s", nn_version());
    snprintf(from->data_file, sizeof from->data_file, "%s", run->data.train->origin.file);
    from->ranks = (uint64_t)run->comm->size;
    from->threads = run->threads.count;
    from->hosts = (uint64_t)run->comm->host_count;
    from->data_bytes = run->data.train->origin.bytes;
    from->classes = run->data.train->row.target == NNI_TARGET_CLASSES ? run->data.train->row.outputs : 0;
    /* Of the file's rows, before some of them are held out. */
    NN_TRY(nni_dataset_digest(run->data.train, run->comm, &from->data_digest, error));
    NN_TRY(
        load_split(run, &recipe->data.test, nni_holdout_of_test(&recipe->data, recipe->seed), &run->data.test, error));
    return load_split(run, &recipe->data.validation, nni_holdout_of_validation(&recipe->data, recipe->seed),
                      &run->data.validation, error);
}

nn_status nni_setup_fit_targets(nni_run *run, nn_error *error)
{
    const nni_head head = nni_head_of(&run->recipe->network, &run->recipe->loss);
    enum { SPLITS = 3 };
    nni_dataset *const splits[SPLITS] = {run->data.train, run->data.validation, run->data.test};
    for (size_t i = 0; i < SPLITS; i++)
        if (splits[i])
            NN_TRY(nni_dataset_fit_targets(splits[i], head.outputs, head.activation, run->comm, error));
    return NN_OK;
}

static nn_status take_feature_scaler(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_data_settings *data = &run->recipe->data;
    NN_TRY(nni_feature_scaler_create(data->normalize, run->data.train->row.features, &run->data.feature_scaler, error));
    if (checkpoint && checkpoint->normalization->least)
        NN_TRY(nni_feature_scaler_take_range(run->data.feature_scaler, error));
    return data->impute != NN_IMPUTE_NONE ? nni_feature_scaler_impute(run->data.feature_scaler, error) : NN_OK;
}

static nn_status find_feature_scaler(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(nn_comm_agree(run->comm, take_feature_scaler(run, checkpoint, error), error));
    nni_feature_scaler *scaler = run->data.feature_scaler;
    const size_t features = run->data.train->row.features;
    if (!checkpoint)
        return nni_feature_scaler_fit_noting(scaler, run->data.train, run->comm, &run->data.feature_notes, error);
    const nni_feature_scaler *before = checkpoint->normalization;
    scaler->kind = before->kind;
    scaler->limit = before->limit;
    memcpy(scaler->offset, before->offset, features * sizeof *scaler->offset);
    memcpy(scaler->scale, before->scale, features * sizeof *scaler->scale);
    nni_feature_scaler_round(scaler);
    if (before->least) {
        memcpy(scaler->least, before->least, features * sizeof *scaler->least);
        memcpy(scaler->most, before->most, features * sizeof *scaler->most);
    }
    if (scaler->missing)
        memcpy(scaler->missing, before->missing, features * sizeof *scaler->missing);
    return NN_OK;
}

static nn_status scale_features(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(nni_warm_start_take_features(&run->start, run->recipe, &run->data.feature_scaler, error));
    NN_TRY(run->data.feature_scaler
               ? nni_feature_scaler_widen_range(run->data.feature_scaler, run->data.train, run->comm, error)
               : find_feature_scaler(run, checkpoint, error));
    NN_TRY(nni_dataset_normalize(run->data.train, run->data.feature_scaler, error));
    if (run->data.validation)
        NN_TRY(nni_dataset_normalize(run->data.validation, run->data.feature_scaler, error));
    return run->data.test ? nni_dataset_normalize(run->data.test, run->data.feature_scaler, error) : NN_OK;
}

/* A training that goes on keeps what it began with, whatever that was found by. */
static nn_status scale_targets(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_head head = nni_head_of(&run->recipe->network, &run->recipe->loss);
    nni_warm_start_take_targets(&run->start, run->recipe, run->data.train, &run->data.target_scaler);
    if (checkpoint) {
        run->data.target_scaler = checkpoint->target_scaling;
        checkpoint->target_scaling = NULL;
    } else if (!run->data.target_scaler) {
        NN_TRY(nni_target_scaler_fit(run->data.train, run->recipe->data.normalize_targets, head.loss, head.activation,
                                     run->comm, &run->data.target_scaler, error));
    }
    nni_dataset_scale_targets(run->data.train, run->data.target_scaler);
    if (run->data.validation)
        nni_dataset_scale_targets(run->data.validation, run->data.target_scaler);
    if (run->data.test)
        nni_dataset_scale_targets(run->data.test, run->data.target_scaler);
    return NN_OK;
}

/* A training that goes on keeps the names it began with. Those of other weights are kept where the data has none,
 * unless columns are chosen, which may be any. */
static nn_status find_feature_names(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const size_t columns = run->recipe->data.train.x_columns_count;
    nni_string_set *names = &run->data.feature_names;
    if (checkpoint && checkpoint->feature_names.count > 0)
        return nni_string_set_copy(&checkpoint->feature_names, names, error);
    NN_TRY(nni_feature_names_of(run->data.train, columns, names, error));
    return names->count == 0 && columns == 0 && run->start.model
               ? nni_string_set_copy(&run->start.model->feature_names, names, error)
               : NN_OK;
}

nn_status nni_setup_name_features(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nn_status status = run->comm->rank == 0 ? find_feature_names(run, checkpoint, error) : NN_OK;
    return nni_comm_broadcast_status(run->comm, status, error);
}

nn_status nni_setup_scale(nni_run *run, nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(scale_features(run, checkpoint, error));
    return scale_targets(run, checkpoint, error);
}

/* Once rows are normalised, for what is not seen of an image is filled with what a 0 is then. */
nn_status nni_setup_augment(nni_run *run, nn_error *error)
{
    const nn_recipe *recipe = run->recipe;
    if (!nni_augment_is_on(&recipe->data.augment))
        return NN_OK;
    NN_TRY(nni_augment_create(&recipe->data.augment, run->data.train, recipe->seed, &run->data.augment, error));
    nni_sampler_augment(run->data.sampler, run->data.augment);
    return NN_OK;
}

void nni_setup_free_data(nni_run *run)
{
    nni_string_set_free(&run->data.feature_names);
    nni_feature_scaler_free(run->data.feature_scaler);
    nni_target_scaler_free(run->data.target_scaler);
    nni_dataset_free(run->data.train);
    nni_dataset_free(run->data.validation);
    nni_dataset_free(run->data.test);
    nn_recipe_free(run->resolved);
}
