/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/page/section.h"
#include "report/report.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/printable.h"
#include "train/run/format.h"
#include "train/run_folder/run_lock.h"

enum { KEY_SHARE = 0x200, KEY_THEORY, KEY_TENSORBOARD, KEY_CSV, KEY_JSON };

/* What the command line says. Texts belong to argv. */
typedef struct arguments {
    const char **runs; /* [run_count] folders, or files in them */
    size_t run_count;
    const char *output;
    nni_report_options options;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0,
     "File to write (default: report.html in the folder of the run, of several runs in this folder); a report that is "
     "there is replaced, another file is not",
     0},
    {"share", KEY_SHARE, NULL, 0, "Leave out hosts, paths and user names", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'o':
        if (*value == '\0') {
            argp_error(state, "--output: name a file");
            return EINVAL;
        }
        given->output = value;
        return 0;
    case KEY_SHARE:
        given->options.share = true;
        return 0;
    case ARGP_KEY_ARG:
        given->runs[given->run_count++] = value;
        return 0;
    case ARGP_KEY_END:
        if (given->run_count > 0)
            return 0;
        argp_error(state, "name a run: report runs/NAME");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- what is written where --- */

/* A report is replaced; what else is there stays. */
static nn_status check_existing(const char *path, nn_error *error)
{
    struct stat facts;
    int file = -1;
    char head[NNI_PAGE_HEAD + 1] = "";
    if (stat(path, &facts) != 0 || facts.st_size == 0)
        return NN_OK;
    if (S_ISDIR(facts.st_mode))
        return nn_fail(error, NN_USAGE, "--output: %s is a folder; name a file in it, such as %s/report.html", path,
                       path);
    NN_TRY(nni_open_to_read(path, &file, &facts, error));
    const ssize_t count = read(file, head, NNI_PAGE_HEAD);
    close(file);
    if (count > 0 && strstr(head, "content=\"" NNI_PAGE_GENERATOR))
        return NN_OK;
    return nn_fail(error, NN_USAGE, "%s is there and is no report of nntrain; choose another name, or remove it", path);
}

static nn_status choose_output(const arguments *given, const nni_history *first, char path[PATH_MAX], nn_error *error)
{
    int length;
    if (given->output)
        length = snprintf(path, PATH_MAX, "%s", given->output);
    else if (given->run_count > 1)
        length = snprintf(path, PATH_MAX, "report.html");
    else
        length = snprintf(path, PATH_MAX, "%s/report.html", first->folder);
    if (length >= PATH_MAX)
        return nn_fail(error, NN_USAGE, "--output: the path is longer than %d bytes", PATH_MAX - 1);
    return check_existing(path, error);
}

static nn_status write_report(const arguments *given, const nni_history *const *runs, nn_error *error)
{
    char path[PATH_MAX];
    struct stat facts;
    NN_TRY(choose_output(given, runs[0], path, error));
    NN_TRY(nni_report_write(runs, given->run_count, &given->options, path, error));
    printf("wrote    ");
    nni_print_text(stdout, path);
    if (stat(path, &facts) == 0)
        printf(" (%s)", nni_figure_bytes((double)facts.st_size).text);
    printf("\n");
    return NN_OK;
}

/* Side by side, predictions are read of the few runs that are tested against each other, when they are. */
static nn_status read_run(const arguments *given, size_t which, nni_history **run, nn_error *error)
{
    const bool all = given->run_count == 1 || given->options.theory;
    const nni_history_wanted wanted = {.records = all, .predictions = all, .weights = all};
    NN_TRY(nni_history_read(given->runs[which], wanted, run, error));
    (*run)->locked = nni_run_lock_is_held((*run)->folder);
    return NN_OK;
}

static nn_status report(const arguments *given, nn_error *error)
{
    nni_history **runs = NULL;
    NN_TRY(nni_allocate(given->run_count, sizeof *runs, "the runs", &runs, error));
    nn_status status = NN_OK;
    for (size_t i = 0; i < given->run_count && status == NN_OK; i++)
        status = read_run(given, i, &runs[i], error);
    if (status == NN_OK)
        status = write_report(given, (const nni_history *const *)runs, error);
    for (size_t i = 0; i < given->run_count; i++)
        nni_history_free(runs[i]);
    nni_release(runs);
    return status;
}

nn_status nni_cli_report(int argc, char **argv)
{
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "RUN...",
        .doc = "Writes what a run recorded as one HTML file that needs no other and no network: curves, errors, "
               "weights, speed, recipe. A run may still be in work, or have been killed. Several runs are laid side by "
               "side.\v"
               "RUN is the folder of a run, or a file in it."};
    nn_error error;
    arguments given = {.run_count = 0};
    if (nni_allocate((size_t)argc, sizeof *given.runs, "the runs", &given.runs, &error) != NN_OK)
        return nni_cli_finish(NN_SYSTEM, &error);
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain report", argc, argv, &given);
    nn_status status = parsed == NNI_PARSED_WRONG ? NN_USAGE : NN_OK;
    if (parsed == NNI_PARSED_GO && nni_cli_speaks()) /* started under mpirun: one process does it */
        status = nni_cli_finish(report(&given, &error), &error);
    nni_release(given.runs);
    return status;
}
