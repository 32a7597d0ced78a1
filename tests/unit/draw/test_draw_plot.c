/* SPDX-License-Identifier: MIT */
/* Plots: what is drawn are the data, labels do not overlap, whatever the range, and files stay small. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "support/drawing.h"
#include "support/next_random.h"
#include "support/suite.h"

static const double pixel = 1, rounding = 0.06; /* pixels: coordinates have one decimal */

static double random_share(uint64_t *state)
{
    *state = next_random(*state);
    return (double)(*state >> 11) / 9007199254740992.0; /* 2^53 */
}

/* Data of the first path with a class. */
static const char *path_data(const char *svg, const char *kind)
{
    char sought[64];
    snprintf(sought, sizeof sought, "<path class=\"%s\" d=\"", kind);
    const char *at = strstr(strstr(svg, "class=\"area\""), sought);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    return at + strlen(sought);
}

/* --- values --- */

enum { POINTS = 50 };

static void check_read_back(nni_plot plot, const double *x, const double *y)
{
    double px[4 * POINTS], py[4 * POINTS];
    bool moves[4 * POINTS];
    const nni_series series = {.form = NNI_SERIES_LINE, .x = x, .y = y, .count = POINTS};
    plot.series = &series;
    plot.series_count = 1;
    char *svg = drawn_plot(&plot);
    CU_ASSERT_EQUAL_FATAL(drawn_points(path_data(svg, "line"), px, py, moves, 4 * POINTS), POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        CU_ASSERT_EQUAL(moves[i], i == 0);
        for (int upright = 0; upright < 2; upright++) {
            const double at = upright ? py[i] : px[i], expected = upright ? y[i] : x[i];
            const double below = drawn_value(svg, !upright, at - (upright ? -rounding : rounding));
            const double above = drawn_value(svg, !upright, at + (upright ? -rounding : rounding));
            CU_ASSERT(below <= expected && expected <= above);
        }
    }
    free(svg);
}

static void values_can_be_read_back_from_coordinates(void)
{
    double x[POINTS], y[POINTS], positive[POINTS];
    uint64_t state = 1;
    for (size_t i = 0; i < POINTS; i++) {
        x[i] = (double)i * (double)i + 1;
        y[i] = random_share(&state) * 300 - 100;
        positive[i] = exp(40 * random_share(&state) - 20);
    }
    check_read_back((nni_plot){.title = "linear"}, x, y);
    check_read_back((nni_plot){.x.whole = true, .width = 900, .height = 200}, x, y);
    check_read_back((nni_plot){.y.log = true}, x, positive);
    check_read_back((nni_plot){.x.log = true, .y.log = true}, x, positive);
    check_read_back((nni_plot){.square = true}, x, y);
    check_read_back((nni_plot){.x = {.least = -1e4, .most = 1e4}, .y = {.least = -150, .most = NAN}}, x, y);
}

static void thinned_lines_look_like_all_points(void)
{
    enum { MANY = 20000, COLUMNS = 1024 };
    static double y[MANY], px[8 * COLUMNS], py[8 * COLUMNS];
    static bool moves[8 * COLUMNS];
    double least[COLUMNS], most[COLUMNS], drawn_least[COLUMNS], drawn_most[COLUMNS];
    uint64_t state = 7;
    for (size_t i = 0; i < MANY; i++)
        y[i] = random_share(&state) + (i % 3001 == 7 ? 5 : 0);
    const nni_series series = {.form = NNI_SERIES_LINE, .y = y, .count = MANY};
    const nni_plot plot = {.series = &series, .series_count = 1};
    char *svg = drawn_plot(&plot);
    const size_t count = drawn_points(path_data(svg, "line"), px, py, moves, 8 * COLUMNS);
    const double left = drawn_number(svg, "data-left"), width = drawn_number(svg, "data-width");
    CU_ASSERT(count >= width && count <= 4 * width + 4);
    for (size_t column = 0; column < COLUMNS; column++) {
        least[column] = drawn_least[column] = INFINITY;
        most[column] = drawn_most[column] = -INFINITY;
    }
    for (size_t i = 0; i < MANY; i++) {
        const size_t column = (size_t)(width * (double)i / (MANY - 1));
        least[column] = fmin(least[column], y[i]);
        most[column] = fmax(most[column], y[i]);
    }
    /* A coordinate is rounded, possibly into the next column: what counts is found in its own or that one. */
    for (size_t i = 0; i < count; i++)
        for (double beside = -rounding; beside <= rounding; beside += rounding) {
            const size_t column = (size_t)fmax(px[i] + beside - left, 0);
            const double value = drawn_value(svg, false, py[i]);
            drawn_least[column] = fmin(drawn_least[column], value);
            drawn_most[column] = fmax(drawn_most[column], value);
        }
    const double tolerance = drawn_value(svg, false, 0) - drawn_value(svg, false, rounding);
    for (size_t column = 0; column < (size_t)width; column++) {
        CU_ASSERT(drawn_least[column] <= least[column] + tolerance);
        CU_ASSERT(drawn_most[column] >= most[column] - tolerance);
    }
    free(svg);
}

