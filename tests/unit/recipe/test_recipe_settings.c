/* SPDX-License-Identifier: MIT */
/* Losses, optimizers, schedules and the other choices of a recipe: what each has by default, and what each refuses. */
#include <stdio.h>
#include <string.h>

#include "recipe/recipe.h"
#include "support/recipe_fixture.h"
#include "support/suite.h"

/* The same as SMALL with layers and a loss of one's own, on lines 2 and 3. */
#define NETWORK(layers, loss) "data: {train: {file: /no/a.h5}}\nnetwork: {layers: " layers "}\nloss: " loss "\n"
#define HELD_OUT                                                                                                       \
    "data: {train: {file: /no/a.h5}, validation: {fraction: 0.1}}\n"                                                   \
    "network: {layers: [{units: 2, activation: softmax}]}\nloss: cross_entropy\n"

/* What is set, and a part of the resolved recipe. */
typedef struct resolution {
    const char *override, *part;
} resolution;

/* Each override resolves to its part, and the resolved text to itself. */
static void expect_resolutions(const char *text, const resolution *resolutions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nn_recipe *recipe = must_parse(text, &resolutions[i].override, 1);
        if (!strstr(recipe->text, resolutions[i].part))
            fprintf(stderr, "\nexpected: %s\n  within: %s\n", resolutions[i].part, recipe->text);
        CU_ASSERT_PTR_NOT_NULL(strstr(recipe->text, resolutions[i].part));
        nn_recipe *again = must_parse(recipe->text, NULL, 0);
        CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
        nn_recipe_free(again);
        nn_recipe_free(recipe);
    }
}

#define EXPECT_RESOLUTIONS(text, table) expect_resolutions(text, table, sizeof(table) / sizeof *(table))

static void every_optimizer_has_its_own_keys_and_defaults(void)
{
    const resolution resolutions[] = {
        {"optimizer=sgd",
         "\noptimizer: {name: sgd, learning_rate: 0.1, momentum: 0, nesterov: false, shard_state: false}\n"},
        {"optimizer=adagrad",
         "\noptimizer: {name: adagrad, learning_rate: 0.01, epsilon: 1e-10, shard_state: false}\n"},
        {"optimizer=rmsprop", "\noptimizer: {name: rmsprop, learning_rate: 0.001, momentum: 0, rho: 0.99, epsilon: "
                              "1e-8, shard_state: false}\n"},
        {"optimizer=adam", "\noptimizer: {name: adam, learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, "
                           "shard_state: false}\n"},
        {"optimizer=adamw", "\noptimizer: {name: adamw, learning_rate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, "
                            "shard_state: false}\n"},
        {"optimizer=lars", "\noptimizer: {name: lars, learning_rate: 0.1, momentum: 0, weight_decay: 0, trust: 0.001, "
                           "shard_state: false}\n"},
        {"optimizer=lamb", "\noptimizer: {name: lamb, learning_rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, "
                           "weight_decay: 0, shard_state: false}\n"},
        {"optimizer={name: adam, beta2: 0.99, learning_rate: 1e-4}",
         "\noptimizer: {name: adam, learning_rate: 1e-4, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, shard_state: "
         "false}\n"},
        {"optimizer={name: sgd, momentum: 0.9}",
         "\noptimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9, nesterov: false, shard_state: false}\n"},
    };
    EXPECT_RESOLUTIONS(SMALL, resolutions);
}

static void every_schedule_has_its_own_keys_and_defaults(void)
{
    const resolution resolutions[] = {
        {"schedule=constant", "\nschedule: {name: constant, warmup: 0 steps, reference_batch: 0}\n"},
        {"schedule=step",
         "\nschedule: {name: step, warmup: 0 steps, every: 10 epochs, factor: 0.1, reference_batch: 0}\n"},
        {"schedule=exponential",
         "\nschedule: {name: exponential, warmup: 0 steps, every: 1 epoch, factor: 0.95, reference_batch: 0}\n"},
        {"schedule=cosine", "\nschedule: {name: cosine, warmup: auto, minimum: 0, reference_batch: 0}\n"},
        {"schedule=plateau", "\nschedule: {name: plateau, warmup: 0 steps, factor: 0.1, minimum: 0, patience: 10, "
                             "reference_batch: 0}\n"},
        {"schedule={name: constant, warmup: 5 epochs, reference_batch: 256}",
         "\nschedule: {name: constant, warmup: 5 epochs, reference_batch: 256}\n"},
    };
    EXPECT_RESOLUTIONS(SMALL, resolutions);
}

