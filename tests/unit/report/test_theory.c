/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/plot.h"
#include "kernels/elementwise/elementwise.h"
#include "report/report.h"
#include "report/sections/frames.h"
#include "support/suite.h"

static char relu[] = "relu", linear[] = "linear", softmax[] = "softmax";

/* A run of two inputs and two classes with one frame. */
typedef struct region_run {
    nni_history history;
    nni_layer_shape layers[2];
    nni_run_origin origin;
    nni_frame frame;
} region_run;

static void make_region_run(region_run *run, char *name, char *activation, float *values, size_t width, size_t height)
{
    *run = (region_run){
        .layers = {{.units = 16, .activation = activation}, {.units = 2, .activation = softmax}},
        .origin = {.data_digest = 7, .train_rows = 1000},
        .frame = {.most = {1, 1}, .width = width, .height = height, .outputs = 2, .values = values},
    };
    run->history = (nni_history){.name = name,
                                 .layers = run->layers,
                                 .layer_count = 2,
                                 .origins = &run->origin,
                                 .origin_count = 1,
                                 .frames = &run->frame,
                                 .frame_count = 1};
}

/* `share` of the way from white to a series' colour. */
static unsigned tint(size_t series, double share)
{
    unsigned tinted = 0, colour = nni_draw_rgb(series);
    for (int shift = 16; shift >= 0; shift -= 8)
        tinted |= (unsigned)lround(255 + share * ((double)(colour >> shift & 0xff) - 255)) << shift;
    return tinted;
}

static unsigned pixel_of(const unsigned char *rgb)
{
    return (unsigned)rgb[0] << 16 | (unsigned)rgb[1] << 8 | rgb[2];
}

static void a_class_has_its_colour_and_a_border_is_white(void)
{
    float values[] = {1, 0, 0.5F, 0.5F, 0,          1, /* at the least second input */
                      1, 0, 1,    0,    (float)NAN, 0};
    unsigned char rgb[2 * 3 * 3];
    region_run run;
    make_region_run(&run, relu, relu, values, 3, 2);
    CU_ASSERT_FATAL(nni_frame_picture(&run.history, &run.frame, 3, 2, false, rgb));
    const unsigned expected[] = {tint(0, 0.75), tint(0, 0.75), 0x9a9a9a, /* the greatest second input is on top */
                                 tint(0, 0.75), 0xffffff,      tint(1, 0.75)};
    for (size_t i = 0; i < 6; i++)
        CU_ASSERT_EQUAL(pixel_of(rgb + 3 * i), expected[i]);
}

static void a_larger_picture_has_the_same_corners(void)
{
    float values[] = {1, 0, 0, 1, 0, 1, 1, 0};
    enum { SIDE = 9 };
    unsigned char small[2 * 2 * 3], large[SIDE * SIDE * 3];
    region_run run;
    make_region_run(&run, relu, relu, values, 2, 2);
    CU_ASSERT_FATAL(nni_frame_picture(&run.history, &run.frame, 2, 2, false, small));
    CU_ASSERT_FATAL(nni_frame_picture(&run.history, &run.frame, SIDE, SIDE, true, large));
    const size_t corners[] = {0, SIDE - 1, SIDE * (SIDE - 1), SIDE * SIDE - 1};
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(pixel_of(small + 3 * i), pixel_of(large + 3 * corners[i]));
    CU_ASSERT_EQUAL(pixel_of(large + 3 * (SIDE * SIDE / 2)), 0xffffff); /* between all of them */
}