static void gaps_stay_gaps_and_single_points_are_dots(void)
{
    const double y[] = {1, 2, NAN, 4, INFINITY, 6, 7, 8, NAN}, log_y[] = {1, 2, 0, 4, -3, 6, 7, 8, 0};
    double px[16], py[16];
    bool moves[16];
    for (int log = 0; log < 2; log++) {
        const nni_series series = {.form = NNI_SERIES_LINE, .y = log ? log_y : y, .count = 9};
        const nni_plot plot = {.series = &series, .series_count = 1, .y.log = log};
        char *svg = drawn_plot(&plot);
        CU_ASSERT_EQUAL_FATAL(drawn_points(path_data(svg, "line"), px, py, moves, 16), 5);
        for (size_t i = 0; i < 5; i++)
            CU_ASSERT_EQUAL(moves[i], i == 0 || i == 2);
        CU_ASSERT_EQUAL(drawn_points(path_data(svg, "dots"), px, py, moves, 16),
                        2); /* a move and a line of no length */
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, true, px[0]), 3, 0.02);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, py[0]), 4, 0.1);
        free(svg);
    }
}

/* What a line that leaves the area crosses its edge at is where the whole line would. */
static void lines_are_cut_off_where_they_leave_the_area(void)
{
    const double x[] = {0, 1, 2}, y[] = {0, 100, 0};
    double px[16], py[16];
    bool moves[16];
    const nni_series series = {.form = NNI_SERIES_LINE, .x = x, .y = y, .count = 3};
    const nni_plot plot = {.series = &series, .series_count = 1, .y = {.least = 0, .most = 10}};
    char *svg = drawn_plot(&plot);
    CU_ASSERT_EQUAL_FATAL(drawn_points(path_data(svg, "line"), px, py, moves, 16), 4);
    CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, true, px[1]), 0.1, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, py[1]), 10, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, true, px[2]), 1.9, 0.001);
    CU_ASSERT_TRUE(moves[2]);
    free(svg);
}

static void bars_stand_on_zero(void)
{
    const double y[] = {3, -2, NAN, 5};
    double px[64], py[64];
    bool moves[64];
    const nni_series series = {.form = NNI_SERIES_BARS, .y = y, .count = 4};
    const nni_plot plot = {.series = &series, .series_count = 1};
    char *svg = drawn_plot(&plot);
    const char *at = svg;
    for (size_t i = 0; i < 4; i++) {
        if (isnan(y[i]))
            continue;
        at = strstr(at, "<path class=\"bar\" d=\"");
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        at += strlen("<path class=\"bar\" d=\"");
        CU_ASSERT_EQUAL_FATAL(drawn_points(at, px, py, moves, 64), 4);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, py[0]), 0, 0.01);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, py[1]), y[i], 0.01);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, true, (px[0] + px[2]) / 2), (double)i, 0.01);
    }
    CU_ASSERT_PTR_NULL(strstr(at, "<path class=\"bar\""));
    free(svg);
}

