/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "recipe/recipe.h"
#include "support/recipe_fixture.h"
#include "support/suite.h"

static void what_is_left_out_has_its_default(void)
{
    nn_recipe *recipe = must_parse(SMALL, NULL, 0);
    CU_ASSERT_EQUAL(recipe->seed, 1);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.file, "/no/a.h5");
    CU_ASSERT_STRING_EQUAL(recipe->data.train.x, "/train/x");
    CU_ASSERT_STRING_EQUAL(recipe->data.train.y, "/train/y");
    CU_ASSERT_PTR_NULL(recipe->data.train.w);
    CU_ASSERT_PTR_NULL(recipe->data.validation.file);
    CU_ASSERT_PTR_NULL(recipe->data.validation.x);
    CU_ASSERT_EQUAL(recipe->data.validation.fraction, 0);
    CU_ASSERT_PTR_NULL(recipe->data.test.file);
    CU_ASSERT_EQUAL(recipe->data.normalize, NN_NORMALIZE_AUTO);
    CU_ASSERT_EQUAL(recipe->network.initializer, NN_INITIALIZE_AUTO);
    CU_ASSERT_EQUAL_FATAL(recipe->network.layers_count, 2);
    CU_ASSERT_EQUAL(recipe->network.layers[0].units, 8);
    CU_ASSERT_EQUAL(recipe->network.layers[0].normalization, NN_NORM_NONE);
    CU_ASSERT_EQUAL(recipe->network.layers[0].dropout, 0);
    CU_ASSERT_EQUAL(recipe->network.layers[1].activation, NN_SOFTMAX);
    CU_ASSERT_EQUAL(recipe->loss.name, NN_CROSS_ENTROPY);
    CU_ASSERT_EQUAL(recipe->optimizer.name, NN_ADAMW);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.005);
    CU_ASSERT(recipe->optimizer.decays_by_rows);
    CU_ASSERT_EQUAL(recipe->schedule.name, NN_SCHEDULE_COSINE);
    CU_ASSERT_STRING_EQUAL(recipe->schedule.warmup, "auto");
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.epochs, 0);
    CU_ASSERT_EQUAL(recipe->schedule.warmup_length.steps, 0);
    CU_ASSERT_EQUAL(recipe->schedule.reference_batch, 0);
    CU_ASSERT_EQUAL(recipe->regularization.l1, 0);
    CU_ASSERT_EQUAL(recipe->regularization.l2, 0);
    CU_ASSERT_EQUAL(recipe->regularization.clip_norm, 0);
    CU_ASSERT_EQUAL(recipe->regularization.clip_value, 0);
    CU_ASSERT_EQUAL(recipe->training.epochs, 0);
    CU_ASSERT_STRING_EQUAL(recipe->training.batch, "auto");
    CU_ASSERT_EQUAL(recipe->training.batch_rows, 0);
    CU_ASSERT_EQUAL(recipe->training.accumulate, 1);
    CU_ASSERT_EQUAL(recipe->training.top_k, 5);
    CU_ASSERT_EQUAL(recipe->training.precision, NN_FLOAT32);
    CU_ASSERT_FALSE(recipe->training.restore_best);
    CU_ASSERT_EQUAL(recipe->training.stop.metric, NN_METRIC_LOSS);
    CU_ASSERT_EQUAL(recipe->training.stop.patience, 0);
    CU_ASSERT_EQUAL(recipe->training.stop.tolerance, 1e-4);
    CU_ASSERT_FALSE(recipe->training.stop.has_target);
    CU_ASSERT_EQUAL(recipe->training.stop.seconds, 0);
    CU_ASSERT_EQUAL(recipe->checkpoint.every.epochs, 1);
    CU_ASSERT_EQUAL(recipe->checkpoint.every.steps, 0);
    CU_ASSERT_EQUAL(recipe->checkpoint.keep, 3);
    CU_ASSERT_EQUAL(recipe->parallel.slices, 0);
    CU_ASSERT_EQUAL(recipe->parallel.threads, 0);
    nn_recipe_free(recipe);
}

