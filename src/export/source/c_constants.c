/* SPDX-License-Identifier: MIT */
#include "export/source/c_constants.h"

#include "export/source/int8.h"
#include "export/source/numbers.h"
#include "model/norms.h"

const char *nni_c_real(const nni_source_plan *plan)
{
    return plan->type == NNI_SOURCE_DOUBLE ? "double" : "float";
}

static const char *name_of(nni_element element)
{
    return element == NNI_DOUBLE ? "double" : "float";
}

const char *nni_c_x(const nni_source_plan *plan)
{
    return name_of(plan->types.x);
}

const char *nni_c_scaled(const nni_source_plan *plan)
{
    return name_of(plan->types.scaled);
}

size_t nni_c_real_bytes(const nni_source_plan *plan)
{
    return plan->type == NNI_SOURCE_DOUBLE ? sizeof(double) : sizeof(float);
}

/* --- arrays; `out` NULL: only counted --- */

/* An array under way. */
typedef struct array {
    nni_word_list list;
    size_t bytes;      /* of all arrays so far */
    size_t real_bytes; /* of a number that the code computes with */
} array;

static void begin(array *to, const char *type, const char *name, size_t count, size_t element)
{
    to->bytes += count * element;
    to->list.column = 0;
    if (to->list.out)
        fprintf(to->list.out, "static const %s %s[%zu] = {\n", type, name, count);
}

static void end(array *to)
{
    if (to->list.out)
        fputs("\n};\n", to->list.out);
}

static void put_float(array *to, float value)
{
    nni_word_list_add(&to->list, nni_number_float(value, "f").text);
}

static void put_floats(array *to, const char *type, const char *name, size_t layer, const nni_real *values,
                       size_t count)
{
    char numbered[48];
    snprintf(numbered, sizeof numbered, "%s_%zu", name, layer);
    begin(to, type, numbered, count, *type == 'r' ? to->real_bytes : sizeof(float));
    for (size_t i = 0; to->list.out && i < count; i++)
        put_float(to, (float)values[i]);
    end(to);
}

static void put_doubles(array *to, const char *name, const double *values, size_t count)
{
    begin(to, "double", name, count, sizeof(double));
    for (size_t i = 0; to->list.out && i < count; i++)
        nni_word_list_add(&to->list, nni_number_double(values[i], "").text);
    end(to);
}

/* --- layers --- */

static void put_int8(array *to, size_t index, const nni_layer *layer, const nni_real *weight)
{
    char name[48], word[8];
    snprintf(name, sizeof name, "weight_%zu", index);
    begin(to, "signed char", name, layer->outputs * layer->inputs, 1);
    for (size_t i = 0; to->list.out && i < layer->outputs; i++) {
        const nni_real *row = weight + i * layer->inputs;
        const float scale = nni_int8_scale(row, layer->inputs);
        for (size_t k = 0; k < layer->inputs; k++) {
            snprintf(word, sizeof word, "%d", nni_int8_of(row[k], scale));
            nni_word_list_add(&to->list, word);
        }
    }
    end(to);
    snprintf(name, sizeof name, "weight_scale_%zu", index);
    begin(to, "float", name, layer->outputs, sizeof(float));
    for (size_t i = 0; to->list.out && i < layer->outputs; i++)
        put_float(to, nni_int8_scale(weight + i * layer->inputs, layer->inputs));
    end(to);
}

static void put_layer(const nni_source_plan *plan, size_t index, array *to)
{
    /* Weights of eight bits are found anew from the model's: of those that are rounded the scale would differ. */
    const nn_network *network = plan->model->network;
    const nni_layer *layer = &network->layers[index];
    const nni_real *weight = network->parameters + layer->weight;
    if (plan->type == NNI_SOURCE_INT8)
        put_int8(to, index, layer, weight);
    else
        put_floats(to, "float", "weight", index, weight, layer->outputs * layer->inputs);
    if (nni_layer_has_bias(layer))
        put_floats(to, "float", "bias", index, network->parameters + layer->bias, layer->outputs);
    if (!nni_norm_is_on(layer->norm))
        return;
    const nni_real *variance = network->statistics + layer->running_variance;
    if (nni_layer_has_statistics(layer)) {
        put_floats(to, "real", "mean", index, network->statistics + layer->running_mean, layer->outputs);
        char name[48];
        snprintf(name, sizeof name, "inverse_%zu", index);
        begin(to, "real", name, layer->outputs, to->real_bytes);
        for (size_t j = 0; to->list.out && j < layer->outputs; j++)
            put_float(to, (float)nni_batch_norm_inverse(variance[j]));
        end(to);
    }
    put_floats(to, "real", "gamma", index, network->parameters + layer->gamma, layer->outputs);
    put_floats(to, "real", "beta", index, network->parameters + layer->beta, layer->outputs);
}

/* --- scalings --- */

const char *nni_c_feature_index(const double *values, size_t features)
{
    for (size_t j = 1; j < features; j++)
        if (values[j] != values[0])
            return "j";
    return "0";
}

/* Of each feature, or one where all share it; as the code scales. */
static void put_features(const nni_source_plan *plan, const char *name, const double *values, array *to)
{
    const size_t features = plan->network->inputs;
    const size_t count = *nni_c_feature_index(values, features) == 'j' ? features : 1;
    if (plan->types.scaled == NNI_DOUBLE) {
        put_doubles(to, name, values, count);
        return;
    }
    begin(to, "float", name, count, sizeof(float));
    for (size_t j = 0; to->list.out && j < count; j++)
        put_float(to, (float)values[j]);
    end(to);
}

static void put_all(const nni_source_plan *plan, array *to)
{
    const nni_feature_scaler *features = plan->model->feature_scaler;
    const nni_target_scaler *targets = plan->model->target_scaler;
    if (plan->scales) {
        put_features(plan, "feature_offset", features->offset, to);
        put_features(plan, "feature_scale", features->scale, to);
        if (features->missing) {
            begin(to, "float", "feature_missing", features->features, sizeof(float));
            for (size_t j = 0; to->list.out && j < features->features; j++)
                put_float(to, (float)features->missing[j]);
            end(to);
        }
    }
    for (size_t l = 0; l < plan->network->layer_count; l++)
        put_layer(plan, l, to);
    if (targets->kind != NN_TARGETS_NONE) {
        put_doubles(to, "target_offset", targets->offset, targets->outputs);
        put_doubles(to, "target_scale", targets->scale, targets->outputs);
    }
}

size_t nni_c_constant_bytes(const nni_source_plan *plan)
{
    array counted = {.real_bytes = nni_c_real_bytes(plan)};
    put_all(plan, &counted);
    return counted.bytes;
}

void nni_c_put_constants(const nni_source_plan *plan, FILE *out)
{
    array to = {.list = {.out = out, .indent = "    ", .continued = ""}, .real_bytes = nni_c_real_bytes(plan)};
    fputc('\n', out);
    put_all(plan, &to);
}
