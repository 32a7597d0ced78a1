/* SPDX-License-Identifier: MIT */
/* A model that is written as safetensors and read again has the same bits of everything; a file that is not whole is
 * refused. */
#include <math.h>
#include <sys/stat.h>

#include "checkpoint/trained.h"
#include "export/registry/registry.h"
#include "kernels/elementwise/activation.h"
#include "model/losses/loss.h"
#include "model/norms.h"
#include "support/hdf5_fixture.h"
#include "support/memory.h"
#include "support/next_random.h"
#include "support/suite.h"

/* Everything that a model can differ in. */
typedef struct variant {
    nn_activation hidden, output;
    nn_norm_kind norm;
    nn_loss_kind loss;
    nn_feature_scaling features;
    nn_target_scaling targets;
    nn_precision precision;
    bool imputes, ranged, named, labels;
} variant;

enum { INPUTS = 3, HIDDEN = 4 };

static uint64_t state = 2026;

static size_t pick(size_t count)
{
    state = next_random(state);
    return (size_t)(state >> 33) % count;
}

/* Of all magnitudes, with some that are special: -0, the smallest, the largest. */
static double number(double largest)
{
    const double special[] = {-0.0, 0, 1e-45, largest, -largest};
    const size_t which = pick(12);
    return which < 5 ? special[which] : ((double)pick(1u << 30) / (1 << 29) - 1) * pow(10, (double)pick(21) - 10);
}

static void fill_reals(nni_real *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)number(3.4028234e38);
}

static void fill_doubles(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = number(1.7e308);
}

static void make_network(const variant *v, nni_checkpoint *checkpoint)
{
    const size_t outputs = v->output == NN_SOFTMAX || v->labels ? 3 : 1 + pick(3);
    const nni_layer_settings layers[] = {
        {.units = HIDDEN, .activation = v->hidden, .normalization = v->norm, .dropout = (double)pick(3) / 3},
        {.units = outputs, .activation = v->output}};
    CU_ASSERT_EQUAL_FATAL(nni_network_create(INPUTS, layers, 2, &checkpoint->network, NULL), NN_OK);
    nn_network *network = checkpoint->network;
    for (size_t t = 0; t < network->tensor_count; t++)
        fill_reals(network->parameters + network->tensors[t].offset, network->tensors[t].count);
    if (nni_layer_has_statistics(&network->layers[0])) {
        fill_reals(network->statistics + network->layers[0].running_mean, HIDDEN);
        nni_real *variance = network->statistics + network->layers[0].running_variance;
        fill_reals(variance, HIDDEN);
        for (size_t j = 0; j < HIDDEN; j++)
            variance[j] = (nni_real)fabs((double)variance[j]);
    }
    network->precision = v->precision;
}

static void make_scalers(const variant *v, nni_checkpoint *checkpoint)
{
    const size_t outputs = checkpoint->network->outputs;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(v->features, INPUTS, &checkpoint->normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_target_scaler_create(v->targets, outputs, &checkpoint->target_scaling, NULL), NN_OK);
    nni_feature_scaler *features = checkpoint->normalization;
    fill_doubles(features->offset, INPUTS);
    fill_doubles(features->scale, INPUTS);
    features->limit = v->features == NN_NORMALIZE_ROBUST ? 10.0 / 3 : 0;
    nni_feature_scaler_round(features);
    if (v->imputes) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_impute(features, NULL), NN_OK);
        fill_reals(features->missing, INPUTS);
    }
    if (v->ranged) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_take_range(features, NULL), NN_OK);
        fill_doubles(features->least, INPUTS);
        fill_doubles(features->most, INPUTS);
    }
    fill_doubles(checkpoint->target_scaling->offset, outputs);
    fill_doubles(checkpoint->target_scaling->scale, outputs);
    for (size_t j = 0; j < outputs; j++)
        if (checkpoint->target_scaling->scale[j] == 0)
            checkpoint->target_scaling->scale[j] = 0.25;
}

/* A recipe of it, which is kept as it is written. */
static void make_recipe(const variant *v, nni_checkpoint *checkpoint)
{
    char text[600];
    snprintf(text, sizeof text,
             "# \xc3\xbc \"quoted\" \\ \t\n"
             "data: {train: {file: /no/a.h5}}\n"
             "network: {layers: [{units: 4, activation: %s, normalization: %s, dropout: %.17g}, {units: %zu, "
             "activation: %s}]}\n"
             "loss: %s\ntraining: {precision: %s}\n",
             nn_activation_name(v->hidden), nn_norm_name(v->norm), checkpoint->network->layers[0].dropout,
             checkpoint->network->outputs, nn_activation_name(v->output), nn_loss_name(v->loss),
             nn_precision_name(v->precision));
    CU_ASSERT_EQUAL_FATAL(nni_copy_text(text, &checkpoint->recipe, NULL), NN_OK);
}