static void every_loss_has_its_own_keys_and_defaults(void)
{
    const resolution resolutions[] = {
        {"loss=mse", "\nloss: {name: mse}\n"},
        {"loss=mae", "\nloss: {name: mae}\n"},
        {"loss=huber", "\nloss: {name: huber, delta: 1}\n"},
        {"loss=binary_cross_entropy", "\nloss: {name: binary_cross_entropy, label_smoothing: 0}\n"},
        {"loss=iou", "\nloss: {name: iou}\n"},
        {"loss={name: mse, output_weights: [1, 2.5]}", "\nloss:\n  name: mse\n  output_weights: [1, 2.5]\n"},
        {"loss={name: huber, delta: 0.5}", "\nloss: {name: huber, delta: 0.5}\n"},
    };
    EXPECT_RESOLUTIONS(NETWORK("[{units: 2, activation: sigmoid}]", "mse"), resolutions);
    const resolution with_softmax[] = {
        {"loss=cross_entropy", "\nloss: {name: cross_entropy, label_smoothing: 0}\n"},
        {"loss={name: cross_entropy, class_weights: [1, 2.5]}",
         "\nloss:\n  name: cross_entropy\n  label_smoothing: 0\n  class_weights: [1, 2.5]\n"},
        {"loss=iou", "\nloss: {name: iou}\n"},
    };
    EXPECT_RESOLUTIONS(SMALL, with_softmax);
}

static void what_layers_and_stops_leave_out_stays_out(void)
{
    const resolution resolutions[] = {
        {"network.layers[0].dropout=0.2", "\n  layers: [{units: 8, activation: relu, dropout: 0.2}, {units: 2, "
                                          "activation: softmax}]\n  initializer: auto\n"},
        {"network.layers[0].normalization=layer", "[{units: 8, activation: relu, normalization: layer}, "},
        {"network.initializer=constant", "\n  initializer: constant\n  constant: 0\n"},
        {"network={layers: [{units: 2, activation: softmax}], initializer: constant, constant: 0.5}",
         "\n  initializer: constant\n  constant: 0.5\n"},
        {"training.stop.target=-0.5", "\n  stop: {metric: loss, patience: 0, tolerance: 1e-4, target: -0.5}\n"},
        {"training.stop={time: 2 hours, patience: 3}",
         "\n  stop: {metric: loss, patience: 3, tolerance: 1e-4, time: 2 hours}\n"},
    };
    const char *one_layer = NETWORK("[{units: 2, activation: softmax}]", "cross_entropy");
    for (size_t i = 0; i < sizeof resolutions / sizeof *resolutions; i++)
        expect_resolutions(i == 2 ? one_layer : SMALL, &resolutions[i], 1);
}