/* A path of many parts, each of which begins where the one before it was closed. */
static void many_bars_stand_where_they_should(void)
{
    enum { BARS = 150 };
    static double y[BARS], px[8 * BARS], py[8 * BARS];
    static bool moves[8 * BARS];
    for (size_t i = 0; i < BARS; i++)
        y[i] = (double)(i * 7 % 31);
    const nni_series series = {.form = NNI_SERIES_BARS, .y = y, .count = BARS};
    const nni_plot plot = {.series = &series, .series_count = 1, .width = 900};
    char *svg = drawn_plot(&plot);
    const size_t count = drawn_points(path_data(svg, "bar"), px, py, moves, 8 * BARS);
    size_t bar = 0;
    for (size_t i = 0; i < count; i++) {
        if (!moves[i])
            continue;
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, py[i]), 0, 0.05);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, false, i + 1 < count ? py[i + 1] : 0), y[bar], 0.05);
        CU_ASSERT_DOUBLE_EQUAL(drawn_value(svg, true, px[i]), (double)bar - 0.43, 0.05);
        bar++;
    }
    CU_ASSERT_EQUAL(bar, BARS);
    free(svg);
}

static void a_cloud_has_a_dot_within_a_pixel_of_every_point(void)
{
    enum { MANY = 4000, DOTS = 200000 };
    static double x[MANY], y[MANY], px[DOTS], py[DOTS];
    static bool moves[DOTS];
    uint64_t state = 3;
    for (size_t i = 0; i < MANY; i++) {
        x[i] = random_share(&state);
        y[i] = x[i] * random_share(&state);
    }
    const nni_series series = {.form = NNI_SERIES_POINTS, .x = x, .y = y, .count = MANY};
    const nni_plot plot = {.series = &series, .series_count = 1, .width = 300, .height = 200};
    char *svg = drawn_plot(&plot);
    const size_t count = drawn_points(path_data(svg, "dots many"), px, py, moves, DOTS);
    CU_ASSERT(count > 2 && count <= 2 * MANY);
    size_t missed = 0;
    const double left = drawn_number(svg, "data-left"), width = drawn_number(svg, "data-width");
    const double least = drawn_number(svg, "data-x-min"), most = drawn_number(svg, "data-x-max");
    for (size_t i = 0; i < MANY; i++) {
        const double at = left + width * (x[i] - least) / (most - least);
        bool found = false;
        for (size_t k = 0; !found && k < count; k++)
            found = fabs(px[k] - at) < pixel && drawn_value(svg, false, py[k] + pixel) <= y[i] &&
                    drawn_value(svg, false, py[k] - pixel) >= y[i];
        missed += !found;
    }
    CU_ASSERT_EQUAL(missed, 0);
    free(svg);
}

/* --- labels --- */

static void check_no_overlap(const char *svg, const char *kind, size_t at_least)
{
    enum { TEXTS = 256 };
    static drawn_text texts[TEXTS];
    size_t count = 0;
    for (const char *at = svg; count < TEXTS && (at = drawn_next_text(at, kind, &texts[count]));)
        count++;
    CU_ASSERT(count >= at_least);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (texts[i].turn == 0 && texts[j].turn == 0 && nni_boxes_overlap(&texts[i].box, &texts[j].box)) {
                fprintf(stderr, "%s overlaps %s\n", texts[i].text, texts[j].text);
                CU_FAIL("labels overlap");
            } else if (texts[i].turn != 0 && texts[j].turn != 0) /* parallel lines of text */
                CU_ASSERT(fabs(texts[i].x - texts[j].x) >= 12 * sqrt(2) - 1);
}

