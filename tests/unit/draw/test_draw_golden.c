/* SPDX-License-Identifier: MIT */
/* Reference pictures: what src/draw writes of each kind of picture is what was looked at in a browser and kept in
 * tests/golden/draw. UPDATE=1 in the environment writes those files anew. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/pictures.h"
#include "draw/plot.h"
#include "draw/terminal_plot.h"
#include "support/suite.h"

#ifndef NNTRAIN_GOLDEN
#error NNTRAIN_GOLDEN is the folder of the reference pictures
#endif

/* --- plots --- */

enum { EPOCHS = 40 };

typedef struct curves {
    double epoch[EPOCHS], train[EPOCHS], validation[EPOCHS], least[EPOCHS], most[EPOCHS];
} curves;

/* Losses as a training has them, by arithmetic that is exact everywhere. */
static curves losses(void)
{
    curves c;
    for (int i = 0; i < EPOCHS; i++) {
        const double falling = 2.4 * 6 / (6 + i), wave = (double)(i * 7 % 5 - 2) / 40;
        c.epoch[i] = i + 1;
        c.train[i] = falling / 2 + wave / 2;
        c.validation[i] = 0.4 + falling / 2.5 + i * 0.006 + wave;
        c.least[i] = c.train[i] - 0.1;
        c.most[i] = c.train[i] + 0.2;
    }
    return c;
}

static bool draw_curves(FILE *out)
{
    curves c = losses();
    c.validation[10] = NAN;
    c.validation[12] = INFINITY;
    const nni_series series[] = {
        {.name = "spread of ranks", .x = c.epoch, .y = c.least, .y2 = c.most, .count = EPOCHS},
        {.name = "training", .x = c.epoch, .y = c.train, .count = EPOCHS},
        {.name = "validation", .x = c.epoch, .y = c.validation, .count = EPOCHS, .colour = 1, .dashed = true}};
    const nni_plot_mark marks[] = {
        {24, c.validation[23], "best: epoch 24", 1}, {30, NAN, "rate reduced", 7}, {NAN, 0.25, "target", 2}};
    return nni_draw_plot(out, &(nni_plot){.title = "Loss over epochs",
                                          .description = "Both losses fall; validation rises again after epoch 24.",
                                          .x = {.title = "epoch", .whole = true},
                                          .y = {.title = "cross-entropy"},
                                          .series = series,
                                          .series_count = 3,
                                          .marks = marks,
                                          .mark_count = 3,
                                          .legend = true});
}

static bool draw_log(FILE *out)
{
    double norms[EPOCHS], rates[EPOCHS];
    for (int i = 0; i < EPOCHS; i++) {
        norms[i] = i % 9 == 4 ? 0 : 3e4 / (1 << i % 20) / (i + 1);
        rates[i] = 0.001 * (i < 20 ? 1 : 0.1);
    }
    const nni_series series[] = {
        {.name = "gradient norm", .y = norms, .count = EPOCHS},
        {.name = "learning rate", .form = NNI_SERIES_STEPS, .y = rates, .count = EPOCHS, .colour = 1}};
    return nni_draw_plot(out, &(nni_plot){.title = "Values over nine decades, without those that are not positive",
                                          .x = {.title = "epoch", .whole = true},
                                          .y = {.title = "norm", .log = true},
                                          .series = series,
                                          .series_count = 2,
                                          .legend = true});
}