static void what_a_recipe_says_arrives(void)
{
    nn_recipe *recipe = must_parse(
        "data: {train: {file: /no/a.h5}, validation: {fraction: 0.1}}\n"
        "network:\n"
        "  layers:\n"
        "    - {units: 8, activation: gelu_tanh, normalization: batch, dropout: 0.25}\n"
        "    - {units: 3, activation: softmax}\n"
        "  initializer: constant\n"
        "  constant: 0.5\n"
        "loss: {name: cross_entropy, label_smoothing: 0.1, class_weights: [1, 2, 0]}\n"
        "optimizer: {name: sgd, learning_rate: 0.2, momentum: 0.9, nesterov: true}\n"
        "schedule: {name: plateau, factor: 0.5, minimum: 1e-3, patience: 4, warmup: 7 steps, reference_batch: 64}\n"
        "regularization: {l1: 1e-5, l2: 1e-4, clip_norm: 1, clip_value: 2}\n"
        "training:\n"
        "  accumulate: 2\n"
        "  top_k: 2\n"
        "  precision: bf16\n"
        "  restore_best: true\n"
        "  stop: {metric: top_k, patience: 5, tolerance: 0, target: 0.99, time: 1.5 minutes}\n",
        NULL, 0);
    CU_ASSERT_EQUAL(recipe->network.layers[0].activation, NN_GELU_TANH);
    CU_ASSERT_EQUAL(recipe->network.layers[0].normalization, NN_NORM_BATCH);
    CU_ASSERT_EQUAL(recipe->network.layers[0].dropout, 0.25);
    CU_ASSERT_EQUAL(recipe->network.layers[1].normalization, NN_NORM_NONE);
    CU_ASSERT_EQUAL(recipe->network.layers[1].dropout, 0);
    CU_ASSERT_EQUAL(recipe->network.initializer, NN_INITIALIZE_CONSTANT);
    CU_ASSERT_EQUAL(recipe->network.constant, 0.5);
    CU_ASSERT_EQUAL(recipe->loss.name, NN_CROSS_ENTROPY);
    CU_ASSERT_EQUAL(recipe->loss.label_smoothing, 0.1);
    CU_ASSERT_EQUAL_FATAL(recipe->loss.class_weights_count, 3);
    CU_ASSERT_EQUAL(recipe->loss.class_weights[1], 2);
    CU_ASSERT_EQUAL(recipe->loss.class_weights[2], 0);
    CU_ASSERT_TRUE(recipe->optimizer.nesterov);
    CU_ASSERT_EQUAL(recipe->schedule.name, NN_SCHEDULE_PLATEAU);
    CU_ASSERT_EQUAL(recipe->schedule.factor, 0.5);
    CU_ASSERT_EQUAL(recipe->schedule.minimum, 1e-3);
    CU_ASSERT_EQUAL(recipe->schedule.patience, 4);
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.steps, 7);
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.epochs, 0);
    CU_ASSERT_EQUAL(recipe->schedule.reference_batch, 64);
    CU_ASSERT_EQUAL(recipe->schedule.every.epochs + recipe->schedule.every.steps, 0);
    CU_ASSERT_EQUAL(recipe->regularization.l1, 1e-5);
    CU_ASSERT_EQUAL(recipe->regularization.l2, 1e-4);
    CU_ASSERT_EQUAL(recipe->regularization.clip_norm, 1);
    CU_ASSERT_EQUAL(recipe->regularization.clip_value, 2);
    CU_ASSERT_EQUAL(recipe->training.accumulate, 2);
    CU_ASSERT_EQUAL(recipe->training.top_k, 2);
    CU_ASSERT_EQUAL(recipe->training.precision, NN_BF16);
    CU_ASSERT_TRUE(recipe->training.restore_best);
    CU_ASSERT_EQUAL(recipe->training.stop.metric, NN_METRIC_TOP_K);
    CU_ASSERT_EQUAL(recipe->training.stop.patience, 5);
    CU_ASSERT_EQUAL(recipe->training.stop.tolerance, 0);
    CU_ASSERT_TRUE(recipe->training.stop.has_target);
    CU_ASSERT_EQUAL(recipe->training.stop.target, 0.99);
    CU_ASSERT_EQUAL(recipe->training.stop.seconds, 90);
    nn_recipe_free(recipe);
}

static void numbers_of_an_optimizer_arrive(void)
{
    nn_recipe *recipe = must_parse(
        SMALL "optimizer: {name: lamb, beta1: 0.8, beta2: 0.9, epsilon: 1e-5, weight_decay: 0.02}\n", NULL, 0);
    CU_ASSERT_EQUAL(recipe->optimizer.name, NN_LAMB);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.001);
    CU_ASSERT_EQUAL(recipe->optimizer.beta1, 0.8);
    CU_ASSERT_EQUAL(recipe->optimizer.beta2, 0.9);
    CU_ASSERT_EQUAL(recipe->optimizer.epsilon, 1e-5);
    CU_ASSERT_EQUAL(recipe->optimizer.weight_decay, 0.02);
    nn_recipe_free(recipe);
    recipe = must_parse(SMALL "optimizer: {name: rmsprop, rho: 0.9}\n", NULL, 0);
    CU_ASSERT_EQUAL(recipe->optimizer.rho, 0.9);
    nn_recipe_free(recipe);
    recipe = must_parse(SMALL "optimizer: {name: lars, trust: 0.01}\n", NULL, 0);
    CU_ASSERT_EQUAL(recipe->optimizer.trust, 0.01);
    nn_recipe_free(recipe);
}

static void times_and_intervals_are_read_from_words(void)
{
    const struct {
        const char *time;
        double seconds;
    } times[] = {{"1 second", 1},      {"90 seconds", 90}, {"1 minute", 60},
                 {"30 minutes", 1800}, {"1 hour", 3600},   {"2.5 hours", 9000}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char override[64];
        snprintf(override, sizeof override, "training.stop.time=%s", times[i].time);
        nn_recipe *recipe = must_parse(SMALL, &(const char *){override}, 1);
        CU_ASSERT_EQUAL(recipe->training.stop.seconds, times[i].seconds);
        nn_recipe_free(recipe);
    }
    nn_recipe *recipe = must_parse(SMALL "schedule: {name: step, every: 300 steps, warmup: 1 epoch}\n", NULL, 0);
    CU_ASSERT_EQUAL(recipe->schedule.every.steps, 300);
    CU_ASSERT_EQUAL(recipe->schedule.every.epochs, 0);
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.epochs, 1);
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.steps, 0);
    nn_recipe_free(recipe);
}

