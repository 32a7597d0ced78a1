/* SPDX-License-Identifier: MIT */
/* The events that a session of training begins and ends with. */
#include <stdlib.h>
#include <string.h>

#include "report/history/parts.h"
#include "support/memory.h"

static nn_status read_origin(nni_object line, nni_run_origin *origin, nn_error *error)
{
    const nni_object data = nni_object_member(line, "data");
    origin->epoch = nni_object_number(line, "epoch");
    NN_TRY(nni_object_text(line, "time", &origin->time, error));
    NN_TRY(nni_object_text(line, "version", &origin->version, error));
    NN_TRY(nni_object_text(line, "instruction_set", &origin->instruction_set, error));
    NN_TRY(nni_object_text(line, "processor", &origin->processor, error));
    NN_TRY(nni_object_text(line, "mpi", &origin->mpi, error));
    NN_TRY(nni_object_text(line, "hdf5", &origin->hdf5, error));
    NN_TRY(nni_object_text(line, "compiler", &origin->compiler, error));
    NN_TRY(nni_object_text(line, "asked", &origin->asked, error));
    NN_TRY(nni_object_texts(line, "hosts", &origin->hosts, error));
    NN_TRY(nni_object_text(data, "file", &origin->data_file, error));
    const char *digest = nni_json_member_text(data.document, data.value, "digest");
    origin->data_digest = digest ? strtoull(digest, NULL, 16) : 0;
    origin->data_bytes = nni_object_count(data, "bytes");
    origin->train_rows = nni_object_count(data, "train_rows");
    origin->validation_rows = nni_object_count(data, "validation_rows");
    origin->test_rows = nni_object_count(data, "test_rows");
    origin->features = nni_object_count(data, "features");
    origin->ranks = nni_object_count(line, "ranks");
    origin->threads = nni_object_count(line, "threads");
    return NN_OK;
}

static nn_status read_network(nni_object network, nni_history *history, nn_error *error)
{
    const nni_json_value *layers = nni_object_member(network, "layers").value;
    if (history->layer_count > 0 || !layers || layers->type != NNI_JSON_ARRAY || layers->count == 0)
        return NN_OK;
    history->inputs = nni_object_count(network, "inputs");
    NN_TRY(nni_allocate(layers->count, sizeof *history->layers, "the layers of a run", &history->layers, error));
    history->layer_count = layers->count;
    nni_layer_shape *shape = history->layers;
    for (const nni_json_value *value = layers + 1; value < layers + layers->span; value += value->span, shape++) {
        const nni_object layer = {network.document, value};
        shape->units = nni_object_count(layer, "units");
        shape->parameters = nni_object_count(layer, "parameters");
        shape->dropout = nni_object_number(layer, "dropout");
        if (!(shape->dropout > 0))
            shape->dropout = 0;
        NN_TRY(nni_object_text(layer, "activation", &shape->activation, error));
        NN_TRY(nni_object_text(layer, "normalization", &shape->normalization, error));
        if (shape->normalization && strcmp(shape->normalization, "none") == 0) {
            nni_release(shape->normalization);
            shape->normalization = NULL;
        }
    }
    return NN_OK;
}

/* Names count only if there is one for each. @param expected  0: as many as there are */
static nn_status read_names(nni_object line, const char *name, size_t expected, nni_string_set *set, nn_error *error)
{
    if (set->count > 0)
        return NN_OK;
    const nn_status status = nni_object_texts(line, name, set, error);
    if (status != NN_OK || (expected > 0 && set->count != expected))
        nni_string_set_free(set);
    return status == NN_SYSTEM ? status : NN_OK;
}

static void forget_end(nni_history *history)
{
    nni_release(history->end_time);
    nni_release(history->end_message);
    nni_release(history->end_reason);
    history->end_time = history->end_message = history->end_reason = NULL;
    history->model_epoch = 0;
}

nn_status nni_history_read_begin(nni_object line, nni_history *history, nn_error *error)
{
    NN_TRY(nni_history_grow(&history->origins, history->origin_count, sizeof *history->origins, error));
    NN_TRY(read_origin(line, &history->origins[history->origin_count++], error));
    NN_TRY(read_network(nni_object_member(line, "network"), history, error));
    const size_t outputs = history->layer_count > 0 ? history->layers[history->layer_count - 1].units : 0;
    NN_TRY(read_names(line, "feature_names", history->inputs, &history->feature_names, error));
    NN_TRY(read_names(line, "output_names", outputs, &history->output_names, error));
    NN_TRY(read_names(line, "class_names", outputs == 1 ? 2 : outputs, &history->class_names, error));
    const nni_object image = nni_object_member(line, "image");
    const size_t width = nni_object_count(image, "width"), height = nni_object_count(image, "height"),
                 channels = nni_object_count(image, "channels");
    size_t pixels = 0, values = 0;
    if (width > 0 && !__builtin_mul_overflow(width, height, &pixels) &&
        !__builtin_mul_overflow(pixels, channels, &values) && values > 0 && values == history->inputs) {
        history->image = true;
        history->image_width = width, history->image_height = height, history->image_channels = channels;
    }
    history->state = NNI_RUN_BEGUN;
    forget_end(history);
    return NN_OK;
}

nn_status nni_history_read_end(nni_object line, nni_history *history, nn_error *error)
{
    static const char *const names[] = {
        [NNI_RUN_FINISHED] = "finished",
        [NNI_RUN_STOPPED] = "stopped",
        [NNI_RUN_DIVERGED] = "diverged",
        [NNI_RUN_FAILED] = "failed",
    };
    const char *state = nni_json_member_text(line.document, line.value, "state");
    nni_run_state found = NNI_RUN_UNKNOWN;
    for (size_t i = NNI_RUN_FINISHED; state && i < sizeof names / sizeof *names; i++)
        if (strcmp(state, names[i]) == 0)
            found = (nni_run_state)i;
    if (found == NNI_RUN_UNKNOWN)
        return NN_DATA;
    history->state = found;
    history->record_seconds = nni_object_number(line, "record_seconds");
    forget_end(history);
    NN_TRY(nni_object_text(line, "time", &history->end_time, error));
    NN_TRY(nni_object_text(line, "reason", &history->end_reason, error));
    history->model_epoch = nni_object_count(line, "model_epoch");
    return nni_object_text(line, "message", &history->end_message, error);
}
