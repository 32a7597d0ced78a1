/* SPDX-License-Identifier: MIT */
/* Rows that stay in the file: read again, they are those that memory would hold, dealt in the same order. Run by mpirun
 * at several rank counts. */
#include "data/dataset/cursor.h"
#include "data/dataset/dataset.h"
#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/loading/sampler.h"
#include "data/scaling/feature_scaling.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 3003, SLICES = 12, FEATURES = 12, OUTPUTS = 2, SEED = 5 };

/* What a file is made of. */
typedef struct form {
    const char *y, *w;
    hid_t x_type;        /* 0: uint8 */
    hsize_t chunk;       /* rows; 0: contiguous */
    size_t row_window;   /* rows of a slice; 0: all */
    nni_holdout test;    /* seed 0: none */
    nni_holdout carving; /* of what remains; seed 0: none */
} form;

static void write_file(const form *of)
{
    hid_t file = fixture_begin_file(comm, "rows.h5");
    if (file >= 0) {
        static double x[ROWS * FEATURES], values[ROWS * OUTPUTS];
        const hsize_t x_extent[2] = {ROWS, FEATURES}, y_extent[2] = {ROWS, OUTPUTS};
        const fixture_storage contiguous = {{0}, 0, false}, stored = {{of->chunk, FEATURES}, 1, false};
        for (size_t i = 0; i < ROWS * FEATURES; i++)
            x[i] = (double)((i / FEATURES * 31 + i % FEATURES * 7) % 128);
        for (size_t i = 0; i < ROWS * OUTPUTS; i++)
            values[i] = 1.7e9 + (double)i / 4; /* no float has the digits */
        fixture_dataset(file, "x", of->x_type ? of->x_type : H5T_STD_U8LE, H5T_NATIVE_DOUBLE, 2, x_extent,
                        of->chunk ? stored : contiguous, x);
        fixture_dataset(file, "values", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, y_extent, contiguous, values);
        for (size_t i = 0; i < ROWS; i++)
            values[i] = (double)i / 4;
        fixture_dataset(file, "weights", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, 1, y_extent, contiguous, values);
        for (size_t i = 0; i < ROWS; i++)
            values[i] = (double)(i % 7);
        fixture_dataset(file, "classes", H5T_STD_I16BE, H5T_NATIVE_DOUBLE, 1, y_extent, contiguous, values);
    }
    fixture_end_file(comm, file);
}

/* Three fifths of what the rows of this rank take, which is more than their windows do. */
static size_t little_memory(size_t value_bytes)
{
    const size_t first = nni_slices_first_of_rank((nni_slices){ROWS, SLICES}, (size_t)comm->rank, (size_t)comm->size);
    const size_t end = nni_slices_first_of_rank((nni_slices){ROWS, SLICES}, (size_t)comm->rank + 1, (size_t)comm->size);
    return (end - first) * (ROWS / SLICES) * FEATURES * value_bytes * 3 / 5;
}

enum { CARVED = 2 };

/* @param in_file  rows stay there. @param carved  receives the rows carved off, or NULL */
static nni_dataset *open_rows(const form *of, bool in_file, nni_dataset *carved[CARVED])
{
    const size_t value_bytes = of->x_type ? sizeof(double) : 1, planned_bytes = of->x_type ? sizeof(nni_real) : 1;
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    const nni_dataset_spec spec = {
        .file = fixture_path("rows.h5"),
        .x = "x",
        .y = of->y,
        .w = of->w,
        .memory = in_file ? little_memory(value_bytes) : 0,
        .window = of->row_window * planned_bytes * FEATURES * SLICES,
    };
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(dataset->source != NULL, in_file);
    const nni_holdout *const carvings[CARVED] = {&of->test, &of->carving};
    for (size_t i = 0; i < CARVED; i++) {
        carved[i] = NULL;
        if (carvings[i]->seed > 0)
            CU_ASSERT_EQUAL_FATAL(nni_dataset_split(dataset, carvings[i], comm, &carved[i], NULL), NN_OK);
    }
    return dataset;
}

static void free_carved(nni_dataset *carved[CARVED])
{
    for (size_t i = 0; i < CARVED; i++)
        nni_dataset_free(carved[i]);
}

static bool same_bytes(const void *a, const void *b, size_t bytes)
{
    return (a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, bytes) == 0);
}