static void a_short_form_replaces_the_whole_section(void)
{
    const char *full =
        NETWORK("[{units: 2, activation: softmax}]",
                "{name: cross_entropy, label_smoothing: 0.1}") "optimizer: {name: sgd, momentum: 0.9}\nschedule: "
                                                               "{name: step, factor: 0.5}\n";
    const resolution resolutions[] = {
        {"loss=mse", "\nloss: {name: mse}\n"},
        {"loss=cross_entropy", "\nloss: {name: cross_entropy, label_smoothing: 0}\n"},
        {"optimizer=sgd",
         "\noptimizer: {name: sgd, learning_rate: 0.1, momentum: 0, nesterov: false, shard_state: false}\n"},
        {"schedule=cosine", "\nschedule: {name: cosine, warmup: auto, minimum: 0, reference_batch: 0}\n"},
    };
    EXPECT_RESOLUTIONS(full, resolutions);
}

static void an_override_may_reach_into_a_short_form(void)
{
    const char *const overrides[] = {"optimizer=lars", "optimizer.trust=0.01", "loss.label_smoothing=0.2"};
    nn_recipe *recipe = must_parse(SMALL "optimizer: adam\n", overrides, 3);
    CU_ASSERT_EQUAL(recipe->optimizer.name, NN_LARS);
    CU_ASSERT_EQUAL(recipe->optimizer.trust, 0.01);
    CU_ASSERT_EQUAL(recipe->loss.name, NN_CROSS_ENTROPY);
    CU_ASSERT_EQUAL(recipe->loss.label_smoothing, 0.2);
    nn_recipe_free(recipe);
}

static void keys_of_another_kind_are_refused(void)
{
    const refusal refusals[] = {
        {SMALL "optimizer: {name: sgd, beta1: 0.9}\n",
         "r.yaml:4:24: optimizer.beta1: sgd has no beta1; remove it, or use name: adam, adamw or lamb"},
        {SMALL "optimizer:\n  name: adam\n  momentum: 0.9\n",
         "r.yaml:6:3: optimizer.momentum: adam has no momentum; remove it, or use name: sgd, rmsprop or lars"},
        {SMALL "optimizer: {name: adam, weight_decay: 0}\n",
         "r.yaml:4:25: optimizer.weight_decay: adam has no weight_decay; remove it, or use name: adamw, lars or lamb"},
        {SMALL "optimizer: {name: rmsprop, nesterov: true}\n",
         "r.yaml:4:28: optimizer.nesterov: rmsprop has no nesterov; remove it, or use name: sgd"},
        {SMALL "optimizer: {name: lars, epsilon: 1e-8}\n",
         "r.yaml:4:25: optimizer.epsilon: lars has no epsilon; remove it, or use name: adagrad, rmsprop, adam, adamw "
         "or lamb"},
        {SMALL "schedule: {name: constant, every: 3 epochs}\n",
         "r.yaml:4:28: schedule.every: constant has no every; remove it, or use name: step or exponential"},
        {SMALL "schedule: {name: cosine, patience: 3}\n",
         "r.yaml:4:26: schedule.patience: cosine has no patience; remove it, or use name: plateau"},
        {SMALL "schedule: {name: step, minimum: 0}\n",
         "r.yaml:4:24: schedule.minimum: step has no minimum; remove it, or use name: cosine or plateau"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: mse, label_smoothing: 0.1}"),
         "r.yaml:3:19: loss.label_smoothing: mse has no label_smoothing; remove it, or use name: cross_entropy or "
         "binary_cross_entropy"},
        {NETWORK("[{units: 2, activation: softmax}]", "{delta: 2, name: cross_entropy}"),
         "r.yaml:3:8: loss.delta: cross_entropy has no delta; remove it, or use name: huber"},
        {NETWORK("[{units: 2, activation: sigmoid}]", "{name: binary_cross_entropy, class_weights: [1, 2]}"),
         "r.yaml:3:36: loss.class_weights: binary_cross_entropy has no class_weights; remove it, or use name: "
         "cross_entropy"},
        {"network: {constant: 1, layers: [{units: 2, activation: softmax}]}\n",
         "r.yaml:1:11: network.constant: auto has no constant; remove it, or use initializer: constant"},
    };
    EXPECT_REFUSALS(refusals);
    const char *written = SMALL "optimizer: {name: sgd, momentum: 0.9}\n";
    expect_message(
        written, "optimizer.name=adam",
        "--set optimizer.name=adam: optimizer.name: adam has no momentum, which r.yaml:4:24 gives; remove it "
        "there, or replace the whole section by optimizer=adam");
    expect_message(written, "optimizer.rho=0.9",
                   "--set optimizer.rho=0.9: optimizer.rho: sgd has no rho; remove it, or use name: rmsprop");
    expect_message("network: {initializer: constant, constant: 1}\n", "network.initializer=he",
                   "--set network.initializer=he: network.initializer: he has no constant, which r.yaml:1:34 gives; "
                   "remove it there");
}

