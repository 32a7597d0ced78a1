/* SPDX-License-Identifier: MIT */
/* Runs in formats of other programs. */
#define _GNU_SOURCE /* nftw, mkdtemp */
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw/plot.h"
#include "report/events/events.h"
#include "report/events/images.h"
#include "report/events/protobuf.h"
#include "report/events/runs.h"
#include "report/events/tfrecord.h"
#include "report/figures/frame_colours.h"
#include "support/json_read.h"
#include "support/memory.h"
#include "support/suite.h"

/* --- a run --- */

static double epochs[] = {1, 3}, accuracy[] = {0.1, NAN}, seconds[] = {1.5, 4};
static char accuracy_name[] = "test_accuracy", seconds_name[] = "seconds", began[] = "2026-01-01T00:00:00Z";
static char name[] = "a, \"b\"", folder[] = "/home/somebody/runs/a", data_file[] = "/home/somebody/x.h5";
static char host[] = "node7", secret[] = "data: {train: /home/somebody/x.h5}";
static char note[] = "/home/somebody/runs/a/predictions.h5 is no HDF5 file", *notes[] = {note};
static char *hosts[] = {host};
static nni_curve curves[] = {{accuracy_name, accuracy}, {seconds_name, seconds}};
static double weights[] = {2, 5}, activations[] = {7};
static nni_layer_histograms layer_histograms = {
    .weights = {-1, 1.5, weights, 2}, .activations = {0.5, 2, activations, 1}, .dead = 1};
static nni_histogram_record histograms = {.epoch = 3, .rows = 7, .layers = &layer_histograms};
static nni_layer_shape layer = {.units = 2};
static nni_run_origin origin = {
    .time = began, .data_file = data_file, .asked = secret, .hosts = {hosts, 1, 1, NULL, 0}};
static nni_history run = {
    .folder = folder,
    .name = name,
    .state = NNI_RUN_BEGUN,
    .recipe = secret,
    .notes = {notes, 1, 1, NULL, 0},
    .epochs = 2,
    .epoch = epochs,
    .curves = curves,
    .curve_count = 2,
    .origins = &origin,
    .origin_count = 1,
    .layers = &layer,
    .layer_count = 1,
    .histograms = &histograms,
    .histogram_count = 1,
};

