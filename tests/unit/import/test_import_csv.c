/* SPDX-License-Identifier: MIT */
/* Tables in text into HDF5. Run by mpirun at several rank counts. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "import/csv/csv.h"
#include "import/csv/date.h"
#include "nntrain/import.h"
#include "support/hdf5_fixture.h"
#include "support/next_random.h"
#include "support/suite.h"

static nn_comm *comm;

/* --- records and numbers --- */

static void fields_are_those_of_rfc_4180(void)
{
    static const struct {
        const char *text;
        size_t counts[4];         /* of the records; 0: there are no more */
        const char *first, *last; /* fields of the first record, as a reader shall have them */
    } cases[] = {
        {"a,b,c\n1,2,3\n", {3, 3}, "a", "c"},
        {"a,b\r\n1,2", {2, 2}, "a", "b"},
        {"\n\r\na\n\n\nb\n", {1, 1}, "a", "a"},
        {"\"x, y\",\"say \"\"hi\"\"\"\n", {2}, "x, y", "say \"hi\""},
        {"\"two\nlines\",2\n3,4\n", {2, 2}, "two\nlines", "2"},
        {",,\n,\n", {3, 2}, "", ""},
        {"\"\",1\n", {2}, "", "1"},
        {"a,b\r1,2\r\r3,4,5\r", {2, 2, 3}, "a", "b"},
        {"\"a\rb\",c\r1\n2,3\r\n4", {2, 1, 2, 1}, "a\rb", "c"},
        {"5\" pipe,1\n2,3\n", {2, 2}, "5\" pipe", "1"},
        {"\"open,1\n2,3\n", {NNI_CSV_UNCLOSED, 1}, NULL, NULL},
        {"\"a\"b,1\n2,3\n", {NNI_CSV_UNCLOSED, 2}, NULL, NULL},
        {"", {0}, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = strdup(cases[i].text); /* without a zero that a reader could stop at */
        const char *at = text, *end = text + strlen(text);
        for (size_t record = 0; record < 4; record++) {
            nni_csv_field fields[4];
            char copy[40];
            const size_t count = nni_csv_next(&at, end, ',', fields, 4);
            if (record == 0 && cases[i].first) {
                CU_ASSERT_EQUAL(nni_csv_copy(&fields[0], copy, sizeof copy), strlen(cases[i].first));
                CU_ASSERT_STRING_EQUAL(copy, cases[i].first);
                nni_csv_copy(&fields[count - 1], copy, sizeof copy);
                CU_ASSERT_STRING_EQUAL(copy, cases[i].last);
            }
            if (cases[i].counts[0] == NNI_CSV_UNCLOSED && record > 0)
                break; /* where it goes on after an open quote is anybody's guess */
            CU_ASSERT_EQUAL(count, cases[i].counts[record]);
            if (count == 0)
                break;
        }
        free(text);
    }
}

/* Counted apart from reading, so that they agree is no matter of course. */
static void records_and_lines_are_counted_as_they_are_read(void)
{
    static const char *const texts[] = {"",         "\n",          "a",        "a\n",        "a\r",         "a\r\nb",
                                        "\r\n\r\n", "a\rb\r\rc\r", "\ra\n\rb", "a\r\n\nb\n", "a,b\n\r\n,\r"};
    static const size_t lines[] = {0, 1, 0, 1, 1, 1, 2, 4, 3, 3, 3};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *text = strdup(texts[i]);
        const char *at = text, *end = text + strlen(text);
        size_t records = 0;
        while (nni_csv_next(&at, end, ',', NULL, 0) > 0)
            records++;
        CU_ASSERT_EQUAL(nni_csv_count_unquoted(text, end), records);
        CU_ASSERT_EQUAL(nni_csv_count_lines(text, end), lines[i]);
        free(text);
    }
}

static void check_number(const char *text)
{
    const char *stop = NULL, *end = text + strlen(text);
    double wide = 0;
    float value = 0;
    CU_ASSERT(nni_csv_number(text, end, &wide, &stop) && stop == end);
    CU_ASSERT(nni_csv_float(text, end, &value, &stop) && stop == end);
    const double expected_wide = strtod(text, NULL);
    const float expected = strtof(text, NULL);
    const bool same = memcmp(&wide, &expected_wide, sizeof wide) == 0 && memcmp(&value, &expected, sizeof value) == 0;
    if (!same)
        fprintf(stderr, "%s: %a, %a instead of %a, %a\n", text, wide, (double)value, expected_wide, (double)expected);
    CU_ASSERT(same);
}

/* The C library rounds correctly; texts are those that make others fail, and random ones. */
static void numbers_are_rounded_correctly(void)
{
    static const char *const hard[] = {"0",
                                       "-0",
                                       "1",
                                       "-1.5",
                                       "+2",
                                       ".5",
                                       "5.",
                                       "1e5",
                                       "1E-5",
                                       "1e+22",
                                       "1e23",
                                       "9007199254740993",
                                       "16777217",
                                       "1.00000005960464477539",
                                       "1.00000005960464477539062500001",
                                       "0.1",
                                       "3.4028235e38",
                                       "3.4028236e38",
                                       "1e39",
                                       "1.17549435e-38",
                                       "1e-45",
                                       "7e-46",
                                       "7.1e-46",
                                       "2.2250738585072011e-308",
                                       "4.9e-324",
                                       "1e400",
                                       "1e-400",
                                       "123456789012345678901234567890",
                                       "0.000000000000000000000000000000000000000000001401298464324817",
                                       "179769313486231580793e289",
                                       "8388608.5",
                                       "8388609.5",
                                       "33554433.0000000000000000000001"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        check_number(hard[i]);
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        float value;
        state = next_random(state);
        const uint32_t bits = (uint32_t)(state >> 32);
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        snprintf(text, sizeof text, "%.9g", (double)value);
        check_number(text);
        float back;
        const char *stop;
        CU_ASSERT(nni_csv_float(text, text + strlen(text), &back, &stop) && memcmp(&back, &value, sizeof back) == 0);
        snprintf(text, sizeof text, "%d.%08ue%d", (int)(state >> 58), (unsigned)(state >> 20) % 100000000,
                 (int)(state % 40) - 20);
        check_number(text);
    }
    static const char *const none[] = {"", "x", "-", ".", "e5", "--1", "1x", "1 2", "0x"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        const char *stop = NULL, *end = none[i] + strlen(none[i]);
        double value;
        CU_ASSERT(!(nni_csv_number(none[i], end, &value, &stop) && stop == end));
    }
}

