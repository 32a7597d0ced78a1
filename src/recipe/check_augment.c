/* The augmentation of images; whether the data are such images is told once they are there. */
#include <inttypes.h>
#include <stdio.h>

#include "recipe/check.h"

enum { MOST_PIXELS = 1 << 16 }; /* along an axis; three axes of it do not overflow */

static nn_status check_image(const nni_check *in)
{
    const nni_augment_settings *augment = &in->recipe->data.augment;
    char key[40];
    for (uint32_t i = 0; i < augment->image_count; i++) {
        snprintf(key, sizeof key, "data.augment.image[%" PRIu32 "]", i);
        if (augment->image[i] < 1 || augment->image[i] > MOST_PIXELS)
            return nni_check_fail(in, key, "must be from 1 to %d, not %zu", (int)MOST_PIXELS, augment->image[i]);
    }
    return NN_OK;
}

nn_status nni_check_augment(const nni_check *in)
{
    const nni_augment_settings *augment = &in->recipe->data.augment;
    const char *const image = "data.augment.image", *const shift = "data.augment.shift",
                      *const cutout = "data.augment.cutout";
    if (!nni_check_has(in, "data.augment"))
        return NN_OK;
    NN_TRY(nni_check_float(in, "data.augment.noise", augment->noise, NNI_CHECK_FROM_0, "0.05 is usual"));
    if (!augment->image)
        return NN_OK;
    NN_TRY(check_image(in));
    const size_t height = augment->image[0], width = augment->image[1], least = height < width ? height : width;
    if (augment->shift > 0 && augment->shift >= least)
        return nni_check_fail(in, nni_check_later(in, shift, image),
                              "an image of %zu x %zu pixels moved by %zu may be gone; shift must be less than %zu",
                              height, width, augment->shift, least);
    if (augment->cutout > least)
        return nni_check_fail(
            in, nni_check_later(in, cutout, image),
            "a square of %zu x %zu pixels is larger than an image of %zu x %zu; cutout must be at most "
            "%zu",
            augment->cutout, augment->cutout, height, width, least);
    return NN_OK;
}
