/* A checkpoint is composed as an HDF5 file in memory and then written by ourselves: a full disk or a failing write is
 * then an ordinary error with its errno, and libhdf5 never holds a file it cannot flush. It costs the file's size in
 * memory on rank 0 while it lasts. */
#include <hdf5.h>

#include "base/files.h"
#include "checkpoint/fields.h"
#include "checkpoint/layout.h"
#include "checkpoint/seal.h"
#include "nntrain/checkpoint.h"
#include "nntrain/memory.h"

static hid_t make_group(hid_t file, const char *name)
{
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

static bool put_layer(hid_t file, const nn_layer *layer, size_t index, const nn_real *parameters)
{
    char name[NN_GROUP_NAME_SIZE];
    nn_layer_group(name, index);
    hid_t group = make_group(file, name);
    bool good = group >= 0 && nn_field_put_text(group, "activation", nn_activation_name(layer->activation)) &&
                nn_field_put_tensor(group, "weight", parameters + layer->weight, layer->outputs, layer->inputs) &&
                nn_field_put_tensor(group, "bias", parameters + layer->bias, layer->outputs, 0);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_model(hid_t file, const nn_network *network)
{
    hid_t model = make_group(file, "/model");
    hid_t layers = make_group(file, "/model/layers");
    bool good = model >= 0 && layers >= 0 && nn_field_put_count(model, "inputs", network->inputs) &&
                nn_field_put_count(model, "outputs", network->outputs) &&
                nn_field_put_count(model, "layers", network->layer_count) &&
                nn_field_put_count(model, "parameters", network->parameter_count);
    for (size_t l = 0; good && l < network->layer_count; l++)
        good = put_layer(file, &network->layers[l], l, network->parameters);
    if (layers >= 0)
        H5Gclose(layers);
    if (model >= 0)
        H5Gclose(model);
    return good;
}

static bool put_optimizer(hid_t file, const nn_network *network, const nn_real *velocity)
{
    hid_t optimizer = make_group(file, "/optimizer");
    hid_t layers = make_group(file, "/optimizer/layers");
    bool good = optimizer >= 0 && layers >= 0 && nn_field_put_text(optimizer, "name", nn_optimizer_name(NN_SGD));
    for (size_t l = 0; good && l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        char name[NN_GROUP_NAME_SIZE];
        nn_velocity_group(name, l);
        hid_t group = make_group(file, name);
        good = group >= 0 &&
               nn_field_put_tensor(group, "weight_velocity", velocity + layer->weight, layer->outputs, layer->inputs) &&
               nn_field_put_tensor(group, "bias_velocity", velocity + layer->bias, layer->outputs, 0);
        if (group >= 0)
            H5Gclose(group);
    }
    if (layers >= 0)
        H5Gclose(layers);
    if (optimizer >= 0)
        H5Gclose(optimizer);
    return good;
}

static bool put_progress(hid_t file, const nn_progress *progress)
{
    hid_t group = make_group(file, "/progress");
    bool good = group >= 0 && nn_field_put_count(group, "epoch", progress->epoch) &&
                nn_field_put_count(group, "step", progress->step) &&
                nn_field_put_count(group, "epoch_step", progress->epoch_step) &&
                nn_field_put_number(group, "epoch_loss", progress->epoch_loss) &&
                nn_field_put_number(group, "best_loss", progress->best_loss) &&
                nn_field_put_count(group, "best_epoch", progress->best_epoch) &&
                nn_field_put_count(group, "patience", progress->epoch - progress->best_epoch) &&
                nn_field_put_number(group, "seconds", progress->seconds);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_normalization(hid_t file, const nn_normalization *normalization)
{
    hid_t group = make_group(file, "/normalization");
    bool good = group >= 0 && nn_field_put_text(group, "kind", nn_normalization_name(normalization->kind)) &&
                nn_field_put_tensor(group, "offset", normalization->offset, normalization->features, 0) &&
                nn_field_put_tensor(group, "scale", normalization->scale, normalization->features, 0);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_provenance(hid_t file, const nn_provenance *provenance)
{
    hid_t group = make_group(file, "/provenance");
    bool good = group >= 0 && nn_field_put_text(group, "version", provenance->version) &&
                nn_field_put_count(group, "ranks", provenance->ranks) &&
                nn_field_put_count(group, "threads", provenance->threads) &&
                nn_field_put_count(group, "hosts", provenance->hosts) &&
                nn_field_put_text(group, "data_file", provenance->data_file) &&
                nn_field_put_count(group, "data_bytes", provenance->data_bytes) &&
                nn_field_put_count(group, "data_digest", provenance->data_digest);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_all(hid_t file, const nn_checkpoint *checkpoint)
{
    return nn_field_put_count(file, "format", NN_CHECKPOINT_FORMAT) && put_model(file, checkpoint->network) &&
           put_optimizer(file, checkpoint->network, checkpoint->velocity) &&
           put_progress(file, &checkpoint->progress) && put_normalization(file, checkpoint->normalization) &&
           nn_field_put_string(file, "recipe", checkpoint->recipe) && put_provenance(file, &checkpoint->provenance);
}

/* Opens a file in memory that grows by about the size it will have. */
static hid_t create_in_memory(const nn_checkpoint *checkpoint)
{
    const size_t growth = 2 * checkpoint->network->flat_count * sizeof(nn_real) + ((size_t)1 << 16);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (H5Pset_fapl_core(access, growth, false) >= 0)
        file = H5Fcreate("checkpoint in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

static nn_status take_image(hid_t file, const char *path, void **image, size_t *count, nn_error *error)
{
    ssize_t bytes = H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0 ? H5Fget_file_image(file, NULL, 0) : -1;
    if (bytes <= 0)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it", path);
    NN_TRY(nn_allocate((size_t)bytes, 1, "the checkpoint", image, error));
    *count = (size_t)bytes;
    if (H5Fget_file_image(file, *image, *count) != bytes)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it", path);
    return NN_OK;
}

nn_status nn_checkpoint_write(const char *path, const nn_checkpoint *checkpoint, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = create_in_memory(checkpoint);
    if (file < 0 || !put_all(file, checkpoint)) {
        if (file >= 0)
            H5Fclose(file);
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", path);
    }
    void *image = NULL;
    size_t count = 0;
    nn_status status = take_image(file, path, &image, &count, error);
    H5Fclose(file);
    if (status == NN_OK) {
        char seal[NN_SEAL_BYTES];
        nn_seal_compose(image, count, seal);
        status = nn_file_replace(path, (nn_bytes[]){{seal, sizeof seal}, {image, count}}, 2, error);
    }
    nn_release(image);
    return status;
}