static bool same_batches(const nni_dataset *dataset, const nni_batch *a, const nni_batch *b)
{
    return a->rows == b->rows && a->global_rows == b->global_rows &&
           same_bytes(a->x, b->x, a->rows * FEATURES * sizeof *a->x) &&
           same_bytes(a->y.classes, b->y.classes, a->rows * sizeof *a->y.classes) &&
           same_bytes(a->y.values, b->y.values, a->rows * dataset->row.outputs * sizeof *a->y.values) &&
           same_bytes(a->weights, b->weights, a->rows * sizeof *a->weights) &&
           same_bytes(a->samples, b->samples, a->rows * sizeof *a->samples);
}

static void check_batch(const nni_dataset *dataset, nni_sampler *resident, nni_sampler *streamed, uint64_t epoch,
                        size_t step)
{
    nni_batch expected, got;
    CU_ASSERT_EQUAL(nni_sampler_batch(resident, epoch, step, &expected, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_sampler_batch(streamed, epoch, step, &got, NULL), NN_OK);
    CU_ASSERT(same_batches(dataset, &expected, &got));
}

/* Whole epochs, and single steps out of their order as a resumed run asks for them. */
static void check_order(const form *of, size_t batch)
{
    nni_dataset *carved[2][CARVED], *in_memory = open_rows(of, false, carved[0]),
                                    *in_file = open_rows(of, true, carved[1]);
    nni_sampler *resident = NULL, *streamed = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(in_memory, SEED, batch, &resident, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(in_file, SEED, batch, &streamed, NULL), NN_OK);
    const size_t steps = nni_sampler_steps(resident);
    CU_ASSERT_EQUAL(nni_sampler_steps(streamed), steps);
    for (uint64_t epoch = 0; epoch < 3; epoch++)
        for (size_t step = 0; step < steps; step++)
            check_batch(in_memory, resident, streamed, epoch, step);
    check_batch(in_memory, resident, streamed, 7, steps / 2);
    check_batch(in_memory, resident, streamed, 7, steps / 2);
    check_batch(in_memory, resident, streamed, 1, 0);
    nni_sampler_free(resident);
    nni_sampler_free(streamed);
    for (size_t i = 0; i < 2; i++)
        free_carved(carved[i]);
    nni_dataset_free(in_memory);
    nni_dataset_free(in_file);
}

static const form forms[] = {
    {.y = "classes", .row_window = 8},
    {.y = "values", .w = "weights", .row_window = 8},
    {.row_window = 3, .chunk = 5},
    {.y = "classes", .row_window = 20, .chunk = 2, .carving = {.fraction = 0.3, .seed = 3}},
    {.y = "values", .w = "weights", .row_window = 16, .carving = {.fraction = 0.8, .seed = 3}},
    {.y = "classes", .row_window = 1},
    {.row_window = 60, .carving = {.fraction = 0.8, .seed = 3}}, /* a slice has no more rows left than a window */
    {.y = "classes", .row_window = 16, .carving = {.fold = 2, .folds = 3, .seed = 3, .stratified = true}},
    /* Two splits carved off, one after the other; the first leaves slices of any size. */
    {.y = "values",
     .w = "weights",
     .row_window = 16,
     .chunk = 5,
     .test = {.fold = 1, .folds = 4, .seed = 3, .test = true},
     .carving = {.fraction = 0.2, .seed = 3}},
};

static void what_is_dealt_does_not_depend_on_memory(void)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        form of = forms[i];
        for (int wide = 0; wide < 2; wide++) {
            of.x_type = wide ? H5T_IEEE_F64BE : 0; /* counts as nni_real where the order is planned */
            write_file(&of);
            check_order(&of, SLICES);
            check_order(&of, 37);
            check_order(&of, ROWS / 6); /* many windows a step */
            fixture_remove_file(comm, "rows.h5");
        }
    }
}

