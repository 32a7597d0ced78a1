/* SPDX-License-Identifier: MIT */
/* data.augment: what is read of it, and what is refused. */
#include "support/recipe_fixture.h"
#include "support/suite.h"

/* The recipe on one line each, so that the augmentation stands on line 1, from column 54 on. */
#define AUGMENT(mapping)                                                                                               \
    "data: {train: {file: /no/a.h5, x: x, y: y}, augment: " mapping "}\n"                                              \
    "network: {layers: [{units: 2, activation: softmax}]}\n"                                                           \
    "loss: cross_entropy\n"

static void left_out_it_stays_out(void)
{
    nn_recipe *recipe = must_parse(SMALL, NULL, 0);
    CU_ASSERT_PTR_NULL(recipe->data.augment.image);
    CU_ASSERT_PTR_NULL(strstr(recipe->text, "augment"));
    nn_recipe_free(recipe);
}

static void it_is_read_and_written_back(void)
{
    nn_recipe *recipe =
        must_parse(AUGMENT("{cutout: 8, noise: 0.05, flip: both, shift: 2, image: [28, 30, 3]}"), NULL, 0);
    for (int round = 0; round < 2; round++) {
        const nni_augment_settings *augment = &recipe->data.augment;
        CU_ASSERT_EQUAL_FATAL(augment->image_count, 3);
        CU_ASSERT(augment->image[0] == 28 && augment->image[1] == 30 && augment->image[2] == 3);
        CU_ASSERT_EQUAL(augment->shift, 2);
        CU_ASSERT_EQUAL(augment->flip, NN_FLIP_HORIZONTAL | NN_FLIP_VERTICAL);
        CU_ASSERT_EQUAL(augment->noise, 0.05);
        CU_ASSERT_EQUAL(augment->cutout, 8);
        CU_ASSERT_PTR_NOT_NULL(strstr(recipe->text, "  augment:\n    image: [28, 30, 3]\n    shift: 2\n"
                                                    "    flip: both\n    noise: 0.05\n    cutout: 8\n"));
        nn_recipe *again = must_parse(recipe->text, NULL, 0);
        nn_recipe_free(recipe);
        recipe = again;
    }
    nn_recipe_free(recipe);
}

static void every_key_may_be_left_out_or_set_later(void)
{
    const char *const overrides[] = {"data.augment={image: [4, 5]}", "data.augment.shift=3",
                                     "data.augment.flip=vertical"};
    nn_recipe *recipe = must_parse(SMALL, overrides, 3);
    const nni_augment_settings *augment = &recipe->data.augment;
    CU_ASSERT_EQUAL(augment->image_count, 2);
    CU_ASSERT_EQUAL(augment->shift, 3);
    CU_ASSERT_EQUAL(augment->flip, NN_FLIP_VERTICAL);
    CU_ASSERT_EQUAL(augment->noise, 0);
    CU_ASSERT_EQUAL(augment->cutout, 0);
    nn_recipe_free(recipe);
    recipe = must_parse(AUGMENT("{shift: 70000}"), NULL, 0); /* of images that only the data tell of */
    CU_ASSERT_PTR_NULL(recipe->data.augment.image);
    CU_ASSERT(nni_augment_is_on(&recipe->data.augment));
    nn_recipe_free(recipe);
    recipe = must_parse(AUGMENT("{noise: 0}"), NULL, 0);
    CU_ASSERT(!nni_augment_is_on(&recipe->data.augment));
    nn_recipe_free(recipe);
}

static void what_cannot_be_is_refused_with_its_place(void)
{
    const refusal refusals[] = {
        {AUGMENT("{image: 28}"), "r.yaml:1:62: data.augment.image: expected a list [...], not a single value"},
        {AUGMENT("{image: [28]}"), "r.yaml:1:62: data.augment.image: must have at least 2 elements, but has 1"},
        {AUGMENT("{image: [8, 8, 3, 1]}"), "r.yaml:1:62: data.augment.image: must have at most 3 elements, but has 4"},
        {AUGMENT("{image: [8, 0]}"), "r.yaml:1:66: data.augment.image[1]: must be from 1 to 65536, not 0"},
        {AUGMENT("{image: [8, 8, 65537]}"), "r.yaml:1:69: data.augment.image[2]: must be from 1 to 65536, not 65537"},
        {AUGMENT("{image: [8, 8], shift: -1}"),
         "r.yaml:1:77: data.augment.shift: \"-1\" is no whole number of 0 or more"},
        {AUGMENT("{image: [8, 6], shift: 6}"),
         "r.yaml:1:77: data.augment.shift: an image of 8 x 6 pixels moved by 6 may be gone; shift must be less than 6"},
        {AUGMENT("{image: [8, 8], flip: diagonal}"),
         "r.yaml:1:76: data.augment.flip: \"diagonal\" is none of none, horizontal, vertical, both"},
        {AUGMENT("{image: [8, 8], flip: vertcal}"),
         "r.yaml:1:76: data.augment.flip: \"vertcal\" is none of none, horizontal, vertical, both (did you mean "
         "vertical?)"},
        {AUGMENT("{image: [8, 8], noise: -0.1}"),
         "r.yaml:1:77: data.augment.noise: must be at least 0, not -0.1; 0.05 is usual"},
        {AUGMENT("{image: [5, 8], cutout: 6}"),
         "r.yaml:1:78: data.augment.cutout: a square of 6 x 6 pixels is larger than an image of 5 x 8; cutout must be "
         "at most 5"},
        {AUGMENT("{image: [8, 8], rotate: 10}"), "r.yaml:1:70: data.augment: unknown key \"rotate\"; the keys here are "
                                                 "image, shift, flip, noise, cutout"},
    };
    EXPECT_REFUSALS(refusals);
    expect_message(AUGMENT("{image: [8, 8], cutout: 6}"), "data.augment.image=[4, 8]",
                   "--set data.augment.image=[4, 8]: data.augment.image: a square of 6 x 6 pixels is larger than an "
                   "image of 4 x 8; cutout must be at most 4");
}

/* An image of one line can be mirrored, cut and made noisy, but not moved. */
static void the_largest_that_can_be_is_taken(void)
{
    const char *const texts[] = {
        AUGMENT("{image: [8, 6], shift: 5, cutout: 6}"),
        AUGMENT("{image: [1, 6], shift: 0, cutout: 1}"),
        AUGMENT("{image: [65536, 65536, 65536], noise: 10, flip: none}"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        nn_recipe_free(must_parse(texts[i], NULL, 0));
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(left_out_it_stays_out),
        NN_TEST(it_is_read_and_written_back),
        NN_TEST(every_key_may_be_left_out_or_set_later),
        NN_TEST(what_cannot_be_is_refused_with_its_place),
        NN_TEST(the_largest_that_can_be_is_taken),
    };
    return nni_run_suite("data.augment of recipes", tests, sizeof tests / sizeof *tests);
}
