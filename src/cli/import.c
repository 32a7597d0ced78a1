/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "import/registry/registry.h"
#include "support/memory.h"
#include "support/printable.h"
#include "support/timeline.h"
#include "train/run/format.h"

/* Options of a format are numbered from here on: argp takes what is no letter for the key of a long option. */
enum { FIRST_KEY = 0x200, MOST_OPTIONS = 32, CHUNK = 0x100 };

/* What the command line says; the format's own options are in its job. */
typedef struct arguments {
    const nni_importer *importer;
    void *job; /* [importer->job_bytes] */
    const char *file;
    nni_import_target target;
} arguments;

/* --- options that every format has --- */

static error_t take_level(arguments *given, const char *value, struct argp_state *state)
{
    if (strlen(value) != 1 || value[0] < '0' || value[0] > '9') {
        argp_error(state, "--compress: '%s' is no level from 0 to 9", value);
        return EINVAL;
    }
    given->target.compress = value[0] - '0';
    return 0;
}

static error_t take_chunk(arguments *given, const char *value, struct argp_state *state)
{
    char *end;
    const long long count = strtoll(value, &end, 10);
    if (*end != '\0' || count < 1) {
        argp_error(state, "--chunk: '%s' is no number of rows", value);
        return EINVAL;
    }
    given->target.chunk_rows = (size_t)count;
    return 0;
}

/* --- options of a format --- */

static error_t complain(struct argp_state *state, nn_status status, const nn_error *error)
{
    if (status == NN_OK)
        return 0;
    argp_error(state, "%s", error->message);
    return EINVAL;
}

static error_t take_option(const nni_import_option *option, void *job, const char *value, struct argp_state *state)
{
    nn_error error;
    if (option->take)
        return complain(state, option->take(job, value, &error), &error);
    *(const char **)((char *)job + option->text) = value;
    return 0;
}

static error_t finish_parsing(const arguments *given, struct argp_state *state)
{
    const nni_importer *importer = given->importer;
    nn_error error;
    if (!importer->is_complete(given->job) || !given->target.output) {
        argp_error(state, "%s", importer->wanted);
        return EINVAL;
    }
    return complain(state, importer->check ? importer->check(given->job, &error) : NN_OK, &error);
}

static error_t take_file(arguments *given, const char *value, struct argp_state *state)
{
    if (!given->importer->argument) {
        argp_error(state, "'%s': the files of %s are named by options", value, given->importer->names[0]);
        return EINVAL;
    }
    const error_t code = nni_cli_take_one(&given->file, value, given->importer->argument, state);
    if (code == 0)
        given->importer->take_file(given->job, value);
    return code;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'z':
        return take_level(given, value, state);
    case CHUNK:
        return take_chunk(given, value, state);
    case 'o':
        given->target.output = value;
        return 0;
    case ARGP_KEY_ARG:
        return take_file(given, value, state);
    case ARGP_KEY_END:
        return finish_parsing(given, state);
    default:
        break;
    }
    const nni_import_option *options = given->importer->options;
    for (size_t i = 0; options[i].name; i++)
        if (key == (options[i].letter ? options[i].letter : FIRST_KEY + (int)i))
            return take_option(&options[i], given->job, value, state);
    return ARGP_ERR_UNKNOWN;
}

