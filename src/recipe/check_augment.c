/* SPDX-License-Identifier: MIT */
/* The augmentation of images; whether the data are such images is told once they are there. */
#include "recipe/check.h"

nn_status nni_check_augment(const nni_check *in)
{
    const nni_augment_settings *augment = &in->recipe->data.augment;
    const char *const image = "data.augment.image", *const shift = "data.augment.shift",
                      *const cutout = "data.augment.cutout";
    if (!augment->image)
        return NN_OK;
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
