/* SPDX-License-Identifier: MIT */
/* Losses by hand, against sums in long double, and their slopes against central differences over the logits. Built on
 * the double library, where those are good to about 1e-10, and on the float one. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/batch_loss.h"
#include "model/losses/loss.h"
#include "model/network.h"
#include "support/philox.h"
#include "support/suite.h"

#ifdef NNTRAIN_DOUBLE
static const double tolerance = 1e-12; /* of values: some sums of rounding errors of 1e-16 */
static const double slope_tolerance = 1e-6;
#else
static const double tolerance = 2e-6; /* activations are known to 2e-7 */
#endif

static double noise(size_t index)
{
    nni_philox_block block = nni_random_block(99, NNI_RANDOM_GENERATE, 1, index);
    return 2 * nni_uniform(block.word[0], block.word[1]) - 1;
}

/* A network of nothing but an output layer, whose logits the tests write themselves. */
struct stage {
    nn_network *network;
    nni_workspace *work;
};

static struct stage set_up(nn_activation activation, size_t outputs, size_t rows)
{
    const nni_layer_settings layer = {.units = outputs, .activation = activation};
    struct stage stage = {NULL, NULL};
    CU_ASSERT_FATAL(nni_network_create(1, &layer, 1, &stage.network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_workspace_create(stage.network, rows, 2, 1, &stage.work, NULL) == NN_OK);
    return stage;
}

static void tear_down(struct stage stage)
{
    nni_workspace_free(stage.work);
    nn_network_free(stage.network);
}

static double loss_at(const nni_loss_settings *loss, struct stage stage, const nni_batch *batch, const nni_real *logits)
{
    memcpy(nni_network_output(stage.network, stage.work), logits,
           batch->rows * stage.network->outputs * sizeof *logits);
    return nni_loss(loss, stage.network, batch, stage.work);
}

/* --- by hand --- */

static double one_row(nni_loss_settings loss, nn_activation activation, size_t outputs, const nni_real *logits,
                      const nni_real *values, int32_t class)
{
    struct stage stage = set_up(activation, outputs, 1);
    nni_batch batch = {.rows = 1, .global_rows = 1, .y = {.classes = values ? NULL : &class, .values = values}};
    double result = loss_at(&loss, stage, &batch, logits);
    tear_down(stage);
    return result;
}

static void distances_have_their_textbook_values(void)
{
    const nni_real o[3] = {3, -1, (nni_real)0.25}, y[3] = {0, 1, 0};
    /* h = 3, -2, 0.25 */
    CU_ASSERT_DOUBLE_EQUAL(one_row((nni_loss_settings){.name = NN_MSE}, NN_LINEAR, 3, o, y, 0), (9 + 4 + 0.0625) / 2,
                           tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row((nni_loss_settings){.name = NN_MAE}, NN_LINEAR, 3, o, y, 0), 5.25, tolerance);
    /* delta 2.5: 2.5 (3 - 1.25) + 4/2 + 0.0625/2 */
    CU_ASSERT_DOUBLE_EQUAL(one_row((nni_loss_settings){.name = NN_HUBER, .delta = 2.5}, NN_LINEAR, 3, o, y, 0),
                           4.375 + 2 + 0.03125, tolerance);
    /* A class is its one-hot row: h = 3, -1, -0.75. */
    CU_ASSERT_DOUBLE_EQUAL(one_row((nni_loss_settings){.name = NN_MAE}, NN_LINEAR, 3, o, NULL, 2), 4.75, tolerance);
}

static void cross_entropies_have_their_textbook_values(void)
{
    const nni_real o[2] = {(nni_real)log(3.0), 0}, y[2] = {(nni_real)0.25, (nni_real)0.75}; /* a = 3/4, 1/4 */
    double weights[2] = {2, 5};
    nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, NULL, 1), log(4.0), tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, y, 0), 0.25 * log(4.0 / 3) + 0.75 * log(4.0), tolerance);
    loss.label_smoothing = 0.2; /* y' = 0.1, 0.9 */
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, NULL, 1), 0.1 * log(4.0 / 3) + 0.9 * log(4.0), tolerance);
    loss.class_weights = weights;
    loss.class_weights_count = 2;
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, NULL, 1), 2 * 0.1 * log(4.0 / 3) + 5 * 0.9 * log(4.0),
                           10 * tolerance);
    loss.label_smoothing = 0;
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, NULL, 1), 5 * log(4.0), 10 * tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 2, o, y, 0), 2 * 0.25 * log(4.0 / 3) + 5 * 0.75 * log(4.0),
                           10 * tolerance);

    loss = (nni_loss_settings){.name = NN_BINARY_CROSS_ENTROPY}; /* a = 3/4, 1/2 */
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, 2, o, y, 0), 0.25 * log(4.0 / 3) + 0.75 * log(4.0) + log(2.0),
                           tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, 2, o, NULL, 1), log(4.0) + log(2.0), tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, 2, o, NULL, 0), log(4.0 / 3) + log(2.0), tolerance);
    loss.label_smoothing = 0.5; /* y' = 0.75, 0.25 */
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, 2, o, NULL, 0), 0.75 * log(4.0 / 3) + 0.25 * log(4.0) + log(2.0),
                           tolerance);
}

