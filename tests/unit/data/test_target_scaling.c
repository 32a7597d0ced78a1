/* SPDX-License-Identifier: MIT */
/* Targets scaled for training and outputs taken back. Run by mpirun at several rank counts. */
#include <float.h>
#include <math.h>

#include "comm/backend.h"
#include "data/dataset/cursor.h"
#include "data/dataset/dataset.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/loading/sampler.h"
#include "data/scaling/target_scaling.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 211, SLICES = 12, OUTPUTS = 5, FEATURES = 3, SEED = 4 };

/* Seconds since 1970, prices, thousandths, what does not vary, and numbers of either sign. */
static double target(size_t row, size_t output)
{
    const double wave = sin((double)(row * 7 + output * 3));
    const double values[OUTPUTS] = {1.7e9 + 50 * wave, 2e5 * exp(wave), 1e-3 * (1 + wave), 0.1, wave};
    return values[output];
}

/* @param file  holds the targets of outputs first .. first + count as y */
static void write_file(const char *name, size_t first, size_t count)
{
    hid_t file = fixture_begin_file(comm, name);
    if (file >= 0) {
        static double x[ROWS * FEATURES], y[ROWS * OUTPUTS];
        const hsize_t x_extent[2] = {ROWS, FEATURES}, y_extent[2] = {ROWS, count};
        for (size_t i = 0; i < ROWS * FEATURES; i++)
            x[i] = (double)(i % 64);
        for (size_t i = 0; i < ROWS * count; i++)
            y[i] = target(i / count, first + i % count);
        const fixture_storage contiguous = {{0}, 0, false};
        fixture_dataset(file, "x", H5T_STD_U8LE, H5T_NATIVE_DOUBLE, 2, x_extent, contiguous, x);
        fixture_dataset(file, "y", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, y_extent, contiguous, y);
    }
    fixture_end_file(comm, file);
}

static nni_dataset *open_on(nn_comm *ranks, const char *name, size_t memory)
{
    nni_dataset *dataset = NULL;
    const nni_dataset_spec spec = {.file = fixture_path(name), .x = "x", .y = "y", .memory = memory, .window = 240};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, false, ranks, &dataset, NULL), NN_OK);
    return dataset;
}

static nni_target_scaler *fit_on(nn_comm *ranks, const nni_dataset *dataset, nn_target_scaling kind,
                                 nn_activation output)
{
    nni_target_scaler *scaling = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_target_scaler_fit(dataset, kind, NN_MSE, output, ranks, &scaling, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(scaling->outputs, dataset->row.outputs);
    return scaling;
}

/* The textbook definitions, over all rows. */
struct moments {
    double mean, deviation, least, most;
};

static struct moments moments_of(size_t output, bool log)
{
    long double sum = 0, squares = 0;
    struct moments found = {.least = INFINITY, .most = -INFINITY};
    for (size_t row = 0; row < ROWS; row++) {
        const double y = log ? log1p(target(row, output)) : target(row, output);
        sum += (long double)y;
        found.least = fmin(found.least, y);
        found.most = fmax(found.most, y);
    }
    for (size_t row = 0; row < ROWS; row++) {
        const long double y = (long double)(log ? log1p(target(row, output)) : target(row, output));
        squares += (y - sum / ROWS) * (y - sum / ROWS);
    }
    found.mean = (double)(sum / ROWS);
    found.deviation = sqrt((double)(squares / ROWS));
    return found;
}

static void expect_close(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-10 * fabs(expected)))
        printf("\n%.17g, not %.17g\n", got, expected);
    CU_ASSERT(fabs(got - expected) <= 1e-10 * fabs(expected));
}

static void every_kind_is_what_it_says(void)
{
    const nn_target_scaling kinds[] = {NN_TARGETS_STANDARD, NN_TARGETS_MINMAX, NN_TARGETS_SCALE, NN_TARGETS_LOG1P};
    write_file("kinds.h5", 0, OUTPUTS);
    nni_dataset *dataset = open_on(comm, "kinds.h5", 0);
    for (size_t k = 0; k < 4; k++) {
        const size_t outputs = kinds[k] == NN_TARGETS_LOG1P ? OUTPUTS - 1 : OUTPUTS; /* of the last some are below -1 */
        nni_target_scaler *scaling = fit_on(comm, dataset, kinds[k], NN_LINEAR);
        CU_ASSERT_EQUAL(scaling->kind, kinds[k]);
        for (size_t j = 0; j < outputs; j++) {
            const struct moments of = moments_of(j, kinds[k] == NN_TARGETS_LOG1P);
            const double spread = kinds[k] == NN_TARGETS_MINMAX ? of.most - of.least : of.deviation;
            /* Logarithms of times differ from the eighth digit on. */
            if (kinds[k] != NN_TARGETS_LOG1P || j > 0)
                expect_close(scaling->scale[j], j == 3 ? 1 : 1 / spread);
            /* The mean of the last one is a small rest of large numbers. */
            if (kinds[k] == NN_TARGETS_SCALE || j < OUTPUTS - 1)
                expect_close(scaling->offset[j], kinds[k] == NN_TARGETS_SCALE    ? 0
                                                 : kinds[k] == NN_TARGETS_MINMAX ? of.least
                                                                                 : of.mean);
        }
        nni_target_scaler_free(scaling);
    }
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "kinds.h5");
}

