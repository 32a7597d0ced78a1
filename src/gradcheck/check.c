/* SPDX-License-Identifier: MIT */
#include "gradcheck/check.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "data/dataset/targets.h"
#include "data/scaling/feature_scaling.h"
#include "data/scaling/target_scaling.h"
#include "model/losses/loss.h"
#include "model/network.h"
#include "recipe/recipe.h"
#include "support/memory.h"
#include "support/philox.h"
#include "train/run/warm_start.h"

/* Parameters tried in each tensor, and the error that is still called agreement: h^2 of the differences and rounding of
 * the loss leave some 1e-9 of the largest gradient. */
enum { TRIED = 48 };
static const double tolerance = 1e-6;
/* Steps that are tried: shorter ones where the loss bends much, as with features of thousands. */
enum { STEPS = 3 };
static const double steps[STEPS] = {1e-5, 1e-6, 1e-7};
/* By how many roundings a loss may be off, which is a sum over rows and layers. */
static const double losses_rounded = 64;

/* What is looked at. Owns all but out. */
typedef struct check {
    nn_recipe *asked;
    const nn_recipe *recipe; /* the same, with layers */
    nni_warm_start start;
    nni_dataset *dataset;
    nni_feature_scaler *normalization;
    nni_target_scaler *target_scaling;
    nn_network *network;
    nni_workspace *work;
    nni_real *x;        /* [rows, features] */
    nni_real *y;        /* [rows, outputs] targets that are values */
    nni_real *analytic; /* [flat_count] */
    uint64_t *samples;  /* [rows] */
    nni_batch batch;
    double largest; /* of the gradients */
    size_t kinks;   /* parameters at a kink of the loss */
    FILE *out;
} check;

static nn_status read_model(check *in, nn_comm *alone, nn_error *error)
{
    if (!in->recipe->network.from)
        return NN_OK;
    NN_TRY(nni_warm_start_read(&in->start, in->recipe, alone, error));
    NN_TRY(nni_warm_start_complete(&in->start, in->start.model->network, &in->recipe, error));
    return nni_warm_start_match(&in->start, in->recipe, error);
}

static nn_status find_feature_scaler(check *in, nn_comm *alone, nn_error *error)
{
    const nni_data_settings *data = &in->recipe->data;
    NN_TRY(nni_warm_start_take_features(&in->start, in->recipe, &in->normalization, error));
    if (in->normalization)
        return NN_OK;
    NN_TRY(nni_feature_scaler_create(data->normalize, in->dataset->row.features, &in->normalization, error));
    if (data->impute != NN_IMPUTE_NONE)
        NN_TRY(nni_feature_scaler_impute(in->normalization, error));
    return nni_feature_scaler_fit(in->normalization, in->dataset, alone, error);
}

static nn_status load(check *in, nn_comm *alone, nn_error *error)
{
    NN_TRY(read_model(in, alone, error));
    const nn_recipe *recipe = in->recipe;
    nni_dataset_spec spec = nni_dataset_spec_of(&recipe->data.train, &recipe->data.train);
    spec.external = recipe->data.external;
    spec.missing = recipe->data.impute != NN_IMPUTE_NONE;
    spec.log1p = nni_warm_start_target_kind(&in->start, recipe) == NN_TARGETS_LOG1P;
    spec.head = nni_head_of(&recipe->network, &recipe->loss);
    spec.any_classes = nni_warm_start_takes_any_classes(&in->start, recipe);
    spec.features = in->start.model ? in->start.model->network->inputs : 0;
    NN_TRY(nni_dataset_open(&spec, recipe->parallel.slices ? recipe->parallel.slices : 1, true, alone, &in->dataset,
                            error));
    NN_TRY(nni_warm_start_fit(&in->start, in->dataset, &in->recipe, error));
    recipe = in->recipe;
    NN_TRY(find_feature_scaler(in, alone, error));
    NN_TRY(nni_dataset_normalize(in->dataset, in->normalization, error));
    NN_TRY(nni_network_create(in->dataset->row.features, recipe->network.layers, recipe->network.layers_count,
                              &in->network, error));
    in->network->frozen = recipe->network.freeze;
    const nn_activation output = in->network->layers[in->network->layer_count - 1].activation;
    NN_TRY(nni_dataset_fit_targets(in->dataset, in->network->outputs, output, alone, error));
    nni_warm_start_take_targets(&in->start, recipe, in->dataset, &in->target_scaling);
    if (!in->target_scaling)
        NN_TRY(nni_target_scaler_fit(in->dataset, recipe->data.normalize_targets, recipe->loss.name, output, alone,
                                     &in->target_scaling, error));
    nni_dataset_scale_targets(in->dataset, in->target_scaling);
    return NN_OK;
}