static void what_is_written_replaces_defaults_key_by_key(void)
{
    nn_recipe *recipe = must_parse(SMALL "seed: 18446744073709551615\n"
                                         "optimizer: {name: sgd, momentum: .9}\n"
                                         "training:\n  batch: all\n"
                                         "checkpoint: {every: 500 steps}\n"
                                         "parallel: {threads: 4}\n",
                                   NULL, 0);
    CU_ASSERT_EQUAL(recipe->seed, UINT64_MAX);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.1);
    CU_ASSERT_EQUAL(recipe->optimizer.momentum, 0.9);
    CU_ASSERT_EQUAL(recipe->training.epochs, 0);
    CU_ASSERT_EQUAL(recipe->training.batch_rows, 0);
    CU_ASSERT_EQUAL(recipe->checkpoint.every.steps, 500);
    CU_ASSERT_EQUAL(recipe->checkpoint.every.epochs, 0);
    CU_ASSERT_EQUAL(recipe->parallel.threads, 4);
    nn_recipe_free(recipe);
}

/* As Windows' editors, and writers of YAML in other languages, make them. */
static void byte_order_marks_line_ends_and_capitals_change_nothing(void)
{
    static const char *const texts[] = {
        "optimizer: {name: sgd, momentum: 0.9, nesterov: true}\nparallel: {reproducible: true}\n",
        "optimizer: {name: sgd, momentum: 0.9, nesterov: True}\r\nparallel:\t{reproducible: TRUE}\r\n",
        "optimizer: {name: sgd, momentum: 0.9, nesterov: TRUE}\rparallel: {reproducible:\tTrue}\r"};
    nn_recipe *first = must_parse(
        SMALL "optimizer: {name: sgd, momentum: 0.9, nesterov: true}\nparallel: {reproducible: true}\n", NULL, 0);
    CU_ASSERT(first->optimizer.nesterov && first->parallel.reproducible);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[1000];
        snprintf(text, sizeof text, "\xEF\xBB\xBF%s%s", SMALL, texts[i]);
        nn_recipe *recipe = must_parse(text, NULL, 0);
        CU_ASSERT_STRING_EQUAL(recipe->text, first->text);
        nn_recipe_free(recipe);
    }
    nn_recipe *off = must_parse(
        SMALL "optimizer: {name: sgd, momentum: 0.9, nesterov: False}\nparallel: {reproducible: FALSE}\n", NULL, 0);
    CU_ASSERT(!off->optimizer.nesterov && !off->parallel.reproducible);
    nn_recipe_free(off);
    nn_recipe_free(first);
}

static void a_section_with_nothing_under_it_is_left_to_the_defaults(void)
{
    nn_recipe *recipe = must_parse(SMALL "training:\n#  epochs: 5\noptimizer: ~\n", NULL, 0);
    CU_ASSERT_EQUAL(recipe->training.epochs, 0);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.005);
    nn_recipe_free(recipe);
}

static void a_test_split_without_a_file_is_in_the_training_file(void)
{
    const char *const ways[] = {"data.test={}", "data.test=", "data.test.y=/test/label"};
    for (size_t i = 0; i < 3; i++) {
        nn_recipe *recipe = must_parse(SMALL, &ways[i], 1);
        CU_ASSERT_STRING_EQUAL_FATAL(recipe->data.test.file, "/no/a.h5");
        CU_ASSERT_STRING_EQUAL(recipe->data.test.x, "/test/x");
        CU_ASSERT_STRING_EQUAL(recipe->data.test.y, i == 2 ? "/test/label" : "/test/y");
        nn_recipe_free(recipe);
    }
}

