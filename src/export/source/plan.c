/* SPDX-License-Identifier: MIT */
#include "export/source/plan.h"

#include <string.h>

#include "export/source/int8.h"
#include "model/norms.h"
#include "support/extremes.h"

/* ASCII alone, whatever the locale. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_part(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* The name given, or that of the file without folder and extension, with _ for what no identifier has. */
static void take_name(nni_source_plan *plan, const char *name, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    const char *from = name ? name : base, *end = name || !dot ? from + strlen(from) : dot;
    size_t at = 0;
    if (!is_letter(*from))
        plan->name[at++] = 'm';
    for (; from < end && at + 1 < sizeof plan->name; from++)
        plan->name[at++] = (char)(is_part(*from) ? *from : '_');
    for (size_t i = 0; i < at; i++)
        plan->upper[i] = (char)(is_letter(plan->name[i]) ? plan->name[i] & ~0x20 : plan->name[i]);
}

static bool scales_features(const nni_feature_scaler *scaler)
{
    bool scales = scaler->limit > 0 || scaler->missing;
    for (size_t j = 0; j < scaler->features && !scales; j++)
        scales = scaler->offset[j] != 0 || scaler->scale[j] != 1;
    return scales;
}

static void measure_buffers(nni_source_plan *plan)
{
    const nn_network *network = plan->model->network;
    plan->buffer[0] = plan->scales ? network->inputs : 0;
    for (size_t l = 0; l + 1 < network->layer_count; l++) {
        size_t *buffer = &plan->buffer[nni_source_buffer(plan, l)];
        *buffer = nni_larger(*buffer, network->layers[l].outputs);
    }
}

nn_status nni_source_plan_create(const nni_trained *model, const nni_export_settings *settings, const char *path,
                                 nni_source_plan *plan, nn_error *error)
{
    *plan = (nni_source_plan){.model = model, .type = settings->type, .scales = scales_features(model->feature_scaler)};
    plan->types = nni_feature_scaler_types(model->feature_scaler);
    if (settings->type == NNI_SOURCE_DOUBLE)
        plan->types = (nni_scaling_types){NNI_DOUBLE, NNI_DOUBLE};
    take_name(plan, settings->name, path);
    measure_buffers(plan);
    nn_status status = nni_source_network(model->network, settings->type == NNI_SOURCE_INT8, &plan->network, error);
    if (status == NN_OK)
        status = nni_sample_create(model, plan->network, plan->types, NNI_SOURCE_MEASURED, &plan->sample, error);
    if (status != NN_OK)
        nni_source_plan_free(plan);
    return status;
}

void nni_source_plan_free(nni_source_plan *plan)
{
    nn_network_free(plan->network);
    nni_sample_free(&plan->sample);
    plan->network = NULL;
}

void nni_source_put_layers(const nni_source_plan *plan, FILE *out)
{
    const nn_network *network = plan->network;
    fprintf(out, "%zu features", network->inputs);
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        fprintf(out, ", %zu %s", layer->outputs, nn_activation_name(layer->activation));
        if (nni_norm_is_on(layer->norm))
            fprintf(out, " (%s norm)", nn_norm_name(layer->norm));
    }
}

void nni_source_put_type_of_x(const nni_source_plan *plan, const char *mark, FILE *out)
{
    if (plan->type == NNI_SOURCE_DOUBLE || plan->types.scaled == NNI_FLOAT)
        return;
    if (plan->types.x == NNI_DOUBLE)
        fprintf(out,
                "%sx is double: a float would lose digits of features that lie far from 0 for how much they vary.\n",
                mark);
    fprintf(out, "%sFeatures are scaled in double, as the trainer scales rows of double; all else is float.\n", mark);
}

void nni_source_put_difference(const nni_source_plan *plan, const char *mark, const char *alike, FILE *out)
{
    const bool bf16 = plan->model->network->precision == NN_BF16;
    if (plan->type == NNI_SOURCE_DOUBLE && !bf16) {
        fprintf(out, "%sComputes in double: predictions differ from the trainer's by what float rounds there.\n", mark);
        return;
    }
    fprintf(out, "%sPredictions of %zu random rows differ from the trainer's by up to %.2g of the largest output", mark,
            plan->sample.rows, plan->sample.error);
    if (plan->type == NNI_SOURCE_INT8)
        fprintf(out, ", since\n%sweights are rounded to 8 bits%s.\n", mark,
                bf16 ? " here, and products to bfloat16 there" : "");
    else if (bf16)
        fprintf(out, ", since\n%sthe trainer rounds products to bfloat16, and this code does not.\n", mark);
    else
        fprintf(out, "%s\n", alike);
}
