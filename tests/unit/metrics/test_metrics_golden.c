/* SPDX-License-Identifier: MIT */
/*
 * Figures of randomised predictions that scikit-learn found (scripts/make_golden_metrics.py), found again by an
 * evaluator. Run by mpirun at several rank counts: every rank knows all rows and owns a share of them.
 *
 * Outputs are given: the evaluator is made for a network that ends in a softmax or sigmoid and the figures are measured
 * with one that passes its inputs on. 1e-6 leaves room for the order of sums alone: both compute in double of the same
 * float32 numbers.
 */
#include <hdf5.h>
#include <math.h>

#include <string.h>

#include "metrics/evaluate.h"
#include "support/golden_file.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
#define REAL H5T_NATIVE_DOUBLE
#else
#define REAL H5T_NATIVE_FLOAT
#endif

enum { CASES = 135, METRICS = 17, MOST_ROWS = 50, MOST = 10, CAPACITY = 7 };

static const double tolerance = 1e-6;
static nn_comm *comm;

/* The file, whole. Numbers of all cases follow each other in outputs, targets and weights. */
static struct {
    char name[CASES][40], metric[METRICS][40];
    int32_t cases[CASES][6];
    double figure[CASES][METRICS], each[CASES][METRICS + 1][MOST], confusion[CASES][MOST][MOST];
    double targets[CASES * MOST_ROWS * MOST];
    nni_real outputs[CASES * MOST_ROWS * MOST], weights[CASES * MOST_ROWS];
} golden;

/* A case of it: the outputs are an input that the network passes on. */
typedef struct scene {
    size_t index;
    nn_activation activation;
    bool has_values, weighted;
    size_t top_k, rows, outputs;
    nni_real *x, *weights;
    double *values;
    int32_t classes[MOST_ROWS];
} scene;

/* --- reading --- */

static void read_golden(void)
{
    hid_t file = H5Fopen(NNTRAIN_GOLDEN, H5F_ACC_RDONLY, H5P_DEFAULT), text = H5Tcopy(H5T_C_S1);
    CU_ASSERT_FATAL(file >= 0 && H5Tset_size(text, sizeof golden.name[0]) >= 0);
    nn_read_golden(file, "name", text, sizeof golden.name, golden.name);
    nn_read_golden(file, "metric", text, sizeof golden.metric, golden.metric);
    nn_read_golden(file, "case", H5T_NATIVE_INT32, sizeof golden.cases, golden.cases);
    nn_read_golden(file, "figure", H5T_NATIVE_DOUBLE, sizeof golden.figure, golden.figure);
    nn_read_golden(file, "each", H5T_NATIVE_DOUBLE, sizeof golden.each, golden.each);
    nn_read_golden(file, "confusion", H5T_NATIVE_DOUBLE, sizeof golden.confusion, golden.confusion);
    nn_read_golden(file, "outputs", REAL, sizeof golden.outputs, golden.outputs);
    nn_read_golden(file, "targets", H5T_NATIVE_DOUBLE, sizeof golden.targets, golden.targets);
    nn_read_golden(file, "weights", REAL, sizeof golden.weights, golden.weights);
    H5Tclose(text);
    H5Fclose(file);
}

/* @return the case, whose numbers begin at `at`, which goes on behind them: outputs, targets, weights */
static scene take_case(size_t index, size_t at[3])
{
    const nn_activation activations[] = {NN_LINEAR, NN_SIGMOID, NN_SOFTMAX};
    const int32_t *given = golden.cases[index];
    scene s = {
        .index = index,
        .activation = activations[given[0]],
        .has_values = given[1] != 0,
        .weighted = given[2] != 0,
        .top_k = (size_t)given[3],
        .rows = (size_t)given[4],
        .outputs = (size_t)given[5],
        .x = golden.outputs + at[0],
        .values = golden.targets + at[1],
        .weights = golden.weights + at[2],
    };
    CU_ASSERT_FATAL(s.rows > 0 && s.rows <= MOST_ROWS);
    for (size_t row = 0; row < s.rows && !s.has_values; row++)
        s.classes[row] = (int32_t)s.values[row];
    at[0] += s.rows * s.outputs;
    at[1] += s.has_values ? s.rows * s.outputs : s.rows;
    at[2] += s.weighted ? s.rows : 0;
    return s;
}

/* --- comparing --- */