static void losses_that_do_not_fit_the_last_layer_are_refused(void)
{
    const refusal refusals[] = {
        {NETWORK("[{units: 2, activation: sigmoid}]", "cross_entropy"),
         "r.yaml:3:7: loss: cross_entropy needs probabilities, but the last layer is sigmoid; give it activation: "
         "softmax, or use loss: binary_cross_entropy"},
        {NETWORK("[{units: 2, activation: linear}]", "{name: cross_entropy}"),
         "r.yaml:3:14: loss.name: cross_entropy needs probabilities, but the last layer is linear; give it activation: "
         "softmax, or use loss: mse"},
        {NETWORK("[{units: 2, activation: softmax}]", "binary_cross_entropy"),
         "r.yaml:3:7: loss: binary_cross_entropy needs a probability for each output, but the last layer is softmax; "
         "give it activation: sigmoid, or use loss: cross_entropy"},
        {NETWORK("[{units: 2, activation: tanh}]", "binary_cross_entropy"),
         "r.yaml:3:7: loss: binary_cross_entropy needs a probability for each output, but the last layer is tanh; give "
         "it activation: sigmoid, or use loss: mse"},
        {NETWORK("[{units: 2, activation: relu}]", "iou"),
         "r.yaml:3:7: loss: iou needs outputs from 0 to 1, but the last layer is relu; give it activation: sigmoid or "
         "softmax, or use loss: mse"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, label_smoothing: 1}"),
         "r.yaml:3:46: loss.label_smoothing: must be at least 0 and less than 1, not 1; 0.1 is usual"},
        {NETWORK("[{units: 2, activation: linear}]", "{name: huber, delta: 0}"),
         "r.yaml:3:28: loss.delta: must be more than 0, not 0; 1 is usual"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, class_weights: [1, 2, 3]}"),
         "r.yaml:3:44: loss.class_weights: there are 3 weights, but the last layer has 2 units; give one weight for "
         "each class"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, class_weights: [1, -2]}"),
         "r.yaml:3:48: loss.class_weights[1]: must be at least 0, not -2"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, class_weights: [0, 0]}"),
         "r.yaml:3:44: loss.class_weights: all weights are 0, so that nothing counts; raise one"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, output_weights: [1, 2]}"),
         "r.yaml:3:29: loss.output_weights: cross_entropy has no output_weights; remove it, or use name: mse, mae, "
         "huber "
         "or binary_cross_entropy"},
        {NETWORK("[{units: 3, activation: linear}]", "{name: mae, output_weights: [1, 2]}"),
         "r.yaml:3:35: loss.output_weights: there are 2 weights, but the last layer has 3 units; give one weight for "
         "each output"},
        {NETWORK("[{units: 2, activation: linear}]", "{name: mse, output_weights: [1, -2]}"),
         "r.yaml:3:39: loss.output_weights[1]: must be at least 0, not -2"},
        {NETWORK("[{units: 2, activation: linear}]", "{name: mse, output_weights: [0, 0]}"),
         "r.yaml:3:35: loss.output_weights: all weights are 0, so that nothing counts; raise one"},
        {NETWORK("[{units: 2, activation: softmax}]", "{name: cross_entropy, class_weights: []}"),
         "r.yaml:3:44: loss.class_weights: must have at least 1 element, but has 0"},
    };
    EXPECT_REFUSALS(refusals);
    expect_message(SMALL, "network.layers[1].activation=sigmoid",
                   "--set network.layers[1].activation=sigmoid: network.layers[1].activation: cross_entropy needs "
                   "probabilities, but the last layer is sigmoid; give it activation: softmax, or use loss: "
                   "binary_cross_entropy");
}