static void rows_are_dots_where_they_lie(void)
{
    float values[] = {1, 0, 1, 0, 1, 0, 1, 0}, x[] = {0.25F, 0.75F, 5, 5};
    int32_t classes[] = {1, 0};
    enum { SIDE = 41 };
    unsigned char plain[SIDE * SIDE * 3], dotted[SIDE * SIDE * 3];
    nni_prediction_record rows = {.kind = NN_PREDICTS_CLASSES,
                                  .rows = 2,
                                  .outputs = 2,
                                  .class_count = 2,
                                  .features = 2,
                                  .class_of = classes,
                                  .x = x};
    region_run run;
    make_region_run(&run, relu, relu, values, 2, 2);
    run.history.predictions = &rows;
    CU_ASSERT_FATAL(nni_frame_picture(&run.history, &run.frame, SIDE, SIDE, false, plain));
    CU_ASSERT_FATAL(nni_frame_picture(&run.history, &run.frame, SIDE, SIDE, true, dotted));
    size_t differ = 0;
    double row = 0, column = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        if (pixel_of(plain + 3 * i) != pixel_of(dotted + 3 * i)) {
            differ++;
            row += (double)(i / SIDE);
            column += (double)(i % SIDE);
        }
    /* One dot, in the middle of its pixels; the other row lies outside. */
    CU_ASSERT_FATAL(differ > 9);
    CU_ASSERT_DOUBLE_EQUAL(column / (double)differ, 0.25 * (SIDE - 1), 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(row / (double)differ, (1 - 0.75) * (SIDE - 1), 1e-9);
}

/* (w^2 + 9 b^2) / 2 from -2 to 2, and gradient descent over it at some rate. */
enum { GRID = 33, STEPS = 60 };

typedef struct descent_run {
    nni_history history;
    float loss[GRID * GRID];
    double path[2 * STEPS], step[STEPS], epoch, rate, last;
    nni_curve curves[2];
    nni_run_origin origin;
} descent_run;

static void make_descent_run(descent_run *run, char *name, double rate)
{
    static char learning_rate[] = "learning_rate", train_loss[] = "train_loss";
    *run = (descent_run){.epoch = STEPS, .rate = rate, .path = {1.5, 1}, .origin = {.train_rows = 200}};
    for (size_t i = 0; i < GRID * GRID; i++) {
        const double w = 4.0 * (double)(i % GRID) / (GRID - 1) - 2, b = 4.0 * (double)(i / GRID) / (GRID - 1) - 2;
        run->loss[i] = (float)((w * w + 9 * b * b) / 2 + 0.01);
    }
    for (size_t i = 1; i < STEPS; i++) {
        run->step[i] = (double)i;
        run->path[2 * i] = run->path[2 * i - 2] * (1 - rate);
        run->path[2 * i + 1] = run->path[2 * i - 1] * (1 - 9 * rate);
    }
    const double w = run->path[2 * STEPS - 2], b = run->path[2 * STEPS - 1];
    run->last = (w * w + 9 * b * b) / 2 + 0.01;
    run->curves[0] = (nni_curve){.name = learning_rate, .values = &run->rate};
    run->curves[1] = (nni_curve){.name = train_loss, .values = &run->last};
    run->history = (nni_history){.name = name,
                                 .epochs = 1,
                                 .epoch = &run->epoch,
                                 .curves = run->curves,
                                 .curve_count = 2,
                                 .origins = &run->origin,
                                 .origin_count = 1,
                                 .surface = {.least = {-2, -2},
                                             .most = {2, 2},
                                             .width = GRID,
                                             .height = GRID,
                                             .loss = run->loss,
                                             .path = run->path,
                                             .path_step = run->step,
                                             .path_count = STEPS}};
}

static void a_path_leaves_its_surface_where_it_is_outside(void)
{
    static descent_run run;
    char name[] = "a";
    make_descent_run(&run, name, 0.1);
    CU_ASSERT_EQUAL(nni_surface_left_at(&run.history.surface), STEPS);
    make_descent_run(&run, name, 0.25); /* 1, -1.25, 1.5625, -1.953, 2.44 */
    CU_ASSERT_EQUAL(nni_surface_left_at(&run.history.surface), 4);
    run.path[3] = NAN;
    CU_ASSERT_EQUAL(nni_surface_left_at(&run.history.surface), 1);
}

/* Writes a page to memory; to be freed. */
static char *page_of(const nni_history *const *runs, size_t count)
{
    char *page = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&page, &length);
    nni_report_options options = {.theory = true};
    CU_ASSERT_EQUAL(nni_report_theory_page(out, runs, count, &options, NULL), NN_OK);
    fclose(out);
    return page;
}

