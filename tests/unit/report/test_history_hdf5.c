/* SPDX-License-Identifier: MIT */
/* What histories take from predictions.h5, model.h5 and checkpoints. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "checkpoint/checkpoint.h"
#include "hdf5/process/library.h"
#include "report/history/history.h"
#include "support/history_fixture.h"
#include "support/history_sum.h"
#include "support/next_random.h"
#include "support/suite.h"

/* --- predictions.h5 --- */

static void put_text(hid_t file, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, strlen(value) + 1);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, value);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void put_number(hid_t file, const char *name, hid_t type, const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR), attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, value);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* A file of three rows, to be changed by the tests. */
typedef struct written {
    const char *kind;
    uint64_t split_rows, classes;
    hsize_t rows, outputs;
    const float *probabilities;
    const double *values, *target_values, *weight;
    const int32_t *target_class;
    const unsigned char *target_label;
    const uint64_t *row, *worst;
    hsize_t worst_count;
    fixture_storage storage;
} written;

static const float shares[] = {0.5F, 0.25F, 0.25F, 0.125F, 0.75F, 0.125F, 0, 0, 1};
static const int32_t classes[] = {0, 2, 1};
static const uint64_t rows[] = {0, 4, 8}, worst[] = {2, 0};
static const double numbers[] = {1.5, 2, -3, 4, 0, 1e300}, weights[] = {1, 0, 0.5};
static const unsigned char labels[] = {0, 1, 1, 1, 0, 0, 1, 0, 1};

static const written of_classes = {.kind = "classes",
                                   .split_rows = 9,
                                   .classes = 3,
                                   .rows = 3,
                                   .outputs = 3,
                                   .probabilities = shares,
                                   .target_class = classes,
                                   .row = rows,
                                   .worst = worst,
                                   .worst_count = 2,
                                   .weight = weights};