static void targets_are_scaled_as_outputs_and_losses_allow(void)
{
    const resolution fine[] = {
        {"data.normalize_targets=log1p", "\n  normalize_targets: log1p\n"},
        {"data.normalize_targets=scale", "\n  normalize_targets: scale\n"},
        {"loss=huber", "\n  normalize_targets: auto\n"},
    };
    EXPECT_RESOLUTIONS(NETWORK("[{units: 2, activation: leaky_relu}]", "mse"), fine);
    expect_message(SMALL, "data.normalize_targets=standard",
                   "--set data.normalize_targets=standard: data.normalize_targets: cross_entropy takes targets as they "
                   "are, from 0 to 1; leave data.normalize_targets out, or use loss: mse");
    expect_message(NETWORK("[{units: 2, activation: sigmoid}]", "mse"), "data.normalize_targets=standard",
                   "--set data.normalize_targets=standard: data.normalize_targets: standard gives targets beyond 1, "
                   "which sigmoid does not reach; use data.normalize_targets: minmax or auto, or activation: linear");
    expect_message(
        NETWORK("[{units: 2, activation: tanh}]", "mse"), "data.normalize_targets=scale",
        "--set data.normalize_targets=scale: data.normalize_targets: scale gives targets beyond 1, which tanh "
        "does not reach; use data.normalize_targets: minmax or auto, or activation: linear");
    expect_message(NETWORK("[{units: 2, activation: softplus}]", "mse"), "data.normalize_targets=log1p",
                   "--set data.normalize_targets=log1p: data.normalize_targets: log1p gives targets far below 0, which "
                   "softplus does not reach; use data.normalize_targets: minmax or auto, or activation: linear");
    expect_message(
        NETWORK("[{units: 2, activation: softmax}]", "mse"), "data.normalize_targets=minmax",
        "--set data.normalize_targets=minmax: data.normalize_targets: softmax gives shares that add up to 1, "
        "and no scaled targets; leave data.normalize_targets out, or use activation: linear");
}

static void layers_that_cannot_learn_are_refused(void)
{
    const refusal refusals[] = {
        {NETWORK("[{units: 2, activation: softmax, normalization: batch}]", "mse"),
         "r.yaml:2:67: network.layers[0].normalization: the last layer gives the predictions, which are not "
         "normalised; "
         "leave it out"},
        {NETWORK("[{units: 2, activation: softmax, dropout: 0.1}]", "mse"),
         "r.yaml:2:61: network.layers[0].dropout: the last layer gives the predictions, none of which may be dropped; "
         "leave it out"},
        {NETWORK("[{units: 2, activation: relu, dropout: 1}, {units: 2, activation: softmax}]", "mse"),
         "r.yaml:2:58: network.layers[0].dropout: must be at least 0 and less than 1, not 1; 0.5 drops half of the "
         "units"},
        {NETWORK("[{units: 2, activation: relu, dropout: -0.1}, {units: 2, activation: softmax}]", "mse"),
         "r.yaml:2:58: network.layers[0].dropout: must be at least 0 and less than 1, not -0.1; 0.5 drops half of the "
         "units"},
    };
    EXPECT_REFUSALS(refusals);
    expect_message(SMALL, "network.initializer=zeros",
                   "--set network.initializer=zeros: network.initializer: from weights of 0 all units of a layer stay "
                   "alike, and hidden layers learn nothing; use auto");
    expect_message(
        SMALL, "network.initializer=constant",
        "r.yaml: network.constant (by default \"0\"): from weights of 0 all units of a layer stay alike, and "
        "hidden layers learn nothing; use initializer: auto");
    const resolution fine[] = {
        {"network.initializer=zeros", "initializer: zeros\n"},
        {"network.layers[0].dropout=0", "dropout: 0}"},
        {"network.layers[0].normalization=none", "normalization: none}"},
        {"network.initializer=orthogonal", "initializer: orthogonal\n"},
    };
    EXPECT_RESOLUTIONS(NETWORK("[{units: 2, activation: softmax}]", "mse"), fine);
}

