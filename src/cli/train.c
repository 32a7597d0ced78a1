/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* program_invocation_name */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint.h"
#include "cli/cli.h"
#include "support/suggest.h"
#include "train/run/signals.h"

typedef struct arguments {
    const char *recipe;
    const char *output;
    bool resume;
    const char *resume_file;
    const char *progress;
    const char *trace;
    const char *trace_limit;
    char fold[64]; /* as an override of the recipe */
    nni_cli_sets sets;
} arguments;

/* Keys of options without a letter. */
enum { TRACE_LIMIT = 256, FOLD };

static const struct argp_option options[] = {
    {"set", 's', "KEY=VALUE", 0, "Override a value of the recipe, e.g. training.epochs=5; may be repeated", 0},
    {"output", 'o', "DIR", 0, "Folder of the run (default: runs/NAME, then runs/NAME-2, ...)", 0},
    {"resume", 'r', "FILE", OPTION_ARG_OPTIONAL,
     "Continue from the newest intact checkpoint of the run, or from --resume=FILE", 0},
    {"progress", 'p', "STYLE", 0,
     "auto, bar, lines, all or quiet (default: auto: a bar on a terminal); of more than 50 epochs, some 50 have a "
     "line, with all each of them",
     0},
    {"fold", FOLD, "I/K", 0,
     "Hold fold I of K of the training rows out for validation; the same as --set data.validation.fold=I/K", 0},
    {"trace", 't', "FILE.json", 0, "Write what each rank did when, to be shown by ui.perfetto.dev", 0},
    {"trace-limit", TRACE_LIMIT, "SPANS", 0, "Spans of a rank that the trace has room for (default: 1000000)", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 's':
        return nni_cli_add_set(&given->sets, value, state);
    case 'o':
        if (*value == '\0') {
            argp_error(state, "--output: name a folder");
            return EINVAL;
        }
        given->output = value;
        return 0;
    case 'r':
        if (value && *value == '\0') {
            argp_error(state, "--resume=: name a checkpoint, or leave the = out for the newest one");
            return EINVAL;
        }
        given->resume = true;
        given->resume_file = value;
        return 0;
    case 'p':
        given->progress = value;
        return 0;
    case 't':
        if (*value == '\0') {
            argp_error(state, "--trace: name a file");
            return EINVAL;
        }
        given->trace = value;
        return 0;
    case FOLD:
        if (snprintf(given->fold, sizeof given->fold, "data.validation.fold=%s", value) >= (int)sizeof given->fold) {
            argp_error(state, "--fold: '%s' is no fold such as 2/5", value);
            return EINVAL;
        }
        return nni_cli_add_set(&given->sets, given->fold, state);
    case TRACE_LIMIT:
        given->trace_limit = value;
        return 0;
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->recipe, value,
                                given->resume ? "recipe (a checkpoint is named by --resume=FILE)" : "recipe", state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "[RECIPE.yaml]",
    .doc =
        "Trains a network as a recipe says; without a recipe, the shipped handwritten digits.\v"
        "Ctrl-C (SIGINT), SIGTERM and SIGUSR1 finish the step in work, write a checkpoint and exit with 75; the same "
        "command with --resume continues to the same weights as if nothing had happened. A second Ctrl-C ends it at "
        "once.",
};

static nn_status choose_style(const char *name, nn_progress_style *style, nn_error *error)
{
    static const char *const names[] = {"auto", "bar", "lines", "all", "quiet"};
    const nn_progress_style styles[] = {nni_cli_on_terminal() ? NN_PROGRESS_BAR : NN_PROGRESS_LINES, NN_PROGRESS_BAR,
                                        NN_PROGRESS_LINES, NN_PROGRESS_ALL, NN_PROGRESS_QUIET};
    enum { COUNT = sizeof names / sizeof *names };
    size_t i = 0;
    while (i < COUNT && name && strcmp(name, names[i]) != 0)
        i++;
    if (i == COUNT)
        return nn_fail(error, NN_USAGE, "--progress: '%s' is none of auto, bar, lines, all, quiet%s", name,
                       nni_suggest_among(name, names, COUNT).text);
    *style = styles[i];
    return NN_OK;
}

static nn_status parse_trace_limit(const arguments *given, size_t *limit, nn_error *error)
{
    enum { MOST = 1000000000 };
    *limit = 0;
    if (!given->trace_limit)
        return NN_OK;
    char *end;
    const long long count = strtoll(given->trace_limit, &end, 10);
    if (*end != '\0' || count < 1 || count > MOST)
        return nn_fail(error, NN_USAGE, "--trace-limit: '%s' is no number of spans from 1 to %d", given->trace_limit,
                       MOST);
    if (!given->trace)
        return nn_fail(error, NN_USAGE, "--trace-limit goes with --trace FILE.json");
    *limit = (size_t)count;
    return NN_OK;
}

/* A run is named after its recipe: "sweep.yaml" gives sweep, ".../digits/recipe.yaml" gives digits. */
static void name_run(const char *recipe, char name[NAME_MAX + 1])
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", recipe);
    char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    char *dot = strrchr(base, '.');
    if (dot && dot != base)
        *dot = '\0';
    if (strcmp(base, "recipe") == 0 && base > path) {
        base[-1] = '\0';
        const char *folder = strrchr(path, '/');
        folder = folder ? folder + 1 : path;
        if (*folder && strcmp(folder, ".") != 0 && strcmp(folder, "..") != 0)
            base = path + (folder - path);
    }
    snprintf(name, NAME_MAX + 1, "%.*s", NAME_MAX, base);
}

