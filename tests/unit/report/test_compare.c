/* SPDX-License-Identifier: MIT */
/* Runs side by side, from histories that are made up here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/compare/comparison.h"
#include "report/compare/settings.h"
#include "report/page/page.h"
#include "support/memory.h"
#include "support/suite.h"

enum { EPOCHS = 30, RUNS_MOST = 1000, ROWS = 60 };

/* --- made-up runs --- */

static double epochs[EPOCHS];

/* A run of some epochs with one curve, whose best value comes last. */
typedef struct made_run {
    nni_history history;
    nni_curve curve;
    double values[EPOCHS];
    nni_run_origin origin;
    nni_prediction_record record;
    float output[2 * ROWS];
    double value[ROWS];
} made_run;

static int32_t truth[ROWS];
static double targets[ROWS];
static uint64_t rows[ROWS];

static made_run make_run(char *name, char *folder, char *recipe, double best)
{
    made_run run = {.history = {.name = name, .folder = folder, .recipe = recipe, .state = NNI_RUN_FINISHED}};
    for (size_t i = 0; i < EPOCHS; i++) {
        epochs[i] = (double)i + 1;
        run.values[i] = best * (0.5 + 0.5 * (double)(i + 1) / EPOCHS);
    }
    run.curve.name = "test_accuracy";
    run.origin = (nni_run_origin){.data_digest = 7, .data_bytes = 9, .train_rows = 100, .test_rows = ROWS};
    return run;
}

/* The pointers of a run into itself, once it has its place. */
static const nni_history *settle(made_run *run)
{
    run->curve.values = run->values;
    run->history.curves = &run->curve;
    run->history.curve_count = 1;
    run->history.epoch = epochs;
    run->history.epochs = EPOCHS;
    run->history.origins = &run->origin;
    run->history.origin_count = 1;
    return &run->history;
}

/* Predictions of two classes, right but in rows `from` to before `to`. */
static void predict(made_run *run, size_t from, size_t to)
{
    for (size_t i = 0; i < ROWS; i++) {
        truth[i] = (int32_t)(i % 2);
        rows[i] = i;
        const size_t predicted = (size_t)truth[i] ^ (i >= from && i < to);
        run->output[2 * i + predicted] = 0.9F;
        run->output[2 * i + 1 - predicted] = 0.1F;
    }
    run->record = (nni_prediction_record){.kind = NN_PREDICTS_CLASSES,
                                          .split = "test",
                                          .rows = ROWS,
                                          .split_rows = ROWS,
                                          .outputs = 2,
                                          .class_count = 2,
                                          .output = run->output,
                                          .class_of = truth,
                                          .row = rows};
    run->history.predictions = &run->record;
}

/* Values that are all wrong by as much. */
static void predict_values(made_run *run, double error)
{
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        targets[i] = (double)i;
        run->value[i] = targets[i] + error;
    }
    run->record = (nni_prediction_record){.kind = NN_PREDICTS_VALUES,
                                          .split = "test",
                                          .rows = ROWS,
                                          .split_rows = ROWS,
                                          .outputs = 1,
                                          .value = run->value,
                                          .target = targets,
                                          .row = rows};
    run->history.predictions = &run->record;
}

