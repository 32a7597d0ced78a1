/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "data/loading/augment.h"
#include "data/loading/sampler.h"
#include "support/suite.h"

enum { MOST = 12 * 12 * 3, SEED = 7 };

/* An image, with what a 0 of its file is after normalisation: another number in each place. */
struct image {
    size_t height, width, channels, features;
    nni_real pixels[MOST], fill[MOST], offset[MOST], scale[MOST];
};

static struct image draw(size_t height, size_t width, size_t channels)
{
    struct image image = {.height = height, .width = width, .channels = channels};
    image.features = height * width * channels;
    for (size_t i = 0; i < image.features; i++) {
        image.pixels[i] = (nni_real)(1 + i);
        image.offset[i] = (nni_real)(i + 1);
        image.scale[i] = (nni_real)0.5;
        image.fill[i] = -(nni_real)(i + 1) / 2;
    }
    return image;
}

static nni_augment_settings nothing(void)
{
    return (nni_augment_settings){.image = NULL};
}

/* With the extents of the image in the recipe. */
static nni_augment *create(struct image *image, nni_augment_settings recipe, uint64_t seed)
{
    size_t extents[3] = {image->height, image->width, image->channels};
    nni_feature_scaler normalization = {.kind = NN_NORMALIZE_STANDARD,
                                        .features = image->features,
                                        .offset_real = image->offset,
                                        .scale_real = image->scale};
    const nni_dataset dataset = {.row.features = image->features, .normalization = &normalization};
    nni_augment *augment = NULL;
    recipe.image = extents;
    recipe.image_count = image->channels > 1 ? 3 : 2;
    CU_ASSERT_EQUAL_FATAL(nni_augment_create(&recipe, &dataset, seed, &augment, NULL), NN_OK);
    return augment;
}

