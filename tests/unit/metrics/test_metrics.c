/* SPDX-License-Identifier: MIT */
/* Figures of a split against definitions spelled out over all pairs of rows. Run by mpirun at several rank counts:
 * every rank knows all rows, owns a share of them, and must hear what one rank alone would find. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/scaling/target_scaling.h"
#include "metrics/evaluate.h"
#include "metrics/subject.h"
#include "support/philox.h"
#include "support/suite.h"

static nn_comm *comm;

enum { MOST_ROWS = 101, MOST = 6 };

static const double tolerance = 1e-12; /* sums of a hundred rows in another order */

static double noise(size_t stream, size_t index)
{
    nni_philox_block block = nni_random_block(17, NNI_RANDOM_GENERATE, stream, index);
    return 2 * nni_uniform(block.word[0], block.word[1]) - 1;
}

/* Rows of a split and a network of one layer that passes x on as its logits. */
struct scene {
    size_t rows, outputs;
    nni_real x[MOST_ROWS * MOST];
    int32_t classes[MOST_ROWS];
    double values[MOST_ROWS * MOST];
    nni_target_scaler scaling; /* of the targets, where share borrows it */
    double offset[MOST], scale[MOST];
    nni_real weights[MOST_ROWS];
    nn_network *network;
    nni_workspace *work;
    nni_dataset share; /* this rank's */
};

/* Rows are shared out unevenly: of r ranks, rank k ends before row N (k+1)^2 / r^2. */
static size_t begin_of(size_t rows, size_t rank)
{
    return rows * rank * rank / (size_t)(comm->size * comm->size);
}

static struct scene *set_up(size_t rows, size_t outputs, nn_activation activation, size_t capacity)
{
    const nni_layer_settings layer = {.units = outputs, .activation = activation};
    struct scene *scene = calloc(1, sizeof *scene);
    CU_ASSERT_FATAL(scene != NULL && rows <= MOST_ROWS && outputs <= MOST);
    scene->rows = rows;
    scene->outputs = outputs;
    CU_ASSERT_FATAL(nni_network_create(outputs, &layer, 1, &scene->network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(scene->network, capacity, 1, 0, &scene->work, NULL) == NN_OK);
    for (size_t j = 0; j < outputs; j++)
        scene->network->parameters[scene->network->layers[0].weight + j * outputs + j] = 1;
    for (size_t i = 0; i < rows * outputs; i++)
        scene->x[i] = (nni_real)(round(8 * noise(1, i)) / 4); /* so that scores tie now and then */
    const size_t first = begin_of(rows, (size_t)comm->rank), end = begin_of(rows, (size_t)comm->rank + 1);
    scene->share = (nni_dataset){
        .slicing.slices = {rows, (size_t)comm->size},
        .slicing.first_row = first,
        .slicing.rows = end - first,
        .row.features = outputs,
        .row.outputs = outputs,
        .row.element = NNI_REAL,
        .resident.x = scene->x + first * outputs,
    };
    return scene;
}

static void tear_down(struct scene *scene)
{
    nni_workspace_free(scene->work);
    nn_network_free(scene->network);
    free(scene);
}

/* Classes below `present`, often the one of the largest logit. */
static void give_classes(struct scene *scene, size_t present)
{
    for (size_t i = 0; i < scene->rows; i++) {
        const size_t likely = nni_predicted_class(scene->x + i * scene->outputs, scene->outputs);
        scene->classes[i] = (int32_t)((noise(2, i) > 0 ? likely : i * 7) % present);
    }
    scene->share.row.target = NNI_TARGET_CLASSES;
    scene->share.resident.classes = scene->classes + scene->share.slicing.first_row;
}

/* As nni_dataset_fit_targets makes of two classes for a single output. */
static void give_truths(struct scene *scene)
{
    for (size_t i = 0; i < scene->rows; i++)
        scene->values[i] = scene->x[i] + 2 * noise(3, i) > 0;
    scene->share.row.target = NNI_TARGET_VALUES;
    scene->share.row.binary = true;
    scene->share.resident.values = scene->values + scene->share.slicing.first_row;
}

static void give_values(struct scene *scene, double middle, double spread)
{
    for (size_t i = 0; i < scene->rows * scene->outputs; i++)
        scene->values[i] = middle + spread * noise(4, i);
    scene->share.row.target = NNI_TARGET_VALUES;
    scene->share.resident.values = scene->values + scene->share.slicing.first_row * scene->outputs;
}

static nni_evaluator *create(struct scene *scene, nni_metrics_wanted wanted)
{
    nni_evaluator *evaluator = NULL;
    CU_ASSERT_FATAL(nni_evaluator_create(scene->network, scene->work->capacity, &scene->share, wanted, comm, &evaluator,
                                         NULL) == NN_OK);
    return evaluator;
}

static nni_metrics measure(nni_evaluator *evaluator, struct scene *scene, nn_loss_kind kind)
{
    const nni_loss_settings loss = {.name = kind, .delta = 1};
    nni_metrics metrics;
    CU_ASSERT_FATAL(nni_evaluate(evaluator, &loss, scene->network, scene->work, &metrics, NULL) == NN_OK);
    return metrics;
}

static nni_metrics measure_once(struct scene *scene, nn_loss_kind kind)
{
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.top_k = 0});
    const nni_metrics metrics = measure(evaluator, scene, kind);
    nni_evaluator_free(evaluator);
    return metrics;
}