/* What goes in comes out, up to the rounding of a scaled target to nni_real; a time to a second of its hundred. */
static void outputs_are_taken_back(void)
{
    const nn_target_scaling kinds[] = {NN_TARGETS_STANDARD, NN_TARGETS_MINMAX, NN_TARGETS_SCALE};
    const double rounding = sizeof(nni_real) == sizeof(float) ? FLT_EPSILON : DBL_EPSILON;
    write_file("back.h5", 0, OUTPUTS);
    nni_dataset *dataset = open_on(comm, "back.h5", 0);
    for (size_t k = 0; k < 3; k++) {
        nni_target_scaler *scaling = fit_on(comm, dataset, kinds[k], NN_LINEAR);
        for (size_t row = 0; row < dataset->slicing.rows; row++) {
            nni_real scaled[OUTPUTS];
            double restored[OUTPUTS];
            const double *y = dataset->resident.values + row * OUTPUTS;
            nni_target_scaler_apply(scaling, y, 1, scaled);
            nni_target_scaler_restore(scaling, scaled, 1, restored);
            for (size_t j = 0; j < OUTPUTS; j++) {
                const double size = fmax(1, fabs((double)scaled[j])) / scaling->scale[j];
                CU_ASSERT(fabs((double)scaled[j] - (y[j] - scaling->offset[j]) * scaling->scale[j]) <=
                          rounding * fmax(1, fabs((double)scaled[j])));
                CU_ASSERT(fabs(restored[j] - y[j]) <= 2 * rounding * size + 1e-15 * fabs(y[j]));
            }
        }
        nni_target_scaler_free(scaling);
    }
    nni_target_scaler *none = fit_on(comm, dataset, NN_TARGETS_NONE, NN_LINEAR);
    const nni_real output[OUTPUTS] = {(nni_real)0.1, -3, (nni_real)1e-30, 0, (nni_real)1e30};
    double restored[OUTPUTS];
    nni_target_scaler_restore(none, output, 1, restored);
    for (size_t j = 0; j < OUTPUTS; j++)
        CU_ASSERT_EQUAL(restored[j], (double)output[j]);
    nni_target_scaler_free(none);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "back.h5");
    const double y[2] = {0, 2e5};
    double offset[2] = {0, 12}, scale[2] = {2, 3};
    const nni_target_scaler log = {NN_TARGETS_LOG1P, 2, offset, scale};
    nni_real scaled[2];
    nni_target_scaler_apply(&log, y, 1, scaled);
    CU_ASSERT_DOUBLE_EQUAL((double)scaled[1], 3 * (log1p(2e5) - 12), rounding);
    nni_target_scaler_restore(&log, scaled, 1, restored);
    CU_ASSERT_EQUAL(restored[0], 0);
    CU_ASSERT_DOUBLE_EQUAL(restored[1] / 2e5, 1, 2 * rounding);
}

static bool same(const nni_target_scaler *a, const nni_target_scaler *b)
{
    const size_t bytes = a->outputs * sizeof *a->offset;
    return a->kind == b->kind && memcmp(a->offset, b->offset, bytes) == 0 && memcmp(a->scale, b->scale, bytes) == 0;
}

/* What the ranks find together, of rows in memory or in the file, is bit by bit what each finds alone; also of what is
 * left once rows were carved off. */