static void labels_of_ticks_never_overlap_and_lie_at_their_values(void)
{
    uint64_t state = 11;
    for (int round = 0; round < 600; round++) {
        const bool log = round % 3 == 1;
        const double size = pow(10, 600 * random_share(&state) - 300), offset = round % 3 == 2 ? 1e3 : 1;
        double x[] = {size, size * (1 + offset * random_share(&state))}, y[2];
        for (int i = 0; i < 2; i++)
            y[i] = log ? pow(10, 20 * random_share(&state) - 12) : (random_share(&state) - 0.5) * pow(10, round % 12);
        const nni_series series = {.form = NNI_SERIES_LINE, .x = x, .y = y, .count = 2};
        const nni_plot plot = {.series = &series,
                               .series_count = 1,
                               .y.log = log,
                               .width = 150 + 600 * random_share(&state),
                               .height = 100 + 300 * random_share(&state)};
        char *svg = drawn_plot(&plot);
        CU_ASSERT_PTR_NULL(strstr(svg, "nan"));
        CU_ASSERT_PTR_NULL(strstr(svg, "inf"));
        check_no_overlap(svg, "tick", 2);
        drawn_text text;
        for (const char *at = svg; (at = drawn_next_text(at, "tick", &text));) {
            const bool upright = fabs(text.box.right - text.x) < pixel; /* a label of y ends at its x */
            char digits[128], *end;
            size_t length = 0;
            for (const char *c = text.text; *c; c++)
                if (*c != ',')
                    digits[length++] = *c;
            digits[length] = '\0';
            const double value = strtod(digits, &end);
            if (*end) /* a power of ten in superscripts */
                continue;
            const double here = upright ? text.y - 4 : text.x; /* a label's base is 4 below its tick */
            const double before = drawn_value(svg, !upright, here - 0.1);
            const double after = drawn_value(svg, !upright, here + 0.1);
            CU_ASSERT(value >= fmin(before, after) && value <= fmax(before, after));
        }
        free(svg);
    }
}

static void names_of_categories_never_overlap(void)
{
    static char names[200][32];
    const char *categories[200];
    double y[200];
    for (size_t i = 0; i < 200; i++) {
        snprintf(names[i], sizeof names[i], "category %.*s%zu", (int)(i % 17), "ooooooooooooooooo", i);
        categories[i] = names[i];
        y[i] = (double)i;
    }
    for (size_t count = 1; count <= 200; count += count < 30 ? 1 : 17)
        for (double width = 200; width <= 1000; width += 400) {
            const nni_series series = {.form = NNI_SERIES_BARS, .y = y, .count = count};
            const nni_plot plot = {.series = &series,
                                   .series_count = 1,
                                   .width = width,
                                   .x = {.title = "x", .categories = categories, .category_count = count},
                                   .y = {.least = 0, .most = 200}};
            char *svg = drawn_plot(&plot);
            check_no_overlap(svg, "tick", 2);
            free(svg);
        }
}

static void labels_of_marks_never_overlap(void)
{
    enum { MARKS = 40 };
    nni_plot_mark marks[MARKS];
    double y[100];
    uint64_t state = 5;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 100; i++)
            y[i] = random_share(&state);
        for (size_t i = 0; i < MARKS; i++) {
            marks[i] = (nni_plot_mark){100 * random_share(&state), random_share(&state), "epoch 12, 0.345", i};
            if (i % 8 == 0)
                *(i % 16 == 0 ? &marks[i].x : &marks[i].y) = NAN;
        }
        const nni_series series = {.form = NNI_SERIES_LINE, .y = y, .count = 100};
        const nni_plot plot = {
            .series = &series, .series_count = 1, .marks = marks, .mark_count = round < 10 ? 3 : MARKS};
        char *svg = drawn_plot(&plot);
        /* The first ones find a place; where many crowd, each that finds none is told on hovering. */
        check_no_overlap(svg, "label", 3);
        drawn_text text;
        for (const char *at = svg; (at = drawn_next_text(at, "label", &text));)
            CU_ASSERT(text.box.left >= drawn_number(svg, "data-left") && text.box.right <= 480 + 1 &&
                      text.box.top >= 0 && text.box.bottom <= 300);
        check_no_overlap(svg, "", 3); /* nor any text of the axes */
        free(svg);
    }
}

/* --- size, safety, empty plots --- */

static void a_thousand_faint_series_stay_small(void)
{
    enum { SERIES = 1000, EPOCHS = 30 };
    static double y[SERIES][EPOCHS];
    static nni_series series[SERIES];
    uint64_t state = 9;
    for (size_t s = 0; s < SERIES; s++) {
        for (size_t i = 0; i < EPOCHS; i++)
            y[s][i] = exp(-(double)i / 10) + 0.3 * random_share(&state);
        series[s] = (nni_series){.form = NNI_SERIES_LINE, .y = y[s], .count = EPOCHS, .faint = true, .colour = s};
    }
    const nni_plot plot = {.series = series, .series_count = SERIES};
    char *svg = drawn_plot(&plot);
    CU_ASSERT(strlen(svg) < 250000);
    free(svg);
}