/* Output activations of all rows, which no rank's share has a part in; returns the loss of all. */
static double outputs_of(struct scene *scene, nn_loss_kind kind, nni_real a[MOST_ROWS * MOST])
{
    const nni_loss_settings loss = {.name = kind, .delta = 1};
    nni_real y[MOST_ROWS * MOST];
    nni_workspace *work = NULL;
    CU_ASSERT_FATAL(nni_workspace_create(scene->network, scene->rows, 1, 0, &work, NULL) == NN_OK);
    for (size_t i = 0; i < scene->rows * scene->outputs; i++)
        y[i] = (nni_real)scene->values[i];
    if (scene->share.target_scaling)
        nni_target_scaler_apply(&scene->scaling, scene->values, scene->rows, y);
    nni_batch batch = {.rows = scene->rows, .global_rows = scene->rows, .x = scene->x};
    if (scene->share.resident.values)
        batch.y.values = y;
    else
        batch.y.classes = scene->classes;
    batch.weights = scene->share.resident.weights ? scene->weights : NULL;
    nni_network_infer(scene->network, scene->x, scene->rows, work);
    const double value = nni_loss(&loss, scene->network, &batch, work);
    memcpy(a, nni_network_output(scene->network, work), scene->rows * scene->outputs * sizeof *a);
    nni_workspace_free(work);
    return value;
}

static void expect(const nni_metrics *metrics, nn_metric which, double expected)
{
    const double got = metrics->value[which], error = fabs(got - expected);
    const bool good = isnan(expected) ? isnan(got) : error <= tolerance * fmax(1, fabs(expected));
    if (!good)
        printf("\n%s is %.17g, not %.17g\n", nn_metric_name(which), got, expected);
    CU_ASSERT(good);
}

static size_t class_of(const struct scene *scene, size_t row)
{
    return scene->share.resident.values ? (size_t)scene->values[row] : (size_t)scene->classes[row];
}

/* All pairs of a row of the class and one of another. */
static double pairs_in_order(const struct scene *scene, const nni_real *a, size_t output, size_t class)
{
    double right = 0, pairs = 0;
    for (size_t i = 0; i < scene->rows; i++)
        for (size_t k = 0; k < scene->rows; k++) {
            if (class_of(scene, i) != class || class_of(scene, k) == class)
                continue;
            const nni_real above = a[i * scene->outputs + output], below = a[k * scene->outputs + output];
            right += above > below ? 1 : above == below ? 0.5 : 0;
            pairs++;
        }
    return right / pairs; /* NaN without pairs */
}