static void a_validation_split_is_a_file_or_a_share_of_the_training_rows(void)
{
    nn_recipe *recipe = must_parse(SMALL, &(const char *){"data.validation.x=/v"}, 1);
    CU_ASSERT_STRING_EQUAL_FATAL(recipe->data.validation.file, "/no/a.h5");
    CU_ASSERT_STRING_EQUAL(recipe->data.validation.x, "/v");
    CU_ASSERT_STRING_EQUAL(recipe->data.validation.y, "/validation/y");
    CU_ASSERT_PTR_NULL(recipe->data.validation.w);
    CU_ASSERT_EQUAL(recipe->data.validation.fraction, 0);
    nn_recipe_free(recipe);
    recipe = must_parse(SMALL, &(const char *){"data.validation={fraction: 0.25}"}, 1);
    CU_ASSERT_PTR_NULL(recipe->data.validation.file);
    CU_ASSERT_PTR_NULL(recipe->data.validation.x);
    CU_ASSERT_EQUAL(recipe->data.validation.fraction, 0.25);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.x, "/train/x");
    CU_ASSERT_PTR_NOT_NULL(strstr(recipe->text, "\n  validation: {fraction: 0.25}\n"));
    nn_recipe_free(recipe);
}

static void a_test_split_is_a_file_or_a_share_of_the_training_rows(void)
{
    const char *const both[] = {"data.test={fraction: 0.25, stratified: true}", "data.validation={fraction: 0.5}"};
    nn_recipe *recipe = must_parse(SMALL, both, 2);
    CU_ASSERT_FALSE(nni_split_is_given(&recipe->data.test));
    CU_ASSERT_PTR_NULL(recipe->data.test.x);
    CU_ASSERT_EQUAL(recipe->data.test.fraction, 0.25);
    CU_ASSERT(recipe->data.test.stratified);
    CU_ASSERT_EQUAL(recipe->data.validation.fraction, 0.5);
    CU_ASSERT_FALSE(recipe->data.validation.stratified);
    CU_ASSERT_PTR_NOT_NULL(strstr(recipe->text, "\n  test: {fraction: 0.25, stratified: true}\n"));
    nn_recipe_free(recipe);
}

static void every_split_may_have_sample_weights(void)
{
    const char *const overrides[] = {"data.train.w=/train/w", "data.validation={w: /v/w}", "data.test={w: /t/w}"};
    nn_recipe *recipe = must_parse(SMALL, overrides, 3);
    CU_ASSERT_STRING_EQUAL_FATAL(recipe->data.train.w, "/train/w");
    CU_ASSERT_STRING_EQUAL_FATAL(recipe->data.validation.w, "/v/w");
    CU_ASSERT_STRING_EQUAL_FATAL(recipe->data.test.w, "/t/w");
    nn_recipe *again = must_parse(recipe->text, NULL, 0);
    CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
    nn_recipe_free(again);
    nn_recipe_free(recipe);
}

static void the_resolved_text_has_one_order_and_gives_itself_again(void)
{
    nn_recipe *recipe = must_parse("loss: cross_entropy\nseed: 7\n"
                                   "network:\n  layers:\n"
                                   "  - &hidden {activation: relu, units: 8}\n  - *hidden\n"
                                   "  - {units: 2, activation: softmax}\n"
                                   "data: {normalize: unit, train: {file: /no/a.h5}}\n",
                                   NULL, 0);
    CU_ASSERT_STRING_EQUAL(
        recipe->text,
        "seed: 7\n"
        "data:\n"
        "  train: {file: /no/a.h5, x: /train/x, y: /train/y}\n"
        "  normalize: unit\n"
        "  normalize_targets: auto\n"
        "  impute: none\n"
        "  external: inside\n"
        "  memory: auto\n"
        "  window: 128M\n"
        "network:\n"
        "  layers: [{units: 8, activation: relu}, {units: 8, activation: relu}, "
        "{units: 2, activation: softmax}]\n"
        "  initializer: auto\n"
        "loss: {name: cross_entropy, label_smoothing: 0}\n"
        "optimizer: {name: adamw, learning_rate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, shard_state: false}\n"
        "schedule: {name: cosine, warmup: auto, minimum: 0, reference_batch: 0}\n"
        "regularization: {l1: 0, l2: 0, clip_norm: 0, clip_value: 0}\n"
        "training:\n"
        "  epochs: auto\n"
        "  batch: auto\n"
        "  accumulate: 1\n"
        "  stop: {metric: loss, patience: 0, tolerance: 1e-4}\n"
        "  restore_best: false\n"
        "  top_k: 5\n"
        "  precision: float32\n"
        "  on_nan: {name: stop}\n"
        "checkpoint: {every: 1 epoch, keep: 3, asynchronous: true, max_failures: 3, give_up_after: 5 minutes}\n"
        "parallel: {slices: auto, threads: auto, reproducible: false, bucket: auto, exchange: auto, wire: float32, "
        "agree_every: 100, hang_after: 30 minutes}\n"
        "record: {name: auto, norms: 1 epoch, ranks: 1 epoch, histograms: 5 epochs, boundary: 8, predictions: test, "
        "surface: off}\n"
        "report: auto\n");
    nn_recipe *again = must_parse(recipe->text, NULL, 0);
    CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
    nn_recipe_free(again);
    nn_recipe_free(recipe);
}