static void a_page_does_not_depend_on_the_order_of_its_runs(void)
{
    float values[] = {1, 0, 0, 1, 0, 1, 1, 0};
    static region_run straight, bent;
    static descent_run slow, right, wild;
    char names[][8] = {"s", "b", "slow", "right", "wild"};
    make_region_run(&straight, names[0], linear, values, 2, 2);
    make_region_run(&bent, names[1], relu, values, 2, 2);
    make_descent_run(&slow, names[2], 0.001);
    make_descent_run(&right, names[3], 0.15);
    make_descent_run(&wild, names[4], 5);
    const nni_history *one[] = {&straight.history, &bent.history, &slow.history, &right.history, &wild.history};
    const nni_history *other[] = {&wild.history, &bent.history, &right.history, &straight.history, &slow.history};
    char *first = page_of(one, 5), *second = page_of(other, 5);
    CU_ASSERT_STRING_EQUAL(first, second);

    const char *const order[] = {"16 linear",   "16 relu",       "Here the curvatures are 9 ",
                                 "0.001: slow", "0.15: arrives", "5: leaves the picture"};
    const char *at = first;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *found = strstr(at, order[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(found);
        at = found;
    }
    CU_ASSERT_PTR_NULL(strstr(first, "nan"));
    CU_ASSERT_PTR_NULL(strstr(first, "\"inf"));
    free(first);
    free(second);
}

/* What nni_draw_surface writes. To be freed. */
static char *drawn(const nni_surface *surface)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    CU_ASSERT_TRUE(nni_draw_surface(out, surface, "title", "description"));
    fclose(out);
    return text;
}

static void a_loss_that_is_no_number_is_not_the_least(void)
{
    float infinite[] = {1, INFINITY, INFINITY, INFINITY}, none[] = {1, NAN, NAN, NAN};
    nni_surface surface = {.least = {-1, -1}, .most = {1, 1}, .width = 2, .height = 2, .loss = infinite};
    char *first = drawn(&surface);
    surface.loss = none;
    char *second = drawn(&surface);
    CU_ASSERT_STRING_EQUAL(first, second); /* both grey but where the loss is 1 */
    free(first);
    free(second);
}

static void a_path_of_many_steps_makes_a_small_picture(void)
{
    enum { MANY = 200000 };
    float loss[] = {1, 2, 3, 4};
    double *path = malloc(2 * (size_t)MANY * sizeof *path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(path);
    for (size_t i = 0; i < MANY; i++) { /* to and fro by more than a pixel */
        path[2 * i] = (i % 2 ? 0.9 : -0.9) * cos(0.001 * (double)i);
        path[2 * i + 1] = sin(0.003 * (double)i);
    }
    nni_surface surface = {
        .least = {-1, -1}, .most = {1, 1}, .width = 2, .height = 2, .loss = loss, .path = path, .path_count = 1};
    char *point = drawn(&surface);
    surface.path_count = MANY;
    char *line = drawn(&surface);
    CU_ASSERT_TRUE(strlen(line) > strlen(point) + 10000);
    CU_ASSERT_TRUE(strlen(line) < strlen(point) + 50000);
    free(point);
    free(line);
    free(path);
}

static void check_says(const char *page, const char *words)
{
    if (!strstr(page, words))
        fprintf(stderr, "\nthe page does not say \"%s\"\n", words);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, words));
}

static void a_verdict_holds_for_the_path(void)
{
    static descent_run wild, stray;
    char names[][8] = {"wild", "stray"};
    make_descent_run(&wild, names[0], 5);
    make_descent_run(&stray, names[1], 0.1);
    stray.path[2 * 8] = 7; /* it came nearer before */
    const nni_history *runs[] = {&wild.history, &stray.history};
    char *page = page_of(runs, 2);
    check_says(page, ">Every step lands further from the minimum: at step 1 the path leaves the picture.<");
    check_says(page, ">At step 8 the path leaves the picture.<");
    check_says(page, "Plain gradient descent on all rows at once diverges at rates above 0.2222.");
    check_says(page, "Gradient descent at several learning rates");
    CU_ASSERT_PTR_NULL(strstr(page, "makes them all again"));
    free(page);
}

static void values_over_two_inputs_are_not_told_as_classes(void)
{
    float values[] = {1, 0, 0, 1, 0, 1, 1, 0};
    region_run classes, plane;
    char names[][8] = {"c", "plane"};
    make_region_run(&classes, names[0], relu, values, 2, 2);
    make_region_run(&plane, names[1], relu, values, 2, 2);
    plane.layers[1].activation = linear;
    static descent_run descent;
    char of_descent[] = "d";
    make_descent_run(&descent, of_descent, 0.001);
    const nni_history *both[] = {&classes.history, &plane.history}, *without[] = {&plane.history, &descent.history};
    char *page = page_of(both, 2);
    check_says(page, "Over the epochs: 16 relu");
    check_says(page, "(<code>record.surface</code>): plane.");
    free(page);
    page = page_of(without, 2);
    CU_ASSERT_PTR_NULL(strstr(page, "id=\"regions\""));
    free(page);
}

