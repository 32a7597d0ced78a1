#include "train/resume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/kinds.h"
#include "train/run_folder/folder.h"

nn_status nni_resume_newest(const nni_run *run, char path[PATH_MAX], nn_error *error)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    path[0] = '\0';
    NN_TRY(nni_folder_list(run->folder, &steps, &count, error));
    nn_status status = NN_OK;
    size_t tried = 0;
    for (; tried < count; tried++) {
        nn_error damage;
        status = nni_folder_checkpoint(run->folder, steps[tried], path, error);
        if (status != NN_OK || nni_checkpoint_verify(path, &damage) == NN_OK)
            break;
        nni_run_say(run, "warning  %s; falling back to the one before", damage.message);
    }
    free(steps);
    if (status == NN_OK && count > 0 && tried == count)
        return nn_fail(error, NN_DATA,
                       "none of the %zu checkpoints in %s is intact; start a new run with another --output", count,
                       run->folder);
    return status;
}

nn_status nni_resume_load(const nni_run *run, const char *path, nni_checkpoint **checkpoint, nn_error *error)
{
    return nni_run_shards_state(run) ? nni_checkpoint_read_shares(path, run->comm, checkpoint, error)
                                     : nni_checkpoint_read(path, run->comm, checkpoint, error);
}

nn_status nni_resume_read(nni_run *run, const nn_train_options *options, nni_checkpoint **checkpoint, nn_error *error)
{
    *checkpoint = NULL;
    if (!options->resume)
        return NN_OK;
    nn_status status = NN_OK;
    if (run->comm->rank == 0) {
        if (options->resume_file)
            snprintf(run->resumed_from, sizeof run->resumed_from, "%s", options->resume_file);
        else
            status = nni_resume_newest(run, run->resumed_from, error);
    }
    NN_TRY(nni_comm_broadcast_status(run->comm, status, error));
    NN_TRY(nn_comm_broadcast(run->comm, run->resumed_from, sizeof run->resumed_from, error));
    if (run->resumed_from[0] == '\0') {
        nni_run_say(run, "warning  no checkpoint in %s to resume: beginning anew", run->folder);
        return NN_OK;
    }
    return nni_resume_load(run, run->resumed_from, checkpoint, error);
}

static nn_status check_network(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nn_network *ours = run->network, *theirs = checkpoint->network;
    if (ours->inputs != theirs->inputs)
        return nn_fail(error, NN_DATA, "%s is of another network: it has %zu inputs, the data has %zu features",
                       run->resumed_from, theirs->inputs, ours->inputs);
    if (ours->layer_count != theirs->layer_count)
        return nn_fail(error, NN_DATA, "%s is of another network: it has %zu layers, the recipe %zu", run->resumed_from,
                       theirs->layer_count, ours->layer_count);
    for (size_t l = 0; l < ours->layer_count; l++) {
        const nni_layer *a = &ours->layers[l], *b = &theirs->layers[l];
        if (a->outputs != b->outputs || a->activation != b->activation || a->norm != b->norm)
            return nn_fail(
                error, NN_DATA,
                "%s is of another network: its layer %zu has %zu units with %s and normalization %s, the recipe's "
                "%zu with %s and %s",
                run->resumed_from, l, b->outputs, nn_activation_name(b->activation), nn_norm_name(b->norm), a->outputs,
                nn_activation_name(a->activation), nn_norm_name(a->norm));
    }
    return NN_OK;
}

/* A number that decides which samples a step sees, or what it minimises. */
static nn_status check_same(const nni_run *run, const char *key, uint64_t before, uint64_t now, nn_error *error)
{
    if (before == now)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%s: %s was trained with %" PRIu64 ", the recipe says %" PRIu64
                   "; set it back, or start a new run with another --output",
                   key, run->resumed_from, before, now);
}

static nn_status check_number(const nni_run *run, const char *key, double before, double now, nn_error *error)
{
    if (before == now)
        return NN_OK;
    return nn_fail(
        error, NN_USAGE,
        "%s: %s was trained with %g, the recipe says %g; set it back, or start a new run with another --output", key,
        run->resumed_from, before, now);
}

static nn_status check_name(const nni_run *run, const char *key, const char *before, const char *now, nn_error *error)
{
    if (strcmp(before, now) == 0)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%s: %s was trained with %s, the recipe says %s; set it back, or start a new run with another "
                   "--output",
                   key, run->resumed_from, before, now);
}

static const char *fold_of(const nn_recipe *recipe)
{
    return recipe->data.validation.fold ? recipe->data.validation.fold : "none";
}

/* What the checkpoint scales by, whatever its recipe said, also before there was auto. */
static nn_status check_normalize(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nn_feature_scaling now = run->recipe->data.normalize;
    if (now == NN_NORMALIZE_AUTO)
        return NN_OK;
    return check_name(run, "data.normalize", nn_feature_scaling_name(checkpoint->normalization->kind),
                      nn_feature_scaling_name(now), error);
}