static void awkward_file_names_survive_the_resolved_text(void)
{
    const char *const names[] = {
        "'/a: b #c'",        "\"/tab\\t and \\\"quote\\\" and 'quote'\"",
        "/with  two spaces", "\"/ends in space \"",
        "\"/two\\nlines\"",  "'/{x, y}[0]'",
        "/Größe/データ.h5",  "'/!&*|>%@`'",
        "\"/null\"",         "\"/nbsp\\_bell\\a\"",
        "\"/a\\n\\n b\\n\"", "/emoji 😀.h5",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char override[128];
        snprintf(override, sizeof override, "data.train.file=%s", names[i]);
        nn_recipe *recipe = must_parse(SMALL, &(const char *){override}, 1);
        nn_recipe *again = must_parse(recipe->text, NULL, 0);
        CU_ASSERT_STRING_EQUAL(again->data.train.file, recipe->data.train.file);
        CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
        nn_recipe_free(again);
        nn_recipe_free(recipe);
    }
}

static void softmax_with_mse_is_allowed(void)
{
    nn_recipe_free(must_parse(SMALL, &(const char *){"loss=mse"}, 1));
}

static void overrides_replace_single_values_in_lists_and_mappings(void)
{
    const char *const overrides[] = {"training.epochs=3", "network.layers[0].units=99",
                                     "optimizer={name: sgd, momentum: 0.5}", "data.train.x=/a=b", "training.epochs=4"};
    nn_recipe *recipe = must_parse(SMALL, overrides, 5);
    CU_ASSERT_EQUAL(recipe->training.epochs, 4);
    CU_ASSERT_EQUAL(recipe->network.layers[0].units, 99);
    CU_ASSERT_EQUAL(recipe->network.layers[0].activation, NN_RELU);
    CU_ASSERT_EQUAL(recipe->optimizer.momentum, 0.5);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.1);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.x, "/a=b");
    nn_recipe_free(recipe);
    const char *whole = "network.layers=[{units: 3, activation: softmax}]";
    recipe = must_parse(SMALL, &whole, 1);
    CU_ASSERT_EQUAL(recipe->network.layers_count, 1);
    nn_recipe_free(recipe);
}

/* A mapping takes the place of the whole section, as a name does; what it leaves out is as if nobody had written it. */
static void an_override_replaces_all_that_its_key_had(void)
{
    static const char text[] = "data: {train: {file: /no/a.h5, x: /a}, test: {file: /no/t.h5}, impute: mean}\n"
                               "network: {layers: [{units: 3, activation: softmax, dropout: 0}], initializer: he}\n"
                               "loss: {name: cross_entropy, label_smoothing: 0.1}\n"
                               "optimizer: {name: sgd, learning_rate: 0.5, momentum: 0.5}\n"
                               "training: {epochs: 3, stop: {metric: loss, patience: 7, target: 0.5}}\n";
    const char *const overrides[] = {"data={train: {file: /no/b.h5}}", "training.stop={patience: 2}",
                                     "optimizer={name: sgd, momentum: 0.25}", "loss=cross_entropy",
                                     "network={layers: [{units: 3, activation: softmax}]}"};
    nn_recipe *recipe = must_parse(text, overrides, 5);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.file, "/no/b.h5");
    CU_ASSERT_STRING_EQUAL(recipe->data.train.x, "/train/x");
    CU_ASSERT_PTR_NULL(recipe->data.test.file);
    CU_ASSERT_EQUAL(recipe->data.impute, NN_IMPUTE_NONE);
    CU_ASSERT_EQUAL(recipe->training.epochs, 3);
    CU_ASSERT_EQUAL(recipe->training.stop.patience, 2);
    CU_ASSERT(!recipe->training.stop.has_target);
    CU_ASSERT_EQUAL(recipe->training.stop.tolerance, 1e-4);
    CU_ASSERT_EQUAL(recipe->optimizer.momentum, 0.25);
    CU_ASSERT_EQUAL(recipe->optimizer.learning_rate, 0.1);
    CU_ASSERT_EQUAL(recipe->loss.label_smoothing, 0);
    CU_ASSERT_EQUAL(recipe->network.initializer, NN_INITIALIZE_AUTO);
    nn_recipe_free(recipe);
}

