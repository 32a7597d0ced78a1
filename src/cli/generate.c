/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "nntrain/import.h"
#include "support/printable.h"
#include "support/suggest.h"

typedef struct arguments {
    const char *problem;
    const char *output;
    size_t rows;
    double noise;
    uint64_t seed;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced", 0},
    {"rows", 'n', "COUNT", 0, "Rows of each split (default: 1000; xor always has its four)", 0},
    {"noise", 'e', "SIGMA", 0, "Standard deviation of Gaussian noise (default: 0)", 0},
    {"seed", 's', "SEED", 0, "Another seed gives other samples (default: 1)", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_count(struct argp_state *state, const char *option, const char *value, uint64_t *count)
{
    char *end = NULL;
    errno = 0;
    *count = strtoull(value, &end, 10);
    if (errno == 0 && end != value && *end == '\0' && value[0] != '-')
        return 0;
    argp_error(state, "--%s: '%s' is no whole number", option, value);
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    uint64_t count = 0;
    char *end = NULL;
    switch (key) {
    case 'o':
        given->output = value;
        return 0;
    case 'n':
        if (parse_count(state, "rows", value, &count) != 0)
            return EINVAL;
        given->rows = count;
        return 0;
    case 'e':
        given->noise = strtod(value, &end);
        if (end == value || *end != '\0' || !(given->noise >= 0 && given->noise < 1e6)) {
            argp_error(state, "--noise: '%s' is no standard deviation", value);
            return EINVAL;
        }
        return 0;
    case 's':
        return parse_count(state, "seed", value, &given->seed);
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->problem, value, "problem", state);
    case ARGP_KEY_END:
        if (!given->problem || !given->output) {
            argp_error(state, "name a problem and the file to write: xor --output xor.h5");
            return EINVAL;
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "xor|circles|spirals|sine|line",
    .doc = "Writes a textbook problem as /train/{x,y} and /test/{x,y}.",
};

static nn_status choose(const char *name, nn_generated *problem, nn_error *error)
{
    static const char *const names[] = {"xor", "circles", "spirals", "sine", "line"};
    static const nn_generated problems[] = {NN_GENERATED_XOR, NN_GENERATED_CIRCLES, NN_GENERATED_SPIRALS,
                                            NN_GENERATED_SINE, NN_GENERATED_LINE};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *problem = problems[i];
            return NN_OK;
        }
    return nn_fail(error, NN_USAGE, "there is no problem '%s'%s; known are xor, circles, spirals, sine, line", name,
                   nni_suggest_among(name, names, sizeof names / sizeof *names).text);
}

nn_status nni_cli_generate(int argc, char **argv)
{
    arguments given = {.rows = 1000, .seed = 1};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain generate", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_error error;
    nn_generated problem = NN_GENERATED_XOR;
    nn_status status = choose(given.problem, &problem, &error);
    if (status == NN_OK)
        status = nn_generate(problem, given.rows, given.noise, given.seed, given.output, &error);
    if (status == NN_OK) {
        printf("wrote    ");
        nni_print_text(stdout, given.output);
        printf("\n");
    }
    return nni_cli_finish(status, &error);
}
