/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "support/inspect_fixture.h"
#include "support/suite.h"

enum { ROWS = 20000, COLUMNS = 8 };

static float values[ROWS * COLUMNS];
static const fixture_storage contiguous;

/* What is said of a file with one dataset "x", [ROWS, COLUMNS] of `values`, stored so. */
static void inspect_stored(hid_t type, fixture_storage storage)
{
    hid_t file = create_file();
    fixture_dataset(file, "x", type, H5T_NATIVE_FLOAT, 2, (hsize_t[]){ROWS, COLUMNS}, storage, values);
    H5Fclose(file);
    inspect_file(&briefly);
}

static void expect_said(hid_t type, fixture_storage storage, const char *expected)
{
    inspect_stored(type, storage);
    contains(expected);
    free(said);
}

static void fill(float step)
{
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = (float)(i % 100) * step;
}

static void sound_files_get_no_advice(void)
{
    fill(0.5F);
    const fixture_storage sound[] = {
        {.chunk = {0}}, {.chunk = {4096, COLUMNS}}, {.chunk = {4096, COLUMNS}, .deflate = 4}};
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        inspect_stored(H5T_IEEE_F32LE, sound[i]);
        contains("20000 x 8 float32");
        lacks("advice");
        free(said);
    }
    fill(1000);
    inspect_stored(H5T_STD_I64LE, (fixture_storage){.chunk = {0}});
    lacks("advice");
    free(said);
}

static void compression_is_told_by_its_ratio(void)
{
    memset(values, 0, sizeof values);
    expect_said(H5T_IEEE_F32LE, (fixture_storage){.chunk = {4096, COLUMNS}, .deflate = 4}, "deflate, stored in 0.00");
}

static void chunks_that_cost_are_told(void)
{
    fill(0.5F);
    expect_said(H5T_IEEE_F32LE, (fixture_storage){.chunk = {ROWS, 1}},
                "each row lies in 8 chunks; store whole rows together: h5repack -l /x:CHUNK=20000x8 OLD.h5 NEW.h5");
    expect_said(H5T_IEEE_F32LE, (fixture_storage){.chunk = {10, COLUMNS}},
                "chunks of 320 bytes cost more to find than to read; make them larger: h5repack -l /x:CHUNK=20000x8");
}

static void a_chunk_too_large_is_told(void)
{
    hid_t file = create_file();
    const hsize_t extent[] = {3 << 20, COLUMNS};
    fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent,
                    (fixture_storage){.chunk = {3 << 20, COLUMNS}}, NULL);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("a chunk of 96 MiB is read whole for a few rows");
    contains("h5repack -l /x:CHUNK=32768x8 OLD.h5 NEW.h5");
    free(said);
}

static void types_larger_than_their_values_are_told(void)
{
    fill(1);
    expect_said(H5T_STD_I64LE, contiguous, "all values fit uint8, which takes 1/8 of the room");
    fill(-1);
    expect_said(H5T_STD_I64LE, contiguous, "all values fit int8, which takes 1/8 of the room");
    fill(500);
    expect_said(H5T_STD_U64LE, contiguous, "all values fit uint16, which takes 1/4 of the room");
    fill(-300);
    expect_said(H5T_STD_I64LE, contiguous, "all values fit int16, which takes 1/4 of the room");
    expect_said(H5T_IEEE_F64LE, contiguous, "float32 holds all values exactly in half the room");
    expect_said(H5T_IEEE_F32BE, contiguous, "big-endian values are converted at every reading");
}

static void float64_that_float32_rounds_is_left(void)
{
    const double tenths[] = {0.1, 0.2, 0.3};
    hid_t file = create_file();
    fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, (hsize_t[]){3}, (fixture_storage){.chunk = {0}},
                    tenths);
    H5Fclose(file);
    inspect_file(&briefly);
    lacks("advice");
    free(said);
}

