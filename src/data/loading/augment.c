/* SPDX-License-Identifier: MIT */
#include "data/loading/augment.h"

#include <string.h>

#include "kernels/elementwise/noise.h"
#include "support/memory.h"
#include "support/philox.h"

struct nni_augment {
    size_t height, width, channels;
    size_t shift, cutout; /* pixels */
    nn_flip flip;
    nni_real noise;  /* standard deviation */
    uint32_t key[2]; /* of Philox */
    uint64_t blocks; /* of Philox that a row takes: one for the decisions, the others for noise */
    nni_real *fill;  /* [height, width, channels] what a 0 of the file is after normalisation */
};

/* What is done to one row. */
struct decisions {
    bool mirror_rows, mirror_columns;
    ptrdiff_t down, right;     /* pixels */
    size_t centre_y, centre_x; /* of the square */
};

static size_t features_of(const nni_augment *augment)
{
    return augment->height * augment->width * augment->channels;
}

/* Bytes of 0 are a 0 of every type. */
static nn_status set_fill(nni_augment *augment, const nni_dataset *dataset, nn_error *error)
{
    void *zeros = NULL;
    NN_TRY(nni_allocate(1, nni_dataset_row_bytes(dataset), "the augmentation", &zeros, error));
    const nni_rows row = {.count = 1, .x = zeros};
    nni_row_convert(&dataset->row, dataset->normalization, &row, 0, augment->fill);
    nni_release(zeros);
    return NN_OK;
}

static nn_status check_image(const nni_augment *augment, const nni_dataset *dataset, nn_error *error)
{
    const size_t pixels = features_of(augment);
    if (pixels == dataset->row.features)
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "data.augment.image: %zu x %zu pixels of %zu channel%s make %zu values, but %s in %s has %zu a row; "
                   "write its [height, width] or [height, width, channels]",
                   augment->height, augment->width, augment->channels, augment->channels == 1 ? "" : "s", pixels,
                   dataset->origin.x_name, dataset->origin.file, dataset->row.features);
}

/* The recipe's; else two or three dimensions behind the rows are an image. PyTorch's have their few channels first, and
 * would be taken for an image of few lines and many channels. */
static nn_status find_image(const nni_augment_settings *recipe, const nni_dataset *dataset, nni_augment *augment,
                            nn_error *error)
{
    if (recipe->image) {
        augment->height = recipe->image[0];
        augment->width = recipe->image[1];
        augment->channels = recipe->image_count > 2 ? recipe->image[2] : 1;
        return NN_OK;
    }
    const size_t *extent = dataset->row.extent;
    const bool moves = recipe->shift > 0 || recipe->cutout > 0 || recipe->flip != NN_FLIP_NONE;
    const bool image = dataset->row.dimensions == 2 || dataset->row.dimensions == 3;
    enum { MOST_CHANNELS = 4 };
    if (moves && !image)
        return nn_fail(error, NN_DATA,
                       "data.augment: rows of %s in %s have %d dimension%s, which tell of no height and width; write "
                       "image: [height, width] or [height, width, channels]",
                       dataset->origin.x_name, dataset->origin.file, dataset->row.dimensions,
                       dataset->row.dimensions == 1 ? "" : "s");
    if (moves && dataset->row.dimensions == 3 && extent[0] <= MOST_CHANNELS && extent[2] > MOST_CHANNELS)
        return nn_fail(
            error, NN_DATA,
            "data.augment: rows of %s in %s are %zu x %zu x %zu, with channels first, it seems, where the last "
            "dimension is taken for them; transpose them, or write image: [%zu, %zu, %zu] where that is meant",
            dataset->origin.x_name, dataset->origin.file, extent[0], extent[1], extent[2], extent[0], extent[1],
            extent[2]);
    augment->height = image ? extent[0] : 1;
    augment->width = image ? extent[1] : dataset->row.features;
    augment->channels = image && dataset->row.dimensions == 3 ? extent[2] : 1;
    return NN_OK;
}

/* As of an image that the recipe gives when it is read. */
static nn_status check_size(const nni_augment *augment, const nni_dataset *dataset, nn_error *error)
{
    const size_t least = augment->height < augment->width ? augment->height : augment->width;
    const bool gone = augment->shift > 0 && augment->shift >= least;
    if (!gone && augment->cutout <= least)
        return NN_OK;
    return nn_fail(error, NN_DATA, "data.augment.%s: images of %s in %s are %zu x %zu pixels; it must be %s %zu",
                   gone ? "shift" : "cutout", dataset->origin.x_name, dataset->origin.file, augment->height,
                   augment->width, gone ? "less than" : "at most", least);
}

nn_status nni_augment_create(const nni_augment_settings *recipe, const nni_dataset *dataset, uint64_t seed,
                             nni_augment **result, nn_error *error)
{
    nni_augment made =
                    {
                        .shift = recipe->shift,
                        .cutout = recipe->cutout,
                        .flip = recipe->flip,
                        .noise = (nni_real)recipe->noise,
                        .blocks = 1 + nni_noise_blocks(dataset->row.features),
                    },
                *augment = NULL;
    NN_TRY(find_image(recipe, dataset, &made, error));
    NN_TRY(check_image(&made, dataset, error));
    NN_TRY(check_size(&made, dataset, error));
    nni_random_key(seed, NNI_RANDOM_AUGMENT, made.key);
    NN_TRY(nni_allocate(1, sizeof *augment, "the augmentation", &augment, error));
    *augment = made;
    nn_status status =
        nni_allocate(dataset->row.features, sizeof *augment->fill, "the augmentation", &augment->fill, error);
    if (status == NN_OK)
        status = set_fill(augment, dataset, error);
    if (status != NN_OK) {
        nni_augment_free(augment);
        return status;
    }
    *result = augment;
    return NN_OK;
}