/* The whole of a file, to be freed. */
static char *read_file(const char *path, size_t *bytes)
{
    enum { MOST = 100000 };
    FILE *file = fopen(path, "rb");
    char *text = calloc(MOST, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    *bytes = fread(text, 1, MOST - 1, file);
    fclose(file);
    return text;
}

/* --- encodings --- */

/* RFC 3720, appendix B.4, and the check value of CRC-32C in the catalogue of parametrised CRC algorithms. */
static void checksums_are_those_of_the_standard(void)
{
    unsigned char zeros[32] = {0}, ones[32], rising[32];
    for (unsigned char i = 0; i < 32; i++) {
        ones[i] = 0xFF;
        rising[i] = i;
    }
    CU_ASSERT_EQUAL(nni_crc32c(zeros, sizeof zeros), 0x8a9136aa);
    CU_ASSERT_EQUAL(nni_crc32c(ones, sizeof ones), 0x62a8ab43);
    CU_ASSERT_EQUAL(nni_crc32c(rising, sizeof rising), 0x46dd794e);
    CU_ASSERT_EQUAL(nni_crc32c("123456789", 9), 0xe3069283);
    CU_ASSERT_EQUAL(nni_crc32c("", 0), 0);
}

/* Lengths below and from 128 on, and the largest integer: examples of the encoding's documentation and its definition.
 */
static void messages_have_the_wire_format_of_protobuf(void)
{
    nni_message message = {.bytes = NULL};
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    nni_message_integer(&message, 1, 150);
    CU_ASSERT(message.count == 3 && memcmp(message.bytes, "\x08\x96\x01", 3) == 0);
    message.count = 0;
    nni_message_integer(&message, 16, UINT64_MAX);
    CU_ASSERT(message.count == 12 &&
              memcmp(message.bytes, "\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12) == 0);
    message.count = 0;
    const size_t inner = nni_message_begin(&message, 3);
    nni_message_text(&message, 2, text);
    nni_message_end(&message, inner);
    CU_ASSERT_EQUAL_FATAL(message.count, 306);
    CU_ASSERT(memcmp(message.bytes, "\x1a\xaf\x02\x12\xac\x02", 6) == 0);
    CU_ASSERT(memcmp(message.bytes + 6, text, 300) == 0);
    CU_ASSERT(!message.failed);
    nni_message_free(&message);
}

/* --- files --- */

/* What protobuf 7.36 and the RecordWriter of TensorBoard 2.21 write of the same events. */
static const char golden[] =
    "1800000000000000a37f4b2209000000406e55da411a0d627261696e2e4576656e743a32c3486dfc3700000000000000e7e8ca5909000060"
    "406e55da4110012a2a0a140a0d746573742f616363757261637915cdcccc3d0a120a0b72756e2f7365636f6e6473150000c03f2d5dfb0221"
    "00000000000000017becf609000000416e55da4110032a140a120a0b72756e2f7365636f6e6473150000804089f8b716e900000000000000"
    "3533f48909000000416e55da4110032adb010a640a0f776569676874732f6c617965725f302a5109000000000000f0bf11000000000000f8"
    "3f190000000000001c40210000000000000d402900000000007010403210000000000000d03f000000000000f83f3a100000000000000040"
    "00000000000014400a580a1361637469766174696f6e732f6c617965725f302a4109000000000000e03f1100000000000000401900000000"
    "00001c40210000000000802140290000000000e02540320800000000000000403a080000000000001c400a190a12646561645f756e697473"
    "2f6c617965725f30150000803fff6cc759";

static void events_are_those_that_tensorboard_writes(void)
{
    nn_error error;
    size_t bytes;
    const nni_history *const runs[] = {&run, &run};
    for (int again = 0; again < 2; again++) /* an event file of the same run is replaced */
        CU_ASSERT_EQUAL_FATAL(nni_report_tensorboard(runs, 2, "some/events", &error), NN_OK);
    char *text = read_file("some/events/a, \"b\"-2/events.out.tfevents.1767225600.nntrain", &bytes);
    CU_ASSERT_EQUAL_FATAL(bytes, strlen(golden) / 2);
    for (size_t i = 0; i < bytes; i++) {
        char digits[3];
        snprintf(digits, sizeof digits, "%02x", (unsigned char)text[i]);
        CU_ASSERT_NSTRING_EQUAL(digits, golden + 2 * i, 2);
    }
    free(text);
}

static void a_table_quotes_what_has_a_meaning_in_it(void)
{
    nn_error error;
    size_t bytes;
    char third[] = "1/3";
    double value = 1.0 / 3;
    nni_curve curve = {third, &value};
    nni_history other = {
        .folder = folder, .name = NULL, .epochs = 1, .epoch = epochs, .curves = &curve, .curve_count = 1};
    const nni_history *const runs[] = {&run, &other};
    CU_ASSERT_EQUAL_FATAL(nni_report_csv(runs, 2, "figures.csv", &error), NN_OK);
    char *text = read_file("figures.csv", &bytes);
    CU_ASSERT_STRING_EQUAL(text, "run,epoch,test_accuracy,seconds,1/3\r\n"
                                 "\"a, \"\"b\"\"\",1,0.1,1.5,\r\n"
                                 "\"a, \"\"b\"\"\",3,,4,\r\n"
                                 "run,1,,,0.33333333333333331\r\n");
    free(text);
}

/* What a spreadsheet would compute stays a name. */
static void a_name_that_looks_like_a_formula_is_text(void)
{
    nn_error error;
    size_t bytes;
    char formula[] = "=1+1", figure[] = "@sum, b";
    nni_curve curve = {figure, accuracy};
    nni_history other = {
        .folder = folder, .name = formula, .epochs = 1, .epoch = epochs, .curves = &curve, .curve_count = 1};
    const nni_history *const runs[] = {&other};
    CU_ASSERT_EQUAL_FATAL(nni_report_csv(runs, 1, "figures.csv", &error), NN_OK);
    char *text = read_file("figures.csv", &bytes);
    CU_ASSERT_STRING_EQUAL(text, "run,epoch,\"'@sum, b\"\r\n'=1+1,1,0.1\r\n");
    free(text);
}

static void check_predictions(nni_prediction_record *record, const char *expected)
{
    nn_error error;
    size_t bytes;
    nni_history predicted = run;
    predicted.predictions = record;
    const nni_history *const runs[] = {&predicted};
    CU_ASSERT_EQUAL_FATAL(nni_report_json(runs, 1, true, "predictions.json", &error), NN_OK);
    char *text = read_file("predictions.json", &bytes), *kept = text;
    for (const char *at = text; *at; at++) /* without blanks */
        if (*at != ' ' && *at != '\n')
            *kept++ = *at;
    *kept = '\0';
    if (!strstr(text, expected))
        fprintf(stderr, "\nthere is no %s in:\n%s\n", expected, strstr(text, "\"predictions\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, expected));
    free(text);
}

/* Of five rows the third has no weight; by hand: 3 of 4 pairs are in order; precisions (1 + 2/3) / 2. */
static void json_has_the_figures_of_predictions(void)
{
    char split[] = "test";
    float sigmoid[] = {0.9F, 0.6F, 1, 0.3F, 0.7F};
    int32_t classes[] = {1, 1, 0, 0, 0};
    double weight[] = {1, 1, 0, 1, 1};
    check_predictions(&(nni_prediction_record){.kind = NN_PREDICTS_CLASSES,
                                               .split = split,
                                               .rows = 5,
                                               .outputs = 1,
                                               .class_count = 2,
                                               .output = sigmoid,
                                               .class_of = classes,
                                               .weight = weight},
                      "\"auroc\":[0.75],\"average_precision\":[0.833333333],\"confusion\":[[0,0,1],[0,1,1],[1,1,2]]");
    double value[] = {1.5, 2, 3, 10}, target[] = {1, 2, 4, 9};
    check_predictions(
        &(nni_prediction_record){
            .kind = NN_PREDICTS_VALUES, .split = split, .rows = 4, .outputs = 1, .value = value, .target = target},
        "\"outputs\":[{\"r2\":0.940789474,\"rmse\":0.75,\"mae\":0.625,\"bias\":0.125}]");
}

static void json_that_is_shared_names_no_host_path_or_recipe(void)
{
    nn_error error;
    const nni_history *const runs[] = {&run};
    for (int share = 0; share < 2; share++) {
        size_t bytes;
        nni_json_document *document = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_report_json(runs, 1, share, "report.json", &error), NN_OK);
        char *text = read_file("report.json", &bytes);
        CU_ASSERT_EQUAL_FATAL(nni_json_read(text, bytes, "report.json", &document, &error), NN_OK);
        const nni_json_value *of_run = nni_json_member(document, nni_json_root(document), "runs") + 1;
        const nni_json_value *values =
            nni_json_member(document, nni_json_member(document, of_run, "curves"), "test_accuracy");
        CU_ASSERT_PTR_NOT_NULL_FATAL(values);
        CU_ASSERT_EQUAL(values->count, 2);
        CU_ASSERT_EQUAL(values[1].number, 0.1);
        CU_ASSERT_EQUAL(values[2].type, NNI_JSON_NULL);
        CU_ASSERT_STRING_EQUAL(nni_json_member_text(document, of_run, "state"), "killed");
        const nni_json_value *best =
            nni_json_member(document, nni_json_member(document, of_run, "best"), "test_accuracy");
        CU_ASSERT_EQUAL(nni_json_member(document, best, "epoch")->number, 1);
        CU_ASSERT_EQUAL(strstr(text, "somebody") == NULL, share);
        CU_ASSERT_EQUAL(strstr(text, "node7") == NULL, share);
        CU_ASSERT_EQUAL(strstr(text, "is no HDF5 file") == NULL, share);
        nni_json_free(document);
        free(text);
    }
}

/* Resumed after a night: the clock of an epoch is that of the origin before it, and the seconds trained since. */
static void an_epoch_has_the_time_at_which_it_ended(void)
{
    char evening[] = "2026-01-01T20:00:00Z", morning[] = "2026-01-02T08:00:00Z";
    nni_run_origin origins[] = {{.time = evening}, {.epoch = 1, .time = morning}};
    nni_history resumed = run;
    resumed.origins = origins;
    resumed.origin_count = 2;
    const double day = 24 * 3600, first = 1767225600;
    CU_ASSERT_EQUAL(nni_run_begin(&resumed), first + day * 20 / 24);
    CU_ASSERT_EQUAL(nni_run_time(&resumed, 0), first + day * 20 / 24);
    CU_ASSERT_EQUAL(nni_run_time(&resumed, 1), first + day * 20 / 24 + 1.5);
    CU_ASSERT_EQUAL(nni_run_time(&resumed, 3), first + day * 32 / 24 + 2.5);
}

/* --- pictures --- */

static unsigned pixel(const nni_image *image, size_t x, size_t y)
{
    const unsigned char *rgb = image->rgb + 3 * (y * image->width + x);
    return (unsigned)rgb[0] << 16 | (unsigned)rgb[1] << 8 | rgb[2];
}

static void the_second_input_of_a_frame_goes_upwards(void)
{
    nn_error error;
    nni_image image;
    char sigmoid[] = "sigmoid";
    nni_prediction_record labels = {.kind = NN_PREDICTS_LABELS};
    float values[] = {1, 0.5F, 0, NAN}; /* (left, low), (right, low), (left, high), (right, high) */
    nni_frame frame = {.width = 2, .height = 2, .outputs = 1, .values = values};
    nni_layer_shape shape = {.units = 1, .activation = sigmoid};
    nni_history plane = {
        .layers = &shape, .layer_count = 1, .frames = &frame, .frame_count = 1, .predictions = &labels};
    CU_ASSERT_EQUAL_FATAL(nni_image_of_frame(&plane, &frame, 0, &image, &error), NN_OK);
    CU_ASSERT(image.width == 2 && image.height == 2);
    CU_ASSERT_EQUAL(pixel(&image, 0, 1), nni_draw_diverging(1));
    CU_ASSERT_EQUAL(pixel(&image, 1, 1), nni_draw_diverging(0));
    CU_ASSERT_EQUAL(pixel(&image, 0, 0), nni_draw_diverging(-1));
    CU_ASSERT_EQUAL(pixel(&image, 1, 0), 0x808080);
    nni_release(image.rgb);
    plane.predictions = NULL; /* one sigmoid: the colours of two classes */
    CU_ASSERT_EQUAL_FATAL(nni_image_of_frame(&plane, &frame, 0, &image, &error), NN_OK);
    CU_ASSERT_EQUAL(pixel(&image, 0, 1), nni_mix_colours(0xffffff, nni_draw_rgb(1), 0.75));
    CU_ASSERT_EQUAL(pixel(&image, 1, 1), 0xffffff);
    CU_ASSERT_EQUAL(pixel(&image, 0, 0), nni_mix_colours(0xffffff, nni_draw_rgb(0), 0.75));
    CU_ASSERT_EQUAL(pixel(&image, 1, 0), 0x808080);
    nni_release(image.rgb);
}

static void a_unit_that_looks_at_images_is_a_tile_on_its_own_scale(void)
{
    nn_error error;
    nni_image image;
    float first[] = {-1, 0.5F, 30, 0, 7, 7}; /* three units, images of two pixels */
    nni_layer_shape shape = {.units = 3};
    nni_history pictures = {.layers = &shape,
                            .layer_count = 1,
                            .inputs = 2,
                            .first_weights = first,
                            .image = true,
                            .image_width = 2,
                            .image_height = 1,
                            .image_channels = 1};
    CU_ASSERT_EQUAL_FATAL(nni_image_of_weights(&pictures, &image, &error), NN_OK);
    CU_ASSERT(image.width == 5 && image.height == 3); /* two by two tiles with a gap */
    CU_ASSERT_EQUAL(pixel(&image, 0, 0), nni_draw_diverging(-1));
    CU_ASSERT_EQUAL(pixel(&image, 1, 0), nni_draw_diverging(0.5));
    CU_ASSERT_EQUAL(pixel(&image, 2, 0), 0xFFFFFF);
    CU_ASSERT_EQUAL(pixel(&image, 3, 0), nni_draw_diverging(1));
    CU_ASSERT_EQUAL(pixel(&image, 0, 2), nni_draw_diverging(1));
    nni_release(image.rgb);
    pictures.image_width = SIZE_MAX / 2 + 2; /* times two it is 2 again: no image of two pixels */
    pictures.image_height = 2;
    CU_ASSERT_EQUAL_FATAL(nni_image_of_weights(&pictures, &image, &error), NN_OK);
    CU_ASSERT(image.width == 2 && image.height == 3); /* inputs by units */
    nni_release(image.rgb);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

int main(void)
{
    char path[] = "/tmp/nntrain-events-XXXXXX";
    const nni_test tests[] = {
        NN_TEST(checksums_are_those_of_the_standard),
        NN_TEST(messages_have_the_wire_format_of_protobuf),
        NN_TEST(events_are_those_that_tensorboard_writes),
        NN_TEST(a_table_quotes_what_has_a_meaning_in_it),
        NN_TEST(a_name_that_looks_like_a_formula_is_text),
        NN_TEST(json_has_the_figures_of_predictions),
        NN_TEST(json_that_is_shared_names_no_host_path_or_recipe),
        NN_TEST(the_second_input_of_a_frame_goes_upwards),
        NN_TEST(a_unit_that_looks_at_images_is_a_tile_on_its_own_scale),
        NN_TEST(an_epoch_has_the_time_at_which_it_ended),
    };
    if (!mkdtemp(path) || chdir(path) != 0)
        return 1;
    const int code = nni_run_suite("events", tests, sizeof tests / sizeof *tests);
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return code;
}
