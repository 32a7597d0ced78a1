/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts. */
#include <math.h>

#include "data/dataset/cursor.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/loading/sampler.h"
#include "data/order/interleave.h"
#include "data/order/row_set.h"
#include "metrics/evaluate.h"
#include "support/hdf5_fixture.h"
#include "support/memory.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 103, SLICES = 12, FEATURES = 2, OUTPUTS = 3, SEED = 5 };

/* x holds the row's number; targets and weights follow from it, so that every row says where it came from. With a
 * window rows stay in the file, which is the caller's to remove then. */
static nni_dataset *open_stored(const char *y, const char *w, size_t window)
{
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0) {
        float x[ROWS * FEATURES], values[ROWS * OUTPUTS], weights[ROWS];
        uint8_t classes[ROWS];
        const hsize_t x_extent[2] = {ROWS, FEATURES}, y_extent[2] = {ROWS, OUTPUTS};
        const fixture_storage contiguous = {{0}, 0, false};
        for (int row = 0; row < ROWS; row++) {
            for (int j = 0; j < FEATURES; j++)
                x[row * FEATURES + j] = (float)(1000 * j + row);
            for (int j = 0; j < OUTPUTS; j++)
                values[row * OUTPUTS + j] = (float)(row + 1000 * j);
            classes[row] = (uint8_t)(row % 7);
            weights[row] = (float)row / 4;
        }
        hid_t file = H5Fcreate(fixture_path("rows.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, x_extent, contiguous, x);
        fixture_dataset(file, "values", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, y_extent, contiguous, values);
        fixture_dataset(file, "classes", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, y_extent, contiguous, classes);
        fixture_dataset(file, "weights", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 1, y_extent, contiguous, weights);
        H5Fclose(file);
    }
    nn_comm_barrier(comm, NULL);
    nni_dataset *dataset = NULL;
    const size_t row_bytes = FEATURES * sizeof(float);
    nni_dataset_spec spec = {.file = fixture_path("rows.h5"),
                             .x = "x",
                             .y = y,
                             .w = w,
                             .memory = window > 0 ? 1 : 0,
                             .window = window * SLICES * row_bytes};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, window == 0, comm, &dataset, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(dataset->source != NULL, window > 0);
    return dataset;
}

static nni_dataset *open_numbered(const char *y, const char *w)
{
    nni_dataset *dataset = open_stored(y, w, 0);
    fixture_remove_file(comm, "rows.h5");
    return dataset;
}

static nni_dataset *carve_by(nni_dataset *dataset, nni_holdout carving, nn_comm *ranks)
{
    nni_dataset *validation = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_dataset_split(dataset, &carving, ranks, &validation, NULL), NN_OK);
    return validation;
}

static nni_dataset *carve(nni_dataset *dataset, double fraction, uint64_t seed)
{
    return carve_by(dataset, (nni_holdout){.fraction = fraction, .seed = seed}, comm);
}

/* Of a dataset that this rank has alone. */
static nni_dataset *carve_alone(nni_dataset *dataset, nni_holdout carving)
{
    nn_comm alone = nni_comm_alone();
    return carve_by(dataset, carving, &alone);
}

/* A resident row, where it lies as nni_real. */
static const nni_real *x_of(const nni_dataset *split, size_t row)
{
    const nni_rows one = nni_dataset_resident(split, row, 1);
    return nni_dataset_convert(split, &one, NULL);
}

/* The resident rows of a split are whole, in the order of the file, and counted from first_row on. */
static bool consistent(const nni_dataset *split)
{
    bool good = true;
    for (size_t i = 0; i < split->slicing.rows; i++) {
        const nni_real row = x_of(split, i)[0];
        good = good && x_of(split, i)[1] == row + 1000 && (i == 0 || row > x_of(split, i - 1)[0]);
        good = good && (!split->resident.classes || split->resident.classes[i] == (int)row % 7);
        for (size_t j = 0; split->resident.values && j < OUTPUTS; j++)
            good = good && split->resident.values[i * OUTPUTS + j] == row + (nni_real)(1000 * j);
        good = good && (!split->resident.weights || split->resident.weights[i] == row / 4);
    }
    return good;
}

