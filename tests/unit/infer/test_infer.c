/* SPDX-License-Identifier: MIT */
/* libnninfer beside the trainer: the same bits of every kind of model; derivatives beside differences; damaged files.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "export/safetensors/read.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "nntrain/infer.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

enum { INPUTS = 7, HIDDEN = 19, MOST_ROWS = 64, MOST_OUTPUTS = 21 };

/* What a model is made of. */
typedef struct kind {
    size_t outputs;
    nn_activation activation, last;
    nn_norm_kind norm;
    nn_precision precision;
    nn_feature_scaling features;
    nn_target_scaling targets;
    nn_prediction predicts;
    bool imputes, names, ranges;
} kind;

/* A model of the trainer's, and the same in libnninfer. */
typedef struct pair {
    nn_network *network;
    nni_feature_scaler *features;
    nni_target_scaler *targets;
    nni_string_set names, feature_names;
    char *file; /* [size]; behind it lies a page that nobody may read */
    size_t size;
    char *pages;
    size_t page_bytes;
    nn_infer_model *model;
    void *scratch;
} pair;

static uint64_t state = 1;

/* From -1 to 1. */
static double draw(void)
{
    state = next_random(state);
    return (double)(state >> 40) / (1 << 23) - 1;
}

static void fill(nni_real *values, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)(low + (high - low) * (draw() + 1) / 2);
}

static void make_network(const kind *k, pair *p)
{
    const nni_layer_settings layers[] = {{HIDDEN, k->activation, k->norm, 0.2},
                                         {HIDDEN, k->activation, k->norm, 0},
                                         {k->outputs, k->last, NN_NORM_NONE, 0}};
    CU_ASSERT_EQUAL_FATAL(nni_network_create(INPUTS, layers, 3, &p->network, NULL), NN_OK);
    p->network->precision = k->precision;
    for (size_t t = 0; t < p->network->tensor_count; t++)
        fill(p->network->parameters + p->network->tensors[t].offset, p->network->tensors[t].count, -0.6, 0.6);
    for (size_t l = 0; l < 2 && k->norm == NN_NORM_BATCH; l++) {
        fill(p->network->statistics + p->network->layers[l].running_mean, HIDDEN, -0.5, 0.5);
        fill(p->network->statistics + p->network->layers[l].running_variance, HIDDEN, 0.3, 2);
    }
}

static void make_scalers(const kind *k, pair *p)
{
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(k->features, INPUTS, &p->features, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_target_scaler_create(k->targets, k->outputs, &p->targets, NULL), NN_OK);
    for (size_t j = 0; j < INPUTS && k->features != NN_NORMALIZE_NONE; j++) {
        p->features->offset[j] = draw();
        p->features->scale[j] = j == 3 ? 0 : 1.5 + draw(); /* one that does not vary */
    }
    nni_feature_scaler_round(p->features);
    p->features->limit = k->features == NN_NORMALIZE_ROBUST ? 0.9 : 0;
    for (size_t j = 0; j < k->outputs && k->targets != NN_TARGETS_NONE; j++) {
        p->targets->offset[j] = draw();
        p->targets->scale[j] = 1.5 + draw();
    }
    if (k->imputes) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_impute(p->features, NULL), NN_OK);
        fill(p->features->missing, INPUTS, -1, 1);
    }
    if (k->ranges) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_take_range(p->features, NULL), NN_OK);
        for (size_t j = 0; j < INPUTS; j++)
            p->features->least[j] = -0.5, p->features->most[j] = 0.5;
    }
    for (size_t j = 0; j < k->outputs && k->names; j++) {
        char name[32];
        snprintf(name, sizeof name, "class \"%zu\"\t\xc3\xa9", j);
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&p->names, name, NULL), NN_OK);
    }
    for (size_t j = 0; j < INPUTS && k->names; j++) {
        char name[32];
        snprintf(name, sizeof name, "h\xc3\xb6he %zu", j);
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&p->feature_names, name, NULL), NN_OK);
    }
}

