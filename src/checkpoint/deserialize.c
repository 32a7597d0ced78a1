/* SPDX-License-Identifier: MIT */
#include "checkpoint/deserialize.h"

#include <string.h>

#include "checkpoint/fields.h"
#include "checkpoint/layout.h"
#include "data/settings.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "model/settings.h"
#include "optim/settings.h"
#include "support/memory.h"

/* The enumerator behind a name in a text attribute. */
static bool get_kind(hid_t object, const char *field, const nni_domain *domain, int *value)
{
    char name[32];
    if (!nni_field_get_text(object, field, name, sizeof name))
        return false;
    *value = (int)nni_domain_find(domain, name);
    return (size_t)*value < domain->count;
}

static bool get_layer_spec(hid_t file, size_t index, size_t inputs, nni_layer_settings *layer)
{
    char name[NNI_GROUP_NAME_SIZE];
    nni_layer_group(name, index);
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return false;
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    size_t columns = 0;
    int activation = 0, norm = 0;
    bool good = group >= 0 && nni_field_tensor_shape(group, "weight", &layer->units, &columns) && columns == inputs &&
                get_kind(group, "activation", &nni_activation_domain, &activation) &&
                get_kind(group, "normalization", &nni_norm_domain, &norm) &&
                nni_field_get_number(group, "dropout", &layer->dropout);
    layer->activation = (nn_activation)activation;
    layer->normalization = (nn_norm_kind)norm;
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* The shape of the network; its layers in an array to be released. Sizes are believed only up to the file's own. */
static bool get_shape(hid_t file, size_t file_bytes, size_t *inputs, size_t *layer_count, nni_layer_settings **layers)
{
    hid_t model = H5Lexists(file, "model", H5P_DEFAULT) > 0 ? H5Gopen2(file, "/model", H5P_DEFAULT) : -1;
    uint64_t input_count = 0, count = 0;
    bool good = model >= 0 && nni_field_get_count(model, "inputs", &input_count) &&
                nni_field_get_count(model, "layers", &count) && count > 0 && count < file_bytes && input_count > 0 &&
                H5Lexists(model, "layers", H5P_DEFAULT) > 0;
    if (model >= 0)
        H5Gclose(model);
    if (!good || nni_allocate(count, sizeof **layers, "the table of layers", layers, NULL) != NN_OK)
        return false;
    *inputs = *layer_count = 0;
    size_t below = input_count;
    for (size_t l = 0; l < count; l++) {
        size_t weights = 0;
        if (!get_layer_spec(file, l, below, &(*layers)[l]) ||
            __builtin_mul_overflow(below, (*layers)[l].units, &weights) || weights > file_bytes)
            return false;
        below = (*layers)[l].units;
    }
    *inputs = input_count;
    *layer_count = count;
    return true;
}

static bool get_tensors(hid_t group, const nn_network *network, size_t layer, nni_real *flat, const char *suffix)
{
    bool good = true;
    for (size_t t = 0; good && t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        if (tensor->layer != layer)
            continue;
        char name[NNI_FIELD_NAME_SIZE];
        nni_tensor_field(name, tensor->role, suffix);
        good = nni_field_get_tensor(group, name, flat + tensor->offset, tensor->rows, tensor->columns);
    }
    return good;
}

/* In older files batch norm has a bias before it, which shifts the mean that it subtracts. */
static bool take_bias_into_mean(hid_t group, const nni_layer *layer, nni_real *running_mean)
{
    nni_real *bias = NULL;
    if (H5Lexists(group, "bias", H5P_DEFAULT) <= 0)
        return true;
    const bool good = nni_allocate(layer->outputs, sizeof *bias, "a bias", &bias, NULL) == NN_OK &&
                      nni_field_get_tensor(group, "bias", bias, layer->outputs, 0);
    for (size_t j = 0; good && j < layer->outputs; j++)
        running_mean[j] -= bias[j];
    nni_release(bias);
    return good;
}

static bool get_layer(hid_t file, const nn_network *network, size_t index)
{
    const nni_layer *layer = &network->layers[index];
    char name[NNI_GROUP_NAME_SIZE];
    nni_layer_group(name, index);
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    bool good = group >= 0 && get_tensors(group, network, index, network->parameters, "");
    if (good && nni_layer_has_statistics(layer))
        good =
            nni_field_get_tensor(group, "running_mean", network->statistics + layer->running_mean, layer->outputs, 0) &&
            nni_field_get_tensor(group, "running_variance", network->statistics + layer->running_variance,
                                 layer->outputs, 0) &&
            take_bias_into_mean(group, layer, network->statistics + layer->running_mean);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool get_layer_states(hid_t file, const nn_network *network, nni_optimizer *optimizer, size_t index)
{
    char name[NNI_GROUP_NAME_SIZE];
    nni_state_group(name, index);
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return false;
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    bool good = group >= 0;
    for (size_t s = 0; good && s < optimizer->state_count; s++) {
        char suffix[NNI_FIELD_NAME_SIZE];
        nni_state_suffix(suffix, nni_optimizer_state_name(&optimizer->settings, s));
        good = get_tensors(group, network, index, optimizer->state[s], suffix);
    }
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* What decides how many arrays a state has: the kind, and whether there is momentum. */
static bool get_optimizer(hid_t file, const nn_network *network, nni_optimizer **optimizer)
{
    const nni_regularization_settings none = {.l1 = 0};
    nni_optimizer_settings settings = {.name = NN_SGD};
    uint64_t steps = 0;
    int kind = 0;
    hid_t root = H5Lexists(file, "optimizer", H5P_DEFAULT) > 0 ? H5Gopen2(file, "/optimizer", H5P_DEFAULT) : -1;
    bool good = root >= 0 && H5Lexists(root, "layers", H5P_DEFAULT) > 0 &&
                get_kind(root, "name", &nni_optimizer_domain, &kind) &&
                nni_field_get_number(root, "momentum", &settings.momentum) &&
                nni_field_get_count(root, "steps", &steps);
    settings.name = (nn_optimizer_kind)kind;
    if (root >= 0)
        H5Gclose(root);
    if (!good || nni_optimizer_create(&settings, &none, network, optimizer, NULL) != NN_OK)
        return false;
    (*optimizer)->steps = steps;
    for (size_t l = 0; good && l < network->layer_count; l++)
        good = get_layer_states(file, network, *optimizer, l);
    return good;
}

static bool get_progress(hid_t file, nni_progress *progress)
{
    hid_t group = H5Gopen2(file, "/progress", H5P_DEFAULT);
    bool good = group >= 0 && nni_field_get_count(group, "epoch", &progress->epoch) &&
                nni_field_get_count(group, "step", &progress->step) &&
                nni_field_get_count(group, "epoch_step", &progress->epoch_step) &&
                nni_field_get_number(group, "epoch_loss", &progress->epoch_loss) &&
                nni_field_get_number(group, "best", &progress->best) &&
                nni_field_get_count(group, "best_epoch", &progress->best_epoch) &&
                nni_field_get_count(group, "patience", &progress->patience) &&
                nni_field_get_number(group, "seconds", &progress->seconds) &&
                nni_field_get_number(group, "schedule_scale", &progress->schedule.scale) &&
                nni_field_get_number(group, "schedule_best", &progress->schedule.best) &&
                nni_field_get_count(group, "schedule_waited", &progress->schedule.waited);
    /* Files of before steps could be skipped have none. */
    if (good && H5Aexists(group, "epoch_skipped") > 0)
        good = nni_field_get_count(group, "epoch_skipped", &progress->skipped);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool get_provenance(hid_t file, nni_provenance *provenance)
{
    hid_t group = H5Gopen2(file, "/provenance", H5P_DEFAULT);
    bool good = group >= 0 && nni_field_get_text(group, "version", provenance->version, sizeof provenance->version) &&
                nni_field_get_count(group, "ranks", &provenance->ranks) &&
                nni_field_get_count(group, "threads", &provenance->threads) &&
                nni_field_get_count(group, "hosts", &provenance->hosts) &&
                nni_field_get_text(group, "data_file", provenance->data_file, sizeof provenance->data_file) &&
                nni_field_get_count(group, "data_bytes", &provenance->data_bytes) &&
                nni_field_get_count(group, "data_digest", &provenance->data_digest) &&
                (H5Aexists(group, "classes") <= 0 || nni_field_get_count(group, "classes", &provenance->classes));
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* Models that were trained without missing values have none. */
static bool get_missing(hid_t group, nni_feature_scaler *normalization)
{
    if (H5Lexists(group, "missing", H5P_DEFAULT) <= 0)
        return true;
    return nni_feature_scaler_impute(normalization, NULL) == NN_OK &&
           nni_field_get_tensor(group, "missing", normalization->missing, normalization->features, 0);
}

/* Nor have models of before ranges were kept, or whose rows nobody had gone through. */
static bool get_range(hid_t group, nni_feature_scaler *normalization)
{
    if (H5Lexists(group, "least", H5P_DEFAULT) <= 0)
        return true;
    return nni_feature_scaler_take_range(normalization, NULL) == NN_OK &&
           nni_field_get_doubles(group, "least", normalization->least, normalization->features) &&
           H5Lexists(group, "most", H5P_DEFAULT) > 0 &&
           nni_field_get_doubles(group, "most", normalization->most, normalization->features);
}

static bool get_normalization(hid_t file, size_t features, nni_feature_scaler **normalization)
{
    hid_t group = H5Gopen2(file, "/normalization", H5P_DEFAULT);
    int kind = 0;
    bool good = group >= 0 && get_kind(group, "kind", &nni_feature_scaling_domain, &kind) &&
                nni_feature_scaler_create((nn_feature_scaling)kind, features, normalization, NULL) == NN_OK &&
                nni_field_get_doubles(group, "offset", (*normalization)->offset, features) &&
                nni_field_get_doubles(group, "scale", (*normalization)->scale, features) &&
                get_missing(group, *normalization) && get_range(group, *normalization);
    /* Models of before there was a robust kind have none. */
    if (good && H5Aexists(group, "limit") > 0)
        good = nni_field_get_number(group, "limit", &(*normalization)->limit);
    if (good)
        nni_feature_scaler_round(*normalization);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* Models that learned their targets as they are have none, as all did once. */
static bool get_target_scaling(hid_t file, size_t outputs, nni_target_scaler **scaling)
{
    int kind = NN_TARGETS_NONE;
    if (H5Lexists(file, "target_normalization", H5P_DEFAULT) <= 0)
        return nni_target_scaler_create(NN_TARGETS_NONE, outputs, scaling, NULL) == NN_OK;
    hid_t group = H5Gopen2(file, "/target_normalization", H5P_DEFAULT);
    bool good = group >= 0 && get_kind(group, "kind", &nni_target_scaling_domain, &kind) && kind != NN_TARGETS_AUTO &&
                nni_target_scaler_create((nn_target_scaling)kind, outputs, scaling, NULL) == NN_OK &&
                nni_field_get_doubles(group, "offset", (*scaling)->offset, outputs) &&
                nni_field_get_doubles(group, "scale", (*scaling)->scale, outputs);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* Models of classes that are numbers alone have none. */
static bool get_classes(hid_t file, nni_checkpoint *checkpoint)
{
    if (H5Lexists(file, "classes", H5P_DEFAULT) <= 0)
        return true;
    if (!nni_field_get_strings(file, "classes", &checkpoint->class_names))
        return false;
    hid_t classes = H5Dopen2(file, "classes", H5P_DEFAULT);
    uint64_t labels = 0;
    const bool good =
        classes >= 0 && (H5Aexists(classes, "labels") <= 0 || nni_field_get_count(classes, "labels", &labels));
    if (classes >= 0)
        H5Dclose(classes);
    checkpoint->names_are_labels = labels > 0;
    return good;
}

/* Models have none where their data had none, and older models at all. */
static bool get_feature_names(hid_t file, size_t inputs, nni_string_set *names)
{
    return H5Lexists(file, "features", H5P_DEFAULT) <= 0 ||
           (nni_field_get_strings(file, "features", names) && names->count == inputs);
}

bool nni_checkpoint_deserialize(hid_t file, size_t file_bytes, nni_checkpoint *checkpoint)
{
    size_t inputs = 0, layer_count = 0;
    nni_layer_settings *layers = NULL;
    bool good = get_shape(file, file_bytes, &inputs, &layer_count, &layers) &&
                nni_network_create(inputs, layers, layer_count, &checkpoint->network, NULL) == NN_OK;
    nni_release(layers);
    if (!good)
        return false;
    for (size_t l = 0; good && l < layer_count; l++)
        good = get_layer(file, checkpoint->network, l);
    return good && get_optimizer(file, checkpoint->network, &checkpoint->optimizer) &&
           get_progress(file, &checkpoint->progress) && get_normalization(file, inputs, &checkpoint->normalization) &&
           get_target_scaling(file, checkpoint->network->outputs, &checkpoint->target_scaling) &&
           nni_field_get_string(file, "recipe", &checkpoint->recipe) && get_classes(file, checkpoint) &&
           get_feature_names(file, inputs, &checkpoint->feature_names) && get_provenance(file, &checkpoint->provenance);
}
