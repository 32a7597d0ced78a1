/* SPDX-License-Identifier: MIT */
/* model.h5 or the newest checkpoint: weights of the first layer and, of runs without records, what those would tell. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/list.h"
#include "hdf5/process/guard.h"
#include "report/history/parts.h"
#include "support/memory.h"

/* A file is read as a whole; what a report shows of it is not worth more time than some tenths of a second. */
enum { MOST_BYTES = 1 << 28 };

/* The newer one of model.h5, which the end of a training writes, and the newest checkpoint. @return whether there is
 * one */
static bool find_model(const nni_history *history, char path[PATH_MAX], struct stat *facts)
{
    char checkpoint[PATH_MAX], name[NNI_CHECKPOINT_NAME];
    struct stat found;
    uint64_t *steps = NULL;
    size_t count = 0;
    const bool model = nni_history_has(history, "model.h5", path) && stat(path, facts) == 0;
    if (nni_checkpoint_list(history->folder, &steps, &count, NULL) == NN_OK && count > 0)
        nni_checkpoint_name(steps[0], name);
    free(steps);
    if (count == 0 || !nni_history_has(history, name, checkpoint) || stat(checkpoint, &found) != 0 ||
        (model && found.st_mtime <= facts->st_mtime))
        return model;
    memcpy(path, checkpoint, sizeof checkpoint);
    *facts = found;
    return true;
}

static nn_status take_shape(const nn_network *network, nni_history *history, nn_error *error)
{
    if (history->layer_count > 0)
        return NN_OK;
    NN_TRY(nni_allocate(network->layer_count, sizeof *history->layers, "the layers of a run", &history->layers, error));
    history->inputs = network->inputs;
    history->layer_count = network->layer_count;
    for (size_t i = 0; i < network->layer_count; i++) {
        const nni_layer *layer = &network->layers[i];
        nni_layer_shape *shape = &history->layers[i];
        shape->units = layer->outputs;
        shape->parameters = nni_network_layer_parameters(network, i);
        shape->dropout = layer->dropout;
        NN_TRY(nni_copy_text(nn_activation_name(layer->activation), &shape->activation, error));
        if (layer->norm != NN_NORM_NONE)
            NN_TRY(nni_copy_text(nn_norm_name(layer->norm), &shape->normalization, error));
    }
    return NN_OK;
}

static nn_status take_names(const nni_string_set *names, nni_string_set *known, nn_error *error)
{
    return known->count > 0 ? NN_OK : nni_string_set_copy(names, known, error);
}

static nn_status take_origin(const nni_checkpoint *model, nni_history *history, nn_error *error)
{
    if (history->origin_count > 0)
        return NN_OK;
    const nni_provenance *from = &model->provenance;
    NN_TRY(nni_history_grow(&history->origins, 0, sizeof *history->origins, error));
    nni_run_origin *origin = &history->origins[history->origin_count++];
    origin->epoch = (double)NAN; /* when that session began is not known */
    origin->ranks = (size_t)from->ranks;
    origin->threads = (size_t)from->threads;
    origin->data_bytes = from->data_bytes;
    origin->data_digest = from->data_digest;
    origin->features = model->network->inputs;
    NN_TRY(nni_copy_text(from->version[0] ? from->version : NULL, &origin->version, error));
    return nni_copy_text(from->data_file[0] ? from->data_file : NULL, &origin->data_file, error);
}

static nn_status take_weights(const char *path, const nn_network *network, nni_history *history, nn_error *error)
{
    const nni_layer *layer = &network->layers[0];
    const size_t count = layer->outputs * layer->inputs;
    if (layer->inputs != history->inputs || layer->outputs != history->layers[0].units)
        return nn_fail(error, NN_DATA, "%s has another first layer than the training that is recorded", path);
    NN_TRY(nni_reserve(count, sizeof *history->first_weights, "weights of the first layer", &history->first_weights,
                       error));
    for (size_t i = 0; i < count; i++)
        history->first_weights[i] = (float)network->parameters[layer->weight + i];
    return NN_OK;
}

/* Offset and scale of a standardisation are mean and deviation; of robust ones nearly so, without what lies far off. */
static nn_status take_features(const nni_feature_scaler *scaler, nni_history *history, nn_error *error)
{
    if (!scaler || (scaler->kind != NN_NORMALIZE_STANDARD && scaler->kind != NN_NORMALIZE_ROBUST) ||
        scaler->features != history->inputs)
        return NN_OK;
    NN_TRY(nni_allocate(scaler->features, sizeof(double), "the features", &history->feature_mean, error));
    NN_TRY(nni_allocate(scaler->features, sizeof(double), "the features", &history->feature_deviation, error));
    for (size_t i = 0; i < scaler->features; i++) {
        history->feature_mean[i] = scaler->offset[i];
        history->feature_deviation[i] = scaler->scale[i] > 0 ? 1 / scaler->scale[i] : 0;
    }
    return NN_OK;
}

static nn_status take_model(const char *path, nni_history *history, nn_error *error)
{
    nni_checkpoint *model = NULL;
    NN_TRY(nni_checkpoint_read_local(path, &model, error));
    nn_status status = take_shape(model->network, history, error);
    if (status == NN_OK)
        status = take_names(&model->class_names, &history->class_names, error);
    if (status == NN_OK)
        status = take_names(&model->feature_names, &history->feature_names, error);
    if (status == NN_OK)
        status = take_origin(model, history, error);
    if (status == NN_OK)
        status = take_weights(path, model->network, history, error);
    if (status == NN_OK)
        status = take_features(model->normalization, history, error);
    nni_checkpoint_free(model);
    return status;
}

nn_status nni_history_read_model(nni_history *history, nn_error *error)
{
    char path[PATH_MAX];
    struct stat facts;
    nn_error said;
    if (nni_hdf5_is_lost() || !find_model(history, path, &facts))
        return NN_OK;
    if (facts.st_size > MOST_BYTES) {
        nni_history_note(history, "%s was not looked at for weights: it has more than %d MiB", path, MOST_BYTES >> 20);
        return NN_OK;
    }
    return nni_history_excuse(history, take_model(path, history, &said), &said, error);
}
