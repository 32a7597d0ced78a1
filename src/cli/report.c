/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/events/events.h"
#include "report/page/section.h"
#include "report/report.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/printable.h"
#include "support/suggest.h"
#include "train/run/format.h"
#include "train/run_folder/run_lock.h"

enum { KEY_SHARE = 0x200, KEY_THEORY, KEY_TENSORBOARD, KEY_CSV, KEY_JSON };

/* What the command line says. Texts belong to argv. */
typedef struct arguments {
    const char **runs; /* [run_count] folders, or files in them */
    size_t run_count;
    const char *output;
    const char *tensorboard, *csv, *json; /* NULL: not asked for */
    nni_report_options options;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0,
     "File to write (default: report.html in the folder of the run, of several runs in this folder; theory.html here "
     "with --theory); a report that is there is replaced, another file is not",
     0},
    {"share", KEY_SHARE, NULL, 0, "Leave out hosts, paths and user names", 0},
    {"theory", KEY_THEORY, NULL, 0, "Lay the runs of datasets/theory out as the pictures of the theory", 0},
    {"tensorboard", KEY_TENSORBOARD, "DIR", 0, "Write event files for TensorBoard instead of a page", 0},
    {"csv", KEY_CSV, "FILE", 0, "Write the figures of all epochs as a table instead of a page", 0},
    {"json", KEY_JSON, "FILE", 0, "Write what is known of the runs as JSON instead of a page", 0},
    NNI_CLI_HELP,
    {0},
};

/* Takes the name of what is to be written. */
static error_t take_path(const char **slot, const char *option, const char *value, struct argp_state *state)
{
    *slot = value;
    if (*value && strcmp(value, "-") != 0)
        return 0;
    argp_error(state, "--%s: name a %s", option, strcmp(option, "tensorboard") == 0 ? "folder" : "file");
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'o':
        return take_path(&given->output, "output", value, state);
    case KEY_TENSORBOARD:
        return take_path(&given->tensorboard, "tensorboard", value, state);
    case KEY_CSV:
        return take_path(&given->csv, "csv", value, state);
    case KEY_JSON:
        return take_path(&given->json, "json", value, state);
    case KEY_THEORY:
        given->options.theory = true;
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

/* What a file of ours has within its first bytes: it is replaced, any other is not. */
static const struct {
    const char *noun, *mark;
} page_file = {"report", "content=\"" NNI_PAGE_GENERATOR}, csv_file = {"table of runs", "run,epoch"},
  json_file = {"JSON of runs", "\"nntrain\":"};

static nn_status check_existing(const char *path, const char *noun, const char *mark, nn_error *error)
{
    struct stat facts;
    int file = -1;
    char folder[PATH_MAX], head[NNI_PAGE_HEAD + 1] = "";
    if (nni_folder_of(path, folder) && stat(folder, &facts) != 0)
        return nn_fail(error, NN_USAGE, "cannot write %s: the folder %s is not there; make it first", path, folder);
    if (stat(path, &facts) != 0 || (S_ISREG(facts.st_mode) && facts.st_size == 0))
        return NN_OK;
    if (S_ISDIR(facts.st_mode))
        return nn_fail(error, NN_USAGE, "%s is a folder; name a file in it, such as %s/report.html", path, path);
    NN_TRY(nni_open_to_read(path, &file, &facts, error));
    const ssize_t count = read(file, head, NNI_PAGE_HEAD);
    close(file);
    if (count > 0 && strstr(head, mark))
        return NN_OK;
    return nn_fail(error, NN_USAGE, "%s is there and is no %s of nntrain; choose another name, or remove it", path,
                   noun);
}

static void say_written(const char *path)
{
    struct stat facts;
    printf("wrote    ");
    nni_print_text(stdout, path);
    if (stat(path, &facts) == 0 && S_ISREG(facts.st_mode))
        printf(" (%s)", nni_figure_bytes((double)facts.st_size).text);
    printf("\n");
}

/* @return where the page goes: as it was said, else beside the run, of several runs or of the theory here */
static nn_status choose_output(const arguments *given, const nni_history *first, char path[PATH_MAX], nn_error *error)
{
    const bool theory = given->options.theory, beside = !given->output && given->run_count == 1 && !theory;
    const int length = snprintf(path, PATH_MAX, "%s%s%s", beside ? first->folder : "", beside ? "/" : "",
                                given->output ? given->output
                                : theory      ? "theory.html"
                                              : "report.html");
    if (length >= PATH_MAX)
        return nn_fail(error, NN_USAGE, "--output: the path is longer than %d bytes", PATH_MAX - 1);
    return NN_OK;
}

static nn_status write_page(const arguments *given, const nni_history *const *runs, nn_error *error)
{
    char path[PATH_MAX];
    NN_TRY(choose_output(given, runs[0], path, error));
    NN_TRY(check_existing(path, page_file.noun, page_file.mark, error));
    nn_error said;
    const nn_status status = nni_report_write(runs, given->run_count, &given->options, path, &said);
    if (status != NN_OK)
        return nn_fail(error, status, "%s%s", said.message,
                       status == NN_SYSTEM && !given->output ? "; --output FILE writes it elsewhere" : "");
    say_written(path);
    return NN_OK;
}

static nn_status write_all(const arguments *given, const nni_history *const *runs, nn_error *error)
{
    if (given->output || !(given->tensorboard || given->csv || given->json))
        NN_TRY(write_page(given, runs, error));
    if (given->csv) {
        NN_TRY(check_existing(given->csv, csv_file.noun, csv_file.mark, error));
        NN_TRY(nni_report_csv(runs, given->run_count, given->csv, error));
        say_written(given->csv);
    }
    if (given->json) {
        NN_TRY(check_existing(given->json, json_file.noun, json_file.mark, error));
        NN_TRY(nni_report_json(runs, given->run_count, given->options.share, given->json, error));
        say_written(given->json);
    }
    if (given->tensorboard) {
        NN_TRY(nni_report_tensorboard(runs, given->run_count, given->tensorboard, error));
        say_written(given->tensorboard);
    }
    return NN_OK;
}

/* --- what is read --- */

/* Looks for runs that somebody may have meant by one that is not there: beside it, or in runs/. */
static nn_status fail_missing(const char *run, nn_error *error)
{
    char beside[PATH_MAX], found[PATH_MAX + NAME_MAX] = "";
    const char *const folders[] = {nni_folder_of(run, beside) ? beside : ".", "runs"};
    const char *name = strrchr(run, '/') ? strrchr(run, '/') + 1 : run;
    nni_suggestion search = {.written = name};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *folder = opendir(folders[i]);
        for (struct dirent *entry; folder && (entry = readdir(folder));)
            if (entry->d_name[0] != '.' && nni_suggest(&search, entry->d_name)) {
                snprintf(found, sizeof found, "%s/%s", folders[i], entry->d_name);
                search.word = name; /* what readdir gave will be overwritten */
            }
        if (folder)
            closedir(folder);
    }
    return nn_fail(error, NN_DATA, "%s is not there%s%.200s%s; name the folder of a run, such as runs/digits", run,
                   *found ? " (did you mean " : "", strncmp(found, "./", 2) == 0 ? found + 2 : found,
                   *found ? "?)" : "");
}

