/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts. */
#include <math.h>

#include "comm/backend.h"
#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "data/scaling/feature_scaling.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 103, SLICES = 12 };

/* Irregular, of several magnitudes; column 2 is constant, and no sum of it is exact in binary. */
static float cell(size_t row, size_t column)
{
    if (column == 2)
        return 0.1f;
    return (float)(sin((double)(row * 7 + column * 13)) * pow(10, (double)(column % 5)) + 3.0 * (double)column);
}

static void write_file(const char *name, size_t features)
{
    nn_comm_barrier(comm, NULL); /* somebody may still have a file of that name open */
    if (comm->rank == 0) {
        const hsize_t extent[2] = {ROWS, features};
        float *values = malloc(sizeof *values * ROWS * features);
        for (size_t i = 0; i < ROWS * features; i++)
            values[i] = cell(i / features, i % features);
        hid_t file = H5Fcreate(fixture_path(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent, (fixture_storage){{0}, 0, false},
                        values);
        H5Fclose(file);
        free(values);
    }
    nn_comm_barrier(comm, NULL);
}

static nni_dataset *open_on(nn_comm *ranks, const char *name, size_t slices)
{
    nni_dataset *dataset = NULL;
    nni_dataset_spec spec = {.file = fixture_path(name), .x = "x"};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, slices, false, ranks, &dataset, NULL), NN_OK);
    return dataset;
}

static nni_feature_scaler *fit_on(nn_comm *ranks, nn_feature_scaling kind, const nni_dataset *dataset)
{
    nni_feature_scaler *normalization = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(kind, dataset->row.features, &normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_fit(normalization, dataset, ranks, NULL), NN_OK);
    return normalization;
}

static void remove_file(const char *name)
{
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0)
        unlink(fixture_path(name));
}

/* The resident rows as a network takes them, to be freed. */
static nni_real *all_rows(const nni_dataset *dataset)
{
    const size_t bytes = dataset->slicing.rows * dataset->row.features * sizeof(nni_real);
    nni_real *buffer = malloc(bytes + 1);
    const nni_rows all = nni_dataset_resident(dataset, 0, dataset->slicing.rows);
    const nni_real *rows = nni_dataset_convert(dataset, &all, buffer);
    if (rows != buffer)
        memcpy(buffer, rows, bytes);
    return buffer;
}

/* Two passes in long double: the textbook definition. */
static void moments_of(size_t column, double *mean, double *deviation)
{
    long double sum = 0, squares = 0;
    for (size_t row = 0; row < ROWS; row++)
        sum += (long double)cell(row, column);
    sum /= ROWS;
    for (size_t row = 0; row < ROWS; row++)
        squares += ((long double)cell(row, column) - sum) * ((long double)cell(row, column) - sum);
    *mean = (double)sum;
    *deviation = sqrt((double)(squares / ROWS));
}

static void standard_is_mean_and_deviation(void)
{
    enum { FEATURES = 7 };
    write_file("standard.h5", FEATURES);
    nni_dataset *dataset = open_on(comm, "standard.h5", SLICES);
    nni_feature_scaler *normalization = fit_on(comm, NN_NORMALIZE_STANDARD, dataset);
    for (size_t i = 0; i < FEATURES; i++) {
        double mean, deviation;
        moments_of(i, &mean, &deviation);
        /* A hundred roundings of double, at most 1e-16 each. */
        CU_ASSERT_DOUBLE_EQUAL(normalization->offset[i], mean, 1e-13 * (fabs(mean) + deviation));
        CU_ASSERT_DOUBLE_EQUAL(normalization->scale[i], i == 2 ? 0 : 1 / deviation, i == 2 ? 0 : 1e-13 / deviation);
    }
    CU_ASSERT_EQUAL(normalization->offset[2], (double)0.1f);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, normalization, NULL), NN_OK);
    nni_real *rows = all_rows(dataset);
    for (size_t i = 0; i < dataset->slicing.rows * FEATURES; i++) {
        nni_real before = (nni_real)cell(dataset->slicing.first_row + i / FEATURES, i % FEATURES);
        nni_real expected =
            (before - (nni_real)normalization->offset[i % FEATURES]) * (nni_real)normalization->scale[i % FEATURES];
        CU_ASSERT_EQUAL(rows[i], expected);
    }
    free(rows);
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    remove_file("standard.h5");
}

