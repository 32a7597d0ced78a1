/* SPDX-License-Identifier: MIT */
/* Rows on their way from the file's type to a batch. Run by mpirun at several rank counts. */
#include <math.h>

#include "data/dataset/dataset.h"
#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/loading/sampler.h"
#include "data/scaling/feature_scaling.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

/* 148 KB of reals: on one rank enough for threads to share them. */
enum { ROWS = 1003, SLICES = 12, FEATURES = 37, SEED = 5 };

/* A type of a file, what its rows are in memory, and what the cells are within. */
typedef struct kind {
    hid_t type;
    nni_element kept;
    bool whole;
    double low, high;
} kind;

enum { KINDS = 8 };

static void list_kinds(kind kinds[KINDS])
{
    const kind list[KINDS] = {
        {H5T_STD_U8LE, NNI_UINT8, true, 0, 255},
        {H5T_STD_I8LE, NNI_INT8, true, -128, 127},
        {H5T_STD_U16BE, NNI_UINT16, true, 0, 65535},
        {H5T_STD_I16LE, NNI_INT16, true, -32768, 32767},
        {H5T_STD_I32LE, NNI_INT32, true, -2147483648.0, 2147483647.0},
        {H5T_STD_U64LE, NNI_UINT64, true, 0, 9007199254740992.0},
        {H5T_IEEE_F32LE, NNI_FLOAT, false, -3, 5},
        {H5T_IEEE_F64BE, NNI_DOUBLE, false, -3, 5},
    };
    memcpy(kinds, list, sizeof list);
}

/* Irregular, over the whole range. */
static double cell(const kind *of, size_t row, size_t column)
{
    const double share = 0.5 + 0.5 * cos(1.7 * (double)(row * FEATURES + column));
    const double value = of->low + share * (of->high - of->low);
    return of->whole ? floor(value) : value;
}

static nni_dataset *open_kind(const kind *of)
{
    hid_t file = fixture_begin_file(comm, "rows.h5");
    if (file >= 0) {
        const hsize_t extent[2] = {ROWS, FEATURES};
        double *values = malloc(sizeof *values * ROWS * FEATURES);
        for (size_t i = 0; i < (size_t)ROWS * FEATURES; i++)
            values[i] = cell(of, i / FEATURES, i % FEATURES);
        fixture_dataset(file, "x", of->type, H5T_NATIVE_DOUBLE, 2, extent, (fixture_storage){{0}, 0, false}, values);
        free(values);
    }
    fixture_end_file(comm, file);
    nni_dataset *dataset = NULL;
    nni_dataset_spec spec = {.file = fixture_path("rows.h5"), .x = "x"};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, NULL), NN_OK);
    fixture_remove_file(comm, "rows.h5");
    return dataset;
}

static nni_feature_scaler *fit(const nni_dataset *dataset)
{
    nni_feature_scaler *by = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_STANDARD, FEATURES, &by, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_fit(by, dataset, comm, NULL), NN_OK);
    return by;
}

static void every_type_stays_as_the_file_has_it(void)
{
    kind kinds[KINDS];
    list_kinds(kinds);
    for (size_t k = 0; k < KINDS; k++) {
        nni_dataset *dataset = open_kind(&kinds[k]);
        CU_ASSERT_EQUAL(dataset->row.element, kinds[k].kept);
        static const size_t sizes[KINDS] = {1, 1, 2, 2, 4, 8, 4, 8};
        CU_ASSERT_EQUAL(nni_dataset_row_bytes(dataset), FEATURES * sizes[k]);
        CU_ASSERT(dataset->x_range[0] >= kinds[k].low && dataset->x_range[1] <= kinds[k].high);
        bool same = true;
        const uint8_t *bytes = dataset->resident.x;
        for (size_t i = 0; k == 0 && i < dataset->slicing.rows * FEATURES; i++)
            same = same && bytes[i] == cell(&kinds[k], dataset->slicing.first_row + i / FEATURES, i % FEATURES);
        CU_ASSERT(same);
        nni_dataset_free(dataset);
    }
}

/* The definition, each operation rounded: to nni_real, or of wide types to double. */
static bool is_row(const kind *of, const nni_feature_scaler *by, size_t row, const nni_real x[FEATURES])
{
    bool same = true;
    for (size_t j = 0; j < FEATURES; j++) {
        const double value = cell(of, row, j);
        nni_real expected = (nni_real)value;
        if (by && nni_element_is_wide(of->kept))
            expected = (nni_real)((value - by->offset[j]) * by->scale[j]);
        else if (by)
            expected = (expected - (nni_real)by->offset[j]) * (nni_real)by->scale[j];
        same = same && x[j] == expected;
    }
    return same;
}

static bool batches_are_rows(const kind *of, const nni_feature_scaler *by, const nni_dataset *dataset, size_t size)
{
    bool same = true;
    nni_sampler *sampler = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, SEED, size, &sampler, NULL), NN_OK);
    for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
        nni_batch batch;
        CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 1, step, &batch, NULL), NN_OK);
        for (size_t i = 0; i < batch.rows; i++)
            same = same && is_row(of, by, batch.samples[i], batch.x + i * FEATURES);
    }
    nni_sampler_free(sampler);
    return same;
}

