/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts. */
#include <math.h>

#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "data/loading/sampler.h"
#include "data/order/shuffle.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 103, SLICES = 12, FEATURES = 3, OUTPUTS = 2, SEED = 5 };

/* x holds the row's number, y something that follows from it, so that a gathered row says where it came from. */
static nni_dataset *open_weighted(const char *y, const char *w)
{
    if (comm->rank == 0) {
        float x[ROWS * FEATURES], values[ROWS * OUTPUTS];
        uint8_t classes[ROWS], weights[ROWS];
        const hsize_t x_extent[2] = {ROWS, FEATURES}, y_extent[2] = {ROWS, OUTPUTS};
        const fixture_storage contiguous = {{0}, 0, false};
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < FEATURES; i++)
                x[row * FEATURES + i] = (float)(1000 * i + row);
            values[row * OUTPUTS] = (float)-row;
            values[row * OUTPUTS + 1] = (float)(2 * row);
            classes[row] = (uint8_t)(row % 7);
            weights[row] = (uint8_t)(row + 1);
        }
        hid_t file = H5Fcreate(fixture_path("rows.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, x_extent, contiguous, x);
        fixture_dataset(file, "values", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, y_extent, contiguous, values);
        fixture_dataset(file, "classes", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, y_extent, contiguous, classes);
        fixture_dataset(file, "weights", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, y_extent, contiguous, weights);
        H5Fclose(file);
    }
    nn_comm_barrier(comm, NULL);
    nni_dataset *dataset = NULL;
    nni_dataset_spec spec = {.file = fixture_path("rows.h5"), .x = "x", .y = y, .w = w};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, NULL), NN_OK);
    nn_comm_barrier(comm, NULL);
    if (comm->rank == 0)
        unlink(fixture_path("rows.h5"));
    return dataset;
}

static nni_dataset *open_numbered(const char *y)
{
    return open_weighted(y, NULL);
}

static nni_sampler *create(const nni_dataset *dataset, uint64_t seed, size_t batch)
{
    nni_sampler *sampler = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, seed, batch, &sampler, NULL), NN_OK);
    return sampler;
}

/* --- the shuffle --- */

static void a_shuffle_is_a_bijection(void)
{
    enum { LARGEST = 5000 };
    static bool seen[LARGEST];
    for (uint64_t count = 1; count <= LARGEST; count = count < 300 ? count + 1 : count * 5 / 4 + 1) {
        nni_shuffle shuffle = nni_shuffle_of(count, 1, 2, 3);
        bool bijection = true;
        memset(seen, 0, sizeof seen);
        for (uint64_t i = 0; i < count; i++) {
            uint64_t row = nni_shuffle_row(&shuffle, i);
            bijection = bijection && row < count && !seen[row];
            if (row < count)
                seen[row] = true;
        }
        CU_ASSERT(bijection);
    }
}

static void huge_slices_are_shuffled_too(void)
{
    const uint64_t count = (UINT64_C(1) << 62) + 12345;
    nni_shuffle shuffle = nni_shuffle_of(count, 1, 2, 3);
    double sum = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t row = nni_shuffle_row(&shuffle, count - 1 - i);
        CU_ASSERT(row < count);
        sum += (double)row / (double)count;
    }
    CU_ASSERT(fabs(sum / 1000 - 0.5) < 5 * sqrt(1.0 / 12 / 1000));
}

/* Five standard deviations of chi-square above its mean: degrees of freedom d, variance 2 d. */
static double chi_square_limit(double freedom)
{
    return freedom + 5 * sqrt(2 * freedom);
}

static double chi_square(const unsigned *counts, size_t cells, double expected)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

static void every_order_of_few_rows_is_as_likely(void)
{
    enum { KEYS = 48000 };
    unsigned counts[4 * 4 * 4] = {0}, orders[24];
    for (uint64_t epoch = 0; epoch < KEYS; epoch++) {
        nni_shuffle shuffle = nni_shuffle_of(4, 9, epoch, 0);
        uint64_t a = nni_shuffle_row(&shuffle, 0), b = nni_shuffle_row(&shuffle, 1), c = nni_shuffle_row(&shuffle, 2);
        counts[16 * a + 4 * b + c]++;
    }
    size_t used = 0;
    for (size_t i = 0; i < 64 && used < 24; i++)
        if (counts[i] > 0)
            orders[used++] = counts[i];
    CU_ASSERT_EQUAL_FATAL(used, 24);
    CU_ASSERT(chi_square(orders, 24, KEYS / 24.0) < chi_square_limit(23));
}