void nni_augment_free(nni_augment *augment)
{
    if (!augment)
        return;
    nni_release(augment->fill);
    nni_release(augment);
}

/* 0 .. count-1, uniform up to count / 2^32; of the word's upper bits. */
static size_t below(uint32_t word, size_t count)
{
    return (size_t)((uint64_t)word * count >> 32);
}

static struct decisions decide(const nni_augment *augment, uint64_t epoch, uint64_t index)
{
    const uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)epoch, (uint32_t)(epoch >> 32)};
    const nni_philox_block random = nni_philox(counter, augment->key);
    const size_t shifts = 2 * augment->shift + 1;
    return (struct decisions){
        .mirror_rows = (augment->flip & NN_FLIP_VERTICAL) && (random.word[0] & 1),
        .mirror_columns = (augment->flip & NN_FLIP_HORIZONTAL) && (random.word[1] & 1),
        .down = (ptrdiff_t)below(random.word[0], shifts) - (ptrdiff_t)augment->shift,
        .right = (ptrdiff_t)below(random.word[1], shifts) - (ptrdiff_t)augment->shift,
        .centre_y = below(random.word[2], augment->height),
        .centre_x = below(random.word[3], augment->width),
    };
}

/* Reverses the order of pixels. */
static void mirror(nni_real *pixels, size_t count, size_t channels)
{
    if (channels == 1) {
#pragma omp simd
        for (size_t i = 0; i < count / 2; i++) {
            const nni_real left = pixels[i], right = pixels[count - 1 - i];
            pixels[i] = right;
            pixels[count - 1 - i] = left;
        }
        return;
    }
    for (size_t i = 0; i < count / 2; i++) {
        nni_real *const left = pixels + i * channels, *const right = pixels + (count - 1 - i) * channels;
        for (size_t c = 0; c < channels; c++) {
            const nni_real kept = left[c];
            left[c] = right[c];
            right[c] = kept;
        }
    }
}

static void swap(nni_real *restrict a, nni_real *restrict b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const nni_real kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

static void flip(const nni_augment *augment, const struct decisions *what, nni_real *row)
{
    const size_t height = augment->height, line = augment->width * augment->channels;
    if (what->mirror_rows && what->mirror_columns) {
        mirror(row, height * augment->width, augment->channels);
    } else if (what->mirror_columns) {
        for (size_t y = 0; y < height; y++)
            mirror(row + y * line, augment->width, augment->channels);
    } else if (what->mirror_rows) {
        for (size_t y = 0; y < height / 2; y++)
            swap(row + y * line, row + (height - 1 - y) * line, line);
    }
}

/* Column by column: there are few of them. */
static void fill_columns(const nni_augment *augment, nni_real *row, size_t x, size_t x_end)
{
    const size_t line = augment->width * augment->channels;
    for (size_t i = x * augment->channels; i < x_end * augment->channels; i++)
        for (size_t at = i; at < augment->height * line; at += line)
            row[at] = augment->fill[at];
}

static void fill_lines(const nni_augment *augment, nni_real *row, size_t y, size_t y_end)
{
    const size_t line = augment->width * augment->channels;
    memcpy(row + y * line, augment->fill + y * line, (y_end - y) * line * sizeof *row);
}

/* The image in one piece, as if its lines were one: what wraps around their ends is filled after. */
static void shift(const nni_augment *augment, const struct decisions *what, nni_real *row)
{
    const size_t height = augment->height, width = augment->width, features = features_of(augment);
    const ptrdiff_t pixels = what->down * (ptrdiff_t)width + what->right;
    const size_t distance = (size_t)(pixels < 0 ? -pixels : pixels) * augment->channels;
    if (pixels > 0)
        memmove(row + distance, row, (features - distance) * sizeof *row);
    else if (pixels < 0)
        memmove(row, row + distance, (features - distance) * sizeof *row);
    if (what->down > 0)
        fill_lines(augment, row, 0, (size_t)what->down);
    else if (what->down < 0)
        fill_lines(augment, row, height - (size_t)-what->down, height);
    if (what->right > 0)
        fill_columns(augment, row, 0, (size_t)what->right);
    else if (what->right < 0)
        fill_columns(augment, row, width - (size_t)-what->right, width);
}

/* Where a square of `side` around `centre` begins and ends on an axis of so many pixels. */
static void clip(size_t centre, size_t side, size_t pixels, size_t *begin, size_t *end)
{
    const size_t before = side / 2, after = side - before;
    *begin = centre > before ? centre - before : 0;
    *end = centre + after < pixels ? centre + after : pixels;
}

static void cut_out(const nni_augment *augment, const struct decisions *what, nni_real *row)
{
    const size_t line = augment->width * augment->channels;
    size_t y, y_end, x, x_end;
    clip(what->centre_y, augment->cutout, augment->height, &y, &y_end);
    clip(what->centre_x, augment->cutout, augment->width, &x, &x_end);
    for (; y < y_end; y++) {
        const size_t at = y * line + x * augment->channels;
        memcpy(row + at, augment->fill + at, (x_end - x) * augment->channels * sizeof *row);
    }
}

void nni_augment_row(const nni_augment *augment, uint64_t epoch, uint64_t sample, nni_real *row)
{
    const uint64_t index = sample * augment->blocks;
    const struct decisions what = decide(augment, epoch, index);
    flip(augment, &what, row);
    shift(augment, &what, row);
    if (augment->noise > 0)
        nni_noise_add(row, features_of(augment), augment->noise, augment->key, epoch, index + 1);
    if (augment->cutout > 0)
        cut_out(augment, &what, row);
}