static bool pieces_are_rows(const kind *of, const nni_feature_scaler *by, const nni_dataset *dataset, size_t size)
{
    bool same = true;
    nni_real *buffer = malloc(size * FEATURES * sizeof *buffer);
    for (size_t first = 0; first < dataset->slicing.rows; first += size) {
        const size_t count = dataset->slicing.rows - first < size ? dataset->slicing.rows - first : size;
        const nni_rows piece = nni_dataset_resident(dataset, first, count);
        const nni_real *x = nni_dataset_convert(dataset, &piece, buffer);
        same = same && (x == buffer) == (by || dataset->row.element != NNI_REAL);
        for (size_t i = 0; i < count; i++)
            same = same && is_row(of, by, dataset->slicing.first_row + first + i, x + i * FEATURES);
    }
    free(buffer);
    return same;
}

static void rows_are_converted_and_normalized_as_by_hand(void)
{
    kind kinds[KINDS];
    list_kinds(kinds);
    for (size_t k = 0; k < KINDS; k++) {
        nni_dataset *dataset = open_kind(&kinds[k]);
        nni_feature_scaler *by = fit(dataset);
        for (int normalized = 0; normalized < 2; normalized++) {
            const nni_feature_scaler *used = normalized ? by : NULL;
            if (normalized)
                CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, by, NULL), NN_OK);
            CU_ASSERT(batches_are_rows(&kinds[k], used, dataset, 50));
            CU_ASSERT(batches_are_rows(&kinds[k], used, dataset, ROWS));
            CU_ASSERT(pieces_are_rows(&kinds[k], used, dataset, 17));
            CU_ASSERT(pieces_are_rows(&kinds[k], used, dataset, ROWS));
        }
        nni_dataset_free(dataset);
        nni_feature_scaler_free(by);
    }
}

static void a_normalization_leaves_the_resident_rows_alone(void)
{
    kind kinds[KINDS];
    list_kinds(kinds);
    for (size_t k = 0; k < KINDS; k++) {
        nni_dataset *dataset = open_kind(&kinds[k]);
        nni_feature_scaler *before = fit(dataset);
        CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, before, NULL), NN_OK);
        nni_feature_scaler *after = fit(dataset);
        CU_ASSERT_EQUAL(memcmp(before->offset, after->offset, FEATURES * sizeof(double)), 0);
        CU_ASSERT_EQUAL(memcmp(before->scale, after->scale, FEATURES * sizeof(double)), 0);
        nni_dataset_free(dataset);
        nni_feature_scaler_free(before);
        nni_feature_scaler_free(after);
    }
}

/* Checkpoints keep the digest, so it is one of numbers and stays what it was when all of them were kept as float32. */
static void the_digest_is_one_of_numbers(void)
{
    kind kinds[KINDS];
    list_kinds(kinds);
    for (size_t k = 0; k < KINDS; k++) {
        const kind small = {kinds[k].type, kinds[k].kept, true, 0, 100};
        nni_dataset *dataset = open_kind(&small);
        uint64_t digest = 0, normalized = 0;
        CU_ASSERT_EQUAL(nni_dataset_digest(dataset, comm, &digest, NULL), NN_OK);
        CU_ASSERT_EQUAL(digest, UINT64_C(0xa7a8d263d4108bc5));
        nni_feature_scaler *by = fit(dataset);
        CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, by, NULL), NN_OK);
        CU_ASSERT_EQUAL(nni_dataset_digest(dataset, comm, &normalized, NULL), NN_OK);
        CU_ASSERT_EQUAL(normalized, digest);
        nni_dataset_free(dataset);
        nni_feature_scaler_free(by);
    }
}

static void rows_carved_off_keep_their_type(void)
{
    const nni_holdout carving = {.fraction = 0.3, .seed = SEED};
    kind kinds[KINDS];
    list_kinds(kinds);
    for (size_t k = 0; k < KINDS; k++) {
        nni_dataset *whole = open_kind(&kinds[k]), *training = open_kind(&kinds[k]), *validation = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_dataset_split(training, &carving, comm, &validation, NULL), NN_OK);
        CU_ASSERT_EQUAL(validation->row.element, kinds[k].kept);
        /* Every row is the next one of either split. */
        size_t stayed = 0, went = 0;
        const size_t bytes = nni_dataset_row_bytes(whole);
        for (size_t row = 0; row < whole->slicing.rows; row++) {
            const char *x = (const char *)whole->resident.x + row * bytes;
            if (stayed < training->slicing.rows &&
                memcmp(x, (const char *)training->resident.x + stayed * bytes, bytes) == 0)
                stayed++;
            else if (went < validation->slicing.rows &&
                     memcmp(x, (const char *)validation->resident.x + went * bytes, bytes) == 0)
                went++;
        }
        CU_ASSERT_EQUAL(stayed, training->slicing.rows);
        CU_ASSERT_EQUAL(went, validation->slicing.rows);
        CU_ASSERT_EQUAL(stayed + went, whole->slicing.rows);
        nni_dataset_free(whole);
        nni_dataset_free(training);
        nni_dataset_free(validation);
    }
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(every_type_stays_as_the_file_has_it),
        NN_TEST(rows_are_converted_and_normalized_as_by_hand),
        NN_TEST(a_normalization_leaves_the_resident_rows_alone),
        NN_TEST(the_digest_is_one_of_numbers),
        NN_TEST(rows_carved_off_keep_their_type),
    };
    int code = nni_run_suite("rows", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