/* where[row] = 1 + the row's number in its split, negative in validation, gathered over ranks. */
static void locate(const nni_dataset *training, const nni_dataset *validation, double where[ROWS])
{
    memset(where, 0, ROWS * sizeof *where);
    for (size_t i = 0; i < training->slicing.rows; i++)
        where[(size_t)x_of(training, i)[0]] += 1 + (double)(training->slicing.first_row + i);
    for (size_t i = 0; i < validation->slicing.rows; i++)
        where[(size_t)x_of(validation, i)[0]] -= 1 + (double)(validation->slicing.first_row + i);
    nn_comm_sum_double(comm, where, ROWS, NULL);
}

static void every_row_is_in_one_of_the_two_splits(void)
{
    const double fractions[] = {0.005, 0.1, 0.25, 0.5, 0.88};
    const size_t carved[] = {1, 10, 26, 52, 91}; /* round(103 f) */
    const char *const targets[] = {"classes", "values", NULL};
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++)
        for (size_t t = 0; t < 3; t++) {
            nni_dataset *training = open_numbered(targets[t], t < 2 ? "weights" : NULL);
            nni_dataset *validation = carve(training, fractions[i], SEED);
            double where[ROWS];
            locate(training, validation, where);
            CU_ASSERT_EQUAL(validation->slicing.slices.rows, carved[i]);
            CU_ASSERT_EQUAL(training->slicing.slices.rows, ROWS - carved[i]);
            CU_ASSERT(consistent(training) && consistent(validation));
            /* Numbers count up in both splits in the order of the file, and end where the split does. */
            double kept = 0, gone = 0;
            bool counted = true;
            for (size_t row = 0; row < ROWS; row++)
                counted = counted && where[row] == (where[row] > 0 ? ++kept : -++gone);
            CU_ASSERT(counted);
            CU_ASSERT_EQUAL(gone, carved[i]);
            nni_dataset_free(training);
            nni_dataset_free(validation);
        }
}

/* All rows on one rank, made by hand; x as the caller's. */
static nni_dataset whole_of(nni_real x[ROWS])
{
    for (size_t i = 0; i < ROWS; i++)
        x[i] = (nni_real)i;
    return (nni_dataset){.slicing.slices = {ROWS, SLICES},
                         .slicing.whole = {ROWS, SLICES},
                         .slicing.slice_count = SLICES,
                         .slicing.rows = ROWS,
                         .row.features = 1,
                         .row.element = NNI_REAL,
                         .resident.x = x};
}

/* What carving gave it. */
static void release_whole(nni_dataset *whole)
{
    nni_row_set_free(whole->slicing.present);
    nni_release(whole->slicing.slice_first);
}

static void the_choice_does_not_depend_on_the_number_of_ranks(void)
{
    nni_real x[ROWS];
    nni_dataset *training = open_numbered(NULL, NULL), whole = whole_of(x);
    nni_dataset *validation = carve(training, 0.2, SEED),
                *whole_validation = carve_alone(&whole, (nni_holdout){.fraction = 0.2, .seed = SEED});
    double where[ROWS];
    locate(training, validation, where);
    bool same = true;
    for (size_t i = 0; i < whole.slicing.rows; i++)
        same = same && where[(size_t)x_of(&whole, i)[0]] == 1 + (double)i;
    for (size_t i = 0; i < whole_validation->slicing.rows; i++)
        same = same && where[(size_t)x_of(whole_validation, i)[0]] == -1 - (double)i;
    CU_ASSERT(same);
    release_whole(&whole);
    nni_dataset_free(training);
    nni_dataset_free(validation);
    nni_dataset_free(whole_validation);
}

