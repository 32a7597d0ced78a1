/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "checkpoint/trained.h"
#include "cli/cli.h"
#include "cli/model_output.h"
#include "support/printable.h"
#include "support/suggest.h"
#include "train/run/format.h"

enum { KEY_NAME = 0x200, KEY_TYPE, KEY_KEEP_NORMS, NAME_MOST = 40 };

/* What the command line says. */
typedef struct arguments {
    const nni_model_format *format;
    const char *model, *output;
    nni_export_settings settings;
} arguments;

/* Each with the bit of its format's .options; 0: every format has it. */
static const struct {
    unsigned bit;
    struct argp_option option;
} known_options[] = {
    {0,
     {"output", 'o', "FILE", 0,
      "File to write; an existing one of the same kind is replaced, once the new one is complete", 0}},
    {NNI_EXPORT_NAME,
     {"name", KEY_NAME, "NAME", 0, "What functions and modules are called by (default: the file's name)", 0}},
    {NNI_EXPORT_INT8, {"type", KEY_TYPE, "TYPE", 0, "Type of the numbers: float (the default), double or int8", 0}},
    {NNI_EXPORT_TYPE, {"type", KEY_TYPE, "TYPE", 0, "Type of the numbers: float (the default) or double", 0}},
    {NNI_EXPORT_KEEP_NORMS,
     {"keep-norms", KEY_KEEP_NORMS, NULL, 0, "Leave batch norm as it is, instead of folding it into the weights", 0}},
    {0, NNI_CLI_HELP},
};
enum { KNOWN_OPTIONS = sizeof known_options / sizeof *known_options };

static error_t take_name(arguments *given, const char *value, struct argp_state *state)
{
    size_t length = isalpha((unsigned char)value[0]) ? 1 : 0;
    while (length > 0 && (isalnum((unsigned char)value[length]) || value[length] == '_'))
        length++;
    given->settings.name = value;
    if (length > 0 && length <= NAME_MOST && value[length] == '\0')
        return 0;
    argp_error(state, "--name: '%s' is no name for functions; take a letter, then letters, digits and _, %d at most",
               value, NAME_MOST);
    return EINVAL;
}

static error_t take_type(arguments *given, const char *value, struct argp_state *state)
{
    static const char *const names[] = {
        [NNI_SOURCE_FLOAT] = "float", [NNI_SOURCE_DOUBLE] = "double", [NNI_SOURCE_INT8] = "int8"};
    const bool int8 = given->format->options & NNI_EXPORT_INT8;
    const size_t count = int8 ? sizeof names / sizeof *names : NNI_SOURCE_INT8; /* the last */
    for (size_t i = 0; i < count; i++)
        if (strcmp(value, names[i]) == 0) {
            given->settings.type = (nni_source_type)i;
            return 0;
        }
    argp_error(state, "--type: '%s' is none of float, double%s%s", value, int8 ? ", int8" : "",
               nni_suggest_among(value, names, count).text);
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'o':
        given->output = value;
        return 0;
    case KEY_NAME:
        return take_name(given, value, state);
    case KEY_TYPE:
        return take_type(given, value, state);
    case KEY_KEEP_NORMS:
        given->settings.keep_norms = true;
        return 0;
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->model, value, "model", state);
    case ARGP_KEY_END:
        if (given->model && given->output)
            return 0;
        argp_error(state, "name the model and the file to write: export %s model.h5 --output FILE%s",
                   given->format->name, given->format->extension);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static nni_parsed parse(arguments *given, int argc, char **argv)
{
    struct argp_option list[KNOWN_OPTIONS + 1];
    char name[64], doc[200];
    size_t count = 0;
    for (size_t i = 0; i < KNOWN_OPTIONS; i++) {
        const bool known = (known_options[i].bit & ~given->format->options) == 0;
        const bool again = count > 0 && known_options[i].option.key == list[count - 1].key;
        if (known && !again)
            list[count++] = known_options[i].option;
    }
    list[count] = (struct argp_option){0};
    snprintf(name, sizeof name, "nntrain export %s", given->format->name);
    snprintf(doc, sizeof doc, "Writes a model as %s: %s.", given->format->name, given->format->help);
    const struct argp parser = {.options = list, .parser = parse_option, .args_doc = "MODEL", .doc = doc};
    return nni_cli_parse(&parser, name, argc, argv, given);
}

/* --- exporting --- */

static nn_status write_model(const arguments *given, const nni_checkpoint *checkpoint, nn_error *error)
{
    struct stat facts;
    const nni_trained model = nni_trained_of(checkpoint);
    NN_TRY(given->format->write(&model, &given->settings, given->output, error));
    printf("wrote    ");
    nni_print_text(stdout, given->output);
    if (stat(given->output, &facts) == 0)
        printf(" (%s)", nni_figure_bytes((double)facts.st_size).text);
    printf("\n");
    return NN_OK;
}

static nn_status export_model(const arguments *given, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(nni_model_file_read(given->model, &checkpoint, error));
    nn_status status =
        nni_model_output_check(given->format, given->model, checkpoint->provenance.data_file, given->output, error);
    if (status == NN_OK && !nni_network_is_finite(checkpoint->network))
        status = nn_fail(error, NN_DATA, "%s has weights that are NaN or infinite; export one that has not diverged",
                         given->model);
    if (status == NN_OK)
        status = write_model(given, checkpoint, error);
    nni_checkpoint_free(checkpoint);
    return status;
}

static nn_status export_format(const nni_model_format *format, int argc, char **argv)
{
    nn_error error;
    arguments given = {.format = format};
    const nni_parsed parsed = parse(&given, argc, argv);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    return nni_cli_finish(export_model(&given, &error), &error);
}

/* --- without a format --- */

static error_t parse_nothing(int key, char *value, struct argp_state *state)
{
    (void)value;
    if (key != ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN;
    argp_error(state, "name the format, the model and the file to write: safetensors model.h5 --output "
                      "FILE.safetensors");
    return EINVAL;
}

/* The list of formats behind the help. */
static void list_formats(char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "Writes a trained model in other formats.\vThe formats:\n");
    for (size_t i = 0; nni_model_format_at(i) && length < size; i++) {
        const nni_model_format *format = nni_model_format_at(i);
        if (format->write)
            length += (size_t)snprintf(text + length, size - length, "  %-11s  %s (%s)\n", format->name, format->help,
                                       format->extension);
    }
    if (length < size)
        snprintf(text + length, size - length, "Options of a format: nntrain export FORMAT --help");
}

nn_status nni_cli_export(int argc, char **argv)
{
    static const struct argp_option options[] = {NNI_CLI_HELP, {0}};
    char text[2000];
    nn_error error;
    if (argc > 1 && argv[1][0] != '-') {
        const nni_model_format *format = nni_model_format_find(argv[1], &error);
        return format ? export_format(format, argc - 1, argv + 1) : nni_cli_finish(NN_USAGE, &error);
    }
    list_formats(text, sizeof text);
    const struct argp parser = {.options = options, .parser = parse_nothing, .args_doc = "FORMAT", .doc = text};
    return nni_cli_parse(&parser, "nntrain export", argc, argv, NULL) == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
}