static double expected_auroc(const struct scene *scene, const nni_real *a)
{
    if (scene->outputs <= 2)
        return pairs_in_order(scene, a, scene->outputs - 1, 1);
    double sum = 0, count = 0;
    for (size_t c = 0; c < scene->outputs; c++) {
        const double area = pairs_in_order(scene, a, c, c);
        if (isnan(area))
            continue;
        sum += area;
        count++;
    }
    return sum / count;
}

/* Rows of a class, rows taken for it, and rows of both kinds; negative classes count all. */
static double rows_of(const struct scene *scene, const nni_real *a, int class, int taken)
{
    double count = 0;
    for (size_t i = 0; i < scene->rows; i++)
        count += (class < 0 || (size_t) class == class_of(scene, i)) &&
                 (taken < 0 || (size_t)taken == nni_predicted_class(a + i * scene->outputs, scene->outputs));
    return count;
}

/* The class's place among outputs sorted downwards, by counting the outputs that stand before it. */
static double expected_top(const struct scene *scene, const nni_real *a, size_t k)
{
    double inside = 0;
    for (size_t i = 0; i < scene->rows; i++) {
        bool taken[MOST] = {false};
        for (size_t place = 0; place < k && place < scene->outputs; place++) {
            size_t best = scene->outputs;
            for (size_t j = 0; j < scene->outputs; j++)
                if (!taken[j] && (best == scene->outputs || a[i * scene->outputs + j] > a[i * scene->outputs + best]))
                    best = j;
            taken[best] = true;
        }
        inside += taken[class_of(scene, i)];
    }
    return inside / (double)scene->rows;
}

static void check_classes(struct scene *scene, nn_loss_kind loss, size_t top_k)
{
    static nni_real a[MOST_ROWS * MOST];
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.top_k = top_k, .ranking = true, .confusion = true});
    const size_t classes = scene->outputs == 1 ? 2 : scene->outputs;
    for (int time = 0; time < 2; time++) { /* the second finds nothing left of the first */
        const nni_metrics metrics = measure(evaluator, scene, loss);
        expect(&metrics, NN_METRIC_LOSS, outputs_of(scene, loss, a));
        CU_ASSERT(metrics.classes);
        CU_ASSERT_EQUAL(metrics.rows, scene->rows);
        CU_ASSERT_EQUAL_FATAL(metrics.class_count, classes);
        double correct = 0, precision = 0, recall = 0, f1 = 0, count = 0;
        for (int c = 0; c < (int)classes; c++) {
            const double hit = rows_of(scene, a, c, c), of = rows_of(scene, a, c, -1), as = rows_of(scene, a, -1, c);
            const double p = as > 0 ? hit / as : 0, r = of > 0 ? hit / of : 0;
            correct += hit;
            if (classes > 2 || c == 1) { /* of two classes the figures are those of class 1 */
                count += classes == 2 || of + as > 0;
                precision += p;
                recall += r;
                f1 += p + r > 0 ? 2 * p * r / (p + r) : 0;
            }
            for (int j = 0; j < (int)classes; j++)
                CU_ASSERT(metrics.confusion[(size_t)c * classes + (size_t)j] == rows_of(scene, a, c, j));
        }
        CU_ASSERT_EQUAL(metrics.correct, correct);
        expect(&metrics, NN_METRIC_ACCURACY, correct / (double)scene->rows);
        expect(&metrics, NN_METRIC_PRECISION, precision / count);
        expect(&metrics, NN_METRIC_RECALL, recall / count);
        expect(&metrics, NN_METRIC_F1, f1 / count);
        expect(&metrics, NN_METRIC_AUROC, expected_auroc(scene, a));
        expect(&metrics, NN_METRIC_TOP_K,
               scene->outputs > 1 && top_k > 0 ? expected_top(scene, a, top_k) : (double)NAN);
    }
    nni_evaluator_free(evaluator);
}