/* What the ranks find together is, bit by bit, what each of them finds alone. */
static void check_bits(size_t features, size_t slices)
{
    struct nni_comm_backend self = {.world = MPI_COMM_SELF, .finalize = false};
    nn_comm alone = *comm;
    alone.rank = alone.local_rank = 0;
    alone.size = alone.local_size = alone.host_count = 1;
    alone.backend = &self;
    write_file("bits.h5", features);
    nni_dataset *shared = open_on(comm, "bits.h5", slices), *whole = open_on(&alone, "bits.h5", slices);
    CU_ASSERT_EQUAL(whole->slicing.rows, ROWS);
    nni_feature_scaler *together = fit_on(comm, NN_NORMALIZE_STANDARD, shared);
    nni_feature_scaler *expected = fit_on(&alone, NN_NORMALIZE_STANDARD, whole);
    CU_ASSERT_EQUAL(memcmp(together->offset, expected->offset, features * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(together->scale, expected->scale, features * sizeof(double)), 0);
    double mean, deviation;
    moments_of(features - 1, &mean, &deviation);
    CU_ASSERT_DOUBLE_EQUAL(together->offset[features - 1], mean, 1e-7 * (fabs(mean) + deviation));
    nni_feature_scaler_free(together);
    nni_feature_scaler_free(expected);
    nni_dataset_free(shared);
    nni_dataset_free(whole);
    remove_file("bits.h5");
}

static void statistics_have_the_same_bits_on_any_number_of_ranks(void)
{
    check_bits(7, SLICES);
    check_bits(5, ROWS);
    check_bits(3, 200);      /* empty slices come first and change nothing */
    check_bits(11003, ROWS); /* more than fit one table of 2^20 values: blocks of features */
}

static void unit_maps_the_range_to_0_and_1(void)
{
    write_file("unit.h5", 6);
    nni_dataset *dataset = open_on(comm, "unit.h5", SLICES);
    nni_feature_scaler *normalization = fit_on(comm, NN_NORMALIZE_UNIT, dataset);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, normalization, NULL), NN_OK);
    double low = INFINITY, high = -INFINITY;
    nni_real *rows = all_rows(dataset);
    for (size_t i = 0; i < dataset->slicing.rows * dataset->row.features; i++) {
        low = fmin(low, (double)rows[i]);
        high = fmax(high, (double)rows[i]);
    }
    free(rows);
    nni_comm_min_double(comm, &low, 1, NULL);
    nni_comm_max_double(comm, &high, 1, NULL);
    CU_ASSERT_EQUAL(low, 0);
    CU_ASSERT_DOUBLE_EQUAL(high, 1, 2e-7); /* two roundings of float32 */
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    remove_file("unit.h5");
}

static void none_changes_nothing(void)
{
    write_file("none.h5", 4);
    nni_dataset *dataset = open_on(comm, "none.h5", SLICES);
    nni_feature_scaler *normalization = fit_on(comm, NN_NORMALIZE_NONE, dataset);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, normalization, NULL), NN_OK);
    nni_real *rows = all_rows(dataset);
    for (size_t i = 0; i < dataset->slicing.rows * 4; i++)
        CU_ASSERT_EQUAL(rows[i], (nni_real)cell(dataset->slicing.first_row + i / 4, i % 4));
    free(rows);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT(normalization->offset[i] == 0 && normalization->scale[i] == 1);
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    remove_file("none.h5");
}

static void minmax_maps_every_feature_to_0_and_1(void)
{
    enum { FEATURES = 6 };
    write_file("minmax.h5", FEATURES);
    nni_dataset *dataset = open_on(comm, "minmax.h5", SLICES);
    nni_feature_scaler *normalization = fit_on(comm, NN_NORMALIZE_MINMAX, dataset);
    for (size_t i = 0; i < FEATURES; i++) {
        float least = INFINITY, most = -INFINITY;
        for (size_t row = 0; row < ROWS; row++) {
            least = fminf(least, cell(row, i));
            most = fmaxf(most, cell(row, i));
        }
        CU_ASSERT_EQUAL(normalization->offset[i], (double)least);
        CU_ASSERT_EQUAL(normalization->scale[i], i == 2 ? 0 : 1 / ((double)most - (double)least));
    }
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    remove_file("minmax.h5");
}

