/* SPDX-License-Identifier: MIT */
/* ONNX: what nntrain writes it reads again with the same bits; models that PyTorch, Keras and scikit-learn wrote
 * (scripts/make_golden_onnx.py) predict as they do there; what is no network of dense layers is refused by the name of
 * the node; and no damaged file is believed. */
#include <math.h>
#include <stdint.h>

#include "checkpoint/trained.h"
#include "export/onnx/build.h"
#include "export/onnx/format.h"
#include "export/registry/registry.h"
#include "infer/map_file.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "support/golden_model.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static const nni_model_format *onnx;

static nn_status write_model(const nni_checkpoint *checkpoint, bool keep_norms, const char *path, nn_error *error)
{
    const nni_trained model = nni_trained_of(checkpoint);
    const nni_export_settings settings = {.name = "model", .keep_norms = keep_norms};
    return onnx->write(&model, &settings, path, error);
}

static nni_checkpoint *read_model(const char *path)
{
    nni_checkpoint *read = NULL;
    nn_error error = {.message = ""};
    const nn_status status = onnx->read(path, &read, &error);
    if (status != NN_OK)
        fprintf(stderr, "\n%s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    return read;
}

/* --- there and back --- */

enum { INPUTS = 5 };

static void fill(nni_real *values, size_t count, double least, double most)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)(least + (most - least) * (double)(i * 37 % 101) / 100);
}

/* Three layers of all that can be different. @param variant  counts the rest up */
static nni_checkpoint *make_model(nn_activation activation, nn_norm_kind norm, size_t variant)
{
    static const nn_activation outputs[] = {NN_SOFTMAX, NN_SIGMOID, NN_LINEAR, NN_TANH, NN_LINEAR};
    static const nn_target_scaling targets[] = {NN_TARGETS_NONE, NN_TARGETS_NONE, NN_TARGETS_LOG1P, NN_TARGETS_MINMAX,
                                                NN_TARGETS_STANDARD};
    const size_t turn = variant % 5;
    const nni_layer_settings layers[] = {{.units = 4, .activation = activation, .normalization = norm, .dropout = 0.25},
                                         {.units = 6, .activation = activation, .normalization = norm},
                                         {.units = 3, .activation = outputs[turn]}};
    nni_checkpoint *made = calloc(1, sizeof *made);
    CU_ASSERT_EQUAL_FATAL(nni_network_create(INPUTS, layers, 3, &made->network, NULL), NN_OK);
    for (size_t t = 0; t < made->network->tensor_count; t++)
        fill(made->network->parameters + made->network->tensors[t].offset, made->network->tensors[t].count, -0.7, 0.9);
    for (size_t l = 0; l < 2 && norm == NN_NORM_BATCH; l++) {
        const nni_layer *layer = &made->network->layers[l];
        fill(made->network->statistics + layer->running_mean, layer->outputs, -1, 1);
        fill(made->network->statistics + layer->running_variance, layer->outputs, 0.5, 2);
    }
    made->network->parameters[made->network->layers[2].bias] = -0.0F;
    const nn_feature_scaling scaling = variant % 2 ? NN_NORMALIZE_ROBUST : NN_NORMALIZE_NONE;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(scaling, INPUTS, &made->normalization, NULL), NN_OK);
    nni_feature_scaler *features = made->normalization;
    for (size_t j = 0; j < INPUTS && scaling != NN_NORMALIZE_NONE; j++) {
        features->offset[j] = 0.1 * (double)j;
        features->scale[j] = j == 2 ? 0 : 1 / (double)(3 * j + 1);
        features->limit = 2.5;
    }
    if (variant % 3 == 0) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_impute(features, NULL), NN_OK);
        fill(features->missing, INPUTS, -0.1, 0.2);
    }
    if (variant % 4 == 0) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_take_range(features, NULL), NN_OK);
        for (size_t j = 0; j < INPUTS; j++)
            features->most[j] = 1.0 / 3 + (features->least[j] = -0.1 * (double)j);
    }
    nni_feature_scaler_round(features);
    CU_ASSERT_EQUAL_FATAL(nni_target_scaler_create(targets[turn], 3, &made->target_scaling, NULL), NN_OK);
    for (size_t j = 0; j < 3 && targets[turn] != NN_TARGETS_NONE; j++) {
        made->target_scaling->offset[j] = 0.3 + (double)j;
        made->target_scaling->scale[j] = 1.1 / (double)(j + 1);
    }
    static const char *const names[] = {"ant", "\"bee\", \\ \n", "l\303\266we"};
    for (size_t i = 0; i < 3 && turn == 0; i++)
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&made->class_names, names[i], NULL), NN_OK);
    for (size_t i = 0; i < INPUTS && turn != 1; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %zu", names[i % 3], i);
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&made->feature_names, name, NULL), NN_OK);
    }
    made->provenance.classes = turn == 0 ? 3 : 0;
    made->provenance.data_digest = UINT64_C(0xFEDCBA9876543210);
    snprintf(made->provenance.data_file, sizeof made->provenance.data_file, "a b.h5");
    made->progress.epoch = 7 + variant;
    char recipe[600];
    snprintf(recipe, sizeof recipe,
             "data: {train: {file: /a.h5}}\nnetwork: {layers: [{units: 4, activation: %s, normalization: %s, dropout: "
             "0.25}, {units: 6, activation: %s, normalization: %s}, {units: 3, activation: %s}]}\nloss: mse\n",
             nn_activation_name(activation), nn_norm_name(norm), nn_activation_name(activation), nn_norm_name(norm),
             nn_activation_name(outputs[turn]));
    nn_recipe *parsed = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe, "recipe", NULL, NULL, 0, &parsed, NULL), NN_OK);
    made->recipe = strdup(nn_recipe_text(parsed));
    nn_recipe_free(parsed);
    return made;
}