static void every_row_is_as_likely_at_every_position(void)
{
    enum { COUNT = 37, KEYS = 20000 };
    static unsigned counts[COUNT * COUNT];
    for (uint64_t slice = 0; slice < KEYS; slice++) {
        nni_shuffle shuffle = nni_shuffle_of(COUNT, 9, 1, slice);
        for (uint64_t i = 0; i < COUNT; i++)
            counts[i * COUNT + nni_shuffle_row(&shuffle, i)]++;
    }
    CU_ASSERT(chi_square(counts, COUNT * COUNT, (double)KEYS / COUNT) < chi_square_limit((COUNT - 1) * (COUNT - 1)));
}

/* Of a random order of n, neighbours' places in order are uncorrelated up to 1 / sqrt(n). */
static void neighbours_are_torn_apart(void)
{
    enum { COUNT = 60000 };
    nni_shuffle shuffle = nni_shuffle_of(COUNT, 1, 0, 0);
    double sum = 0, middle = (COUNT - 1) / 2.0;
    for (uint64_t i = 0; i + 1 < COUNT; i++)
        sum += ((double)nni_shuffle_row(&shuffle, i) - middle) * ((double)nni_shuffle_row(&shuffle, i + 1) - middle);
    double variance = (double)COUNT * COUNT / 12;
    CU_ASSERT(fabs(sum / COUNT / variance) < 5 / sqrt(COUNT));
}

/* A checkpoint continues with the orders it began with, so they must not change between versions. */
static void the_order_of_a_seed_stays_what_it_is(void)
{
    static const uint64_t expected[10] = {8, 4, 6, 0, 1, 7, 5, 3, 2, 9};
    nni_shuffle shuffle = nni_shuffle_of(10, 1, 0, 0);
    for (uint64_t i = 0; i < 10; i++)
        CU_ASSERT_EQUAL(nni_shuffle_row(&shuffle, i), expected[i]);
}

/* --- the sampler --- */

/* Rows of the whole batch, slice by slice, from the definition alone. */
static size_t expected_batch(uint64_t epoch, size_t batch, size_t step, size_t first_slice, size_t slices, size_t *rows)
{
    size_t count = 0;
    for (size_t s = first_slice; s < first_slice + slices; s++) {
        size_t begin = 0, size = (ROWS + s) / SLICES;
        for (size_t i = 0; i < s; i++)
            begin += (ROWS + i) / SLICES;
        size_t from = (step * batch + s) / SLICES, to = ((step + 1) * batch + s) / SLICES;
        nni_shuffle shuffle = nni_shuffle_of(size, SEED, epoch, s);
        for (size_t position = from; position < (to < size ? to : size); position++)
            rows[count++] = begin + nni_shuffle_row(&shuffle, position);
    }
    return count;
}

static void check_batch(const nni_dataset *dataset, nni_sampler *sampler, uint64_t epoch, size_t batch, size_t step,
                        double *dealt)
{
    size_t rows[ROWS];
    size_t count = expected_batch(epoch, batch, step, dataset->slicing.first_slice, dataset->slicing.slice_count, rows);
    nni_batch got;
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, epoch, step, &got, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(got.rows, count);
    CU_ASSERT(got.rows <= nni_sampler_capacity(sampler));
    size_t global = step + 1 < nni_sampler_steps(sampler) ? batch : ROWS - step * batch;
    CU_ASSERT_EQUAL(got.global_rows, global);
    double sum = (double)count;
    nn_comm_sum_double(comm, &sum, 1, NULL);
    CU_ASSERT_EQUAL(sum, global);
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        dealt[rows[i]]++;
        for (size_t j = 0; j < FEATURES; j++)
            same = same && got.x[i * FEATURES + j] == (nni_real)(1000 * j + rows[i]);
        same = same && got.y.classes[i] == (int32_t)(rows[i] % 7);
    }
    CU_ASSERT(same);
    CU_ASSERT_PTR_NULL(got.y.values);
}