/* Writes the model as a file, and reads that to where its end is the end of what can be read. */
static void write_file(const kind *k, pair *p)
{
    char path[64];
    const nni_trained trained = {.network = p->network,
                                 .feature_scaler = p->features,
                                 .target_scaler = p->targets,
                                 .predicts = k->predicts,
                                 .class_names = &p->names,
                                 .feature_names = &p->feature_names,
                                 .recipe = "seed: 1\n",
                                 .data_file = ""};
    snprintf(path, sizeof path, "%s/nntrain-test_infer-%ld", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
             (long)getpid());
    nn_error error = {.status = NN_OK};
    CU_ASSERT_EQUAL_FATAL(
        nni_model_format_safetensors.write(&trained, &(nni_export_settings){.name = NULL}, path, &error), NN_OK);
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, 0, SEEK_END);
    p->size = (size_t)ftell(file);
    rewind(file);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), readable = (p->size + 8 + page - 1) / page * page;
    p->page_bytes = readable + page;
    p->pages = mmap(NULL, p->page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_FATAL(p->pages != MAP_FAILED);
    CU_ASSERT_EQUAL_FATAL(mprotect(p->pages + readable, page, PROT_NONE), 0);
    p->file = p->pages + readable - (p->size + 7) / 8 * 8;
    CU_ASSERT_EQUAL_FATAL(fread(p->file, 1, p->size, file), p->size);
    fclose(file);
    remove(path);
}

static pair make(const kind *k)
{
    pair p = {.network = NULL};
    nn_error error = {.status = NN_OK};
    make_network(k, &p);
    make_scalers(k, &p);
    write_file(k, &p);
    const nn_status status = nn_infer_load_memory(p.file, p.size, &p.model, &error);
    if (status != NN_OK)
        CU_FAIL_FATAL(error.message);
    CU_ASSERT_EQUAL_FATAL(nni_allocate(nn_infer_scratch_bytes(p.model, MOST_ROWS), 1, "scratch", &p.scratch, NULL),
                          NN_OK);
    return p;
}

static void drop(pair *p)
{
    nn_infer_free(p->model);
    nni_release(p->scratch);
    nn_network_free(p->network);
    nni_feature_scaler_free(p->features);
    nni_target_scaler_free(p->targets);
    nni_string_set_free(&p->names);
    nni_string_set_free(&p->feature_names);
    munmap(p->pages, p->page_bytes);
}

/* As nn_model_predict does, which is nntrain predict's. */
static void predict_by_trainer(const pair *p, nni_element element, const void *x, size_t rows, double *y)
{
    static nni_real scaled[MOST_ROWS * INPUTS];
    nni_workspace *work = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_workspace_create(p->network, MOST_ROWS, 2, 0, &work, NULL), NN_OK);
    for (size_t i = 0; i < rows; i++)
        nni_feature_scaler_apply(p->features, element, (const char *)x + i * INPUTS * nni_element_size(element),
                                 scaled + i * INPUTS);
    nni_network_infer(p->network, scaled, rows, work);
    nni_network_activate_output(p->network, rows, work);
    nni_target_scaler_restore(p->targets, nni_network_output(p->network, work), rows, y);
    nni_workspace_free(work);
}

/* Rows whose last but one has a missing value, where the model knows what to put there. */
static void draw_rows(const kind *k, float *floats, double *doubles)
{
    for (size_t i = 0; i < MOST_ROWS * INPUTS; i++) {
        doubles[i] = draw();
        if (k->imputes && i % 11 == 5)
            doubles[i] = NAN;
        floats[i] = (float)doubles[i];
    }
}

static bool same(const void *a, const void *b, size_t count, size_t size)
{
    return memcmp(a, b, count * size) == 0;
}