/* --- files --- */

static void write_text(const char *name, const char *text, size_t size)
{
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0) {
        FILE *file = fopen(fixture_path(name), "wb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        fwrite(text, 1, size, file);
        fclose(file);
    }
    nn_comm_barrier(comm, NULL);
}

static nn_status import(nn_import_csv job, const char *train, const char *test, nn_import_csv_result *result,
                        nn_error *error)
{
    char train_path[300], test_path[300], output[300];
    snprintf(train_path, sizeof train_path, "%s", fixture_path(train));
    snprintf(test_path, sizeof test_path, "%s", fixture_path(test ? test : ""));
    snprintf(output, sizeof output, "%s", fixture_path("out.h5"));
    job.train = train_path;
    job.test = test ? test_path : NULL;
    job.delimiter = job.delimiter ? job.delimiter : ',';
    const nn_status status = nn_import_csv_file(&job, output, comm, result, error);
    nn_comm_barrier(comm, NULL);
    return status;
}

/* Values of a dataset of the output, read by every rank. */
static size_t read_values(const char *name, hid_t type, void *values)
{
    hid_t file = H5Fopen(fixture_path("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT),
          dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    CU_ASSERT(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    return (size_t)count;
}

static void check_texts(const char *name, const char *const *expected, size_t count)
{
    char texts[16][32] = {{0}};
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, sizeof texts[0]);
    H5Tset_cset(type, H5T_CSET_UTF8);
    CU_ASSERT_EQUAL(read_values(name, type, texts), count);
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_STRING_EQUAL(texts[i], expected[i]);
    H5Tclose(type);
}

static void columns_become_features_and_the_label_classes(void)
{
    static const char train[] =
        "age,color,\"size, cm\",animal\n1.5,red,10,cat\n2,\"blue\",-3e2,dog\n\n3.25,red,,bird\n";
    static const char test[] = "age,color,\"size, cm\",animal\r\n7,green,1,\"cow\"\r\n8,NA,2,cat";
    static const char *const features[] = {"age", "color=blue", "color=green", "color=red", "size, cm"};
    static const char *const classes[] = {"bird", "cat", "cow", "dog"};
    static const float expected[] = {1.5F, 0, 0, 1, 10, 2, 1, 0, 0, -300, 3.25F, 0, 0, 1, NAN};
    static const float expected_test[] = {7, 0, 1, 0, 1, 8, 0, 0, 0, 2};
    nn_import_csv_result result;
    nn_error error = {0};
    float x[32];
    int32_t y[8];
    write_text("a.csv", train, strlen(train));
    write_text("b.csv", test, strlen(test));
    CU_ASSERT_EQUAL_FATAL(
        import((nn_import_csv){.label = "animal", .missing = true}, "a.csv", "b.csv", &result, &error), NN_OK);
    CU_ASSERT(result.rows[0] == 3 && result.rows[1] == 2 && result.features == 5 && result.classes == 4);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 15);
    for (size_t i = 0; i < 15; i++)
        CU_ASSERT(x[i] == expected[i] || (isnan(x[i]) && isnan(expected[i])));
    CU_ASSERT_EQUAL(read_values("/test/x", H5T_NATIVE_FLOAT, x), 10);
    CU_ASSERT_EQUAL(memcmp(x, expected_test, sizeof expected_test), 0);
    CU_ASSERT_EQUAL(read_values("/train/y", H5T_NATIVE_INT32, y), 3);
    CU_ASSERT(y[0] == 1 && y[1] == 3 && y[2] == 0);
    CU_ASSERT_EQUAL(read_values("/test/y", H5T_NATIVE_INT32, y), 2);
    CU_ASSERT(y[0] == 2 && y[1] == 1);
    check_texts("/features", features, 5);
    check_texts("/classes", classes, 4);
}

static void labels_are_classes_or_values(void)
{
    static const char whole[] = "x,y\n1,3\n2,0\n", broken[] = "1,0.5\n2,-1\n";
    nn_import_csv_result result;
    int32_t class[2];
    float value[2];
    write_text("a.csv", whole, strlen(whole));
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = "y"}, "a.csv", NULL, &result, NULL), NN_OK);
    read_values("/train/y", H5T_NATIVE_INT32, class);
    CU_ASSERT(class[0] == 3 && class[1] == 0);
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = "1", .values = true}, "a.csv", NULL, &result, NULL), NN_OK);
    read_values("/train/y", H5T_NATIVE_FLOAT, value);
    CU_ASSERT(value[0] == 3 && value[1] == 0);
    write_text("a.csv", broken, strlen(broken));
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = "1"}, "a.csv", NULL, &result, NULL), NN_OK);
    read_values("/train/y", H5T_NATIVE_FLOAT, value);
    CU_ASSERT(value[0] == 0.5F && value[1] == -1);
}