static void the_choice_is_the_seeds_and_no_row_is_favoured(void)
{
    enum { SEEDS = 400 };
    unsigned counts[ROWS] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        nni_real x[ROWS];
        nni_dataset dataset = whole_of(x),
                    *validation = carve_alone(&dataset, (nni_holdout){.fraction = 0.2, .seed = seed});
        for (size_t i = 0; i < validation->slicing.rows; i++)
            counts[(size_t)x_of(validation, i)[0]]++;
        release_whole(&dataset);
        nni_dataset_free(validation);
    }
    /* 21 of 103 rows go, 1 or 2 from every slice of 8 or 9: a row goes in 1/9 to 2/8 of the seeds, give or take five
     * deviations, sqrt(400 * 1/4 * 3/4) = 8.7 at most. */
    bool fair = true;
    for (size_t i = 0; i < ROWS; i++)
        fair = fair && counts[i] > SEEDS / 9.0 - 5 * 8.7 && counts[i] < SEEDS / 4.0 + 5 * 8.7 && counts[i] > 0;
    CU_ASSERT(fair);
}

/* Every row of the training split once an epoch, in batches of just the size asked for. */
static void check_batches(nni_holdout carving)
{
    nni_dataset *training = open_numbered("classes", "weights");
    nni_dataset *validation = carve_by(training, carving, comm);
    const size_t rows = training->slicing.slices.rows;
    for (size_t batch = SLICES; batch <= rows; batch += 7) {
        nni_sampler *sampler = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_sampler_create(training, SEED, batch, &sampler, NULL), NN_OK);
        double dealt[ROWS] = {0}, numbers[ROWS] = {0};
        for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
            nni_batch part;
            CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 2, step, &part, NULL), NN_OK);
            double total = (double)part.rows;
            CU_ASSERT(part.rows <= nni_sampler_capacity(sampler));
            CU_ASSERT(part.rows >= nni_sampler_least(sampler) || step + 1 == nni_sampler_steps(sampler));
            nn_comm_sum_double(comm, &total, 1, NULL);
            CU_ASSERT_EQUAL(total, part.global_rows);
            CU_ASSERT_EQUAL(part.global_rows, step + 1 < nni_sampler_steps(sampler) ? batch : rows - step * batch);
            for (size_t i = 0; i < part.rows; i++) {
                dealt[(size_t)part.x[i * FEATURES]]++;
                numbers[part.samples[i]]++;
                CU_ASSERT_EQUAL(part.weights[i], part.x[i * FEATURES] / 4);
            }
        }
        nn_comm_sum_double(comm, dealt, ROWS, NULL);
        nn_comm_sum_double(comm, numbers, ROWS, NULL);
        double where[ROWS];
        locate(training, validation, where);
        bool once = true;
        for (size_t row = 0; row < ROWS; row++)
            once = once && dealt[row] == (where[row] > 0) && numbers[row] == (row < rows);
        CU_ASSERT(once);
        nni_sampler_free(sampler);
    }
    nni_dataset_free(training);
    nni_dataset_free(validation);
}

static void batches_of_what_remains_are_exact(void)
{
    check_batches((nni_holdout){.fraction = 0.3, .seed = SEED});
    check_batches((nni_holdout){.fraction = 0.3, .seed = SEED, .stratified = true});
    check_batches((nni_holdout){.fold = 3, .folds = 4, .seed = SEED});
    check_batches((nni_holdout){.fold = 1, .folds = 2, .seed = SEED, .stratified = true});
}

