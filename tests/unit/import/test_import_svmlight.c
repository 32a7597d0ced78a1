/* SPDX-License-Identifier: MIT */
/* Text of SVMlight into HDF5. */
#include <stdlib.h>

#include "nntrain/import.h"
#include "support/hdf5_fixture.h"
#include "support/next_random.h"
#include "support/suite.h"

static void write_text(const char *name, const char *text, size_t size)
{
    FILE *file = fopen(fixture_path(name), "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(text, 1, size, file);
    fclose(file);
}

static nn_status import(nn_import_svmlight job, const char *test, nn_import_svmlight_result *result, nn_error *error)
{
    char train_path[300], test_path[300], output[300];
    snprintf(train_path, sizeof train_path, "%s", fixture_path("train.svm"));
    snprintf(test_path, sizeof test_path, "%s", fixture_path("test.svm"));
    snprintf(output, sizeof output, "%s", fixture_path("out.h5"));
    if (test)
        write_text("test.svm", test, strlen(test));
    job.train = train_path;
    job.test = test ? test_path : NULL;
    return nn_import_svmlight_file(&job, output, result, error);
}

static size_t read_values(const char *name, hid_t type, void *values)
{
    hid_t file = H5Fopen(fixture_path("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    CU_ASSERT(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    return (size_t)count;
}

static void pairs_become_full_rows(void)
{
    static const char train[] = "1 1:0.5 3:-2 # a comment\n\n0\n2 2:1e-3\t4:7   \r\n";
    static const float expected[] = {0.5F, 0, -2, 0, 0, 0, 0, 0, 0, 0, 0, 1e-3F, 0, 7, 0};
    nn_import_svmlight_result result;
    float x[32];
    int32_t y[4];
    write_text("train.svm", train, strlen(train));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_svmlight){.features = 0}, "0 5:9", &result, NULL), NN_OK);
    CU_ASSERT(result.rows[0] == 3 && result.rows[1] == 1 && result.features == 5);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 15);
    CU_ASSERT_EQUAL(memcmp(x, expected, sizeof expected), 0);
    CU_ASSERT_EQUAL(read_values("/train/y", H5T_NATIVE_INT32, y), 3);
    CU_ASSERT(y[0] == 1 && y[1] == 0 && y[2] == 2);
    CU_ASSERT_EQUAL(read_values("/test/x", H5T_NATIVE_FLOAT, x), 5);
    CU_ASSERT(x[3] == 0 && x[4] == 9);
}

static void line_ends_and_byte_order_marks_change_nothing(void)
{
    static const char *const texts[] = {"1 1:2\n# nothing\n\n0 2:3\n",
                                        "\xEF\xBB\xBF"
                                        "1 1:2\r\n\r\n0 2:3\r\n",
                                        "\xEF\xBB\xBF"
                                        "1 1:2\r# nothing\r0 2:3"};
    static const float expected[] = {2, 0, 0, 3};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        nn_import_svmlight_result result;
        float x[4];
        write_text("train.svm", texts[i], strlen(texts[i]));
        CU_ASSERT_EQUAL_FATAL(import((nn_import_svmlight){.features = 0}, NULL, &result, NULL), NN_OK);
        CU_ASSERT(result.rows[0] == 2 && result.features == 2);
        CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 4);
        CU_ASSERT_EQUAL(memcmp(x, expected, sizeof expected), 0);
    }
    nn_error error = {0};
    nn_import_svmlight_result result;
    write_text("train.svm", "1 1:2\r\n0 1:1\r1 x\n", 17);
    CU_ASSERT_EQUAL(import((nn_import_svmlight){.features = 0}, NULL, &result, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "train.svm:3: 'x' is no pair INDEX:VALUE"));
}

