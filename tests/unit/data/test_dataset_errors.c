/* SPDX-License-Identifier: MIT */
/* What can be wrong with a file, and that all ranks are told alike and none is left waiting. Run by mpirun at several
 * rank counts. */
#include <math.h>
#include <signal.h>
#include <sys/stat.h>

#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "hdf5/process/guard.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 37, HEIGHT = 3, WIDTH = 4, FEATURES = HEIGHT * WIDTH, SLICES = 11 };

static const fixture_storage contiguous = {{0}, 0, false};

static void write_x(hid_t file, const char *name, hid_t type, size_t rows, fixture_storage storage)
{
    double values[ROWS * FEATURES];
    const hsize_t extent[3] = {rows, HEIGHT, WIDTH};
    if (file < 0)
        return;
    for (size_t i = 0; i < rows * FEATURES; i++)
        values[i] = (double)(i % 128);
    fixture_dataset(file, name, type, H5T_NATIVE_DOUBLE, 3, extent, storage, values);
}

/* All ranks fail alike, with words that the message must hold. */
static void expect_failure_of(nni_dataset_spec spec, size_t slices, nn_status expected, const char *words,
                              const char *more_words)
{
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    CU_ASSERT_EQUAL(nni_dataset_open(&spec, slices, true, comm, &dataset, &error), expected);
    bool said = strstr(error.message, words) && strstr(error.message, more_words);
    if (!said)
        fprintf(stderr, "expected \"%s\" and \"%s\" in: %s\n", words, more_words, error.message);
    CU_ASSERT(said);
    CU_ASSERT_PTR_NULL(dataset);
    nn_error first = error;
    nn_comm_broadcast(comm, &first, sizeof first, NULL);
    CU_ASSERT_STRING_EQUAL(first.message, error.message);
}

static void expect_failure(const char *file, const char *x, const char *y, size_t slices, nn_status expected,
                           const char *words, const char *more_words)
{
    expect_failure_of((nni_dataset_spec){.file = fixture_path(file), .x = x, .y = y}, slices, expected, words,
                      more_words);
}

static void write_text_file(const char *name, const char *text)
{
    if (comm->rank == 0) {
        FILE *file = fopen(fixture_path(name), "w");
        fputs(text, file);
        fclose(file);
    }
    nn_comm_barrier(comm, NULL);
}

static void a_path_that_is_no_hdf5_file_is_told(void)
{
    expect_failure("absent.h5", "x", NULL, SLICES, NN_DATA, "there is no file ", "");
    expect_failure(".", "x", NULL, SLICES, NN_DATA, "is a folder", "");
    write_text_file("text.h5", "x,y\n1,2\n");
    expect_failure("text.h5", "x", NULL, SLICES, NN_DATA, "text.h5 is not an HDF5 file", "");
    expect_failure("text.h5/x", "x", NULL, SLICES, NN_DATA, "cannot be read: Not a directory", "");
    write_text_file("text.h5", "");
    expect_failure("text.h5", "x", NULL, SLICES, NN_DATA, "is empty", "");
    fixture_remove_file(comm, "text.h5");
}

static void a_truncated_file_is_told(void)
{
    hid_t file = fixture_begin_file(comm, "cut.h5");
    write_x(file, "x", H5T_IEEE_F64LE, ROWS, contiguous);
    fixture_end_file(comm, file);
    struct stat facts;
    if (comm->rank == 0 && stat(fixture_path("cut.h5"), &facts) == 0)
        CU_ASSERT_EQUAL(truncate(fixture_path("cut.h5"), facts.st_size - 100), 0);
    nn_comm_barrier(comm, NULL);
    expect_failure("cut.h5", "x", NULL, SLICES, NN_DATA, "cut.h5 is truncated", "");
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0)
        CU_ASSERT_EQUAL(truncate(fixture_path("cut.h5"), 60), 0);
    nn_comm_barrier(comm, NULL);
    expect_failure("cut.h5", "x", NULL, SLICES, NN_DATA, "cut.h5 is ", "(HDF5: ");
    fixture_remove_file(comm, "cut.h5");
}