/* Some megabytes, so that ranges begin within quotes, too; column 0 is the number of the row. */
static void rows_keep_their_order_whoever_makes_them(void)
{
    enum { ROWS = 60000, LINE = 80 };
    char *text = malloc((size_t)ROWS * LINE);
    size_t size = 0;
    for (int row = 0; row < ROWS; row++)
        size += (size_t)sprintf(text + size, "%d,%s,%g\n", row,
                                row % 3 == 0   ? "\"a quoted\n, field with \"\" and\n\n\nlines\""
                                : row % 3 == 1 ? "plain"
                                               : "\"\n\"",
                                row / 7.0);
    write_text("long.csv", text, size);
    free(text);
    nn_import_csv_result result;
    nn_error error = {0};
    static float x[ROWS * 5];
    const nn_status status =
        import((nn_import_csv){.compress = 1, .chunk_rows = 1000}, "long.csv", NULL, &result, &error);
    if (status != NN_OK)
        fprintf(stderr, "%s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    CU_ASSERT(result.rows[0] == ROWS && result.features == 5);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), ROWS * 5);
    bool same = true;
    for (size_t row = 0; row < ROWS; row++) {
        const float expected[] = {(float)row, row % 3 == 2, row % 3 == 0, row % 3 == 1};
        char third[32];
        snprintf(third, sizeof third, "%g", (double)row / 7.0);
        same = same && memcmp(x + row * 5, expected, sizeof expected) == 0 && x[row * 5 + 4] == strtof(third, NULL);
    }
    CU_ASSERT(same);
}

/* A file of some megabytes: what it begins with, what stands in column b of even and odd rows, what in column d, which
 * is dropped, of row 1, and what ends its lines. */
typedef struct long_file {
    const char *begin, *even, *odd, *stray, *newline;
} long_file;

static void check_rows(long_file file, bool skip_bad)
{
    enum { ROWS = 24000, LINE = 140 };
    char *text = malloc((size_t)ROWS * LINE);
    size_t size = (size_t)sprintf(text, "%s", file.begin);
    for (int row = 0; row < ROWS; row++)
        size += (size_t)sprintf(text + size, "%d,%s,%d.%060d,%s%s", row, row % 2 == 0 ? file.even : file.odd, row % 7,
                                0, row == 1 ? file.stray : "x", file.newline);
    write_text("long.csv", text, size);
    free(text);
    nn_import_csv_result result;
    nn_error error = {0};
    static float x[ROWS * 4];
    const nn_import_csv job = {.header = NN_CSV_HEADER_YES, .drop = "d", .skip_bad = skip_bad};
    CU_ASSERT_EQUAL_FATAL(import(job, "long.csv", NULL, &result, &error), NN_OK);
    CU_ASSERT(result.rows[0] == ROWS && result.bad[0] == 0 && result.features == 4);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), ROWS * 4);
    bool same = true;
    for (size_t row = 0; row < ROWS; row++) {
        const float expected[] = {(float)row, row % 2 == 0, row % 2 == 1, (float)(row % 7)};
        same = same && memcmp(x + row * 4, expected, sizeof expected) == 0;
    }
    CU_ASSERT(same);
}

/* Unix, Windows, and Macs of old; with a byte order mark, and with quotes that are none, alone and beside quoted fields
 * with lines in them. */
static void line_ends_and_stray_quotes_change_no_row(void)
{
    static const char *const newlines[] = {"\n", "\r\n", "\r", "\r\r", "\n\r\n"};
    for (size_t i = 0; i < sizeof newlines / sizeof *newlines; i++) {
        const char *end = newlines[i];
        check_rows((long_file){"\xEF\xBB\xBF"
                               "a,b,c,d\n",
                               "odd", "plain", "x", end},
                   false);
        check_rows((long_file){"a, b ,c,d\n", "\"k, \"\"l\"\"\"", "plain", "x", end}, false);
        check_rows((long_file){"a,b,c,d\n", "\"k,\nl,1,2\r\r\"", "plain", "5\" pipe", end}, i % 2 == 0);
    }
    check_rows((long_file){"a,5\" pipe,c,d\n", "odd", "plain", "x", "\n"}, false);
    check_rows((long_file){"a,5\" pipe,c,d\n", "\"even\"", "plain", "x", "\r\n"}, false);
    check_rows((long_file){"a,b,c,d\n", "odd", "plain", "5\" pipe", "\n"}, false);
    check_rows((long_file){"a,b,c,d\n", "\"\n4,odd\n1,odd,2,x\n\"", "plain", "5\" pipe", "\n"}, true);
    check_rows((long_file){"a,b,c,d\n", "\"\n4,odd\n1,odd,2,x\n\"", "plain", "5\" pipe", "\n"}, false);
}

static void names_are_those_of_the_header(void)
{
    static const char text[] = "\xEF\xBB\xBF age ,,\"c, d\"\n1,2,3\n";
    static const char *const features[] = {"age", "unnamed 1", "c, d"};
    nn_import_csv_result result;
    write_text("a.csv", text, strlen(text));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.label = NULL}, "a.csv", NULL, &result, NULL), NN_OK);
    check_texts("/features", features, 3);
}

/* The columns that are left of those of a table. */
static void check_dropped(const char *text, const char *drop, const char *const *left, size_t count)
{
    nn_import_csv_result result;
    nn_error error = {0};
    write_text("a.csv", text, strlen(text));
    const nn_import_csv job = {.header = NN_CSV_HEADER_YES, .drop = drop};
    CU_ASSERT_EQUAL_FATAL(import(job, "a.csv", NULL, &result, &error), NN_OK);
    check_texts("/features", left, count);
}

