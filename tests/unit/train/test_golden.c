/* SPDX-License-Identifier: MIT */
/*
 * Trainings that PyTorch did in double (scripts/make_golden.py), repeated with nntrain: the loss of each of 100 steps,
 * the parameters at the end and what batch norm remembers.
 *
 * In float, 100 steps carry roundings of 6e-8 along; 1e-4 leaves room for them and for no other formula. In double the
 * two differ by the order of sums alone.
 */
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/network.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "support/memory.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
#define REAL H5T_NATIVE_DOUBLE
static const double tolerance = 1e-9;
#else
#define REAL H5T_NATIVE_FLOAT
static const double tolerance = 1e-4;
#endif

enum { ROWS = 160, INPUTS = 6, OUTPUTS = 3, BATCH = 16, STEPS = 100, EPOCH_STEPS = ROWS / BATCH };
enum { CASES = 108, MOST_LAYERS = 4, MOST_VALUES = 400 };

static struct {
    nni_real x[ROWS * INPUTS], values[ROWS * OUTPUTS], binary[ROWS * OUTPUTS], weights[ROWS];
    int32_t classes[ROWS], order[STEPS * BATCH];
} data;

/* What a case asks for, and what came of it. */
typedef struct golden {
    nni_layer_settings layers[MOST_LAYERS];
    size_t layer_count;
    nni_loss_settings loss;
    nni_optimizer_settings optimizer;
    nni_schedule_settings schedule;
    nni_regularization_settings regularization;
    const nni_real *values; /* NULL: targets are classes */
    bool weighted;
    double class_weights[OUTPUTS];
    nni_real initial[MOST_VALUES];
    double final[MOST_VALUES], statistics[MOST_VALUES], losses[STEPS];
} golden;

/* --- reading --- */