static void list_options(const nni_importer *importer, struct argp_option list[MOST_OPTIONS])
{
    static const struct argp_option common[] = {
        {"compress", 'z', "LEVEL", 0, "Deflate level 0 to 9 (default: 0, which reads fastest)", 0},
        {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced, once the new one is complete", 0},
        NNI_CLI_HELP,
    };
    static const struct argp_option chunk = {
        "chunk", CHUNK, "ROWS", 0, "Rows of a chunk (default: contiguous, or about a MiB where compressed)", 0};
    const nni_import_option *options = importer->options;
    size_t count = 0;
    for (size_t i = 0; options[i].name; i++)
        list[count++] =
            (struct argp_option){options[i].name,  options[i].letter ? options[i].letter : FIRST_KEY + (int)i,
                                 options[i].value, 0,
                                 options[i].help,  0};
    if (importer->chunks)
        list[count++] = chunk;
    memcpy(list + count, common, sizeof common);
    list[count + sizeof common / sizeof *common] = (struct argp_option){0};
}

static nni_parsed parse(arguments *given, int argc, char **argv)
{
    struct argp_option list[MOST_OPTIONS];
    char name[64];
    list_options(given->importer, list);
    const struct argp parser = {
        .options = list,
        .parser = parse_option,
        .args_doc = given->importer->argument ? "FILE" : NULL,
        .doc = given->importer->description,
    };
    snprintf(name, sizeof name, "nntrain import %s", argv[0]);
    return nni_cli_parse(&parser, name, argc, argv, given);
}

/* --- importing --- */

/* A line that is written over, where somebody looks. */
static void show(double done, double total)
{
    fprintf(stderr, "\r%3.0f %%  %s", total > 0 ? 100 * done / total : 100, done < total ? "" : "\r      \r");
    fflush(stderr);
}

static void print_summary(const arguments *given, const nni_import_summary *summary, double seconds)
{
    printf("wrote    ");
    nni_print_text(stdout, given->target.output);
    if (given->importer->collective) /* it may take a while */
        printf(" in %s", nni_figure_seconds(seconds).text);
    printf("\n");
    for (size_t s = 0; s < 2 && summary->split[s].name; s++) {
        printf("%-8s %s", summary->split[s].name, nni_figure_plural(summary->split[s].rows, "row").text);
        if (summary->split[s].features > 0)
            printf(" x %s", nni_figure_plural(summary->split[s].features, "feature").text);
        if (summary->split[s].bad > 0)
            printf("; %s left out", nni_figure_plural(summary->split[s].bad, "record").text);
        printf("\n");
    }
}

static nn_status import(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nni_import_summary summary = {.split = {{.name = NULL}}};
    const double before = nni_clock();
    NN_TRY(given->importer->run(given->job, &given->target, comm, &summary, error));
    if (!comm || comm->rank == 0)
        print_summary(given, &summary, nni_clock() - before);
    return NN_OK;
}

static nn_status run(const arguments *given)
{
    nn_error error;
    if (given->importer->collective)
        return nni_cli_with_ranks("import", import, given);
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    return nni_cli_finish(import(given, NULL, &error), &error);
}

static nn_status import_format(const nni_importer *importer, int argc, char **argv)
{
    nn_error error;
    arguments given = {.importer = importer, .target.progress = nni_cli_on_terminal() ? show : NULL};
    const nn_status status = nni_allocate(1, importer->job_bytes, "the options", &given.job, &error);
    if (status != NN_OK)
        return nni_cli_finish(status, &error);
    if (importer->begin)
        importer->begin(given.job, argv[0]);
    const nni_parsed parsed = parse(&given, argc, argv);
    const nn_status outcome = parsed == NNI_PARSED_GO ? run(&given) : parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    nni_release(given.job);
    return outcome;
}

/* --- without a format --- */

static error_t parse_nothing(int key, char *value, struct argp_state *state)
{
    (void)value;
    if (key != ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN;
    argp_error(state, "name the format, what to import and the file to write: csv table.csv --label COLUMN --output "
                      "FILE.h5");
    return EINVAL;
}

/* The list of formats behind the help. */
static void list_formats(char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "Converts files of other formats to HDF5.\vThe formats:\n");
    for (size_t i = 0; nni_importer_at(i) && length < size; i++) {
        const nni_importer *importer = nni_importer_at(i);
        char names[40];
        snprintf(names, sizeof names, "%s%s%s", importer->names[0], importer->names[1] ? ", " : "",
                 importer->names[1] ? importer->names[1] : "");
        length += (size_t)snprintf(text + length, size - length, "  %-10s  %s (%s)\n", names, importer->help,
                                   importer->extensions);
    }
    if (length < size)
        snprintf(text + length, size - length, "Options of a format: nntrain import FORMAT --help");
}

nn_status nni_cli_import(int argc, char **argv)
{
    static const struct argp_option options[] = {NNI_CLI_HELP, {0}};
    char text[2000];
    nn_error error;
    if (argc > 1 && argv[1][0] != '-') {
        const nni_importer *importer = nni_importer_find(argv[1], &error);
        return importer ? import_format(importer, argc - 1, argv + 1) : nni_cli_finish(NN_USAGE, &error);
    }
    list_formats(text, sizeof text);
    const struct argp parser = {.options = options, .parser = parse_nothing, .args_doc = "FORMAT", .doc = text};
    return nni_cli_parse(&parser, "nntrain import", argc, argv, NULL) == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
}
