/* SPDX-License-Identifier: MIT */
#include "train/run/warm_start.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/trained.h"
#include "data/dataset/label_set.h"
#include "data/names/feature_name.h"
#include "data/scaling/target_scaling.h"
#include "export/registry/registry.h"
#include "model/norms.h"
#include "support/memory.h"

nn_status nni_warm_start_read(nni_warm_start *start, const nn_recipe *recipe, nn_comm *comm, nn_error *error)
{
    nn_error why = {.message = ""};
    const nn_status status = nni_model_file_share(recipe->network.from, comm, &start->model, &why);
    if (status != NN_OK)
        return nn_fail(error, status, "network.from: %s", why.message);
    nni_optimizer_free(start->model->optimizer); /* its state is of another training, and large */
    start->model->optimizer = NULL;
    return NN_OK;
}

/* --- layers that the recipe leaves to the model --- */

/* network.layers=[{units: 128, activation: relu, normalization: none, dropout: 0}, ...] */
static nn_status write_layers(const nn_network *network, size_t outputs, char **text, nn_error *error)
{
    size_t length = 0;
    FILE *out = open_memstream(text, &length);
    if (out)
        fputs("network.layers=[", out);
    for (size_t l = 0; out && l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const bool last = l + 1 == network->layer_count;
        fprintf(out, "%s{units: %zu, activation: %s", l > 0 ? ", " : "", last ? outputs : layer->outputs,
                nn_activation_name(layer->activation));
        if (nni_norm_is_on(layer->norm))
            fprintf(out, ", normalization: %s", nn_norm_name(layer->norm));
        if (layer->dropout > 0)
            fprintf(out, ", dropout: %.17g", layer->dropout);
        fputc('}', out);
    }
    if (out)
        fputc(']', out);
    return out && fclose(out) == 0 ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory for the layers of a model");
}

/* What a message says behind "--set KEY=VALUE: ", where the value may be cut to end in "..."; all of any other message.
 */
static const char *skip_assignment(const char *message, const char *assignment)
{
    static const char option[] = "--set ", cut[] = "...", end[] = ": ";
    const char *at = message;
    if (strncmp(at, option, sizeof option - 1) != 0)
        return message;
    for (at += sizeof option - 1; *at && *at == *assignment; assignment++)
        at++;
    if (strncmp(at, cut, sizeof cut - 1) == 0)
        at += sizeof cut - 1;
    return strncmp(at, end, sizeof end - 1) == 0 ? at + sizeof end - 1 : message;
}

/* Makes recipe `index` of the start, with one value set otherwise. Nobody typed it, so no message quotes it. */
static nn_status set(nni_warm_start *start, int index, const char *assignment, const nn_recipe **recipe,
                     nn_error *error)
{
    nn_error why = {.message = ""};
    const nn_status status = nn_recipe_parse((*recipe)->text, "the recipe with the layers of network.from", NULL,
                                             &assignment, 1, &start->recipes[index], &why);
    if (status != NN_OK)
        return nn_fail(error, status, "network.from: with the layers of %s, %s", (*recipe)->network.from,
                       skip_assignment(why.message, assignment));
    *recipe = start->recipes[index];
    return NN_OK;
}

nn_status nni_warm_start_complete(nni_warm_start *start, const nn_network *network, const nn_recipe **recipe,
                                  nn_error *error)
{
    char *layers = NULL;
    const size_t weights = (*recipe)->loss.class_weights_count; /* which say how many classes there are */
    if ((*recipe)->network.layers_count > 0)
        return NN_OK;
    if ((*recipe)->network.freeze >= network->layer_count)
        return nn_fail(error, NN_USAGE,
                       "network.freeze: %s has %zu layer%s, and nothing is left to train where %zu keep their weights; "
                       "make it less than %zu",
                       (*recipe)->network.from, network->layer_count, network->layer_count == 1 ? "" : "s",
                       (*recipe)->network.freeze, network->layer_count);
    nn_status status = write_layers(network, weights > 0 ? weights : network->outputs, &layers, error);
    if (status == NN_OK)
        status = set(start, 0, layers, recipe, error);
    free(layers);
    return status;
}

/* --- which layers go on --- */