/* Fills `values` and returns how many there are; 0 where the file has no such dataset. */
static size_t read_values(hid_t place, const char *name, hid_t type, size_t most, void *values)
{
    if (H5Lexists(place, name, H5P_DEFAULT) <= 0)
        return 0;
    hid_t dataset = H5Dopen2(place, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    bool good = count >= 0 && (size_t)count <= most;
    good = good && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    H5Sclose(space);
    H5Dclose(dataset);
    CU_ASSERT_FATAL(good);
    return (size_t)count;
}

/* Reads one number or a few; 0 where there is no such attribute. */
static size_t read_numbers(hid_t place, const char *name, size_t most, double *numbers)
{
    numbers[0] = 0;
    if (H5Aexists(place, name) <= 0)
        return 0;
    hid_t attribute = H5Aopen(place, name, H5P_DEFAULT), space = H5Aget_space(attribute);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    bool good = count >= 1 && (size_t)count <= most && H5Aread(attribute, H5T_NATIVE_DOUBLE, numbers) >= 0;
    H5Sclose(space);
    H5Aclose(attribute);
    CU_ASSERT_FATAL(good);
    return (size_t)count;
}

static double read_number(hid_t place, const char *name)
{
    double number = 0;
    read_numbers(place, name, 1, &number);
    return number;
}

static void read_text(hid_t place, const char *name, char text[200])
{
    hid_t attribute = H5Aopen(place, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    const size_t size = H5Tget_size(type);
    bool good = size < 200 && H5Aread(attribute, type, text) >= 0;
    text[good ? size : 0] = '\0';
    H5Tclose(type);
    H5Aclose(attribute);
    CU_ASSERT_FATAL(good);
}

/* The value of an enumeration that is called like this. */
#define VALUE_CALLED(text, name_of, last)                                                                              \
    for (int value_ = 0; value_ <= (int)(last); value_++)                                                              \
        if (strcmp(name_of(value_), text) == 0)                                                                        \
            return value_;                                                                                             \
    CU_FAIL_FATAL("a name that nntrain does not know");                                                                \
    return 0

static int activation_called(const char *text)
{
    VALUE_CALLED(text, nn_activation_name, NN_SOFTMAX);
}

static int norm_called(const char *text)
{
    VALUE_CALLED(text, nn_norm_name, NN_NORM_LAYER);
}

static int loss_called(const char *text)
{
    VALUE_CALLED(text, nn_loss_name, NN_IOU);
}

static int optimizer_called(const char *text)
{
    VALUE_CALLED(text, nn_optimizer_name, NN_LAMB);
}

static int schedule_called(const char *text)
{
    VALUE_CALLED(text, nn_schedule_name, NN_SCHEDULE_PLATEAU);
}

/* "8 tanh none, 3 softmax none" */
static void read_layers(hid_t place, golden *g)
{
    char text[200], activation[20], norm[20];
    read_text(place, "layers", text);
    int used = 0;
    for (const char *at = text; *at && g->layer_count < MOST_LAYERS; at += used, g->layer_count++) {
        size_t units = 0;
        CU_ASSERT_FATAL(sscanf(at, "%zu %19s %19[a-z]%n", &units, activation, norm, &used) == 3);
        used += at[used] == ',' ? 2 : 0;
        g->layers[g->layer_count] = (nni_layer_settings){
            .units = units,
            .activation = (nn_activation)activation_called(activation),
            .normalization = (nn_norm_kind)norm_called(norm),
        };
    }
}

static void read_optimizer(hid_t place, golden *g)
{
    char text[200];
    read_text(place, "optimizer", text);
    g->optimizer = (nni_optimizer_settings){
        .name = (nn_optimizer_kind)optimizer_called(text),
        .learning_rate = read_number(place, "learning_rate"),
        .momentum = read_number(place, "momentum"),
        .nesterov = read_number(place, "nesterov") != 0,
        .beta1 = read_number(place, "beta1"),
        .beta2 = read_number(place, "beta2"),
        .rho = read_number(place, "rho"),
        .epsilon = read_number(place, "epsilon"),
        .weight_decay = read_number(place, "weight_decay"),
        .trust = read_number(place, "trust"),
    };
    g->regularization = (nni_regularization_settings){
        .l1 = read_number(place, "l1"),
        .l2 = read_number(place, "l2"),
        .clip_norm = read_number(place, "clip_norm"),
        .clip_value = read_number(place, "clip_value"),
    };
}

static void read_schedule(hid_t place, golden *g)
{
    char text[200];
    read_text(place, "schedule", text);
    g->schedule = (nni_schedule_settings){
        .name = (nn_schedule_kind)schedule_called(text),
        .warmup_length.steps = (size_t)read_number(place, "warmup_steps"),
        .every.steps = (size_t)read_number(place, "every_steps"),
        .factor = read_number(place, "factor"),
        .minimum = read_number(place, "minimum"),
        .patience = (size_t)read_number(place, "patience"),
        .reference_batch = (size_t)read_number(place, "reference_batch"),
    };
}

static void read_loss(hid_t place, golden *g)
{
    char text[200];
    read_text(place, "loss", text);
    g->loss = (nni_loss_settings){
        .name = (nn_loss_kind)loss_called(text),
        .label_smoothing = read_number(place, "label_smoothing"),
        .delta = read_number(place, "delta"),
        .class_weights_count = (uint32_t)read_numbers(place, "class_weights", OUTPUTS, g->class_weights),
    };
    if (g->loss.class_weights_count > 0)
        g->loss.class_weights = g->class_weights;
    read_text(place, "targets", text);
    g->values = strcmp(text, "values") == 0 ? data.values : strcmp(text, "binary") == 0 ? data.binary : NULL;
    g->weighted = read_number(place, "weighted") != 0;
}

static void read_case(hid_t place, golden *g)
{
    read_layers(place, g);
    read_loss(place, g);
    read_optimizer(place, g);
    read_schedule(place, g);
    read_values(place, "initial", REAL, MOST_VALUES, g->initial);
    read_values(place, "final", H5T_NATIVE_DOUBLE, MOST_VALUES, g->final);
    read_values(place, "statistics", H5T_NATIVE_DOUBLE, MOST_VALUES, g->statistics);
    read_values(place, "losses", H5T_NATIVE_DOUBLE, STEPS, g->losses);
}

/* --- training --- */

/* PyTorch has a bias before batch norm too, which takes it out again. */
static bool is_left_out(const nni_layer *layer, size_t tensor)
{
    return tensor == 1 && !nni_layer_has_bias(layer);
}

/* Where the tensors of a layer lie, in the order of the file. */
static size_t tensors_of(const nni_layer *layer, size_t offsets[4], size_t counts[4])
{
    const size_t all[4] = {layer->weight, layer->bias, layer->gamma, layer->beta};
    for (size_t t = 0; t < 4; t++) {
        offsets[t] = all[t];
        counts[t] = layer->outputs * (t == 0 ? layer->inputs : 1);
    }
    return layer->norm == NN_NORM_NONE ? 2 : 4;
}

static void set_parameters(nn_network *network, const nni_real *initial)
{
    size_t offsets[4], counts[4];
    for (size_t l = 0; l < network->layer_count; l++)
        for (size_t t = 0, many = tensors_of(&network->layers[l], offsets, counts); t < many; initial += counts[t++])
            if (!is_left_out(&network->layers[l], t))
                memcpy(network->parameters + offsets[t], initial, counts[t] * sizeof *initial);
}

static void gather(const golden *g, size_t step, nni_batch *batch)
{
    static nni_real x[BATCH * INPUTS], values[BATCH * OUTPUTS], weights[BATCH];
    static int32_t classes[BATCH];
    for (size_t i = 0; i < BATCH; i++) {
        const size_t row = (size_t)data.order[step * BATCH + i];
        memcpy(x + i * INPUTS, data.x + row * INPUTS, INPUTS * sizeof *x);
        if (g->values)
            memcpy(values + i * OUTPUTS, g->values + row * OUTPUTS, OUTPUTS * sizeof *values);
        classes[i] = data.classes[row];
        weights[i] = data.weights[row];
    }
    *batch = (nni_batch){
        .rows = BATCH,
        .global_rows = BATCH,
        .x = x,
        .y = {.classes = g->values ? NULL : classes, .values = g->values ? values : NULL},
        .weights = g->weighted ? weights : NULL,
    };
}

static void train(const golden *g, nn_network *network, nni_workspace *work, nni_optimizer *optimizer,
                  double losses[STEPS])
{
    const nni_schedule_span span = {.epoch_steps = EPOCH_STEPS, .epochs = STEPS / EPOCH_STEPS, .step_rows = BATCH};
    nni_schedule_state state = nni_schedule_begin();
    double epoch_loss = 0;
    for (size_t step = 0; step < STEPS; step++) {
        nni_batch batch;
        gather(g, step, &batch);
        nni_network_forward(network, &batch, work);
        losses[step] = nni_loss(&g->loss, network, &batch, work);
        nni_network_backward(&g->loss, network, &batch, work);
        const double rate = nni_schedule_rate(&g->schedule, g->optimizer.learning_rate, span, &state, step);
        nni_optimizer_step(optimizer, network, work->gradients, rate, NULL, NULL);
        epoch_loss += losses[step] / EPOCH_STEPS;
        if ((step + 1) % EPOCH_STEPS == 0) {
            nni_schedule_observe(&g->schedule, &state, epoch_loss);
            epoch_loss = 0;
        }
    }
}

/* --- comparing --- */

/* Largest difference over the largest value expected; NaN is no agreement. */
typedef struct agreement {
    double difference, size;
} agreement;

static void compare(agreement *worst, const nni_real *found, const double *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double difference = fabs((double)found[i] - expected[i]);
        if (!(difference <= worst->difference))
            worst->difference = difference;
        worst->size = fmax(worst->size, fabs(expected[i]));
    }
}

static double parameters_apart(const nn_network *network, const double *expected)
{
    agreement worst = {0, 0};
    size_t offsets[4], counts[4];
    for (size_t l = 0; l < network->layer_count; l++)
        for (size_t t = 0, many = tensors_of(&network->layers[l], offsets, counts); t < many; expected += counts[t++])
            if (!is_left_out(&network->layers[l], t))
                compare(&worst, network->parameters + offsets[t], expected, counts[t]);
    return worst.difference / worst.size;
}

/* PyTorch's running mean has gone the way to its bias, which does not move, in as many steps as there were. */
static void expect_mean_without_bias(const double *mean, const double *bias, size_t units, double *expected)
{
    for (size_t j = 0; j < units; j++)
        expected[j] = mean[j] - (1 - pow(0.9, STEPS)) * bias[j];
}

/* @param final  the parameters that go with them */
static double statistics_apart(const nn_network *network, const double *expected, const double *final)
{
    agreement worst = {0, 1};
    size_t offsets[4], counts[4];
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        const double *bias = final + layer->inputs * layer->outputs;
        for (size_t t = 0, many = tensors_of(layer, offsets, counts); t < many; t++)
            final += counts[t];
        if (layer->norm != NN_NORM_BATCH)
            continue;
        double mean[MOST_VALUES];
        expect_mean_without_bias(expected, bias, layer->outputs, mean);
        compare(&worst, network->statistics + layer->running_mean, mean, layer->outputs);
        compare(&worst, network->statistics + layer->running_variance, expected + layer->outputs, layer->outputs);
        expected += 2 * layer->outputs;
    }
    return worst.difference / worst.size;
}

