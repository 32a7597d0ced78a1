/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "nntrain/import.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

enum { ROWS = 400 };

/* Both splits of a generated file. */
typedef struct splits {
    size_t rows, features;
    float x[2][ROWS * 2];
    float y[2][ROWS];
    H5T_class_t y_class;
    int y_dimensions;
} splits;

static void read_problem(const char *path, splits *problem)
{
    const char *const names[2][2] = {{"/train/x", "/train/y"}, {"/test/x", "/test/y"}};
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_FATAL(file >= 0);
    for (int split = 0; split < 2; split++) {
        hid_t x = H5Dopen2(file, names[split][0], H5P_DEFAULT), y = H5Dopen2(file, names[split][1], H5P_DEFAULT);
        hid_t space = H5Dget_space(x), y_space = H5Dget_space(y), type = H5Dget_type(y);
        hsize_t extent[2];
        CU_ASSERT_EQUAL_FATAL(H5Sget_simple_extent_dims(space, extent, NULL), 2);
        CU_ASSERT_FATAL(extent[0] <= ROWS && extent[1] <= 2);
        problem->rows = extent[0];
        problem->features = extent[1];
        problem->y_class = H5Tget_class(type);
        problem->y_dimensions = H5Sget_simple_extent_ndims(y_space);
        CU_ASSERT_EQUAL(H5Sget_simple_extent_npoints(y_space), (hssize_t)problem->rows);
        H5Dread(x, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, problem->x[split]);
        H5Dread(y, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, problem->y[split]);
        H5Tclose(type);
        H5Sclose(y_space);
        H5Sclose(space);
        H5Dclose(y);
        H5Dclose(x);
    }
    H5Fclose(file);
    unlink(path);
}

static void generate(nn_generated kind, double noise, uint64_t seed, splits *problem)
{
    const char *path = fixture_path("generated.h5");
    CU_ASSERT_EQUAL_FATAL(nn_generate(kind, ROWS, noise, seed, path, NULL), NN_OK);
    read_problem(path, problem);
}

static void xor_is_its_truth_table_twice(void)
{
    splits truth;
    generate(NN_GENERATED_XOR, 0, 1, &truth);
    CU_ASSERT_EQUAL(truth.rows, 4);
    CU_ASSERT_EQUAL(truth.y_class, H5T_INTEGER);
    for (int split = 0; split < 2; split++)
        for (int row = 0; row < 4; row++) {
            int a = row / 2, b = row % 2;
            CU_ASSERT(truth.x[split][2 * row] == a && truth.x[split][2 * row + 1] == b);
            CU_ASSERT_EQUAL(truth.y[split][row], a != b);
        }
}

static double radius_of(const splits *problem, int split, size_t row)
{
    return hypot((double)problem->x[split][2 * row], (double)problem->x[split][2 * row + 1]);
}

static size_t ones(const splits *problem, int split)
{
    size_t count = 0;
    for (size_t row = 0; row < problem->rows; row++)
        count += problem->y[split][row] == 1;
    return count;
}

static void circles_have_two_radii(void)
{
    static splits circles;
    generate(NN_GENERATED_CIRCLES, 0, 1, &circles);
    CU_ASSERT_EQUAL(circles.rows, ROWS);
    CU_ASSERT_EQUAL(circles.y_class, H5T_INTEGER);
    CU_ASSERT_EQUAL(circles.y_dimensions, 1);
    for (int split = 0; split < 2; split++) {
        CU_ASSERT_EQUAL(ones(&circles, split), ROWS / 2);
        double x = 0;
        for (size_t row = 0; row < ROWS; row++) {
            CU_ASSERT_DOUBLE_EQUAL(radius_of(&circles, split, row), circles.y[split][row] == 1 ? 1 : 0.5, 1e-6);
            x += (double)circles.x[split][2 * row];
        }
        CU_ASSERT(fabs(x / ROWS) < 5 * sqrt(0.5 / ROWS)); /* all around: the mean is the centre */
    }
}

static void noise_has_its_standard_deviation(void)
{
    static splits noisy;
    generate(NN_GENERATED_CIRCLES, 0.1, 1, &noisy);
    double squares = 0;
    for (size_t row = 0; row < ROWS; row++) {
        double distance = radius_of(&noisy, 0, row) - (noisy.y[0][row] == 1 ? 1 : 0.5);
        squares += distance * distance;
    }
    /* Across the ring the noise is that of one coordinate; the curvature adds a few percent on the inner ring. */
    double deviation = sqrt(squares / ROWS);
    CU_ASSERT(deviation > 0.1 * (1 - 5 * sqrt(0.5 / ROWS)) && deviation < 0.1 * (1.05 + 5 * sqrt(0.5 / ROWS)));
}