static void say(nni_warm_start *start, size_t *used, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(nni_warm_start *start, size_t *used, const char *format, ...)
{
    va_list arguments;
    if (*used >= sizeof start->text)
        return;
    va_start(arguments, format);
    const int length = vsnprintf(start->text + *used, sizeof start->text - *used, format, arguments);
    va_end(arguments);
    *used += length > 0 ? (size_t)length : 0;
}

/* "128 units with relu and batch norm" */
static void say_layer(nni_warm_start *start, size_t *used, size_t units, nn_activation activation, nn_norm_kind norm)
{
    say(start, used, "%zu unit%s with %s", units, units == 1 ? "" : "s", nn_activation_name(activation));
    if (nni_norm_is_on(norm))
        say(start, used, " and %s norm", nn_norm_name(norm));
}

/* Why the first layer that does not go on does not. */
static void say_difference(nni_warm_start *start, size_t *used, const nn_recipe *recipe)
{
    const size_t l = start->taken;
    const nn_network *network = start->model->network;
    if (start->other_classes) {
        say(start, used, "its classes %s in the model",
            start->other_order ? "stand in another order" : "are called otherwise");
        return;
    }
    if (l == network->layer_count) {
        say(start, used, "the model has %zu layer%s", l, l == 1 ? "" : "s");
        return;
    }
    const nni_layer_settings *ours = &recipe->network.layers[l];
    say_layer(start, used, ours->units, ours->activation, ours->normalization);
    say(start, used, ", in the model ");
    say_layer(start, used, network->layers[l].outputs, network->layers[l].activation, network->layers[l].norm);
}

static void say_layers(nni_warm_start *start, size_t *used, size_t first, size_t end)
{
    if (end - first == 1)
        say(start, used, "layer %zu is", first);
    else
        say(start, used, "layers %zu %s %zu are", first, end - first == 2 ? "and" : "to", end - 1);
}

static nn_status describe(nni_warm_start *start, const nn_recipe *recipe, nn_error *error)
{
    const size_t layers = recipe->network.layers_count, freeze = recipe->network.freeze;
    size_t used = 0;
    if (start->taken == 0) {
        say_difference(start, &used, recipe);
        return nn_fail(error, NN_USAGE,
                       "network.from: no layer of %s fits, not even layer 0: %s; make the first layers those of the "
                       "model, or leave network.layers out",
                       recipe->network.from, start->text);
    }
    say_layers(start, &used, 0, start->taken);
    say(start, &used, " taken");
    if (start->taken < layers) {
        say(start, &used, "; ");
        say_layers(start, &used, start->taken, layers);
        say(start, &used, " drawn anew: ");
        say_difference(start, &used, recipe);
    }
    if (freeze > start->taken)
        return nn_fail(error, NN_USAGE,
                       "network.freeze: %zu layers cannot keep the weights of %s: %s; make it at most %zu", freeze,
                       recipe->network.from, start->text, start->taken);
    return NN_OK;
}

nn_status nni_warm_start_match(nni_warm_start *start, const nn_recipe *recipe, nn_error *error)
{
    start->taken =
        nni_network_layers_alike(start->model->network, recipe->network.layers, recipe->network.layers_count);
    return describe(start, recipe, error);
}

/* --- the last layer and the classes of the data --- */

static nni_layer_settings last_layer(const nn_recipe *recipe)
{
    return recipe->network.layers[recipe->network.layers_count - 1];
}

bool nni_warm_start_takes_any_classes(const nni_warm_start *start, const nn_recipe *recipe)
{
    return start->model && start->recipes[0] && recipe->loss.class_weights_count == 0 && last_layer(recipe).units > 1 &&
           nni_checkpoint_predicts(start->model) == NN_PREDICTS_CLASSES;
}

/* Some of the model's classes keep its last layer; all that there are, fewer or more, have one of their own. */
static size_t classes_of(const nni_dataset *train, size_t units)
{
    const nni_string_set *names = nni_dataset_class_names(train);
    const size_t classes = names && names->count > train->row.outputs ? names->count : train->row.outputs;
    const bool all = !train->label_set || train->label_set->count == classes;
    return classes > units || all ? classes : units;
}

static bool has_same_names(const nni_string_set *a, const nni_string_set *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (nni_string_set_find(b, a->text[i]) == SIZE_MAX)
            return false;
    return a->count == b->count;
}

nn_status nni_warm_start_fit(nni_warm_start *start, const nni_dataset *train, const nn_recipe **recipe, nn_error *error)
{
    if (!start->model || train->row.target != NNI_TARGET_CLASSES)
        return NN_OK;
    const size_t last = (*recipe)->network.layers_count - 1, units = last_layer(*recipe).units;
    const size_t classes = classes_of(train, units);
    char assignment[96];
    if (nni_warm_start_takes_any_classes(start, *recipe) && classes != units) {
        snprintf(assignment, sizeof assignment, "network.layers[%zu].units=%zu", last, classes);
        NN_TRY(set(start, 1, assignment, recipe, error));
        return nni_warm_start_match(start, *recipe, error);
    }
    const nni_string_set *names = nni_dataset_class_names(train), *before = &start->model->class_names;
    start->other_classes = start->taken > last && names && before->count > 0 && !nni_string_set_equal(names, before);
    start->other_order = start->other_classes && has_same_names(names, before);
    start->taken -= start->other_classes;
    return describe(start, *recipe, error);
}

/* --- scaling --- */

static bool keeps_targets(const nni_warm_start *start, const nn_recipe *recipe)
{
    return start->model && start->taken == recipe->network.layers_count &&
           recipe->data.normalize_targets == NN_TARGETS_AUTO;
}

nn_target_scaling nni_warm_start_target_kind(const nni_warm_start *start, const nn_recipe *recipe)
{
    return keeps_targets(start, recipe) ? start->model->target_scaling->kind : recipe->data.normalize_targets;
}

void nni_warm_start_take_targets(nni_warm_start *start, const nn_recipe *recipe, const nni_dataset *train,
                                 nni_target_scaler **scaler)
{
    const nni_head head = nni_head_of(&recipe->network, &recipe->loss);
    if (!keeps_targets(start, recipe) || nni_targets_are_truths(train, head.loss, head.activation))
        return;
    *scaler = start->model->target_scaling;
    start->model->target_scaling = NULL;
}

nn_status nni_warm_start_take_features(nni_warm_start *start, const nn_recipe *recipe, nni_feature_scaler **scaler,
                                       nn_error *error)
{
    const bool imputes = recipe->data.impute != NN_IMPUTE_NONE;
    if (!start->model || recipe->data.normalize != NN_NORMALIZE_AUTO)
        return NN_OK;
    nni_feature_scaler *before = start->model->normalization;
    if (imputes && !before->missing)
        return nn_fail(error, NN_USAGE,
                       "data.impute: %s was trained on rows without missing values, and its scaling has nothing to put "
                       "in their place; give data.normalize: standard for a scaling by these rows",
                       recipe->network.from);
    if (!imputes) {
        nni_release(before->missing);
        before->missing = NULL;
    }
    *scaler = before;
    start->model->normalization = NULL;
    return NN_OK;
}

/* --- names of features --- */

/* Columns that recipes choose are found by their names, which no table of names is for. */
static nn_status compare_names(const nni_warm_start *start, const nni_dataset *train, const nn_recipe *recipe,
                               nn_error *error)
{
    nn_recipe *before = NULL;
    nn_error none;
    if (recipe->data.train.x_columns_count > 0 || !start->model->recipe ||
        nn_recipe_parse(start->model->recipe, "the model's recipe", NULL, NULL, 0, &before, &none) != NN_OK)
        return NN_OK;
    const nni_feature_file file = {train->origin.file, train->origin.x_name},
                           trained = {start->model->provenance.data_file, before->data.train.x};
    nn_status status = NN_OK;
    if (before->data.train.x_columns_count == 0)
        status =
            nni_feature_names_compare(file, trained, &start->model->feature_names, train->row.features, NULL, error);
    nn_recipe_free(before);
    return status;
}

nn_status nni_warm_start_compare_names(const nni_warm_start *start, const nni_dataset *train, const nn_recipe *recipe,
                                       nn_comm *comm, nn_error *error)
{
    if (!start->model)
        return NN_OK;
    const nn_status status = comm->rank == 0 ? compare_names(start, train, recipe, error) : NN_OK;
    return nni_comm_broadcast_status(comm, status, error);
}

/* --- memory --- */

void nni_warm_start_release(nni_warm_start *start)
{
    nni_checkpoint_free(start->model);
    start->model = NULL;
}

void nni_warm_start_free(nni_warm_start *start)
{
    nni_warm_start_release(start);
    nn_recipe_free(start->recipes[0]);
    nn_recipe_free(start->recipes[1]);
}