static void standard_all_is_one_mean_and_deviation(void)
{
    enum { FEATURES = 6 };
    write_file("all.h5", FEATURES);
    nni_dataset *dataset = open_on(comm, "all.h5", SLICES);
    nni_feature_scaler *normalization = fit_on(comm, NN_NORMALIZE_STANDARD_ALL, dataset);
    long double sum = 0, squares = 0;
    for (size_t i = 0; i < ROWS * FEATURES; i++)
        sum += (long double)cell(i / FEATURES, i % FEATURES) / (ROWS * FEATURES);
    for (size_t i = 0; i < ROWS * FEATURES; i++)
        squares += ((long double)cell(i / FEATURES, i % FEATURES) - sum) *
                   ((long double)cell(i / FEATURES, i % FEATURES) - sum) / (ROWS * FEATURES);
    for (size_t i = 0; i < FEATURES; i++) {
        /* Some hundred roundings of double, at most 1e-16 each, of values a hundred times as large as their mean. */
        CU_ASSERT_DOUBLE_EQUAL(normalization->offset[i], (double)sum, 1e-11 * fabs((double)sum));
        CU_ASSERT_DOUBLE_EQUAL(normalization->scale[i] * sqrt((double)squares), 1, 1e-12);
    }
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    remove_file("all.h5");
}

/* Of any kind, where the rows are gone through or are in memory anyway. */
static void the_range_of_the_rows_is_kept(void)
{
    enum { FEATURES = 6 };
    write_file("range.h5", FEATURES);
    for (int in_file = 0; in_file < 2; in_file++)
        for (int kind = NN_NORMALIZE_NONE; kind <= NN_NORMALIZE_AUTO; kind++) {
            nni_dataset *dataset = NULL;
            const nni_dataset_spec spec = {.file = fixture_path("range.h5"), .x = "x", .memory = (size_t)in_file};
            CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, false, comm, &dataset, NULL), NN_OK);
            nni_feature_scaler *scaler = fit_on(comm, (nn_feature_scaling)kind, dataset);
            const bool needs_no_pass = kind == NN_NORMALIZE_NONE || kind == NN_NORMALIZE_UNIT;
            CU_ASSERT_EQUAL(scaler->least != NULL, !(in_file && needs_no_pass));
            CU_ASSERT_EQUAL(scaler->most != NULL, !(in_file && needs_no_pass));
            for (size_t i = 0; scaler->most && i < FEATURES; i++) {
                float least = INFINITY, most = -INFINITY;
                for (size_t row = 0; row < ROWS; row++) {
                    least = fminf(least, cell(row, i));
                    most = fmaxf(most, cell(row, i));
                }
                CU_ASSERT(scaler->least[i] == (double)least && scaler->most[i] == (double)most);
            }
            nni_feature_scaler_free(scaler);
            nni_dataset_free(dataset);
        }
    remove_file("range.h5");
}

/* Every fifth value of column 1 is missing, and all but one of column 3. */
static bool is_missing(size_t row, size_t column)
{
    return column == 1 ? row % 5 == 0 : column == 3 && row != 40;
}

static void write_gaps(const char *name, bool all_of_3)
{
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0) {
        const hsize_t extent[2] = {ROWS, 5};
        double values[ROWS * 5];
        for (size_t i = 0; i < ROWS * 5; i++)
            values[i] = is_missing(i / 5, i % 5) || (all_of_3 && i % 5 == 3) ? (double)NAN : (double)cell(i / 5, i % 5);
        hid_t file = H5Fcreate(fixture_path(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, (fixture_storage){{0}, 0, false},
                        values);
        H5Fclose(file);
    }
    nn_comm_barrier(comm, NULL);
}

