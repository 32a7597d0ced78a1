#include "hdf5_fixture.h"
#include "nntrain/inspect.h"
#include "suite.h"

enum { ROWS = 20000, COLUMNS = 8 };

static float values[ROWS * COLUMNS];
static char *said;

/* What is said of a file with one dataset "x", [ROWS, COLUMNS] of `values`, stored so. */
static void inspect_stored(hid_t type, fixture_storage storage)
{
    hid_t file = H5Fcreate(fixture_path("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fixture_dataset(file, "x", type, H5T_NATIVE_FLOAT, 2, (hsize_t[]){ROWS, COLUMNS}, storage, values);
    H5Fclose(file);
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    nn_error error;
    CU_ASSERT_EQUAL(nn_inspect_data(fixture_path("x.h5"), out, &error), NN_OK);
    fclose(out);
    unlink(fixture_path("x.h5"));
}

static void expect_said(hid_t type, fixture_storage storage, const char *expected)
{
    inspect_stored(type, storage);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, expected));
    if (!strstr(said, expected))
        printf("\nno '%s' in:\n%s", expected, said);
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
        CU_ASSERT_PTR_NOT_NULL(strstr(said, "20000 x 8 float32"));
        CU_ASSERT_PTR_NULL(strstr(said, "advice"));
        free(said);
    }
    fill(1000);
    inspect_stored(H5T_STD_I64LE, (fixture_storage){.chunk = {0}});
    CU_ASSERT_PTR_NULL(strstr(said, "advice"));
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
    hid_t file = H5Fcreate(fixture_path("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t extent[] = {3 << 20, COLUMNS};
    fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent,
                    (fixture_storage){.chunk = {3 << 20, COLUMNS}}, NULL);
    H5Fclose(file);
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    nn_error error;
    CU_ASSERT_EQUAL(nn_inspect_data(fixture_path("x.h5"), out, &error), NN_OK);
    fclose(out);
    unlink(fixture_path("x.h5"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "a chunk of 96 MiB is read whole for a few rows"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "h5repack -l /x:CHUNK=32768x8 OLD.h5 NEW.h5"));
    free(said);
}

static void types_larger_than_their_values_are_told(void)
{
    const fixture_storage contiguous = {.chunk = {0}};
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
    hid_t file = H5Fcreate(fixture_path("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, (hsize_t[]){3}, (fixture_storage){.chunk = {0}},
                    tenths);
    H5Fclose(file);
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    nn_error error;
    CU_ASSERT_EQUAL(nn_inspect_data(fixture_path("x.h5"), out, &error), NN_OK);
    fclose(out);
    unlink(fixture_path("x.h5"));
    CU_ASSERT_PTR_NULL(strstr(said, "advice"));
    free(said);
}

static void files_that_cannot_be_read_are_told(void)
{
    nn_error error;
    CU_ASSERT_EQUAL(nn_inspect_data(fixture_path("missing.h5"), stdout, &error), NN_DATA);
    FILE *file = fopen(fixture_path("broken.h5"), "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite("\211HDF\r\n\032\n and no more", 1, 20, file);
    fclose(file);
    CU_ASSERT_EQUAL(nn_inspect_data(fixture_path("broken.h5"), stdout, &error), NN_DATA);
    unlink(fixture_path("broken.h5"));
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nn_test tests[] = {
        NN_TEST(sound_files_get_no_advice),
        NN_TEST(compression_is_told_by_its_ratio),
        NN_TEST(chunks_that_cost_are_told),
        NN_TEST(a_chunk_too_large_is_told),
        NN_TEST(types_larger_than_their_values_are_told),
        NN_TEST(float64_that_float32_rounds_is_left),
        NN_TEST(files_that_cannot_be_read_are_told),
    };
    int code = nn_run_suite("inspect", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