/* Counted over the ranks: every row once an epoch, and in another order the next time. */
static void windows_deal_every_row_once_an_epoch(void)
{
    enum { BATCH = 24 };
    const form of = {.y = "classes", .row_window = 8};
    write_file(&of);
    nni_dataset *none[CARVED], *dataset = open_rows(&of, true, none);
    nni_sampler *sampler = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, SEED, BATCH, &sampler, NULL), NN_OK);
    double seen[2][ROWS] = {{0}};
    for (uint64_t epoch = 0; epoch < 2; epoch++)
        for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
            nni_batch batch;
            CU_ASSERT_EQUAL(nni_sampler_batch(sampler, epoch, step, &batch, NULL), NN_OK);
            for (size_t i = 0; i < batch.rows; i++)
                seen[epoch][batch.samples[i]] += (double)step + 1;
        }
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, seen[0], 2 * ROWS, NULL), NN_OK);
    size_t moved = 0;
    for (size_t row = 0; row < ROWS; row++) {
        CU_ASSERT(seen[0][row] >= 1 && seen[0][row] <= (double)nni_sampler_steps(sampler));
        moved += seen[0][row] != seen[1][row];
    }
    CU_ASSERT(moved > ROWS / 2);
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "rows.h5");
}

/* A slice that is no larger than its window is shuffled as one without windows. */
static void a_window_as_large_as_the_slice_is_none(void)
{
    form of = {.y = "classes", .row_window = ROWS};
    write_file(&of);
    nni_dataset *none[CARVED], *windowed = open_rows(&of, false, none);
    of.row_window = 0;
    nni_dataset *whole = open_rows(&of, false, none);
    nni_sampler *a = NULL, *b = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(windowed, SEED, 30, &a, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(whole, SEED, 30, &b, NULL), NN_OK);
    for (size_t step = 0; step < nni_sampler_steps(a); step++)
        check_batch(whole, b, a, 1, step);
    nni_sampler_free(a);
    nni_sampler_free(b);
    nni_dataset_free(windowed);
    nni_dataset_free(whole);
    fixture_remove_file(comm, "rows.h5");
}

static void compare_rows(const nni_dataset *in_memory, const nni_dataset *in_file, size_t most)
{
    nni_cursor *resident = NULL, *streamed = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_cursor_create(in_memory, most, &resident, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_cursor_create(in_file, most, &streamed, NULL), NN_OK);
    for (int pass = 0; pass < 2; pass++) {
        size_t row = 0;
        for (nni_rows rows = {.count = 1}; rows.count > 0; row += rows.count) {
            CU_ASSERT_EQUAL_FATAL(nni_cursor_next(streamed, &rows, NULL), NN_OK);
            CU_ASSERT_EQUAL(rows.first, row);
            CU_ASSERT(rows.count <= most);
            const nni_rows expected = nni_dataset_resident(in_memory, row, rows.count);
            if (rows.count == 0)
                break;
            CU_ASSERT(same_bytes(rows.x, expected.x, rows.count * nni_dataset_row_bytes(in_memory)));
            CU_ASSERT(same_bytes(rows.classes, expected.classes, rows.count * sizeof *rows.classes));
            CU_ASSERT(
                same_bytes(rows.values, expected.values, rows.count * in_memory->row.outputs * sizeof *rows.values));
            CU_ASSERT(same_bytes(rows.weights, expected.weights, rows.count * sizeof *rows.weights));
        }
        CU_ASSERT_EQUAL(row, in_memory->slicing.rows);
    }
    nni_rows part;
    CU_ASSERT_EQUAL(nni_cursor_next(streamed, &part, NULL), NN_OK); /* left amid a pass */
    nni_cursor_free(resident);
    nni_cursor_free(streamed);
}

static void rows_come_in_the_order_of_the_file(void)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const form of = forms[i];
        write_file(&of);
        nni_dataset *carved[2][CARVED], *in_memory = open_rows(&of, false, carved[0]),
                                        *in_file = open_rows(&of, true, carved[1]);
        compare_rows(in_memory, in_file, 1);
        compare_rows(in_memory, in_file, 1000);
        for (size_t k = 0; k < CARVED; k++)
            if (carved[0][k])
                compare_rows(carved[0][k], carved[1][k], 10);
        for (size_t k = 0; k < 2; k++)
            free_carved(carved[k]);
        nni_dataset_free(in_memory);
        nni_dataset_free(in_file);
        fixture_remove_file(comm, "rows.h5");
    }
}