static void numbers_of_the_descent_out_of_range_are_refused(void)
{
    const refusal refusals[] = {
        {SMALL "optimizer: {name: adam, learning_rate: -1}\n",
         "r.yaml:4:40: optimizer.learning_rate: must be more than 0, not -1; 0.001 is a usual start"},
        {SMALL "optimizer: {name: adagrad, learning_rate: 0}\n",
         "r.yaml:4:43: optimizer.learning_rate: must be more than 0, not 0; 0.01 is a usual start"},
        {SMALL "optimizer: {name: sgd, nesterov: true}\n",
         "r.yaml:4:34: optimizer.nesterov: Nesterov's look ahead needs momentum; write nesterov: false, or a momentum "
         "such as 0.9"},
        {SMALL "optimizer: {name: adam, beta1: 1}\n",
         "r.yaml:4:32: optimizer.beta1: must be at least 0 and less than 1, not 1; 0.9 is usual"},
        {SMALL "optimizer: {name: lamb, beta2: -1}\n",
         "r.yaml:4:32: optimizer.beta2: must be at least 0 and less than 1, not -1; 0.999 is usual"},
        {SMALL "optimizer: {name: rmsprop, rho: 1.5}\n",
         "r.yaml:4:33: optimizer.rho: must be at least 0 and less than 1, not 1.5; 0.99 is usual"},
        {SMALL "optimizer: {name: adam, epsilon: 0}\n",
         "r.yaml:4:34: optimizer.epsilon: must be more than 0, not 0; it keeps a division by 0 away"},
        {SMALL "optimizer: {name: adamw, weight_decay: -0.1}\n",
         "r.yaml:4:40: optimizer.weight_decay: must be at least 0, not -0.1"},
        {SMALL "optimizer: {name: lars, trust: 0}\n",
         "r.yaml:4:32: optimizer.trust: must be more than 0, not 0; 0.001 is usual"},
        {SMALL "schedule: {name: step, factor: 1}\n",
         "r.yaml:4:32: schedule.factor: must be more than 0 and less than 1, not 1; 0.1 is usual"},
        {SMALL "schedule: {name: exponential, factor: 1.1}\n",
         "r.yaml:4:39: schedule.factor: must be more than 0 and at most 1, not 1.1; 0.95 is usual"},
        {SMALL "schedule: {name: plateau, factor: 0}\n",
         "r.yaml:4:35: schedule.factor: must be more than 0 and at most 1, not 0; 0.1 is usual"},
        {SMALL "schedule: {name: cosine, minimum: -1}\n", "r.yaml:4:35: schedule.minimum: must be at least 0, not -1"},
        {SMALL "schedule: {name: cosine, minimum: 0.1}\n",
         "r.yaml:4:35: schedule.minimum: the learning rate would start at 0.005 and never fall below 0.1; the minimum "
         "must be less"},
        {SMALL "schedule: {warmup: 5}\n",
         "r.yaml:4:20: schedule.warmup: \"5\" is no interval; write one such as 1 epoch or 500 steps"},
        {SMALL "schedule: {name: step, every: 0 epochs}\n",
         "r.yaml:4:31: schedule.every: \"0 epochs\" is no interval; write one such as 1 epoch or 500 steps"},
        {SMALL "schedule: {name: step, every: 01 epochs}\n",
         "r.yaml:4:31: schedule.every: \"01 epochs\" is no interval; write one such as 1 epoch or 500 steps"},
        {SMALL "schedule: {reference_batch: -1}\n",
         "r.yaml:4:29: schedule.reference_batch: \"-1\" is no whole number of 0 or more"},
        {SMALL "regularization: {l1: -1}\n", "r.yaml:4:22: regularization.l1: must be at least 0, not -1"},
        {SMALL "regularization: {l2: -1}\n", "r.yaml:4:22: regularization.l2: must be at least 0, not -1"},
        {SMALL "regularization: {clip_norm: -1}\n",
         "r.yaml:4:29: regularization.clip_norm: must be at least 0, not -1; 0 is no limit"},
        {SMALL "regularization: {clip_value: -1}\n",
         "r.yaml:4:30: regularization.clip_value: must be at least 0, not -1; 0 is no limit"},
    };
    EXPECT_REFUSALS(refusals);
    expect_message(SMALL "schedule: {name: cosine, minimum: 0.01}\n", "optimizer.learning_rate=0.001",
                   "--set optimizer.learning_rate=0.001: optimizer.learning_rate: the learning rate would start at "
                   "0.001 and never fall below 0.01; the minimum must be less");
    const resolution mended[] = {{"optimizer.learning_rate=0.1", "learning_rate: 0.1,"}};
    EXPECT_RESOLUTIONS(SMALL "optimizer: {learning_rate: -1}\n", mended);
    const resolution fine[] = {
        {"schedule={name: exponential, factor: 1}", "factor: 1,"},
        {"schedule.warmup=0 epochs", "warmup: 0 epochs,"},
        {"training.batch=all", "batch: all\n"},
    };
    EXPECT_RESOLUTIONS(SMALL "schedule: {reference_batch: 64}\n", fine);
}