static void labels_that_are_no_classes_are_values(void)
{
    static const char train[] = "-1 0:1\n+1 1:2\n";
    nn_import_svmlight_result result;
    float x[8], y[2];
    write_text("train.svm", train, strlen(train));
    CU_ASSERT_EQUAL_FATAL(
        import((nn_import_svmlight){.zero_based = true, .features = 3, .compress = 1}, NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(read_values("/train/y", H5T_NATIVE_FLOAT, y), 2);
    CU_ASSERT(y[0] == -1 && y[1] == 1);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 6);
    CU_ASSERT(x[0] == 1 && x[1] == 0 && x[4] == 2 && x[5] == 0);
}

/* More rows than are written at a time. */
static void long_files_keep_their_order(void)
{
    enum { ROWS = 70000, LINE = 32 };
    char *text = malloc((size_t)ROWS * LINE);
    size_t size = 0;
    for (int row = 0; row < ROWS; row++)
        size += (size_t)sprintf(text + size, "%d %d:%d\n", row % 3, row % 7 + 1, row);
    write_text("train.svm", text, size);
    free(text);
    nn_import_svmlight_result result;
    static float x[ROWS * 7];
    CU_ASSERT_EQUAL_FATAL(import((nn_import_svmlight){.chunk_rows = 999}, NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), ROWS * 7);
    bool same = true;
    for (size_t i = 0; i < ROWS * 7; i++)
        same = same && x[i] == (i % 7 == i / 7 % 7 ? (float)(i / 7) : 0);
    CU_ASSERT(same);
}

static void what_is_wrong_is_told_with_its_line(void)
{
    static const struct {
        const char *text, *words;
        size_t features;
    } cases[] = {
        {"", "is empty", 0},
        {"# nothing\n\n", "holds no rows", 0},
        {"1\n2\n", "holds labels alone", 0},
        {"1 1:2\ncat 1:2\n", ":2: 'cat' is no label", 0},
        {"1 1:2\n\n1 2\n", ":3: '2' is no pair INDEX:VALUE", 0},
        {"1 1:x\n", ":1: '1:x' has no value", 0},
        {"1 1:1e99\n", ":1: '1:1e99' has no value", 0},
        {"1 0:2\n", ":1: '0:2' has index 0, where they are numbered from 1; say --zero-based", 0},
        {"1 2:1 2:3\n", ":1: '2:3' is out of order", 0},
        {"1 3:1 2:3\n", ":1: '2:3' is out of order", 0},
        {"1 qid:3 2:3\n", "is of data to be ranked", 0},
        {"1 5:1\n", ":1: '5:1' is beyond the features asked for", 4},
        {"1 99999999999999999999:1\n", "is no pair", 0},
        {"1 2000000000:1\n", "take more than a GiB each", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_import_svmlight_result result;
        nn_error error = {0};
        write_text("train.svm", cases[i].text, strlen(cases[i].text));
        unlink(fixture_path("out.h5"));
        CU_ASSERT_EQUAL(import((nn_import_svmlight){.features = cases[i].features}, NULL, &result, &error), NN_DATA);
        const bool said = strstr(error.message, cases[i].words) != NULL;
        if (!said)
            fprintf(stderr, "expected '%s' in: %s\n", cases[i].words, error.message);
        CU_ASSERT(said);
        CU_ASSERT(access(fixture_path("out.h5"), F_OK) != 0);
    }
}

static void damaged_texts_end_in_a_sentence(void)
{
    static const char text[] = "1 1:0.5 3:-2 # a comment\n0 2:1\n2 2:1e-3\t4:7\n-1 1:3\n";
    uint64_t state = 11;
    size_t good = 0, refused = 0;
    for (int i = 0; i < 300; i++) {
        char damaged[sizeof text];
        size_t size = strlen(text);
        memcpy(damaged, text, size);
        for (int change = 0; change < 1 + i % 4; change++) {
            static const char bytes[] = "1:# \n-.e9\377\0\t";
            state = next_random(state);
            damaged[(state >> 33) % size] = bytes[(state >> 20) % (sizeof bytes - 1)];
        }
        if (i % 9 == 0)
            size = (size_t)(state >> 40) % size + 1;
        nn_import_svmlight_result result;
        nn_error error = {0};
        write_text("train.svm", damaged, size);
        unlink(fixture_path("out.h5"));
        /* An index may have become large: a sparse row of it would be a full one of gigabytes. */
        const nn_status status = import((nn_import_svmlight){.features = 12}, NULL, &result, &error);
        CU_ASSERT(status == NN_OK || (status == NN_DATA && error.message[0] != '\0'));
        CU_ASSERT((access(fixture_path("out.h5"), F_OK) == 0) == (status == NN_OK));
        good += status == NN_OK;
        refused += status != NN_OK;
    }
    CU_ASSERT(good > 20 && refused > 20);
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(pairs_become_full_rows),
        NN_TEST(line_ends_and_byte_order_marks_change_nothing),
        NN_TEST(labels_that_are_no_classes_are_values),
        NN_TEST(long_files_keep_their_order),
        NN_TEST(what_is_wrong_is_told_with_its_line),
        NN_TEST(damaged_texts_end_in_a_sentence),
    };
    int code = nni_run_suite("import of SVMlight", tests, sizeof tests / sizeof *tests);
    const char *const names[] = {"train.svm", "test.svm", "out.h5"};
    for (size_t i = 0; i < 3; i++)
        unlink(fixture_path(names[i]));
    return fixture_end(NULL) ? code : 1;
}