static void digest_and_statistics_do_not_depend_on_memory(void)
{
    const form of = {.y = "values", .w = "weights", .row_window = 8};
    write_file(&of);
    nni_dataset *none[CARVED], *datasets[2] = {open_rows(&of, false, none), open_rows(&of, true, none)};
    nni_feature_scaler *normalization[2];
    uint64_t digest[2];
    for (size_t k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_STANDARD, FEATURES, &normalization[k], NULL),
                              NN_OK);
        CU_ASSERT_EQUAL(nni_feature_scaler_fit(normalization[k], datasets[k], comm, NULL), NN_OK);
        CU_ASSERT_EQUAL(nni_dataset_digest(datasets[k], comm, &digest[k], NULL), NN_OK);
    }
    CU_ASSERT_EQUAL(digest[0], digest[1]);
    CU_ASSERT(same_bytes(normalization[0]->offset, normalization[1]->offset, FEATURES * sizeof(double)));
    CU_ASSERT(same_bytes(normalization[0]->scale, normalization[1]->scale, FEATURES * sizeof(double)));
    CU_ASSERT(normalization[0]->scale[0] != 1);
    for (size_t k = 0; k < 2; k++) {
        nni_feature_scaler_free(normalization[k]);
        nni_dataset_free(datasets[k]);
    }
    fixture_remove_file(comm, "rows.h5");
}

static void classes_are_fitted_where_they_are(void)
{
    const form of = {.y = "classes", .row_window = 8};
    write_file(&of);
    nn_error error = {0};
    nni_dataset *none[CARVED], *in_memory = open_rows(&of, false, none), *in_file = open_rows(&of, true, none);
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(in_file, 5, NN_SOFTMAX, comm, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "row 5 of classes is class 5"));
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(in_file, 1, NN_LINEAR, comm, &error), NN_OK);
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(in_memory, 1, NN_LINEAR, comm, &error), NN_OK);
    compare_rows(in_memory, in_file, 50);
    nni_dataset_free(in_memory);
    nni_dataset_free(in_file);
    fixture_remove_file(comm, "rows.h5");
}

static void too_little_memory_to_read_ahead_is_told(void)
{
    const form of = {.y = "classes", .row_window = 8};
    write_file(&of);
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    const nni_dataset_spec spec = {
        .file = fixture_path("rows.h5"), .x = "x", .y = "classes", .memory = 10, .window = 8 * FEATURES * SLICES};
    CU_ASSERT_EQUAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "data.memory"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "lower data.window"));
    /* A split that is only gone through needs no windows. */
    CU_ASSERT_EQUAL(nni_dataset_open(&spec, SLICES, false, comm, &dataset, &error), NN_OK);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "rows.h5");
}

/* Changes what the file holds of rows of sevens; seven of them in a row are data. */
static void damage_rows(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *file = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    for (size_t i = 0, run = 0; i < size; i++) {
        run = bytes[i] == 7 ? run + 1 : 0;
        if (run == 7)
            bytes[i] = 8;
    }
    rewind(file);
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Chunks with a checksum, damaged while the file is in use: by then its rows have been found sound. */
static void a_file_that_is_damaged_in_use_is_told(void)
{
    enum { CHUNK = 8, BATCH = 24 };
    hid_t file = fixture_begin_file(comm, "rows.h5");
    if (file >= 0) {
        static uint8_t x[ROWS * FEATURES];
        const hsize_t extent[2] = {ROWS, FEATURES};
        const fixture_storage guarded = {{CHUNK, FEATURES}, 0, true};
        memset(x, 7, sizeof x);
        fixture_dataset(file, "x", H5T_STD_U8LE, H5T_NATIVE_UINT8, 2, extent, guarded, x);
    }
    fixture_end_file(comm, file);
    nni_dataset *none[CARVED];
    const form of = {.row_window = 8};
    nni_dataset *dataset = open_rows(&of, true, none);
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0)
        damage_rows(fixture_path("rows.h5"));
    nn_comm_barrier(comm, NULL);
    nni_sampler *sampler = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, SEED, BATCH, &sampler, NULL), NN_OK);
    nni_batch batch;
    nn_error error = {0};
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 0, 0, &batch, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "rows.h5: rows"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "cannot be read"));
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "rows.h5");
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(what_is_dealt_does_not_depend_on_memory),       NN_TEST(windows_deal_every_row_once_an_epoch),
        NN_TEST(a_window_as_large_as_the_slice_is_none),        NN_TEST(rows_come_in_the_order_of_the_file),
        NN_TEST(digest_and_statistics_do_not_depend_on_memory), NN_TEST(classes_are_fitted_where_they_are),
        NN_TEST(too_little_memory_to_read_ahead_is_told),       NN_TEST(a_file_that_is_damaged_in_use_is_told),
    };
    int code = nni_run_suite("stream", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