static void free_model(nni_checkpoint *made)
{
    free(made->recipe);
    made->recipe = NULL;
    nn_network_free(made->network);
    nni_feature_scaler_free(made->normalization);
    nni_target_scaler_free(made->target_scaling);
    nni_string_set_free(&made->class_names);
    nni_string_set_free(&made->feature_names);
    free(made);
}

static bool equal(const void *a, const void *b, size_t bytes)
{
    return !a == !b && (!a || memcmp(a, b, bytes) == 0);
}

static void check_equal(const nni_checkpoint *made, const nni_checkpoint *read)
{
    const nn_network *network = read->network;
    const nni_feature_scaler *a = made->normalization, *b = read->normalization;
    CU_ASSERT_EQUAL_FATAL(network->flat_count, made->network->flat_count);
    CU_ASSERT_FATAL(network->statistics_count == made->network->statistics_count);
    CU_ASSERT(equal(network->parameters, made->network->parameters, network->flat_count * sizeof(nni_real)));
    CU_ASSERT(equal(network->statistics, made->network->statistics, network->statistics_count * sizeof(nni_real)));
    for (size_t l = 0; l < 3; l++) {
        CU_ASSERT_EQUAL(network->layers[l].activation, made->network->layers[l].activation);
        CU_ASSERT_EQUAL(network->layers[l].norm, made->network->layers[l].norm);
        CU_ASSERT_EQUAL(network->layers[l].dropout, made->network->layers[l].dropout);
    }
    CU_ASSERT(a->kind == b->kind && a->limit == b->limit);
    CU_ASSERT(equal(a->offset, b->offset, INPUTS * sizeof(double)) &&
              equal(a->scale, b->scale, INPUTS * sizeof(double)));
    CU_ASSERT(equal(a->offset_real, b->offset_real, INPUTS * sizeof(nni_real)));
    CU_ASSERT(equal(a->missing, b->missing, INPUTS * sizeof(nni_real)));
    CU_ASSERT(equal(a->least, b->least, INPUTS * sizeof(double)) && equal(a->most, b->most, INPUTS * sizeof(double)));
    CU_ASSERT_EQUAL(made->target_scaling->kind, read->target_scaling->kind);
    CU_ASSERT(equal(made->target_scaling->offset, read->target_scaling->offset, 3 * sizeof(double)));
    CU_ASSERT(equal(made->target_scaling->scale, read->target_scaling->scale, 3 * sizeof(double)));
    CU_ASSERT(nni_string_set_equal(&made->class_names, &read->class_names));
    CU_ASSERT(nni_string_set_equal(&made->feature_names, &read->feature_names));
    CU_ASSERT_EQUAL(nni_checkpoint_predicts(made), nni_checkpoint_predicts(read));
    CU_ASSERT_EQUAL(made->progress.epoch, read->progress.epoch);
    CU_ASSERT_EQUAL(made->provenance.data_digest, read->provenance.data_digest);
    CU_ASSERT_STRING_EQUAL(made->provenance.data_file, read->provenance.data_file);
    CU_ASSERT_STRING_EQUAL(made->recipe, read->recipe);
}