/* Side by side, predictions are read of the few runs that are tested against each other, when they are; those of JSON
 * when they are written, one run after the other. */
static nn_status read_run(const arguments *given, const char *folder, nni_history **run, nn_error *error)
{
    const bool page = given->output || !(given->tensorboard || given->csv || given->json);
    const bool all = page && (given->run_count == 1 || given->options.theory);
    const nni_history_wanted wanted = {
        .records = all || given->tensorboard || given->json, .predictions = all, .weights = all || given->tensorboard};
    struct stat facts;
    if (stat(folder, &facts) != 0 && errno == ENOENT)
        return fail_missing(folder, error);
    NN_TRY(nni_history_read(folder, wanted, run, error));
    (*run)->locked = nni_run_lock_is_held((*run)->folder);
    return NN_OK;
}

/* A run that is named twice, by whatever paths, would be compared with itself. */
static nn_status drop_repeated(arguments *given, nn_error *error)
{
    struct stat *seen = NULL;
    NN_TRY(nni_allocate(given->run_count, sizeof *seen, "the runs", &seen, error));
    size_t kept = 0;
    for (size_t i = 0; i < given->run_count; i++) {
        const char *run = given->runs[i];
        char folder[PATH_MAX];
        size_t same = kept;
        struct stat *facts = &seen[kept];
        bool there = stat(run, facts) == 0;
        if (there && !S_ISDIR(facts->st_mode))
            there = nni_folder_of(run, folder) && stat(folder, facts) == 0;
        for (size_t j = 0; j < kept && same == kept && there; j++)
            if (seen[j].st_dev == facts->st_dev && seen[j].st_ino == facts->st_ino)
                same = j;
        if (same == kept) {
            if (!there)
                *facts = (struct stat){.st_ino = 0};
            given->runs[kept++] = run;
        } else {
            fputs("nntrain: ", stderr);
            nni_print_text(stderr, run);
            fputs(" is the same run as ", stderr);
            nni_print_text(stderr, given->runs[same]);
            fputs("; it is reported once\n", stderr);
        }
    }
    given->run_count = kept;
    nni_release(seen);
    return NN_OK;
}

static nn_status report(arguments *given, nn_error *error)
{
    NN_TRY(drop_repeated(given, error));
    nni_history **runs = NULL;
    NN_TRY(nni_allocate(given->run_count, sizeof(void *), "the runs", &runs, error));
    nn_status status = NN_OK;
    for (size_t i = 0; i < given->run_count && status == NN_OK; i++)
        status = read_run(given, given->runs[i], &runs[i], error);
    if (status == NN_OK)
        status = write_all(given, (const nni_history *const *)runs, error);
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
