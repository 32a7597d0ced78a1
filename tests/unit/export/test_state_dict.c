/* SPDX-License-Identifier: MIT */
/* Models of PyTorch by their state_dict: those of tests/golden/models (scripts/make_golden_models.py) predict as they
 * did there; what is no model of dense layers is refused with the tensor's name. */
#include <math.h>
#include <stdint.h>

#include "export/safetensors/read.h"
#include "infer/map_file.h"
#include "kernels/elementwise/activation.h"
#include "support/golden_model.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

/* --- golden models --- */

static int activation_of(const nni_safetensors *expected, const char *key)
{
    const char *name = nni_safetensors_metadata(expected, key);
    return name ? (int)nni_domain_find(&nni_activation_domain, name) : -1;
}

static void check_lines(const nni_string_set *lines, const char *expected)
{
    char joined[4000] = "";
    for (size_t i = 0; i < lines->count; i++)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", i > 0 ? "\n" : "", lines->text[i]);
    CU_ASSERT_STRING_EQUAL(joined, expected);
}

static void check_golden(const char *name)
{
    char path[400];
    nni_file_map map;
    nni_safetensors *tensors = NULL;
    nni_checkpoint *model = NULL;
    nni_string_set lines = {.count = 0};
    nn_error error = {.message = ""};
    snprintf(path, sizeof path, "%s/%s.expected.safetensors", NNTRAIN_GOLDEN, name);
    CU_ASSERT_EQUAL_FATAL(nni_file_map_open(path, &map, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_safetensors_parse(map.bytes, map.size, path, &tensors, NULL), NN_OK);
    const nni_state_dict_settings settings = {.activation = activation_of(tensors, "activation"),
                                              .output_activation = activation_of(tensors, "output_activation"),
                                              .dropout = -1};
    snprintf(path, sizeof path, "%s/%s.safetensors", NNTRAIN_GOLDEN, name);
    const nn_status status = nni_safetensors_read(path, &settings, &model, &lines, &error);
    if (status != NN_OK)
        fprintf(stderr, "\n%s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    golden_check(model, tensors, 4e-6); /* float32 of values about 1, through 13 layers at most */
    check_lines(&lines, nni_safetensors_metadata(tensors, "layers"));
    nni_string_set_free(&lines);
    nni_checkpoint_free(model);
    nni_safetensors_free(tensors);
    nni_file_map_close(&map);
}

static void models_predict_as_in_pytorch(void)
{
    check_golden("sequential");
    check_golden("batch_norm");
    check_golden("named");
    check_golden("blocks");
    check_golden("alone");
}

/* --- files of zeros --- */

static size_t size_of(const char *type)
{
    return strcmp(type, "F64") == 0 || strcmp(type, "I64") == 0 ? 8 : type[1] == '3' ? 4 : 2;
}

/* Writes a file of tensors that are all zero. @param spec  "0.weight F32 2 3; 0.bias F32 2" */
static const char *write_zeros(const char *spec)
{
    char copy[1000], header[3000] = "{", *rest = NULL;
    size_t offset = 0;
    snprintf(copy, sizeof copy, "%s", spec);
    for (char *tensor = strtok_r(copy, ";", &rest); tensor; tensor = strtok_r(NULL, ";", &rest)) {
        char *word = NULL;
        const char *name = strtok_r(tensor, " ", &word), *type = strtok_r(NULL, " ", &word);
        size_t count = 1;
        char shape[100] = "";
        for (const char *size = strtok_r(NULL, " ", &word); size; size = strtok_r(NULL, " ", &word)) {
            count *= strtoul(size, NULL, 10);
            snprintf(shape + strlen(shape), sizeof shape - strlen(shape), "%s%s", *shape ? "," : "", size);
        }
        snprintf(header + strlen(header), sizeof header - strlen(header),
                 "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", offset > 0 ? "," : "", name,
                 type, shape, offset, offset + count * size_of(type));
        offset += count * size_of(type);
    }
    snprintf(header + strlen(header), sizeof header - strlen(header), "}");
    const char *path = fixture_path("zeros.safetensors");
    FILE *file = fopen(path, "wb");
    const uint64_t length = strlen(header);
    CU_ASSERT_FATAL(file && fwrite(&length, sizeof length, 1, file) == 1 && fputs(header, file) >= 0);
    for (size_t i = 0; i < offset; i++)
        fputc(0, file);
    CU_ASSERT_EQUAL_FATAL(fclose(file), 0);
    return path;
}

static nn_status read_zeros(const char *spec, const nni_state_dict_settings *settings, nni_checkpoint **model,
                            nn_error *error)
{
    nni_string_set lines = {.count = 0};
    const char *path = write_zeros(spec);
    const nn_status status = nni_safetensors_read(path, settings, model, &lines, error);
    nni_string_set_free(&lines);
    unlink(path);
    return status;
}

static void what_is_no_model_of_dense_layers_is_told(void)
{
    static const struct {
        const char *spec, *message;
    } files[] = {
        {"conv.weight F32 2 3 3 3; conv.bias F32 2", "tensor 'conv.weight' has 4 dimensions; nntrain has dense layers"},
        {"a.weight_ih_l0 F32 8 2", "tensor 'a.weight_ih_l0' belongs to no dense layer"},
        {"fc.weight I32 2 3", "tensor 'fc.weight' is of type I32; write it as F64, F32, F16 or BF16"},
        {"0.weight F32 2 3; 1.weight F32 4 5", "tensor '1.weight' takes 5 values, but '0.weight' before it gives 2"},
        {"0.weight F32 2 3; 0.bias F32 3", "tensor '0.bias' should have one dimension of 2"},
        {"0.bias F32 3", "tensor '0.bias' has no weight beside it"},
        {"0.weight F32 0 3", "tensor '0.weight' has no elements"},
        {"0.num_batches_tracked I64", "has no dense layer: no weight of two dimensions"},
        {"0.weight F32 2; 0.bias F32 2; 1.weight F32 3 2", "'0.weight' is of a norm that follows no dense layer"},
        {"0.weight F32 2 3; 1.weight F32 2; 2.weight F32 3 2", "'1.weight' is of a norm without bias and statistics"},
        {"0.weight F32 2 3; 1.running_mean F32 2; 2.weight F32 3 2", "whose running_mean or running_var is missing"},
        {"0.weight F32 2 3; 2.weight F32 2; 2.bias F32 2; 3.weight F32 3 2",
         "'2.weight' is of a norm with something between its layer and itself"},
        {"fc1.weight F32 2 3; bn1.weight F32 4; bn1.bias F32 4; fc2.weight F32 3 2",
         "'bn1.weight' has 4 values, but the layer before it has 2 units"},
        {"0.weight F32 2 3; 1.weight F32 2; 1.bias F32 2", "'1.weight' is of a norm behind the last layer"},
    };
    const nni_state_dict_settings settings = {NN_RELU, NN_LINEAR, -1};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        nni_checkpoint *model = NULL;
        nn_error error = {.message = ""};
        CU_ASSERT_EQUAL(read_zeros(files[i].spec, &settings, &model, &error), NN_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, files[i].message));
        if (!strstr(error.message, files[i].message))
            fprintf(stderr, "\nexpected: %s\n     got: %s\n", files[i].message, error.message);
    }
}