static void what_is_written_is_read_with_the_same_bits(void)
{
    const char *path = fixture_path("m.onnx");
    size_t variant = 0;
    for (size_t activation = 0; activation < nni_activation_domain.count; activation++)
        for (size_t norm = 0; norm < nni_norm_domain.count; norm++) {
            if (nni_activation_of((nn_activation)activation)->over_rows)
                continue;
            nni_checkpoint *made = make_model((nn_activation)activation, (nn_norm_kind)norm, variant++);
            CU_ASSERT_EQUAL_FATAL(write_model(made, true, path, NULL), NN_OK);
            nni_checkpoint *read = read_model(path);
            check_equal(made, read);
            nni_checkpoint_free(read);
            free_model(made);
        }
    unlink(path);
}

static void batch_norm_that_is_folded_predicts_the_same(void)
{
    const char *path = fixture_path("m.onnx");
    nni_checkpoint *made = make_model(NN_RELU, NN_NORM_BATCH, 3);
    const float x[2 * INPUTS] = {1, -2, 3, 0.5F, 0.1F, NAN, 2, 1, -1, 4};
    double right[6], found[6];
    CU_ASSERT_EQUAL_FATAL(write_model(made, false, path, NULL), NN_OK);
    nni_checkpoint *read = read_model(path);
    CU_ASSERT_EQUAL(read->network->layers[0].norm, NN_NORM_NONE);
    CU_ASSERT_PTR_NOT_NULL(strstr(read->recipe, "normalization: none"));
    CU_ASSERT_PTR_NULL(strstr(read->recipe, "normalization: batch"));
    golden_predict(made, x, 2, right);
    golden_predict(read, x, 2, found);
    for (size_t i = 0; i < 6; i++) /* two roundings of each of 11 weights more */
        CU_ASSERT_DOUBLE_EQUAL(found[i], right[i], 2e-6 * fmax(1, fabs(right[i])));
    nni_checkpoint_free(read);
    free_model(made);
    unlink(path);
}

/* --- of other writers --- */

