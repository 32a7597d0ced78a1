/* SPDX-License-Identifier: MIT */
/* What a wrong recipe is told: every message in full, because its place and its mend are what it is for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/recipe.h"
#include "support/recipe_fixture.h"
#include "support/suite.h"
#include "yaml/tree.h"

static void texts_that_are_no_yaml_mapping_are_refused_with_their_place(void)
{
    const refusal refusals[] = {
        {"", "r.yaml:1:1: data.train.file is missing"},
        {"# only a remark\n", "r.yaml:1:1: data.train.file is missing"},
        {"- 1\n", "r.yaml:1:1: expected \"key: value\" lines, not a list"},
        {"\n hello\n", "r.yaml:2:2: expected \"key: value\" lines, not a single value"},
        {SMALL "seed: [1\n",
         "r.yaml:5:1: this is no YAML: while parsing a flow sequence, did not find expected ',' or ']'"},
        {SMALL "training:\n\tepochs: 3\n", "r.yaml:5:1: this is no YAML: while scanning for the next token, found "
                                           "character that cannot start any token: a tab; "
                                           "indent with blanks"},
        {SMALL "---\nseed: 2\n", "r.yaml:4:1: a second document starts here; keep one to a file"},
        {SMALL "seed: 1\nloss: mse\n", "r.yaml:5:1: key \"loss\" is given twice, first on line 3; keep one of them"},
        {SMALL "seed: !!int 1\n",
         "r.yaml:4:7: tags such as !!str are not used here; quote a value to make it a string"},
        {SMALL "seed: *one\n", "r.yaml:4:7: no value before this one has the anchor \"one\""},
        {SMALL "seed: &a [*a]\n", "r.yaml:4:11: no value before this one has the anchor \"a\""},
        {SMALL "? [a]\n: 1\n", "r.yaml:4:3: a key must be a word, as in \"seed: 1\""},
        {SMALL "seed: \"1\\0\"\n", "r.yaml:4:7: a value cannot hold the character NUL"},
    };
    EXPECT_REFUSALS(refusals);
}

static void unknown_keys_are_refused_with_the_known_ones(void)
{
    const refusal refusals[] = {
        {SMALL "training: {epoch: 3}\n",
         "r.yaml:4:12: training: unknown key \"epoch\" (did you mean epochs?); the "
         "keys here are epochs, batch, accumulate, stop, restore_best, top_k, precision, on_nan"},
        {SMALL "sede: 3\n",
         "r.yaml:4:1: unknown key \"sede\" (did you mean seed?); the keys here are seed, data, "
         "network, loss, optimizer, schedule, regularization, training, checkpoint, parallel, record, report"},
        {"network: {layers: [{unist: 3}]}\n", "r.yaml:1:21: network.layers[0]: unknown key \"unist\" (did you mean "
                                              "units?); the keys here are units, activation, normalization, dropout"},
        {SMALL "parallel: {zz: 3}\n", "r.yaml:4:12: parallel: unknown key \"zz\"; the keys here are slices, threads, "
                                      "reproducible, bucket, exchange, wire, agree_every, hang_after"},
        {SMALL "\"a\\eb\": 3\n", "r.yaml:4:1: unknown key \"a\\x1bb\"; the keys here are seed, data, network, loss, "
                                 "optimizer, schedule, regularization, training, checkpoint, parallel, record, report"},
    };
    EXPECT_REFUSALS(refusals);
}

static void values_of_the_wrong_type_are_refused_with_their_place(void)
{
    const refusal refusals[] = {
        {SMALL "seed: 1 2\n", "r.yaml:4:7: seed: \"1 2\" is no whole number of 0 or more"},
        {SMALL "seed: -1\n", "r.yaml:4:7: seed: \"-1\" is no whole number of 0 or more"},
        {SMALL "seed: 1e3\n", "r.yaml:4:7: seed: \"1e3\" is no whole number of 0 or more"},
        {SMALL "seed: '5'\n", "r.yaml:4:7: seed: \"5\" is no whole number of 0 or more"},
        {SMALL "seed: 0x10\n", "r.yaml:4:7: seed: \"0x10\" is no whole number of 0 or more"},
        {SMALL "seed: 010\n", "r.yaml:4:7: seed: \"010\" starts with a 0, which some read as octal; leave it out"},
        {SMALL "seed: 18446744073709551616\n",
         "r.yaml:4:7: seed: \"18446744073709551616\" is more than 18446744073709551615, the most there can be"},
        {SMALL "seed:\n", "r.yaml:4:6: seed: expected a whole number, not nothing"},
        {SMALL "seed: [1]\n", "r.yaml:4:7: seed: expected a whole number, not a list"},
        {SMALL "optimizer: {learning_rate: 1e-4x}\n",
         "r.yaml:4:28: optimizer.learning_rate: \"1e-4x\" is no number such as 0.1 or 1e-3"},
        {SMALL "optimizer: {momentum: .inf}\n",
         "r.yaml:4:23: optimizer.momentum: \".inf\" is no number such as 0.1 or 1e-3"},
        {SMALL "optimizer: {learning_rate: 1e999}\n",
         "r.yaml:4:28: optimizer.learning_rate: \"1e999\" is too large for a floating-point number"},
        {SMALL "optimizer: {learning_rate: 1e-999}\n",
         "r.yaml:4:28: optimizer.learning_rate: \"1e-999\" is too close to 0 for a floating-point number"},
        {SMALL "parallel: {exchange: mpi, reproducible: true}\n",
         "r.yaml:4:22: parallel.exchange: MPI_Iallreduce adds in an order of its own, so no sum of it is reproducible; "
         "set parallel.exchange: own, or parallel.reproducible: false"},
        {SMALL "parallel: {exchange: mpi, wire: bf16}\n",
         "r.yaml:4:22: parallel.exchange: MPI_Iallreduce sends gradients as they are; set parallel.exchange: own, or "
         "parallel.wire: float32"},
        {SMALL "parallel: {exchange: mpi}\noptimizer: {name: adam, shard_state: true}\n",
         "r.yaml:4:22: parallel.exchange: MPI_Iallreduce gives all ranks all averages, of which each updates all "
         "parameters; set parallel.exchange: own, or optimizer.shard_state: false"},
        {SMALL "parallel: {wire: bf16}\noptimizer: {name: adam, shard_state: true}\n",
         "r.yaml:4:18: parallel.wire: hosts that shard the optimizer's state send each other weights, which are not "
         "rounded; set parallel.wire: float32, or optimizer.shard_state: false"},
        {SMALL "parallel: 3\n",
         "r.yaml:4:11: parallel: expected a mapping {key: value, ...}, not a single value; its "
         "keys are slices, threads, reproducible, bucket, exchange, wire, agree_every, hang_after"},
        {SMALL "optimizer: [sgd]\n",
         "r.yaml:4:12: optimizer: expected a name or a mapping {key: value, ...}, not a list; "
         "its keys are name, learning_rate, momentum, nesterov, beta1, beta2, rho, epsilon, "
         "weight_decay, trust, shard_state"},
        {SMALL "optimizer: adma\n",
         "r.yaml:4:12: optimizer: \"adma\" is none of sgd, adagrad, rmsprop, adam, adamw, lars, lamb (did you mean "
         "adam?)"},
        {SMALL "optimizer: {nesterov: yes}\n", "r.yaml:4:23: optimizer.nesterov: \"yes\" is neither true nor false"},
        {SMALL "optimizer: {nesterov: tRUE}\n", "r.yaml:4:23: optimizer.nesterov: \"tRUE\" is neither true nor false"},
        {SMALL "optimizer: {nesterov: 'True'}\n",
         "r.yaml:4:23: optimizer.nesterov: \"True\" is neither true nor false"},
        {SMALL "schedule: cosin\n", "r.yaml:4:11: schedule: \"cosin\" is none of constant, step, exponential, cosine, "
                                    "plateau (did you mean cosine?)"},
        {SMALL "training: {stop: {metric: f2}}\n",
         "r.yaml:4:27: training.stop.metric: \"f2\" is none of loss, "
         "accuracy, balanced_accuracy, top_k, precision, recall, f1, precision_micro, recall_micro, f1_micro, "
         "subset_accuracy, hamming_loss, auroc, average_precision, log_loss, mae, rmse, r2, iou"},
        {SMALL "training: {stop: {time: [2]}}\n",
         "r.yaml:4:25: training.stop.time: expected a single value, not a list"},
        {SMALL "training: {stop: {time: }}\n", "r.yaml:4:25: training.stop.time: expected a single value, not nothing"},
        {SMALL "parallel: {threads: many}\n",
         "r.yaml:4:21: parallel.threads: \"many\" is no whole number and not auto"},
        {"network:\n  layers: 3\n", "r.yaml:2:11: network.layers: expected a list [...], not a single value"},
        {"network:\n  layers: []\n", "r.yaml:2:11: network.layers: must have at least 1 element, but has 0"},
        {"loss: cross_entorpy\n", "r.yaml:1:7: loss: \"cross_entorpy\" is none of mse, mae, huber, cross_entropy, "
                                  "binary_cross_entropy, iou (did you mean cross_entropy?)"},
        {"network:\n  layers:\n    - {units: 3, activation: rleu}\n",
         "r.yaml:3:30: network.layers[0].activation: \"rleu\" is none of linear, sigmoid, tanh, relu, leaky_relu, elu, "
         "selu, gelu, gelu_tanh, silu, softplus, softmax (did you mean relu?)"},
        {"network:\n  layers:\n    - {units: 3, normalization: bath}\n",
         "r.yaml:3:33: network.layers[0].normalization: \"bath\" is none of none, batch, layer (did you mean batch?)"},
        {"loss: {class_weights: [1, two]}\n",
         "r.yaml:1:27: loss.class_weights[1]: \"two\" is no number such as 0.1 or 1e-3"},
        {"data: {train: {file: ''}}\n", "r.yaml:1:22: data.train.file: \"\" is empty, and must not be"},
        {"data: {train: {file: null}}\n", "r.yaml:1:22: data.train.file: expected a single value, not nothing"},
    };
    EXPECT_REFUSALS(refusals);
}

static void missing_keys_are_named_where_they_belong(void)
{
    const refusal refusals[] = {
        {"seed: 1\ndata:\n  train: {x: /x}\n", "r.yaml:3:10: data.train.file is missing"},
        {"data: {train: {file: a}}\n", "r.yaml:1:1: network.layers is missing"},
        {"data: {train: {file: a}}\nnetwork: {layers: [{units: 3}]}\n",
         "r.yaml:2:20: network.layers[0].activation is missing; write one of linear, sigmoid, tanh, relu, leaky_relu, "
         "elu, selu, "
         "gelu, gelu_tanh, silu, softplus, softmax"},
        {"data: {train: {file: a}}\nnetwork: {layers: [{units: 3, activation: relu}]}\n",
         "r.yaml:1:1: loss is missing; write one of mse, mae, huber, cross_entropy, binary_cross_entropy, iou"},
        {"data: {train: {file: a}}\nnetwork: {layers: [{units: 3, activation: relu}]}\nloss: {delta: 1}\n",
         "r.yaml:3:7: loss.name is missing; write one of mse, mae, huber, cross_entropy, binary_cross_entropy, iou"},
    };
    EXPECT_REFUSALS(refusals);
}

#define NETWORK(layers, loss) "data: {train: {file: /no/a.h5}}\nloss: " loss "\nnetwork:\n  layers: " layers "\n"

#define SPLIT(validation)                                                                                              \
    "data: {train: {file: a}, " validation "}\nnetwork: {layers: [{units: 3, activation: softmax}]}\nloss: "           \
    "cross_entropy\n"

static void values_that_make_no_sense_are_refused_with_a_mend(void)
{
    const refusal refusals[] = {
        {NETWORK("[{units: 0, activation: relu}]", "mse"),
         "r.yaml:4:20: network.layers[0].units: must be from 1 to 16777216, not 0"},
        {NETWORK("[{units: 16777217, activation: relu}]", "mse"),
         "r.yaml:4:20: network.layers[0].units: must be from 1 to 16777216, not 16777217"},
        {NETWORK("[{units: 2, activation: softmax}, {units: 2, activation: softmax}]", "mse"),
         "r.yaml:4:35: network.layers[0].activation: softmax belongs in the last layer only; use relu, tanh or sigmoid "
         "here"},
        {NETWORK("[{units: 1, activation: softmax}]", "mse"),
         "r.yaml:4:20: network.layers[0].units: softmax over a single unit is always 1; give it one unit for each "
         "class"},
        {NETWORK("[{units: 2, activation: linear}]", "cross_entropy"),
         "r.yaml:2:7: loss: cross_entropy needs probabilities, but the last layer is linear; give it activation: "
         "softmax, or use loss: mse"},
        {SMALL "optimizer: {learning_rate: 0}\n",
         "r.yaml:4:28: optimizer.learning_rate: must be more than 0, not 0; 0.005 is a usual start"},
        {SMALL "optimizer: {name: sgd, momentum: 1}\n",
         "r.yaml:4:34: optimizer.momentum: must be at least 0 and less than 1, not 1; 0.9 is usual"},
        {SMALL "optimizer: {name: sgd, momentum: -0.1}\n",
         "r.yaml:4:34: optimizer.momentum: must be at least 0 and less than 1, not -0.1; 0.9 is usual"},
        {SMALL "training: {epochs: 0}\n", "r.yaml:4:20: training.epochs: must be from 1 to 1073741824, or auto, not 0"},
        {SMALL "training: {batch: 0}\n",
         "r.yaml:4:19: training.batch: \"0\" is no number of rows, such as 128, nor auto or all"},
        {SMALL "training: {batch: 99999999999999999999}\n",
         "r.yaml:4:19: training.batch: \"99999999999999999999\" is no number of rows, such as 128, nor auto or all"},
        {SMALL "training: {batch: 15}\nparallel: {slices: 16}\n",
         "r.yaml:4:19: training.batch: a batch of 15 rows cannot take one of each of the 16 slices; raise "
         "training.batch or lower parallel.slices"},
        {SMALL "parallel: {slices: 0}\n", "r.yaml:4:20: parallel.slices: must be from 1 to 65536, or auto, not 0"},
        {SMALL "parallel: {slices: 65537}\n",
         "r.yaml:4:20: parallel.slices: must be from 1 to 65536, or auto, not 65537"},
        {SMALL "parallel: {bucket: 4}\n",
         "r.yaml:4:20: parallel.bucket: \"4\" is neither auto nor a size of up to 512M; write "
         "one such as 512K"},
        {SMALL "parallel: {bucket: 1G}\n",
         "r.yaml:4:20: parallel.bucket: \"1G\" is neither auto nor a size of up to 512M; "
         "write one such as 512K"},
        {SPLIT("validation: {fold: 0/5}"),
         "r.yaml:1:45: data.validation.fold: \"0/5\" is no fold; write 1/5 to 5/5 for the five of five (2 to 1000)"},
        {SPLIT("validation: {fold: 1/1}"),
         "r.yaml:1:45: data.validation.fold: \"1/1\" is no fold; write 1/5 to 5/5 for the five of five (2 to 1000)"},
        {SPLIT("validation: {fraction: 0.1, fold: 1/2}"),
         "r.yaml:1:60: data.validation.fold: fold and fraction both take rows of the training split; keep one of them"},
        {SPLIT("validation: {fold: 1/2, x: /v}"),
         "r.yaml:1:45: data.validation: fold takes rows of the training split, x names others; keep one of them"},
        {SPLIT("test: {fraction: 1.5}"),
         "r.yaml:1:43: data.test.fraction: must be more than 0 and less than 1, not 1.5; 0.2 is usual"},
        {SPLIT("test: {fraction: 0.2, x: /v}"),
         "r.yaml:1:43: data.test: fraction takes rows of the training split, x names others; keep one of them"},
        {SPLIT("test: {fraction: 0.2, y_columns: [1]}"),
         "r.yaml:1:43: data.test: fraction takes rows of the training split, y_columns names others; keep one of them"},
        {SPLIT("test: {x: /v, stratified: true}"), "r.yaml:1:52: data.test.stratified: goes with fraction; a split of "
                                                   "its own is what its file has"},
        {SPLIT("validation: {file: b, stratified: true}"), "r.yaml:1:60: data.validation.stratified: goes with "
                                                           "fraction or fold; a split of its own is what its file has"},
        {"data: {train: {file: a}, memory: much}\nnetwork: {layers: [{units: 3, activation: softmax}]}\nloss: "
         "cross_entropy\n",
         "r.yaml:1:34: data.memory: \"much\" is neither auto nor a size such as 512M or 4G"},
        {"data: {train: {file: a}, window: 0M}\nnetwork: {layers: [{units: 3, activation: softmax}]}\nloss: "
         "cross_entropy\n",
         "r.yaml:1:34: data.window: \"0M\" is no size such as 128M (the default) or 1G"},
        {SMALL "parallel: {threads: 0}\n", "r.yaml:4:21: parallel.threads: must be from 1 to 4096, or auto, not 0"},
        {SMALL "checkpoint: {every: never}\n",
         "r.yaml:4:21: checkpoint.every: \"never\" is no interval; write one such as 1 epoch or 500 steps"},
        {SMALL "checkpoint: {every: 0 epochs}\n",
         "r.yaml:4:21: checkpoint.every: \"0 epochs\" is no interval; write one such as 1 epoch or 500 steps"},
        {SMALL "checkpoint: {keep: 0}\n", "r.yaml:4:20: checkpoint.keep: must be at least 1"},
        {SMALL "parallel: {hang_after: 30}\n",
         "r.yaml:4:24: parallel.hang_after: \"30\" is no length of time; write one such as 30 minutes (the default), 2 "
         "hours, or never"},
        {SMALL "training: {on_nan: {name: rollback, factor: 1}}\n",
         "r.yaml:4:45: training.on_nan.factor: must be more than 0 and less than 1, not 1; 0.5 is usual"},
        {SMALL "training: {on_nan: {name: skip, limit: 0}}\n",
         "r.yaml:4:40: training.on_nan.limit: must be at least 1"},
        {SMALL "training: {on_nan: {name: skip, factor: 0.5}}\n",
         "r.yaml:4:33: training.on_nan.factor: skip has no factor; remove it, or use name: rollback"},
        {SMALL "training: {on_nan: {limit: 3}}\n",
         "r.yaml:4:21: training.on_nan.limit: stop has no limit; remove it, or use name: skip or rollback"},
        {SMALL "checkpoint: {max_failures: 0}\n", "r.yaml:4:28: checkpoint.max_failures: must be at least 1"},
        {SMALL "checkpoint: {give_up_after: soon}\n", "r.yaml:4:29: checkpoint.give_up_after: \"soon\" is no length of "
                                                      "time; write one such as 5 minutes (the default) "
                                                      "or 90 seconds"},
    };
    EXPECT_REFUSALS(refusals);
}

/* What users of other programs write, the right key in another place, another case. */
static void the_key_or_value_that_was_meant_is_suggested(void)
{
    static const struct {
        const char *override, *meant;
    } slips[] = {
        {"epochs=5", "training.epochs"},
        {"epoch=5", "training.epochs"},
        {"Training.Epochs=5", "training"},
        {"lr=0.1", "optimizer.learning_rate"},
        {"optimizer.lr=0.1", "learning_rate"},
        {"optimizer.learningRate=0.1", "learning_rate"},
        {"training.lr=0.1", "optimizer.learning_rate"},
        {"optimizer.batch-size=3", "training.batch"},
        {"n_epochs=3", "training.epochs"},
        {"hidden_layer_sizes=[3]", "network.layers"},
        {"layers[0].units=3", "network.layers"},
        {"units=3", "network.layers[0].units"},
        {"network.layers[0].neurons=3", "units"},
        {"wd=0.1", "optimizer.weight_decay"},
        {"every=3", "schedule.every or checkpoint.every"},
        {"early_stopping=true", "training.stop"},
        {"network.layers[0].activation=ReLU", "relu"},
        {"network.layers[0].activation=LeakyReLU", "leaky_relu"},
        {"optimizer=Adam", "adam"},
        {"loss=MSE", "mse"},
        {"loss=crossentropy", "cross_entropy"},
        {"loss=bce", "binary_cross_entropy"},
        {"loss=NLLLoss", "cross_entropy"},
        {"loss=mean_squared_error", "mse"},
        {"schedule=ReduceLROnPlateau", "plateau"},
        {"data.normalize=StandardScaler", "standard"},
        {"training.stop.metric=auc", "auroc"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        char suggested[80];
        nn_recipe *recipe = NULL;
        nn_error error;
        snprintf(suggested, sizeof suggested, " (did you mean %s?)", slips[i].meant);
        CU_ASSERT_EQUAL(nn_recipe_parse(SMALL, "r.yaml", NULL, &slips[i].override, 1, &recipe, &error), NN_USAGE);
        if (!strstr(error.message, suggested))
            printf("\nexpected:%s\n     got: %s\n", suggested, error.message);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, suggested));
    }
}

