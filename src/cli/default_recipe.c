#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const char recipe_name[] = "digits/recipe.yaml";

/* <prefix>/share/nntrain/datasets of the binary <prefix>/bin/nntrain; false where /proc does not tell. */
static bool installed_datasets(char path[PATH_MAX])
{
    char binary[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", binary, sizeof binary - 1);
    if (length <= 0)
        return false;
    binary[length] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(binary, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    return snprintf(path, PATH_MAX, "%s/share/nntrain/datasets/%s", binary, recipe_name) < PATH_MAX;
}

nn_status nn_cli_default_recipe(char path[PATH_MAX], nn_error *error)
{
    if (installed_datasets(path) && access(path, R_OK) == 0)
        return NN_OK;
    snprintf(path, PATH_MAX, "%s/%s", NNTRAIN_SOURCE_DATASETS, recipe_name);
    if (access(path, R_OK) == 0)
        return NN_OK;
    return nn_fail(error, NN_USAGE, "the default recipe %s is not there; name a recipe: nntrain train RECIPE.yaml",
                   path);
}