static void a_missing_dataset_is_told_with_those_there_are(void)
{
    hid_t file = fixture_begin_file(comm, "names.h5");
    write_x(file, "train/x", H5T_STD_U8LE, ROWS, contiguous);
    write_x(file, "test/x", H5T_STD_U8LE, ROWS, contiguous);
    fixture_end_file(comm, file);
    expect_failure("names.h5", "/train/z", NULL, SLICES, NN_DATA, "/train/z does not exist", "/test/x, /train/x");
    expect_failure("names.h5", "/a/b", NULL, SLICES, NN_DATA, "/a/b does not exist", "/test/x, /train/x");
    expect_failure("names.h5", "/train", NULL, SLICES, NN_DATA, "/train is a group", "/train/x");
    expect_failure("names.h5", "/train/x", "/train/y", SLICES, NN_DATA, "/train/y does not exist", "/train/x");
    fixture_remove_file(comm, "names.h5");
    fixture_end_file(comm, fixture_begin_file(comm, "names.h5"));
    expect_failure("names.h5", "x", NULL, SLICES, NN_DATA, "x does not exist", "holds no datasets");
    fixture_remove_file(comm, "names.h5");
}

static void types_and_shapes_that_are_no_rows_of_numbers_are_told(void)
{
    hid_t file = fixture_begin_file(comm, "shapes.h5");
    if (file >= 0) {
        const hsize_t none[2] = {0, 4}, narrow[2] = {ROWS, 0}, cube[3] = {ROWS, 2, 2}, one[1] = {ROWS};
        hid_t text = H5Tcopy(H5T_C_S1);
        H5Tset_size(text, 8);
        fixture_dataset(file, "text", text, text, 1, one, contiguous, NULL);
        H5Tclose(text);
        fixture_dataset(file, "scalar", H5T_STD_U8LE, H5T_NATIVE_UINT8, 0, NULL, contiguous, NULL);
        fixture_dataset(file, "none", H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, none, contiguous, NULL);
        fixture_dataset(file, "narrow", H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, narrow, contiguous, NULL);
        fixture_dataset(file, "cube", H5T_STD_U8LE, H5T_NATIVE_UINT8, 3, cube, contiguous, NULL);
    }
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    write_x(file, "short", H5T_STD_U8LE, ROWS - 1, contiguous);
    fixture_end_file(comm, file);
    expect_failure("shapes.h5", "text", NULL, SLICES, NN_DATA, "text holds text", "integers or floats");
    expect_failure("shapes.h5", "scalar", NULL, SLICES, NN_DATA, "scalar is a single value", "rows");
    expect_failure("shapes.h5", "none", NULL, SLICES, NN_DATA, "none has no rows", "");
    expect_failure("shapes.h5", "narrow", NULL, SLICES, NN_DATA, "narrow has rows without values", "");
    expect_failure("shapes.h5", "x", "cube", SLICES, NN_DATA, "cube has 3 dimensions", "[rows, outputs]");
    expect_failure("shapes.h5", "x", "short", SLICES, NN_DATA, "x has 37 rows but short has 36", "one target");
    fixture_remove_file(comm, "shapes.h5");
}

static void claims_beyond_the_file_are_told_before_memory_is_taken(void)
{
    hid_t file = fixture_begin_file(comm, "claims.h5");
    if (file >= 0) {
        const hsize_t huge[2] = {(hsize_t)1 << 40, 1000}, more[3] = {(hsize_t)1 << 40, (hsize_t)1 << 20, 1000};
        const fixture_storage chunked = {{1000, 1000, 1}, 1, false};
        fixture_dataset(file, "huge", H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, huge, chunked, NULL);
        fixture_dataset(file, "more", H5T_STD_U8LE, H5T_NATIVE_UINT8, 3, more, chunked, NULL);
    }
    fixture_end_file(comm, file);
    expect_failure("claims.h5", "huge", NULL, SLICES, NN_DATA, "huge claims 1099511627776 rows of 1000 values",
                   "only 0 bytes");
    expect_failure("claims.h5", "more", NULL, SLICES, NN_DATA, "more claims 1099511627776 rows", "memory can address");
    fixture_remove_file(comm, "claims.h5");
}

