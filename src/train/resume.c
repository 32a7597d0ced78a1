/* SPDX-License-Identifier: MIT */
#include "train/resume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/list.h"
#include "train/run/gradient_sync.h"
#include "train/run_folder/folder.h"

nn_status nni_resume_newest(const char *folder, const nni_output *output, char path[PATH_MAX], nn_error *error)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    path[0] = '\0';
    NN_TRY(nni_checkpoint_list(folder, &steps, &count, error));
    nn_status status = NN_OK;
    size_t tried = 0;
    for (; tried < count; tried++) {
        nn_error damage;
        status = nni_folder_checkpoint(folder, steps[tried], path, error);
        if (status != NN_OK || nni_checkpoint_verify(path, &damage) == NN_OK)
            break;
        nni_output_say(output, "warning  %s; falling back to the one before", damage.message);
    }
    free(steps);
    if (status == NN_OK && count > 0 && tried == count)
        return nn_fail(error, NN_DATA,
                       "none of the %zu checkpoints in %s is intact; start a new run with another --output", count,
                       folder);
    return status;
}

nn_status nni_resume_read(nni_run *run, const nn_train_options *options, nni_checkpoint **checkpoint, nn_error *error)
{
    *checkpoint = NULL;
    if (!options->resume)
        return NN_OK;
    nn_status status = NN_OK;
    if (run->comm->rank == 0) {
        if (options->resume_file)
            snprintf(run->files.resumed_from, sizeof run->files.resumed_from, "%s", options->resume_file);
        else
            status = nni_resume_newest(run->files.folder, &run->output, run->files.resumed_from, error);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    NN_TRY(nn_comm_broadcast(run->comm, run->files.resumed_from, sizeof run->files.resumed_from, error));
    if (run->files.resumed_from[0] == '\0') {
        nni_output_say(&run->output, "warning  no checkpoint in %s to resume: beginning anew", run->files.folder);
        return NN_OK;
    }
    return nni_checkpoint_read(run->files.resumed_from, run->comm, checkpoint, error);
}

static nn_status check_network(const char *path, const nn_network *ours, const nn_network *theirs, nn_error *error)
{
    if (ours->inputs != theirs->inputs)
        return nn_fail(error, NN_DATA, "%s is of another network: it has %zu inputs, the data has %zu features", path,
                       theirs->inputs, ours->inputs);
    if (ours->layer_count != theirs->layer_count)
        return nn_fail(error, NN_DATA, "%s is of another network: it has %zu layers, the recipe %zu", path,
                       theirs->layer_count, ours->layer_count);
    for (size_t l = 0; l < ours->layer_count; l++) {
        const nni_layer *a = &ours->layers[l], *b = &theirs->layers[l];
        if (a->outputs != b->outputs || a->activation != b->activation || a->norm != b->norm)
            return nn_fail(
                error, NN_DATA,
                "%s is of another network: its layer %zu has %zu units with %s and normalization %s, the recipe's "
                "%zu with %s and %s",
                path, l, b->outputs, nn_activation_name(b->activation), nn_norm_name(b->norm), a->outputs,
                nn_activation_name(a->activation), nn_norm_name(a->norm));
    }
    return NN_OK;
}

/* A number that decides which samples a step sees, or what it minimises. */
static nn_status check_same(const char *path, const char *key, uint64_t before, uint64_t now, nn_error *error)
{
    if (before == now)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%s: %s was trained with %" PRIu64 ", the recipe says %" PRIu64
                   "; set it back, or start a new run with another --output",
                   key, path, before, now);
}

static nn_status check_number(const char *path, const char *key, double before, double now, nn_error *error)
{
    if (before == now)
        return NN_OK;
    return nn_fail(
        error, NN_USAGE,
        "%s: %s was trained with %g, the recipe says %g; set it back, or start a new run with another --output", key,
        path, before, now);
}

static nn_status check_name(const char *path, const char *key, const char *before, const char *now, nn_error *error)
{
    if (strcmp(before, now) == 0)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%s: %s was trained with %s, the recipe says %s; set it back, or start a new run with another "
                   "--output",
                   key, path, before, now);
}