static void figures_of_classes_are_their_definitions(void)
{
    for (size_t capacity = 1; capacity < 2 * MOST_ROWS; capacity = 5 * capacity + 2) /* 1, 7, 37, 187 */
        for (size_t outputs = 2; outputs <= MOST; outputs++) {
            struct scene *scene = set_up(MOST_ROWS, outputs, NN_SOFTMAX, capacity);
            give_classes(scene, outputs);
            check_classes(scene, NN_CROSS_ENTROPY, outputs - 1);
            check_classes(scene, NN_MSE, 1);
            tear_down(scene);
        }
}

static void classes_that_do_not_occur_are_left_out_of_the_area(void)
{
    for (size_t present = 1; present < MOST; present++) {
        struct scene *scene = set_up(MOST_ROWS, MOST, NN_SOFTMAX, 10);
        give_classes(scene, present); /* with one class alone the area is of nothing */
        check_classes(scene, NN_CROSS_ENTROPY, 9);
        tear_down(scene);
    }
}

static void one_output_speaks_for_two_classes(void)
{
    struct scene *scene = set_up(MOST_ROWS, 1, NN_SIGMOID, 10);
    give_truths(scene);
    check_classes(scene, NN_BINARY_CROSS_ENTROPY, 2);
    tear_down(scene);
}

static void known_areas_come_out(void)
{
    struct scene *scene = set_up(8, 1, NN_LINEAR, 3);
    const double y[8] = {0, 0, 0, 0, 1, 1, 1, 1};
    const nni_real scores[4][8] = {{1, 2, 3, 4, 5, 6, 7, 8},  /* all pairs right */
                                   {8, 7, 6, 5, 4, 3, 2, 1},  /* all wrong */
                                   {2, 2, 2, 2, 2, 2, 2, 2},  /* all tied */
                                   {1, 2, 3, 4, 2, 3, 4, 5}}; /* 1.5 + 2.5 + 3.5 + 4 of 16 */
    const double areas[4] = {1, 0, 0.5, 11.5 / 16};
    memcpy(scene->values, y, sizeof y);
    scene->share.row.target = NNI_TARGET_VALUES;
    scene->share.row.binary = true;
    scene->share.resident.values = scene->values + scene->share.slicing.first_row;
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.ranking = true, .confusion = true});
    for (int i = 0; i < 4; i++) {
        memcpy(scene->x, scores[i], sizeof scores[i]);
        const nni_metrics metrics = measure(evaluator, scene, NN_MSE);
        expect(&metrics, NN_METRIC_AUROC, areas[i]);
    }
    scene->x[5] = NAN;
    const nni_metrics metrics = measure(evaluator, scene, NN_MSE);
    expect(&metrics, NN_METRIC_AUROC, (double)NAN);
    nni_evaluator_free(evaluator);
    tear_down(scene);
}

static void what_was_not_wanted_is_not_a_number(void)
{
    struct scene *scene = set_up(20, 3, NN_SOFTMAX, 10);
    give_classes(scene, 3);
    const nni_metrics metrics = measure_once(scene, NN_CROSS_ENTROPY);
    expect(&metrics, NN_METRIC_TOP_K, (double)NAN);
    expect(&metrics, NN_METRIC_AUROC, (double)NAN);
    expect(&metrics, NN_METRIC_AVERAGE_PRECISION, (double)NAN);
    CU_ASSERT_PTR_NULL(metrics.each[NN_METRIC_AUROC]);
    CU_ASSERT_PTR_NULL(metrics.confusion);
    for (nn_metric metric = NN_METRIC_MAE; metric <= NN_METRIC_R2; metric++)
        expect(&metrics, metric, (double)NAN);
    tear_down(scene);
}

/* --- values --- */

static size_t largest_of(const double *values, size_t count)
{
    size_t largest = 0;
    for (size_t j = 1; j < count; j++)
        largest = values[j] > values[largest] ? j : largest;
    return largest;
}

