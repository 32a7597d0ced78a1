/* A checkpoint is composed as an HDF5 file in memory and then written by ourselves: a full disk or a failing write is
 * then an ordinary error with its errno, and libhdf5 never holds a file it cannot flush. It costs the file's size in
 * memory on rank 0. */
#include <hdf5.h>
#include <string.h>

#include "base/files.h"
#include "base/hdf5_lock.h"
#include "checkpoint/fields.h"
#include "checkpoint/layout.h"
#include "checkpoint/seal.h"
#include "nntrain/checkpoint.h"
#include "nntrain/memory.h"

static hid_t make_group(hid_t file, const char *name)
{
    return H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

/* The tensors of one layer out of a flat array, each under its name and a suffix. */
static bool put_tensors(hid_t group, const nn_network *network, size_t layer, const nn_real *flat, const char *suffix)
{
    bool good = true;
    for (size_t t = 0; good && t < network->tensor_count; t++) {
        const nn_tensor *tensor = &network->tensors[t];
        if (tensor->layer != layer)
            continue;
        char name[NN_FIELD_NAME_SIZE];
        nn_tensor_field(name, tensor->role, suffix);
        good = nn_field_put_tensor(group, name, flat + tensor->offset, tensor->rows, tensor->columns);
    }
    return good;
}

static bool put_statistics(hid_t group, const nn_network *network, const nn_layer *layer)
{
    return layer->norm != NN_NORM_BATCH ||
           (nn_field_put_tensor(group, "running_mean", network->statistics + layer->running_mean, layer->outputs, 0) &&
            nn_field_put_tensor(group, "running_variance", network->statistics + layer->running_variance,
                                layer->outputs, 0));
}

static bool put_layer(hid_t file, const nn_network *network, size_t index)
{
    const nn_layer *layer = &network->layers[index];
    char name[NN_GROUP_NAME_SIZE];
    nn_layer_group(name, index);
    hid_t group = make_group(file, name);
    bool good = group >= 0 && nn_field_put_text(group, "activation", nn_activation_name(layer->activation)) &&
                nn_field_put_text(group, "normalization", nn_layer_norm_name(layer->norm)) &&
                nn_field_put_number(group, "dropout", layer->dropout) &&
                put_tensors(group, network, index, network->parameters, "") && put_statistics(group, network, layer);
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
        good = put_layer(file, network, l);
    if (layers >= 0)
        H5Gclose(layers);
    if (model >= 0)
        H5Gclose(model);
    return good;
}

static bool put_layer_states(hid_t file, const nn_network *network, const nn_optimizer *optimizer, size_t index)
{
    char name[NN_GROUP_NAME_SIZE];
    nn_state_group(name, index);
    hid_t group = make_group(file, name);
    bool good = group >= 0;
    for (size_t s = 0; good && s < optimizer->state_count; s++) {
        char suffix[NN_FIELD_NAME_SIZE];
        nn_state_suffix(suffix, nn_optimizer_state_name(&optimizer->settings, s));
        good = put_tensors(group, network, index, optimizer->state[s], suffix);
    }
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_optimizer(hid_t file, const nn_network *network, const nn_optimizer *optimizer)
{
    hid_t root = make_group(file, "/optimizer");
    hid_t layers = make_group(file, "/optimizer/layers");
    bool good = root >= 0 && layers >= 0 &&
                nn_field_put_text(root, "name", nn_optimizer_name(optimizer->settings.name)) &&
                nn_field_put_number(root, "momentum", optimizer->settings.momentum) &&
                nn_field_put_count(root, "steps", optimizer->steps);
    for (size_t l = 0; good && l < network->layer_count; l++)
        good = put_layer_states(file, network, optimizer, l);
    if (layers >= 0)
        H5Gclose(layers);
    if (root >= 0)
        H5Gclose(root);
    return good;
}

static bool put_progress(hid_t file, const nn_progress *progress)
{
    hid_t group = make_group(file, "/progress");
    bool good = group >= 0 && nn_field_put_count(group, "epoch", progress->epoch) &&
                nn_field_put_count(group, "step", progress->step) &&
                nn_field_put_count(group, "epoch_step", progress->epoch_step) &&
                nn_field_put_number(group, "epoch_loss", progress->epoch_loss) &&
                nn_field_put_count(group, "epoch_skipped", progress->skipped) &&
                nn_field_put_number(group, "best", progress->best) &&
                nn_field_put_count(group, "best_epoch", progress->best_epoch) &&
                nn_field_put_count(group, "patience", progress->patience) &&
                nn_field_put_number(group, "seconds", progress->seconds) &&
                nn_field_put_number(group, "schedule_scale", progress->schedule.scale) &&
                nn_field_put_number(group, "schedule_best", progress->schedule.best) &&
                nn_field_put_count(group, "schedule_waited", progress->schedule.waited);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool put_normalization(hid_t file, const nn_normalization *normalization)
{
    hid_t group = make_group(file, "/normalization");
    bool good = group >= 0 && nn_field_put_text(group, "kind", nn_normalization_name(normalization->kind)) &&
                nn_field_put_tensor(group, "offset", normalization->offset, normalization->features, 0) &&
                nn_field_put_tensor(group, "scale", normalization->scale, normalization->features, 0) &&
                (!normalization->missing ||
                 nn_field_put_tensor(group, "missing", normalization->missing, normalization->features, 0));
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
    return (checkpoint->class_names.count == 0 || nn_field_put_texts(file, "classes", &checkpoint->class_names)) &&
           nn_field_put_count(file, "format", NN_CHECKPOINT_FORMAT) && put_model(file, checkpoint->network) &&
           put_optimizer(file, checkpoint->network, checkpoint->optimizer) &&
           put_progress(file, &checkpoint->progress) && put_normalization(file, checkpoint->normalization) &&
           nn_field_put_string(file, "recipe", checkpoint->recipe) && put_provenance(file, &checkpoint->provenance);
}

/* --- memory: HDF5 asks here for what its file in memory takes. The seal has its place before that --- */

static void *grow(nn_checkpoint_room *room, size_t bytes)
{
    void *more = NULL;
    if (bytes <= room->capacity)
        return room->bytes + NN_SEAL_BYTES;
    if (nn_reserve(NN_SEAL_BYTES + bytes, 1, "the checkpoint", &more, NULL) != NN_OK)
        return NULL;
    if (room->capacity > 0)
        memcpy(more, room->bytes, NN_SEAL_BYTES + room->capacity);
    nn_release(room->bytes);
    room->bytes = more;
    room->capacity = bytes;
    return room->bytes + NN_SEAL_BYTES;
}

static void *take_bytes(size_t bytes, H5FD_file_image_op_t operation, void *room)
{
    (void)operation;
    return grow(room, bytes);
}

static void *take_more_bytes(void *bytes, size_t count, H5FD_file_image_op_t operation, void *room)
{
    (void)bytes, (void)operation;
    return grow(room, count);
}

static herr_t give_back(void *bytes, H5FD_file_image_op_t operation, void *room)
{
    (void)bytes, (void)operation, (void)room;
    return 0;
}

static void *same_room(void *room)
{
    return room;
}

static herr_t leave_room(void *room)
{
    (void)room;
    return 0;
}

void nn_checkpoint_room_free(nn_checkpoint_room *room)
{
    nn_release(room->bytes);
    *room = (nn_checkpoint_room){.bytes = NULL};
}

/* Opens a file in memory, for which there is room enough beforehand: its numbers, and a little for what HDF5 says of
 * them. It grows in parts, since HDF5 clears each. */
static hid_t create_in_memory(const nn_checkpoint *checkpoint, nn_checkpoint_room *room)
{
    enum { PARTS = 64, LEAST_PART = 1 << 16 };
    const size_t numbers = (1 + checkpoint->optimizer->state_count) * checkpoint->network->flat_count * sizeof(nn_real);
    const size_t growth = numbers / PARTS + LEAST_PART;
    H5FD_file_image_callbacks_t memory = {
        .image_malloc = take_bytes,
        .image_realloc = take_more_bytes,
        .image_free = give_back,
        .udata_copy = same_room,
        .udata_free = leave_room,
        .udata = room,
    };
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (grow(room, numbers + 2 * growth) && H5Pset_fapl_core(access, growth, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &memory) >= 0)
        file = H5Fcreate("checkpoint in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

/* @param count  receives the bytes of the file, behind the seal's place in the room */
static nn_status compose(const char *path, const nn_checkpoint *checkpoint, nn_checkpoint_room *room, size_t *count,
                         nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = create_in_memory(checkpoint, room);
    bool good = file >= 0 && put_all(file, checkpoint) && H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0;
    const ssize_t bytes = good ? H5Fget_file_image(file, NULL, 0) : -1;
    if (file >= 0)
        good = H5Fclose(file) >= 0 && good;
    if (!good || bytes <= 0)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: HDF5 could not compose it; is memory short?", path);
    *count = (size_t)bytes;
    return NN_OK;
}

nn_status nn_checkpoint_write(const char *path, const nn_checkpoint *checkpoint, nn_checkpoint_room *room,
                              nn_error *error)
{
    nn_checkpoint_room own = {.bytes = NULL};
    nn_checkpoint_room *used = room ? room : &own;
    size_t count = 0;
    nn_hdf5_lock();
    nn_status status = compose(path, checkpoint, used, &count, error);
    nn_hdf5_unlock();
    if (status == NN_OK) {
        nn_seal_compose(used->bytes + NN_SEAL_BYTES, count, used->bytes);
        status = nn_file_replace(path, used->bytes, NN_SEAL_BYTES + count, error);
    }
    nn_checkpoint_room_free(&own);
    return status;
}