static const char *fold_of(const nn_recipe *recipe)
{
    return recipe->data.validation.fold ? recipe->data.validation.fold : "none";
}

/* Compared with the kind that the checkpoint scales by, which its recipe may have left to auto. */
static nn_status check_normalize(const char *path, nn_feature_scaling now, const nni_feature_scaler *before,
                                 nn_error *error)
{
    if (now == NN_NORMALIZE_AUTO)
        return NN_OK;
    return check_name(path, "data.normalize", nn_feature_scaling_name(before->kind), nn_feature_scaling_name(now),
                      error);
}

/* The weights are in the checkpoint, so that the model may be gone. Only of one that is there is the true path known.
 */
static nn_status check_from(const char *path, const char *before, const char *now, nn_error *error)
{
    if (before && now && access(now, F_OK) != 0)
        return NN_OK;
    return check_name(path, "network.from", before ? before : "none", now ? now : "none", error);
}

static nn_status check_recipe(const char *path, const nn_recipe *now, const nn_recipe *before, nn_error *error)
{
    NN_TRY(check_same(path, "seed", before->seed, now->seed, error));
    NN_TRY(check_name(path, "training.batch", before->training.batch, now->training.batch, error));
    NN_TRY(check_same(path, "training.accumulate", before->training.accumulate, now->training.accumulate, error));
    NN_TRY(check_from(path, before->network.from, now->network.from, error));
    /* The optimizer has no state of frozen layers: adam would take their first steps three times too far. */
    NN_TRY(check_same(path, "network.freeze", before->network.freeze, now->network.freeze, error));
    NN_TRY(check_same(path, "parallel.slices", before->parallel.slices, now->parallel.slices, error));
    NN_TRY(check_number(path, "data.test.fraction", before->data.test.fraction, now->data.test.fraction, error));
    NN_TRY(check_same(path, "data.test.stratified", before->data.test.stratified, now->data.test.stratified, error));
    NN_TRY(check_number(path, "data.validation.fraction", before->data.validation.fraction,
                        now->data.validation.fraction, error));
    NN_TRY(check_name(path, "data.validation.fold", fold_of(before), fold_of(now), error));
    NN_TRY(check_same(path, "data.validation.stratified", before->data.validation.stratified,
                      now->data.validation.stratified, error));
    NN_TRY(check_name(path, "data.window", before->data.window, now->data.window, error));
    NN_TRY(check_name(path, "loss.name", nn_loss_name(before->loss.name), nn_loss_name(now->loss.name), error));
    NN_TRY(check_name(path, "optimizer.name", nn_optimizer_name(before->optimizer.name),
                      nn_optimizer_name(now->optimizer.name), error));
    return check_name(path, "data.impute", nni_domain_name(&nni_imputation_domain, before->data.impute),
                      nni_domain_name(&nni_imputation_domain, now->data.impute), error);
}

/* Compared with the kind that the checkpoint scales by, which its recipe may have left to auto. */
static nn_status check_targets(const char *path, nn_target_scaling now, const nni_target_scaler *before,
                               nn_error *error)
{
    if (now == NN_TARGETS_AUTO)
        return NN_OK;
    return check_name(path, "data.normalize_targets", nn_target_scaling_name(before->kind), nn_target_scaling_name(now),
                      error);
}

/* Momentum may change, but not between having a velocity and having none. */
static nn_status check_state(const char *path, const nni_optimizer *ours, const nni_optimizer *theirs, nn_error *error)
{
    if (ours->state_count == theirs->state_count)
        return NN_OK;
    return nn_fail(
        error, NN_USAGE,
        "optimizer.momentum: %s was trained with %g, the recipe says %g, which asks for another state; set it "
        "back, or start a new run with another --output",
        path, theirs->settings.momentum, ours->settings.momentum);
}