static void check_values(struct scene *scene, nn_loss_kind loss)
{
    static nni_real a[MOST_ROWS * MOST];
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.top_k = 1, .ranking = true, .confusion = true});
    const nni_metrics metrics = measure(evaluator, scene, loss);
    expect(&metrics, NN_METRIC_LOSS, outputs_of(scene, loss, a));
    const size_t rows = scene->rows, outputs = scene->outputs;
    long double absolute = 0, roots = 0, explained = 0, both = 0, united = 0;
    bool unit = true;
    for (size_t j = 0; j < outputs; j++) {
        long double mean = 0, residual = 0, spread = 0;
        for (size_t i = 0; i < rows; i++)
            mean += (long double)scene->values[i * outputs + j] / rows;
        for (size_t i = 0; i < rows; i++) {
            const long double y = scene->values[i * outputs + j];
            long double p = a[i * outputs + j];
            if (scene->share.target_scaling)
                p = (double)p / scene->scale[j] + scene->offset[j]; /* as it is rounded */
            absolute += fabsl(p - y);
            residual += (p - y) * (p - y);
            spread += (y - mean) * (y - mean);
            both += p * y;
            united += p + y - p * y;
            unit = unit && y >= 0 && y <= 1;
        }
        roots += sqrtl(residual / rows);
        explained += spread > 1e-20L ? 1 - residual / spread : residual > 0 ? 0 : 1;
    }
    expect(&metrics, NN_METRIC_MAE, (double)(absolute / (rows * outputs)));
    expect(&metrics, NN_METRIC_RMSE, (double)(roots / outputs));
    expect(&metrics, NN_METRIC_R2, rows > 1 ? (double)(explained / outputs) : (double)NAN);
    const nn_activation activation = scene->network->layers[0].activation;
    const bool memberships = unit && (activation != NN_LINEAR || loss == NN_IOU);
    expect(&metrics, NN_METRIC_IOU, memberships ? (double)(both / united) : (double)NAN);
    /* Values are shares of classes for a softmax: then the largest share is the class. */
    const bool shares = outputs > 1 && scene->network->layers[0].activation == NN_SOFTMAX;
    CU_ASSERT(metrics.classes == (scene->share.row.binary || shares) && !metrics.classes == !metrics.confusion);
    if (shares) {
        size_t right = 0;
        for (size_t i = 0; i < rows; i++)
            right += nni_predicted_class(a + i * outputs, outputs) == largest_of(scene->values + i * outputs, outputs);
        expect(&metrics, NN_METRIC_ACCURACY, (double)right / (double)rows);
    }
    for (nn_metric metric = NN_METRIC_ACCURACY; !metrics.classes && metric <= NN_METRIC_LOG_LOSS; metric++)
        expect(&metrics, metric, (double)NAN);
    nni_evaluator_free(evaluator);
}

static void figures_of_values_are_their_definitions(void)
{
    const nn_activation activations[] = {NN_LINEAR, NN_SIGMOID, NN_SOFTMAX};
    const nn_loss_kind losses[] = {NN_MSE, NN_MAE, NN_HUBER, NN_IOU};
    for (size_t a = 0; a < 3; a++)
        for (size_t l = 0; l < 4; l++)
            for (size_t outputs = 1; outputs <= MOST; outputs += 2) {
                struct scene *scene = set_up(MOST_ROWS, outputs, activations[a], 8);
                give_values(scene, 0.5, 0.5); /* within 0 .. 1 */
                check_values(scene, losses[l]);
                give_values(scene, -3, 2);
                if (losses[l] != NN_IOU)
                    check_values(scene, losses[l]);
                tear_down(scene);
            }
    struct scene *scene = set_up(MOST_ROWS, 1, NN_SIGMOID, 8);
    give_truths(scene);
    check_values(scene, NN_BINARY_CROSS_ENTROPY);
    tear_down(scene);
}

/* A mean of 1000 with deviations of 0.001, told apart by a network that is right up to 0.0005. */
static void a_small_spread_beside_a_large_mean_keeps_its_digits(void)
{
    struct scene *scene = set_up(MOST_ROWS, 2, NN_LINEAR, 8);
    give_values(scene, 1000, 0.001);
    for (size_t i = 0; i < scene->rows * scene->outputs; i++)
        scene->x[i] = (nni_real)(scene->values[i] + 0.0005 * noise(5, i));
    check_values(scene, NN_MSE);
    tear_down(scene);
}