static void overlap_has_its_textbook_values(void)
{
    const nni_real o[4] = {1, 1, 0, 0}, y[4] = {1, 0, 1, 0}, none[4] = {0};
    const nni_loss_settings loss = {.name = NN_IOU};
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_LINEAR, 4, o, y, 0), 1 - (1 + 1) / (3 + 1.0), tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_LINEAR, 4, y, y, 0), 0, tolerance);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_LINEAR, 4, none, none, 0), 0, tolerance);
    /* a = 1/2 everywhere: I = 1/2, U = 4/2 + 1 - 1/2 */
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, 4, none, NULL, 2), 1 - 1.5 / 3.5, tolerance);
}

/* --- against long double, over everything a loss can be asked --- */

enum { ROWS = 7, MOST = 5, CLASSES = 70 };

static long double reference_row(const nni_loss_settings *loss, nn_activation activation, size_t outputs,
                                 const nni_real *logits, const nni_real *y)
{
    long double a[CLASSES], high = logits[0], shares = 0, sum = 0, both = 1, united = 1;
    for (size_t j = 0; j < outputs; j++)
        high = logits[j] > high ? (long double)logits[j] : high;
    for (size_t j = 0; j < outputs; j++)
        shares += expl((long double)logits[j] - high);
    for (size_t j = 0; j < outputs; j++) {
        const long double o = logits[j], target = y[j], e = loss->label_smoothing;
        a[j] = activation == NN_SOFTMAX   ? expl(o - high) / shares
               : activation == NN_SIGMOID ? 1 / (1 + expl(-o))
               : activation == NN_TANH    ? tanhl(o)
                                          : o;
        const long double h = fabsl(a[j] - target), border = loss->delta;
        const long double weight = loss->output_weights ? (long double)loss->output_weights[j] : 1;
        both += a[j] * target;
        united += a[j] + target - a[j] * target;
        switch (loss->name) {
        case NN_MSE:
            sum += weight * h * h / 2;
            break;
        case NN_MAE:
            sum += weight * h;
            break;
        case NN_HUBER:
            sum += weight * (h > border ? border * (h - border / 2) : h * h / 2);
            break;
        case NN_CROSS_ENTROPY:
            sum -= (loss->class_weights ? loss->class_weights[j] : 1) * ((1 - e) * target + e / outputs) *
                   (o - high - logl(shares));
            break;
        case NN_BINARY_CROSS_ENTROPY: /* log a = -log(1 + e^-o), log(1 - a) = -log(1 + e^o); e^10000 is in range here */
            sum += weight *
                   (((1 - e) * target + e / 2) * log1pl(expl(-o)) + (1 - (1 - e) * target - e / 2) * log1pl(expl(o)));
            break;
        case NN_IOU:
            break;
        }
    }
    return loss->name == NN_IOU ? 1 - both / united : sum;
}

struct material {
    int32_t classes[ROWS];
    nni_real values[ROWS * CLASSES], one_hot[ROWS * CLASSES], weights[ROWS], logits[ROWS * CLASSES];
};

static struct material draw(size_t outputs, double spread, bool distributions)
{
    struct material material = {.classes = {0}};
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0;
        material.classes[i] = (int32_t)(i * 3 % outputs);
        material.weights[i] = (nni_real)(i == 2 ? 0 : 1.5 + noise(70 + i));
        for (size_t j = 0; j < outputs; j++) {
            const size_t at = i * outputs + j;
            material.logits[at] = (nni_real)(spread * noise(100 + at));
            material.one_hot[at] = (size_t)material.classes[i] == j;
            sum += material.values[at] = (nni_real)(0.5 + 0.5 * noise(300 + at));
        }
        /* The last row is no distribution: its targets add up to 2. */
        for (size_t j = 0; distributions && j < outputs; j++)
            material.values[i * outputs + j] /= (nni_real)(i + 1 == ROWS ? sum / 2 : sum);
    }
    return material;
}

static double weights_of_five[MOST] = {0.5, 2, 1, 3, 0.25};