static bool same(const nni_real *a, const nni_real *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* Row `sample` of the epoch, in `out` [MOST]. */
static void augmented(const nni_augment *augment, const struct image *image, uint64_t epoch, uint64_t sample,
                      nni_real *out)
{
    memcpy(out, image->pixels, sizeof image->pixels);
    nni_augment_row(augment, epoch, sample, out);
}

/* Five standard deviations of chi-square above its mean: degrees of freedom d, variance 2 d. */
static bool all_as_likely(const unsigned *counts, size_t cells, double total)
{
    double sum = 0, expected = total / (double)cells, freedom = (double)cells - 1;
    for (size_t i = 0; i < cells; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum < freedom + 5 * sqrt(2 * freedom);
}

static void with_all_off_nothing_changes(void)
{
    struct image image = draw(9, 11, 1);
    nni_augment *augment = create(&image, nothing(), SEED);
    for (uint64_t sample = 0; sample < 100; sample++) {
        nni_real out[MOST];
        augmented(augment, &image, 3, sample, out);
        CU_ASSERT(same(out, image.pixels, MOST));
    }
    nni_augment_free(augment);
}

/* --- geometry, against an image made pixel by pixel --- */

static nni_real shifted_value(const struct image *image, size_t y, size_t x, size_t c, int down, int right)
{
    const int from_y = (int)y - down, from_x = (int)x - right;
    const bool inside = from_y >= 0 && from_y < (int)image->height && from_x >= 0 && from_x < (int)image->width;
    const size_t here = (y * image->width + x) * image->channels + c;
    return inside ? image->pixels[((size_t)from_y * image->width + (size_t)from_x) * image->channels + c]
                  : image->fill[here];
}

static void shift_image(const struct image *image, int down, int right, nni_real *out)
{
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < image->width; x++)
            for (size_t c = 0; c < image->channels; c++)
                *out++ = shifted_value(image, y, x, c, down, right);
}

static void check_shift(size_t height, size_t width, size_t channels, int most)
{
    enum { DRAWS = 4000, MOST_SHIFTS = 121 };
    struct image image = draw(height, width, channels);
    nni_augment_settings recipe = nothing();
    recipe.shift = (size_t)most;
    nni_augment *augment = create(&image, recipe, SEED);
    unsigned counts[MOST_SHIFTS] = {0};
    const int shifts = 2 * most + 1;
    for (uint64_t sample = 0; sample < DRAWS; sample++) {
        nni_real out[MOST], expected[MOST];
        int found = 0;
        augmented(augment, &image, 1, sample, out);
        for (int i = 0; i < shifts * shifts; i++) {
            shift_image(&image, i / shifts - most, i % shifts - most, expected);
            if (same(out, expected, image.features))
                found++, counts[i]++;
        }
        CU_ASSERT_EQUAL(found, 1);
        CU_ASSERT(same(out + image.features, image.pixels + image.features, MOST - image.features));
    }
    CU_ASSERT(all_as_likely(counts, (size_t)(shifts * shifts), DRAWS));
    nni_augment_free(augment);
}

static void a_shift_moves_exactly_fills_and_is_uniform(void)
{
    check_shift(8, 8, 1, 2);
    check_shift(5, 7, 1, 4);
    check_shift(7, 5, 3, 1);
    check_shift(6, 9, 2, 5);
    check_shift(3, 2, 1, 1);
}

static void mirror_image(const struct image *image, bool rows, bool columns, nni_real *out)
{
    for (size_t y = 0; y < image->height; y++)
        for (size_t x = 0; x < image->width; x++)
            for (size_t c = 0; c < image->channels; c++) {
                const size_t from_y = rows ? image->height - 1 - y : y, from_x = columns ? image->width - 1 - x : x;
                *out++ = image->pixels[(from_y * image->width + from_x) * image->channels + c];
            }
}

static void check_flip(size_t height, size_t width, size_t channels, nn_flip flip)
{
    enum { DRAWS = 2000 };
    struct image image = draw(height, width, channels);
    nni_augment_settings recipe = nothing();
    recipe.flip = flip;
    nni_augment *augment = create(&image, recipe, SEED);
    unsigned counts[4] = {0}, used[4];
    size_t cells = 0;
    for (uint64_t sample = 0; sample < DRAWS; sample++) {
        nni_real out[MOST], expected[MOST];
        augmented(augment, &image, 1, sample, out);
        for (unsigned kind = 0; kind < 4; kind++) {
            mirror_image(&image, kind & NN_FLIP_VERTICAL, kind & NN_FLIP_HORIZONTAL, expected);
            counts[kind] += same(out, expected, image.features);
        }
    }
    for (unsigned kind = 0; kind < 4; kind++)
        if ((kind & flip) == kind)
            used[cells++] = counts[kind];
        else
            CU_ASSERT_EQUAL(counts[kind], 0);
    CU_ASSERT_EQUAL(counts[0] + counts[1] + counts[2] + counts[3], DRAWS);
    CU_ASSERT(all_as_likely(used, cells, DRAWS));
    nni_augment_free(augment);
}

static void a_flip_mirrors_half_of_the_images_channels_together(void)
{
    static const nn_flip flips[] = {NN_FLIP_HORIZONTAL, NN_FLIP_VERTICAL, NN_FLIP_BOTH};
    for (size_t i = 0; i < 3; i++) {
        check_flip(8, 8, 1, flips[i]);
        check_flip(5, 12, 1, flips[i]);
        check_flip(6, 7, 3, flips[i]);
    }
}

/* Of the side's pixels, side / 2 come before the centre. */
static bool is_covered(size_t at, size_t centre, size_t side)
{
    return at + side / 2 >= centre && at + side / 2 < centre + side;
}

static void check_cutout(size_t height, size_t width, size_t channels, size_t side)
{
    enum { DRAWS = 4000 };
    struct image image = draw(height, width, channels);
    nni_augment_settings recipe = nothing();
    recipe.cutout = side;
    nni_augment *augment = create(&image, recipe, SEED);
    unsigned counts[12 * 12] = {0};
    for (uint64_t sample = 0; sample < DRAWS; sample++) {
        nni_real out[MOST];
        unsigned found = 0;
        augmented(augment, &image, 1, sample, out);
        for (size_t centre = 0; centre < height * width; centre++) {
            bool right = true;
            for (size_t i = 0; i < image.features && right; i++) {
                const size_t y = i / channels / width, x = i / channels % width;
                const bool covered = is_covered(y, centre / width, side) && is_covered(x, centre % width, side);
                right = out[i] == (covered ? image.fill[i] : image.pixels[i]);
            }
            counts[centre] += right;
            found += right;
        }
        CU_ASSERT_EQUAL(found, 1);
    }
    CU_ASSERT(all_as_likely(counts, height * width, DRAWS));
    nni_augment_free(augment);
}

static void a_cutout_covers_its_square_and_nothing_else(void)
{
    check_cutout(8, 8, 1, 4);
    check_cutout(7, 9, 1, 3);
    check_cutout(5, 6, 3, 2);
    check_cutout(5, 6, 1, 1);
}

/* --- all of it --- */

static nni_augment_settings everything(void)
{
    nni_augment_settings recipe = nothing();
    recipe.shift = 2, recipe.flip = NN_FLIP_BOTH, recipe.noise = 0.1, recipe.cutout = 3;
    return recipe;
}

static void all_together_are_one_after_the_other(void)
{
    struct image image = draw(8, 9, 1);
    nni_augment_settings moved_only = everything(), noise_only = nothing(), cut_only = nothing();
    moved_only.noise = 0, moved_only.cutout = 0;
    noise_only.noise = 0.1, cut_only.cutout = 3;
    nni_augment *all = create(&image, everything(), SEED), *moved = create(&image, moved_only, SEED);
    nni_augment *noisy = create(&image, noise_only, SEED), *cut = create(&image, cut_only, SEED);
    for (uint64_t sample = 0; sample < 500; sample++) {
        nni_real a[MOST], b[MOST], square[MOST], noise[MOST] = {0};
        bool right = true;
        augmented(all, &image, 4, sample, a);
        augmented(moved, &image, 4, sample, b);
        augmented(cut, &image, 4, sample, square);
        nni_augment_row(noisy, 4, sample, noise);
        for (size_t i = 0; i < image.features; i++)
            right = right && a[i] == (square[i] == image.fill[i] ? image.fill[i] : b[i] + noise[i]);
        CU_ASSERT(right);
    }
    nni_augment_free(all), nni_augment_free(moved), nni_augment_free(noisy), nni_augment_free(cut);
}

static void a_row_is_the_same_whoever_asks_and_another_in_another_epoch(void)
{
    enum { ROWS = 300 };
    static nni_real rows[ROWS][MOST];
    struct image image = draw(12, 12, 3);
    nni_augment *augment = create(&image, everything(), SEED), *twin = create(&image, everything(), SEED);
    nni_augment *other_seed = create(&image, everything(), SEED + 1);
#pragma omp parallel for schedule(dynamic) num_threads(3)
    for (size_t i = 0; i < ROWS; i++)
        augmented(augment, &image, 6, i, rows[i]);
    for (size_t i = ROWS; i-- > 0;) {
        nni_real again[MOST], epoch[MOST], sample[MOST], seed[MOST];
        augmented(twin, &image, 6, i, again);
        augmented(twin, &image, 7, i, epoch);
        augmented(twin, &image, 6, i + ROWS, sample);
        augmented(other_seed, &image, 6, i, seed);
        CU_ASSERT(same(again, rows[i], MOST));
        CU_ASSERT(!same(epoch, rows[i], MOST) && !same(sample, rows[i], MOST) && !same(seed, rows[i], MOST));
    }
    nni_augment_free(augment), nni_augment_free(twin), nni_augment_free(other_seed);
}

/* Rank 0 of one, and rank 1 of two, of 6 rows in each of 4 slices. */
static void batches_hold_the_rows_augmented_by_their_numbers(void)
{
    enum { ROWS = 24, SLICES = 4 };
    static nni_real x[ROWS][MOST];
    static int32_t classes[ROWS];
    struct image image = draw(12, 12, 3);
    nni_augment *augment = create(&image, everything(), SEED);
    for (size_t i = 0; i < ROWS * MOST; i++)
        x[i / MOST][i % MOST] = (nni_real)i;
    for (size_t rank = 0; rank < 2; rank++) {
        const size_t first_slice = rank * 2, first_row = rank * ROWS / 2;
        const nni_dataset dataset = {.slicing.slices = {ROWS, SLICES},
                                     .slicing.first_slice = first_slice,
                                     .slicing.slice_count = SLICES - first_slice,
                                     .slicing.first_row = first_row,
                                     .slicing.rows = ROWS - first_row,
                                     .row.features = MOST,
                                     .row.target = NNI_TARGET_CLASSES,
                                     .row.outputs = 1,
                                     .row.element = NNI_REAL,
                                     .resident.x = x[first_row],
                                     .resident.classes = classes};
        nni_sampler *sampler = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_sampler_create(&dataset, SEED, 8, &sampler, NULL), NN_OK);
        nni_sampler_augment(sampler, augment);
        for (uint64_t epoch = 0; epoch < 2; epoch++)
            for (size_t step = 0; step < nni_sampler_steps(sampler); step++) {
                nni_batch batch;
                CU_ASSERT_EQUAL(nni_sampler_batch(sampler, epoch, step, &batch, NULL), NN_OK);
                for (size_t row = 0; row < batch.rows; row++) {
                    nni_real expected[MOST];
                    memcpy(expected, x[batch.samples[row]], sizeof expected);
                    nni_augment_row(augment, epoch, batch.samples[row], expected);
                    CU_ASSERT(same(batch.x + row * MOST, expected, MOST));
                }
            }
        nni_sampler_free(sampler);
    }
    CU_ASSERT_EQUAL(x[5][7], (nni_real)(5 * MOST + 7)); /* the rows themselves stay */
    nni_augment_free(augment);
}

