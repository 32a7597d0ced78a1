/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "nntrain/version.h"
#include "recipe/sections.h"
#include "support/printable.h"
#include "support/real.h"
#include "support/suggest.h"
#include "support/system/launcher.h"
#include "yaml/schema.h"

bool nni_cli_speaks(void)
{
    const char *rank = nni_launcher_rank();
    return !rank || strcmp(rank, "0") == 0;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* --- options that there are not --- */

/* Goes through a table of options and those of its children. @param visit  returns whether to stop there */
static bool any_option(const struct argp *argp, bool (*visit)(void *context, const struct argp_option *option),
                       void *context)
{
    for (const struct argp_option *option = argp->options; option && (option->name || option->key); option++)
        if (option->name && visit(context, option))
            return true;
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        if (any_option(child->argp, visit, context))
            return true;
    return false;
}

/* A word of the command line: "--output=x" has the name "output". */
typedef struct option_word {
    char name[64];
    bool takes_next; /* its value is the next word */
    bool has_value;
} option_word;

/* An abbreviation, as argp takes it; of several that it may stand for argp tells. */
static bool begins_with(void *context, const struct argp_option *option)
{
    option_word *word = context;
    if (strncmp(option->name, word->name, strlen(word->name)) != 0)
        return false;
    word->takes_next = option->arg && !(option->flags & OPTION_ARG_OPTIONAL) && !word->has_value;
    return true;
}

static bool is_letter_with_value(void *context, const struct argp_option *option)
{
    const char *word = context;
    return option->key == word[1] && option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
}

static bool suggest_option(void *context, const struct argp_option *option)
{
    nni_suggest(context, option->name);
    return false;
}

static bool is_set(void *context, const struct argp_option *option)
{
    (void)context;
    return strcmp(option->name, "set") == 0;
}

/* argp says what it does not know, but not what was meant. @return whether there is such an option, told by one rank */
static bool complain_of_option(const struct argp *argp, const char *command, int argc, char **argv, bool speaks)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const size_t length = strncmp(argv[i], "--", 2) == 0 ? strcspn(argv[i] + 2, "=") : 0;
        option_word word = {.has_value = length > 0 && argv[i][2 + length] == '='};
        if (length == 0) {
            const bool letter = argv[i][0] == '-' && argv[i][1] && !argv[i][2];
            i += letter && any_option(argp, is_letter_with_value, argv[i]);
            continue;
        }
        snprintf(word.name, sizeof word.name, "%.*s", (int)length, argv[i] + 2);
        nni_suggestion search = {.written = word.name};
        if (any_option(argp, begins_with, &word)) {
            i += word.takes_next;
            continue;
        }
        any_option(argp, suggest_option, &search);
        if (speaks) {
            fprintf(stderr, "%s: there is no option --", command);
            nni_print_text(stderr, word.name);
            char places[128];
            if (search.likeness != NNI_SYNONYM && any_option(argp, is_set, NULL) &&
                nni_yaml_find_key(nni_recipe_section, word.name, places, sizeof places))
                fprintf(stderr, ", but a key of the recipe: --set %s=VALUE", places);
            else if (search.word)
                fprintf(stderr, " (did you mean --%s?)", search.word);
            fprintf(stderr, "; see %s --help\n", command);
        }
        return true;
    }
    return false;
}