static void a_wrong_override_is_quoted_in_its_message(void)
{
    const struct {
        const char *override, *message;
    } wrong[] = {
        {"training.epoch=3", "training: unknown key \"epoch\" (did you mean epochs?); the keys here are epochs, batch, "
                             "accumulate, stop, restore_best, top_k, precision, on_nan"},
        {"training.epochs=many", "training.epochs: \"many\" is no whole number and not auto"},
        {"training.epochs=0", "training.epochs: must be from 1 to 1073741824, or auto, not 0"},
        {"network.layers[2].units=3", "network.layers has no element 2; its elements are 0 to 1"},
        {"network.layers[99999999999999999999]=3",
         "this is no key; write one like training.epochs or network.layers[0].units"},
        {"network.layers.units=3", "network.layers is a list; name an element of it as in network.layers[0]"},
        {"network[0]=3", "network is no list with an element 0"},
        {"seed.x=3", "seed: expected a whole number, not a mapping"},
        {"seed=", "seed: expected a whole number, not nothing"},
        {"seed", "expected KEY=VALUE, as in training.epochs=3"},
        {"=3", "expected KEY=VALUE, as in training.epochs=3"},
        {"a..b=3", "this is no key; write one like training.epochs or network.layers[0].units"},
        {"[0]=3", "this is no key; write one like training.epochs or network.layers[0].units"},
        {"seed=[1", "this is no YAML: while parsing a flow sequence, did not find expected ',' or ']'"},
        {"network.layers[1].activation=relu",
         "network.layers[1].activation: cross_entropy needs probabilities, but the last layer is relu; give it "
         "activation: softmax, or use loss: mse"},
        {"parallel.slices=256", "parallel.slices: a batch of 64 rows cannot take one of each of the 256 slices; raise "
                                "training.batch or lower parallel.slices"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char message[NN_MESSAGE_SIZE];
        snprintf(message, sizeof message, "--set %s: %s", wrong[i].override, wrong[i].message);
        expect_message(SMALL "training: {batch: 64}\n", wrong[i].override, message);
    }
}

static char *repeat(const char *part, size_t times, const char *before, const char *after)
{
    size_t length = strlen(part), start = strlen(before);
    char *text = malloc(start + length * times + strlen(after) + 1);
    strcpy(text, before);
    for (size_t i = 0; i < times; i++)
        memcpy(text + start + i * length, part, length);
    strcpy(text + start + length * times, after);
    return text;
}

/* Like expect_message, for a place that depends on how much the defaults hold. */
static void expect_refusal_about(const char *text, const char *part)
{
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    CU_ASSERT_EQUAL(nn_recipe_parse(text, "r.yaml", NULL, NULL, 0, &recipe, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, part));
}

static void deep_long_and_multiplying_texts_are_refused_quickly(void)
{
    char *deep = repeat("[", 10000, "seed: ", "");
    expect_message(deep, NULL, "r.yaml:1:38: lists and mappings nest deeper than 32 levels here");
    free(deep);
    char *keys = repeat("a.", 10000, "", "a=1"), start[NNI_YAML_QUOTED];
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    CU_ASSERT_EQUAL(nn_recipe_parse(SMALL, "r.yaml", NULL, &(const char *){keys}, 1, &recipe, &error), NN_USAGE);
    snprintf(start, sizeof start, "--set a.a.a.");
    CU_ASSERT_EQUAL(strncmp(error.message, start, strlen(start)), 0);
    free(keys);
    char *wide = repeat("1,", 10000, "seed: [", "1]");
    expect_refusal_about(wide, "there are more than 10000 values, aliases expanded; shorten the text");
    free(wide);
    const char *bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                       "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    expect_refusal_about(bomb, "there are more than 10000 values, aliases expanded; shorten the text");
    const char *tower = "a: &a [[[[[[[[[[1]]]]]]]]]]\nb: &b [[[[[[[[[[*a]]]]]]]]]]\nc: &c [[[[[[[[[[*b]]]]]]]]]]\n"
                        "d: [[[[*c]]]]\n";
    expect_message(tower, NULL, "r.yaml:1:14: aliases nest this deeper than 32 levels");
}

static void texts_that_are_not_utf8_are_refused_with_their_place(void)
{
    expect_message(
        "seed: 1\nloss: \xC3\xA9\xFF\n", NULL,
        "r.yaml:2:8: this is no UTF-8 text: invalid leading UTF-8 octet (byte 0xFF); save the file as UTF-8");
    expect_message(
        "seed: 1 # caf\xE9\n", NULL,
        "r.yaml:1:14: this is no UTF-8 text: incomplete UTF-8 octet sequence (byte 0xE9); save the file as UTF-8");
    expect_message(
        "loss: a\x01", NULL,
        "r.yaml:1:8: this is no UTF-8 text: control characters are not allowed (byte 0x01); save the file as UTF-8");
    expect_message(
        "\x89HDF\r\n\x1a\n", NULL,
        "r.yaml:1:1: this is no UTF-8 text: invalid leading UTF-8 octet (byte 0x89); save the file as UTF-8");
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(texts_that_are_no_yaml_mapping_are_refused_with_their_place),
        NN_TEST(unknown_keys_are_refused_with_the_known_ones),
        NN_TEST(values_of_the_wrong_type_are_refused_with_their_place),
        NN_TEST(missing_keys_are_named_where_they_belong),
        NN_TEST(values_that_make_no_sense_are_refused_with_a_mend),
        NN_TEST(the_key_or_value_that_was_meant_is_suggested),
        NN_TEST(a_wrong_override_is_quoted_in_its_message),
        NN_TEST(deep_long_and_multiplying_texts_are_refused_quickly),
        NN_TEST(texts_that_are_not_utf8_are_refused_with_their_place),
    };
    return nni_run_suite("recipe messages", tests, sizeof tests / sizeof *tests);
}