/* Feature 1 of 3 has a NaN in row 2 and an infinity in row 3; feature 2 is constant. */
static hid_t create_three_features(void)
{
    const float rows[4][3] = {{1, 10, 5}, {2, 30, 5}, {3, NAN, 5}, {6, INFINITY, 5}};
    hid_t file = create_file();
    fixture_dataset(file, "some/x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){4, 3}, contiguous, rows);
    return file;
}

static void features_are_told_apart(void)
{
    H5Fclose(create_three_features());
    inspect_file(&briefly);
    contains("values from 1 to 30, 1 NaN, 1 infinite, the first in row 2\n");
    contains("feature       least        most        mean   deviation       NaN\n");
    contains(
        "      0           1           6           3      1.8708         0\n"); /* squares 4 + 1 + 0 + 9 of 4 rows */
    contains("      1          10          30          20          10         1\n");
    contains("      2           5           5           5           0         0\n");
    free(said);
}

static void write_names(hid_t file, const char *name, hid_t type, const void *names)
{
    fixture_dataset(file, name, type, type, 1, (hsize_t[]){3}, contiguous, names);
    H5Tclose(type);
}

static void features_have_the_names_beside_them(void)
{
    const char *const variable[] = {"width", "price\033[2J", "depth"};
    hid_t file = create_three_features();
    write_names(file, "features", text_type(5), "a\0\0\0\0b\0\0\0\0c\0\0\0\0"); /* those beside come first */
    write_names(file, "some/features", text_type(H5T_VARIABLE), variable);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("      0 width                  1           6           3");
    contains("      1 price\\x1b[2J          10          30          20");
    contains("      2 depth                  5           5           5");
    free(said);
}

static void features_have_the_names_of_the_root_or_an_attribute(void)
{
    hid_t file = create_three_features();
    write_names(file, "features", text_type(5), "widthhigh\0deep ");
    H5Fclose(file);
    inspect_file(&briefly);
    contains("      0 width           1 ");
    contains("      1 high           10 ");
    contains("      2 deep            5 ");
    free(said);

    file = create_three_features();
    hid_t type = text_type(2), space = H5Screate_simple(1, (hsize_t[]){3}, NULL);
    hid_t attribute = H5Acreate_by_name(file, "some/x", "columns", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, "a\0bbc\0");
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("      1 bb          10 ");
    free(said);
}

/* [ROWS / 4, 4, COLUMNS]: feature f goes from 0 to f; 0 is constant, and 7 has NaN. */
static void inspect_32_features(const nni_inspect_how *how)
{
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = i / 32 % 2 ? (float)(i % 32) : i % 32 == 7 ? NAN : 0;
    hid_t file = create_file();
    fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 3, (hsize_t[]){ROWS / 4, 4, COLUMNS}, contiguous,
                    values);
    H5Fclose(file);
    inspect_file(how);
}

static void many_features_take_one_line_unless_asked_for(void)
{
    inspect_32_features(&briefly);
    contains("32 features: 2 constant (0, 7), 1 with NaN, widest 31 (0 to 31), narrowest 1 (0 to 1); "
             "--features tells of each\n");
    free(said);
    inspect_32_features(&(nni_inspect_how){.features = true});
    contains("     31           0          31        15.5        15.5         0\n");
    contains("      7           7           7           7           0      2500\n");
    lacks("--features");
    free(said);
}

static void features_of_one_range_are_told_once(void)
{
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = (float)(i / 32 % 2 + i % 32);
    hid_t file = create_file();
    fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){ROWS / 4, 32}, contiguous, values);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("32 features: 0 constant, 0 with NaN, all others as wide as 0 (0 to 1); --features tells of each\n");
    free(said);
}

/* Rows of 3 x 70000 are read in pieces, and rows of 210000 are. */
static void wide_rows_are_read_in_pieces(void)
{
    enum { WIDE = 70000 };
    float *wide = calloc(2 * 3 * WIDE, sizeof *wide);
    wide[0] = -1;
    wide[3 * WIDE - 1] = 7;
    wide[3 * WIDE + 2 * WIDE - 1] = NAN;
    wide[2 * 3 * WIDE - 1] = 9;
    for (int dimensions = 2; dimensions <= 3; dimensions++) {
        hid_t file = create_file();
        fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, dimensions,
                        dimensions == 2 ? (hsize_t[]){2, 3 * WIDE} : (hsize_t[]){2, 3, WIDE}, contiguous, wide);
        H5Fclose(file);
        const nni_inspect_how every = {.features = true};
        inspect_file(dimensions == 2 ? &briefly : &every);
        contains("values from -1 to 9, 1 NaN, the first in row 1\n");
        contains(dimensions == 2 ? "210000 features, more than the 4096 told apart; --features tells of each\n"
                                 : " 209999           7           9           8           1         0\n");
        free(said);
    }
    free(wide);
}