static nn_status check_data(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    if (checkpoint->provenance.data_digest != run->files.provenance.data_digest)
        return nn_fail(error, NN_DATA,
                       "%s was trained on other data (%s, %" PRIu64 " bytes) than %s holds now; start a new run with "
                       "another --output",
                       run->files.resumed_from, checkpoint->provenance.data_file, checkpoint->provenance.data_bytes,
                       run->data.train->origin.file);
    return NN_OK;
}

/* A model from before the file named its classes goes on all the same. */
static nn_status check_class_names(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_string_set *now = nni_dataset_class_names(run->data.train), *before = &checkpoint->class_names;
    if (!now || before->count == 0 || nni_string_set_equal(now, before))
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s was trained on classes of other names than those of %s; start a new run with another --output",
                   run->files.resumed_from, run->data.train->origin.file);
}

nn_status nni_resume_check(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const char *path = run->files.resumed_from;
    const nni_data_settings *data = &run->recipe->data;
    NN_TRY(check_network(path, run->model.network, checkpoint->network, error));
    nn_recipe *before = NULL;
    NN_TRY(nn_recipe_parse(checkpoint->recipe, path, NULL, NULL, 0, &before, error));
    nn_status status = check_recipe(path, run->recipe, before, error);
    nn_recipe_free(before);
    if (status == NN_OK)
        status = check_normalize(path, data->normalize, checkpoint->normalization, error);
    if (status == NN_OK)
        status = check_targets(path, data->normalize_targets, checkpoint->target_scaling, error);
    if (status == NN_OK)
        status = check_state(path, run->model.optimizer, checkpoint->optimizer, error);
    if (status == NN_OK)
        status = check_data(run, checkpoint, error);
    if (status == NN_OK)
        status = check_class_names(run, checkpoint, error);
    if (status == NN_OK && checkpoint->progress.epoch > run->recipe->training.epochs)
        status = nn_fail(error, NN_USAGE,
                         "training.epochs: the recipe says %zu, but %s has %" PRIu64 " epochs behind it; raise the "
                         "number, or start a new run with another --output",
                         run->recipe->training.epochs, run->files.resumed_from, checkpoint->progress.epoch);
    if (status == NN_OK && checkpoint->progress.epoch_step > run->plan.epoch_steps)
        status = nn_fail(error, NN_DATA, "%s is %" PRIu64 " steps into an epoch of %zu", run->files.resumed_from,
                         checkpoint->progress.epoch_step, run->plan.epoch_steps);
    return status;
}

/* A run and the checkpoint that goes into it. */
typedef struct taking {
    nni_run *run;
    const nni_checkpoint *checkpoint;
} taking;

static void write_model(void *context)
{
    const taking *take = context;
    const nni_run_model *model = &take->run->model;
    memcpy(model->network->parameters, take->checkpoint->network->parameters,
           model->network->flat_count * sizeof(nni_real));
}

static void write_beginning(void *context)
{
    const nni_run *run = context;
    nni_network_initialize(run->model.network, &run->recipe->network, run->recipe->seed);
    if (run->start.model)
        nni_network_copy_parameters(run->model.network, run->start.model->network, run->start.taken);
}

nn_status nni_resume_begin(nni_run *run, nn_error *error)
{
    NN_TRY(nni_gradient_sync_rewrite(run->model.gradient_sync, write_beginning, run, error));
    nni_network_initialize_statistics(run->model.network);
    if (run->start.model)
        nni_network_copy_statistics(run->model.network, run->start.model->network, run->start.taken);
    nni_optimizer_reset(run->model.optimizer);
    return NN_OK;
}

nn_status nni_resume_take(nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    taking take = {run, checkpoint};
    NN_TRY(nni_gradient_sync_rewrite(run->model.gradient_sync, write_model, &take, error));
    NN_TRY(nni_checkpoint_send_state(run->comm, checkpoint, run->model.optimizer, error));
    memcpy(run->model.network->statistics, checkpoint->network->statistics,
           run->model.network->statistics_count * sizeof(nni_real));
    run->progress.counters = checkpoint->progress;
    run->progress.seconds_before = checkpoint->progress.seconds;
    memcpy(run->files.last_checkpoint, run->files.resumed_from, sizeof run->files.last_checkpoint);
    return NN_OK;
}