static nn_status prepare(check *in, size_t rows, nn_error *error)
{
    const nni_dataset *data = in->dataset;
    if (rows > data->slicing.rows)
        rows = data->slicing.rows;
    NN_TRY(nni_workspace_create(in->network, rows, 1, 1, &in->work, error));
    NN_TRY(nni_allocate(rows, data->row.features * sizeof *in->x, "the rows", &in->x, error));
    NN_TRY(nni_allocate(in->network->flat_count, sizeof(nni_real), "the gradients", &in->analytic, error));
    NN_TRY(nni_allocate(rows, sizeof *in->samples, "the rows' numbers", &in->samples, error));
    for (size_t i = 0; i < rows; i++)
        in->samples[i] = i;
    in->work->seed = in->recipe->seed;
    const nni_rows first = nni_dataset_resident(data, 0, rows);
    NN_TRY(nni_allocate(rows, data->row.outputs * sizeof *in->y, "the targets", &in->y, error));
    in->batch = (nni_batch){
        .rows = rows,
        .global_rows = rows,
        .x = nni_dataset_convert(data, &first, in->x),
        .y = {.classes = first.classes, .values = nni_dataset_convert_targets(data, &first, in->y)},
        .weights = first.weights,
        .samples = in->samples,
    };
    nni_network_initialize(in->network, &in->recipe->network, in->recipe->seed);
    if (in->start.model) {
        nni_network_copy_parameters(in->network, in->start.model->network, in->start.taken);
        nni_network_copy_statistics(in->network, in->start.model->network, in->start.taken);
    }
    return NN_OK;
}

static double loss_now(check *in)
{
    nni_network_forward(in->network, &in->batch, in->work);
    return nni_loss(&in->recipe->loss, in->network, &in->batch, in->work);
}

static double loss_at(check *in, size_t parameter, double moved)
{
    nni_real *value = &in->network->parameters[parameter];
    const nni_real kept = *value;
    *value = kept + (nni_real)moved;
    const double loss = loss_now(in);
    *value = kept;
    return loss;
}

/* Central difference less the gradient, with a step. @param blur  receives what the rounding of the loss may make of it
 */
static double difference(check *in, size_t parameter, double h, double *blur)
{
    const double above = loss_at(in, parameter, h), below = loss_at(in, parameter, -h);
    *blur = losses_rounded * DBL_EPSILON * fmax(fabs(above), fabs(below)) / h;
    return (above - below) / (2 * h) - (double)in->analytic[parameter];
}

/* How far the gradient by one parameter is from the slope of the loss. Where the loss has a kink (relu, mae), any slope
 * between those on its two sides is a gradient: then it is how far the gradient is outside of these.
 * @param wrong  receives whether that is more than bend and rounding of the loss explain */
static double distance(check *in, size_t parameter, bool *wrong)
{
    const double gradient = (double)in->analytic[parameter], allowed = tolerance * in->largest, h = steps[STEPS - 1];
    double apart = 0, blur = 0;
    *wrong = false;
    for (size_t i = 0; i < STEPS; i++) {
        apart = fabs(difference(in, parameter, steps[i], &blur));
        if (apart - blur <= allowed)
            return apart;
    }
    const double here = loss_now(in), right = (loss_at(in, parameter, h) - here) / h,
                 left = (here - loss_at(in, parameter, -h)) / h;
    const double outside = fmax(fmin(left, right) - gradient, gradient - fmax(left, right));
    *wrong = !(outside <= allowed + blur);
    in->kinks += !*wrong;
    return *wrong ? apart : fmax(outside, 0);
}