/* Rows are classes row % 7: of 103, five have 15 rows and two 14. */
static void folds_have_every_row_once(void)
{
    for (size_t folds = 2; folds <= 8; folds += 3)
        for (int stratified = 0; stratified < 2; stratified++) {
            double held[ROWS] = {0};
            for (size_t fold = 1; fold <= folds; fold++) {
                const nni_holdout carving = {.fold = fold, .folds = folds, .stratified = stratified, .seed = SEED};
                nni_dataset *training = open_numbered("classes", NULL), *validation = carve_by(training, carving, comm);
                double where[ROWS], of_class[7] = {0}, rows = 0;
                locate(training, validation, where);
                CU_ASSERT(consistent(training) && consistent(validation));
                for (size_t row = 0; row < ROWS; row++) {
                    held[row] += where[row] < 0;
                    of_class[row % 7] += where[row] < 0;
                    rows += where[row] < 0;
                }
                CU_ASSERT_EQUAL(rows, validation->slicing.slices.rows);
                CU_ASSERT_EQUAL(training->slicing.slices.rows, ROWS - validation->slicing.slices.rows);
                CU_ASSERT(validation->slicing.slices.rows == ROWS / folds ||
                          validation->slicing.slices.rows == ROWS / folds + 1);
                for (size_t class = 0; stratified && class < 7; class ++)
                    CU_ASSERT(of_class[class] >= 14 / folds && of_class[class] <= 15 / folds + 1);
                nni_dataset_free(training);
                nni_dataset_free(validation);
            }
            for (size_t row = 0; row < ROWS; row++)
                CU_ASSERT_EQUAL(held[row], 1);
        }
}

static void strata_lose_the_same_share(void)
{
    const nni_holdout carving = {.fraction = 0.2, .stratified = true, .seed = SEED};
    nni_dataset *training = open_numbered("classes", NULL), *validation = carve_by(training, carving, comm);
    double where[ROWS], of_class[7] = {0};
    locate(training, validation, where);
    CU_ASSERT_EQUAL(validation->slicing.slices.rows, 21); /* round(103 / 5) */
    for (size_t row = 0; row < ROWS; row++)
        of_class[row % 7] += where[row] < 0;
    for (size_t class = 0; class < 7; class ++)
        CU_ASSERT_EQUAL(of_class[class], 3); /* of 14 or 15 */
    nni_dataset_free(training);
    nni_dataset_free(validation);
}

/* The same rows as on one rank, which has them all. */
static void folds_do_not_depend_on_the_number_of_ranks(void)
{
    for (int stratified = 0; stratified < 2; stratified++) {
        const nni_holdout carving = {.fold = 2, .folds = 5, .stratified = stratified, .seed = SEED};
        nni_real x[ROWS];
        int32_t classes[ROWS];
        nni_dataset *training = open_numbered("classes", NULL), whole = whole_of(x);
        for (size_t row = 0; row < ROWS; row++)
            classes[row] = (int32_t)(row % 7);
        whole.resident.classes = classes;
        whole.row.target = NNI_TARGET_CLASSES;
        whole.row.outputs = 7;
        nni_dataset *validation = carve_by(training, carving, comm), *expected = carve_alone(&whole, carving);
        double where[ROWS];
        locate(training, validation, where);
        CU_ASSERT_EQUAL(validation->slicing.slices.rows, expected->slicing.slices.rows);
        for (size_t i = 0; i < expected->slicing.rows; i++)
            CU_ASSERT_EQUAL(where[(size_t)x_of(expected, i)[0]], -1 - (double)i);
        release_whole(&whole);
        nni_dataset_free(training);
        nni_dataset_free(validation);
        nni_dataset_free(expected);
    }
}

/* --- rows carved off what others were carved off before --- */

enum { TESTING = 1, VALIDATING, TRAINING };

static const nni_holdout of_test[] = {
    {.fraction = 0.2, .seed = SEED, .test = true},
    {.fraction = 0.2, .seed = SEED, .test = true, .stratified = true},
};
static const nni_holdout of_validation[] = {
    {.fraction = 0.1, .seed = SEED},
    {.fraction = 0.25, .seed = SEED, .stratified = true},
    {.fold = 2, .folds = 3, .seed = SEED},
    {.fold = 3, .folds = 3, .seed = SEED, .stratified = true},
};