/* All numbers of rows and strides give the bits of the trainer. */
static void check_bits(const kind *k, const pair *p)
{
    static const size_t counts[] = {1, 2, 5, 13, 64};
    static float x[MOST_ROWS * INPUTS], y[MOST_ROWS * MOST_OUTPUTS], rounded[MOST_ROWS * MOST_OUTPUTS];
    static double xx[MOST_ROWS * INPUTS], yy[MOST_ROWS * MOST_OUTPUTS], turned[MOST_ROWS * INPUTS];
    static double of_floats[MOST_ROWS * MOST_OUTPUTS], of_doubles[MOST_ROWS * MOST_OUTPUTS];
    draw_rows(k, x, xx);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        const size_t rows = counts[c], values = rows * k->outputs;
        predict_by_trainer(p, NNI_FLOAT, x, rows, of_floats);
        predict_by_trainer(p, NNI_DOUBLE, xx, rows, of_doubles);
        for (size_t i = 0; i < values; i++) {
            rounded[i] = (float)of_floats[i];
            CU_ASSERT(isfinite(of_floats[i]));
        }
        nn_infer_predict_float(p->model, rows, x, y, p->scratch);
        CU_ASSERT(same(y, rounded, values, sizeof *y));
        nn_infer_predict_double(p->model, rows, xx, yy, p->scratch);
        CU_ASSERT(same(yy, of_doubles, values, sizeof *yy));
        /* Floats in, doubles out: all bits of nntrain predict. */
        nn_infer_predict(p->model, rows, (nn_infer_input){x, NN_INFER_FLOAT, INPUTS, 1},
                         (nn_infer_output){yy, NN_INFER_DOUBLE, (ptrdiff_t)k->outputs, 1}, p->scratch);
        CU_ASSERT(same(yy, of_floats, values, sizeof *yy));
        /* Column-major in, rows from the last to the first out. */
        for (size_t i = 0; i < rows * INPUTS; i++)
            turned[i % INPUTS * rows + i / INPUTS] = xx[i];
        nn_infer_predict(p->model, rows, (nn_infer_input){turned, NN_INFER_DOUBLE, 1, (ptrdiff_t)rows},
                         (nn_infer_output){yy + values - k->outputs, NN_INFER_DOUBLE, -(ptrdiff_t)k->outputs, 1},
                         p->scratch);
        for (size_t i = 0; i < rows; i++)
            CU_ASSERT(same(yy + i * k->outputs, of_doubles + (rows - 1 - i) * k->outputs, k->outputs, sizeof *yy));
    }
    CU_ASSERT_EQUAL(nn_infer_features(p->model), INPUTS);
    CU_ASSERT_EQUAL(nn_infer_outputs(p->model), k->outputs);
    CU_ASSERT_EQUAL(nn_infer_predicts(p->model), k->predicts);
    for (size_t j = 0; j <= k->outputs; j++) {
        const char *name = nn_infer_class_name(p->model, j);
        CU_ASSERT(k->names && j < k->outputs ? name && strcmp(name, p->names.text[j]) == 0 : !name);
    }
    for (size_t j = 0; j <= INPUTS; j++) {
        const char *name = nn_infer_feature_name(p->model, j);
        CU_ASSERT(k->names && j < INPUTS ? name && strcmp(name, p->feature_names.text[j]) == 0 : !name);
    }
}

/* --- derivatives: differences of the same function in double --- */