static void write_one_odd_value(const char *name, size_t row, size_t column, double value)
{
    double values[ROWS * FEATURES] = {0};
    const hsize_t extent[2] = {ROWS, FEATURES};
    hid_t file = fixture_begin_file(comm, name);
    if (file >= 0) {
        values[row * FEATURES + column] = value;
        fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, contiguous, values);
    }
    fixture_end_file(comm, file);
}

static void values_that_are_not_finite_are_told_with_their_row(void)
{
    write_one_odd_value("odd.h5", 35, 2, NAN);
    expect_failure("odd.h5", "x", NULL, SLICES, NN_DATA, "row 35 of x holds NaN at position 2", "odd.h5");
    write_one_odd_value("odd.h5", 0, 11, -INFINITY);
    expect_failure("odd.h5", "x", NULL, SLICES, NN_DATA, "row 0 of x holds an infinite value at position 11", "");
    fixture_remove_file(comm, "odd.h5");
}

static void classes_out_of_range_are_told_with_their_row(void)
{
    const int64_t odd[] = {-1, INT64_C(1) << 40};
    const char *const words[] = {"row 30 of y is class -1", "row 30 of y is class 1099511627776"};
    for (int i = 0; i < 2; i++) {
        hid_t file = fixture_begin_file(comm, "classes.h5");
        write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
        if (file >= 0) {
            int64_t values[ROWS] = {0};
            const hsize_t extent[1] = {ROWS};
            values[30] = odd[i];
            fixture_dataset(file, "y", H5T_STD_I64LE, H5T_NATIVE_INT64, 1, extent, contiguous, values);
        }
        fixture_end_file(comm, file);
        expect_failure("classes.h5", "x", "y", SLICES, NN_DATA, words[i], "numbered from 0");
        fixture_remove_file(comm, "classes.h5");
    }
}

static void weights_that_are_none_are_told(void)
{
    const double odd[] = {-0.5, INFINITY, NAN};
    const char *const words[] = {"row 30 of w is -0.5", "row 30 of w holds an infinite value", "row 30 of w holds NaN"};
    for (int i = 0; i < 3; i++) {
        hid_t file = fixture_begin_file(comm, "weights.h5");
        write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
        write_x(file, "short", H5T_STD_U8LE, ROWS - 1, contiguous);
        if (file >= 0) {
            double values[ROWS] = {0};
            const hsize_t extent[1] = {ROWS};
            hid_t text = H5Tcopy(H5T_C_S1);
            values[30] = odd[i];
            fixture_dataset(file, "w", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, extent, contiguous, values);
            fixture_dataset(file, "text", text, text, 1, extent, contiguous, NULL);
            H5Tclose(text);
        }
        fixture_end_file(comm, file);
        const char *path = fixture_path("weights.h5");
        expect_failure_of((nni_dataset_spec){.file = path, .x = "x", .w = "w"}, SLICES, NN_DATA, words[i],
                          "weights.h5");
        expect_failure_of((nni_dataset_spec){.file = path, .x = "x", .w = "x"}, SLICES, NN_DATA,
                          "x has 12 values a row", "[rows]");
        expect_failure_of((nni_dataset_spec){.file = path, .x = "x", .w = "short"}, SLICES, NN_DATA, "short has 36",
                          "one weight");
        expect_failure_of((nni_dataset_spec){.file = path, .x = "x", .w = "text"}, SLICES, NN_DATA, "text holds text",
                          "");
        expect_failure_of((nni_dataset_spec){.file = path, .x = "x", .w = "none"}, SLICES, NN_DATA,
                          "none does not exist", "/w");
        fixture_remove_file(comm, "weights.h5");
    }
}