static nn_status check_recipe(const nni_run *run, const nn_recipe *before, nn_error *error)
{
    const nn_recipe *now = run->recipe;
    NN_TRY(check_same(run, "seed", before->seed, now->seed, error));
    NN_TRY(check_name(run, "training.batch", before->training.batch, now->training.batch, error));
    NN_TRY(check_same(run, "training.accumulate", before->training.accumulate, now->training.accumulate, error));
    NN_TRY(check_same(run, "parallel.slices", before->parallel.slices, now->parallel.slices, error));
    NN_TRY(check_number(run, "data.test.fraction", before->data.test.fraction, now->data.test.fraction, error));
    NN_TRY(check_same(run, "data.test.stratified", before->data.test.stratified, now->data.test.stratified, error));
    NN_TRY(check_number(run, "data.validation.fraction", before->data.validation.fraction,
                        now->data.validation.fraction, error));
    NN_TRY(check_name(run, "data.validation.fold", fold_of(before), fold_of(now), error));
    NN_TRY(check_same(run, "data.validation.stratified", before->data.validation.stratified,
                      now->data.validation.stratified, error));
    NN_TRY(check_name(run, "data.window", before->data.window, now->data.window, error));
    NN_TRY(check_name(run, "loss.name", nn_loss_name(before->loss.name), nn_loss_name(now->loss.name), error));
    NN_TRY(check_name(run, "optimizer.name", nn_optimizer_name(before->optimizer.name),
                      nn_optimizer_name(now->optimizer.name), error));
    return check_name(run, "data.impute", nni_imputation_names[before->data.impute].str,
                      nni_imputation_names[now->data.impute].str, error);
}

/* What the checkpoint scales by, whatever its recipe said, also before targets could be scaled. */
static nn_status check_targets(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nn_target_scaling now = run->recipe->data.normalize_targets;
    if (now == NN_TARGETS_AUTO)
        return NN_OK;
    return check_name(run, "data.normalize_targets", nn_target_scaling_name(checkpoint->target_scaling->kind),
                      nn_target_scaling_name(now), error);
}

/* Momentum may change, but not between having a velocity and having none. */
static nn_status check_state(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_optimizer *ours = run->optimizer, *theirs = checkpoint->optimizer;
    if (ours->state_count == theirs->state_count)
        return NN_OK;
    return nn_fail(
        error, NN_USAGE,
        "optimizer.momentum: %s was trained with %g, the recipe says %g, which asks for another state; set it "
        "back, or start a new run with another --output",
        run->resumed_from, theirs->settings.momentum, ours->settings.momentum);
}

static nn_status check_data(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    if (checkpoint->provenance.data_digest != run->provenance.data_digest)
        return nn_fail(error, NN_DATA,
                       "%s was trained on other data (%s, %" PRIu64 " bytes) than %s holds now; start a new run with "
                       "another --output",
                       run->resumed_from, checkpoint->provenance.data_file, checkpoint->provenance.data_bytes,
                       run->train->origin.file);
    return NN_OK;
}

/* A model from before the file named its classes goes on all the same. */
static nn_status check_class_names(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    const nni_string_set *now = nni_dataset_class_names(run->train), *before = &checkpoint->class_names;
    if (!now || before->count == 0 || nni_string_set_equal(now, before))
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s was trained on classes of other names than those of %s; start a new run with another --output",
                   run->resumed_from, run->train->origin.file);
}

nn_status nni_resume_check(const nni_run *run, const nni_checkpoint *checkpoint, nn_error *error)
{
    NN_TRY(check_network(run, checkpoint, error));
    nn_recipe *before = NULL;
    NN_TRY(nn_recipe_parse(checkpoint->recipe, run->resumed_from, NULL, NULL, 0, &before, error));
    nn_status status = check_recipe(run, before, error);
    nn_recipe_free(before);
    if (status == NN_OK)
        status = check_normalize(run, checkpoint, error);
    if (status == NN_OK)
        status = check_targets(run, checkpoint, error);
    if (status == NN_OK)
        status = check_state(run, checkpoint, error);
    if (status == NN_OK)
        status = check_data(run, checkpoint, error);
    if (status == NN_OK)
        status = check_class_names(run, checkpoint, error);
    if (status == NN_OK && checkpoint->progress.epoch > run->recipe->training.epochs)
        status = nn_fail(error, NN_USAGE,
                         "training.epochs: the recipe says %zu, but %s has %" PRIu64 " epochs behind it; raise the "
                         "number, or start a new run with another --output",
                         run->recipe->training.epochs, run->resumed_from, checkpoint->progress.epoch);
    if (status == NN_OK && checkpoint->progress.epoch_step > run->epoch_steps)
        status = nn_fail(error, NN_DATA, "%s is %" PRIu64 " steps into an epoch of %zu", run->resumed_from,
                         checkpoint->progress.epoch_step, run->epoch_steps);
    return status;
}

void nni_resume_take(nni_run *run, nni_checkpoint *checkpoint)
{
    memcpy(run->network->parameters, checkpoint->network->parameters, run->network->flat_count * sizeof(nni_real));
    memcpy(run->network->statistics, checkpoint->network->statistics,
           run->network->statistics_count * sizeof(nni_real));
    for (size_t s = 0; s < run->optimizer->state_count; s++)
        memcpy(run->optimizer->state[s],
               checkpoint->optimizer->state[s] + (run->optimizer->first - checkpoint->optimizer->first),
               run->optimizer->count * sizeof(nni_real));
    run->optimizer->steps = checkpoint->optimizer->steps;
    run->progress = checkpoint->progress;
    run->seconds_before = checkpoint->progress.seconds;
    memcpy(run->last_checkpoint, run->resumed_from, sizeof run->last_checkpoint);
}