static bool draw_lonely(FILE *out)
{
    const double five[] = {5, 5, 5}, huge[] = {1e-300, 1e300, 1}, wide[] = {-1.7e308, 1.7e308, 0};
    const nni_series one = {.y = five, .count = 1}, constant = {.y = five, .count = 3, .colour = 1};
    const nni_series large = {.y = huge, .count = 3, .colour = 2}, widest = {.y = wide, .count = 3, .colour = 3};
    const double width = 240, height = 160;
    return nni_draw_plot(out, &(nni_plot){.title = "No values", .width = width, .height = height}) &&
           nni_draw_plot(out, &(nni_plot){.title = "One point",
                                          .series = &one,
                                          .series_count = 1,
                                          .x.whole = true,
                                          .width = width,
                                          .height = height}) &&
           nni_draw_plot(
               out,
               &(nni_plot){
                   .title = "Constant", .series = &constant, .series_count = 1, .width = width, .height = height}) &&
           nni_draw_plot(out, &(nni_plot){.title = "Six hundred decades",
                                          .series = &large,
                                          .series_count = 1,
                                          .y.log = true,
                                          .width = width,
                                          .height = height}) &&
           nni_draw_plot(
               out,
               &(nni_plot){
                   .title = "All doubles", .series = &widest, .series_count = 1, .width = width, .height = height});
}