/* Overwrites one chunk's bytes, so that its checksum fails on the rank that reads it and on no other. */
static void damage_chunk(const char *path, hsize_t row)
{
    const char noise[16] = "not what it was";
    hsize_t at[3] = {row, 0, 0}, size = 0;
    haddr_t address = HADDR_UNDEF;
    unsigned mask = 0;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(file, "x", H5P_DEFAULT);
    CU_ASSERT(H5Dget_chunk_info_by_coord(dataset, at, &mask, &address, &size) >= 0);
    H5Dclose(dataset);
    H5Fclose(file);
    FILE *raw = fopen(path, "r+b");
    fseek(raw, (long)address, SEEK_SET);
    fwrite(noise, 1, sizeof noise, raw);
    fclose(raw);
}

static void a_damaged_chunk_on_one_rank_stops_all(void)
{
    hid_t file = fixture_begin_file(comm, "damaged.h5");
    write_x(file, "x", H5T_IEEE_F64LE, ROWS, (fixture_storage){{1, HEIGHT, WIDTH}, 1, true});
    fixture_end_file(comm, file);
    if (comm->rank == 0)
        damage_chunk(fixture_path("damaged.h5"), 20);
    nn_comm_barrier(comm, NULL);
    expect_failure("damaged.h5", "x", NULL, SLICES, NN_DATA, "of x cannot be read", "(HDF5: ");
    fixture_remove_file(comm, "damaged.h5");
}

static void more_ranks_than_slices_is_a_usage_error(void)
{
    hid_t file = fixture_begin_file(comm, "ranks.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    fixture_end_file(comm, file);
    char words[40];
    snprintf(words, sizeof words, "%d ranks cannot share %d slices", comm->size, comm->size - 1);
    expect_failure("ranks.h5", "x", NULL, (size_t)comm->size - 1, NN_USAGE, words, "");
    fixture_remove_file(comm, "ranks.h5");
}

static void fewer_rows_than_slices_are_told_where_every_slice_is_trained(void)
{
    hid_t file = fixture_begin_file(comm, "few.h5");
    write_x(file, "x", H5T_STD_U8LE, 2, contiguous);
    fixture_end_file(comm, file);
    expect_failure("few.h5", "x", NULL, SLICES, NN_DATA, "has 2 rows", "11 slices");
    fixture_remove_file(comm, "few.h5");
}

static void no_handle_stays_open(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static nn_status crash(void *context, nn_error *error)
{
    (void)error;
    raise(*(const int *)context);
    return NN_OK;
}

static nn_status succeed(void *context, nn_error *error)
{
    (void)context;
    return nn_fail(error, NN_USAGE, "as returned");
}

static void a_crash_inside_hdf5_is_an_error(void)
{
    int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    nn_error error = {0};
    CU_ASSERT_EQUAL(nni_hdf5_guard("a.h5", succeed, NULL, &error), NN_USAGE);
    CU_ASSERT_STRING_EQUAL(error.message, "as returned");
    CU_ASSERT(!nni_hdf5_is_lost());
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        CU_ASSERT_EQUAL(nni_hdf5_guard("a.h5", crash, &signals[i], &error), NN_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "a.h5 is damaged: HDF5 1."));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "crashed over it"));
        CU_ASSERT(nni_hdf5_is_lost());
    }
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(a_path_that_is_no_hdf5_file_is_told),
        NN_TEST(a_truncated_file_is_told),
        NN_TEST(a_missing_dataset_is_told_with_those_there_are),
        NN_TEST(types_and_shapes_that_are_no_rows_of_numbers_are_told),
        NN_TEST(claims_beyond_the_file_are_told_before_memory_is_taken),
        NN_TEST(values_that_are_not_finite_are_told_with_their_row),
        NN_TEST(classes_out_of_range_are_told_with_their_row),
        NN_TEST(weights_that_are_none_are_told),
        NN_TEST(a_damaged_chunk_on_one_rank_stops_all),
        NN_TEST(more_ranks_than_slices_is_a_usage_error),
        NN_TEST(fewer_rows_than_slices_are_told_where_every_slice_is_trained),
        NN_TEST(no_handle_stays_open),
        NN_TEST(a_crash_inside_hdf5_is_an_error), /* the last one: HDF5 is not called any more */
    };
    int code = nni_run_suite("dataset errors", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