static void batches_do_not_depend_on_the_number_of_ranks(void)
{
    const size_t batches[] = {12, 13, 25, 50, 102, 103};
    nni_dataset *dataset = open_numbered("classes");
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        nni_sampler *sampler = create(dataset, SEED, batches[i]);
        CU_ASSERT_EQUAL(nni_sampler_steps(sampler), (ROWS + batches[i] - 1) / batches[i]);
        for (uint64_t epoch = 0; epoch < 3; epoch++) {
            double dealt[ROWS] = {0};
            for (size_t step = 0; step < nni_sampler_steps(sampler); step++)
                check_batch(dataset, sampler, epoch, batches[i], step, dealt);
            nn_comm_sum_double(comm, dealt, ROWS, NULL);
            bool once = true;
            for (size_t row = 0; row < ROWS; row++)
                once = once && dealt[row] == 1;
            CU_ASSERT(once);
        }
        nni_sampler_free(sampler);
    }
    nni_dataset_free(dataset);
}

static void capacity_and_least_are_met(void)
{
    nni_dataset *dataset = open_numbered("classes");
    for (size_t batch = SLICES; batch <= ROWS; batch++) {
        nni_sampler *sampler = create(dataset, SEED, batch);
        size_t most = 0, least = SIZE_MAX, rows[ROWS], steps = nni_sampler_steps(sampler);
        for (size_t step = 0; step < steps; step++) {
            size_t count =
                expected_batch(0, batch, step, dataset->slicing.first_slice, dataset->slicing.slice_count, rows);
            most = count > most ? count : most;
            if (step + 1 < steps || steps == 1)
                least = count < least ? count : least;
        }
        CU_ASSERT_EQUAL(nni_sampler_capacity(sampler), most);
        CU_ASSERT_EQUAL(nni_sampler_least(sampler), least);
        nni_sampler_free(sampler);
    }
    nni_dataset_free(dataset);
}

static void a_batch_is_a_function_of_epoch_and_step(void)
{
    nni_dataset *dataset = open_numbered("classes");
    nni_sampler *sampler = create(dataset, SEED, 25), *fresh = create(dataset, SEED, 25);
    nni_batch first, again, other;
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 4, 2, &first, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_sampler_batch(fresh, 9, 1, &again, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_sampler_batch(fresh, 4, 2, &again, NULL), NN_OK);
    CU_ASSERT_EQUAL(first.rows, again.rows);
    CU_ASSERT_EQUAL(memcmp(first.x, again.x, first.rows * FEATURES * sizeof *first.x), 0);
    CU_ASSERT_EQUAL(nni_sampler_batch(fresh, 5, 2, &other, NULL), NN_OK);
    double differs = memcmp(first.x, other.x, first.rows * FEATURES * sizeof *first.x) != 0;
    nni_comm_max_double(comm, &differs, 1, NULL);
    CU_ASSERT_EQUAL(differs, 1);
    nni_sampler_free(sampler);
    nni_sampler_free(fresh);

    nni_sampler *seeded = create(dataset, SEED + 1, 25);
    fresh = create(dataset, SEED, 25);
    CU_ASSERT_EQUAL(nni_sampler_batch(seeded, 4, 2, &other, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_sampler_batch(fresh, 4, 2, &again, NULL), NN_OK);
    differs = memcmp(again.x, other.x, again.rows * FEATURES * sizeof *again.x) != 0;
    nni_comm_max_double(comm, &differs, 1, NULL);
    CU_ASSERT_EQUAL(differs, 1);
    nni_sampler_free(seeded);
    nni_sampler_free(fresh);
    nni_dataset_free(dataset);
}

static void values_go_with_their_rows(void)
{
    nni_dataset *dataset = open_numbered("values");
    nni_sampler *sampler = create(dataset, SEED, 30);
    nni_batch batch;
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 0, 1, &batch, NULL), NN_OK);
    CU_ASSERT_PTR_NULL(batch.y.classes);
    CU_ASSERT(batch.rows > 0);
    for (size_t i = 0; i < batch.rows; i++) {
        CU_ASSERT_EQUAL(batch.y.values[i * OUTPUTS], -batch.x[i * FEATURES]);
        CU_ASSERT_EQUAL(batch.y.values[i * OUTPUTS + 1], 2 * batch.x[i * FEATURES]);
    }
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
    dataset = open_numbered(NULL);
    sampler = create(dataset, SEED, 30);
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 0, 0, &batch, NULL), NN_OK);
    CU_ASSERT(!batch.y.classes && !batch.y.values);
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
}