/* As pandas writes a table: its index has no name, its columns are numbers. */
static void columns_are_found_by_name_else_by_number(void)
{
    static const char pandas[] = ",0,1,2\n10,11,12,13\n", twice[] = "2, 0,0,b c\n1,2,3,4\n";
    check_dropped(pandas, "0", (const char *[]){"unnamed 0", "1", "2"}, 3);
    check_dropped(pandas, "column 0", (const char *[]){"0", "1", "2"}, 3);
    check_dropped(pandas, "unnamed 0", (const char *[]){"0", "1", "2"}, 3);
    check_dropped(pandas, "3", (const char *[]){"unnamed 0", "0", "1"}, 3);
    check_dropped(pandas, " 2 , column 0\t", (const char *[]){"0", "1"}, 2);
    check_dropped(twice, "column 1", (const char *[]){"2", "0", "b c"}, 3);
    check_dropped(twice, "column 2,1, b c", (const char *[]){"2"}, 1);
    check_dropped(twice, "2", (const char *[]){"0", "0", "b c"}, 3);
    check_dropped("a, y\n1,2\n", " y", (const char *[]){"a"}, 1);
    nn_import_csv_result result;
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = " y"}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(result.features, 1);
}

/* Whatever columns are called, the advice finds the one that is meant. */
static void advice_to_drop_a_column_finds_it(void)
{
    static const struct {
        const char *header, *drop;
    } cases[] = {
        {"1,names", "--drop names leaves"}, {"1,a name", "--drop 'a name' leaves"},
        {"1,\"a,b\"", "--drop 'column 1'"}, {"0,\"a,b\"", "--drop 1 leaves"},
        {"a,a", "--drop 1 leaves"},         {"1,", "--drop 'unnamed 1' leaves"},
        {"a,\xC3\xA4", "--drop \xC3\xA4 "}, {"a,\xE2\x80\xAEx", "--drop 1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[4000], told[1000] = "";
        size_t size = (size_t)sprintf(text, "%s\n", cases[i].header);
        for (int row = 0; row < 200; row++)
            size += (size_t)sprintf(text + size, "%d,name %d\n", row, row);
        FILE *log = tmpfile();
        nn_import_csv_result result;
        write_text("a.csv", text, size);
        const nn_import_csv job = {.header = NN_CSV_HEADER_YES, .report = log};
        CU_ASSERT_EQUAL_FATAL(import(job, "a.csv", NULL, &result, NULL), NN_OK);
        rewind(log);
        told[fread(told, 1, sizeof told - 1, log)] = '\0';
        fclose(log);
        CU_ASSERT(comm->rank != 0 || strstr(told, cases[i].drop));
    }
}

/* --- dates --- */

static void dates_are_read_where_everybody_reads_them_alike(void)
{
    static const struct {
        const char *text;
        double days, seconds;
        bool timed;
    } dates[] = {
        {"1970-01-01", 0, 0, false},
        {"2024-03-01", 19783, 0, false},
        {"2024-02-29", 19782, 0, false},
        {"1969-12-31", -1, 0, false},
        {"1900-03-01", -25508, 0, false},
        {"0001-01-01", -719162, 0, false},
        {"2000-02-29", 11016, 0, false},
        {"2024/3/1", 19783, 0, false},
        {"1.3.2024", 19783, 0, false},
        {" 01.03.2024 ", 19783, 0, false},
        {"01-Mar-2024", 19783, 0, false},
        {"1 march 2024", 19783, 0, false},
        {"Mar 1, 2024", 19783, 0, false},
        {"March 1 2024", 19783, 0, false},
        {"2024-03-01 14:05", 19783, 50700, true},
        {"2024-03-01T14:05:30.25", 19783, 50730.25, true},
        {"2024-03-01T14:05:30Z", 19783, 50730, true},
        {"2024-03-01 14:05:30 UTC", 19783, 50730, true},
        {"2024-03-01 14:05:30+01:00", 19783, 47130, true},
        {"2024-03-01 14:05:30-0130", 19783, 56130, true},
    };
    static const char *const others[] = {"2023-02-29", "2024-13-01", "2024-00-01", "2024-03-01x", "2024-03/01",
                                         "20240301",   "3/1/2024",   "1.3.24",     "24-03-01",    "2024-03-01 25:00",
                                         "1-Mrz-2024", "2024-03",    "",           "2024-03-01 1"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        nni_csv_date date;
        CU_ASSERT_FATAL(nni_csv_is_date(&(nni_csv_field){dates[i].text, strlen(dates[i].text), false}, &date));
        CU_ASSERT_EQUAL(date.days, dates[i].days);
        CU_ASSERT_DOUBLE_EQUAL(date.seconds, dates[i].seconds, 1e-9);
        CU_ASSERT_EQUAL(date.timed, dates[i].timed);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        nni_csv_date date;
        CU_ASSERT(!nni_csv_is_date(&(nni_csv_field){others[i], strlen(others[i]), false}, &date));
    }
    CU_ASSERT(nni_csv_is_ambiguous_date(&(nni_csv_field){"3/1/2024", 8, false}));
    CU_ASSERT(!nni_csv_is_ambiguous_date(&(nni_csv_field){"1.3.2024", 8, false}));
}

/* A float holds every day, but of today's seconds only every 128th. */
static void columns_of_dates_become_numbers(void)
{
    static const char days[] = "day,y\n2024-03-01,1\n2024-03-02,2\n2024-02-29T12:00,0\n",
                      times[] = "at,n,y\n2024-03-01 00:00:01,0.1,2024-03-01\n2024-03-01 00:00:02,0.2,2024-03-02\n",
                      far[] = "n\n1700000001\n1700000002\n";
    nn_import_csv_result result;
    double x[4];
    float y[2];
    write_text("a.csv", days, strlen(days));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.label = "y"}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(result.features, 1);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_DOUBLE, x), 3);
    /* One of three has a time: all become seconds. */
    CU_ASSERT(x[0] == 19783 * 86400.0 && x[1] == 19784 * 86400.0 && x[2] == 19782.5 * 86400);
    write_text("a.csv", times, strlen(times));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.label = "y"}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_DOUBLE, x), 4);
    CU_ASSERT(x[0] == 19783 * 86400.0 + 1 && x[1] == 0.1 && x[2] == 19783 * 86400.0 + 2 && x[3] == 0.2);
    read_values("/train/y", H5T_NATIVE_FLOAT, y);
    CU_ASSERT(y[0] == 19783 && y[1] == 19784);
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = "y", .texts = "at"}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(result.features, 3);
    write_text("a.csv", far, strlen(far));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.label = NULL}, "a.csv", NULL, &result, NULL), NN_OK);
    read_values("/train/x", H5T_NATIVE_DOUBLE, x);
    CU_ASSERT(x[0] == 1700000001 && x[1] == 1700000002);
}