/* 1.2e8 values that nothing is stored of, but a last row. */
static void all_values_are_looked_at_where_all_are_asked_for(void)
{
    enum { MANY = 120000000 };
    for (int all = 0; all < 2; all++) {
        hid_t file = create_file();
        const signed char last = 3;
        fixture_dataset(file, "x", H5T_STD_I8LE, H5T_NATIVE_SCHAR, 1, (hsize_t[]){MANY},
                        (fixture_storage){.chunk = {1 << 20}}, NULL);
        hid_t dataset = H5Dopen2(file, "x", H5P_DEFAULT), space = H5Dget_space(dataset);
        H5Sselect_elements(space, H5S_SELECT_SET, 1, (hsize_t[]){MANY - 1});
        hid_t one = H5Screate_simple(1, (hsize_t[]){1}, NULL);
        H5Dwrite(dataset, H5T_NATIVE_SCHAR, one, space, H5P_DEFAULT, &last);
        H5Sclose(one);
        H5Sclose(space);
        H5Dclose(dataset);
        H5Fclose(file);
        inspect_file(&(nni_inspect_how){.all = all});
        contains(all ? "values from 0 to 3\n"
                     : "values from 0 to 0 (of the first 67108864 rows; --all looks at all)\n");
        free(said);
    }
}

/* As a byte changed in a header has it: rows beyond any count, in chunks of a few, none of them there. */
static void values_that_were_never_written_are_not_looked_at(void)
{
    hid_t file = create_file();
    const fixture_storage small = {.chunk = {4, 3}};
    fixture_dataset(file, "numbers", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){(hsize_t)1 << 40, 3}, small,
                    NULL);
    hid_t text = text_type(8);
    fixture_dataset(file, "texts", text, text, 1, (hsize_t[]){(hsize_t)1 << 40}, (fixture_storage){.chunk = {4}}, NULL);
    H5Tclose(text);
    H5Fclose(file);
    inspect_file(&(nni_inspect_how){.all = true});
    contains("1099511627776 x 3 float32, chunks 4 x 3\n"
             "           only 0 bytes of it were ever written; its values are not looked at\n");
    contains("1099511627776 text of 8 bytes, chunks 4\n           only 0 bytes of it were ever written");
    free(said);
}

static void shipped_files_get_no_advice(void)
{
    const char *const shipped[] = {"digits/digits.h5", "theory/xor.h5", "theory/sine.h5", "theory/spirals.h5"};
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", NNTRAIN_DATASETS, shipped[i]);
        size_t length = 0;
        FILE *out = open_memstream(&said, &length);
        nn_error error;
        CU_ASSERT_EQUAL(nni_inspect_data(path, &briefly, out, &error), NN_OK);
        fclose(out);
        contains("dataset  /train/x\n");
        lacks("advice");
        free(said);
    }
}

static void features_that_hinder_are_told(void)
{
    H5Fclose(create_three_features());
    inspect_file(&briefly);
    contains("advice   training takes no NaN; where it stands for a missing value: data.impute: mean\n");
    contains("advice   training takes no infinite values;");
    contains("advice   1 feature is the same in all rows and tells nothing; leave out 2\n");
    lacks("drown");
    free(said);

    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        values[i] = i % COLUMNS == 1 ? (float)(i % 16) * 1e4F : i % COLUMNS == 6 ? (float)(i % 16) : 4;
    expect_said(
        H5T_IEEE_F32LE, contiguous,
        "advice   feature 1 deviates 1e+04 times as much as feature 6 and would drown it with data.normalize: none\n");
    expect_said(H5T_IEEE_F32LE, contiguous,
                "advice   6 features are the same in all rows and tell nothing; leave out 0, 2, 3, 4, 5, ...\n");
}