/* Every loss in every variant, with the activations its recipe may have; returns false at the end. */
struct variant {
    nni_loss_settings loss;
    nn_activation activation;
    size_t outputs;
};

static bool nth_variant(size_t n, struct variant *variant)
{
    static const nn_loss_kind distances[] = {NN_MSE, NN_MAE, NN_HUBER, NN_IOU};
    static const double smoothings[] = {0, 0.1};
    const size_t activations = NN_SOFTMAX + 1;
    if (n < 4 * activations) {
        *variant =
            (struct variant){{.name = distances[n / activations], .delta = 0.4}, (nn_activation)(n % activations), 4};
        return true;
    }
    n -= 4 * activations;
    if (n < 4) {
        *variant = (struct variant){{.name = NN_CROSS_ENTROPY, .label_smoothing = smoothings[n % 2]}, NN_SOFTMAX, 5};
        if (n >= 2)
            variant->loss.class_weights = weights_of_five, variant->loss.class_weights_count = MOST;
        return true;
    }
    n -= 4;
    *variant = (struct variant){
        {.name = NN_BINARY_CROSS_ENTROPY, .label_smoothing = smoothings[n % 2]}, NN_SIGMOID, n < 2 ? 1 : 4};
    if (n < 4)
        return true;
    n -= 4;
    static const nn_loss_kind weighted[] = {NN_MSE, NN_MAE, NN_HUBER, NN_BINARY_CROSS_ENTROPY};
    *variant = (struct variant){{.name = weighted[n % 4], .delta = 0.4, .label_smoothing = n % 4 == 3 ? 0.1 : 0},
                                n % 4 == 3 ? NN_SIGMOID : NN_TANH,
                                MOST};
    variant->loss.output_weights = weights_of_five, variant->loss.output_weights_count = MOST;
    return n < 4;
}

/* The value, with classes and with values, with sample weights, as part of a larger global batch. */
static void compare_values(struct variant variant, double spread)
{
    const size_t outputs = variant.outputs;
    struct material m = draw(outputs, spread, variant.loss.name == NN_CROSS_ENTROPY);
    struct stage stage = set_up(variant.activation, outputs, ROWS);
    for (int given = 0; given < 4; given++) {
        const bool classes = given & 1, weighted = given & 2;
        nni_batch batch = {.rows = ROWS, .global_rows = 3 * ROWS, .weights = weighted ? m.weights : NULL};
        if (classes)
            batch.y.classes = m.classes;
        else
            batch.y.values = m.values;
        long double expected = 0;
        for (size_t i = 0; i < ROWS; i++)
            expected += (weighted ? (long double)m.weights[i] : 1) *
                        reference_row(&variant.loss, variant.activation, outputs, m.logits + i * outputs,
                                      (classes ? m.one_hot : m.values) + i * outputs);
        expected /= 3 * ROWS;
        const double got = loss_at(&variant.loss, stage, &batch, m.logits);
        const double error = fabs(got - (double)expected) / fmax(1, fabs((double)expected));
        if (!(error < tolerance))
            printf("\n%s, %s, spread %g: %.17g for %.17g\n", nn_loss_name(variant.loss.name),
                   nn_activation_name(variant.activation), spread, got, (double)expected);
        CU_ASSERT(error < tolerance);
    }
    tear_down(stage);
}

static bool in_reference(nn_activation activation)
{
    return activation == NN_LINEAR || activation == NN_SIGMOID || activation == NN_TANH || activation == NN_SOFTMAX;
}

static void every_loss_is_the_sum_of_its_definition(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++)
        if (in_reference(variant.activation))
            compare_values(variant, 3);
}

/* Rows of few classes are computed side by side, those of many as whole vectors. */
static void cross_entropy_of_any_number_of_classes_is_the_sum_of_its_definition(void)
{
    for (size_t classes = 2; classes <= CLASSES; classes++)
        compare_values((struct variant){{.name = NN_CROSS_ENTROPY}, NN_SOFTMAX, classes}, 3);
}

static void logits_of_ten_thousand_overflow_nothing(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++)
        if (in_reference(variant.activation) && !(variant.loss.name == NN_IOU && variant.activation == NN_LINEAR))
            compare_values(variant, 1e4);
}