static double activate(nn_activation activation, double x)
{
    switch (activation) {
    case NN_SIGMOID:
        return 1 / (1 + exp(-x));
    case NN_TANH:
        return tanh(x);
    case NN_RELU:
        return x > 0 ? x : 0;
    case NN_LEAKY_RELU:
        return x > 0 ? x : 0.01 * x;
    case NN_ELU:
        return x > 0 ? x : expm1(x);
    case NN_SELU:
        return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    case NN_GELU:
        return x / 2 * (1 + erf(x / sqrt(2)));
    case NN_GELU_TANH:
        return x / 2 * (1 + tanh(sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    case NN_SILU:
        return x / (1 + exp(-x));
    case NN_SOFTPLUS:
        return log1p(exp(x));
    case NN_LINEAR:
    case NN_SOFTMAX:
        break;
    }
    return x;
}

static void normalize(const pair *p, const nni_layer *layer, double *values)
{
    const nni_real *gamma = p->network->parameters + layer->gamma, *beta = p->network->parameters + layer->beta;
    double mean = 0, variance = 0;
    for (size_t j = 0; j < layer->outputs; j++)
        mean += values[j] / (double)layer->outputs;
    for (size_t j = 0; j < layer->outputs; j++)
        variance += (values[j] - mean) * (values[j] - mean) / (double)layer->outputs;
    for (size_t j = 0; j < layer->outputs; j++) {
        if (layer->norm == NN_NORM_BATCH) {
            mean = (double)p->network->statistics[layer->running_mean + j];
            variance = (double)p->network->statistics[layer->running_variance + j];
        }
        values[j] = (double)gamma[j] * (values[j] - mean) / sqrt(variance + 1e-5) + (double)beta[j];
    }
}

static void predict_in_double(const pair *p, const double *x, double *y)
{
    double a[MOST_OUTPUTS > HIDDEN ? MOST_OUTPUTS : HIDDEN], o[sizeof a / sizeof *a], sum = 0;
    for (size_t j = 0; j < INPUTS; j++) {
        a[j] = (x[j] - p->features->offset[j]) * p->features->scale[j];
        if (p->features->limit > 0)
            a[j] = fmin(fmax(a[j], -p->features->limit), p->features->limit);
        if (x[j] != x[j])
            a[j] = (double)p->features->missing[j];
    }
    for (size_t l = 0; l < p->network->layer_count; l++) {
        const nni_layer *layer = &p->network->layers[l];
        const nni_real *weight = p->network->parameters + layer->weight;
        for (size_t i = 0; i < layer->outputs; i++) {
            o[i] = nni_layer_has_bias(layer) ? (double)p->network->parameters[layer->bias + i] : 0;
            for (size_t j = 0; j < layer->inputs; j++)
                o[i] += (double)weight[i * layer->inputs + j] * a[j];
        }
        if (layer->norm != NN_NORM_NONE)
            normalize(p, layer, o);
        for (size_t i = 0; i < layer->outputs; i++)
            a[i] = layer->activation == NN_SOFTMAX ? exp(o[i]) : activate(layer->activation, o[i]);
        for (size_t i = 0; layer->activation == NN_SOFTMAX && i < layer->outputs; i++)
            sum += a[i];
    }
    for (size_t i = 0; i < p->network->outputs; i++) {
        y[i] = (sum > 0 ? a[i] / sum : a[i]) / p->targets->scale[i] + p->targets->offset[i];
        y[i] = p->targets->kind == NN_TARGETS_LOG1P ? expm1(y[i]) : y[i];
    }
}

/* The chain of float operations is off by some 1e-6 of the largest derivative, times what layers enlarge it by; the
 * differences by 1e-9. */
static void check_jacobian(const kind *k, const pair *p)
{
    double x[INPUTS], jacobian[MOST_OUTPUTS * INPUTS], up[MOST_OUTPUTS], down[MOST_OUTPUTS], most = 0, worst = 0;
    for (size_t j = 0; j < INPUTS; j++)
        x[j] = k->imputes && j == 2 ? NAN : draw();
    nn_infer_jacobian(p->model, x, jacobian, p->scratch);
    for (size_t i = 0; i < k->outputs * INPUTS; i++)
        most = isfinite(jacobian[i]) ? fmax(most, fabs(jacobian[i])) : INFINITY;
    CU_ASSERT(isfinite(most) && (most > 0 || (k->last == NN_SOFTMAX && k->outputs == 1) || k->last == NN_RELU));
    for (size_t j = 0; j < INPUTS; j++) {
        const double at = x[j], step = 1e-5;
        x[j] = at + step;
        predict_in_double(p, x, up);
        x[j] = at - step;
        predict_in_double(p, x, down);
        x[j] = at;
        for (size_t i = 0; i < k->outputs; i++) {
            CU_ASSERT(isfinite(up[i]) && isfinite(down[i]));
            worst = fmax(worst, fabs(jacobian[i * INPUTS + j] - (up[i] - down[i]) / (2 * step)));
            if (at != at || p->features->scale[j] == 0)
                CU_ASSERT_EQUAL(jacobian[i * INPUTS + j], 0);
        }
    }
    CU_ASSERT(worst <= 1e-4 * most + 1e-7);
    if (worst > 1e-4 * most + 1e-7)
        printf("%s, %s, %s: off by %g of %g\n", nn_activation_name(k->activation), nn_activation_name(k->last),
               nn_norm_name(k->norm), worst, most);
}

/* Every hidden activation with every norm and every last activation; what else there is takes turns, whose numbers have
 * no common factor. */
static void every_kind_of_model_predicts_the_trainers_bits(void)
{
    static const size_t outputs[] = {1, 3, 21};
    size_t models = 0;
    for (size_t a = 0; a < nni_activation_domain.count; a++)
        for (size_t n = 0; n < nni_norm_domain.count; n++)
            for (size_t last = 0; last < nni_activation_domain.count; last++) {
                if (nni_activation_of((nn_activation)a)->over_rows)
                    continue;
                kind k = {.activation = (nn_activation)a,
                          .norm = (nn_norm_kind)n,
                          .last = (nn_activation)last,
                          .outputs = outputs[models % 3],
                          .features = (nn_feature_scaling)(models % nni_feature_scaling_domain.count),
                          .targets = (nn_target_scaling)(models % 5),
                          .predicts = (nn_prediction)(models / 5 % 3),
                          .precision = models % 11 == 3 ? NN_BF16 : NN_FLOAT32,
                          .imputes = models % 4 == 1,
                          .ranges = models % 13 < 6,
                          .names = models % 4 > 1};
                pair p = make(&k);
                check_bits(&k, &p);
                if (k.precision == NN_FLOAT32)
                    check_jacobian(&k, &p);
                drop(&p);
                models++;
            }
    CU_ASSERT(models >= 200);
    printf("%zu models ", models);
}

/* One or two inputs, one unit: less than a vector, a tile or a pair of bfloat16. */
static void check_narrow(size_t inputs, size_t layer_count, nn_precision precision)
{
    enum { ROWS = 9, WIDEST = 2 };
    const kind k = {.outputs = 1, .predicts = NN_PREDICTS_VALUES};
    const nni_layer_settings layers[] = {{1, NN_LINEAR, NN_NORM_NONE, 0}, {1, NN_LINEAR, NN_NORM_NONE, 0}};
    float x[ROWS * WIDEST], y[ROWS];
    double xx[WIDEST] = {0.5, 0.25}, expected[ROWS], jacobian[WIDEST], product = 1;
    pair p = {.network = NULL};
    nni_workspace *work = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_network_create(inputs, layers, layer_count, &p.network, NULL), NN_OK);
    p.network->precision = precision;
    for (size_t t = 0; t < p.network->tensor_count; t++)
        fill(p.network->parameters + p.network->tensors[t].offset, p.network->tensors[t].count, 0.5, 1.5);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_NONE, inputs, &p.features, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_target_scaler_create(NN_TARGETS_NONE, 1, &p.targets, NULL), NN_OK);
    write_file(&k, &p);
    CU_ASSERT_EQUAL_FATAL(nn_infer_load_memory(p.file, p.size, &p.model, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_allocate(nn_infer_scratch_bytes(p.model, ROWS), 1, "scratch", &p.scratch, NULL), NN_OK);
    fill(x, ROWS * inputs, -1, 1);
    CU_ASSERT_EQUAL_FATAL(nni_workspace_create(p.network, ROWS, 1, 0, &work, NULL), NN_OK);
    nni_network_infer(p.network, x, ROWS, work);
    nni_target_scaler_restore(p.targets, nni_network_output(p.network, work), ROWS, expected);
    for (size_t rows = 1; rows <= ROWS; rows++) {
        nn_infer_predict_float(p.model, rows, x, y, p.scratch);
        for (size_t i = 0; i < rows; i++)
            CU_ASSERT_EQUAL(y[i], (float)expected[i]);
    }
    nn_infer_jacobian(p.model, xx, jacobian, p.scratch);
    for (size_t l = 0; l < layer_count; l++)
        product *= (double)p.network->parameters[p.network->layers[l].weight];
    CU_ASSERT_DOUBLE_EQUAL(jacobian[0], product, 0.02); /* of bfloat16 */
    nni_workspace_free(work);
    drop(&p);
}

static void narrow_models_predict_the_trainers_bits(void)
{
    for (size_t inputs = 1; inputs <= 2; inputs++)
        for (size_t layers = 1; layers <= 2; layers++) {
            check_narrow(inputs, layers, NN_FLOAT32);
            check_narrow(inputs, layers, NN_BF16);
        }
}

static const kind plain = {
    .outputs = 3, .activation = NN_RELU, .last = NN_LINEAR, .norm = NN_NORM_BATCH, .predicts = NN_PREDICTS_VALUES};

static void classes_and_ranges_are_told(void)
{
    kind k = plain;
    k.ranges = true;
    pair p = make(&k);
    double x[INPUTS] = {0, 0.5, -0.5, 0.6, -0.6, NAN, 0};
    unsigned char outside[INPUTS];
    const unsigned char expected[INPUTS] = {0, 0, 0, 1, 1, 1, 0};
    CU_ASSERT_EQUAL(nn_infer_check_range(p.model, x, outside), 3);
    CU_ASSERT(same(outside, expected, INPUTS, 1));
    CU_ASSERT_EQUAL(nn_infer_check_range(p.model, x, NULL), 3);
    CU_ASSERT_EQUAL(nn_infer_class(p.model, (const double[]){1, 3, 3}), 1);
    drop(&p);
    k.imputes = true;
    p = make(&k);
    CU_ASSERT_EQUAL(nn_infer_check_range(p.model, x, outside), 2);
    drop(&p);
    k.ranges = false;
    p = make(&k);
    CU_ASSERT_EQUAL(nn_infer_check_range(p.model, x, outside), 0);
    CU_ASSERT(outside[3] == 0);
    drop(&p);
}

/* Threads that share a model, each with scratch of its own. */
typedef struct worker {
    pthread_t thread;
    const pair *pair;
    const double *x, *expected;
    size_t wrong;
} worker;

static void *predict_over_and_over(void *context)
{
    worker *w = context;
    double y[MOST_ROWS * MOST_OUTPUTS];
    void *scratch = NULL;
    if (nni_allocate(nn_infer_scratch_bytes(w->pair->model, MOST_ROWS), 1, "scratch", &scratch, NULL) != NN_OK)
        w->wrong++;
    for (size_t i = 0; scratch && i < 200; i++) {
        const size_t rows = i % 2 == 0 ? 1 : MOST_ROWS;
        nn_infer_predict_double(w->pair->model, rows, w->x, y, scratch);
        w->wrong += !same(y, w->expected, rows * nn_infer_outputs(w->pair->model), sizeof *y);
    }
    nni_release(scratch);
    return NULL;
}

static void threads_share_a_model(void)
{
    enum { THREADS = 8 };
    kind k = plain;
    k.activation = NN_GELU;
    pair p = make(&k);
    static double x[MOST_ROWS * INPUTS], expected[MOST_ROWS * MOST_OUTPUTS];
    worker workers[THREADS];
    for (size_t i = 0; i < MOST_ROWS * INPUTS; i++)
        x[i] = draw();
    predict_by_trainer(&p, NNI_DOUBLE, x, MOST_ROWS, expected);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){.pair = &p, .x = x, .expected = expected};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&workers[i].thread, NULL, predict_over_and_over, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        CU_ASSERT_EQUAL(workers[i].wrong, 0);
    }
    drop(&p);
}