static nni_checkpoint *make(const variant *v)
{
    static const char *const names[] = {"a \"b\" \\", "l\303\266we \342\202\254 \360\237\246\201", "tab\tand\x7f"};
    nni_checkpoint *checkpoint = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(1, sizeof *checkpoint, "a model", &checkpoint, NULL), NN_OK);
    make_network(v, checkpoint);
    make_scalers(v, checkpoint);
    make_recipe(v, checkpoint);
    for (size_t i = 0; v->named && i < checkpoint->network->outputs; i++)
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&checkpoint->class_names, names[i], NULL), NN_OK);
    for (size_t i = 0; v->named && i < INPUTS; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %zu", names[i % 3], i);
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&checkpoint->feature_names, name, NULL), NN_OK);
    }
    checkpoint->names_are_labels = v->labels;
    checkpoint->progress.epoch = pick(1u << 30);
    nni_provenance *from = &checkpoint->provenance;
    from->classes = v->named ? checkpoint->network->outputs : 0;
    from->data_digest = UINT64_C(0xFEDCBA9876543210) + pick(1000);
    snprintf(from->data_file, sizeof from->data_file, "/data/a b.h5");
    return checkpoint;
}

static bool same_doubles(const double *a, const double *b, size_t count)
{
    return !a == !b && (!a || memcmp(a, b, count * sizeof *a) == 0);
}

static bool same_reals(const nni_real *a, const nni_real *b, size_t count)
{
    return !a == !b && (!a || memcmp(a, b, count * sizeof *a) == 0);
}

static bool same_network(const nn_network *a, const nn_network *b)
{
    bool same = a->inputs == b->inputs && a->layer_count == b->layer_count && a->flat_count == b->flat_count &&
                a->precision == b->precision;
    for (size_t l = 0; same && l < a->layer_count; l++) {
        const nni_layer *left = &a->layers[l], *right = &b->layers[l];
        same = left->outputs == right->outputs && left->activation == right->activation && left->norm == right->norm &&
               left->dropout == right->dropout;
    }
    return same && same_reals(a->parameters, b->parameters, a->flat_count) &&
           same_reals(a->statistics, b->statistics, a->statistics_count);
}

static bool same_features(const nni_feature_scaler *a, const nni_feature_scaler *b)
{
    return a->kind == b->kind && a->limit == b->limit && same_doubles(a->offset, b->offset, INPUTS) &&
           same_doubles(a->scale, b->scale, INPUTS) && same_reals(a->missing, b->missing, INPUTS) &&
           same_doubles(a->least, b->least, INPUTS) && same_doubles(a->most, b->most, INPUTS) &&
           same_reals(a->offset_real, b->offset_real, INPUTS) && same_reals(a->scale_real, b->scale_real, INPUTS);
}

static bool same_targets(const nni_target_scaler *a, const nni_target_scaler *b)
{
    return a->kind == b->kind && a->outputs == b->outputs && same_doubles(a->offset, b->offset, a->outputs) &&
           same_doubles(a->scale, b->scale, a->outputs);
}

static bool same_origin(const nni_checkpoint *a, const nni_checkpoint *b)
{
    return strcmp(a->recipe, b->recipe) == 0 && nni_string_set_equal(&a->class_names, &b->class_names) &&
           nni_string_set_equal(&a->feature_names, &b->feature_names) && a->names_are_labels == b->names_are_labels &&
           a->progress.epoch == b->progress.epoch && a->provenance.classes == b->provenance.classes &&
           a->provenance.data_digest == b->provenance.data_digest &&
           strcmp(a->provenance.data_file, b->provenance.data_file) == 0;
}

static nn_status write_as(const char *format, const nni_checkpoint *checkpoint, const char *path)
{
    const nni_export_settings settings = {.name = "model"};
    const nni_trained model = nni_trained_of(checkpoint);
    return nni_model_format_find(format, NULL)->write(&model, &settings, path, NULL);
}