/* split[row] += which of all rows of a split, whose numbers count up in the order of the file. */
static void mark(const nni_dataset *split, double which, double split_of[ROWS])
{
    enum { PIECE = 3 };
    nni_cursor *cursor = NULL;
    nni_real before = -1, x[PIECE * FEATURES];
    size_t count = 0;
    CU_ASSERT_EQUAL_FATAL(nni_cursor_create(split, PIECE, &cursor, NULL), NN_OK);
    for (nni_rows rows = {.count = 1}; rows.count > 0; count += rows.count) {
        CU_ASSERT_EQUAL_FATAL(nni_cursor_next(cursor, &rows, NULL), NN_OK);
        CU_ASSERT_EQUAL(rows.first, count);
        const nni_real *real = rows.count > 0 ? nni_dataset_convert(split, &rows, x) : NULL;
        for (size_t i = 0; i < rows.count; i++) {
            const nni_real row = real[i * FEATURES];
            CU_ASSERT(row > before && real[i * FEATURES + 1] == row + 1000);
            CU_ASSERT_EQUAL(rows.classes[i], (int)row % 7);
            split_of[(size_t)row] += which;
            before = row;
        }
    }
    CU_ASSERT_EQUAL(count, split->slicing.rows);
    nni_cursor_free(cursor);
}

/* @param of  of validation, or NULL. @param split_of  receives which split each row is in */
static void carve_twice(nni_dataset *dataset, const nni_holdout *test, const nni_holdout *of, double split_of[ROWS])
{
    nni_dataset *testing = carve_by(dataset, *test, comm), *validation = of ? carve_by(dataset, *of, comm) : NULL;
    double rows[2] = {0};
    memset(split_of, 0, ROWS * sizeof *split_of);
    mark(testing, TESTING, split_of);
    mark(dataset, TRAINING, split_of);
    if (validation)
        mark(validation, VALIDATING, split_of);
    nn_comm_sum_double(comm, split_of, ROWS, NULL);
    for (size_t row = 0; row < ROWS; row++)
        for (size_t k = 0; k < 2; k++)
            rows[k] += split_of[row] == TESTING + (double)k;
    CU_ASSERT_EQUAL(rows[0], testing->slicing.slices.rows);
    CU_ASSERT_EQUAL(rows[0], 21); /* round(103 / 5) */
    CU_ASSERT_EQUAL(rows[1], validation ? validation->slicing.slices.rows : 0);
    CU_ASSERT_EQUAL(dataset->slicing.slices.rows, ROWS - rows[0] - rows[1]);
    nni_dataset_free(validation);
    nni_dataset_free(testing);
}

/* The same on one rank, which has all rows; by the resident rows alone. */
static void carve_twice_alone(const nni_holdout *test, const nni_holdout *of, double split_of[ROWS])
{
    nni_real x[ROWS];
    int32_t classes[ROWS];
    nni_dataset whole = whole_of(x);
    for (size_t row = 0; row < ROWS; row++)
        classes[row] = (int32_t)(row % 7);
    whole.resident.classes = classes;
    whole.row.target = NNI_TARGET_CLASSES;
    whole.row.outputs = 7;
    nni_dataset *carved[2] = {carve_alone(&whole, *test), carve_alone(&whole, *of)};
    for (size_t row = 0; row < ROWS; row++)
        split_of[row] = TRAINING;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < carved[k]->slicing.rows; i++)
            split_of[(size_t)x_of(carved[k], i)[0]] = TESTING + (double)k;
    release_whole(&whole);
    for (size_t k = 0; k < 2; k++)
        nni_dataset_free(carved[k]);
}