static double largest_of(const nni_real *values, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs((double)values[i]));
    return largest;
}

/* Worst difference between slope and gradient over a tensor, or over a keyed choice of its parameters: of those that
 * are wrong, where some are. */
static double worst_difference(check *in, const nni_tensor *tensor, bool *wrong)
{
    double worst = 0;
    *wrong = false;
    for (size_t i = 0; i < tensor->count && i < TRIED; i++) {
        size_t at = i;
        if (tensor->count > TRIED) {
            const nni_philox_block block = nni_random_block(in->recipe->seed, NNI_RANDOM_GENERATE, tensor->offset, i);
            at = (size_t)(nni_uniform(block.word[0], block.word[1]) * (double)tensor->count);
        }
        bool here = false;
        const double apart = distance(in, tensor->offset + at, &here);
        if (here == *wrong ? apart > worst : here)
            worst = apart;
        *wrong = *wrong || here;
    }
    return worst;
}

/* Units of a layer that are silent, or against the stops, in every row: gradients do not pass them. */
static size_t stuck_units(const check *in, size_t l)
{
    const nni_layer *layer = &in->network->layers[l];
    const nni_activation_entry *entry = nni_activation_of(layer->activation);
    const double margin = entry->margin;
    const nni_real *a = in->work->activations[l];
    size_t stuck = 0;
    for (size_t j = 0; j < layer->outputs; j++) {
        bool all = true;
        for (size_t i = 0; all && i < in->batch.rows; i++) {
            const double value = (double)a[i * layer->outputs + j];
            all = margin > 0 && (value < entry->least + margin || value > entry->most - margin);
        }
        stuck += all;
    }
    return stuck;
}

static void tell_layers(const check *in)
{
    fprintf(in->out, "layer    units  activation  stuck units  largest gradient\n");
    for (size_t l = 0; l < in->network->layer_count; l++) {
        const nni_layer *layer = &in->network->layers[l];
        const double gradient = largest_of(in->analytic + layer->weight, layer->inputs * layer->outputs);
        if (l < in->network->frozen) {
            fprintf(in->out, "%-5zu %8zu  %-10s %12zu  %16s\n", l, layer->outputs,
                    nn_activation_name(layer->activation), stuck_units(in, l), "frozen");
            continue;
        }
        fprintf(in->out, "%-5zu %8zu  %-10s %12zu  %16.3g%s\n", l, layer->outputs,
                nn_activation_name(layer->activation), stuck_units(in, l), gradient,
                gradient == 0 ? "  <- learns nothing: no gradient reaches it" : "");
    }
}

/* Gradients of layers that differ by more leave one of them where it is, or throw another one off. */
static const double far_apart = 1e4;

/* What hinders a training before its first step, by the names under which books and forums treat it. */
static void advise(const check *in)
{
    const size_t count = in->network->layer_count;
    double least = INFINITY, most = 0;
    size_t weakest = 0, strongest = 0;
    for (size_t l = 0; l < count; l++) {
        const nni_layer *layer = &in->network->layers[l];
        const double gradient = largest_of(in->analytic + layer->weight, layer->inputs * layer->outputs);
        const size_t stuck = stuck_units(in, l);
        if (2 * stuck > layer->outputs && l + 1 < count)
            fprintf(
                in->out,
                "advice   dead units: %zu of the %zu %s units of layer %zu are stuck in all rows; normalize the data, "
                "use initializer: auto, or leaky_relu\n",
                stuck, layer->outputs, nn_activation_name(layer->activation), l);
        if (gradient < least && l >= in->network->frozen)
            least = gradient, weakest = l;
        if (gradient > most)
            most = gradient, strongest = l;
    }
    if (!(most > far_apart * least))
        return;
    fprintf(in->out,
            "advice   gradients %s: those of layer %zu are %.1g times those of layer %zu; give hidden layers "
            "normalization: layer, or another activation\n",
            strongest < weakest ? "explode" : "vanish", strongest, most / least, weakest);
}

