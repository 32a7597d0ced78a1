/* SPDX-License-Identifier: MIT */
#include "watch/watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "support/system/launcher.h"

typedef struct arguments {
    const char *folder;
    bool once;
} arguments;

static const struct argp_option options[] = {
    {"once", '1', NULL, 0, "Print one screen as text and end, as where the output is no terminal", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case '1':
        given->once = true;
        return 0;
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->folder, value, "run", state);
    case ARGP_KEY_END:
        if (!given->folder || *given->folder == '\0') {
            argp_error(state, "name the folder of a run, such as runs/digits");
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
    .args_doc = "RUN",
    .doc =
        "Shows a run on the terminal while it trains, or after: progress and time left, the newest figures beside the "
        "best, curves, the slowest and fastest ranks. Reads the files of the run alone, so it may run on any host "
        "that sees its folder.\v"
        "q or Ctrl-C quits and leaves the training as it is. A run that has not begun is waited for.",
};

/* A terminal that can move its cursor, and not the one that mpirun gives its ranks. */
static bool has_screen(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0 && !nni_launcher_rank();
}

nn_status nni_cli_watch(int argc, char **argv)
{
    enum { COLUMNS = 80, ROWS = 24 };
    nn_error error;
    arguments given = {.folder = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain watch", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    if (!given.once && has_screen())
        return nni_cli_finish(nni_watch(given.folder, &error), &error);
    const int columns = nni_cli_columns();
    return nni_cli_finish(nni_watch_once(given.folder, columns > 0 ? (size_t)columns : COLUMNS, ROWS, stdout, &error),
                          &error);
}