static void overrides_can_give_what_the_text_lacks(void)
{
    const char *const overrides[] = {"data.train.file=/no/b.h5", "loss=mse",
                                     "network.layers=[{units: 1, activation: tanh}]"};
    nn_recipe *recipe = must_parse("", overrides, 3);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.file, "/no/b.h5");
    nn_recipe_free(recipe);
}

/* A folder with a recipe in it, for tests that need files. */
typedef struct playground {
    char folder[PATH_MAX], recipe[PATH_MAX + 16];
} playground;

static playground open_playground(const char *content, size_t length)
{
    playground here;
    char template[] = "/tmp/nntrain-recipe-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(template));
    CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(template, here.folder));
    snprintf(here.recipe, sizeof here.recipe, "%s/r.yaml", here.folder);
    FILE *file = fopen(here.recipe, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(content, 1, length, file);
    fclose(file);
    return here;
}

static void close_playground(const playground *here)
{
    remove(here->recipe);
    remove(here->folder);
}

static void relative_data_is_beside_the_recipe_or_under_the_user_in_overrides(void)
{
    const char *text = "data: {train: {file: sub/../a.h5}, test: {file: r.yaml}}\nloss: mse\n"
                       "network: {layers: [{units: 1, activation: linear}]}\n";
    playground here = open_playground(text, strlen(text));
    char cwd[PATH_MAX], expected[2 * PATH_MAX];
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(cwd, sizeof cwd));
    nn_error error;
    nn_recipe *recipe = NULL, *again = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_recipe_load(here.recipe, NULL, 0, &recipe, &error), NN_OK);
    snprintf(expected, sizeof expected, "%s/sub/../a.h5", here.folder);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.file, expected);
    CU_ASSERT_STRING_EQUAL(recipe->data.test.file, here.recipe);
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe->text, "text", "/", NULL, 0, &again, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
    nn_recipe_free(again);
    nn_recipe_free(recipe);
    CU_ASSERT_EQUAL_FATAL(nn_recipe_load(here.recipe, &(const char *){"data.train.file=b.h5"}, 1, &recipe, &error), 0);
    snprintf(expected, sizeof expected, "%s/b.h5", cwd);
    CU_ASSERT_STRING_EQUAL(recipe->data.train.file, expected);
    nn_recipe_free(recipe);
    close_playground(&here);
}