static void an_image_that_the_rows_are_not_is_refused_naming_both(void)
{
    size_t extents[3] = {28, 28, 3};
    const nni_augment_settings recipe = {.image = extents, .image_count = 3};
    const nni_dataset dataset = {
        .row.features = 784, .origin.file = (char[]){"a.h5"}, .origin.x_name = (char[]){"/train/x"}};
    nni_augment *augment = NULL;
    nn_error error;
    CU_ASSERT_EQUAL(nni_augment_create(&recipe, &dataset, SEED, &augment, &error), NN_DATA);
    CU_ASSERT_STRING_EQUAL(
        error.message, "data.augment.image: 28 x 28 pixels of 3 channels make 2352 values, but /train/x in a.h5 has "
                       "784 a row; write its [height, width] or [height, width, channels]");
    nni_augment_free(augment);
}

/* The same is done to a row as with the image written out. */
static void an_image_left_out_is_what_x_holds(void)
{
    const struct {
        int dimensions;
        size_t extent[3];
    } shapes[] = {{2, {6, 8}}, {3, {4, 4, 3}}, {3, {2, 6, 4}}, {3, {16, 1, 3}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t extent[3] = {shapes[i].extent[0], shapes[i].extent[1], shapes[i].extent[2]};
        const size_t shift = extent[1] > 1;
        const nni_augment_settings left_out = {.shift = shift, .flip = NN_FLIP_BOTH, .noise = 0.5, .cutout = 1};
        nni_augment_settings written = left_out;
        written.image = extent;
        written.image_count = (uint32_t)shapes[i].dimensions;
        nni_dataset dataset = {.row.features = 48, .row.dimensions = shapes[i].dimensions};
        memcpy(dataset.row.extent, extent, sizeof extent);
        nni_augment *found = NULL, *given = NULL;
        CU_ASSERT_EQUAL_FATAL(nni_augment_create(&left_out, &dataset, SEED, &found, NULL), NN_OK);
        CU_ASSERT_EQUAL_FATAL(nni_augment_create(&written, &dataset, SEED, &given, NULL), NN_OK);
        for (uint64_t sample = 0; sample < 20; sample++) {
            nni_real one[48], other[48];
            for (size_t k = 0; k < 48; k++)
                one[k] = other[k] = (nni_real)k;
            nni_augment_row(found, 1, sample, one);
            nni_augment_row(given, 1, sample, other);
            CU_ASSERT(same(one, other, 48));
        }
        nni_augment_free(found);
        nni_augment_free(given);
    }
}

static void rows_that_are_no_images_are_refused_but_for_noise(void)
{
    const nni_augment_settings shift = {.shift = 1}, noise = {.noise = 0.1}, cutout = {.cutout = 9},
                               far = {.shift = 28};
    nni_dataset dataset = {.row.features = 784,
                           .row.dimensions = 1,
                           .row.extent = {784},
                           .origin.file = (char[]){"a.h5"},
                           .origin.x_name = (char[]){"/train/x"}};
    nni_augment *augment = NULL;
    nn_error error;
    CU_ASSERT_EQUAL(nni_augment_create(&shift, &dataset, SEED, &augment, &error), NN_DATA);
    CU_ASSERT_STRING_EQUAL(error.message, "data.augment: rows of /train/x in a.h5 have 1 dimension, which tell of no "
                                          "height and width; write image: [height, width] or [height, width, "
                                          "channels]");
    CU_ASSERT_EQUAL_FATAL(nni_augment_create(&noise, &dataset, SEED, &augment, NULL), NN_OK);
    nni_augment_free(augment);
    dataset = (nni_dataset){.row.features = 3072,
                            .row.dimensions = 3,
                            .row.extent = {3, 32, 32},
                            .origin.file = dataset.origin.file,
                            .origin.x_name = dataset.origin.x_name};
    CU_ASSERT_EQUAL(nni_augment_create(&shift, &dataset, SEED, &augment, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "3 x 32 x 32, with channels first, it seems"));
    dataset = (nni_dataset){.row.features = 224,
                            .row.dimensions = 2,
                            .row.extent = {28, 8},
                            .origin.file = dataset.origin.file,
                            .origin.x_name = dataset.origin.x_name};
    CU_ASSERT_EQUAL(nni_augment_create(&cutout, &dataset, SEED, &augment, &error), NN_DATA);
    CU_ASSERT_STRING_EQUAL(error.message, "data.augment.cutout: images of /train/x in a.h5 are 28 x 8 pixels; it must "
                                          "be at most 8");
    CU_ASSERT_EQUAL(nni_augment_create(&far, &dataset, SEED, &augment, &error), NN_DATA);
    CU_ASSERT_STRING_EQUAL(error.message, "data.augment.shift: images of /train/x in a.h5 are 28 x 8 pixels; it must "
                                          "be less than 8");
}

static void without_normalisation_the_fill_is_0(void)
{
    size_t extents[2] = {1, 4};
    const nni_augment_settings recipe = {.image = extents, .image_count = 2, .cutout = 1};
    const nni_dataset dataset = {.row.features = 4};
    nni_augment *augment = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_augment_create(&recipe, &dataset, SEED, &augment, NULL), NN_OK);
    for (uint64_t sample = 0; sample < 20; sample++) {
        nni_real row[4] = {1, 2, 3, 4};
        unsigned zeros = 0;
        nni_augment_row(augment, 0, sample, row);
        for (size_t i = 0; i < 4; i++)
            zeros += row[i] == 0;
        CU_ASSERT_EQUAL(zeros, 1);
    }
    nni_augment_free(augment);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(with_all_off_nothing_changes),
        NN_TEST(a_shift_moves_exactly_fills_and_is_uniform),
        NN_TEST(a_flip_mirrors_half_of_the_images_channels_together),
        NN_TEST(a_cutout_covers_its_square_and_nothing_else),
        NN_TEST(all_together_are_one_after_the_other),
        NN_TEST(a_row_is_the_same_whoever_asks_and_another_in_another_epoch),
        NN_TEST(batches_hold_the_rows_augmented_by_their_numbers),
        NN_TEST(an_image_that_the_rows_are_not_is_refused_naming_both),
        NN_TEST(an_image_left_out_is_what_x_holds),
        NN_TEST(rows_that_are_no_images_are_refused_but_for_noise),
        NN_TEST(without_normalisation_the_fill_is_0),
    };
    return nni_run_suite("augment", tests, sizeof tests / sizeof *tests);
}