/* What guessing costs: a first loss far above it speaks of weights or features that are too large. */
static void print_loss(const check *in, double loss)
{
    fprintf(in->out, "loss     %.6g (%s)", loss, nn_loss_name(in->recipe->loss.name));
    const double guess = log((double)in->network->outputs);
    if (nni_loss_of(in->recipe->loss.name)->targets == NNI_DISTRIBUTION) {
        fprintf(in->out, "; guessing among %zu classes costs %.3g", in->network->outputs, guess);
        if (loss > 3 * guess)
            fprintf(in->out, "\n         far above guessing: normalize the features, or choose another initializer");
    }
    fputc('\n', in->out);
}

static nn_status compare(check *in, nn_error *error)
{
    in->largest = largest_of(in->analytic, in->network->flat_count);
    double worst = 0;
    const nni_tensor *where = NULL;
    fprintf(in->out, "tensor            parameters    tried  worst difference / largest gradient\n");
    for (size_t t = in->network->tensor_count; t-- > 0;) {
        const nni_tensor *tensor = &in->network->tensors[t];
        if (tensor->layer < in->network->frozen)
            continue;
        bool wrong = false;
        const double share = in->largest > 0 ? worst_difference(in, tensor, &wrong) / in->largest : 0;
        fprintf(in->out, "%2zu %-12s %12zu %8zu  %.2g%s\n", tensor->layer, nni_tensor_name(tensor->role), tensor->count,
                tensor->count < TRIED ? tensor->count : (size_t)TRIED, share, wrong ? "  <- does not agree" : "");
        if (wrong && !where)
            where = tensor;
        worst = fmax(worst, share);
    }
    if (where)
        return nn_fail(error, NN_SYSTEM,
                       "the gradient of %s in layer %zu differs from the slope of the loss by up to %.2g of the "
                       "largest gradient",
                       nni_tensor_name(where->role), where->layer, worst);
    fprintf(in->out, "right    all gradients agree with central differences, to %.2g of the largest\n", worst);
    if (in->kinks > 0)
        fprintf(in->out, "         %zu at a kink, where they are between the slopes of its two sides\n", in->kinks);
    return NN_OK;
}

static nn_status run(check *in, size_t rows, nn_error *error)
{
    nn_comm alone = nni_comm_alone();
    NN_TRY(load(in, &alone, error));
    NN_TRY(prepare(in, rows, error));
    fprintf(in->out, "check    %zu rows of %s, %zu parameters, in double precision\n", in->batch.rows,
            in->dataset->origin.file, in->network->parameter_count);
    const double loss = loss_now(in);
    if (!isfinite(loss))
        return nn_fail(error, NN_DIVERGED,
                       "the loss is %s before any training; normalize the data or choose another initializer",
                       isnan(loss) ? "NaN" : "infinite");
    nni_network_backward(&in->recipe->loss, in->network, &in->batch, in->work);
    for (size_t i = 0; i < in->network->flat_count; i++)
        in->analytic[i] = in->work->gradients[i];
    print_loss(in, loss);
    tell_layers(in);
    advise(in);
    return compare(in, error);
}

nn_status nni_check_recipe(const char *path, const char *const *overrides, size_t override_count, size_t rows,
                           FILE *out, nn_error *error)
{
    check in = {.out = out};
    nn_status status = nn_recipe_load(path, overrides, override_count, &in.asked, error);
    in.recipe = in.asked;
    if (status == NN_OK)
        status = run(&in, rows, error);
    nni_release(in.x);
    nni_release(in.y);
    nni_release(in.analytic);
    nni_release(in.samples);
    nni_workspace_free(in.work);
    nn_network_free(in.network);
    nni_feature_scaler_free(in.normalization);
    nni_target_scaler_free(in.target_scaling);
    nni_dataset_free(in.dataset);
    nni_warm_start_free(&in.start);
    nn_recipe_free(in.asked);
    return status;
}