/* --- files --- */

static void damaged_files_are_refused(void)
{
    static const struct {
        const char *from, *to; /* of the same length */
        const char *says;
    } changes[] = {
        {"\"format_version\": \"1\"", "\"format_version\": \"2\"", "newer nntrain (format 2); this one reads up to 1"},
        {"\"format_version\": \"1\"", "\"format_version\": \"x\"", "no number"},
        {"\"format\": \"nntrain\"", "\"format\": \"pytorch\"", "not of nntrain's"},
        {"\\\"relu\\\"", "\\\"rulu\\\"", "no activation named 'rulu'"},
        {"\\\"batch\\\"", "\\\"bitch\\\"", "no normalization named"},
        {"\\\"float32\\\"", "\\\"float64\\\"", "float32 or bf16"},
        {"\\\"values\\\"", "\\\"valves\\\"", "classes, labels or values"},
        {"\\\"inputs\\\": 7", "\\\"inputs\\\": 8", "layers.0.weight"},
        {"\\\"inputs\\\": 7", "\\\"inputs\\\": 0", "'inputs'"},
        {"layers.1.gamma", "layers.1.gammo", "'layers.1.gamma' is missing"},
        {"\\\"outputs\\\": 3", "\\\"outputs\\\": 4", "layers.2.weight"},
        {"he 5\\\",\\u000a    \\\"", "he 5                ", "names 6 features and takes 7"},
        {"\\\"h\xc3\xb6he 6\\\"", "12345678901", "the features of its model should be a list of names"},
        {"\\\"linear\\\"", "\\\"linear\\\"", NULL},
    };
    kind k = plain;
    k.names = true;
    pair p = make(&k);
    char *copy = malloc(p.size);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        nn_infer_model *model = NULL;
        nn_error error = {.status = NN_OK};
        memcpy(copy, p.file, p.size);
        bool found = false;
        for (char *at = copy; !found && at + strlen(changes[i].from) <= copy + p.size; at++)
            if (memcmp(at, changes[i].from, strlen(changes[i].from)) == 0) {
                memcpy(at, changes[i].to, strlen(changes[i].to));
                found = true;
            }
        CU_ASSERT(found);
        CU_ASSERT_EQUAL(nn_infer_load_memory(copy, p.size, &model, &error), changes[i].says ? NN_DATA : NN_OK);
        CU_ASSERT(!changes[i].says || strstr(error.message, changes[i].says));
        if (changes[i].says && !strstr(error.message, changes[i].says))
            printf("%s\n", error.message);
        nn_infer_free(model);
    }
    free(copy);
    drop(&p);
}