static void check_golden(const char *name)
{
    char path[400], names[400] = "";
    nni_file_map map;
    nni_safetensors *expected = NULL;
    snprintf(path, sizeof path, "%s/%s.expected.safetensors", NNTRAIN_GOLDEN, name);
    CU_ASSERT_EQUAL_FATAL(nni_file_map_open(path, &map, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_safetensors_parse(map.bytes, map.size, path, &expected, NULL), NN_OK);
    snprintf(path, sizeof path, "%s/%s.onnx", NNTRAIN_GOLDEN, name);
    nni_checkpoint *read = read_model(path);
    golden_check(read, expected, 4e-6); /* float32 of values about 1 */
    for (size_t i = 0; i < read->class_names.count; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? "\n" : "",
                 read->class_names.text[i]);
    CU_ASSERT_STRING_EQUAL(names, nni_safetensors_metadata(expected, "classes"));
    CU_ASSERT_EQUAL(read->names_are_labels, strcmp(name, "sklearn_numbers") == 0);
    nni_checkpoint_free(read);
    nni_safetensors_free(expected);
    nni_file_map_close(&map);
}

static void models_of_other_writers_predict_as_there(void)
{
    check_golden("sklearn_names");
    check_golden("sklearn_numbers");
    check_golden("sklearn_two");
    check_golden("sklearn_labels");
    check_golden("sklearn_value");
    check_golden("torch_batch_norm");
    check_golden("torch_layer_norm");
    check_golden("torch_layer_norm_in_operators");
    check_golden("torch_activations");
    check_golden("keras_plain");
    check_golden("keras_batch_norm");
    check_golden("keras_activations");
}

/* --- what is refused --- */

/* x [batch, 2] through a dense layer to y, in which a test changes something. */
typedef struct small {
    nni_onnx_build build;
    const char *sums; /* [batch, 2] */
} small;

static void begin_small(small *graph)
{
    static const nni_real weight[] = {1, 2, 3, 4}, bias[] = {5, 6};
    nni_onnx_build_start(&graph->build, NULL);
    const char *x = nni_onnx_input(&graph->build, "x", NNI_ONNX_FLOAT, 2);
    graph->sums = NNI_ONNX_NODE(&graph->build, "Gemm", x, nni_onnx_reals(&graph->build, "w", weight, 2, 2),
                                nni_onnx_reals(&graph->build, "b", bias, 2, 0));
    nni_onnx_set_int(&graph->build, "transB", 1);
}

/* Ends it with the last node as output. @return what reading says; "" where the model is read */
static const char *read_small(small *graph)
{
    static nn_error error;
    const char *path = fixture_path("small.onnx");
    nni_checkpoint *read = NULL;
    nni_onnx_name_output(&graph->build, "y", NNI_ONNX_FLOAT, 2);
    error = (nn_error){.message = ""};
    CU_ASSERT_EQUAL_FATAL(nni_onnx_build_save(&graph->build, path), NN_OK);
    const nn_status status = onnx->read(path, &read, &error);
    CU_ASSERT(status == NN_OK || (status == NN_DATA && strncmp(error.message, path, strlen(path)) == 0));
    nni_checkpoint_free(read);
    nni_onnx_build_free(&graph->build);
    unlink(path);
    return error.message;
}

#define EXPECT_REFUSED(graph, part) CU_ASSERT_PTR_NOT_NULL(strstr(read_small(graph), part))

static void other_graphs_are_refused_by_name(void)
{
    small graph;
    begin_small(&graph);
    CU_ASSERT_STRING_EQUAL(read_small(&graph), "");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Conv", graph.sums);
    EXPECT_REFUSED(&graph, "node 'Conv_1' (Conv) is an operator that nntrain has nothing like");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Add", NNI_ONNX_NODE(&graph.build, "Relu", graph.sums), graph.sums);
    EXPECT_REFUSED(&graph, "which is computed; a constant is read there"); /* a residual connection */
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Relu", NNI_ONNX_NODE(&graph.build, "Tanh", graph.sums));
    EXPECT_REFUSED(&graph, "(Relu) stands where nntrain has no activation");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "LeakyRelu", graph.sums);
    nni_onnx_set_float(&graph.build, "alpha", 0.3F);
    EXPECT_REFUSED(&graph, "has alpha 0.3; nntrain's leaky_relu has 0.01");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "MatMul", graph.sums, nni_onnx_reals(&graph.build, "v", (nni_real[]){1, 2, 3}, 3, 1));
    EXPECT_REFUSED(&graph, "(MatMul) takes 3 values, and there are 2");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Add", graph.sums, nni_onnx_reals(&graph.build, "v", (nni_real[]){1, 2, 3}, 3, 0));
    EXPECT_REFUSED(&graph, "has 3 numbers for 2 values");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Identity", "nobody");
    EXPECT_REFUSED(&graph, "'nobody' does not come from the input 'x'");
    begin_small(&graph);
    NNI_ONNX_NODE(&graph.build, "Identity", "y"); /* itself */
    EXPECT_REFUSED(&graph, "'y' does not come from the input 'x'");
}