static const char *const classes[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot <b>of leather</b>"};

static bool draw_classes(FILE *out)
{
    double precision[10], recall[10], residuals[25];
    for (int i = 0; i < 10; i++) {
        precision[i] = 0.75 + 0.02 * i;
        recall[i] = i == 6 ? NAN : 0.97 - 0.03 * i;
    }
    for (int i = 0; i < 25; i++)
        residuals[i] = 400.0 / (1 + (i - 12) * (i - 12)) * (i > 20 ? -0.2 : 1);
    const nni_series both[] = {{.name = "precision", .form = NNI_SERIES_BARS, .y = precision, .count = 10},
                               {.name = "recall", .form = NNI_SERIES_BARS, .y = recall, .count = 10, .colour = 1}};
    const nni_series stacked[] = {{.name = "compute", .form = NNI_SERIES_BARS, .y = precision, .count = 4},
                                  {.name = "wait",
                                   .form = NNI_SERIES_BARS,
                                   .y = recall,
                                   .y2 = precision,
                                   .count = 4,
                                   .colour = 1,
                                   .faint = true}};
    const nni_series bins = {.name = "rows", .form = NNI_SERIES_BARS, .y = residuals, .count = 25, .colour = 2};
    return nni_draw_plot(out, &(nni_plot){.title = "Figures of classes",
                                          .x = {.categories = classes, .category_count = 10},
                                          .y = {.least = 0, .most = 1},
                                          .series = both,
                                          .series_count = 2,
                                          .legend = true}) &&
           nni_draw_plot(out, &(nni_plot){.title = "Bars on both sides of 0",
                                          .x = {.title = "residual"},
                                          .y = {.title = "rows"},
                                          .series = &bins,
                                          .series_count = 1}) &&
           nni_draw_plot(out, &(nni_plot){.title = "Bars that stand on others",
                                          .x = {.title = "rank", .whole = true},
                                          .y = {.title = "seconds"},
                                          .series = stacked,
                                          .series_count = 2,
                                          .legend = true,
                                          .width = 346,
                                          .height = 200});
}

static bool draw_scatter(FILE *out)
{
    enum { ROWS = 120, CORNERS = 4 };
    double truth[ROWS], predicted[ROWS];
    for (int i = 0; i < ROWS; i++) {
        truth[i] = (double)(i * 37 % 120) / 10;
        predicted[i] = truth[i] + (double)(i * 53 % 31 - 15) / 10;
    }
    const double ends[] = {-1, 1, 1, -1}, ups[] = {-1, -1, 1, 1};
    const unsigned char regions[] = {0xD5, 0xE1, 0xF7, 0xF7, 0xE1, 0xD5, 0xF7, 0xE1, 0xD5, 0xD5, 0xE1, 0xF7};
    const nni_series dots = {.name = "rows", .form = NNI_SERIES_POINTS, .x = truth, .y = predicted, .count = ROWS};
    const nni_series corners = {
        .name = "corner", .form = NNI_SERIES_POINTS, .x = ends, .y = ups, .count = CORNERS, .colour = 6};
    return nni_draw_plot(out, &(nni_plot){.title = "Predicted against true",
                                          .x = {.title = "true"},
                                          .y = {.title = "predicted"},
                                          .series = &dots,
                                          .series_count = 1,
                                          .square = true,
                                          .diagonal = true}) &&
           nni_draw_plot(out, &(nni_plot){.title = "Decision regions",
                                          .x = {.title = "x1", .least = -2, .most = 2},
                                          .y = {.title = "x2", .least = -1.5, .most = 1.5},
                                          .series = &corners,
                                          .series_count = 1,
                                          .square = true,
                                          .height = 240,
                                          .background = regions,
                                          .background_width = 2,
                                          .background_height = 2});
}

static bool draw_many(FILE *out)
{
    enum { SERIES = 18, POINTS = 12, FAINT = 40 };
    static double y[SERIES + FAINT][POINTS];
    static char names[SERIES][24];
    nni_series series[SERIES + FAINT];
    for (size_t s = 0; s < SERIES + FAINT; s++) {
        for (size_t i = 0; i < POINTS; i++)
            y[s][i] = s < SERIES ? (double)s + (double)i / (1 + (double)s) : (double)((s * 7 + i * 3) % 23);
        series[s] = (nni_series){.y = y[s], .count = POINTS, .colour = s, .faint = s >= SERIES};
        if (s < SERIES)
            snprintf(names[s], sizeof names[s], "run %zu of %d", s + 1, SERIES);
        series[s].name = s < SERIES ? names[s] : NULL;
    }
    return nni_draw_plot(out, &(nni_plot){.title = "Eighteen runs over forty faint ones",
                                          .series = series,
                                          .series_count = SERIES + FAINT,
                                          .width = 720,
                                          .height = 360,
                                          .legend = true});
}

/* --- other pictures --- */

static bool draw_heat_maps(FILE *out)
{
    enum { CLASSES = 10, LARGE = 60 };
    static double shade[CLASSES * CLASSES], large[LARGE * LARGE];
    static char texts[CLASSES * CLASSES][16], names[LARGE][24];
    const char *shown[CLASSES * CLASSES], *large_names[LARGE];
    for (int i = 0; i < CLASSES * CLASSES; i++) {
        const int row = i / CLASSES, column = i % CLASSES,
                  rows = row == column ? 1000 - 90 * row : (row * 7 + column * 13) % 90;
        shade[i] = rows / 1000.0;
        snprintf(texts[i], sizeof texts[i], "%d", rows);
        shown[i] = rows > 0 ? texts[i] : NULL;
    }
    for (int i = 0; i < LARGE * LARGE; i++)
        large[i] = (i / LARGE == i % LARGE ? 60 : i * 31 % 40) / 60.0;
    for (int i = 0; i < LARGE; i++) {
        snprintf(names[i], sizeof names[i], "class %d", i);
        large_names[i] = names[i];
    }
    return nni_draw_heat_map(out,
                             &(nni_heat_map){"Confusion", "Most rows lie on the diagonal.", "true class",
                                             "predicted class", classes, classes, shade, shown, CLASSES, CLASSES}) &&
           nni_draw_heat_map(out, &(nni_heat_map){"Two by two", NULL, NULL, NULL, classes, classes + 2,
                                                  (const double[]){0, 0.4, 0.6, 1}, shown, 2, 2}) &&
           nni_draw_heat_map(out,
                             &(nni_heat_map){"Sixty classes", "Most rows lie on the diagonal.", "true class",
                                             "predicted class", large_names, large_names, large, NULL, LARGE, LARGE});
}

static bool draw_images(FILE *out)
{
    enum { COUNT = 4, SIDE = 8 };
    static unsigned char rgb[COUNT * SIDE * SIDE * 3];
    for (int i = 0; i < COUNT * SIDE * SIDE; i++)
        for (int channel = 0; channel < 3; channel++)
            rgb[3 * i + channel] =
                (unsigned char)(i / (SIDE * SIDE) == 3 ? i * (31 + 50 * channel) : 16 * (i % SIDE) + i % 97);
    const char *const captions[] = {"7, not 9\nprobability 0.98", "3, not <5>", "a", ""};
    return nni_draw_images(out, &(nni_image_strip){"Confident mistakes", "What the network was sure of.", rgb, COUNT,
                                                   SIDE, SIDE, captions, NULL, 0});
}

static bool draw_networks(FILE *out)
{
    const nni_drawn_layer small[] = {{"input", 2, 0, NULL}, {"tanh", 3, 9, NULL}, {"sigmoid", 1, 4, NULL}};
    const nni_drawn_layer deep[] = {{"input", 784, 0, NULL},
                                    {"relu", 512, 401920, "dropout 0.2, batch norm"},
                                    {"relu", 256, 131328, "layer norm"},
                                    {"leaky_relu", 8, 2056, NULL},
                                    {"relu", 9, 81, NULL},
                                    {"softmax", 10, 100, NULL}};
    return nni_draw_network(out, "A small network", "Two inputs, three units, one output.", small, 3) &&
           nni_draw_network(out, "A deeper network", "Five layers.", deep, 6);
}

static bool draw_parallel(FILE *out)
{
    enum { LINES = 60 };
    static double rate[LINES], optimizer[LINES], batch[LINES], accuracy[LINES];
    static char names[LINES][24];
    const char *shown[LINES], *const optimizers[] = {"adamw", "momentum", "nesterov accelerated", "sgd"};
    for (int i = 0; i < LINES; i++) {
        rate[i] = 1e-4 * (1 << i % 10);
        optimizer[i] = i % 7 % 4;
        batch[i] = 16 << i % 5;
        accuracy[i] = i == 11 ? NAN : 0.8 + (i * 13 % 60) / 400.0 + optimizer[i] / 50;
        snprintf(names[i], sizeof names[i], "run & %d", i);
        shown[i] = names[i];
    }
    rate[5] = NAN;
    const nni_parallel_axis axes[] = {{"learning_rate", rate, NULL, 0, true},
                                      {"optimizer.name that is long", optimizer, optimizers, 4, false},
                                      {"batch", batch, NULL, 0, true},
                                      {"accuracy", accuracy, NULL, 0, false}};
    return nni_draw_parallel(out, "Sixty runs", "The larger the rate, the better.", axes, 4, shown, LINES);
}

static bool draw_ridges(FILE *out)
{
    enum { ROWS = 9, BINS = 24 };
    static double counts[ROWS][BINS];
    nni_ridge ridges[ROWS];
    for (int row = 0; row < ROWS; row++) {
        ridges[row] = (nni_ridge){5 * row, -1 - 0.1 * row, 1 + 0.1 * row, counts[row], row == 4 ? 0 : BINS};
        for (int bin = 0; bin < BINS; bin++)
            counts[row][bin] = 5000.0 / (4 + (bin - 12 + row) * (bin - 12 + row));
    }
    if (!nni_draw_ridges(out, "Weights of layer 1", "They spread.", "weight", ridges, ROWS) ||
        !nni_draw_ridges(out, "No histogram", NULL, NULL, NULL, 0))
        return false;
    counts[ROWS - 1][4] *= 40; /* square roots show the others beside it */
    return nni_draw_ridges(out, "Gradients of layer 1", "One is narrow.", "gradient", ridges, ROWS);
}

static bool draw_on_terminal(FILE *out)
{
    const curves c = losses();
    const nni_terminal_series series[] = {{"training", c.epoch, c.train, EPOCHS},
                                          {"validation \x1b", c.epoch, c.validation, EPOCHS}};
    bool fine = true;
    for (int options = 0; options < 8; options++) { /* of utf8, colour and log */
        const nni_terminal_plot plot = {.title = "loss",
                                        .x_title = "epoch",
                                        .series = series,
                                        .series_count = options & 2 ? 2 : 1 + !(options & 1),
                                        .columns = 72,
                                        .rows = 12,
                                        .utf8 = options & 1,
                                        .colour = options & 2,
                                        .log = options & 4};
        fine = fine && nni_draw_terminal_plot(out, &plot);
        fputc('\n', out);
    }
    return fine && nni_draw_terminal_plot(out, &(nni_terminal_plot){.title = "no values", .columns = 1, .rows = 1});
}

static bool draw_style(FILE *out)
{
    nni_draw_style(out);
    return true;
}

/* --- comparison --- */

static char *read_file(const char *path)
{
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (in && getdelim(&text, &size, '\0', in) < 0) {
        free(text);
        text = NULL;
    }
    if (in)
        fclose(in);
    return text;
}

/* Whether every element ends within the one that it began in. */
static bool is_well_formed(const char *html)
{
    enum { DEEPEST = 32 };
    char open[DEEPEST][16];
    size_t depth = 0;
    for (const char *at = html; (at = strchr(at, '<')); at++) {
        const char *end = strchr(at, '>');
        char name[16];
        if (!end || sscanf(at + 1, "%15[/a-z]", name) != 1)
            return false;
        if (name[0] == '/') {
            if (depth == 0 || strcmp(open[--depth], name + 1) != 0)
                return false;
        } else if (end[-1] != '/' && strcmp(name, "img") != 0) {
            if (depth == DEEPEST)
                return false;
            strcpy(open[depth++], name);
        }
    }
    return depth == 0;
}

static void compare(const char *name, bool (*draw)(FILE *))
{
    char path[4096], *drawn = NULL;
    size_t size;
    FILE *out = open_memstream(&drawn, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_TRUE(draw(out));
    fclose(out);
    snprintf(path, sizeof path, "%s/%s", NNTRAIN_GOLDEN, name);
    if (strstr(name, ".html"))
        CU_ASSERT_TRUE(is_well_formed(drawn));
    if (getenv("UPDATE")) {
        FILE *file = fopen(path, "w");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        CU_ASSERT_EQUAL(fwrite(drawn, 1, size, file), size);
        CU_ASSERT_EQUAL(fclose(file), 0);
    }
    char *golden = read_file(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(golden);
    if (strcmp(golden, drawn) != 0) {
        size_t same = 0, line = 1;
        for (; golden[same] && golden[same] == drawn[same]; same++)
            line += golden[same] == '\n';
        fprintf(stderr, "%s:%zu: another picture; look at it, and write it anew with UPDATE=1\n", path, line);
        CU_FAIL("another picture than the reference");
    }
    free(golden);
    free(drawn);
}

#define COMPARED(kind, file)                                                                                           \
    static void kind##_is_as_it_was_looked_at(void)                                                                    \
    {                                                                                                                  \
        compare(file, draw_##kind);                                                                                    \
    }

COMPARED(curves, "curves.html")
COMPARED(log, "log.html")
COMPARED(lonely, "lonely.html")
COMPARED(classes, "classes.html")
COMPARED(scatter, "scatter.html")
COMPARED(many, "many.html")
COMPARED(heat_maps, "heat_maps.html")
COMPARED(images, "images.html")
COMPARED(networks, "networks.html")
COMPARED(parallel, "parallel.html")
COMPARED(ridges, "ridges.html")
COMPARED(on_terminal, "terminal.txt")
COMPARED(style, "style.css")

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(curves_is_as_it_was_looked_at),    NN_TEST(log_is_as_it_was_looked_at),
        NN_TEST(lonely_is_as_it_was_looked_at),    NN_TEST(classes_is_as_it_was_looked_at),
        NN_TEST(scatter_is_as_it_was_looked_at),   NN_TEST(many_is_as_it_was_looked_at),
        NN_TEST(heat_maps_is_as_it_was_looked_at), NN_TEST(images_is_as_it_was_looked_at),
        NN_TEST(networks_is_as_it_was_looked_at),  NN_TEST(parallel_is_as_it_was_looked_at),
        NN_TEST(ridges_is_as_it_was_looked_at),    NN_TEST(on_terminal_is_as_it_was_looked_at),
        NN_TEST(style_is_as_it_was_looked_at),
    };
    return nni_run_suite("draw_golden", tests, sizeof tests / sizeof *tests);
}