static void a_course_without_its_validation_split_is_refused(void)
{
    const refusal refusals[] = {
        {SMALL "training: {restore_best: true}\n",
         "r.yaml:4:26: training.restore_best: the best epoch is told by a validation split, and there is none; add "
         "data.validation, such as {fraction: 0.1}"},
        {SMALL "training: {stop: {metric: accuracy}}\n",
         "r.yaml:4:27: training.stop.metric: accuracy is measured on a validation split, and there is none; add "
         "data.validation, such as {fraction: 0.1}, or use metric: loss"},
        {SMALL "training: {stop: {tolerance: -1}}\n",
         "r.yaml:4:30: training.stop.tolerance: must be at least 0, not -1; 1e-4 is usual"},
        {SMALL "training: {stop: {patience: -1}}\n",
         "r.yaml:4:29: training.stop.patience: \"-1\" is no whole number of 0 or more"},
        {SMALL "training: {accumulate: 0}\n", "r.yaml:4:24: training.accumulate: must be at least 1"},
        {SMALL "training: {top_k: 0}\n", "r.yaml:4:19: training.top_k: must be at least 1"},
        {"data: {validation: {fraction: 0.1, file: v.h5}}\n",
         "r.yaml:1:31: data.validation: fraction takes rows of the training split, file names others; keep one of "
         "them"},
    };
    EXPECT_REFUSALS(refusals);
    const char *const times[] = {"2", "2 days", "hours", "-1 hours", "0 seconds", "1.2.3 hours", "1e3 seconds", ""};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[512], message[NN_MESSAGE_SIZE];
        snprintf(text, sizeof text, "%straining: {stop: {time: '%s'}}\n", SMALL, times[i]);
        snprintf(message, sizeof message,
                 "r.yaml:4:25: training.stop.time: \"%s\" is no length of time; write one such as 90 seconds, 30 "
                 "minutes or 2 hours",
                 times[i]);
        expect_message(text, NULL, message);
    }
    const char *const fractions[] = {"0", "1", "-0.5"};
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        char override[64], message[NN_MESSAGE_SIZE];
        snprintf(override, sizeof override, "data.validation.fraction=%s", fractions[i]);
        snprintf(message, sizeof message,
                 "--set %s: data.validation.fraction: must be more than 0 and less than 1, not %s; 0.1 is usual",
                 override, fractions[i]);
        expect_message(HELD_OUT, override, message);
    }
    expect_message(HELD_OUT, "data.validation.w=/w",
                   "--set data.validation.w=/w: data.validation: fraction takes rows of the training split, w names "
                   "others; keep one of them");
    const resolution fine[] = {
        {"training.restore_best=true", "restore_best: true\n"},
        {"training.stop.metric=auroc", "stop: {metric: auroc, "},
    };
    EXPECT_RESOLUTIONS(HELD_OUT, fine);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_optimizer_has_its_own_keys_and_defaults),
        NN_TEST(every_schedule_has_its_own_keys_and_defaults),
        NN_TEST(every_loss_has_its_own_keys_and_defaults),
        NN_TEST(what_layers_and_stops_leave_out_stays_out),
        NN_TEST(what_a_recipe_says_arrives),
        NN_TEST(numbers_of_an_optimizer_arrive),
        NN_TEST(times_and_intervals_are_read_from_words),
        NN_TEST(a_short_form_replaces_the_whole_section),
        NN_TEST(an_override_may_reach_into_a_short_form),
        NN_TEST(keys_of_another_kind_are_refused),
        NN_TEST(losses_that_do_not_fit_the_last_layer_are_refused),
        NN_TEST(targets_are_scaled_as_outputs_and_losses_allow),
        NN_TEST(layers_that_cannot_learn_are_refused),
        NN_TEST(numbers_of_the_descent_out_of_range_are_refused),
        NN_TEST(a_course_without_its_validation_split_is_refused),
    };
    return nni_run_suite("recipe kinds", tests, sizeof tests / sizeof *tests);
}