/* Where a row is learnt, the loss is the rest of the probability, not the rounding of a sum of logits near 10000. */
static void small_losses_beside_large_logits_keep_their_digits(void)
{
    const nni_real o[3] = {10000, 9980, 9960};
    const double expected = exp(-20.0) + exp(-40.0);
    const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY};
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 3, o, NULL, 0) / expected, 1, tolerance + expected);
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SOFTMAX, 3, o, NULL, 2), 40 + expected, 40 * tolerance);
    const nni_loss_settings binary = {.name = NN_BINARY_CROSS_ENTROPY};
    const nni_real learnt[2] = {-20, 30}, y[2] = {0, 1};
    CU_ASSERT_DOUBLE_EQUAL(one_row(binary, NN_SIGMOID, 2, learnt, y, 0) / (exp(-20.0) + exp(-30.0)), 1, 1e-8);
}

/* More outputs than are multiplied before a logarithm is taken. */
static void binary_cross_entropy_of_many_outputs_overflows_nothing(void)
{
    enum { MANY = 3000 };
    static nni_real logits[MANY], y[MANY];
    for (size_t j = 0; j < MANY; j++)
        y[j] = j % 2;
    const nni_loss_settings loss = {.name = NN_BINARY_CROSS_ENTROPY};
    CU_ASSERT_DOUBLE_EQUAL(one_row(loss, NN_SIGMOID, MANY, logits, y, 0), MANY * log(2.0), MANY * 1e-15);
}

/* --- slopes --- */

/* The slope of every logit of every row, also where the row's targets are no distribution. */
#ifdef NNTRAIN_DOUBLE
static void compare_slopes(struct variant variant, bool classes, bool weighted)
{
    const size_t outputs = variant.outputs, count = ROWS * outputs;
    struct material m = draw(outputs, 2, variant.loss.name == NN_CROSS_ENTROPY);
    struct stage stage = set_up(variant.activation, outputs, ROWS);
    nni_batch batch = {.rows = ROWS, .global_rows = 3 * ROWS, .weights = weighted ? m.weights : NULL};
    if (classes)
        batch.y.classes = m.classes;
    else
        batch.y.values = m.values;
    nni_real analytic[ROWS * MOST];
    loss_at(&variant.loss, stage, &batch, m.logits);
    nni_output_delta(&variant.loss, stage.network, &batch, stage.work);
    memcpy(analytic, stage.work->delta, count * sizeof *analytic);
    const double h = 1e-5;
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        const nni_real kept = m.logits[i];
        m.logits[i] = kept + h;
        const double above = loss_at(&variant.loss, stage, &batch, m.logits);
        m.logits[i] = kept - h;
        const double below = loss_at(&variant.loss, stage, &batch, m.logits);
        m.logits[i] = kept;
        worst = fmax(worst, fabs((above - below) / (2 * h) - analytic[i]));
        largest = fmax(largest, fabs(analytic[i]));
    }
    CU_ASSERT(largest > 1e-4); /* a slope of zero would agree with anything */
    if (!(worst < slope_tolerance * largest))
        printf("\n%s, %s, %s targets%s: relative error %.3g\n", nn_loss_name(variant.loss.name),
               nn_activation_name(variant.activation), classes ? "class" : "value", weighted ? ", weighted" : "",
               worst / largest);
    CU_ASSERT(worst < slope_tolerance * largest);
    tear_down(stage);
}

static void every_delta_is_the_slope_of_its_loss(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++)
        for (int given = 0; given < 4; given++)
            compare_slopes(variant, given & 1, given & 2);
}
#endif

static void deltas_of_extreme_logits_are_finite_and_weighted(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++) {
        struct material m = draw(variant.outputs, 1e4, true);
        struct stage stage = set_up(variant.activation, variant.outputs, ROWS);
        nni_batch batch = {.rows = ROWS, .global_rows = ROWS, .y = {.values = m.values}, .weights = m.weights};
        loss_at(&variant.loss, stage, &batch, m.logits);
        nni_output_delta(&variant.loss, stage.network, &batch, stage.work);
        bool finite = true, silent = true;
        for (size_t i = 0; i < ROWS * variant.outputs; i++) {
            finite = finite && isfinite(stage.work->delta[i]);
            silent = silent && (i / variant.outputs != 2 || stage.work->delta[i] == 0); /* row 2 weighs nothing */
        }
        CU_ASSERT(finite);
        CU_ASSERT(silent);
        tear_down(stage);
    }
}

static void the_kink_of_mae_has_no_slope(void)
{
    struct stage stage = set_up(NN_LINEAR, 3, 1);
    const nni_real o[3] = {1, 2, 3}, y[3] = {1, 5, 0};
    const nni_loss_settings loss = {.name = NN_MAE};
    nni_batch batch = {.rows = 1, .global_rows = 1, .y = {.values = y}};
    loss_at(&loss, stage, &batch, o);
    nni_output_delta(&loss, stage.network, &batch, stage.work);
    CU_ASSERT(stage.work->delta[0] == 0 && stage.work->delta[1] == -1 && stage.work->delta[2] == 1);
    tear_down(stage);
}

