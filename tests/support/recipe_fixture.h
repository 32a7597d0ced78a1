/* SPDX-License-Identifier: MIT */
/** What the tests of recipes share: a small recipe, reading one that is right, and refusing one that is not. */
#ifndef NN_TESTS_RECIPE_FIXTURE_H
#define NN_TESTS_RECIPE_FIXTURE_H

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

#include "recipe/recipe.h"

/** Three lines that are a whole recipe, so that a test's own lines start at 4. */
#define SMALL                                                                                                          \
    "data: {train: {file: /no/a.h5}}\n"                                                                                \
    "network: {layers: [{units: 8, activation: relu}, {units: 2, activation: softmax}]}\n"                             \
    "loss: cross_entropy\n"

static inline nn_recipe *must_parse(const char *text, const char *const *overrides, size_t count)
{
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    nn_status status = nn_recipe_parse(text, "r.yaml", NULL, overrides, count, &recipe, &error);
    if (status != NN_OK)
        fprintf(stderr, "\nunexpected: %s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    return recipe;
}

/** The recipe is refused with exactly this message. */
static inline void expect_message(const char *text, const char *override, const char *message)
{
    nn_error error = {.message = ""};
    nn_recipe *recipe = NULL;
    nn_status status = nn_recipe_parse(text, "r.yaml", NULL, &override, override ? 1 : 0, &recipe, &error);
    CU_ASSERT_EQUAL(status, NN_USAGE);
    CU_ASSERT_PTR_NULL(recipe);
    CU_ASSERT_STRING_EQUAL(error.message, message);
    if (strcmp(error.message, message) != 0)
        fprintf(stderr, "\nexpected: %s\n     got: %s\n", message, error.message);
    nn_recipe_free(recipe);
}

typedef struct refusal {
    const char *text, *message;
} refusal;

static inline void expect_refusals(const refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_message(refusals[i].text, NULL, refusals[i].message);
}

#define EXPECT_REFUSALS(table) expect_refusals(table, sizeof(table) / sizeof *(table))

#endif