/* Cut off anywhere, it is refused; with any byte of its header changed, it is refused or predicts something. */
static void damage_anywhere_does_no_harm(void)
{
    pair p = make(&plain);
    uint64_t header = 0;
    memcpy(&header, p.file, sizeof header);
    for (size_t size = 0; size < p.size; size += size < header ? 37 : 401) {
        nn_infer_model *model = NULL;
        nn_error error = {.status = NN_OK};
        CU_ASSERT_EQUAL(nn_infer_load_memory(p.file, size, &model, &error), NN_DATA);
        CU_ASSERT(strlen(error.message) > 20);
    }
    for (size_t i = 0; i < header + 8; i += 1 + i % 3) {
        const char byte = p.file[i];
        p.file[i] = (char)(byte ^ (1 << i % 7));
        nn_infer_model *model = NULL;
        if (nn_infer_load_memory(p.file, p.size, &model, NULL) == NN_OK && nn_infer_features(model) == INPUTS &&
            nn_infer_outputs(model) <= MOST_OUTPUTS) {
            double x[INPUTS] = {0}, y[MOST_OUTPUTS];
            void *scratch = NULL;
            CU_ASSERT_EQUAL(nni_allocate(nn_infer_scratch_bytes(model, 1), 1, "scratch", &scratch, NULL), NN_OK);
            nn_infer_predict_double(model, 1, x, y, scratch);
            nni_release(scratch);
        }
        nn_infer_free(model);
        p.file[i] = byte;
    }
    drop(&p);
}