/* The page of runs. To be freed. */
static char *written(made_run *runs, size_t count, bool share)
{
    const nni_history *histories[RUNS_MOST];
    char *text = NULL;
    size_t length = 0;
    nn_error error = {.message = ""};
    FILE *out = open_memstream(&text, &length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    for (size_t i = 0; i < count; i++)
        histories[i] = settle(&runs[i]);
    const nni_report_options options = {.share = share};
    CU_ASSERT_EQUAL(nni_report_compare_page(out, histories, count, &options, &error), NN_OK);
    CU_ASSERT_EQUAL(fclose(out), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

static void check_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fprintf(stderr, "\nthere is no \"%s\" in:\n%.3000s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

static void check_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fprintf(stderr, "\nthere is \"%s\"\n", part);
    CU_ASSERT_PTR_NULL(strstr(text, part));
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* --- settings --- */

static nni_run_settings settings_of(char *const *recipes, size_t count)
{
    nni_history histories[8] = {{.name = NULL}};
    const nni_history *runs[8];
    nni_run_settings settings;
    nn_error error = {.message = ""};
    for (size_t i = 0; i < count; i++) {
        histories[i].recipe = recipes[i];
        runs[i] = &histories[i];
    }
    CU_ASSERT_EQUAL_FATAL(nni_run_settings_read(runs, count, &settings, &error), NN_OK);
    return settings;
}

static bool differs(const nni_run_settings *settings, const char *path)
{
    const size_t found = nni_string_set_find(&settings->paths, path);
    CU_ASSERT_NOT_EQUAL_FATAL(found, SIZE_MAX);
    return settings->each[found].differs;
}

static void settings_differ_by_their_values_not_by_their_text(void)
{
    char *const recipes[] = {
        "seed: 1\ndata: {train: {file: /a/x.h5}}\noptimizer: {name: sgd, learning_rate: 1e-1, momentum: 0.9}\n",
        "seed: 1\ndata: {train: {file: /b/x.h5}}\noptimizer: {name: sgd, learning_rate: 0.10, momentum: 0.9}\n",
        "seed: 2\ndata: {train: {file: x.h5}}\noptimizer: {name: sgd, learning_rate: 0.1, momentum: 0.8}\n",
    };
    nni_run_settings settings = settings_of(recipes, 3);
    CU_ASSERT(differs(&settings, "seed"));
    CU_ASSERT(differs(&settings, "optimizer.momentum"));
    CU_ASSERT(!differs(&settings, "optimizer.learning_rate"));
    CU_ASSERT(!differs(&settings, "data.train.file"));
    CU_ASSERT_STRING_EQUAL(nni_run_settings_find(&settings, "data.train.file", 1), "x.h5");
    CU_ASSERT_STRING_EQUAL(nni_run_settings_find(&settings, "optimizer.learning_rate", 0), "0.1");
    nni_run_settings_free(&settings);
}

static void what_comes_with_a_kind_is_no_difference_of_its_own(void)
{
    char *const recipes[] = {
        "optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9}\ndata: {test: {file: a, x: b}}\nseed: 1\n",
        "optimizer: {name: adam, learning_rate: 0.01, beta1: 0.9}\nseed: 1\n",
    };
    nni_run_settings settings = settings_of(recipes, 2);
    CU_ASSERT(differs(&settings, "optimizer"));
    CU_ASSERT(differs(&settings, "optimizer.learning_rate"));
    CU_ASSERT(!differs(&settings, "optimizer.momentum"));
    CU_ASSERT(!differs(&settings, "optimizer.beta1"));
    CU_ASSERT(differs(&settings, "data.test.file"));
    CU_ASSERT(!differs(&settings, "data.test.x"));
    /* Those that only the second recipe has stand in their section. */
    CU_ASSERT_STRING_EQUAL(settings.paths.text[settings.order[3]], "optimizer.beta1");
    nni_run_settings_free(&settings);
}

static void lists_are_compared_by_element_where_they_are_equally_long(void)
{
    char *const even[] = {"network: {layers: [{units: 8, activation: relu}, {units: 2}]}\n",
                          "network: {layers: [{units: 16, activation: relu}, {units: 2}]}\n"};
    nni_run_settings settings = settings_of(even, 2);
    CU_ASSERT(differs(&settings, "network.layers[0].units"));
    CU_ASSERT(!differs(&settings, "network.layers[0].activation"));
    CU_ASSERT(!differs(&settings, "network.layers"));
    nni_run_settings_free(&settings);
    char *const uneven[] = {"network: {layers: [{units: 8, activation: relu}, {units: 2}]}\n",
                            "network: {layers: [{units: 2}]}\n"};
    settings = settings_of(uneven, 2);
    CU_ASSERT(differs(&settings, "network.layers"));
    CU_ASSERT(!differs(&settings, "network.layers[0].units"));
    CU_ASSERT(!differs(&settings, "network.layers[1].units"));
    CU_ASSERT_STRING_EQUAL(nni_run_settings_find(&settings, "network.layers", 0), "8 relu, 2");
    nni_run_settings_free(&settings);
}

static void a_recipe_that_is_no_yaml_is_left_out(void)
{
    char *const recipes[] = {"seed: 1\n", "seed: [\n", NULL, "seed: 1\nx: &a [*a]\n"};
    nni_run_settings settings = settings_of(recipes, 4);
    CU_ASSERT_EQUAL(settings.recipes, 1);
    CU_ASSERT(!differs(&settings, "seed"));
    nni_run_settings_free(&settings);
}

/* --- names and order --- */

static nni_comparison compare(made_run *runs, size_t count, bool share, const nni_history **histories)
{
    nn_error error = {.message = ""};
    for (size_t i = 0; i < count; i++)
        histories[i] = settle(&runs[i]);
    nni_comparison c = {.runs = histories, .count = count, .share = share};
    CU_ASSERT_EQUAL_FATAL(nni_history_names(histories, count, !share, &c.labels, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_run_settings_read(histories, count, &c.settings, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_compare_choose(&c, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_compare_rows(&c, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_compare_rank(&c, &error), NN_OK);
    return c;
}

static void runs_of_one_name_are_told_apart(void)
{
    made_run runs[] = {make_run("run", "/home/me/x/a/run", NULL, 1), make_run("run", "/home/me/x/b/run", NULL, 1),
                       make_run("other", "/home/me/other", NULL, 1), make_run("other", "/home/me/other", NULL, 1)};
    const nni_history *histories[4];
    nni_comparison c = compare(runs, 4, false, histories);
    CU_ASSERT_STRING_EQUAL(c.labels.text[0], "a/run");
    CU_ASSERT_STRING_EQUAL(c.labels.text[1], "b/run");
    CU_ASSERT_STRING_EQUAL(c.labels.text[2], "other");
    CU_ASSERT_STRING_EQUAL(c.labels.text[3], "other-2");
    nni_comparison_free(&c);
    c = compare(runs, 4, true, histories);
    CU_ASSERT_STRING_EQUAL(c.labels.text[0], "run");
    CU_ASSERT_STRING_EQUAL(c.labels.text[1], "run-2");
    CU_ASSERT_STRING_EQUAL(c.labels.text[2], "other");
    CU_ASSERT_STRING_EQUAL(c.labels.text[3], "other-2");
    nni_comparison_free(&c);
    char *page = written(runs, 4, true);
    check_lacks(page, "home");
    free(page);
}

static void long_names_are_shortened_in_the_middle_by_whole_characters(void)
{
    char *text = nni_compare_shorten("\xC3\xA4\xC3\xB6\xC3\xBC"
                                     "abcdef",
                                     5);
    CU_ASSERT_STRING_EQUAL(text, "\xC3\xA4\xC3\xB6\xE2\x80\xA6"
                                 "ef");
    nni_release(text);
    text = nni_compare_shorten("abcde", 5);
    CU_ASSERT_STRING_EQUAL(text, "abcde");
    nni_release(text);
}

static void the_best_come_first_and_those_of_other_rows_last(void)
{
    made_run runs[] = {make_run("low", "low", NULL, 0.5), make_run("none", "none", NULL, NAN),
                       make_run("elsewhere", "elsewhere", NULL, 0.99), make_run("high", "high", NULL, 0.9)};
    runs[2].origin.data_digest = 8;
    const nni_history *histories[4];
    nni_comparison c = compare(runs, 4, false, histories);
    const size_t expected[] = {3, 0, 2, 1};
    CU_ASSERT_EQUAL(memcmp(c.order, expected, sizeof expected), 0);
    CU_ASSERT_EQUAL(c.measured_count, 2);
    CU_ASSERT_EQUAL(c.best_epoch[3], EPOCHS);
    nni_comparison_free(&c);
    char *page = written(runs, 4, false);
    check_has(page,
              "the best of those measured on the same rows is <b>high</b> with 0.9 at epoch 30, before <b>low</b>");
    check_has(page, "<b>elsewhere</b> was measured on other rows than the rest: their figures cannot be compared");
    free(page);
}

static void equal_runs_are_ordered_by_their_last_values_and_all_named(void)
{
    made_run runs[] = {make_run("a", "a", NULL, 0.9), make_run("b", "b", NULL, 0.9), make_run("c", "c", NULL, 0.9),
                       make_run("d", "d", NULL, 0.8)};
    runs[0].values[0] = runs[2].values[0] = 0.9; /* the best of all three, and less at the end */
    runs[0].values[EPOCHS - 1] = 0.6;
    runs[2].values[EPOCHS - 1] = 0.7;
    const nni_history *histories[4];
    nni_comparison c = compare(runs, 4, false, histories);
    const size_t expected[] = {1, 2, 0, 3};
    CU_ASSERT_EQUAL(memcmp(c.order, expected, sizeof expected), 0);
    nni_comparison_free(&c);
    char *page = written(runs, 4, false);
    check_has(page, "the best is <b>b</b> with 0.9 at epoch 30, the same as <b>c</b> and <b>a</b>.");
    free(page);
}

static void of_runs_of_different_rows_none_is_the_best(void)
{
    made_run runs[] = {make_run("a", "a", "seed: 1\n", 0.9), make_run("b", "b", "seed: 2\n", 0.8),
                       make_run("c", "c", "seed: 3\n", NAN)};
    for (size_t i = 0; i < 3; i++)
        runs[i].origin.data_digest = i + 1;
    char *page = written(runs, 3, false);
    check_lacks(page, "the best is");
    check_lacks(page, "the best of");
    check_has(page, "3 different sets of rows: their figures cannot be compared, and none is the best.");
    check_has(page, "2 of 3 runs are drawn: those that have the figure.");
    check_has(page, "Each run is measured on rows of its own");
    free(page);
}

static void the_test_figure_stands_beside_that_of_validation(void)
{
    made_run runs[] = {make_run("a", "a", NULL, 0.9), make_run("b", "b", NULL, 0.8)};
    double test[EPOCHS];
    for (size_t i = 0; i < EPOCHS; i++)
        test[i] = 0.75 - 0.001 * (double)i;
    nni_curve curves[2][3];
    const nni_history *histories[2];
    char *text = NULL;
    size_t length = 0;
    nn_error error = {.message = ""};
    FILE *out = open_memstream(&text, &length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    for (size_t i = 0; i < 2; i++) {
        histories[i] = settle(&runs[i]);
        curves[i][0] = (nni_curve){.name = "train_loss", .values = test};
        curves[i][1] = (nni_curve){.name = "test_accuracy", .values = test};
        curves[i][2] = (nni_curve){.name = "validation_accuracy", .values = runs[i].values};
        runs[i].history.curves = curves[i];
        runs[i].history.curve_count = 3;
    }
    const nni_report_options options = {.share = false};
    CU_ASSERT_EQUAL(nni_report_compare_page(out, histories, 2, &options, &error), NN_OK);
    CU_ASSERT_EQUAL(fclose(out), 0);
    check_has(text,
              "By validation accuracy, the best is <b>a</b> with 0.9 at epoch 30 (test accuracy there 0.721), before");
    const char *head = strstr(text, "<thead>");
    CU_ASSERT_PTR_NOT_NULL_FATAL(head);
    CU_ASSERT(strstr(head, ">test accuracy</th>") < strstr(head, ">train loss</th>"));
    free(text);
}

static void less_is_better_of_a_loss(void)
{
    made_run runs[] = {make_run("worse", "worse", NULL, 2), make_run("better", "better", NULL, 1)};
    runs[0].curve.name = runs[1].curve.name = "test_loss";
    const nni_history *histories[2];
    nni_comparison c = compare(runs, 2, false, histories);
    CU_ASSERT_EQUAL(c.order[0], 1);
    CU_ASSERT_EQUAL(c.best_epoch[1], 1);
    nni_comparison_free(&c);
}

static void rows_drawn_by_another_seed_are_told(void)
{
    char *const held_out = "seed: 1\ndata: {train: {file: a}, test: {fraction: 0.2}}\n";
    char *const other = "seed: 2\ndata: {train: {file: a}, test: {fraction: 0.2}}\n";
    made_run runs[] = {make_run("a", "a", held_out, 0.9), make_run("b", "b", other, 0.8)};
    char *page = written(runs, 2, false);
    check_has(page, "The held-out rows differ between runs (by seed, fraction or fold)");
    check_lacks(page, "their figures cannot be compared");
    free(page);
    runs[1].history.recipe = held_out;
    page = written(runs, 2, false);
    check_lacks(page, "class=\"warn\"");
    free(page);
}

/* More training rows of another file, other features: what is measured on the same test rows can be compared. */
static void other_training_rows_do_not_part_runs(void)
{
    char *const few = "data: {train: {file: /data/few.h5, x: /x}, test: {file: /data/test.h5, x: /x, y: /y}}\n";
    char *const many = "data: {train: {file: /data/many.h5, x: /x}, test: {file: /mnt/test.h5, x: /x, y: /y}}\n";
    char *const narrow = "data: {train: {file: /data/few.h5, x: /z}, test: {file: /data/test.h5, x: /z, y: /y}}\n";
    char *const other = "data: {train: {file: /data/few.h5, x: /x}, test: {file: /data/test.h5, x: /x, y: /y2}}\n";
    char *const recipes[] = {few, few, many, narrow, other};
    made_run runs[5];
    for (size_t i = 0; i < 5; i++) {
        runs[i] = make_run("run", "run", recipes[i], 0.9);
        runs[i].origin.data_digest = i < 2 ? 7 : i;
    }
    const nni_history *histories[5];
    nni_comparison c = compare(runs, 5, false, histories);
    const size_t measured[] = {0, 0, 0, 0, 1};
    CU_ASSERT_EQUAL(memcmp(c.measured, measured, sizeof measured), 0);
    CU_ASSERT_EQUAL(c.trained[0], c.trained[1]);
    CU_ASSERT_EQUAL(c.trained_count, 3);
    CU_ASSERT(!c.rows_vary);
    nni_comparison_free(&c);
    /* A renamed copy of a file is the same data, another file of the same name is not. */
    runs[0].history.recipe = "data: {train: {file: a.h5}, test: {file: a.h5}}\n";
    runs[1].history.recipe = "data: {train: {file: b.h5}, test: {file: b.h5}}\n";
    c = compare(runs, 2, false, histories);
    CU_ASSERT_EQUAL(c.measured_count, 1);
    CU_ASSERT_EQUAL(c.trained_count, 1);
    nni_comparison_free(&c);
    runs[1].origin.data_digest = 8;
    c = compare(runs, 2, false, histories);
    CU_ASSERT_EQUAL(c.measured_count, 2);
    nni_comparison_free(&c);
}

/* --- better, or chance --- */

/* Of 11 rows that differ one has 10 right: 2 * (1 + 11) / 2^11 = 0.0117. */
static void two_runs_are_compared_by_name(void)
{
    made_run runs[] = {make_run("a", "a", NULL, 0.9), make_run("b", "b", NULL, 0.8)};
    predict(&runs[0], 0, 1);
    predict(&runs[1], 1, 11);
    char *page = written(runs, 2, false);
    check_has(page,
              "<b>a</b> is better than <b>b</b>: 10 rows are right only in <b>a</b>, 1 only in <b>b</b>; p = 0.012.");
    free(page);
    /* The ranking is of the best epoch, predictions are of the last: the other may be better there. */
    predict(&runs[0], 1, 11);
    predict(&runs[1], 0, 1);
    page = written(runs, 2, false);
    check_has(page,
              "<b>b</b> is better than <b>a</b>: 10 rows are right only in <b>b</b>, 1 only in <b>a</b>; p = 0.012.");
    free(page);
}

/* The smallest p is multiplied by 2: 0.0234; the other, 2 * (1 + 4) / 2^4 = 0.625, by 1. */
static void several_comparisons_are_corrected(void)
{
    made_run runs[] = {make_run("a", "a", NULL, 0.9), make_run("b", "b", NULL, 0.8), make_run("c", "c", NULL, 0.7),
                       make_run("d", "d", NULL, 0.6)};
    predict(&runs[0], 0, 1);
    predict(&runs[1], 1, 4);
    predict(&runs[2], 1, 11);
    char *page = written(runs, 4, false);
    check_has(page, "All p are corrected for 2 comparisons (Holm)");
    check_has(
        page,
        "The difference from <b>b</b> may be chance: 3 rows are right only in it, 1 only in the other; p = 0.62.");
    check_has(page, "It is better than <b>c</b>: 10 rows are right only in it, 1 only in the other; p = 0.023.");
    check_has(page, "Not compared, because predictions of the same rows are missing: <b>d</b>.");
    free(page);
}

/* Of data that are sorted by class each fold has the same targets, and rows are numbered within the split. */
static void folds_of_other_rows_are_not_tested(void)
{
    char *const first = "data: {train: {file: a}, validation: {fold: 1/5, stratified: true}}\n";
    char *const second = "data: {train: {file: a}, validation: {fold: 2/5, stratified: true}}\n";
    made_run runs[] = {make_run("a", "a", first, 0.9), make_run("b", "b", first, 0.8), make_run("c", "c", second, 0.7),
                       make_run("d", "d", first, 0.6)};
    for (size_t i = 0; i < 4; i++) {
        predict(&runs[i], i, i + 1);
        runs[i].record.split = i < 3 ? "validation" : "test";
    }
    char *page = written(runs, 4, false);
    check_has(page,
              "The predictions of <b>a</b> and <b>b</b> for the same 60 validation rows, by the model that each run "
              "kept, are compared by McNemar's test");
    check_has(page, "Not compared, because predictions of the same rows are missing: <b>c</b> and <b>d</b>.");
    free(page);
}

static void values_are_compared_by_an_interval(void)
{
    made_run runs[] = {make_run("a", "a", NULL, 0.9), make_run("b", "b", NULL, 0.8)};
    predict_values(&runs[0], 1);
    predict_values(&runs[1], 2);
    char *page = written(runs, 2, false);
    check_has(page,
              "<b>a</b> is better than <b>b</b>: mean squared error 1 against 4, smaller by 3 to 3 (95 % interval)");
    free(page);
    predict_values(&runs[1], 1);
    page = written(runs, 2, false);
    check_has(page, "The difference between <b>a</b> and <b>b</b> may be chance: mean squared error 1 against 1");
    free(page);
}

/* --- pages that must stand --- */

static void hostile_names_and_settings_stay_text(void)
{
    char *const name = "<script>alert(1)</script>\"'&\x1b[31m\xE2\x80\xAE\xff";
    char *const recipe = "seed: '<script>alert(2)</script>'\n\"<b onclick=x>\": [\"<\", \"&\"]\n";
    made_run runs[] = {make_run(name, name, recipe, 0.9), make_run(name, "b", "seed: 1\n", 0.8)};
    char *page = written(runs, 2, false);
    CU_ASSERT_EQUAL(occurrences(page, "<script"), 1);
    check_lacks(page, "<b onclick");
    check_lacks(page, "\x1b");
    check_lacks(page, "\xff");
    check_lacks(page, "\xE2\x80\xAE");
    free(page);
}

static void numbers_that_are_written_otherwise_have_places_of_their_own(void)
{
    made_run runs[] = {make_run("a", "a", "seed: \"01\"\n", 0.9), make_run("b", "b", "seed: \"1\"\n", 0.8),
                       make_run("c", "c", "seed: 0\n", 0.7)};
    char *page = written(runs, 3, false);
    check_has(page, "Settings and what came of them");
    check_has(page, ">01</text>");
    check_has(page, ">1</text>");
    free(page);
}

static void runs_without_anything_make_a_page(void)
{
    made_run runs[] = {make_run("a", "a", NULL, NAN), make_run("b", "b", NULL, NAN)};
    char *page = written(runs, 2, false);
    check_has(page, "No run has recorded a metric yet");
    check_has(page, "</html>");
    free(page);
    page = written(runs, 1, false);
    check_has(page, "</html>");
    free(page);
}

static void a_run_that_explodes_leaves_the_others_apart(void)
{
    made_run runs[10];
    for (size_t i = 0; i < 10; i++) {
        runs[i] = make_run("a", "a", NULL, 0.9);
        runs[i].curve.name = "test_r2";
    }
    runs[9].values[EPOCHS - 1] = -1e30;
    char *page = written(runs, 10, false);
    check_has(page, "far worse than those of the best runs lie outside");
    check_lacks(page, "data-y-min=\"-1e");
    free(page);
    for (size_t i = 0; i < EPOCHS; i++) /* of two runs, half of all values */
        runs[1].values[i] = -4e22;
    runs[1].history.state = NNI_RUN_DIVERGED;
    page = written(runs, 2, false);
    check_has(page, "far worse than those of the best runs lie outside");
    check_lacks(page, "data-y-min=\"-4e");
    check_has(page, "<p class=\"warn\"><b>a-2</b> diverged.</p>");
    free(page);
}

static void a_thousand_runs_stay_below_two_megabytes(void)
{
    enum { FIGURES = 20 };
    static made_run runs[RUNS_MOST];
    static nni_curve curves[RUNS_MOST][FIGURES];
    static char names[RUNS_MOST][24], recipes[RUNS_MOST][200];
    static char *const figures[FIGURES] = {"train_loss",
                                           "validation_loss",
                                           "test_loss",
                                           "test_accuracy",
                                           "validation_accuracy",
                                           "test_balanced_accuracy",
                                           "validation_balanced_accuracy",
                                           "test_precision",
                                           "validation_precision",
                                           "test_recall",
                                           "validation_recall",
                                           "test_f1",
                                           "validation_f1",
                                           "test_auroc",
                                           "validation_auroc",
                                           "test_log_loss",
                                           "validation_log_loss",
                                           "test_iou",
                                           "validation_iou",
                                           "test_top_k"};
    const nni_history *histories[RUNS_MOST];
    for (size_t i = 0; i < RUNS_MOST; i++) {
        snprintf(names[i], sizeof names[i], "run-%zu", i);
        snprintf(
            recipes[i], sizeof recipes[i],
            "seed: %zu\noptimizer: {name: %s, learning_rate: %g}\nregularization: {l2: %g}\ntraining: {batch: %zu}\n",
            i, i % 3 ? "sgd" : "adam", 1e-4 * (double)(i + 1), i % 5 ? 1e-5 : 0, i % 2 + 32);
        runs[i] = make_run(names[i], names[i], recipes[i], 0.5 + 0.49 * (double)(i * 7919 % 1000) / 1000);
        for (size_t j = 0; j < EPOCHS; j++)
            runs[i].values[j] += 0.01 * sin((double)(i * j));
        histories[i] = settle(&runs[i]);
        for (size_t j = 0; j < FIGURES; j++)
            curves[i][j] = (nni_curve){.name = figures[j], .values = runs[i].values};
        runs[i].history.curves = curves[i];
        runs[i].history.curve_count = FIGURES;
    }
    char *text = NULL;
    size_t length = 0;
    nn_error error = {.message = ""};
    FILE *out = open_memstream(&text, &length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_EQUAL(nni_report_compare_page(out, histories, RUNS_MOST, &(nni_report_options){.share = false}, &error),
                    NN_OK);
    CU_ASSERT_EQUAL(fclose(out), 0);
    CU_ASSERT(length < 2000000);
    if (length >= 2000000)
        fprintf(stderr, "\n%zu bytes\n", length);
    CU_ASSERT_EQUAL(occurrences(text, "<tr><th scope=\"row\">"), RUNS_MOST);
    CU_ASSERT_EQUAL(occurrences(text, "<span class=\"swatch"), NNI_COMPARE_COLOURED);
    check_has(text, "The 8 runs with the best validation accuracy are in colour, the other 992 pale");
    check_has(text, "Last values are those of the first figure alone");
    free(text);
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(settings_differ_by_their_values_not_by_their_text),
        NN_TEST(what_comes_with_a_kind_is_no_difference_of_its_own),
        NN_TEST(lists_are_compared_by_element_where_they_are_equally_long),
        NN_TEST(a_recipe_that_is_no_yaml_is_left_out),
        NN_TEST(runs_of_one_name_are_told_apart),
        NN_TEST(long_names_are_shortened_in_the_middle_by_whole_characters),
        NN_TEST(the_best_come_first_and_those_of_other_rows_last),
        NN_TEST(equal_runs_are_ordered_by_their_last_values_and_all_named),
        NN_TEST(of_runs_of_different_rows_none_is_the_best),
        NN_TEST(the_test_figure_stands_beside_that_of_validation),
        NN_TEST(less_is_better_of_a_loss),
        NN_TEST(rows_drawn_by_another_seed_are_told),
        NN_TEST(other_training_rows_do_not_part_runs),
        NN_TEST(two_runs_are_compared_by_name),
        NN_TEST(several_comparisons_are_corrected),
        NN_TEST(folds_of_other_rows_are_not_tested),
        NN_TEST(values_are_compared_by_an_interval),
        NN_TEST(hostile_names_and_settings_stay_text),
        NN_TEST(numbers_that_are_written_otherwise_have_places_of_their_own),
        NN_TEST(runs_without_anything_make_a_page),
        NN_TEST(a_run_that_explodes_leaves_the_others_apart),
        NN_TEST(a_thousand_runs_stay_below_two_megabytes),
    };
    return nni_run_suite("report/compare", tests, sizeof tests / sizeof *tests);
}