static void repeat(const char *name, const golden *g)
{
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    nni_optimizer *optimizer = NULL;
    CU_ASSERT_FATAL(nni_network_create(INPUTS, g->layers, g->layer_count, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(network, BATCH, 1, 1, &work, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_optimizer_create(&g->optimizer, &g->regularization, network, &optimizer, NULL) == NN_OK);
    const nni_network_settings zeros = {.initializer = NN_INITIALIZE_ZEROS}; /* and what batch norm begins with */
    nni_network_initialize(network, &zeros, 0);
    set_parameters(network, g->initial);
    double losses[STEPS];
    train(g, network, work, optimizer, losses);

    double loss_apart = 0;
    size_t worst_step = 0;
    for (size_t step = 0; step < STEPS; step++) {
        const double apart = fabs(losses[step] - g->losses[step]) / fabs(g->losses[step]);
        if (!(apart <= loss_apart)) {
            loss_apart = apart;
            worst_step = step;
        }
    }
    const double end_apart = parameters_apart(network, g->final),
                 kept_apart = statistics_apart(network, g->statistics, g->final);
    const bool good = loss_apart < tolerance && end_apart < tolerance && kept_apart < tolerance;
    if (!good || getenv("NNTRAIN_GOLDEN_VERBOSE"))
        printf("\n  %s: loss %.2g apart at step %zu, parameters %.2g, statistics %.2g", name, loss_apart, worst_step,
               end_apart, kept_apart);
    CU_ASSERT(good);
    nni_optimizer_free(optimizer);
    nni_workspace_free(work);
    nn_network_free(network);
}

/* Whether a case is named after an optimiser, and not after a part of the model. */
static bool is_of_an_optimizer(const char *name)
{
    static const char *const parts[] = {"loss ", "activation ", "batch_norm ", "layer_norm "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strncmp(name, parts[i], strlen(parts[i])) == 0)
            return false;
    return true;
}

/* Repeats the cases whose names begin so; NULL: those of the optimisers. */
static void repeat_all(const char *prefix)
{
    hid_t file = H5Fopen(NNTRAIN_GOLDEN, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_FATAL(file >= 0);
    hid_t samples = H5Gopen2(file, "data", H5P_DEFAULT), cases = H5Gopen2(file, "cases", H5P_DEFAULT);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "x", REAL, ROWS * INPUTS, data.x), ROWS * INPUTS);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "values", REAL, ROWS * OUTPUTS, data.values), ROWS * OUTPUTS);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "binary", REAL, ROWS * OUTPUTS, data.binary), ROWS * OUTPUTS);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "weights", REAL, ROWS, data.weights), ROWS);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "classes", H5T_NATIVE_INT32, ROWS, data.classes), ROWS);
    CU_ASSERT_EQUAL_FATAL(read_values(samples, "order", H5T_NATIVE_INT32, STEPS * BATCH, data.order), STEPS * BATCH);
    H5G_info_t info;
    CU_ASSERT_FATAL(H5Gget_info(cases, &info) >= 0);
    CU_ASSERT_EQUAL(info.nlinks, CASES);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        char name[100];
        H5Lget_name_by_idx(cases, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        if (prefix ? strncmp(name, prefix, strlen(prefix)) != 0 : !is_of_an_optimizer(name))
            continue;
        hid_t place = H5Gopen2(cases, name, H5P_DEFAULT);
        golden g = {.layer_count = 0};
        read_case(place, &g);
        H5Gclose(place);
        repeat(name, &g);
    }
    H5Gclose(cases);
    H5Gclose(samples);
    H5Fclose(file);
}

static void every_optimizer_on_every_schedule_trains_as_in_pytorch(void)
{
    repeat_all(NULL);
}

static void every_loss_trains_as_in_pytorch(void)
{
    repeat_all("loss ");
}

static void every_activation_trains_as_in_pytorch(void)
{
    repeat_all("activation ");
}

static void batch_norm_trains_as_in_pytorch(void)
{
    repeat_all("batch_norm ");
}

static void layer_norm_trains_as_in_pytorch(void)
{
    repeat_all("layer_norm ");
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_optimizer_on_every_schedule_trains_as_in_pytorch),
        NN_TEST(every_loss_trains_as_in_pytorch),
        NN_TEST(every_activation_trains_as_in_pytorch),
        NN_TEST(batch_norm_trains_as_in_pytorch),
        NN_TEST(layer_norm_trains_as_in_pytorch),
    };
    return nni_run_suite("golden trajectories", tests, sizeof tests / sizeof *tests);
}