static void goes_there_and_back(const variant *v)
{
    nni_checkpoint *written = make(v), *read = NULL;
    nn_error error = {.message = ""};
    const char *path = fixture_path("m.safetensors");
    CU_ASSERT_EQUAL_FATAL(write_as("safetensors", written, path), NN_OK);
    const nn_status status = nni_model_file_read(path, &read, &error);
    if (status != NN_OK)
        fprintf(stderr, "\n%s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    CU_ASSERT(same_network(read->network, written->network));
    CU_ASSERT(same_features(read->normalization, written->normalization));
    CU_ASSERT(same_targets(read->target_scaling, written->target_scaling));
    CU_ASSERT(same_origin(read, written));
    CU_ASSERT_EQUAL(nni_checkpoint_predicts(read), nni_checkpoint_predicts(written));
    CU_ASSERT(read->optimizer->settings.name == NN_SGD && read->optimizer->state_count == 0);
    nni_checkpoint_free(read);
    nni_checkpoint_free(written);
    unlink(path);
}

static bool fits(nn_loss_kind loss, nn_activation output)
{
    const unsigned outputs = nni_loss_of(loss)->outputs;
    return outputs == 0 || outputs & 1u << nni_activation_of(output)->outputs;
}

/* A hidden layer and a norm with every loss and the outputs that it takes; what is around them is drawn. */
static size_t with_all_losses(nn_activation hidden, nn_norm_kind norm)
{
    size_t models = 0;
    for (size_t loss = 0; loss < nni_loss_domain.count; loss++)
        for (size_t output = 0; output < nni_activation_domain.count; output++) {
            if (!fits((nn_loss_kind)loss, (nn_activation)output))
                continue;
            const variant v = {.hidden = hidden,
                               .output = (nn_activation)output,
                               .norm = norm,
                               .loss = (nn_loss_kind)loss,
                               .features = (nn_feature_scaling)pick(NN_NORMALIZE_AUTO),
                               .targets = (nn_target_scaling)pick(NN_TARGETS_AUTO),
                               .precision = pick(2) ? NN_BF16 : NN_FLOAT32,
                               .imputes = pick(2),
                               .ranged = pick(2)};
            goes_there_and_back(&v);
            models++;
        }
    return models;
}

static void every_network_comes_back(void)
{
    size_t models = 0;
    for (size_t hidden = 0; hidden < nni_activation_domain.count; hidden++)
        for (size_t norm = 0; norm < nni_norm_domain.count; norm++)
            if (!nni_activation_of((nn_activation)hidden)->over_rows)
                models += with_all_losses((nn_activation)hidden, (nn_norm_kind)norm);
    CU_ASSERT(models > 1000);
}

/* Scalings, imputation, ranges and names, each with each. */
static void all_that_is_around_comes_back(void)
{
    size_t models = 0;
    for (int features = NN_NORMALIZE_NONE; features < NN_NORMALIZE_AUTO; features++)
        for (int targets = NN_TARGETS_NONE; targets < NN_TARGETS_AUTO; targets++)
            for (int flags = 0; flags < 8; flags++, models++) {
                const variant v = {.output = flags & 4 ? NN_SOFTMAX : NN_LINEAR,
                                   .loss = flags & 4 ? NN_CROSS_ENTROPY : NN_HUBER,
                                   .features = (nn_feature_scaling)features,
                                   .targets = (nn_target_scaling)targets,
                                   .imputes = flags & 1,
                                   .ranged = flags & 2,
                                   .named = flags & 4,
                                   .labels = flags & 4 && models % 2 == 0};
                goes_there_and_back(&v);
            }
    CU_ASSERT(models == 6 * 5 * 8);
}

/* --- files that are not whole --- */

static const variant plain = {.norm = NN_NORM_BATCH, .output = NN_SOFTMAX, .loss = NN_CROSS_ENTROPY, .named = true};

/* A file of a model in memory, to be freed. */
static char *file_of(const variant *v, size_t *size)
{
    const char *path = fixture_path("whole.safetensors");
    nni_checkpoint *checkpoint = make(v);
    struct stat facts = {.st_size = 0};
    CU_ASSERT_EQUAL_FATAL(write_as("safetensors", checkpoint, path), NN_OK);
    nni_checkpoint_free(checkpoint);
    FILE *file = fopen(path, "rb");
    CU_ASSERT_FATAL(file && stat(path, &facts) == 0);
    *size = (size_t)facts.st_size;
    char *bytes = malloc(*size);
    CU_ASSERT_EQUAL_FATAL(fread(bytes, 1, *size, file), *size);
    fclose(file);
    unlink(path);
    return bytes;
}

static nn_status read_bytes(const char *bytes, size_t size, nni_checkpoint **checkpoint, nn_error *error)
{
    const char *path = fixture_path("b.safetensors");
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
    const nn_status status = nni_model_file_read(path, checkpoint, error);
    unlink(path);
    return status;
}

/* Replaces a text in a file by one as long, wherever it is, and reads that. */
static void refused(const char *text, const char *by, const char *message)
{
    size_t size = 0, found = 0;
    char *bytes = file_of(&plain, &size);
    const size_t length = strlen(text);
    nni_checkpoint *read = NULL;
    nn_error error = {.message = ""};
    CU_ASSERT_EQUAL_FATAL(strlen(by), length);
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, text, length) == 0) {
            memcpy(bytes + i, by, length);
            found++;
        }
    CU_ASSERT(found > 0);
    CU_ASSERT_EQUAL(read_bytes(bytes, size, &read, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, message));
    if (!strstr(error.message, message))
        fprintf(stderr, "\n%s by %s: %s\n", text, by, error.message);
    free(bytes);
}