static void any_number_of_ranks_finds_the_same_bits(void)
{
    struct nni_comm_backend self = {.world = MPI_COMM_SELF, .finalize = false};
    nn_comm alone = {.size = 1, .local_size = 1, .host_count = 1, .backend = &self};
    const nn_target_scaling kinds[] = {NN_TARGETS_STANDARD, NN_TARGETS_MINMAX, NN_TARGETS_LOG1P};
    write_file("bits.h5", 0, OUTPUTS - 1);
    for (int folds = 0; folds < 2; folds++) {
        nn_comm *const comms[3] = {&alone, comm, comm};
        const size_t memory[3] = {0, 0, 600};
        nni_dataset *datasets[3], *carved[3];
        const nni_holdout carving = {.fraction = 0.25, .fold = 2, .folds = folds ? 4 : 0, .seed = SEED};
        for (size_t d = 0; d < 3; d++) {
            datasets[d] = open_on(comms[d], "bits.h5", memory[d]);
            CU_ASSERT_EQUAL_FATAL(nni_dataset_split(datasets[d], &carving, comms[d], &carved[d], NULL), NN_OK);
        }
        for (size_t k = 0; k < 3; k++) {
            nni_target_scaler *expected = fit_on(&alone, datasets[0], kinds[k], NN_LINEAR);
            for (size_t d = 1; d < 3; d++) {
                nni_target_scaler *found = fit_on(comm, datasets[d], kinds[k], NN_LINEAR);
                CU_ASSERT(same(found, expected));
                nni_target_scaler_free(found);
            }
            nni_target_scaler_free(expected);
        }
        CU_ASSERT_PTR_NOT_NULL(datasets[2]->source);
        for (size_t d = 0; d < 3; d++) {
            nni_dataset_free(datasets[d]);
            nni_dataset_free(carved[d]);
        }
    }
    fixture_remove_file(comm, "bits.h5");
}

static void auto_goes_by_what_outputs_reach(void)
{
    static const struct {
        size_t first, count; /* of the targets */
        nn_activation output;
        nn_target_scaling expected;
    } choices[] = {
        {0, 5, NN_LINEAR, NN_TARGETS_STANDARD},  {4, 1, NN_LEAKY_RELU, NN_TARGETS_STANDARD},
        {1, 1, NN_LEAKY_RELU, NN_TARGETS_SCALE}, {4, 1, NN_TANH, NN_TARGETS_NONE},
        {1, 1, NN_TANH, NN_TARGETS_MINMAX},      {2, 2, NN_SIGMOID, NN_TARGETS_NONE},
        {4, 1, NN_SIGMOID, NN_TARGETS_MINMAX},   {1, 1, NN_SIGMOID, NN_TARGETS_MINMAX},
        {1, 3, NN_RELU, NN_TARGETS_SCALE},       {0, 5, NN_RELU, NN_TARGETS_MINMAX},
        {1, 1, NN_SOFTPLUS, NN_TARGETS_SCALE},   {4, 1, NN_ELU, NN_TARGETS_MINMAX},
        {0, 5, NN_SOFTMAX, NN_TARGETS_NONE},
    };
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        write_file("auto.h5", choices[i].first, choices[i].count);
        nni_dataset *dataset = open_on(comm, "auto.h5", 0);
        nni_target_scaler *scaling = fit_on(comm, dataset, NN_TARGETS_AUTO, choices[i].output);
        if (scaling->kind != choices[i].expected)
            printf("\n%zu: %s\n", i, nn_target_scaling_name(scaling->kind));
        CU_ASSERT_EQUAL(scaling->kind, choices[i].expected);
        nni_target_scaler_free(scaling);
        CU_ASSERT_EQUAL(
            nni_target_scaler_fit(dataset, NN_TARGETS_AUTO, NN_BINARY_CROSS_ENTROPY, NN_SIGMOID, comm, &scaling, NULL),
            NN_OK);
        CU_ASSERT_EQUAL(scaling->kind, NN_TARGETS_NONE);
        nni_target_scaler_free(scaling);
        nni_dataset_free(dataset);
        fixture_remove_file(comm, "auto.h5");
    }
}

/* Batches are scaled; rows that are gone through, by which figures are found, stay as they are. */
static void batches_are_scaled_and_rows_are_not(void)
{
    write_file("batch.h5", 0, OUTPUTS);
    for (size_t memory = 0; memory <= 600; memory += 600) {
        nni_dataset *dataset = open_on(comm, "batch.h5", memory);
        nni_target_scaler *scaling = fit_on(comm, dataset, NN_TARGETS_AUTO, NN_LINEAR);
        nni_dataset_scale_targets(dataset, scaling);
        nni_sampler *sampler = NULL;
        nni_cursor *cursor = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_sampler_create(dataset, SEED, 24, &sampler, NULL), NN_OK);
        size_t seen = 0;
        for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
            nni_batch batch;
            CU_ASSERT_EQUAL_FATAL(nni_sampler_batch(sampler, 1, step, &batch, NULL), NN_OK);
            for (size_t i = 0; i < batch.rows * OUTPUTS; i++) {
                const size_t j = i % OUTPUTS;
                const double y = (target(batch.samples[i / OUTPUTS], j) - scaling->offset[j]) * scaling->scale[j];
                CU_ASSERT_EQUAL(batch.y.values[i], (nni_real)y);
            }
            seen += batch.rows;
        }
        CU_ASSERT_EQUAL(seen, dataset->slicing.rows);
        CU_ASSERT_EQUAL_FATAL(nni_cursor_create(dataset, 10, &cursor, NULL), NN_OK);
        for (nni_rows rows = {.count = 1}; rows.count > 0;) {
            CU_ASSERT_EQUAL_FATAL(nni_cursor_next(cursor, &rows, NULL), NN_OK);
            for (size_t i = 0; i < rows.count * OUTPUTS; i++)
                CU_ASSERT_EQUAL(rows.values[i],
                                target(dataset->slicing.first_row + rows.first + i / OUTPUTS, i % OUTPUTS));
        }
        nni_cursor_free(cursor);
        nni_sampler_free(sampler);
        nni_target_scaler_free(scaling);
        nni_dataset_free(dataset);
    }
    fixture_remove_file(comm, "batch.h5");
}