/* Outputs of a network that learnt scaled targets: the loss is of these, all else in the units of the data. */
static void figures_of_scaled_targets_are_in_their_units(void)
{
    struct scene *scene = set_up(MOST_ROWS, 3, NN_LINEAR, 8);
    for (size_t i = 0; i < scene->rows * 3; i++)
        scene->values[i] = i % 3 == 0   ? 1.7e9 + 100 * noise(4, i)
                           : i % 3 == 1 ? 1e-3 * noise(4, i)
                                        : 2e5 + 1e4 * noise(4, i);
    scene->share.row.target = NNI_TARGET_VALUES;
    scene->share.resident.values = scene->values + scene->share.slicing.first_row * 3;
    memcpy(scene->offset, (const double[]){1.7e9, 0, 2e5}, 3 * sizeof(double));
    memcpy(scene->scale, (const double[]){1e-2, 1e3, 1e-4}, 3 * sizeof(double));
    scene->scaling = (nni_target_scaler){NN_TARGETS_STANDARD, 3, scene->offset, scene->scale};
    nni_dataset_scale_targets(&scene->share, &scene->scaling);
    check_values(scene, NN_MSE);
    check_values(scene, NN_HUBER);
    tear_down(scene);
}

static void a_target_that_does_not_vary_is_met_or_not(void)
{
    struct scene *scene = set_up(MOST_ROWS, 2, NN_LINEAR, 8);
    give_values(scene, 0.1, 0);
    check_values(scene, NN_MSE);
    for (size_t i = 0; i < scene->rows; i++)
        scene->values[2 * i] = (double)(scene->x[2 * i] = (nni_real)0.1); /* 0 is met, 1 is not */
    const nni_metrics metrics = measure_once(scene, NN_MSE);
    expect(&metrics, NN_METRIC_R2, 0.5);
    tear_down(scene);
}

static void overlap_of_classes_is_that_of_their_one_hot_rows(void)
{
    struct scene *scene = set_up(3, 2, NN_SOFTMAX, 8);
    give_classes(scene, 2);
    memset(scene->x, 0, sizeof scene->x); /* a = 1/2: of every row 1/2 of 3/2 */
    const nni_metrics metrics = measure_once(scene, NN_CROSS_ENTROPY);
    expect(&metrics, NN_METRIC_IOU, 1.0 / 3);
    tear_down(scene);
}

/* --- weights --- */

/* A row of weight 3 is three rows; one of 0 is none. */
static void check_weights(nn_activation activation, void (*give_targets)(struct scene *))
{
    enum { ROWS = 40 };
    static nni_real a[MOST_ROWS * MOST];
    const nni_metrics_wanted wanted = {.top_k = 2, .ranking = true, .confusion = true};
    struct scene *weighted = set_up(ROWS, 3, activation, 8);
    give_targets(weighted);
    size_t rows = 0;
    for (size_t i = 0; i < ROWS; i++)
        rows += (size_t)(weighted->weights[i] = (nni_real)(i * 7 % 4));
    weighted->share.resident.weights = weighted->weights + weighted->share.slicing.first_row;
    struct scene *repeated = set_up(rows, 3, activation, 8);
    give_targets(repeated);
    for (size_t i = 0, at = 0; i < ROWS; i++)
        for (size_t k = 0; k < (size_t)weighted->weights[i]; k++, at++) {
            memcpy(repeated->x + at * 3, weighted->x + i * 3, 3 * sizeof *weighted->x);
            memcpy(repeated->values + at * 3, weighted->values + i * 3, 3 * sizeof *weighted->values);
            repeated->classes[at] = weighted->classes[i];
        }
    nni_evaluator *one = create(weighted, wanted), *other = create(repeated, wanted);
    const nni_metrics got = measure(one, weighted, NN_MSE), expected = measure(other, repeated, NN_MSE);
    CU_ASSERT_EQUAL(got.weight, (double)rows);
    CU_ASSERT_EQUAL(got.rows, ROWS);
    expect(&got, NN_METRIC_LOSS, outputs_of(weighted, NN_MSE, a));
    for (nn_metric metric = NN_METRIC_ACCURACY; metric < NN_METRIC_COUNT; metric++)
        expect(&got, metric, expected.value[metric]);
    for (size_t i = 0; i < got.class_count * got.class_count; i++)
        CU_ASSERT_EQUAL(got.confusion[i], expected.confusion[i]);
    nni_evaluator_free(one);
    nni_evaluator_free(other);
    tear_down(weighted);
    tear_down(repeated);
}