/* --- the report --- */

static void check_report(const char *text, nn_import_csv job, const char *expected)
{
    char told[8000] = "";
    nn_import_csv_result result;
    nn_error error = {0};
    FILE *report = tmpfile();
    job.report = report;
    write_text("a.csv", text, strlen(text));
    CU_ASSERT_EQUAL(import(job, "a.csv", NULL, &result, &error), NN_OK);
    rewind(report);
    told[fread(told, 1, sizeof told - 1, report)] = '\0';
    fclose(report);
    if (comm->rank != 0)
        expected = "";
    if (strcmp(told, expected) != 0)
        fprintf(stderr, "expected:\n%s\ngot:\n%s\n%s\n", expected, told, error.message);
    CU_ASSERT_STRING_EQUAL(told, expected);
}

static void the_report_tells_what_became_of_every_column(void)
{
    static const char text[] = ",age,day,colour,id,empty,one,kind\n"
                               "0,1.5,2024-03-01,red,1,,7,cat\n"
                               "1,NA,2024-03-02,blue,2,,7,dog\n"
                               "2,2.5,2024-03-03,?,3,NA,7,cat\n"
                               "3,2.0,2024-03-07,red,4,,7,bird\n";
    static const char with_index[] = "columns  unnamed 0  dropped: an index without a name, which counts the rows\n"
                                     "         age        number, 1 missing\n"
                                     "         day        date -> days since 1970\n"
                                     "         colour     category, 2 levels -> 2 features, 1 missing\n"
                                     "         id         number\n"
                                     "         empty      dropped: empty\n"
                                     "         one        number, the same in every row: 7\n"
                                     "         kind       label: 3 classes: bird, cat, dog\n"
                                     "advice   numbers that are missing are NaN, which a training takes with "
                                     "data.impute: mean\n"
                                     "advice   column id counts the rows (1, 2, ...) and tells nothing of them; --drop "
                                     "id leaves it out\n";
    check_report(text, (nn_import_csv){.label = "kind", .missing = true}, with_index);
    check_report(
        "a,a,y\n1,2,0.5\n3,1,0.25\n", (nn_import_csv){.label = "y", .drop = "1"},
        "columns  a  number\n"
        "         a  dropped, as you say\n"
        "         y  label: values from 0.25 to 0.5\n"
        "advice   columns 0 and 1, counted from 0, are both called a; an option finds one by its number, as in "
        "--drop 1\n");
    check_report(
        "a,when\n1,3/1/2024\n3,3/2/2024\n", (nn_import_csv){.label = NULL},
        "columns  a     number\n"
        "         when  category, 2 levels -> 2 features\n"
        "advice   no column is the label, so there is no y; --label COLUMN names it\n"
        "advice   column when has 2 levels, a feature each, of dates whose day and month may change places; as "
        "2024-03-01 they become numbers; --drop when leaves it out\n");
}

/* 200 numbers, of which one is the label in another unit, a category that renames it, and an identifier. */
static void long_reports_are_cut_and_leaks_are_told(void)
{
    enum { NUMBERS = 200, ROWS = 60 };
    static char text[NUMBERS * ROWS * 8];
    char expected[4000];
    size_t size = 0, length = 0;
    for (int c = 0; c < NUMBERS; c++)
        size += (size_t)sprintf(text + size, "n%d,", c);
    size += (size_t)sprintf(text + size, "same,name,grade,y\n");
    for (int row = 0; row < ROWS; row++) {
        for (int c = 0; c < NUMBERS; c++)
            size += (size_t)sprintf(text + size, "%d,", (row + 1) * (c + 5) % 211);
        size += (size_t)sprintf(text + size, "%d.5,name %d,%c,%d\n", 10 - 3 * (row % 3), row, 'x' + row % 3, row % 3);
    }
    for (int c = 0; c < 26; c++)
        length +=
            (size_t)sprintf(expected + length, "%-8s %-5s  number\n", c == 0 ? "columns" : "",
                            (char[8]){'n', (char)(c < 10 ? '0' + c : '0' + c / 10), c < 10 ? 0 : (char)('0' + c % 10)});
    sprintf(
        expected + length,
        "         name   category, 60 levels -> 60 features\n"
        "         grade  category, 3 levels -> 3 features\n"
        "         y      label: whole numbers, so classes, 0 to 2\n"
        "         ... and 175 more numbers\n"
        "advice   column name has 60 levels, a feature each, most of them in one row alone, as identifiers are; "
        "--drop name leaves it out\n"
        "advice   column same gives the label away: they correlate with -1.0000; where it is not known before the "
        "label is, leave it out by --drop same\n"
        "advice   column grade gives the label away: each of its levels has one class; where it is not known before "
        "the label is, leave it out by --drop grade\n");
    check_report(text, (nn_import_csv){.label = "y"}, expected);
}