/* The recipe that is asked for: a file, the one inside the checkpoint to be continued, or the default. */
static nn_status find_recipe(const arguments *given, nn_comm *comm, char name[NAME_MAX + 1], nn_recipe **recipe,
                             nn_error *error)
{
    if (!given->recipe && given->resume_file) {
        nni_checkpoint *checkpoint = NULL;
        NN_TRY(nni_checkpoint_read(given->resume_file, comm, &checkpoint, error)); /* for its recipe alone */
        snprintf(name, NAME_MAX + 1, "run");
        nn_status status = nn_recipe_parse(checkpoint->recipe, given->resume_file, NULL, given->sets.values,
                                           given->sets.count, recipe, error);
        nni_checkpoint_free(checkpoint);
        return status;
    }
    char path[PATH_MAX];
    if (given->recipe)
        snprintf(path, sizeof path, "%s", given->recipe);
    else
        NN_TRY(nni_cli_default_recipe(path, error));
    name_run(path, name);
    return nn_recipe_load(path, given->sets.values, given->sets.count, recipe, error);
}

/* A word of a command, as a shell takes it. */
static void add_word(FILE *command, const char *word)
{
    const bool plain =
        word[0] &&
        strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == strlen(word);
    fputs(plain ? " " : " '", command);
    for (const char *c = word; *c; c++)
        fputs(!plain && *c == '\'' ? "'\\''" : (char[2]){*c, '\0'}, command);
    fputs(plain ? "" : "'", command);
}

static void add_option(FILE *command, const char *name, const char *value)
{
    if (!value)
        return;
    add_word(command, name);
    add_word(command, value);
}

/* The command that goes on with a run that was stopped. */
static void compose_command(FILE *command, const arguments *given, const nn_comm *comm, const nni_train_result *result)
{
    if (getenv("SLURM_STEP_ID") && !getenv("OMPI_COMM_WORLD_SIZE"))
        fprintf(command, " srun -n %d", comm->size);
    else if (comm->size > 1)
        fprintf(command, " mpirun -np %d", comm->size);
    add_word(command, program_invocation_name);
    add_word(command, "train");
    if (given->recipe)
        add_word(command, given->recipe);
    for (size_t i = 0; i < given->sets.count; i++)
        add_option(command, "--set", given->sets.values[i]);
    add_option(command, "--progress", given->progress);
    add_option(command, "--trace", given->trace);
    add_option(command, "--trace-limit", given->trace_limit);
    /* Without a recipe that of the checkpoint counts. */
    if (!given->recipe && given->resume_file) {
        char word[PATH_MAX + 16];
        snprintf(word, sizeof word, "--resume=%s", result->checkpoint);
        add_word(command, word);
    } else {
        add_option(command, "--output", result->folder);
        if (result->checkpoint[0])
            add_word(command, "--resume");
    }
}

/* "...; continue with --resume: mpirun -np 2 nntrain train recipe.yaml --output DIR --resume"; on a line of its own
 * where the sentence has no room for it. */
static void tell_command(const arguments *given, const nn_comm *comm, const nni_train_result *result, nn_status status,
                         nn_error *error)
{
    char *command = NULL, before[NN_MESSAGE_SIZE];
    size_t length = 0;
    FILE *text = open_memstream(&command, &length);
    if (!text)
        return;
    compose_command(text, given, comm, result);
    if (fclose(text) == 0 && strlen(error->message) + length + 1 < sizeof before) {
        memcpy(before, error->message, sizeof before);
        nn_fail(error, status, "%s:%s", before, command);
    } else {
        printf("next    %s\n", command);
    }
    free(command);
}

/* What decides which steps the ranks take together. */
static nn_status compare_options(const arguments *given, nn_comm *comm, nn_error *error)
{
    char lines[256];
    snprintf(lines, sizeof lines, "recipe: %s\n--resume: %s\n--trace: %s\n--trace-limit: %s\n",
             given->recipe ? "given" : "not given",
             !given->resume       ? "not given"
             : given->resume_file ? "a file"
                                  : "the newest checkpoint",
             given->trace ? "given" : "not given", given->trace_limit ? given->trace_limit : "not given");
    return nni_comm_compare(comm, "command line", lines, error);
}

static nn_status train(const void *parsed, nn_comm *comm, nn_error *error)
{
    /* What a training says is commentary: a reader that has seen enough (| head) must not end it. */
    signal(SIGPIPE, SIG_IGN);
    const arguments *given = parsed;
    nn_train_options how = {.output = given->output,
                            .resume = given->resume,
                            .resume_file = given->resume_file,
                            .trace = given->trace,
                            .out = stdout,
                            .columns = nni_cli_columns};
    nn_status given_well = parse_trace_limit(given, &how.trace_limit, error);
    if (given_well == NN_OK)
        given_well = choose_style(given->progress, &how.style, error);
    NN_TRY(nn_comm_agree(comm, given_well, error));
    NN_TRY(compare_options(given, comm, error));
    char name[NAME_MAX + 1];
    nn_recipe *recipe = NULL;
    NN_TRY(nn_comm_agree(comm, find_recipe(given, comm, name, &recipe, error), error));
    how.name = name;
    if (!given->recipe && !given->resume_file && comm->rank == 0 && how.style != NN_PROGRESS_QUIET)
        printf("default  no recipe named: training the shipped handwritten digits\n");
    nni_train_result result;
    nn_status status = nni_train(recipe, &how, comm, &result, error);
    nn_recipe_free(recipe);
    if (result.stopped && comm->rank == 0)
        tell_command(given, comm, &result, status, error);
    return status;
}

nn_status nni_cli_train(int argc, char **argv)
{
    arguments given = {.recipe = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain train", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    /* One to stop may come while MPI starts, and is to be obeyed after the first step; at the end it comes too late. */
    nni_signals_hold();
    return nni_cli_with_ranks("train", train, &given);
}