static void give_three_classes(struct scene *scene)
{
    give_classes(scene, 3);
}

static void give_labels(struct scene *scene)
{
    for (size_t i = 0; i < scene->rows * scene->outputs; i++)
        scene->values[i] = scene->x[i] + 2 * noise(3, i) > 0;
    scene->share.row.target = NNI_TARGET_VALUES;
    scene->share.resident.values = scene->values + scene->share.slicing.first_row * scene->outputs;
}

static void give_far_values(struct scene *scene)
{
    give_values(scene, 3, 2);
}

static void a_row_counts_as_often_as_it_weighs(void)
{
    check_weights(NN_SOFTMAX, give_three_classes);
    check_weights(NN_SIGMOID, give_labels);
    check_weights(NN_LINEAR, give_far_values);
}

/* --- what can be measured --- */

/* All but these are refused, with a sentence that has the words. */
static void check_refusals(struct scene *scene, nn_loss_kind kind, const char *words, size_t count,
                           const nn_metric *good)
{
    const nni_loss_settings loss = {.name = kind};
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.top_k = 2, .ranking = true});
    const nni_metrics metrics = measure(evaluator, scene, kind);
    for (nn_metric metric = NN_METRIC_LOSS; metric < NN_METRIC_COUNT; metric++) {
        nn_error error = {0};
        bool fits = metric == NN_METRIC_LOSS;
        for (size_t i = 0; i < count; i++)
            fits = fits || good[i] == metric;
        CU_ASSERT_EQUAL(nni_evaluator_check(evaluator, &loss, metric, &error), fits ? NN_OK : NN_USAGE);
        CU_ASSERT(!fits || !isnan(metrics.value[metric]));
        CU_ASSERT(fits || strstr(error.message, words) != NULL);
        CU_ASSERT(fits || strstr(error.message, "; use loss, ") != NULL);
    }
    nni_evaluator_free(evaluator);
    tear_down(scene);
}

static void what_cannot_be_measured_is_refused(void)
{
    const nn_metric of_values[] = {NN_METRIC_MAE, NN_METRIC_RMSE, NN_METRIC_R2};
    struct scene *scene = set_up(MOST_ROWS, 3, NN_LINEAR, 8);
    give_values(scene, 3, 2);
    check_refusals(scene, NN_MSE, " the validation split has values; use loss, mae, rmse or r2", 3, of_values);
    scene = set_up(MOST_ROWS, 3, NN_LINEAR, 8);
    give_values(scene, 3, 0);
    check_refusals(scene, NN_MSE, "; use loss, mae or rmse", 2, of_values);
    const nn_metric of_classes[] = {NN_METRIC_ACCURACY, NN_METRIC_BALANCED_ACCURACY,
                                    NN_METRIC_TOP_K,    NN_METRIC_PRECISION,
                                    NN_METRIC_RECALL,   NN_METRIC_F1,
                                    NN_METRIC_LOG_LOSS, NN_METRIC_IOU,
                                    NN_METRIC_AUROC,    NN_METRIC_AVERAGE_PRECISION};
    scene = set_up(MOST_ROWS, 3, NN_SOFTMAX, 8);
    give_classes(scene, 3);
    check_refusals(scene, NN_CROSS_ENTROPY, " the validation split has 3 classes; use loss, accuracy, ", 10,
                   of_classes);
    scene = set_up(MOST_ROWS, 3, NN_SOFTMAX, 8);
    give_classes(scene, 1);
    check_refusals(scene, NN_CROSS_ENTROPY, "; use loss, accuracy, ", 8, of_classes);
    const nn_metric of_labels[] = {NN_METRIC_PRECISION,
                                   NN_METRIC_RECALL,
                                   NN_METRIC_F1,
                                   NN_METRIC_PRECISION_MICRO,
                                   NN_METRIC_RECALL_MICRO,
                                   NN_METRIC_F1_MICRO,
                                   NN_METRIC_SUBSET_ACCURACY,
                                   NN_METRIC_HAMMING_LOSS,
                                   NN_METRIC_AUROC,
                                   NN_METRIC_LOG_LOSS,
                                   NN_METRIC_MAE,
                                   NN_METRIC_AVERAGE_PRECISION,
                                   NN_METRIC_RMSE,
                                   NN_METRIC_R2,
                                   NN_METRIC_IOU};
    scene = set_up(MOST_ROWS, 3, NN_SIGMOID, 8);
    give_labels(scene);
    check_refusals(scene, NN_BINARY_CROSS_ENTROPY, " the validation split has 3 labels; use loss, precision, ", 15,
                   of_labels);
}

