/* SPDX-License-Identifier: MIT */
#include "export/imported.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/elementwise/activation.h"
#include "model/losses/loss.h"
#include "nntrain/version.h"
#include "recipe/recipe.h"
#include "support/memory.h"

/* The usual loss of the outputs; scaled targets are values under any. */
static nn_loss_kind loss_of(const nni_checkpoint *checkpoint)
{
    const nn_network *network = checkpoint->network;
    if (checkpoint->target_scaling->kind != NN_TARGETS_NONE)
        return NN_MSE;
    return nni_loss_usual(nni_activation_of(network->layers[network->layer_count - 1].activation)->outputs);
}

static void write_recipe(FILE *out, const nni_checkpoint *checkpoint)
{
    const nn_network *network = checkpoint->network;
    const nni_feature_scaler *features = checkpoint->normalization;
    fprintf(out,
            "data: {train: {file: /training-data-unknown.h5}, normalize: %s, normalize_targets: %s, impute: %s}\n"
            "network:\n  layers:\n",
            nn_feature_scaling_name(features->kind), nn_target_scaling_name(checkpoint->target_scaling->kind),
            features->missing ? "mean" : "none");
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        fprintf(out, "    - {units: %zu, activation: %s, normalization: %s, dropout: %.17g}\n", layer->outputs,
                nn_activation_name(layer->activation), nn_norm_name(layer->norm), layer->dropout);
    }
    fprintf(out, "loss: %s\noptimizer: sgd\ntraining: {precision: %s}\n", nn_loss_name(loss_of(checkpoint)),
            nn_precision_name(network->precision));
}

/* The resolved one, with every default filled in. */
static nn_status complete_recipe(nni_checkpoint *checkpoint, const char *origin, nn_error *error)
{
    char *text = NULL;
    size_t length = 0;
    nn_recipe *recipe = NULL;
    FILE *out = open_memstream(&text, &length);
    if (out)
        write_recipe(out, checkpoint);
    nn_status status = NN_OK;
    if (!out || fclose(out) != 0)
        status = nn_fail(error, NN_SYSTEM, "%s: memory is short for its recipe", origin);
    if (status == NN_OK)
        status = nn_recipe_parse(text, origin, NULL, NULL, 0, &recipe, error);
    if (status == NN_OK)
        status = nni_copy_text(recipe->text, &checkpoint->recipe, error);
    nn_recipe_free(recipe);
    free(text);
    return status;
}

void nni_imported_take_origin(nni_provenance *provenance, const char *version, const char *data_file,
                              const char *data_digest)
{
    if (version)
        snprintf(provenance->version, sizeof provenance->version, "%s", version);
    if (data_file)
        snprintf(provenance->data_file, sizeof provenance->data_file, "%s", data_file);
    if (data_digest)
        provenance->data_digest = strtoull(data_digest, NULL, 16);
}

bool nni_imported_recipe_fits(const nn_recipe *recipe, const nn_network *network)
{
    bool same = recipe->network.layers_count == network->layer_count;
    for (size_t l = 0; same && l < network->layer_count; l++) {
        const nni_layer_settings *wanted = &recipe->network.layers[l];
        const nni_layer *layer = &network->layers[l];
        same = wanted->units == layer->outputs && wanted->activation == layer->activation &&
               wanted->normalization == layer->norm && wanted->dropout == layer->dropout;
    }
    return same;
}

static nn_status check_recipe(const nni_checkpoint *checkpoint, const char *origin, nn_error *error)
{
    nn_recipe *recipe = NULL;
    NN_TRY(nn_recipe_parse(checkpoint->recipe, origin, NULL, NULL, 0, &recipe, error));
    const bool fits = nni_imported_recipe_fits(recipe, checkpoint->network);
    nn_recipe_free(recipe);
    return fits ? NN_OK
                : nn_fail(error, NN_DATA, "%s: its recipe has other layers than its network; export the model anew",
                          origin);
}

nn_status nni_imported_complete(nni_checkpoint *checkpoint, const char *origin, nn_error *error)
{
    const nn_network *network = checkpoint->network;
    const nni_optimizer_settings sgd = {.name = NN_SGD};
    const nni_regularization_settings none = {.l1 = 0};
    if (!checkpoint->normalization)
        NN_TRY(nni_feature_scaler_create(NN_NORMALIZE_NONE, network->inputs, &checkpoint->normalization, error));
    if (!checkpoint->target_scaling)
        NN_TRY(nni_target_scaler_create(NN_TARGETS_NONE, network->outputs, &checkpoint->target_scaling, error));
    if (!checkpoint->optimizer)
        NN_TRY(nni_optimizer_create(&sgd, &none, network, &checkpoint->optimizer, error));
    if (checkpoint->progress.best == 0)
        checkpoint->progress.best = NAN;
    if (checkpoint->provenance.version[0] == '\0')
        snprintf(checkpoint->provenance.version, sizeof checkpoint->provenance.version, "%s", nn_version());
    if (!checkpoint->recipe)
        return complete_recipe(checkpoint, origin, error);
    return check_recipe(checkpoint, origin, error);
}
