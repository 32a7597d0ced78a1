/* SPDX-License-Identifier: MIT */
#include "export/onnx/notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/onnx/format.h"
#include "nntrain/version.h"
#include "support/json.h"

static void note_count(nni_onnx_build *build, const char *key, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, count);
    nni_onnx_note(build, key, text);
}

static void put_names(FILE *out, const nni_string_set *names)
{
    for (size_t i = 0; i < names->count; i++) {
        fputs(i > 0 ? ", " : "[", out);
        nni_json_put(out, names->text[i]);
    }
    fputc(']', out);
}

static void put_classes(FILE *out, const nni_trained *model)
{
    put_names(out, model->class_names);
}

static void put_features(FILE *out, const nni_trained *model)
{
    put_names(out, model->feature_names);
}

static void put_dropout(FILE *out, const nni_trained *model)
{
    for (size_t l = 0; l < model->network->layer_count; l++)
        fprintf(out, l > 0 ? " %.17g" : "%.17g", model->network->layers[l].dropout);
}

static void put_numbers(FILE *out, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, i > 0 ? " %.17g" : "%.17g", numbers[i]);
}

static void put_least(FILE *out, const nni_trained *model)
{
    put_numbers(out, model->feature_scaler->least, model->feature_scaler->features);
}

static void put_most(FILE *out, const nni_trained *model)
{
    put_numbers(out, model->feature_scaler->most, model->feature_scaler->features);
}

/* A note that is composed in memory. */
static void note_composed(nni_onnx_build *build, const char *key, const nni_trained *model,
                          void (*put)(FILE *out, const nni_trained *model))
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = build->status == NN_OK ? open_memstream(&text, &length) : NULL;
    if (out)
        put(out, model);
    if (out && fclose(out) == 0)
        nni_onnx_note(build, key, text);
    else if (build->status == NN_OK)
        build->status = nn_fail(build->error, NN_SYSTEM, "memory is short for the ONNX file's metadata");
    free(text);
}

void nni_onnx_notes_write(nni_onnx_build *build, const nni_trained *model)
{
    static const char *const predictions[] = {
        [NN_PREDICTS_CLASSES] = "classes", [NN_PREDICTS_LABELS] = "labels", [NN_PREDICTS_VALUES] = "values"};
    bool dropout = false;
    for (size_t l = 0; l < model->network->layer_count; l++)
        dropout = dropout || model->network->layers[l].dropout > 0;
    nni_onnx_note(build, NNI_ONNX_KEY_VERSION, NNTRAIN_VERSION);
    nni_onnx_note(build, NNI_ONNX_KEY_PREDICTS, predictions[model->predicts]);
    if (model->class_names->count > 0) {
        note_composed(build, NNI_ONNX_KEY_CLASSES, model, put_classes);
        nni_onnx_note(build, NNI_ONNX_KEY_LABELS, model->names_are_labels ? "true" : "false");
    }
    if (model->feature_names && model->feature_names->count > 0)
        note_composed(build, NNI_ONNX_KEY_FEATURES, model, put_features);
    note_count(build, NNI_ONNX_KEY_CLASS_COUNT, model->classes);
    note_count(build, NNI_ONNX_KEY_EPOCHS, model->epochs);
    nni_onnx_note(build, NNI_ONNX_KEY_FEATURE_SCALING, nn_feature_scaling_name(model->feature_scaler->kind));
    nni_onnx_note(build, NNI_ONNX_KEY_TARGET_SCALING, nn_target_scaling_name(model->target_scaler->kind));
    if (dropout)
        note_composed(build, NNI_ONNX_KEY_DROPOUT, model, put_dropout);
    if (model->feature_scaler->least) {
        note_composed(build, NNI_ONNX_KEY_LEAST, model, put_least);
        note_composed(build, NNI_ONNX_KEY_MOST, model, put_most);
    }
    if (*model->data_file) {
        char digest[20];
        snprintf(digest, sizeof digest, "%" PRIx64, model->data_digest);
        nni_onnx_note(build, NNI_ONNX_KEY_DATA_FILE, model->data_file);
        nni_onnx_note(build, NNI_ONNX_KEY_DATA_DIGEST, digest);
    }
    nni_onnx_note(build, NNI_ONNX_KEY_RECIPE, model->recipe);
}
