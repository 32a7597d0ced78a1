/* SPDX-License-Identifier: MIT */
/* What data.normalize: auto chooses, and what it tells. Run by mpirun at several rank counts. */
#include <math.h>

#include "comm/backend.h"
#include "data/dataset/open.h"
#include "data/scaling/feature_scaling.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 2000, SLICES = 12 };

/* 0 ... 1, irregular: the upper bits of splitmix64. */
static double uniform(size_t row, size_t column)
{
    uint64_t z = (row * 1000003 + column + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Mean 0, deviation 1: the sum of twelve. */
static double normal(size_t row, size_t column)
{
    double sum = -6;
    for (size_t k = 0; k < 12; k++)
        sum += uniform(row, 1000 * (column + 1) + k);
    return sum;
}

/* A data set that is to be scaled. */
typedef struct shape {
    hid_t type;
    int dimensions;
    size_t height, width;
    double (*cell)(size_t row, size_t column);
} shape;

static nni_dataset *open_shape(const shape *of)
{
    const size_t features = of->height * (of->dimensions > 2 ? of->width : 1);
    hid_t file = fixture_begin_file(comm, "choice.h5");
    if (file >= 0) {
        const hsize_t extent[3] = {ROWS, of->height, of->width};
        double *values = malloc(sizeof *values * ROWS * features);
        for (size_t i = 0; i < ROWS * features; i++)
            values[i] = of->cell(i / features, i % features);
        fixture_dataset(file, "x", of->type, H5T_NATIVE_DOUBLE, of->dimensions, extent,
                        (fixture_storage){{0}, 0, false}, values);
        free(values);
    }
    fixture_end_file(comm, file);
    nni_dataset *dataset = NULL;
    nni_dataset_spec spec = {.file = fixture_path("choice.h5"), .x = "x"};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, NULL), NN_OK);
    return dataset;
}

static void close_shape(nni_dataset *dataset)
{
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "choice.h5");
}

static nni_feature_scaler *fit(nn_feature_scaling kind, const nni_dataset *dataset, nni_feature_scaler_notes *notes)
{
    nni_feature_scaler *normalization = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(kind, dataset->row.features, &normalization, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_fit_noting(normalization, dataset, comm, notes, NULL), NN_OK);
    return normalization;
}

/* --- what is chosen --- */

static double table_cell(size_t row, size_t column)
{
    return pow(10, (double)column) * (3 + normal(row, column));
}

static double scaled_cell(size_t row, size_t column)
{
    return column == 2 ? 0 : column == 3 ? (double)(uniform(row, 3) < 0.1) : 0.1 + 0.8 * normal(row, column);
}

static double unit_cell(size_t row, size_t column)
{
    return uniform(row, column);
}

/* 8 x 8 pixels that are darker and seldomer towards the border, the corner never. */
static double pixel_cell(size_t row, size_t column)
{
    const size_t y = column / 8, x = column % 8,
                 border = (y < 4 ? y : 7 - y) < (x < 4 ? x : 7 - x) ? (y < 4 ? y : 7 - y) : (x < 4 ? x : 7 - x);
    if (column == 0 || uniform(row, 900 + column) > (border == 0 ? 0.02 : 0.3 * (double)border))
        return 0;
    return floor(uniform(row, column) * (border == 0 ? 6 : 17));
}

/* As many columns of bytes, of sizes of their own: ages, counts, grades, flags. */
static double census_cell(size_t row, size_t column)
{
    static const double most[4] = {100, 9, 5, 2};
    return floor(uniform(row, column) * most[column % 4]);
}

/* Ten series of three measurements, each of another size. */
static double series_cell(size_t row, size_t column)
{
    static const double size[3] = {1e5, 20, 1};
    return size[column % 3] * (1 + 0.1 * normal(row, column));
}

static double flag_cell(size_t row, size_t column)
{
    return uniform(row, column) < 0.01 * (double)(column + 1);
}