static void expect(const scene *s, const char *what, size_t index, double got, double expected)
{
    const bool good = isnan(expected) ? isnan(got) : fabs(got - expected) <= tolerance * fmax(1, fabs(expected));
    if (!good)
        printf("\n%s: %s %zu is %.9g, not %.9g\n", golden.name[s->index], what, index, got, expected);
    CU_ASSERT(good);
}

static nn_metric metric_called(const char *name)
{
    nn_metric metric = NN_METRIC_LOSS;
    while (metric < NN_METRIC_COUNT && strcmp(nn_metric_name(metric), name) != 0)
        metric++;
    CU_ASSERT_FATAL(metric < NN_METRIC_COUNT);
    return metric;
}

/* What is NaN in the file may be NaN or not be there at all. */
static void compare_each(const scene *s, const char *what, const double *got, const double *expected)
{
    for (size_t i = 0; i < MOST; i++)
        if (!isnan(expected[i])) {
            CU_ASSERT_PTR_NOT_NULL_FATAL(got);
            expect(s, what, i, got[i], expected[i]);
        }
}

static void compare(const scene *s, const nni_metrics *metrics)
{
    CU_ASSERT_EQUAL(metrics->rows, s->rows);
    for (size_t m = 0; m < METRICS; m++) {
        const nn_metric metric = metric_called(golden.metric[m]);
        expect(s, golden.metric[m], 0, metrics->value[metric], golden.figure[s->index][m]);
        compare_each(s, golden.metric[m], metrics->each[metric], golden.each[s->index][m]);
    }
    compare_each(s, "support", metrics->support, golden.each[s->index][METRICS]);
    CU_ASSERT_EQUAL_FATAL(metrics->confusion != NULL, metrics->class_count > 0);
    for (size_t i = 0; i < metrics->class_count; i++)
        for (size_t j = 0; j < metrics->class_count; j++)
            expect(s, "confusion", i, metrics->confusion[i * metrics->class_count + j],
                   golden.confusion[s->index][i][j]);
}

/* Ranks own rows in proportion to their number, so that they differ. */
static size_t begin_of(size_t rows, int rank)
{
    return rows * (size_t)rank * (size_t)(rank + 1) / (size_t)(comm->size * (comm->size + 1));
}

static nni_dataset share_of(scene *s)
{
    const size_t first = begin_of(s->rows, comm->rank), rows = begin_of(s->rows, comm->rank + 1) - first;
    return (nni_dataset){
        .slicing.slices = {s->rows, (size_t)comm->size},
        .slicing.first_row = first,
        .slicing.rows = rows,
        .row.features = s->outputs,
        .row.outputs = s->outputs,
        .row.element = NNI_REAL,
        .resident.x = s->x + first * s->outputs,
        .row.target = s->has_values ? NNI_TARGET_VALUES : NNI_TARGET_CLASSES,
        .resident.values = s->has_values ? s->values + first * s->outputs : NULL,
        .resident.classes = s->has_values ? NULL : s->classes + first,
        .resident.weights = s->weighted ? s->weights + first : NULL,
    };
}

static void measure(scene *s)
{
    const nni_layer_settings layer = {.units = s->outputs, .activation = s->activation};
    const nni_loss_settings loss = {.name = NN_MSE};
    const nni_metrics_wanted wanted = {.top_k = s->top_k, .ranking = true, .confusion = true};
    nni_dataset share = share_of(s);
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    nni_evaluator *evaluator = NULL;
    nni_metrics metrics;
    CU_ASSERT_FATAL(nni_network_create(s->outputs, &layer, 1, &network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(network, CAPACITY, 1, 0, &work, NULL) == NN_OK);
    for (size_t j = 0; j < s->outputs; j++)
        network->parameters[network->layers[0].weight + j * s->outputs + j] = 1;
    CU_ASSERT_FATAL(nni_evaluator_create(network, CAPACITY, &share, wanted, comm, &evaluator, NULL) == NN_OK);
    network->layers[0].activation = NN_LINEAR;
    CU_ASSERT_FATAL(nni_evaluate(evaluator, &loss, network, work, &metrics, NULL) == NN_OK);
    compare(s, &metrics);
    nni_evaluator_free(evaluator);
    nni_workspace_free(work);
    nn_network_free(network);
}

static void figures_are_those_of_scikit_learn(void)
{
    size_t at[3] = {0, 0, 0};
    read_golden();
    for (size_t i = 0; i < CASES; i++) {
        scene s = take_case(i, at);
        measure(&s);
    }
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {NN_TEST(figures_are_those_of_scikit_learn)};
    const int code = nni_run_suite("metrics_golden", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