static void features_without_values_are_told(void)
{
    fill(0.5F);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        if (i % COLUMNS == 3 || i % COLUMNS == 5)
            values[i] = NAN;
    expect_said(H5T_IEEE_F32LE, contiguous,
                "advice   2 features have no value in any row, so data.impute has no mean to put there; leave out 3, "
                "5\n");
    expect_said(H5T_IEEE_F32LE, contiguous, "      3        none        none        none        none     20000\n");
}

static void pictures_may_have_corners_that_stay_dark(void)
{
    memset(values, 0, sizeof values);
    values[3] = 1;
    for (size_t i = 0; i < ROWS * COLUMNS; i += COLUMNS)
        values[i + 4] = (float)(i % 3) * 1000;
    hid_t file = create_file();
    fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 3, (hsize_t[]){ROWS, 2, COLUMNS / 2}, contiguous,
                    values);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("20000 x 2 x 4 float32");
    lacks("advice");
    free(said);
}

static void targets_of_other_rows_than_the_features_are_told(void)
{
    fill(0.5F);
    const hsize_t targets[] = {4, 5};
    for (size_t i = 0; i < 2; i++) {
        hid_t file = create_file();
        fixture_dataset(file, "train/x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){5, 3}, contiguous, values);
        fixture_dataset(file, "train/y", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 1, &targets[i], contiguous, values);
        H5Fclose(file);
        inspect_file(&briefly);
        if (targets[i] == 5)
            lacks("advice");
        else
            contains("advice   /train/y has 4 rows but /train/x has 5; each needs one of the other\n");
        free(said);
    }
}

static void one_hot_targets_are_told(void)
{
    memset(values, 0, sizeof values);
    for (size_t row = 0; row < ROWS; row++)
        values[row * COLUMNS + row % COLUMNS] = 1;
    for (int twice = 0; twice < 2; twice++) {
        values[COLUMNS] = (float)twice; /* two ones in row 1 */
        hid_t file = create_file();
        fixture_dataset(file, "y", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){ROWS, COLUMNS}, contiguous, values);
        H5Fclose(file);
        inspect_file(&briefly);
        if (twice)
            lacks("advice");
        else
            contains("advice   each row is a single 1 among zeros; integer classes take 1/8 of the room, or less\n");
        free(said);
    }
}

/* What is said of 1000 rows of classes, those that are not listed being 0. */
static void inspect_classes(size_t ones, size_t threes)
{
    unsigned char classes[1000] = {0};
    memset(classes, 1, ones);
    memset(classes + ones, 3, threes);
    hid_t file = create_file();
    fixture_dataset(file, "y", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 1, (hsize_t[]){1000}, contiguous, classes);
    H5Fclose(file);
    inspect_file(&briefly);
}

static void classes_that_are_rare_or_frequent_are_told(void)
{
    inspect_classes(400, 9);
    contains("rows of each class: 0: 591, 1: 400, 3: 9\n");
    contains("advice   1 class has fewer than 10 rows, too few to learn: 3 has 9; gather more\n");
    contains("advice   the 3 whole numbers 0, 1 and 3 are classes where the last layer is softmax over 3 units, values "
             "where it is 1 linear unit\n");
    lacks("flatter");
    free(said);
    inspect_classes(40, 0); /* weights 1000 / (2 * 960) and 1000 / (2 * 40) */
    contains("advice   class 0 has 96.0 % of the rows, so accuracy will flatter; loss with class_weights: [0.521, "
             "12.5]\n");
    lacks("fewer");
    free(said);
    inspect_classes(50, 0);
    lacks("advice");
    free(said);
}

