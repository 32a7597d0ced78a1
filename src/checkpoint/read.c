/* Rank 0 verifies the seal over the whole file, then HDF5 reads from the very bytes that were verified; the other
 * ranks receive what was found. */
#include <hdf5.h>
#include <string.h>

#include "base/kinds.h"
#include "checkpoint/fields.h"
#include "checkpoint/layout.h"
#include "checkpoint/seal.h"
#include "nntrain/checkpoint.h"
#include "nntrain/memory.h"

void nn_checkpoint_free(nn_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    nn_network_free(checkpoint->network);
    nn_normalization_free(checkpoint->normalization);
    nn_release(checkpoint->velocity);
    nn_release(checkpoint->recipe);
    nn_release(checkpoint);
}

static bool value_of(const cyaml_strval_t *names, size_t count, const char *name, int *value)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i].str, name) == 0) {
            *value = (int)names[i].val;
            return true;
        }
    return false;
}

static bool get_layer_spec(hid_t file, size_t index, size_t inputs, nn_recipe_layer *layer)
{
    char name[NN_GROUP_NAME_SIZE], activation[32];
    nn_layer_group(name, index);
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0)
        return false;
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    size_t columns = 0;
    int kind = 0;
    bool good =
        group >= 0 && nn_field_tensor_shape(group, "weight", &layer->units, &columns) && columns == inputs &&
        nn_field_get_text(group, "activation", activation, sizeof activation) &&
        value_of(nn_activation_names, sizeof nn_activation_names / sizeof *nn_activation_names, activation, &kind);
    layer->activation = (nn_activation)kind;
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* The shape of the network; its layers in an array to be released. Sizes are believed only up to the file's own. */
static bool get_shape(hid_t file, size_t file_bytes, size_t *inputs, size_t *layer_count, nn_recipe_layer **layers)
{
    hid_t model = H5Lexists(file, "model", H5P_DEFAULT) > 0 ? H5Gopen2(file, "/model", H5P_DEFAULT) : -1;
    uint64_t input_count = 0, count = 0;
    bool good = model >= 0 && nn_field_get_count(model, "inputs", &input_count) &&
                nn_field_get_count(model, "layers", &count) && count > 0 && count < file_bytes && input_count > 0 &&
                H5Lexists(model, "layers", H5P_DEFAULT) > 0;
    if (model >= 0)
        H5Gclose(model);
    if (!good || nn_allocate(count, sizeof **layers, "the table of layers", layers, NULL) != NN_OK)
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

static bool get_tensors(hid_t file, const nn_network *network, bool velocity, nn_real *flat)
{
    bool good = true;
    for (size_t l = 0; good && l < network->layer_count; l++) {
        const nn_layer *layer = &network->layers[l];
        char name[NN_GROUP_NAME_SIZE];
        (velocity ? nn_velocity_group : nn_layer_group)(name, l);
        hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
        good = group >= 0 &&
               nn_field_get_tensor(group, velocity ? "weight_velocity" : "weight", flat + layer->weight, layer->outputs,
                                   layer->inputs) &&
               nn_field_get_tensor(group, velocity ? "bias_velocity" : "bias", flat + layer->bias, layer->outputs, 0);
        if (group >= 0)
            H5Gclose(group);
    }
    return good;
}

static bool get_progress(hid_t file, nn_progress *progress)
{
    hid_t group = H5Gopen2(file, "/progress", H5P_DEFAULT);
    bool good = group >= 0 && nn_field_get_count(group, "epoch", &progress->epoch) &&
                nn_field_get_count(group, "step", &progress->step) &&
                nn_field_get_count(group, "epoch_step", &progress->epoch_step) &&
                nn_field_get_number(group, "epoch_loss", &progress->epoch_loss) &&
                nn_field_get_number(group, "best_loss", &progress->best_loss) &&
                nn_field_get_count(group, "best_epoch", &progress->best_epoch) &&
                nn_field_get_number(group, "seconds", &progress->seconds);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool get_provenance(hid_t file, nn_provenance *provenance)
{
    hid_t group = H5Gopen2(file, "/provenance", H5P_DEFAULT);
    bool good = group >= 0 && nn_field_get_text(group, "version", provenance->version, sizeof provenance->version) &&
                nn_field_get_count(group, "ranks", &provenance->ranks) &&
                nn_field_get_count(group, "threads", &provenance->threads) &&
                nn_field_get_count(group, "hosts", &provenance->hosts) &&
                nn_field_get_text(group, "data_file", provenance->data_file, sizeof provenance->data_file) &&
                nn_field_get_count(group, "data_bytes", &provenance->data_bytes) &&
                nn_field_get_count(group, "data_digest", &provenance->data_digest);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

static bool get_normalization(hid_t file, size_t features, nn_normalization **normalization)
{
    hid_t group = H5Gopen2(file, "/normalization", H5P_DEFAULT);
    char name[32];
    int kind = 0;
    bool good =
        group >= 0 && nn_field_get_text(group, "kind", name, sizeof name) &&
        value_of(nn_normalization_names, sizeof nn_normalization_names / sizeof *nn_normalization_names, name, &kind) &&
        nn_normalization_create((nn_normalization_kind)kind, features, normalization, NULL) == NN_OK &&
        nn_field_get_tensor(group, "offset", (*normalization)->offset, features, 0) &&
        nn_field_get_tensor(group, "scale", (*normalization)->scale, features, 0);
    if (group >= 0)
        H5Gclose(group);
    return good;
}

/* Everything of an open file into an empty checkpoint. */
static bool get_all(hid_t file, size_t file_bytes, nn_checkpoint *checkpoint)
{
    size_t inputs = 0, layer_count = 0;
    nn_recipe_layer *layers = NULL;
    bool good = get_shape(file, file_bytes, &inputs, &layer_count, &layers) &&
                nn_network_create(inputs, layers, layer_count, &checkpoint->network, NULL) == NN_OK;
    nn_release(layers);
    if (!good)
        return false;
    const nn_network *network = checkpoint->network;
    return nn_allocate(network->flat_count, sizeof(nn_real), "the optimizer's velocity", &checkpoint->velocity, NULL) ==
               NN_OK &&
           get_tensors(file, network, false, network->parameters) &&
           get_tensors(file, network, true, checkpoint->velocity) && get_progress(file, &checkpoint->progress) &&
           get_normalization(file, inputs, &checkpoint->normalization) &&
           nn_field_get_string(file, "recipe", &checkpoint->recipe) && get_provenance(file, &checkpoint->provenance);
}

static hid_t open_image(void *image, size_t count)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (H5Pset_fapl_core(access, (size_t)1 << 20, false) >= 0 && H5Pset_file_image(access, image, count) >= 0)
        file = H5Fopen("checkpoint in memory", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

static nn_status read_file(const char *path, nn_checkpoint *checkpoint, nn_error *error)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    void *image = NULL;
    size_t count = 0;
    NN_TRY(nn_seal_read(path, &image, &count, error));
    hid_t file = open_image(image, count);
    uint64_t format = 0;
    nn_status status = NN_OK;
    if (file < 0 || !nn_field_get_count(file, "format", &format))
        status = nn_fail(error, NN_DATA, "%s carries a seal but holds no checkpoint", path);
    else if (format != NN_CHECKPOINT_FORMAT)
        status = nn_fail(error, NN_DATA, "%s has checkpoint format %llu, this nntrain reads %d; use a matching version",
                         path, (unsigned long long)format, NN_CHECKPOINT_FORMAT);
    else if (!get_all(file, count, checkpoint))
        status =
            nn_fail(error, NN_DATA, "%s carries a seal but is not laid out as a checkpoint, or memory is short", path);
    if (file >= 0)
        H5Fclose(file);
    nn_release(image);
    return status;
}

/* The facts that the other ranks need to take memory for the rest. */
typedef struct outline {
    nn_progress progress;
    nn_provenance provenance;
    uint64_t inputs, layer_count, recipe_bytes;
    nn_normalization_kind normalization;
} outline;

static nn_status take_like(const outline *plan, const nn_recipe_layer *layers, nn_checkpoint *checkpoint,
                           nn_error *error)
{
    checkpoint->progress = plan->progress;
    checkpoint->provenance = plan->provenance;
    NN_TRY(nn_network_create(plan->inputs, layers, plan->layer_count, &checkpoint->network, error));
    NN_TRY(nn_normalization_create(plan->normalization, plan->inputs, &checkpoint->normalization, error));
    NN_TRY(nn_allocate(checkpoint->network->flat_count, sizeof(nn_real), "the optimizer's velocity",
                       &checkpoint->velocity, error));
    return nn_allocate(plan->recipe_bytes, 1, "the recipe", &checkpoint->recipe, error);
}

static nn_status share_arrays(nn_comm *comm, const outline *plan, nn_checkpoint *checkpoint, nn_error *error)
{
    const size_t flat_bytes = checkpoint->network->flat_count * sizeof(nn_real);
    const size_t feature_bytes = plan->inputs * sizeof(nn_real);
    NN_TRY(nn_comm_broadcast(comm, checkpoint->network->parameters, flat_bytes, error));
    NN_TRY(nn_comm_broadcast(comm, checkpoint->velocity, flat_bytes, error));
    NN_TRY(nn_comm_broadcast(comm, checkpoint->normalization->offset, feature_bytes, error));
    NN_TRY(nn_comm_broadcast(comm, checkpoint->normalization->scale, feature_bytes, error));
    return nn_comm_broadcast(comm, checkpoint->recipe, plan->recipe_bytes, error);
}

/* Rank 0's checkpoint to all ranks. */
static nn_status share(nn_comm *comm, nn_checkpoint *checkpoint, nn_error *error)
{
    outline plan;
    memset(&plan, 0, sizeof plan);
    if (comm->rank == 0)
        plan = (outline){
            .progress = checkpoint->progress,
            .provenance = checkpoint->provenance,
            .inputs = checkpoint->network->inputs,
            .layer_count = checkpoint->network->layer_count,
            .recipe_bytes = strlen(checkpoint->recipe) + 1,
            .normalization = checkpoint->normalization->kind,
        };
    NN_TRY(nn_comm_broadcast(comm, &plan, sizeof plan, error));

    nn_recipe_layer *layers = NULL;
    nn_status status = nn_allocate(plan.layer_count, sizeof *layers, "the table of layers", &layers, error);
    status = nn_comm_agree(comm, status, error);
    for (size_t l = 0; status == NN_OK && comm->rank == 0 && l < plan.layer_count; l++)
        layers[l] =
            (nn_recipe_layer){checkpoint->network->layers[l].outputs, checkpoint->network->layers[l].activation};
    if (status == NN_OK)
        status = nn_comm_broadcast(comm, layers, plan.layer_count * sizeof *layers, error);
    if (status == NN_OK) {
        if (comm->rank != 0)
            status = take_like(&plan, layers, checkpoint, error);
        status = nn_comm_agree(comm, status, error);
    }
    nn_release(layers);
    NN_TRY(status);
    return share_arrays(comm, &plan, checkpoint, error);
}

nn_status nn_checkpoint_read(const char *path, nn_comm *comm, nn_checkpoint **result, nn_error *error)
{
    nn_checkpoint *checkpoint = NULL;
    NN_TRY(nn_comm_agree(comm, nn_allocate(1, sizeof *checkpoint, "the checkpoint", &checkpoint, error), error));
    nn_status status = NN_OK;
    if (comm->rank == 0)
        status = read_file(path, checkpoint, error);
    status = nn_comm_follow(comm, status, error);
    if (status == NN_OK)
        status = share(comm, checkpoint, error);
    if (status != NN_OK) {
        nn_checkpoint_free(checkpoint);
        return status;
    }
    *result = checkpoint;
    return NN_OK;
}
