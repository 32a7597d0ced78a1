/* SPDX-License-Identifier: MIT */
/* Recipes: a text, and behind each NUL an override. What is read is read again as it is written out, to the same text.
 */
#include <stdlib.h>
#include <string.h>

#include "recipe/recipe.h"
#include "target.h"

enum { OVERRIDES = 8 };

static void read_again(const nn_recipe *recipe)
{
    nn_recipe *again = NULL;
    nn_error error = {.status = NN_OK};
    const nn_status status = nn_recipe_parse(recipe->text, "resolved", NULL, NULL, 0, &again, &error);
    fuzz_expect_answer(status, &error);
    fuzz_expect(status == NN_OK, "a resolved recipe that can be read");
    fuzz_expect(strcmp(again->text, recipe->text) == 0, "the same text of a resolved recipe");
    nn_recipe_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);
    const char *overrides[OVERRIDES];
    size_t count = 0;
    fuzz_expect(text != NULL, "memory");
    memcpy(text, bytes, size);
    text[size] = '\0';
    for (char *at = text + strlen(text) + 1; at <= text + size && count < OVERRIDES; at += strlen(at) + 1)
        overrides[count++] = at;
    nn_recipe *recipe = NULL;
    nn_error error = {.status = NN_OK};
    const nn_status status = nn_recipe_parse(text, "recipe", NULL, overrides, count, &recipe, &error);
    fuzz_expect_answer(status, &error);
    if (status == NN_OK)
        read_again(recipe);
    nn_recipe_free(recipe);
    free(text);
    return 0;
}