static void files_are_found_or_named(void)
{
    nn_infer_model *model = NULL;
    nn_error error = {.status = NN_OK};
    CU_ASSERT_EQUAL(nn_infer_load("/nowhere/model.safetensors", &model, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "/nowhere/model.safetensors"));
    CU_ASSERT_EQUAL(nn_infer_load("/", &model, &error), NN_DATA);
    CU_ASSERT_EQUAL(nn_infer_load_memory((const char *)&error + 4, 100, &model, &error), NN_USAGE);
    CU_ASSERT_PTR_NULL(model);
    nn_infer_free(NULL);
}

/* Scratch of one row is small, and more rows than go through the network at once need no more. */
static void scratch_is_bounded(void)
{
    pair p = make(&plain);
    CU_ASSERT(nn_infer_scratch_bytes(p.model, 1) < (size_t)128 << 10);
    CU_ASSERT_EQUAL(nn_infer_scratch_bytes(p.model, 1024), nn_infer_scratch_bytes(p.model, SIZE_MAX));
    enum { MANY = 2500 };
    static double x[MANY * INPUTS], y[MANY * 3], one[3];
    void *scratch = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(nn_infer_scratch_bytes(p.model, MANY), 1, "scratch", &scratch, NULL), NN_OK);
    for (size_t i = 0; i < MANY * INPUTS; i++)
        x[i] = draw();
    nn_infer_predict_double(p.model, MANY, x, y, scratch);
    for (size_t i = 0; i < MANY; i += 331) {
        nn_infer_predict_double(p.model, 1, x + i * INPUTS, one, p.scratch);
        CU_ASSERT(same(one, y + i * 3, 3, sizeof *y));
    }
    nni_release(scratch);
    drop(&p);
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(every_kind_of_model_predicts_the_trainers_bits),
        NN_TEST(narrow_models_predict_the_trainers_bits),
        NN_TEST(classes_and_ranges_are_told),
        NN_TEST(threads_share_a_model),
        NN_TEST(damaged_files_are_refused),
        NN_TEST(damage_anywhere_does_no_harm),
        NN_TEST(files_are_found_or_named),
        NN_TEST(scratch_is_bounded),
    };
    return nni_run_suite("libnninfer", tests, sizeof tests / sizeof *tests);
}