static void tables_of_one_column_are_read_where_the_text_or_an_option_says_so(void)
{
    static const char *const plain[] = {"full name\nJohn Smith\nJane Doe\n",
                                        "\"full, name\"\n\"Smith, J\"\n\"Doe, J\"\n", "day\nMon 12:00\nTue 12:00\n"};
    static const char numbers[] = "\"a;b\"\n7\n8\n", parted[] = "a;b\nc;d\nc;e\n";
    nn_import_csv_result result;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        write_text("a.csv", plain[i], strlen(plain[i]));
        CU_ASSERT_EQUAL(import((nn_import_csv){.label = NULL}, "a.csv", NULL, &result, NULL), NN_OK);
        CU_ASSERT(result.rows[0] == 2 && result.features == 2);
    }
    write_text("a.csv", numbers, strlen(numbers));
    CU_ASSERT_EQUAL(import((nn_import_csv){.label = NULL}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT(result.rows[0] == 2 && result.features == 1);
    write_text("a.csv", parted, strlen(parted));
    CU_ASSERT_EQUAL(import((nn_import_csv){.one_column = true}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT(result.rows[0] == 2 && result.features == 2);
}

/* Sets of numbers are texts where the user says so, as a feature and as a label. */
static void texts_that_look_like_numbers_are_texts_where_asked_for(void)
{
    static const char text[] = "a,b\n\"1,2\",1\n\"1,2,3\",2\n";
    static const char *const features[] = {"a=1,2", "a=1,2,3", "b"}, *const classes[] = {"1,2", "1,2,3"};
    nn_import_csv_result result;
    write_text("a.csv", text, strlen(text));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.texts = "a"}, "a.csv", NULL, &result, NULL), NN_OK);
    check_texts("/features", features, 3);
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.texts = "a", .label = "a"}, "a.csv", NULL, &result, NULL), NN_OK);
    check_texts("/classes", classes, 2);
}