/* --- shares of a batch --- */

static void shares_of_a_batch_add_up_to_its_loss(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++) {
        const size_t outputs = variant.outputs;
        struct material m = draw(outputs, 2, true);
        struct stage stage = set_up(variant.activation, outputs, ROWS);
        nni_batch batch = {.rows = ROWS, .global_rows = ROWS, .y = {.values = m.values}, .weights = m.weights};
        const double whole = loss_at(&variant.loss, stage, &batch, m.logits);
        double sum = 0;
        for (size_t first = 0, rows = 0; first < ROWS; first += rows) {
            rows = first == 0 ? 3 : ROWS - 3;
            batch.rows = rows;
            batch.y.values = m.values + first * outputs;
            batch.weights = m.weights + first;
            sum += loss_at(&variant.loss, stage, &batch, m.logits + first * outputs);
        }
        CU_ASSERT_DOUBLE_EQUAL(sum, whole, 1e-14 * fmax(1, fabs(whole)));
        batch.rows = 0;
        CU_ASSERT(loss_at(&variant.loss, stage, &batch, m.logits) == 0);
        nni_output_delta(&variant.loss, stage.network, &batch, stage.work);
        tear_down(stage);
    }
}

/* Rows enough for several threads give the bits of one row after the other. */
static void threads_change_no_bit(void)
{
    enum { LONG = 9000, WIDE = 5 };
    nni_real *logits = malloc(LONG * WIDE * sizeof *logits);
    int32_t *classes = malloc(LONG * sizeof *classes);
    CU_ASSERT_FATAL(logits && classes);
    for (size_t i = 0; i < (size_t)LONG * WIDE; i++)
        logits[i] = (nni_real)(3 * noise(i));
    for (size_t i = 0; i < LONG; i++)
        classes[i] = (int32_t)(i % WIDE);
    struct stage stage = set_up(NN_SOFTMAX, WIDE, LONG), small = set_up(NN_SOFTMAX, WIDE, 1);
    const nni_loss_settings loss = {.name = NN_CROSS_ENTROPY, .label_smoothing = 0.1};
    nni_batch batch = {.rows = LONG, .global_rows = 1, .y = {.classes = classes}};
    const double whole = loss_at(&loss, stage, &batch, logits);
    nni_output_delta(&loss, stage.network, &batch, stage.work);
    double sum = 0;
    bool same = true;
    for (size_t i = 0; i < LONG; i++) {
        nni_batch row = {.rows = 1, .global_rows = 1, .y = {.classes = classes + i}};
        sum += loss_at(&loss, small, &row, logits + i * WIDE);
        nni_output_delta(&loss, small.network, &row, small.work);
        same = same && memcmp(small.work->delta, stage.work->delta + i * WIDE, WIDE * sizeof *logits) == 0;
    }
    CU_ASSERT(sum == whole);
    CU_ASSERT(same);
    tear_down(stage);
    tear_down(small);
    free(logits);
    free(classes);
}

static void not_a_number_stays_one(void)
{
    struct variant variant;
    for (size_t n = 0; nth_variant(n, &variant); n++) {
        const nni_real logits[MOST] = {1, NAN, 0, 2, 1}, y[MOST] = {0, 1, 0, 0, 0};
        if (variant.outputs > 1 && variant.activation <= NN_RELU)
            CU_ASSERT(isnan(one_row(variant.loss, variant.activation, variant.outputs, logits, y, 0)));
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(distances_have_their_textbook_values),
        NN_TEST(cross_entropies_have_their_textbook_values),
        NN_TEST(overlap_has_its_textbook_values),
        NN_TEST(every_loss_is_the_sum_of_its_definition),
        NN_TEST(cross_entropy_of_any_number_of_classes_is_the_sum_of_its_definition),
        NN_TEST(logits_of_ten_thousand_overflow_nothing),
        NN_TEST(small_losses_beside_large_logits_keep_their_digits),
        NN_TEST(binary_cross_entropy_of_many_outputs_overflows_nothing),
#ifdef NNTRAIN_DOUBLE
        NN_TEST(every_delta_is_the_slope_of_its_loss),
#endif
        NN_TEST(deltas_of_extreme_logits_are_finite_and_weighted),
        NN_TEST(the_kink_of_mae_has_no_slope),
        NN_TEST(shares_of_a_batch_add_up_to_its_loss),
        NN_TEST(threads_change_no_bit),
        NN_TEST(not_a_number_stays_one),
    };
    return nni_run_suite("losses", tests, sizeof tests / sizeof *tests);
}