/* Its layers are known once it is read; until then a loss need not suit them. */
static void a_model_to_begin_with_is_beside_the_recipe_and_may_have_the_layers(void)
{
    const char *text = "data: {train: {file: /no/a.h5}}\nloss: mse\nnetwork: {from: old/model.h5, freeze: 3}\n",
               *layers = "network.layers=[{units: 2, activation: relu}, {units: 1, activation: linear}]";
    nn_error error;
    nn_recipe *recipe = NULL, *again = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(text, "r.yaml", "/", NULL, 0, &recipe, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(recipe->network.from, "/old/model.h5");
    CU_ASSERT_EQUAL(recipe->network.freeze, 3);
    CU_ASSERT_EQUAL(recipe->network.layers_count, 0);
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe->text, "text", "/tmp", NULL, 0, &again, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
    nn_recipe_free(again);
    CU_ASSERT_EQUAL(nn_recipe_parse(recipe->text, "text", NULL, &layers, 1, &again, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "nothing is left to train where 3 of 2 layers keep their weights"));
    nn_recipe_free(recipe);
}

static void a_split_may_be_in_several_files(void)
{
    const char *text = "data: {train: {files: [a.h5, /no/b-*.h5]}, test: {}, validation: {files: [v.h5]}}\nloss: mse\n"
                       "network: {layers: [{units: 1, activation: linear}]}\n";
    nn_error error;
    nn_recipe *recipe = NULL, *again = NULL;
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(text, "r.yaml", "/", NULL, 0, &recipe, &error), NN_OK);
    const nni_data_settings *data = &recipe->data;
    const nni_split_settings *const both[] = {&data->train, &data->test};
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_PTR_NULL(both[i]->file);
        CU_ASSERT_EQUAL_FATAL(both[i]->files_count, 2);
        CU_ASSERT_STRING_EQUAL(both[i]->files[0], "/a.h5");
        CU_ASSERT_STRING_EQUAL(both[i]->files[1], "/no/b-*.h5");
    }
    CU_ASSERT_EQUAL(data->validation.files_count, 1);
    CU_ASSERT(nni_split_is_given(&data->test) && nni_split_is_given(&data->validation));
    CU_ASSERT_EQUAL_FATAL(nn_recipe_parse(recipe->text, "text", "/", NULL, 0, &again, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
    nn_recipe_free(again);
    nn_recipe_free(recipe);
    CU_ASSERT_EQUAL(nn_recipe_parse(text, "r.yaml", "/", &(const char *){"data.train.file=c.h5"}, 1, &recipe, &error),
                    NN_USAGE);
    CU_ASSERT_STRING_EQUAL(error.message, "--set data.train.file=c.h5: data.train: file and files both name its data; "
                                          "keep one of them");
}

static void folders_whose_names_are_no_utf8_are_refused(void)
{
    const char *text = "data: {train: {file: a.h5}}\nloss: mse\n"
                       "network: {layers: [{units: 1, activation: linear}]}\n";
    playground here = open_playground("", 0);
    char folder[2 * PATH_MAX];
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    snprintf(folder, sizeof folder, "%s/\xFF", here.folder);
    CU_ASSERT_EQUAL_FATAL(mkdir(folder, 0700), 0);
    CU_ASSERT_EQUAL(nn_recipe_parse(text, "r.yaml", folder, NULL, 0, &recipe, &error), NN_USAGE);
    CU_ASSERT_EQUAL(strncmp(error.message, "r.yaml:1:22: \"/", 15), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "is no UTF-8 text"));
    remove(folder);
    close_playground(&here);
}

static void expect_load_message(const char *path, const char *format)
{
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    char expected[NN_MESSAGE_SIZE];
    snprintf(expected, sizeof expected, "%s%s%s", strncmp(format, ": ", 2) == 0 ? "cannot read recipe " : "recipe ",
             path, format);
    CU_ASSERT_EQUAL(nn_recipe_load(path, NULL, 0, &recipe, &error), NN_USAGE);
    CU_ASSERT_STRING_EQUAL(error.message, expected);
}

static void files_that_cannot_be_recipes_are_refused(void)
{
    expect_load_message("/no/such.yaml", ": No such file or directory");
    expect_load_message("/", ": Is a directory");
    playground here = open_playground("seed: 1\0", 8);
    expect_load_message(here.recipe, " is no text: byte 7 is NUL; is it the file you meant?");
    close_playground(&here);
    here = open_playground("\xFF\xFEs\0e\0", 6);
    expect_load_message(here.recipe, " is UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16 -t UTF-8");
    close_playground(&here);
    here = open_playground("s\0e\0", 4);
    expect_load_message(here.recipe, " is UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16LE -t UTF-8");
    close_playground(&here);
    here = open_playground("\0s\0e", 4);
    expect_load_message(here.recipe, " is UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16BE -t UTF-8");
    close_playground(&here);
    enum { LARGE = (1 << 20) + 1 };
    char *large = malloc(LARGE);
    memset(large, '\n', LARGE);
    here = open_playground(large, LARGE);
    expect_load_message(here.recipe, " has more than 1048576 bytes; is it the file you meant?");
    close_playground(&here);
    free(large);
}