static void labels_that_are_no_numbers_of_classes_are_told(void)
{
    double labels[100];
    const struct {
        hid_t type;
        double scale, offset;
        const char *told; /* NULL: nothing */
    } cases[] = {
        {H5T_STD_I32LE, 2, -1,
         "the 2 whole numbers -1 and 1 are classes where the last layer is softmax over 2 units, "
         "or a single sigmoid, values where"},
        {H5T_STD_I64LE, 1, 1e9, "the 2 whole numbers 1000000000 and 1000000001 are"},
        {H5T_IEEE_F64LE, 1, 0, "the 2 whole numbers 0 and 1 are classes where"},
        {H5T_IEEE_F32LE, 0.5, 0, NULL},
        {H5T_STD_I8LE, 1, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t row = 0; row < 100; row++)
            labels[row] = cases[i].offset + cases[i].scale * (double)(row % 2);
        hid_t file = create_file();
        fixture_dataset(file, "y", cases[i].type, H5T_NATIVE_DOUBLE, 1, (hsize_t[]){100}, contiguous, labels);
        H5Fclose(file);
        inspect_file(&briefly);
        if (cases[i].told)
            contains(cases[i].told);
        else
            lacks("classes where");
        free(said);
    }
}

/* 144 MB of x that nothing is stored of: more than the window. */
static void chunks_that_windows_unpack_again_are_told(void)
{
    const struct {
        fixture_storage storage;
        bool told;
    } cases[] = {{{.chunk = {1 << 17, COLUMNS}, .deflate = 1}, true},
                 {{.chunk = {1 << 17, COLUMNS}}, false},
                 {{.chunk = {1 << 16, COLUMNS}, .deflate = 1}, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file = create_file();
        fixture_dataset(file, "y", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){4500000, COLUMNS}, cases[i].storage,
                        NULL);
        H5Fclose(file);
        inspect_file(&briefly);
        if (cases[i].told)
            contains("advice   chunks of 131072 rows are unpacked again and again if the rows stay in the file and "
                     "are shuffled in windows; make chunks smaller: h5repack -l /y:CHUNK=32768x8 OLD.h5 NEW.h5\n");
        else
            lacks("advice");
        free(said);
    }
}

static void files_that_cannot_be_read_are_told(void)
{
    nn_error error;
    CU_ASSERT_EQUAL(nni_inspect_data(fixture_path("missing.h5"), &briefly, stdout, &error), NN_DATA);
    FILE *file = fopen(fixture_path("broken.h5"), "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite("\211HDF\r\n\032\n and no more", 1, 20, file);
    fclose(file);
    CU_ASSERT_EQUAL(nni_inspect_data(fixture_path("broken.h5"), &briefly, stdout, &error), NN_DATA);
    unlink(fixture_path("broken.h5"));
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(sound_files_get_no_advice),
        NN_TEST(compression_is_told_by_its_ratio),
        NN_TEST(chunks_that_cost_are_told),
        NN_TEST(a_chunk_too_large_is_told),
        NN_TEST(types_larger_than_their_values_are_told),
        NN_TEST(float64_that_float32_rounds_is_left),
        NN_TEST(features_are_told_apart),
        NN_TEST(features_have_the_names_beside_them),
        NN_TEST(features_have_the_names_of_the_root_or_an_attribute),
        NN_TEST(many_features_take_one_line_unless_asked_for),
        NN_TEST(features_of_one_range_are_told_once),
        NN_TEST(wide_rows_are_read_in_pieces),
        NN_TEST(all_values_are_looked_at_where_all_are_asked_for),
        NN_TEST(values_that_were_never_written_are_not_looked_at),
        NN_TEST(shipped_files_get_no_advice),
        NN_TEST(features_that_hinder_are_told),
        NN_TEST(features_without_values_are_told),
        NN_TEST(pictures_may_have_corners_that_stay_dark),
        NN_TEST(targets_of_other_rows_than_the_features_are_told),
        NN_TEST(one_hot_targets_are_told),
        NN_TEST(classes_that_are_rare_or_frequent_are_told),
        NN_TEST(labels_that_are_no_numbers_of_classes_are_told),
        NN_TEST(chunks_that_windows_unpack_again_are_told),
        NN_TEST(files_that_cannot_be_read_are_told),
    };
    int code = nni_run_suite("inspect", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