static void other_constants_are_refused_by_name(void)
{
    small graph;
    begin_small(&graph);
    graph.build.graph.initializer[0]->data_location = 1;
    EXPECT_REFUSED(&graph, "'w', whose numbers are in another file");
    begin_small(&graph);
    graph.build.graph.initializer[0]->data_type = 10;
    EXPECT_REFUSED(&graph, "'w' of ONNX's type 10");
    begin_small(&graph);
    graph.build.graph.initializer[0]->dims[0] = INT64_C(1) << 62;
    EXPECT_REFUSED(&graph, "'w', which is no vector or matrix, or has not the numbers of its shape");
    begin_small(&graph);
    graph.build.graph.initializer[0]->dims[1] = -2;
    EXPECT_REFUSED(&graph, "has not the numbers of its shape");
    begin_small(&graph);
    graph.build.graph.initializer[1]->raw_data.len = 7;
    EXPECT_REFUSED(&graph, "'b', which is no vector or matrix");
    begin_small(&graph);
    const float nan = NAN;
    memcpy(graph.build.graph.initializer[0]->raw_data.data, &nan, sizeof nan);
    EXPECT_REFUSED(&graph, "weights that are NaN or infinite");
}

/* One constant of a small file, taken so often that all its numbers would be many gigabytes. */
static void a_small_file_takes_little_memory(void)
{
    static const nni_real numbers[1000];
    small graph;
    nni_onnx_build_start(&graph.build, NULL);
    const char *value = nni_onnx_input(&graph.build, "x", NNI_ONNX_FLOAT, 1000);
    const char *shift = nni_onnx_reals(&graph.build, "shift", numbers, 1000, 0);
    for (size_t i = 0; i < 1000; i++)
        value = NNI_ONNX_NODE(&graph.build, "Add", value, shift);
    NNI_ONNX_NODE(&graph.build, "MatMul", value, nni_onnx_reals(&graph.build, "w", numbers, 1000, 1));
    EXPECT_REFUSED(&graph, "takes 'shift', and with it constants are taken many times over");
}

/* Any answer but a crash, or a model that cannot be predicted with. */
static void read_bytes(const unsigned char *bytes, size_t count)
{
    const char *path = fixture_path("damaged.onnx");
    nni_checkpoint *read = NULL;
    nn_error error = {.message = ""};
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
    const nn_status status = onnx->read(path, &read, &error);
    CU_ASSERT(status == NN_OK || *error.message);
    nni_checkpoint_free(read);
    unlink(path);
}

static void no_damage_is_believed(void)
{
    static unsigned char bytes[1 << 16];
    const char *path = fixture_path("m.onnx");
    nni_checkpoint *made = make_model(NN_GELU_TANH, NN_NORM_BATCH, 9);
    CU_ASSERT_EQUAL_FATAL(write_model(made, true, path, NULL), NN_OK);
    FILE *file = fopen(path, "rb");
    const size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    CU_ASSERT_FATAL(count > 1000 && count < sizeof bytes && fclose(file) == 0);
    for (size_t length = 0; length < count; length += 13)
        read_bytes(bytes, length);
    for (size_t i = 0; i < count; i += 5) {
        const unsigned char was = bytes[i];
        bytes[i] = (unsigned char)(was ^ (1 << i % 8));
        read_bytes(bytes, count);
        bytes[i] = was;
    }
    free_model(made);
    unlink(fixture_path("m.onnx"));
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(what_is_written_is_read_with_the_same_bits),
        NN_TEST(batch_norm_that_is_folded_predicts_the_same),
        NN_TEST(models_of_other_writers_predict_as_there),
        NN_TEST(other_graphs_are_refused_by_name),
        NN_TEST(other_constants_are_refused_by_name),
        NN_TEST(a_small_file_takes_little_memory),
        NN_TEST(no_damage_is_believed),
    };
    onnx = nni_model_format_find("onnx", NULL);
    if (!onnx || !fixture_begin(NULL))
        return 1;
    const int result = nni_run_suite("onnx", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? result : 1;
}
