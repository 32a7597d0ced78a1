/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const char recipe_name[] = "digits/recipe.yaml";

/* Where datasets lie, seen from the folder above the program's: below an installation's prefix, or in a build's folder.
 */
static const char *const places[] = {NNTRAIN_DATADIR "/nntrain/datasets", "datasets"};
enum { PLACES = sizeof places / sizeof *places };

/* The folder above that of this program; false where /proc does not tell. */
static bool folder_above(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    return true;
}

nn_status nni_cli_default_recipe(char path[PATH_MAX], nn_error *error)
{
    char above[PATH_MAX], place[PATH_MAX];
    if (!folder_above(above))
        return nn_fail(error, NN_USAGE,
                       "/proc/self/exe does not tell where the shipped data sets are; name a recipe: "
                       "nntrain train RECIPE.yaml");
    for (size_t i = 0; i < PLACES; i++)
        if (snprintf(place, sizeof place, "%s/%s/%s", above, places[i], recipe_name) < (int)sizeof place &&
            realpath(place, path))
            return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "the default recipe %s/%s/%s is not there; name a recipe: nntrain train RECIPE.yaml", above,
                   places[0], recipe_name);
}