/* Resident or in the file, on any number of ranks: each row is in one of the three splits, and always in the same. */
static void test_rows_are_carved_off_before_validation_rows(void)
{
    const size_t windows[] = {0, 1, 3, 20}; /* rows of a slice; 0: resident */
    for (size_t t = 0; t < sizeof of_test / sizeof *of_test; t++) {
        double alone[ROWS], split_of[ROWS];
        nni_dataset *dataset = open_numbered("classes", NULL);
        carve_twice(dataset, &of_test[t], NULL, alone);
        nni_dataset_free(dataset);
        for (size_t v = 0; v < sizeof of_validation / sizeof *of_validation; v++) {
            double expected[ROWS];
            carve_twice_alone(&of_test[t], &of_validation[v], expected);
            for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
                dataset = open_stored("classes", NULL, windows[w]);
                carve_twice(dataset, &of_test[t], &of_validation[v], split_of);
                for (size_t row = 0; row < ROWS; row++) {
                    CU_ASSERT_EQUAL(split_of[row] == TESTING, alone[row] == TESTING);
                    CU_ASSERT_EQUAL(split_of[row], expected[row]);
                }
                nni_dataset_free(dataset);
                fixture_remove_file(comm, "rows.h5");
            }
        }
    }
}

/* Else the validation rows would be those that test rows would have been without it. */
static void test_and_validation_rows_are_chosen_independently(void)
{
    nni_dataset *dataset = open_numbered("classes", NULL);
    nni_holdout carving = of_test[0];
    double split_of[2][ROWS] = {{0}}, both = 0;
    nni_dataset *carved = carve_by(dataset, carving, comm);
    mark(carved, 1, split_of[0]);
    nni_dataset_free(carved);
    nni_dataset_free(dataset);
    dataset = open_numbered("classes", NULL);
    carving.test = false;
    carved = carve_by(dataset, carving, comm);
    mark(carved, 1, split_of[1]);
    nni_dataset_free(carved);
    nni_dataset_free(dataset);
    nn_comm_sum_double(comm, split_of[0], 2 * ROWS, NULL);
    for (size_t row = 0; row < ROWS; row++)
        both += split_of[0][row] * split_of[1][row];
    CU_ASSERT(both < 12); /* of 21; some 4 by chance */
}

/* Every row that remains once an epoch, in batches of just the size asked for, from memory and from the file. */
static void batches_of_what_remains_of_two_are_exact(void)
{
    const size_t windows[] = {0, 2};
    for (size_t t = 0; t < 2; t++)
        for (size_t v = 0; v < sizeof of_validation / sizeof *of_validation; v++)
            for (size_t w = 0; w < 2; w++) {
                enum { BATCH = 15 };
                nni_dataset *dataset = open_stored("classes", "weights", windows[w]);
                double split_of[ROWS], dealt[ROWS] = {0};
                carve_twice(dataset, &of_test[t], &of_validation[v], split_of);
                nni_sampler *sampler = NULL;
                CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, SEED, BATCH, &sampler, NULL), NN_OK);
                for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
                    nni_batch part;
                    CU_ASSERT_EQUAL_FATAL(nni_sampler_batch(sampler, 1, step, &part, NULL), NN_OK);
                    for (size_t i = 0; i < part.rows; i++) {
                        dealt[(size_t)part.x[i * FEATURES]]++;
                        CU_ASSERT_EQUAL(part.weights[i], part.x[i * FEATURES] / 4);
                    }
                }
                nn_comm_sum_double(comm, dealt, ROWS, NULL);
                for (size_t row = 0; row < ROWS; row++)
                    CU_ASSERT_EQUAL(dealt[row], split_of[row] == TRAINING);
                nni_sampler_free(sampler);
                nni_dataset_free(dataset);
                fixture_remove_file(comm, "rows.h5");
            }
}