static void names_are_escaped_wherever_they_stand(void)
{
    static const char *const hostile = "<script>\"'&\x01";
    const char *const categories[] = {hostile, "b"};
    const double y[] = {1, 2};
    const nni_plot_mark mark = {1, 1.5, hostile, 0};
    nni_series series[] = {{.name = hostile, .y = y, .count = 2}, {.name = "other", .y = y, .count = 2}};
    const nni_plot plot = {.title = hostile,
                           .description = hostile,
                           .x = {.title = hostile, .categories = categories, .category_count = 2},
                           .y.title = hostile,
                           .series = series,
                           .series_count = 2,
                           .marks = &mark,
                           .mark_count = 1,
                           .legend = true};
    char *svg = drawn_plot(&plot);
    CU_ASSERT_PTR_NULL(strstr(svg, "<script"));
    CU_ASSERT_PTR_NULL(strchr(svg, '\x01'));
    size_t found = 0;
    for (const char *at = svg; (at = strstr(at, "&lt;script&gt;&quot;&#39;&amp;\\x01")); at++)
        found++;
    CU_ASSERT(found >= 9);
    free(svg);
}

static void plots_without_values_say_so(void)
{
    const double y[] = {NAN, -1, 0};
    const nni_series series = {.y = y, .count = 3};
    const nni_plot plots[] = {{.title = "nothing"},
                              {.series = &series, .series_count = 1, .y.log = true},
                              {.x = {.least = 5, .most = 1}, .square = true}};
    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++) {
        char *svg = drawn_plot(&plots[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(svg, ">no values<"));
        CU_ASSERT_PTR_NULL(strstr(svg, "nan"));
        free(svg);
    }
}

static void any_range_is_drawn(void)
{
    const double ranges[][2] = {{-DBL_MAX, DBL_MAX},
                                {0, 5e-324},
                                {1e-300, 1e300},
                                {1, 1 + DBL_EPSILON},
                                {3, 3},
                                {0, 0},
                                {-7, -7},
                                {1e308, 1e308},
                                {5e-324, 5e-324},
                                {1e15, 1e15 + 1},
                                {-1, 1e-9}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (int options = 0; options < 16; options++) {
            const nni_axis axis = {.log = options & 1, .whole = options & 2};
            const nni_series series = {
                .form = options & 4 ? NNI_SERIES_BARS : NNI_SERIES_LINE, .x = ranges[i], .y = ranges[i], .count = 2};
            const nni_plot plot = {.series = &series,
                                   .series_count = 1,
                                   .x = axis,
                                   .y = axis,
                                   .square = options & 8,
                                   .diagonal = options & 8};
            char *svg = drawn_plot(&plot);
            CU_ASSERT_PTR_NULL(strstr(svg, "nan"));
            CU_ASSERT_PTR_NULL(strstr(svg, "inf"));
            CU_ASSERT(drawn_number(svg, "data-y-min") < drawn_number(svg, "data-y-max"));
            CU_ASSERT(drawn_number(svg, "data-x-min") < drawn_number(svg, "data-x-max"));
            CU_ASSERT(drawn_number(svg, "data-width") >= 1 && drawn_number(svg, "data-height") >= 1);
            free(svg);
        }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(values_can_be_read_back_from_coordinates),
        NN_TEST(thinned_lines_look_like_all_points),
        NN_TEST(gaps_stay_gaps_and_single_points_are_dots),
        NN_TEST(lines_are_cut_off_where_they_leave_the_area),
        NN_TEST(bars_stand_on_zero),
        NN_TEST(many_bars_stand_where_they_should),
        NN_TEST(a_cloud_has_a_dot_within_a_pixel_of_every_point),
        NN_TEST(labels_of_ticks_never_overlap_and_lie_at_their_values),
        NN_TEST(names_of_categories_never_overlap),
        NN_TEST(labels_of_marks_never_overlap),
        NN_TEST(a_thousand_faint_series_stay_small),
        NN_TEST(names_are_escaped_wherever_they_stand),
        NN_TEST(plots_without_values_say_so),
        NN_TEST(any_range_is_drawn),
    };
    return nni_run_suite("draw_plot", tests, sizeof tests / sizeof *tests);
}