static void decimal_commas_are_read_where_asked_for(void)
{
    static const char text[] = "a;b;y\n1,5;-2,25e1;0\n\"3\";,5;1\n";
    static const float expected[] = {1.5F, -22.5F, 3, 0.5F};
    nn_import_csv_result result;
    float x[4];
    write_text("a.csv", text, strlen(text));
    CU_ASSERT_EQUAL_FATAL(
        import((nn_import_csv){.label = "y", .delimiter = ';', .decimal = ','}, "a.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 4);
    CU_ASSERT_EQUAL(memcmp(x, expected, sizeof expected), 0);
}

static void expect_failure_of(const char *text, size_t size, nn_import_csv job, nn_status status, const char *words)
{
    nn_import_csv_result result;
    nn_error error = {0};
    write_text("wrong.csv", text, size);
    unlink(fixture_path("out.h5"));
    nn_comm_barrier(comm, NULL);
    CU_ASSERT_EQUAL(import(job, "wrong.csv", NULL, &result, &error), status);
    const bool said = strstr(error.message, words) != NULL;
    if (!said)
        fprintf(stderr, "expected '%s' in: %s\n", words, error.message);
    CU_ASSERT(said);
    CU_ASSERT(access(fixture_path("out.h5"), F_OK) != 0);
}

static void expect_failure(const char *text, nn_import_csv job, nn_status status, const char *words)
{
    expect_failure_of(text, strlen(text), job, status, words);
}

/* What other programs call a table. */
static void foreign_texts_are_told_with_the_mend(void)
{
    const nn_import_csv plain = {.label = NULL}, label = {.label = "b"}, semicolon = {.delimiter = ';'},
                        tab = {.delimiter = '\t'};
    static const char utf16[] = "\xFF\xFE"
                                "a\0,\0b\0\n\0",
                      bare[] = "a\0,\0b\0\n\0", binary[] = "a,b\n1,\0\n", late[] = "b,c\nx,1\ny\0,2\ny\0z,3\n";
    expect_failure_of(utf16, sizeof utf16 - 1, plain, NN_DATA, "is UTF-16 text; save it as UTF-8");
    expect_failure_of(bare, sizeof bare - 1, plain, NN_DATA, "is no text, or UTF-16, which iconv");
    expect_failure_of(binary, sizeof binary - 1, plain, NN_DATA, "is no text: byte 6 is NUL");
    expect_failure_of("PK\3\4", 4, plain, NN_DATA, "is a ZIP archive, as spreadsheets are");
    expect_failure_of("BZh9", 4, plain, NN_DATA, "is packed by bzip2");
    char *far = malloc(10000); /* behind what is looked at for binary files */
    size_t size = 0;
    while (size < 9000)
        size += (size_t)sprintf(far + size, "x,1\n");
    memcpy(far + size, late + 4, sizeof late - 5);
    expect_failure_of(far, size + sizeof late - 5, plain, NN_DATA, "with a NUL byte behind it");
    free(far);
    expect_failure("a;b;c\n1;2;3\n", plain, NN_USAGE, "has one column by the delimiter ',', but 3 by ';'");
    expect_failure("a;b;c\n1,5;2,5;3\n", plain, NN_USAGE, "say --delimiter ';'");
    expect_failure("a\tb\n1\t2\n", plain, NN_USAGE, "say --delimiter '\\t', or --delimiter ',' where one is meant");
    expect_failure("x y\n1 2\n3 4\n", tab, NN_USAGE,
                   "has one column by the delimiter '\\t', but 2 by ' '; say --delimiter ' ', or --delimiter '\\t'");
    expect_failure("\"a,b,c\"\n\"1,2,3\"\n", plain, NN_DATA, "holds '1,2,3', with commas: write it without them");
    expect_failure("a;b\n1,5;2,5\n", semicolon, NN_DATA,
                   "line 2: column a holds '1,5', with a comma: --decimal , reads it as a decimal point, or --texts a "
                   "takes it as a text");
    expect_failure("a;b\n1,234,567;2\n", semicolon, NN_DATA,
                   "column a holds '1,234,567', with commas: write it without them, or --texts a takes it as a text");
    expect_failure("a;b\n1,234,567;2\n", (nn_import_csv){.delimiter = ';', .decimal = ','}, NN_DATA,
                   "with commas: write");
    expect_failure("a,b\n1,2\n3,caf\xE9\n4,x\n5,y\n", label, NN_DATA, "', which is no UTF-8; iconv");
    expect_failure("a\xE9,b\n1,2\n", label, NN_DATA, "the name of column 0");
    expect_failure("b,b\n1,2\n", label, NN_USAGE, "--label: ");
    expect_failure("a,b\n1,2\n", (nn_import_csv){.drop = "a,z"}, NN_USAGE, "has no column z");
    expect_failure("b,b\n1,2\n", (nn_import_csv){.drop = "b"}, NN_USAGE,
                   "has several columns b; name it by its number, counted from 0, as in --drop 0");
    expect_failure("2,1,1\n1,2,3\n", (nn_import_csv){.header = NN_CSV_HEADER_YES, .drop = " 1"}, NN_USAGE,
                   "has several columns 1; name it by its number, counted from 0, as in --drop 'column 1'");
    expect_failure(
        "a,b,\n1,2,\n1,,\n", plain, NN_DATA,
        "line 3: column b holds '', where a number is missing; --missing nan keeps it for data.impute: mean, "
        "--drop b leaves the column out");
    expect_failure("a,day\n1,2024-03-01\n2,2024-02-30\n3,2024-03-03\n", plain, NN_DATA,
                   "line 3: column day holds '2024-02-30', which is no date such as 2024-03-01; --texts day takes the "
                   "column as texts");
}

/* 65 MiB in a field, with and without quotes; before, a record was looked for at every one of its MiBs up to its end.
 */
static void records_beyond_64_mib_are_told(void)
{
    const size_t size = (size_t)65 << 20;
    char *text = malloc(size + 32);
    memset(text, '1', size + 32);
    memcpy(text, "a,b\n1,2\n3,", 10);
    memcpy(text + size, "1\n4,5\n", 6);
    expect_failure_of(text, size + 6, (nn_import_csv){.label = NULL}, NN_DATA,
                      "1 record is malformed, the first in line 3: the record is longer than 64 MiB");
    text[10] = '"';
    expect_failure_of(text, size + 6, (nn_import_csv){.label = NULL}, NN_DATA,
                      "1 record is malformed, the first in line 3: the record is longer than 64 MiB");
    memset(text, '1', 10);
    expect_failure_of(text, size, (nn_import_csv){.label = NULL}, NN_DATA, "its first record is longer than 64 MiB");
    free(text);
}

static void what_is_wrong_is_told_with_its_line(void)
{
    const nn_import_csv plain = {.label = NULL}, label = {.label = "b"};
    expect_failure("", plain, NN_DATA, "is empty");
    expect_failure("\n\n", plain, NN_DATA, "holds no records");
    expect_failure("a,b\n", plain, NN_DATA, "holds no sound record");
    expect_failure("a,b\n1,2\n\n3\n4,5\n", plain, NN_DATA,
                   "1 record is malformed, the first in line 4: 1 fields instead of 2");
    expect_failure("a,b\n1,2\n3,x\n4,y\n5,6\n7,8\n", plain, NN_DATA,
                   "2 records are malformed, the first in line 3: column b holds 'x', which is no number");
    expect_failure("a,b\n1,2\n3,\n4,5\n", plain, NN_DATA, "line 3: column b holds '', where a number is missing");
    expect_failure("a,b\n1,1e39\n3,2\n", plain, NN_DATA, "line 2: column b holds '1e39'");
    expect_failure("a,b\n1,2\n3,2.5\n", (nn_import_csv){.label = "a", .values = true, .drop = "c"}, NN_USAGE,
                   "--drop: ");
    expect_failure("a,b\n1,2\n", (nn_import_csv){.label = "z"}, NN_USAGE, "has no column z; it has a, b");
    expect_failure("a,b\n1,0\n2,\n", label, NN_DATA, "line 3: column b holds '', which is no class");
    expect_failure("a,b\n1,\"x\n2,3\n", plain, NN_DATA, "a quote is not closed");
}

static void records_with_errors_may_be_left_out(void)
{
    static const char text[] = "a,b\n1,2\nbad\n3,x\n5,6\n7,8,9\n";
    static const float expected[] = {1, 2, 5, 6};
    nn_import_csv_result result;
    char told[2000] = "";
    float x[8];
    FILE *log = tmpfile();
    write_text("bad.csv", text, strlen(text));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.skip_bad = true, .log = log}, "bad.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT(result.rows[0] == 2 && result.bad[0] == 3);
    CU_ASSERT_EQUAL(read_values("/train/x", H5T_NATIVE_FLOAT, x), 4);
    CU_ASSERT_EQUAL(memcmp(x, expected, sizeof expected), 0);
    rewind(log);
    told[fread(told, 1, sizeof told - 1, log)] = '\0';
    fclose(log);
    if (comm->rank == 0) {
        CU_ASSERT_PTR_NOT_NULL(strstr(told, "bad.csv:3: 1 fields instead of 2\n"));
        CU_ASSERT_PTR_NOT_NULL(strstr(told, "bad.csv:4: column b holds 'x'"));
        CU_ASSERT_PTR_NOT_NULL(strstr(told, "bad.csv:6: 3 fields instead of 2\n"));
    } else {
        CU_ASSERT_STRING_EQUAL(told, "");
    }
}

/* A quote that is really open is told once, though the ranges are then looked at twice. */
static void open_quotes_are_told_once(void)
{
    static const char text[] = "a,b\n1,2\n3,\"x\ny\"z\n5,6\n7\n";
    nn_import_csv_result result;
    write_text("bad.csv", text, strlen(text));
    CU_ASSERT_EQUAL_FATAL(import((nn_import_csv){.skip_bad = true}, "bad.csv", NULL, &result, NULL), NN_OK);
    CU_ASSERT(result.rows[0] == 2 && result.bad[0] == 2);
    expect_failure(text, (nn_import_csv){.label = NULL}, NN_DATA,
                   "2 records are malformed, the first in line 3: a quote");
}

/* Bytes changed, left out and put in: a sentence or success, and never a file that is half there. */
static void damaged_texts_end_in_a_sentence(void)
{
    static const char text[] =
        "age,color,\"size, cm\",animal\n1.5,red,10,cat\n2,\"bl\"\"ue\",-3e2,dog\n\n3.25,red,7,bird\n"
        "4e1,red,1,cat\n5,blue,2.5,dog\n";
    uint64_t state = 7;
    size_t good = 0, refused = 0;
    for (int i = 0; i < 300; i++) {
        char damaged[sizeof text + 8];
        size_t size = strlen(text);
        memcpy(damaged, text, size);
        for (int change = 0; change < 1 + i % 4; change++) {
            state = next_random(state);
            const size_t at = (size_t)(state >> 33) % size;
            static const char bytes[] = "\",\n\r\0x9-.e \377\t";
            const char byte = bytes[(state >> 20) % (sizeof bytes - 1)];
            if ((state >> 50) % 8 == 0 && size > 1)
                size = at > 0 ? at : 1;
            else
                damaged[at] = byte;
        }
        nn_import_csv_result result;
        nn_error error = {0};
        write_text("damaged.csv", damaged, size);
        unlink(fixture_path("out.h5"));
        nn_comm_barrier(comm, NULL);
        const nn_status status = import((nn_import_csv){.label = i % 2 ? "animal" : NULL, .skip_bad = i % 3 == 0},
                                        "damaged.csv", NULL, &result, &error);
        CU_ASSERT(status == NN_OK || ((status == NN_DATA || status == NN_USAGE) && error.message[0] != '\0'));
        CU_ASSERT((access(fixture_path("out.h5"), F_OK) == 0) == (status == NN_OK));
        good += status == NN_OK;
        refused += status != NN_OK;
        nn_comm_barrier(comm, NULL);
    }
    CU_ASSERT(good > 20 && refused > 20);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(fields_are_those_of_rfc_4180),
        NN_TEST(records_and_lines_are_counted_as_they_are_read),
        NN_TEST(numbers_are_rounded_correctly),
        NN_TEST(columns_become_features_and_the_label_classes),
        NN_TEST(labels_are_classes_or_values),
        NN_TEST(rows_keep_their_order_whoever_makes_them),
        NN_TEST(line_ends_and_stray_quotes_change_no_row),
        NN_TEST(names_are_those_of_the_header),
        NN_TEST(columns_are_found_by_name_else_by_number),
        NN_TEST(advice_to_drop_a_column_finds_it),
        NN_TEST(dates_are_read_where_everybody_reads_them_alike),
        NN_TEST(columns_of_dates_become_numbers),
        NN_TEST(the_report_tells_what_became_of_every_column),
        NN_TEST(long_reports_are_cut_and_leaks_are_told),
        NN_TEST(tables_of_one_column_are_read_where_the_text_or_an_option_says_so),
        NN_TEST(texts_that_look_like_numbers_are_texts_where_asked_for),
        NN_TEST(decimal_commas_are_read_where_asked_for),
        NN_TEST(what_is_wrong_is_told_with_its_line),
        NN_TEST(foreign_texts_are_told_with_the_mend),
        NN_TEST(records_beyond_64_mib_are_told),
        NN_TEST(records_with_errors_may_be_left_out),
        NN_TEST(open_quotes_are_told_once),
        NN_TEST(damaged_texts_end_in_a_sentence),
    };
    int code = nni_run_suite("import of text", tests, sizeof tests / sizeof *tests);
    for (size_t i = 0; comm->rank == 0 && i < 6; i++) {
        static const char *const names[] = {"a.csv", "b.csv", "long.csv", "wrong.csv", "bad.csv", "damaged.csv"};
        unlink(fixture_path(names[i]));
        unlink(fixture_path("out.h5"));
    }
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