/* x says which row of the file a gathered one is. */
static void weights_and_numbers_go_with_their_rows(void)
{
    nni_dataset *dataset = open_weighted("classes", "weights");
    nni_sampler *sampler = create(dataset, SEED, 30);
    nni_batch batch;
    for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
        CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 6, step, &batch, NULL), NN_OK);
        CU_ASSERT_EQUAL(batch.epoch, 6);
        CU_ASSERT_FATAL(batch.weights && batch.samples);
        for (size_t i = 0; i < batch.rows; i++) {
            CU_ASSERT_EQUAL(batch.samples[i], batch.x[i * FEATURES]);
            CU_ASSERT_EQUAL(batch.weights[i], batch.x[i * FEATURES] + 1);
        }
    }
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
    dataset = open_numbered("classes");
    sampler = create(dataset, SEED, 30);
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 0, 0, &batch, NULL), NN_OK);
    CU_ASSERT_PTR_NULL(batch.weights);
    nni_sampler_free(sampler);
    nni_dataset_free(dataset);
}

static void batches_smaller_than_slices_or_larger_than_the_data_are_told(void)
{
    nni_dataset *dataset = open_numbered("classes");
    nni_sampler *sampler = NULL;
    nn_error error = {0};
    CU_ASSERT_EQUAL(nni_sampler_create(dataset, SEED, SLICES - 1, &sampler, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "a batch of 11 rows"));
    CU_ASSERT_EQUAL(nni_sampler_create(dataset, SEED, ROWS + 1, &sampler, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "a batch of 104 rows is more than the 103 rows of x"));
    CU_ASSERT_PTR_NULL(sampler);
    nni_sampler_free(NULL);
    nni_dataset_free(dataset);
}

/* Rows of more than a thread's worth: the threaded way gathers what one thread would. */
static void many_bytes_are_gathered_by_threads_alike(void)
{
    enum { WIDE = 4096, COUNT = 64 };
    nni_real *x = calloc((size_t)WIDE * COUNT, sizeof *x);
    for (size_t i = 0; i < (size_t)WIDE * COUNT; i++)
        x[i] = (nni_real)(i / WIDE);
    nni_dataset dataset = {.slicing.slices = {COUNT, 4},
                           .slicing.slice_count = 4,
                           .slicing.rows = COUNT,
                           .row.features = WIDE,
                           .row.element = NNI_REAL,
                           .resident.x = x};
    nni_sampler *sampler = create(&dataset, SEED, COUNT);
    nni_batch batch;
    CU_ASSERT_EQUAL(nni_sampler_batch(sampler, 1, 0, &batch, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(batch.rows, COUNT);
    bool same = true;
    for (size_t s = 0, row = 0; s < 4; s++) {
        nni_shuffle shuffle = nni_shuffle_of(16, SEED, 1, s);
        for (size_t i = 0; i < 16; i++, row++)
            for (size_t j = 0; j < WIDE; j++)
                same = same && batch.x[row * WIDE + j] == (nni_real)(16 * s + nni_shuffle_row(&shuffle, i));
    }
    CU_ASSERT(same);
    nni_sampler_free(sampler);
    free(x);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(a_shuffle_is_a_bijection),
        NN_TEST(huge_slices_are_shuffled_too),
        NN_TEST(every_order_of_few_rows_is_as_likely),
        NN_TEST(every_row_is_as_likely_at_every_position),
        NN_TEST(neighbours_are_torn_apart),
        NN_TEST(the_order_of_a_seed_stays_what_it_is),
        NN_TEST(batches_do_not_depend_on_the_number_of_ranks),
        NN_TEST(capacity_and_least_are_met),
        NN_TEST(a_batch_is_a_function_of_epoch_and_step),
        NN_TEST(values_go_with_their_rows),
        NN_TEST(weights_and_numbers_go_with_their_rows),
        NN_TEST(batches_smaller_than_slices_or_larger_than_the_data_are_told),
        NN_TEST(many_bytes_are_gathered_by_threads_alike),
    };
    int code = nni_run_suite("sampler", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