static void kinds_are_chosen_by_shape_and_statistics(void)
{
    const struct {
        shape of;
        nn_feature_scaling chosen;
        size_t constant, two_valued;
    } cases[] = {
        {{H5T_IEEE_F64LE, 2, 5, 0, table_cell}, NN_NORMALIZE_STANDARD, 0, 0},
        {{H5T_IEEE_F32LE, 2, 6, 0, scaled_cell}, NN_NORMALIZE_NONE, 1, 0},
        {{H5T_IEEE_F32LE, 2, 20, 0, unit_cell}, NN_NORMALIZE_STANDARD, 0, 0},
        {{H5T_STD_U8LE, 2, 64, 0, pixel_cell}, NN_NORMALIZE_STANDARD_ALL, 1, 0},
        {{H5T_IEEE_F64LE, 2, 64, 0, pixel_cell}, NN_NORMALIZE_STANDARD_ALL, 1, 0},
        {{H5T_STD_U8LE, 3, 8, 8, pixel_cell}, NN_NORMALIZE_STANDARD_ALL, 1, 0},
        {{H5T_IEEE_F32LE, 3, 8, 8, pixel_cell}, NN_NORMALIZE_STANDARD_ALL, 1, 0},
        {{H5T_STD_U8LE, 2, 64, 0, census_cell}, NN_NORMALIZE_STANDARD, 0, 16},
        {{H5T_IEEE_F32LE, 3, 10, 3, series_cell}, NN_NORMALIZE_STANDARD, 0, 0},
        {{H5T_STD_U8LE, 2, 80, 0, flag_cell}, NN_NORMALIZE_STANDARD, 0, 80},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        nni_dataset *dataset = open_shape(&cases[k].of);
        nni_feature_scaler_notes notes = {0};
        nni_feature_scaler *normalization = fit(NN_NORMALIZE_AUTO, dataset, &notes);
        CU_ASSERT_EQUAL(normalization->kind, cases[k].chosen);
        CU_ASSERT_EQUAL(notes.constant, cases[k].constant);
        CU_ASSERT_EQUAL(notes.two_valued, cases[k].two_valued);
        CU_ASSERT_EQUAL(notes.outliers.features + notes.codes.features, 0);
        if (normalization->kind == NN_NORMALIZE_NONE)
            CU_ASSERT(normalization->offset[1] == 0 && normalization->scale[1] == 1);
        nni_feature_scaler_free(normalization);
        close_shape(dataset);
    }
}

/* --- two values, one value --- */

/* A rare 1, a rarer -5 beside 5, an even pair, a constant, and a pair with one value in between. */
static double pair_cell(size_t row, size_t column)
{
    switch (column) {
    case 0:
        return row % 500 == 3;
    case 1:
        return row == 77 ? -5 : 5;
    case 2:
        return (double)(row % 2);
    case 3:
        return 7;
    default:
        return row == 100 ? 0.4 : (double)(row % 2);
    }
}

static void the_rarer_of_two_values_is_not_blown_up(void)
{
    const shape of = {H5T_IEEE_F64LE, 2, 5, 0, pair_cell};
    nni_dataset *dataset = open_shape(&of);
    nni_feature_scaler_notes notes = {0};
    nni_feature_scaler *chosen = fit(NN_NORMALIZE_AUTO, dataset, &notes),
                       *standard = fit(NN_NORMALIZE_STANDARD, dataset, NULL);
    CU_ASSERT_EQUAL(notes.two_valued, 3);
    CU_ASSERT_EQUAL(notes.constant, 1);
    CU_ASSERT_EQUAL(chosen->scale[0], 2);
    CU_ASSERT_EQUAL(chosen->scale[1], 0.2);
    CU_ASSERT_EQUAL(chosen->scale[2], 2);
    CU_ASSERT_EQUAL(chosen->scale[4], standard->scale[4]);
    CU_ASSERT_DOUBLE_EQUAL(standard->scale[0], 1 / sqrt(0.002 * 0.998), 1e-9); /* a 1 would be 22 */
    CU_ASSERT(chosen->offset[3] == 7 && chosen->scale[3] == 0);
    nni_feature_scaler_free(chosen);
    nni_feature_scaler_free(standard);
    close_shape(dataset);
}

/* --- what lies far off --- */

/* In column 1, 1 % of the rows are wrong. */
static double sensor_cell(size_t row, size_t column)
{
    return column == 1 && row % 100 == 31 ? 1e6 : 20 + 3 * normal(row, column);
}

/* The same clipping in long double, row by row: sums in another order, so up to rounding. */
static void clip_by_hand(double *mean, double *deviation)
{
    double low = -INFINITY, high = INFINITY;
    for (size_t pass = 0, before = ROWS + 1; pass < 11; pass++) {
        long double sum = 0, squares = 0;
        size_t rows = 0;
        for (size_t row = 0; row < ROWS; row++) {
            const double x = sensor_cell(row, 1);
            if (x < low || x > high)
                continue;
            sum += x;
            squares += (long double)x * x;
            rows++;
        }
        if (rows == before)
            return;
        before = rows;
        *mean = (double)(sum / rows);
        *deviation = (double)sqrtl(squares / rows - sum / rows * (sum / rows));
        low = *mean - 3 * *deviation;
        high = *mean + 3 * *deviation;
    }
}

