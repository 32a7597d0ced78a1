/* SPDX-License-Identifier: MIT */
#include "checkpoint/serialize.h"

#include "checkpoint/fields.h"
#include "checkpoint/layout.h"

static hid_t make_group(hid_t file, const char *name)
{
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

/* The tensors of one layer out of a flat array, each under its name and a suffix; or space for them alone.
 * @param places  NULL; or [tensor_count], receives their offsets */
static bool put_tensors(hid_t group, const nn_network *network, size_t layer, const nni_real *flat, const char *suffix,
                        uint64_t *places)
{
    bool good = true;
    for (size_t t = 0; good && t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        if (tensor->layer != layer)
            continue;
        char name[NNI_FIELD_NAME_SIZE];
        nni_tensor_field(name, tensor->role, suffix);
        good = places ? nni_field_place_tensor(group, name, tensor->rows, tensor->columns, &places[t])
                      : nni_field_put_tensor(group, name, flat + tensor->offset, tensor->rows, tensor->columns);
    }
    return good;
}

static bool put_statistics(hid_t group, const nn_network *network, const nni_layer *layer)
{
    return !nni_layer_has_statistics(layer) ||
           (nni_field_put_tensor(group, "running_mean", network->statistics + layer->running_mean, layer->outputs, 0) &&
            nni_field_put_tensor(group, "running_variance", network->statistics + layer->running_variance,
                                 layer->outputs, 0));
}

static bool put_layer(hid_t file, const nn_network *network, size_t index)
{
    const nni_layer *layer = &network->layers[index];
    char name[NNI_GROUP_NAME_SIZE];
    nni_layer_group(name, index);
    hid_t group = make_group(file, name);
    bool good = group >= 0 && nni_field_put_text(group, "activation", nn_activation_name(layer->activation)) &&
                nni_field_put_text(group, "normalization", nn_norm_name(layer->norm)) &&
                nni_field_put_number(group, "dropout", layer->dropout) &&
                put_tensors(group, network, index, network->parameters, "", NULL) &&
                put_statistics(group, network, layer);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_model(hid_t file, const nn_network *network)
{
    hid_t model = make_group(file, "/model");
    hid_t layers = make_group(file, "/model/layers");
    bool good = model >= 0 && layers >= 0 && nni_field_put_count(model, "inputs", network->inputs) &&
                nni_field_put_count(model, "outputs", network->outputs) &&
                nni_field_put_count(model, "layers", network->layer_count) &&
                nni_field_put_count(model, "parameters", network->parameter_count);
    for (size_t l = 0; good && l < network->layer_count; l++)
        good = put_layer(file, network, l);
    if (layers >= 0)
        H5Gclose(layers);
    if (model >= 0)
        H5Gclose(model);
    return good;
}

static bool put_layer_states(hid_t file, const nn_network *network, const nni_optimizer *optimizer, size_t index,
                             uint64_t *places)
{
    char name[NNI_GROUP_NAME_SIZE];
    nni_state_group(name, index);
    hid_t group = make_group(file, name);
    bool good = group >= 0;
    for (size_t s = 0; good && s < optimizer->state_count; s++) {
        char suffix[NNI_FIELD_NAME_SIZE];
        nni_state_suffix(suffix, nni_optimizer_state_name(&optimizer->settings, s));
        good = put_tensors(group, network, index, optimizer->state[s], suffix,
                           places ? places + s * network->tensor_count : NULL);
    }
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_optimizer(hid_t file, const nn_network *network, const nni_optimizer *optimizer, uint64_t *places)
{
    hid_t root = make_group(file, "/optimizer");
    hid_t layers = make_group(file, "/optimizer/layers");
    bool good = root >= 0 && layers >= 0 &&
                nni_field_put_text(root, "name", nn_optimizer_name(optimizer->settings.name)) &&
                nni_field_put_number(root, "momentum", optimizer->settings.momentum) &&
                nni_field_put_count(root, "steps", optimizer->steps);
    for (size_t l = 0; good && l < network->layer_count; l++)
        good = put_layer_states(file, network, optimizer, l, places);
    if (layers >= 0)
        H5Gclose(layers);
    if (root >= 0)
        H5Gclose(root);
    return good;
}

static bool put_progress(hid_t file, const nni_progress *progress)
{
    hid_t group = make_group(file, "/progress");
    bool good = group >= 0 && nni_field_put_count(group, "epoch", progress->epoch) &&
                nni_field_put_count(group, "step", progress->step) &&
                nni_field_put_count(group, "epoch_step", progress->epoch_step) &&
                nni_field_put_number(group, "epoch_loss", progress->epoch_loss) &&
                nni_field_put_count(group, "epoch_skipped", progress->skipped) &&
                nni_field_put_number(group, "best", progress->best) &&
                nni_field_put_count(group, "best_epoch", progress->best_epoch) &&
                nni_field_put_count(group, "patience", progress->patience) &&
                nni_field_put_number(group, "seconds", progress->seconds) &&
                nni_field_put_number(group, "schedule_scale", progress->schedule.scale) &&
                nni_field_put_number(group, "schedule_best", progress->schedule.best) &&
                nni_field_put_count(group, "schedule_waited", progress->schedule.waited);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_normalization(hid_t file, const nni_feature_scaler *normalization)
{
    hid_t group = make_group(file, "/normalization");
    bool good = group >= 0 && nni_field_put_text(group, "kind", nn_feature_scaling_name(normalization->kind)) &&
                nni_field_put_doubles(group, "offset", normalization->offset, normalization->features) &&
                nni_field_put_doubles(group, "scale", normalization->scale, normalization->features) &&
                nni_field_put_number(group, "limit", normalization->limit) &&
                (!normalization->missing ||
                 nni_field_put_tensor(group, "missing", normalization->missing, normalization->features, 0)) &&
                (!normalization->least ||
                 (nni_field_put_doubles(group, "least", normalization->least, normalization->features) &&
                  nni_field_put_doubles(group, "most", normalization->most, normalization->features)));
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* Models that learned their targets as they are have none. */
static bool put_target_scaling(hid_t file, const nni_target_scaler *scaling)
{
    if (!scaling || scaling->kind == NN_TARGETS_NONE)
        return true;
    hid_t group = make_group(file, "/target_normalization");
    bool good = group >= 0 && nni_field_put_text(group, "kind", nn_target_scaling_name(scaling->kind)) &&
                nni_field_put_doubles(group, "offset", scaling->offset, scaling->outputs) &&
                nni_field_put_doubles(group, "scale", scaling->scale, scaling->outputs);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_provenance(hid_t file, const nni_provenance *provenance)
{
    hid_t group = make_group(file, "/provenance");
    bool good = group >= 0 && nni_field_put_text(group, "version", provenance->version) &&
                nni_field_put_count(group, "ranks", provenance->ranks) &&
                nni_field_put_count(group, "threads", provenance->threads) &&
                nni_field_put_count(group, "hosts", provenance->hosts) &&
                nni_field_put_text(group, "data_file", provenance->data_file) &&
                nni_field_put_count(group, "data_bytes", provenance->data_bytes) &&
                nni_field_put_count(group, "data_digest", provenance->data_digest) &&
                nni_field_put_count(group, "classes", provenance->classes);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_classes(hid_t file, const nni_checkpoint *checkpoint)
{
    if (checkpoint->class_names.count == 0)
        return true;
    if (!nni_field_put_strings(file, "classes", &checkpoint->class_names))
        return false;
    if (!checkpoint->names_are_labels)
        return true;
    hid_t classes = H5Dopen2(file, "classes", H5P_DEFAULT);
    const bool good = classes >= 0 && nni_field_put_count(classes, "labels", 1);
    if (classes >= 0)
        H5Dclose(classes);
    return good;
}

static bool put_feature_names(hid_t file, const nni_string_set *names)
{
    return names->count == 0 || nni_field_put_strings(file, "features", names);
}

bool nni_checkpoint_serialize(hid_t file, const nni_checkpoint *checkpoint, uint64_t *places)
{
    return put_classes(file, checkpoint) && put_feature_names(file, &checkpoint->feature_names) &&
           nni_field_put_count(file, "format", NNI_CHECKPOINT_FORMAT) && put_model(file, checkpoint->network) &&
           put_optimizer(file, checkpoint->network, checkpoint->optimizer, places) &&
           put_progress(file, &checkpoint->progress) && put_normalization(file, checkpoint->normalization) &&
           put_target_scaling(file, checkpoint->target_scaling) &&
           nni_field_put_string(file, "recipe", checkpoint->recipe) && put_provenance(file, &checkpoint->provenance);
}