static nn_status fit_gaps(nn_comm *ranks, const char *name, nn_feature_scaling kind, nni_dataset **dataset,
                          nni_feature_scaler **normalization, nn_error *error)
{
    const nni_dataset_spec spec = {.file = fixture_path(name), .x = "x", .missing = true};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, ranks, dataset, error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(kind, 5, normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_impute(*normalization, NULL), NN_OK);
    return nni_feature_scaler_fit(*normalization, *dataset, ranks, error);
}

/* What is left of each feature has mean and deviation; what is missing becomes the mean, which standard puts at 0. */
static void missing_values_become_the_mean(void)
{
    const nn_feature_scaling kinds[] = {NN_NORMALIZE_STANDARD, NN_NORMALIZE_NONE, NN_NORMALIZE_MINMAX};
    struct nni_comm_backend self = {.world = MPI_COMM_SELF, .finalize = false};
    nn_comm alone = {.size = 1, .local_size = 1, .host_count = 1, .backend = &self};
    write_gaps("gaps.h5", false);
    for (size_t k = 0; k < 3; k++) {
        nni_dataset *dataset, *whole;
        nni_feature_scaler *normalization, *expected;
        CU_ASSERT_EQUAL(fit_gaps(comm, "gaps.h5", kinds[k], &dataset, &normalization, NULL), NN_OK);
        CU_ASSERT_EQUAL(fit_gaps(&alone, "gaps.h5", kinds[k], &whole, &expected, NULL), NN_OK);
        CU_ASSERT_EQUAL(memcmp(normalization->offset, expected->offset, 5 * sizeof(double)), 0);
        CU_ASSERT_EQUAL(memcmp(normalization->scale, expected->scale, 5 * sizeof(double)), 0);
        CU_ASSERT_EQUAL(memcmp(normalization->missing, expected->missing, 5 * sizeof(nni_real)), 0);
        double mean = 0, rows = 0;
        for (size_t row = 0; row < ROWS; row++)
            if (!is_missing(row, 1)) {
                mean += cell(row, 1);
                rows++;
            }
        mean /= rows;
        const double scale = normalization->scale[1], offset = normalization->offset[1];
        CU_ASSERT_DOUBLE_EQUAL(normalization->missing[1], (mean - offset) * scale, 1e-6 * (fabs(mean) + 1));
        CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, normalization, NULL), NN_OK);
        nni_real *x = all_rows(dataset);
        for (size_t i = 0; i < dataset->slicing.rows * 5; i++) {
            const size_t row = dataset->slicing.first_row + i / 5, column = i % 5;
            const nni_real present =
                (nni_real)(((double)cell(row, column) - normalization->offset[column]) * normalization->scale[column]);
            CU_ASSERT_EQUAL(x[i], is_missing(row, column) ? normalization->missing[column] : present);
        }
        free(x);
        nni_feature_scaler_free(normalization);
        nni_feature_scaler_free(expected);
        nni_dataset_free(dataset);
        nni_dataset_free(whole);
    }
    remove_file("gaps.h5");
}

static void a_feature_that_no_row_has_is_told(void)
{
    nni_dataset *dataset;
    nni_feature_scaler *normalization;
    nn_error error = {0};
    write_gaps("never.h5", true);
    CU_ASSERT_EQUAL(fit_gaps(comm, "never.h5", NN_NORMALIZE_NONE, &dataset, &normalization, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "no row of x has a value at position 3"));
    nni_feature_scaler_free(normalization);
    nni_dataset_free(dataset);
    /* Without imputation the first of them is an error. */
    const nni_dataset_spec spec = {.file = fixture_path("never.h5"), .x = "x"};
    CU_ASSERT_EQUAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(error.message, "row 0 of x holds NaN at position 1; rows must be finite, or data.impute"));
    remove_file("never.h5");
}