static void robust_scales_by_what_is_not_far_off(void)
{
    const shape of = {H5T_IEEE_F64LE, 2, 3, 0, sensor_cell};
    struct nni_comm_backend self = {.world = MPI_COMM_SELF, .finalize = false};
    nn_comm alone = {.size = 1, .local_size = 1, .host_count = 1, .backend = &self};
    nni_dataset *dataset = open_shape(&of), *whole = NULL;
    nni_feature_scaler_notes notes = {0};
    double mean = 0, deviation = 0;
    clip_by_hand(&mean, &deviation);
    nni_feature_scaler *robust = fit(NN_NORMALIZE_ROBUST, dataset, NULL),
                       *chosen = fit(NN_NORMALIZE_AUTO, dataset, &notes);
    CU_ASSERT_DOUBLE_EQUAL(robust->offset[1], mean, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(robust->scale[1], 1 / deviation, 1e-9);
    CU_ASSERT(mean > 19 && mean < 21 && deviation > 2.5 && deviation < 3.1);
    CU_ASSERT_EQUAL(robust->limit, 10);
    CU_ASSERT_EQUAL(nni_dataset_normalize(dataset, robust, NULL), NN_OK);
    nni_real *x = malloc((dataset->slicing.rows * 3 + 1) * sizeof *x);
    const nni_rows all = nni_dataset_resident(dataset, 0, dataset->slicing.rows);
    nni_dataset_convert(dataset, &all, x);
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        CU_ASSERT((dataset->slicing.first_row + row) % 100 == 31 ? x[row * 3 + 1] == 10
                                                                 : fabs((double)x[row * 3 + 1]) < 5);
    free(x);
    /* auto scales by all, and tells. */
    CU_ASSERT_EQUAL(chosen->kind, NN_NORMALIZE_STANDARD);
    CU_ASSERT_EQUAL(notes.outliers.features, 1);
    CU_ASSERT_EQUAL(notes.outliers.feature, 1);
    CU_ASSERT_EQUAL(notes.outliers.value, 1e6);
    CU_ASSERT_DOUBLE_EQUAL(notes.outliers.measure, (1e6 - mean) / deviation, 1);
    /* Bit by bit what one rank finds alone. */
    nni_dataset_spec spec = {.file = fixture_path("choice.h5"), .x = "x"};
    nni_feature_scaler *expected = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, &alone, &whole, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_feature_scaler_create(NN_NORMALIZE_ROBUST, 3, &expected, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_feature_scaler_fit(expected, whole, &alone, NULL), NN_OK);
    CU_ASSERT_EQUAL(memcmp(robust->offset, expected->offset, 3 * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(robust->scale, expected->scale, 3 * sizeof(double)), 0);
    nni_feature_scaler_free(robust);
    nni_feature_scaler_free(chosen);
    nni_feature_scaler_free(expected);
    nni_dataset_free(whole);
    close_shape(dataset);
}

/* --- codes --- */

static double draw(const double *shares, size_t count, size_t row, size_t column)
{
    double left = uniform(row, column);
    for (size_t k = 0; k + 1 < count; k++) {
        left -= shares[k];
        if (left < 0)
            return (double)k;
    }
    return (double)(count - 1);
}

/* Regions by their number; rooms; grades; ages by tens; codes with gaps, in a file of numbers that are no integers. */
static double code_cell(size_t row, size_t column)
{
    static const double regions[] = {0.2, 0.02, 0.25, 0.03, 0.3, 0.02, 0.18},
                        rooms[] = {0.1, 0.3, 0.3, 0.2, 0.06, 0.03, 0.01}, grades[] = {0.3, 0.1, 0.05, 0.15, 0.4},
                        kinds[] = {0.2, 0.2, 0.2, 0.2, 0.2};
    static const double codes[] = {3, 7, 8, 21, 40};
    switch (column) {
    case 0:
        return 1 + draw(regions, 7, row, 0);
    case 1:
        return 1 + draw(rooms, 7, row, 1);
    case 2:
        return 1 + draw(grades, 5, row, 2);
    case 3:
        return 10 * (1 + draw(grades, 5, row, 3));
    default:
        return codes[(size_t)draw(kinds, 5, row, 4)];
    }
}

static void codes_are_told_from_amounts_by_their_frequencies(void)
{
    const shape of = {H5T_IEEE_F64LE, 2, 5, 0, code_cell};
    nni_dataset *dataset = open_shape(&of);
    nni_feature_scaler_notes notes = {0};
    nni_feature_scaler *chosen = fit(NN_NORMALIZE_AUTO, dataset, &notes);
    CU_ASSERT_EQUAL(notes.codes.features, 2);
    CU_ASSERT_EQUAL(notes.codes.feature, 0);
    CU_ASSERT_EQUAL(notes.codes.value, 7);
    nni_feature_scaler_free(chosen);
    close_shape(dataset);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(kinds_are_chosen_by_shape_and_statistics),
        NN_TEST(the_rarer_of_two_values_is_not_blown_up),
        NN_TEST(robust_scales_by_what_is_not_far_off),
        NN_TEST(codes_are_told_from_amounts_by_their_frequencies),
    };
    int code = nni_run_suite("normalization_choice", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
