/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "hdf5/write.h"
#include "nntrain/import.h"
#include "support/memory.h"
#include "support/philox.h"

static const double pi = 3.14159265358979323846;

/* One split of a problem being made. */
struct split {
    nn_generated problem;
    size_t rows, features;
    double noise;
    uint64_t seed;
    bool training;
    float *x;         /* [rows, features] */
    uint8_t *classes; /* [rows] */
    float *values;    /* [rows], sine and line */
};

/* What is random about a row: a uniform number and a pair of normal ones. */
struct draw {
    double uniform, normal[2];
};

static struct draw draw_row(const struct split *split, size_t row)
{
    uint64_t stream = (uint64_t)split->problem << 1 | !split->training;
    nni_philox_block block = nni_random_block(split->seed, NNI_RANDOM_GENERATE, stream, 2 * (uint64_t)row);
    struct draw draw = {.uniform = nni_uniform(block.word[0], block.word[1])};
    nni_normal_pair(nni_random_block(split->seed, NNI_RANDOM_GENERATE, stream, 2 * (uint64_t)row + 1), draw.normal);
    return draw;
}

static void fill_xor(struct split *split)
{
    for (size_t row = 0; row < split->rows; row++) {
        split->x[2 * row] = (float)(row >> 1);
        split->x[2 * row + 1] = (float)(row & 1);
        split->classes[row] = (uint8_t)((row >> 1) ^ (row & 1));
    }
}

static void put_point(struct split *split, size_t row, double radius, double angle, const struct draw *draw)
{
    split->x[2 * row] = (float)(radius * cos(angle) + split->noise * draw->normal[0]);
    split->x[2 * row + 1] = (float)(radius * sin(angle) + split->noise * draw->normal[1]);
    split->classes[row] = row & 1;
}

/* Class 0 on a ring of radius 1/2, class 1 on one of radius 1. */
static void fill_circles(struct split *split)
{
    for (size_t row = 0; row < split->rows; row++) {
        struct draw draw = draw_row(split, row);
        put_point(split, row, row & 1 ? 1 : 0.5, 2 * pi * draw.uniform, &draw);
    }
}

/* Archimedean spirals, half a turn apart, from radius 0.1, where they would meet, to 1. The square root spreads the
 * points evenly along the arm, whose length grows with the square of the angle. */
static void fill_spirals(struct split *split)
{
    for (size_t row = 0; row < split->rows; row++) {
        struct draw draw = draw_row(split, row);
        double along = sqrt(draw.uniform);
        put_point(split, row, 0.1 + 0.9 * along, 3 * pi * along + (row & 1 ? pi : 0), &draw);
    }
}

/* One input and one value, which is exact in the test split. */
static void put_value(struct split *split, size_t row, double x, double (*function)(double), const struct draw *draw)
{
    split->x[row] = (float)x;
    double noise = split->training ? split->noise * draw->normal[0] : 0;
    split->values[row] = (float)(function((double)split->x[row]) + noise);
}

static void fill_sine(struct split *split)
{
    for (size_t row = 0; row < split->rows; row++) {
        struct draw draw = draw_row(split, row);
        put_value(split, row, pi * (2 * draw.uniform - 1), sin, &draw);
    }
}

static double line(double x)
{
    return 2 * x - 1;
}

/* All inputs are positive, so that weight and bias do much the same: the loss is a long valley across both. */
static void fill_line(struct split *split)
{
    for (size_t row = 0; row < split->rows; row++) {
        struct draw draw = draw_row(split, row);
        put_value(split, row, 2 * draw.uniform, line, &draw);
    }
}

static void fill(struct split *split)
{
    switch (split->problem) {
    case NN_GENERATED_XOR:
        fill_xor(split);
        break;
    case NN_GENERATED_CIRCLES:
        fill_circles(split);
        break;
    case NN_GENERATED_SPIRALS:
        fill_spirals(split);
        break;
    case NN_GENERATED_SINE:
        fill_sine(split);
        break;
    case NN_GENERATED_LINE:
        fill_line(split);
        break;
    }
}

static nn_status write_whole(const nni_hdf5_output *output, const char *name, hid_t file_type, hid_t memory_type,
                             int dimensions, const hsize_t *extent, const void *values, nn_error *error)
{
    hid_t dataset = H5I_INVALID_HID;
    NN_TRY(nni_hdf5_make_dataset(output, name, file_type, dimensions, extent, 0, &dataset, error));
    const nn_status status = nni_hdf5_write_rows(output, dataset, name, memory_type, 0, extent[0], values, error);
    return nni_hdf5_close_dataset(output, dataset, name, status, error);
}

static nn_status write_split(const struct split *split, const nni_hdf5_output *output, nn_error *error)
{
    hsize_t x[2] = {split->rows, split->features}, y[2] = {split->rows, 1};
    NN_TRY(write_whole(output, split->training ? "/train/x" : "/test/x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, x,
                       split->x, error));
    const char *name = split->training ? "/train/y" : "/test/y";
    if (split->values)
        return write_whole(output, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, y, split->values, error);
    return write_whole(output, name, H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, y, split->classes, error);
}

static bool has_values(nn_generated problem)
{
    return problem == NN_GENERATED_SINE || problem == NN_GENERATED_LINE;
}

static nn_status take_memory(struct split *split, nn_error *error)
{
    NN_TRY(nni_allocate(split->rows, split->features * sizeof *split->x, "the rows", &split->x, error));
    if (has_values(split->problem))
        return nni_allocate(split->rows, sizeof *split->values, "the targets", &split->values, error);
    return nni_allocate(split->rows, sizeof *split->classes, "the classes", &split->classes, error);
}

static nn_status write_file(struct split *split, const char *path, nn_error *error)
{
    nni_hdf5_output output;
    NN_TRY(nni_hdf5_create(path, &output, error));
    nn_status status = NN_OK;
    for (int pass = 0; pass < 2 && status == NN_OK; pass++) {
        split->training = pass == 0;
        fill(split);
        status = write_split(split, &output, error);
    }
    return nni_hdf5_finish(&output, status, error);
}

nn_status nn_generate(nn_generated problem, size_t rows, double noise, uint64_t seed, const char *output,
                      nn_error *error)
{
    if (problem == NN_GENERATED_XOR)
        rows = 4;
    if (rows == 0)
        return nn_fail(error, NN_USAGE, "a generated problem needs at least one row");
    if (!(noise >= 0) || !isfinite(noise))
        return nn_fail(error, NN_USAGE, "noise of standard deviation %g is not a finite number of at least 0", noise);
    struct split split = {
        .problem = problem,
        .rows = rows,
        .features = has_values(problem) ? 1 : 2,
        .noise = noise,
        .seed = seed,
    };
    nn_status status = take_memory(&split, error);
    if (status == NN_OK)
        status = write_file(&split, output, error);
    nni_release(split.x);
    nni_release(split.classes);
    nni_release(split.values);
    return status;
}