static void what_tensors_do_not_tell_is_asked_for(void)
{
    static const char two[] = "0.weight F32 2 3; 1.weight F32 4 2", one[] = "weight F32 2 3";
    static const struct {
        const char *spec;
        nni_state_dict_settings settings;
        const char *message; /* NULL: nothing is missing */
    } cases[] = {
        {two, {-1, NN_LINEAR, -1}, "say it: --activation relu"},
        {two, {NN_RELU, -1, -1}, "say it: --output-activation softmax"},
        {two, {NN_SOFTMAX, NN_LINEAR, -1}, "softmax belongs in the last layer only"},
        {one, {-1, NN_SIGMOID, -1}, NULL},
        {two, {NN_TANH, NN_SOFTMAX, 0.25}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nni_checkpoint *model = NULL;
        nn_error error = {.message = ""};
        const nn_status status = read_zeros(cases[i].spec, &cases[i].settings, &model, &error);
        CU_ASSERT_EQUAL(status, cases[i].message ? NN_USAGE : NN_OK);
        if (cases[i].message)
            CU_ASSERT_PTR_NOT_NULL(strstr(error.message, cases[i].message));
        if (status != NN_OK)
            continue;
        const nni_layer *first = &model->network->layers[0],
                        *last = &model->network->layers[model->network->layer_count - 1];
        CU_ASSERT_EQUAL((int)last->activation, cases[i].settings.output_activation);
        CU_ASSERT_EQUAL(last->dropout, 0);
        if (first != last)
            CU_ASSERT(first->activation == NN_TANH && first->dropout == 0.25);
        nni_checkpoint_free(model);
    }
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(models_predict_as_in_pytorch),
        NN_TEST(what_is_no_model_of_dense_layers_is_told),
        NN_TEST(what_tensors_do_not_tell_is_asked_for),
    };
    const int code = nni_run_suite("state_dict", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