static void data_without_spread_becomes_0(void)
{
    nni_real x[4] = {7, 7, 7, 7};
    nni_dataset constant = {.slicing.slices = {4, 1},
                            .slicing.slice_count = 1,
                            .slicing.rows = 4,
                            .row.features = 1,
                            .row.element = NNI_REAL,
                            .resident.x = x,
                            .x_range = {7, 7}};
    if (comm->size > 1)
        return;
    for (int kind = NN_NORMALIZE_UNIT; kind <= NN_NORMALIZE_STANDARD_ALL; kind++) {
        nni_feature_scaler *normalization = fit_on(comm, (nn_feature_scaling)kind, &constant);
        CU_ASSERT_EQUAL(normalization->offset[0], 7);
        CU_ASSERT_EQUAL(normalization->scale[0], 0);
        nni_feature_scaler_free(normalization);
    }
}

/* A double that no float holds may be scaled to one that does; without that it is an error, with its row. */
static void numbers_beyond_float32_need_a_scale(void)
{
    hid_t file = fixture_begin_file(comm, "beyond.h5");
    if (file >= 0) {
        const hsize_t extent[2] = {ROWS, 2};
        double values[ROWS * 2];
        for (size_t row = 0; row < ROWS; row++) {
            values[row * 2] = (double)row;
            values[row * 2 + 1] = 1e45 * (double)(row % 7) * (row < 57 ? 1e-9 : 1);
        }
        fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, (fixture_storage){{0}, 0, false},
                        values);
    }
    fixture_end_file(comm, file);
    nn_error error = {0};
    nni_dataset *dataset = open_on(comm, "beyond.h5", SLICES);
    nni_feature_scaler *none = fit_on(comm, NN_NORMALIZE_NONE, dataset);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, none, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(error.message, "row 57 of x holds at position 1 a number beyond the range of float32"));
    nni_feature_scaler *standard = fit_on(comm, NN_NORMALIZE_AUTO, dataset);
    CU_ASSERT_EQUAL(standard->kind, NN_NORMALIZE_STANDARD);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, standard, &error), NN_OK);
    nni_real *rows = all_rows(dataset);
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        CU_ASSERT(fabs((double)rows[row * 2 + 1]) < 3);
    free(rows);
    nni_feature_scaler_free(none);
    nni_feature_scaler_free(standard);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "beyond.h5");
}

static void a_spread_beyond_doubles_is_told(void)
{
    double x[4] = {1, 1e300, 2, -1e300};
    nni_dataset wide = {.slicing.slices = {2, 1},
                        .slicing.slice_count = 1,
                        .slicing.rows = 2,
                        .row.features = 2,
                        .row.element = NNI_DOUBLE,
                        .resident.x = x,
                        .origin.file = "wide.h5",
                        .origin.x_name = "/train/x"};
    nn_error error = {0};
    nni_feature_scaler *normalization = NULL;
    if (comm->size > 1)
        return;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_AUTO, 2, &normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_feature_scaler_fit(normalization, &wide, comm, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "wide.h5: the values of /train/x at position 1 spread too far"));
    nni_feature_scaler_free(normalization);
}

static void another_number_of_features_is_told(void)
{
    nn_error error = {0};
    nni_feature_scaler *normalization = NULL;
    nni_dataset dataset = {.row.features = 3, .origin.file = "a.h5", .origin.x_name = "/test/x"};
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_STANDARD, 4, &normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_dataset_normalize(&dataset, normalization, &error), NN_DATA);
    CU_ASSERT_STRING_EQUAL(error.message,
                           "a.h5: /test/x has 3 features a row, but the normalization was measured on 4");
    nni_feature_scaler_free(normalization);
    nni_feature_scaler_free(NULL);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(minmax_maps_every_feature_to_0_and_1), NN_TEST(standard_all_is_one_mean_and_deviation),
        NN_TEST(missing_values_become_the_mean),       NN_TEST(a_feature_that_no_row_has_is_told),
        NN_TEST(standard_is_mean_and_deviation),       NN_TEST(statistics_have_the_same_bits_on_any_number_of_ranks),
        NN_TEST(unit_maps_the_range_to_0_and_1),       NN_TEST(none_changes_nothing),
        NN_TEST(the_range_of_the_rows_is_kept),        NN_TEST(numbers_beyond_float32_need_a_scale),
        NN_TEST(a_spread_beyond_doubles_is_told),      NN_TEST(data_without_spread_becomes_0),
        NN_TEST(another_number_of_features_is_told),
    };
    int code = nni_run_suite("normalization", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