static void write_predictions(const written *w)
{
    static const float worst_x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const hsize_t extent[2] = {w->rows, w->outputs}, worst_extent[2] = {w->worst_count, 4};
    const double epoch = 12;
    hid_t file = H5Fcreate(fixture_path("predictions.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_text(file, "split", "test");
    put_text(file, "kind", w->kind);
    put_number(file, "epoch", H5T_NATIVE_DOUBLE, &epoch);
    put_number(file, "split_rows", H5T_NATIVE_UINT64, &w->split_rows);
    put_number(file, "classes", H5T_NATIVE_UINT64, &w->classes);
    const fixture_storage plain = {.deflate = 0};
    if (w->probabilities)
        fixture_dataset(file, "probabilities", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent, w->storage,
                        w->probabilities);
    if (w->values)
        fixture_dataset(file, "values", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, plain, w->values);
    if (w->target_class)
        fixture_dataset(file, "target", H5T_STD_I32LE, H5T_NATIVE_INT32, 1, extent, plain, w->target_class);
    if (w->target_label)
        fixture_dataset(file, "target", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 2, extent, plain, w->target_label);
    if (w->target_values)
        fixture_dataset(file, "target", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, plain, w->target_values);
    if (w->weight)
        fixture_dataset(file, "weight", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, extent, plain, w->weight);
    if (w->row)
        fixture_dataset(file, "row", H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, extent, plain, w->row);
    if (w->worst) {
        fixture_dataset(file, "worst", H5T_STD_U64LE, H5T_NATIVE_UINT64, 1, worst_extent, plain, w->worst);
        fixture_dataset(file, "worst_x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, worst_extent, plain, worst_x);
    }
    H5Fclose(file);
}

static void predictions_of_classes_are_read(void)
{
    write_text("metrics.jsonl", "");
    write_predictions(&of_classes);
    nni_history *history = read_run();
    const nni_prediction_record *p = history->predictions;
    CU_ASSERT_EQUAL(history->notes.count, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT(p->kind == NN_PREDICTS_CLASSES && p->rows == 3 && p->outputs == 3 && p->class_count == 3);
    CU_ASSERT(p->split_rows == 9 && p->epoch == 12 && strcmp(p->split, "test") == 0);
    CU_ASSERT(memcmp(p->output, shares, sizeof shares) == 0 && memcmp(p->class_of, classes, sizeof classes) == 0);
    CU_ASSERT(p->row[2] == 8 && p->weight[2] == 0.5 && !p->value && !p->label && !p->target);
    CU_ASSERT(p->worst_count == 2 && p->worst[0] == 2 && p->features == 4 && p->worst_x[7] == 8);
    nni_history_free(history);
    remove_files();
}

static void a_model_without_mistakes_has_no_worst_rows(void)
{
    write_text("metrics.jsonl", "");
    written w = of_classes;
    w.worst_count = 0;
    write_predictions(&w);
    nni_history *history = read_run();
    CU_ASSERT_PTR_NOT_NULL_FATAL(history->predictions);
    CU_ASSERT(!history->predictions->worst && history->predictions->worst_count == 0 && history->notes.count == 0);
    nni_history_free(history);
    remove_files();
}

static void predictions_of_labels_and_values_are_read(void)
{
    write_text("metrics.jsonl", "");
    written w = of_classes;
    w.kind = "labels", w.target_class = NULL, w.target_label = labels, w.classes = 0, w.weight = NULL, w.worst = NULL;
    write_predictions(&w);
    nni_history *history = read_run();
    const nni_prediction_record *p = history->predictions;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT(p->kind == NN_PREDICTS_LABELS && memcmp(p->label, labels, sizeof labels) == 0 && !p->class_of);
    CU_ASSERT(!p->weight && !p->worst && p->worst_count == 0 && p->class_count == 0);
    nni_history_free(history);
    w = (written){.kind = "values",
                  .split_rows = 9,
                  .rows = 3,
                  .outputs = 2,
                  .values = numbers,
                  .row = rows,
                  .target_values = numbers};
    write_predictions(&w);
    history = read_run();
    p = history->predictions;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT(p->kind == NN_PREDICTS_VALUES && p->outputs == 2 && p->value[5] == 1e300 && p->target[2] == -3);
    CU_ASSERT(!p->output && !p->label);
    nni_history_free(history);
    remove_files();
}

static void expect_no_predictions(const written *w, const char *why)
{
    if (w)
        write_predictions(w);
    nni_history *history = read_run();
    CU_ASSERT_PTR_NULL(history->predictions);
    expect_note(history, why);
    nni_history_free(history);
}

static void predictions_that_make_no_sense_are_noted(void)
{
    static const uint64_t far_row[] = {0, 4, 9}, far_worst[] = {3, 0};
    static const int32_t far_class[] = {0, 3, 1}, negative[] = {0, -1, 1};
    static const double below[] = {1, -1, 1}, none[] = {1, NAN, 1};
    write_text("metrics.jsonl", "");
    written w = of_classes;
    w.target_class = far_class;
    expect_no_predictions(&w, "rows of a class that there is none of");
    w.target_class = negative;
    expect_no_predictions(&w, "rows of a class that there is none of");
    w.target_class = NULL;
    expect_no_predictions(&w, "lacks rows, predictions or targets");
    w.target_label = labels;
    expect_no_predictions(&w, "target has not the shape or type");
    w = of_classes, w.row = far_row;
    expect_no_predictions(&w, "rows that are not of its split");
    w = of_classes, w.worst = far_worst;
    expect_no_predictions(&w, "names rows that it has not");
    w = of_classes, w.weight = below;
    expect_no_predictions(&w, "weights that are none");
    w.weight = none;
    expect_no_predictions(&w, "weights that are none");
    w = of_classes, w.kind = "guesses";
    expect_no_predictions(&w, "its kind is none that is known");
    w = of_classes, w.classes = 4;
    expect_no_predictions(&w, "another number of classes than of outputs");
    w = of_classes, w.probabilities = NULL;
    expect_no_predictions(&w, "lacks rows, predictions or targets");
    w = of_classes, w.storage.chunk[0] = w.storage.chunk[1] = 3; /* HDF5 makes up chunks that a file does not have */
    expect_no_predictions(&w, "probabilities has not the shape or type");
    remove_files();
}

/* Room for which no file could have the bytes. */
static void a_dataset_is_no_larger_than_its_file(void)
{
    const hsize_t extent[2] = {1U << 20, 1U << 20};
    write_text("metrics.jsonl", "");
    written w = of_classes;
    w.probabilities = NULL;
    write_predictions(&w);
    hid_t file = H5Fopen(fixture_path("predictions.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
    fixture_dataset(file, "probabilities", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent, (fixture_storage){.deflate = 0},
                    NULL);
    H5Fclose(file);
    expect_no_predictions(NULL, "probabilities has not the shape or type");
    remove_files();
}

static void damaged_predictions_are_survived(void)
{
    static char bytes[1 << 16];
    uint64_t random = 5;
    write_text("metrics.jsonl", "");
    write_predictions(&of_classes);
    FILE *file = fopen(fixture_path("predictions.h5"), "rb");
    const size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CU_ASSERT_FATAL(count > 1000 && count < sizeof bytes);
    for (size_t part = 0; part < 8; part++) { /* cut short */
        write_bytes("predictions.h5", bytes, count * part / 8);
        nni_history *history = read_run();
        CU_ASSERT(!history->predictions && history->notes.count == 1);
        nni_history_free(history);
    }
    for (size_t i = 0; i < 300; i++) {
        random = next_random(random);
        const size_t place = (random >> 20) % count;
        const char before = bytes[place];
        bytes[place] = (char)(random >> 50);
        write_bytes("predictions.h5", bytes, count);
        nni_history *history = read_run();
        for (size_t row = 0; history->predictions && row < history->predictions->rows; row++)
            CU_ASSERT_FATAL((size_t)history->predictions->class_of[row] < history->predictions->class_count);
        history_sum(history);
        nni_history_free(history);
        bytes[place] = before;
    }
    remove_files();
}

/* --- model.h5 and checkpoints --- */

/* A network of three layers, whose first weights are `first` and so on. */
static void write_model(const char *name, double first)
{
    const nni_layer_settings layers[] = {
        {.units = 4, .activation = NN_RELU, .normalization = NN_NORM_BATCH, .dropout = 0.25},
        {.units = 3, .activation = NN_SOFTMAX}};
    static char recipe[] = "seed: 1\n";
    nni_checkpoint model = {.recipe = recipe,
                            .provenance = {.version = "0.1",
                                           .ranks = 4,
                                           .threads = 2,
                                           .data_file = "/d.h5",
                                           .data_bytes = 12,
                                           .data_digest = 34,
                                           .classes = 3}};
    static const char *const names[] = {"ant", "bee", "cow"}, *const features[] = {"x", "y"};
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&model.class_names, names[i], NULL), NN_OK);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(nni_string_set_add(&model.feature_names, features[i], NULL), NN_OK);
    const nni_optimizer_settings sgd = {.name = NN_SGD, .learning_rate = 0.1};
    const nni_regularization_settings none = {.l1 = 0};
    CU_ASSERT_EQUAL_FATAL(nni_network_create(2, layers, 2, &model.network, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_NONE, 2, &model.normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_optimizer_create(&sgd, &none, model.network, &model.optimizer, NULL), NN_OK);
    for (size_t i = 0; i < 8; i++)
        model.network->parameters[model.network->layers[0].weight + i] = (nni_real)(first + (double)i);
    CU_ASSERT_EQUAL_FATAL(nni_checkpoint_write(fixture_path(name), &model, NULL, NULL), NN_OK);
    nn_network_free(model.network);
    nni_feature_scaler_free(model.normalization);
    nni_optimizer_free(model.optimizer);
    nni_string_set_free(&model.class_names);
    nni_string_set_free(&model.feature_names);
}

static void a_run_without_records_is_known_by_its_model(void)
{
    write_text("metrics.jsonl", "");
    write_model("model.h5", 10);
    nni_history *history = read_run();
    CU_ASSERT_FATAL(history->inputs == 2 && history->layer_count == 2 && history->origin_count == 1);
    CU_ASSERT(history->layers[0].units == 4 && history->layers[0].dropout == 0.25);
    CU_ASSERT(history->layers[0].parameters == 4 * 2 + 4 + 4); /* weights, gamma and beta: batch norm has no bias */
    CU_ASSERT(history->layers[1].parameters == 3 * 4 + 3 && !history->layers[1].normalization);
    CU_ASSERT_STRING_EQUAL(history->layers[0].normalization, "batch");
    CU_ASSERT_STRING_EQUAL(history->layers[1].activation, "softmax");
    CU_ASSERT(history->class_names.count == 3 && history->feature_names.count == 2);
    const nni_run_origin *origin = history->origins;
    CU_ASSERT(origin->ranks == 4 && origin->threads == 2 && origin->data_bytes == 12 && origin->data_digest == 34);
    CU_ASSERT(isnan(origin->epoch) && !origin->time && strcmp(origin->data_file, "/d.h5") == 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(history->first_weights);
    CU_ASSERT(history->first_weights[0] == 10 && history->first_weights[7] == 17);
    CU_ASSERT(history->state == NNI_RUN_UNKNOWN && history->notes.count == 0);
    nni_history_free(history);
    remove_files();
}

static void the_newest_model_has_the_weights(void)
{
    write_text("metrics.jsonl", "");
    write_model("checkpoint-00000007.h5", 20);
    nni_history *history = read_run();
    CU_ASSERT_FATAL(history->first_weights && history->first_weights[0] == 20);
    nni_history_free(history);
    write_model("model.h5", 30); /* of a training that has ended since: the same second will do */
    history = read_run();
    CU_ASSERT_FATAL(history->first_weights && history->first_weights[0] == 30);
    nni_history_free(history);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}}; /* of one that was resumed */
    CU_ASSERT_EQUAL_FATAL(utimensat(AT_FDCWD, fixture_path("model.h5"), times, 0), 0);
    history = read_run();
    CU_ASSERT_FATAL(history->first_weights && history->first_weights[0] == 20);
    nni_history_free(history);
    remove_files();
}

static void a_model_that_does_not_fit_is_noted(void)
{
    write_text("metrics.jsonl", "");
    write_text("records.jsonl", "{\"epoch\": 0, \"event\": \"begin\", \"network\": {\"inputs\": 3, \"layers\": "
                                "[{\"units\": 4}]}}\n");
    write_model("model.h5", 1);
    nni_history *history = read_run();
    CU_ASSERT(!history->first_weights && history->layer_count == 1);
    expect_note(history, "another first layer");
    nni_history_free(history);
    write_text("model.h5", "nntrain checkpoint, sealed 1, cut");
    history = read_run();
    CU_ASSERT(!history->first_weights && history->notes.count == 1);
    nni_history_free(history);
    remove_files();
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(predictions_of_classes_are_read),           NN_TEST(a_model_without_mistakes_has_no_worst_rows),
        NN_TEST(predictions_of_labels_and_values_are_read), NN_TEST(predictions_that_make_no_sense_are_noted),
        NN_TEST(a_dataset_is_no_larger_than_its_file),      NN_TEST(a_run_without_records_is_known_by_its_model),
        NN_TEST(the_newest_model_has_the_weights),          NN_TEST(a_model_that_does_not_fit_is_noted),
        NN_TEST(damaged_predictions_are_survived),
    };
    nni_disable_hdf5_atexit(); /* damaged files leave it in no state to tidy up */
    if (!fixture_begin(NULL))
        return 1;
    const int code = nni_run_suite("history_hdf5", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