static void what_does_not_fit_is_told(void)
{
    refused("\"format_version\": \"1\"", "\"format_version\": \"2\"",
            "was written by a newer nntrain (format 2); this one reads up to 1");
    refused("\"format_version\": \"1\"", "\"format_version\": \"x\"", "its format_version is missing or no number");
    refused("\"layers.1.bias\"", "\"layers.7.bias\"", "the tensor 'layers.1.bias' of 3 numbers is missing");
    refused("\"shape\": [4, 3]", "\"shape\": [3, 4]", "the tensor 'layers.0.weight' should have 4 x 3 numbers");
    refused("\\\"activation\\\": \\\"softmax\\\"", "\\\"activation\\\": \\\"softmix\\\"",
            "there is no activation 'softmix' in this nntrain");
    refused("\\\"inputs\\\": 3", "\\\"inputs\\\": x", "byte ");
    refused("\\\"inputs\\\": 3", "\\\"inputs\\\": 0", "'layers' of its model is missing, or not what nntrain writes");
    refused("\\\"epochs\\\"", "\\\"epoch_\\\"", "'epochs' of its model is missing");
    refused("\\\"class_count\\\"", "\\\"class_Count\\\"", "'class_count' of its model is missing");
    refused("\"recipe\"", "\"Recipe\"", "its recipe is missing");
    refused("{units: 4,", "{units: 5,", "its recipe has other layers than its network");
    refused("\"model\"", "\"Model\"", "the description of its model is missing");
    refused("\"format\": \"nntrain\"", "\"format\": \"nnTrain\"", "nntrain import-model makes a model of them");
}

/* Wherever it ends, and whatever bit is wrong. */
static void damage_is_refused_or_changes_numbers_alone(void)
{
    size_t size = 0;
    char *bytes = file_of(&plain, &size);
    for (size_t end = 0; end < size; end += 1 + end / 16) {
        nni_checkpoint *read = NULL;
        nn_error error = {.message = ""};
        CU_ASSERT_NOT_EQUAL(read_bytes(bytes, end, &read, &error), NN_OK);
        CU_ASSERT(strlen(error.message) > 20);
    }
    for (size_t i = 0; i < 300; i++) {
        const size_t at = pick(size);
        nni_checkpoint *read = NULL;
        nn_error error = {.message = ""};
        const char before = bytes[at];
        bytes[at] ^= (char)(1 << pick(8));
        const nn_status status = read_bytes(bytes, size, &read, &error);
        CU_ASSERT(status == NN_OK ? read->network->layer_count == 2 : strlen(error.message) > 20);
        if (status == NN_OK)
            nni_checkpoint_free(read);
        bytes[at] = before;
    }
    free(bytes);
}

static void what_is_no_model_is_told(void)
{
    nni_checkpoint *read = NULL;
    nn_error error = {.message = ""};
    CU_ASSERT_EQUAL(nni_model_file_read(fixture_path("none.h5"), &read, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "there is no file "));
    CU_ASSERT_EQUAL(nni_model_file_read("/", &read, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "/ is a folder; a file is needed"));
    const char *path = fixture_path("text.txt");
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file && fputs("seed: 1\n", file) >= 0 && fclose(file) == 0);
    CU_ASSERT_EQUAL(nni_model_file_read(path, &read, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "text.txt is no model: neither a checkpoint of nntrain"));
    unlink(path);
    CU_ASSERT_PTR_NULL(nni_model_format_find("safetensor", &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "there is no format 'safetensor' (did you mean safetensors?)"));
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) /* hundreds of files are synchronised, which is for nothing there */
        setenv("TMPDIR", "/dev/shm", 1);
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(every_network_comes_back),  NN_TEST(all_that_is_around_comes_back),
        NN_TEST(what_does_not_fit_is_told), NN_TEST(damage_is_refused_or_changes_numbers_alone),
        NN_TEST(what_is_no_model_is_told),
    };
    const int code = nni_run_suite("safetensors of models", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