/* Unwound by their radius, all points of a class lie in one direction, and the classes in opposite ones. */
static void spirals_wind_one_turn_and_a_half(void)
{
    static splits spirals;
    const double pi = acos(-1);
    double longest = 0;
    generate(NN_GENERATED_SPIRALS, 0, 1, &spirals);
    for (int split = 0; split < 2; split++) {
        CU_ASSERT_EQUAL(ones(&spirals, split), ROWS / 2);
        for (size_t row = 0; row < ROWS; row++) {
            double radius = radius_of(&spirals, split, row), turn = 3 * pi * (radius - 0.1) / 0.9;
            double side = spirals.y[split][row] == 1 ? -1 : 1;
            CU_ASSERT_DOUBLE_EQUAL(spirals.x[split][2 * row], side * radius * cos(turn), 1e-5);
            CU_ASSERT_DOUBLE_EQUAL(spirals.x[split][2 * row + 1], side * radius * sin(turn), 1e-5);
            longest = fmax(longest, radius);
            CU_ASSERT(radius > 0.1 - 1e-6 && radius < 1 + 1e-6);
        }
    }
    CU_ASSERT(longest > 0.98);
}

/* Values of one input from `least` to `most`: noise of 0.1 in training, none in test. */
static void check_values(nn_generated kind, double (*function)(double), double least, double most)
{
    static splits problem;
    double squares = 0, low = INFINITY, high = -INFINITY;
    generate(kind, 0.1, 1, &problem);
    CU_ASSERT_EQUAL(problem.features, 1);
    CU_ASSERT_EQUAL(problem.y_class, H5T_FLOAT);
    for (size_t row = 0; row < ROWS; row++) {
        double x = (double)problem.x[1][row], noise = (double)problem.y[0][row] - function((double)problem.x[0][row]);
        CU_ASSERT_DOUBLE_EQUAL(problem.y[1][row], function(x), 2e-7);
        low = fmin(low, x);
        high = fmax(high, x);
        squares += noise * noise;
    }
    const double margin = 0.05 * (most - least); /* 400 uniform numbers leave none of this size at an end */
    CU_ASSERT(low > least - 1e-6 && low < least + margin);
    CU_ASSERT(high < most + 1e-6 && high > most - margin);
    CU_ASSERT_DOUBLE_EQUAL(sqrt(squares / ROWS), 0.1, 0.1 * 5 * sqrt(0.5 / ROWS));
}

static double line(double x)
{
    return 2 * x - 1;
}

static void values_are_noisy_in_training_and_exact_in_test(void)
{
    const double pi = acos(-1);
    check_values(NN_GENERATED_SINE, sin, -pi, pi);
    check_values(NN_GENERATED_LINE, line, 0, 2);
}

static size_t read_bytes(const char *name, unsigned char *bytes, size_t room)
{
    FILE *file = fopen(fixture_path(name), "rb");
    size_t size = fread(bytes, 1, room, file);
    fclose(file);
    unlink(fixture_path(name));
    return size;
}

static void a_seed_gives_one_file_and_independent_splits(void)
{
    static unsigned char first[1 << 16], second[1 << 16];
    nn_generate(NN_GENERATED_SPIRALS, ROWS, 0.05, 3, fixture_path("a.h5"), NULL);
    nn_generate(NN_GENERATED_SPIRALS, ROWS, 0.05, 3, fixture_path("b.h5"), NULL);
    size_t size = read_bytes("a.h5", first, sizeof first);
    CU_ASSERT_EQUAL(size, read_bytes("b.h5", second, sizeof second));
    CU_ASSERT_EQUAL(memcmp(first, second, size), 0);

    static splits one, other;
    generate(NN_GENERATED_SPIRALS, 0.05, 3, &one);
    generate(NN_GENERATED_SPIRALS, 0.05, 4, &other);
    CU_ASSERT_NOT_EQUAL(memcmp(one.x[0], other.x[0], sizeof one.x[0]), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(one.x[0], one.x[1], sizeof one.x[0]), 0);
}

static void nonsense_is_told(void)
{
    nn_error error = {0};
    const char *path = fixture_path("none.h5");
    CU_ASSERT_EQUAL(nn_generate(NN_GENERATED_SINE, 0, 0, 1, path, &error), NN_USAGE);
    CU_ASSERT_EQUAL(nn_generate(NN_GENERATED_SINE, 10, -1, 1, path, &error), NN_USAGE);
    CU_ASSERT_EQUAL(nn_generate(NN_GENERATED_SINE, 10, NAN, 1, path, &error), NN_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "is not a finite number of at least 0"));
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    CU_ASSERT_EQUAL(nn_generate(NN_GENERATED_SINE, 10, 0, 1, fixture_path("no/such.h5"), &error), NN_SYSTEM);
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(xor_is_its_truth_table_twice),
        NN_TEST(circles_have_two_radii),
        NN_TEST(noise_has_its_standard_deviation),
        NN_TEST(spirals_wind_one_turn_and_a_half),
        NN_TEST(values_are_noisy_in_training_and_exact_in_test),
        NN_TEST(a_seed_gives_one_file_and_independent_splits),
        NN_TEST(nonsense_is_told),
    };
    int code = nni_run_suite("generate", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