/* --- shares --- */

static void fewer_rows_than_ranks_are_measured(void)
{
    for (size_t rows = 1; rows <= 3; rows++) {
        struct scene *scene = set_up(rows, 3, NN_SOFTMAX, 8);
        give_classes(scene, 3);
        check_classes(scene, NN_CROSS_ENTROPY, 2);
        tear_down(scene);
        scene = set_up(rows, 2, NN_LINEAR, 8);
        give_values(scene, 0, 1);
        check_values(scene, NN_MSE);
        tear_down(scene);
    }
}

static void no_room_for_rows_is_told_to_all_ranks(void)
{
    struct scene *scene = set_up(MOST_ROWS, 2, NN_SOFTMAX, comm->rank + 1 == comm->size ? 0 : 8);
    give_classes(scene, 2);
    nni_evaluator *evaluator = create(scene, (nni_metrics_wanted){.top_k = 0});
    const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
    nni_metrics metrics;
    nn_error error = {0};
    CU_ASSERT(nni_evaluate(evaluator, &loss, scene->network, scene->work, &metrics, &error) == NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "work space of 0 rows"));
    nni_evaluator_free(evaluator);
    tear_down(scene);
}

static void a_split_without_targets_is_told(void)
{
    struct scene *scene = set_up(MOST_ROWS, 2, NN_SOFTMAX, 8);
    nni_evaluator *evaluator = NULL;
    nn_error error = {0};
    char file[] = "a.h5", x[] = "/x";
    scene->share.origin.file = file;
    scene->share.origin.x_name = x;
    CU_ASSERT(nni_evaluator_create(scene->network, scene->work->capacity, &scene->share,
                                   (nni_metrics_wanted){.top_k = 0}, comm, &evaluator, &error) == NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "a.h5: there are no targets"));
    nni_evaluator_free(NULL);
    tear_down(scene);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(figures_of_classes_are_their_definitions),
        NN_TEST(classes_that_do_not_occur_are_left_out_of_the_area),
        NN_TEST(one_output_speaks_for_two_classes),
        NN_TEST(known_areas_come_out),
        NN_TEST(what_was_not_wanted_is_not_a_number),
        NN_TEST(figures_of_values_are_their_definitions),
        NN_TEST(a_small_spread_beside_a_large_mean_keeps_its_digits),
        NN_TEST(figures_of_scaled_targets_are_in_their_units),
        NN_TEST(a_target_that_does_not_vary_is_met_or_not),
        NN_TEST(overlap_of_classes_is_that_of_their_one_hot_rows),
        NN_TEST(a_row_counts_as_often_as_it_weighs),
        NN_TEST(what_cannot_be_measured_is_refused),
        NN_TEST(fewer_rows_than_ranks_are_measured),
        NN_TEST(no_room_for_rows_is_told_to_all_ranks),
        NN_TEST(a_split_without_targets_is_told),
    };
    int code = nni_run_suite("metrics", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