/* The writer comes when the reader has long looked: nothing but the order of the two tells that it waits. */
static void named_pipes_are_waited_for_until_a_writer_comes(void)
{
    playground here = open_playground("", 0);
    remove(here.recipe);
    CU_ASSERT_EQUAL_FATAL(mkfifo(here.recipe, 0600), 0);
    const pid_t writer = fork();
    CU_ASSERT_FATAL(writer >= 0);
    if (writer == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
        const int pipe = open(here.recipe, O_WRONLY);
        const size_t half = strlen(SMALL) / 2;
        bool good = write(pipe, SMALL, half) == (ssize_t)half;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        good = write(pipe, &SMALL[half], strlen(&SMALL[half])) > 0 && good;
        _exit(good && close(pipe) == 0 ? 0 : 1);
    }
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    CU_ASSERT_EQUAL(nn_recipe_load(here.recipe, NULL, 0, &recipe, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(error.message, "");
    kill(writer, SIGKILL); /* of one that nobody read from; it is gone otherwise, or about to be */
    waitpid(writer, NULL, 0);
    nn_recipe_free(recipe);
    close_playground(&here);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static void shipped_recipes_are_valid_and_short_in_full(void)
{
    const char *const recipes[] = {
        "digits/recipe.yaml", "fashion-mnist/recipe.yaml", "fashion-mnist/best.yaml", "diamonds/recipe.yaml",
        "theory/xor.yaml",    "theory/spirals.yaml",       "theory/circles.yaml",     "theory/circles-linear.yaml",
        "theory/sine.yaml"};
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        char path[PATH_MAX];
        nn_error error = {.message = ""};
        nn_recipe *recipe = NULL;
        snprintf(path, sizeof path, "%s/%s", NNTRAIN_DATASETS, recipes[i]);
        CU_ASSERT_EQUAL_FATAL(nn_recipe_load(path, NULL, 0, &recipe, &error), NN_OK);
        CU_ASSERT_STRING_EQUAL(error.message, "");
        nn_recipe *again = must_parse(recipe->text, NULL, 0);
        CU_ASSERT_STRING_EQUAL(again->text, recipe->text);
        CU_ASSERT(count_lines(recipe->text) <= 32); /* about a screen of a terminal */
        nn_recipe_free(again);
        nn_recipe_free(recipe);
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(what_is_left_out_has_its_default),
        NN_TEST(what_is_written_replaces_defaults_key_by_key),
        NN_TEST(byte_order_marks_line_ends_and_capitals_change_nothing),
        NN_TEST(a_section_with_nothing_under_it_is_left_to_the_defaults),
        NN_TEST(a_test_split_without_a_file_is_in_the_training_file),
        NN_TEST(a_validation_split_is_a_file_or_a_share_of_the_training_rows),
        NN_TEST(a_test_split_is_a_file_or_a_share_of_the_training_rows),
        NN_TEST(every_split_may_have_sample_weights),
        NN_TEST(the_resolved_text_has_one_order_and_gives_itself_again),
        NN_TEST(awkward_file_names_survive_the_resolved_text),
        NN_TEST(softmax_with_mse_is_allowed),
        NN_TEST(overrides_replace_single_values_in_lists_and_mappings),
        NN_TEST(an_override_replaces_all_that_its_key_had),
        NN_TEST(overrides_can_give_what_the_text_lacks),
        NN_TEST(relative_data_is_beside_the_recipe_or_under_the_user_in_overrides),
        NN_TEST(a_model_to_begin_with_is_beside_the_recipe_and_may_have_the_layers),
        NN_TEST(a_split_may_be_in_several_files),
        NN_TEST(folders_whose_names_are_no_utf8_are_refused),
        NN_TEST(files_that_cannot_be_recipes_are_refused),
        NN_TEST(named_pipes_are_waited_for_until_a_writer_comes),
        NN_TEST(shipped_recipes_are_valid_and_short_in_full),
    };
    return nni_run_suite("recipe", tests, sizeof tests / sizeof *tests);
}