/* Numbers that add up, never fall, and keep within a row or two of each slice's share. */
static void slices_of_any_size_deal_in_proportion(void)
{
    enum { MOST = 9 };
    static const size_t sizes[][MOST] = {{5, 5, 5}, {1, 100, 7, 0, 30}, {3, 4, 3, 4, 4, 3, 3, 4, 4}, {40, 1, 1, 1}};
    for (size_t of = 0; of < sizeof sizes / sizeof *sizes; of++) {
        size_t first[MOST + 1] = {0}, counts[MOST], before[MOST] = {0}, slices = 0;
        for (size_t s = 0; s < MOST; s++) {
            first[s + 1] = first[s] + sizes[of][s];
            slices = sizes[of][s] > 0 ? s + 1 : slices;
        }
        const nni_dataset dataset = {.slicing.slices = {first[slices], slices}, .slicing.slice_first = first};
        for (size_t dealt = 0; dealt <= first[slices]; dealt++) {
            size_t sum = 0;
            nni_interleave_counts(&dataset.slicing, dealt, counts);
            for (size_t s = 0; s < slices; s++) {
                const double share = (double)(dealt * sizes[of][s]) / (double)first[slices];
                sum += counts[s];
                CU_ASSERT(counts[s] >= before[s] && counts[s] <= sizes[of][s]);
                CU_ASSERT(fabs((double)counts[s] - share) < 2);
                before[s] = counts[s];
                if (of == 0) /* the rule of slices as they are cut */
                    CU_ASSERT_EQUAL(counts[s], (dealt + s) / slices);
            }
            CU_ASSERT_EQUAL(sum, dealt);
        }
    }
}

static void targets_may_be_fitted_before_or_after(void)
{
    for (int before = 0; before < 2; before++) {
        nni_dataset *training = open_numbered("classes", NULL);
        if (before)
            CU_ASSERT_EQUAL(nni_dataset_fit_targets(training, 1, NN_LINEAR, comm, NULL), NN_OK);
        nni_dataset *validation = carve(training, 0.3, SEED);
        if (!before) {
            CU_ASSERT_EQUAL(nni_dataset_fit_targets(training, 1, NN_LINEAR, comm, NULL), NN_OK);
            CU_ASSERT_EQUAL(nni_dataset_fit_targets(validation, 1, NN_LINEAR, comm, NULL), NN_OK);
        }
        const nni_dataset *splits[] = {training, validation};
        for (int s = 0; s < 2; s++) {
            CU_ASSERT_EQUAL(splits[s]->row.target, NNI_TARGET_VALUES);
            CU_ASSERT_EQUAL(splits[s]->row.outputs, 1);
            for (size_t i = 0; i < splits[s]->slicing.rows; i++)
                CU_ASSERT_EQUAL(splits[s]->resident.values[i], (int)x_of(splits[s], i)[0] % 7);
        }
        nni_dataset_free(training);
        nni_dataset_free(validation);
    }
}