/* A number just above -1 has a logarithm, though a float takes it for -1. */
static void log1p_needs_targets_above_minus_one(void)
{
    const double near = nextafter(-1, 0);
    for (int wrong = 0; wrong < 2; wrong++) {
        hid_t file = fixture_begin_file(comm, "log.h5");
        if (file >= 0) {
            static double y[ROWS];
            const hsize_t extent[1] = {ROWS};
            const fixture_storage contiguous = {{0}, 0, false};
            for (size_t i = 0; i < ROWS; i++)
                y[i] = i == 50 ? near : wrong && i >= 101 && i % 2 ? -2.5 : (double)i;
            fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, extent, contiguous, y);
            fixture_dataset(file, "y", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, extent, contiguous, y);
        }
        fixture_end_file(comm, file);
        nni_dataset *dataset = NULL;
        nn_error error = {0};
        const nni_dataset_spec spec = {.file = fixture_path("log.h5"), .x = "x", .y = "y", .log1p = true};
        const nn_status status = nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error);
        CU_ASSERT_EQUAL(status, wrong ? NN_DATA : NN_OK);
        if (wrong)
            CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "log.h5: row 101 of y holds -2.5, and log1p takes"));
        nni_dataset_free(dataset);
        fixture_remove_file(comm, "log.h5");
    }
}

static void classes_are_not_scaled(void)
{
    hid_t file = fixture_begin_file(comm, "classes.h5");
    if (file >= 0) {
        static double y[ROWS];
        const hsize_t extent[1] = {ROWS};
        const fixture_storage contiguous = {{0}, 0, false};
        for (size_t i = 0; i < ROWS; i++)
            y[i] = (double)(i % 2);
        fixture_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, 1, extent, contiguous, y);
        fixture_dataset(file, "y", H5T_STD_U8LE, H5T_NATIVE_DOUBLE, 1, extent, contiguous, y);
    }
    fixture_end_file(comm, file);
    /* Under several outputs, a sigmoid that tells two apart, and a linear one, for which they are numbers. */
    static const nn_activation outputs[] = {NN_SOFTMAX, NN_SIGMOID, NN_LINEAR};
    for (size_t i = 0; i < 3; i++) {
        nni_dataset *dataset = open_on(comm, "classes.h5", 0);
        nn_error error = {0};
        CU_ASSERT_EQUAL(nni_dataset_fit_targets(dataset, i == 0 ? 2 : 1, outputs[i], comm, &error), NN_OK);
        nni_target_scaler *scaling = fit_on(comm, dataset, NN_TARGETS_AUTO, outputs[i]);
        CU_ASSERT_EQUAL(scaling->kind, outputs[i] == NN_LINEAR ? NN_TARGETS_STANDARD : NN_TARGETS_NONE);
        nni_target_scaler_free(scaling);
        scaling = NULL;
        const nn_status status =
            nni_target_scaler_fit(dataset, NN_TARGETS_MINMAX, NN_MSE, outputs[i], comm, &scaling, &error);
        CU_ASSERT_EQUAL(status, outputs[i] == NN_LINEAR ? NN_OK : NN_USAGE);
        if (status != NN_OK)
            CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "data.normalize_targets: minmax scales values"));
        nni_target_scaler_free(scaling);
        nni_dataset_free(dataset);
    }
    fixture_remove_file(comm, "classes.h5");
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(every_kind_is_what_it_says),
        NN_TEST(outputs_are_taken_back),
        NN_TEST(any_number_of_ranks_finds_the_same_bits),
        NN_TEST(auto_goes_by_what_outputs_reach),
        NN_TEST(batches_are_scaled_and_rows_are_not),
        NN_TEST(log1p_needs_targets_above_minus_one),
        NN_TEST(classes_are_not_scaled),
    };
    int code = nni_run_suite("target_scaling", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
