/* SPDX-License-Identifier: MIT */
#include "gradcheck/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

typedef struct arguments {
    const char *recipe;
    size_t rows;
    nni_cli_sets sets;
} arguments;

static const struct argp_option options[] = {
    {"set", 's', "KEY=VALUE", 0, "Override a value of the recipe; may be repeated", 0},
    {"rows", 'n', "COUNT", 0, "Rows of the batch that is checked (default: 32)", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    char *end = NULL;
    switch (key) {
    case 's':
        return nni_cli_add_set(&given->sets, value, state);
    case 'n':
        given->rows = strtoul(value, &end, 10);
        if (end == value || *end != '\0' || value[0] == '-' || given->rows == 0) {
            argp_error(state, "--rows: '%s' is no number of rows", value);
            return EINVAL;
        }
        return 0;
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->recipe, value, "recipe", state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "[RECIPE.yaml]",
    .doc =
        "Checks the gradients of a recipe against finite differences of its loss, in double precision, on a few rows "
        "of its own data at the initial weights; tells also which layers are stuck or learn nothing.",
};

nn_status nni_cli_check(int argc, char **argv)
{
    arguments given = {.rows = 32};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain check", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_error error;
    char path[PATH_MAX];
    nn_status status = nni_cli_check_environment(&error);
    if (status == NN_OK && !given.recipe)
        status = nni_cli_default_recipe(path, &error);
    if (status == NN_OK)
        status = nni_check_recipe(given.recipe ? given.recipe : path, given.sets.values, given.sets.count, given.rows,
                                  stdout, &error);
    return nni_cli_finish(status, &error);
}