nni_parsed nni_cli_parse(const struct argp *argp, const char *full_name, int argc, char **argv, void *arguments)
{
    char name[64];
    snprintf(name, sizeof name, "%s", full_name);
    const bool speaks = nni_cli_speaks();
    if (asks_for_help(argc, argv)) {
        if (speaks)
            argp_help(argp, stdout, ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
        return NNI_PARSED_HELP;
    }
    /* argp names the program by argv[0], for as long as it parses; without arguments at all there is still that one. */
    char *only[] = {NULL, NULL}, **words = argc > 0 ? argv : only, *const first = words[0];
    words[0] = name;
    /* Each rank parses; one complains. argp must not exit by itself: MPI may be running. */
    const unsigned flags = speaks ? ARGP_NO_EXIT | ARGP_NO_HELP : ARGP_SILENT;
    const bool good = !complain_of_option(argp, name, argc, argv, speaks) &&
                      argp_parse(argp, argc > 0 ? argc : 1, words, flags, NULL, arguments) == 0;
    words[0] = first;
    if (good)
        return NNI_PARSED_GO;
    /* mpirun ends all processes when the first one fails: the one that complains must have come to it. */
    if (!speaks)
        sleep(5);
    return NNI_PARSED_WRONG;
}

error_t nni_cli_take_one(const char **slot, const char *value, const char *kind, struct argp_state *state)
{
    if (*slot) {
        argp_error(state, "one %s at a time: '%s' is a second one", kind, value);
        return EINVAL;
    }
    *slot = value;
    return 0;
}

error_t nni_cli_take_external(nn_external *rule, const char *value, struct argp_state *state)
{
    const bool allow = strcmp(value, "allow") == 0;
    *rule = allow ? NN_EXTERNAL_ALLOW : NN_EXTERNAL_INSIDE;
    if (allow || strcmp(value, "inside") == 0)
        return 0;
    argp_error(state, "--external: '%s' is neither inside nor allow", value);
    return EINVAL;
}

error_t nni_cli_add_set(nni_cli_sets *sets, const char *value, struct argp_state *state)
{
    const size_t most = sizeof sets->values / sizeof *sets->values;
    if (sets->count == most) {
        argp_error(state, "more than %zu --set; write them into the recipe", most);
        return EINVAL;
    }
    sets->values[sets->count++] = value;
    return 0;
}

/* Standard output first, so that the two streams read in order where they end in one file. */
static void complain(bool speaks, const nn_error *error)
{
    if (!speaks)
        return;
    fflush(stdout);
    fprintf(stderr, "nntrain: %s\n", error->message);
}

/* errno of a write that failed before is gone by the end; that a pipe has no reader can still be seen. */
static bool reader_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* A result that nobody could be told is no success; but a reader that has seen enough went away by itself. */
static nn_status flush_output(nn_status status, nn_error *error)
{
    errno = 0;
    if (status != NN_OK || (fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
        return status;
    const int number = errno;
    if (reader_left())
        return status;
    return nn_fail(error, NN_SYSTEM, "cannot write to standard output: %s",
                   number ? strerror(number) : "an earlier write failed");
}

nn_status nni_cli_finish(nn_status status, nn_error *error)
{
    status = flush_output(status, error);
    if (status != NN_OK)
        complain(nni_cli_speaks(), error);
    return status;
}

/* Ranks of two builds or of two commands would wait for each other in different places. */
static nn_status compare_programs(const char *name, nn_comm *comm, nn_error *error)
{
    char lines[512];
    snprintf(lines, sizeof lines, "command: %s\nversion: %s\nprecision: %s\nMPI: %s\n", name, nn_version(),
             sizeof(nni_real) == sizeof(float) ? "float32" : "float64", nni_comm_library());
    return nni_comm_compare(comm, "program", lines, error);
}

nn_status nni_cli_with_ranks(const char *name, nn_status (*body)(const void *arguments, nn_comm *comm, nn_error *error),
                             const void *arguments)
{
    nn_error error;
    nn_comm *comm = NULL;
    nn_status status = nn_comm_create(NULL, NULL, &comm, &error);
    if (status != NN_OK)
        return nni_cli_finish(status, &error);
    status = compare_programs(name, comm, &error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, nni_cli_check_environment(&error), &error);
    if (status == NN_OK)
        status = body(arguments, comm, &error);
    if (comm->rank == 0)
        status = flush_output(status, &error);
    status = nni_comm_broadcast_status(comm, status, &error);
    if (status != NN_OK)
        complain(comm->rank == 0, &error);
    nn_comm_free(comm);
    return status;
}