/* Its slices are no floors of a count, which an evaluation must not mind: |x_0 - y| over the rows that went. */
static void what_is_carved_off_can_be_measured(void)
{
    nni_dataset *training = open_numbered("classes", "weights");
    nni_dataset *validation = carve(training, 0.3, SEED);
    CU_ASSERT_EQUAL_FATAL(nni_dataset_fit_targets(validation, 1, NN_LINEAR, comm, NULL), NN_OK);
    const nni_layer_settings layer = {.units = 1, .activation = NN_LINEAR};
    const nni_loss_settings loss = {.name = NN_MAE};
    nn_network *network = NULL;
    nni_workspace *work = NULL;
    nni_evaluator *evaluator = NULL;
    nni_metrics metrics;
    CU_ASSERT_EQUAL_FATAL(nni_network_create(FEATURES, &layer, 1, &network, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_workspace_create(network, 4, 1, 0, &work, NULL), NN_OK);
    network->parameters[network->layers[0].weight] = 1;
    CU_ASSERT_EQUAL_FATAL(nni_evaluator_create(network, work->capacity, validation, (nni_metrics_wanted){.top_k = 0},
                                               comm, &evaluator, NULL),
                          NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_evaluate(evaluator, &loss, network, work, &metrics, NULL), NN_OK);
    double where[ROWS], weights = 0, weighted = 0, rows = 0;
    locate(training, validation, where);
    for (int row = 0; row < ROWS; row++)
        if (where[row] < 0) {
            weights += row / 4.0;
            weighted += row / 4.0 * (row - row % 7);
            rows++;
        }
    CU_ASSERT_EQUAL(metrics.rows, rows);
    CU_ASSERT_DOUBLE_EQUAL(metrics.value[NN_METRIC_MAE], weighted / weights, 1e-12 * weighted);
    CU_ASSERT_DOUBLE_EQUAL(metrics.value[NN_METRIC_LOSS], weighted / rows, 1e-12 * weighted);
    nni_evaluator_free(evaluator);
    nni_workspace_free(work);
    nn_network_free(network);
    nni_dataset_free(training);
    nni_dataset_free(validation);
}

static void expect_refusal_of(nni_holdout carving, const char *words)
{
    nni_dataset *dataset = open_numbered(NULL, NULL), *validation = NULL;
    nn_error error = {0};
    CU_ASSERT_EQUAL(nni_dataset_split(dataset, &carving, comm, &validation, &error), NN_USAGE);
    CU_ASSERT_PTR_NULL(validation);
    bool said = strstr(error.message, words);
    if (!said)
        fprintf(stderr, "expected \"%s\" in: %s\n", words, error.message);
    CU_ASSERT(said);
    CU_ASSERT_EQUAL(dataset->slicing.slices.rows, ROWS);
    CU_ASSERT(consistent(dataset));
    nni_dataset_free(dataset);
}

static void expect_refusal(double fraction, const char *words)
{
    expect_refusal_of((nni_holdout){.fraction = fraction, .seed = SEED}, words);
}

static void shares_that_leave_a_split_empty_are_told(void)
{
    expect_refusal_of((nni_holdout){.fold = 120, .folds = 150, .seed = SEED}, "fold 120 of 150 of the 103 rows");
    expect_refusal_of((nni_holdout){.fraction = 0.004, .test = true}, "data.test: a share of 0.004 of the 103 rows");
    expect_refusal_of((nni_holdout){.fraction = 0.89, .test = true}, "data.test: without a share of 0.89, 11 of");
    expect_refusal_of((nni_holdout){.fold = 6, .folds = 5, .seed = SEED}, "no fold 6 of 5");
    expect_refusal_of((nni_holdout){.fold = 1, .folds = 5, .stratified = true}, "holds no classes");
    expect_refusal(0.004, "is no row at all");
    expect_refusal(0.89, "11 of the 103 rows of x"); /* 92 of them gone, for 12 slices */
    expect_refusal(0.9999, "0 of the 103 rows of x");
    expect_refusal(0, "between 0 and 1");
    expect_refusal(1, "between 0 and 1");
    expect_refusal((double)NAN, "between 0 and 1");
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(every_row_is_in_one_of_the_two_splits),
        NN_TEST(the_choice_does_not_depend_on_the_number_of_ranks),
        NN_TEST(the_choice_is_the_seeds_and_no_row_is_favoured),
        NN_TEST(batches_of_what_remains_are_exact),
        NN_TEST(folds_have_every_row_once),
        NN_TEST(strata_lose_the_same_share),
        NN_TEST(folds_do_not_depend_on_the_number_of_ranks),
        NN_TEST(test_rows_are_carved_off_before_validation_rows),
        NN_TEST(test_and_validation_rows_are_chosen_independently),
        NN_TEST(batches_of_what_remains_of_two_are_exact),
        NN_TEST(slices_of_any_size_deal_in_proportion),
        NN_TEST(targets_may_be_fitted_before_or_after),
        NN_TEST(what_is_carved_off_can_be_measured),
        NN_TEST(shares_that_leave_a_split_empty_are_told),
    };
    int code = nni_run_suite("carve", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