static void runs_are_compared_by_an_error_that_all_have(void)
{
    static char test_rmse[] = "test_rmse", train_loss[] = "train_loss", names[][2] = {"a", "b"};
    float values[] = {0, 1, 4};
    double epoch = 1, losses[] = {0.75, 0.5}, rmse = 0.125;
    nni_frame frame = {.most = {1, 0}, .width = 3, .height = 1, .outputs = 1, .values = values};
    nni_layer_shape layers[][2] = {{{.units = 2, .activation = relu}, {.units = 1, .activation = linear}},
                                   {{.units = 9, .activation = relu}, {.units = 1, .activation = linear}}};
    nni_curve curves[][2] = {{{.name = train_loss, .values = losses}},
                             {{.name = train_loss, .values = losses + 1}, {.name = test_rmse, .values = &rmse}}};
    nni_history runs[2];
    for (size_t i = 0; i < 2; i++)
        runs[i] = (nni_history){.name = names[i],
                                .epochs = 1,
                                .epoch = &epoch,
                                .curves = curves[i],
                                .curve_count = 1 + i,
                                .layers = layers[i],
                                .layer_count = 2,
                                .frames = &frame,
                                .frame_count = 1};
    const nni_history *both[] = {&runs[0], &runs[1]};
    char *page = page_of(both, 2);
    check_says(page, "From 2 to 9 hidden units the training loss falls from 0.75 to 0.5.");
    CU_ASSERT_PTR_NULL(strstr(page, "RMSE"));
    free(page);
    page = page_of(both + 1, 1);
    check_says(page, "9 relu: test RMSE 0.125");
    free(page);
}

static void a_small_slope_is_told_from_one_that_vanishes(void)
{
    static descent_run descent;
    char name[] = "d";
    make_descent_run(&descent, name, 0.001);
    const nni_history *runs[] = {&descent.history};
    char words[200];
    char *page = page_of(runs, 1);
    const char *of_leaky = nni_activation_of(NN_LEAKY_RELU)->kind.help,
               *of_relu = nni_activation_of(NN_RELU)->kind.help;
    snprintf(words, sizeof words, "%s. The derivative is 1 at most. It is small on the left: ", of_leaky);
    check_says(page, words);
    snprintf(words, sizeof words, "%s. The derivative is 1 at most. It vanishes on the left: ", of_relu);
    check_says(page, words);
    free(page);
}

static void a_page_has_every_activation_and_names_other_runs(void)
{
    char name[] = "<script>\"", activation[64] = "slow";
    nni_history empty = {.name = name};
    static descent_run slow;
    make_descent_run(&slow, activation, 0.001);
    const nni_history *runs[] = {&empty, &slow.history};
    nn_error error = {.message = ""};
    CU_ASSERT_EQUAL(nni_report_theory_page(stdout, runs, 1, &(nni_report_options){.theory = true}, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "no run has what the theory draws"));
    char *page = page_of(runs, 2);
    for (size_t i = 0; i < nni_activation_domain.count; i++) {
        snprintf(activation, sizeof activation, "<title>%s", nni_domain_name(&nni_activation_domain, i));
        CU_ASSERT_PTR_NOT_NULL(strstr(page, activation));
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "&lt;script&gt;&quot;"));
    CU_ASSERT_PTR_NULL(strstr(page, "<script>\""));
    free(page);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(a_class_has_its_colour_and_a_border_is_white),
        NN_TEST(a_larger_picture_has_the_same_corners),
        NN_TEST(rows_are_dots_where_they_lie),
        NN_TEST(a_path_leaves_its_surface_where_it_is_outside),
        NN_TEST(a_page_does_not_depend_on_the_order_of_its_runs),
        NN_TEST(a_loss_that_is_no_number_is_not_the_least),
        NN_TEST(a_path_of_many_steps_makes_a_small_picture),
        NN_TEST(a_verdict_holds_for_the_path),
        NN_TEST(values_over_two_inputs_are_not_told_as_classes),
        NN_TEST(runs_are_compared_by_an_error_that_all_have),
        NN_TEST(a_small_slope_is_told_from_one_that_vanishes),
        NN_TEST(a_page_has_every_activation_and_names_other_runs),
    };
    return nni_run_suite("theory", tests, sizeof tests / sizeof *tests);
}
