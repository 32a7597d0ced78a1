/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/model_output.h"
#include "export/safetensors/read.h"
#include "kernels/elementwise/activation.h"
#include "support/printable.h"
#include "support/suggest.h"

enum { KEY_DROPOUT = 0x200, KEY_OUTPUT_ACTIVATION };

/* What the command line says. */
typedef struct arguments {
    const char *file, *output;
    nni_state_dict_settings settings;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "MODEL.h5", 0, "File to write; an existing checkpoint is replaced, once the new one is complete",
     0},
    {"activation", 'a', "NAME", 0, "Of tensors of PyTorch: activation of all layers but the last, such as relu", 0},
    {"output-activation", KEY_OUTPUT_ACTIVATION, "NAME", 0,
     "The same of the last layer: softmax for classes, sigmoid for labels, linear for values", 0},
    {"dropout", KEY_DROPOUT, "SHARE", 0, "Dropout behind all layers but the last, for training on (default: 0)", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t take_activation(int *activation, const char *option, const char *value, struct argp_state *state)
{
    const size_t found = nni_domain_find(&nni_activation_domain, value);
    nni_suggestion search = {.written = value};
    *activation = (int)found;
    if (found < nni_activation_domain.count)
        return 0;
    for (size_t i = 0; i < nni_activation_domain.count; i++)
        nni_suggest(&search, nni_domain_name(&nni_activation_domain, i));
    if (search.word)
        argp_error(state, "--%s: there is no activation '%s' (did you mean %s?)", option, value, search.word);
    else
        argp_error(state, "--%s: there is no activation '%s'; nntrain help recipe network lists them", option, value);
    return EINVAL;
}

static error_t take_dropout(arguments *given, const char *value, struct argp_state *state)
{
    char *end = NULL;
    given->settings.dropout = strtod(value, &end);
    if (end != value && *end == '\0' && given->settings.dropout >= 0 && given->settings.dropout < 1)
        return 0;
    argp_error(state, "--dropout: '%s' is no share from 0 to less than 1", value);
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'o':
        given->output = value;
        return 0;
    case 'a':
        return take_activation(&given->settings.activation, "activation", value, state);
    case KEY_OUTPUT_ACTIVATION:
        return take_activation(&given->settings.output_activation, "output-activation", value, state);
    case KEY_DROPOUT:
        return take_dropout(given, value, state);
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->file, value, "model", state);
    case ARGP_KEY_END:
        if (given->file && given->output)
            return 0;
        argp_error(state, "name the model and the file to write: import-model m.safetensors --output model.h5");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- importing --- */

static nn_status check_settings(const arguments *given, const nni_model_format *format, nn_error *error)
{
    const nni_state_dict_settings *settings = &given->settings;
    if (!format)
        return nn_fail(error, NN_USAGE, "%s is a checkpoint of nntrain already, and needs no import", given->file);
    if (format != &nni_model_format_safetensors &&
        (settings->activation >= 0 || settings->output_activation >= 0 || settings->dropout >= 0))
        return nn_fail(error, NN_USAGE, "%s tells its activations itself, as %s does; leave the options out",
                       given->file, format->name);
    return NN_OK;
}

static nn_status read_model(const arguments *given, nni_checkpoint **checkpoint, nni_string_set *layers,
                            nn_error *error)
{
    const nni_model_format *format = NULL;
    NN_TRY(nni_model_file_format(given->file, &format, error));
    NN_TRY(check_settings(given, format, error));
    if (format == &nni_model_format_safetensors)
        return nni_safetensors_read(given->file, &given->settings, checkpoint, layers, error);
    return format->read(given->file, checkpoint, error);
}

static nn_status import_model(const arguments *given, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    nni_string_set layers = {.count = 0};
    nn_status status = read_model(given, &checkpoint, &layers, error);
    if (status == NN_OK)
        status = nni_model_output_check(NULL, given->file, checkpoint->provenance.data_file, given->output, error);
    if (status == NN_OK)
        status = nni_checkpoint_write(given->output, checkpoint, NULL, error);
    for (size_t i = 0; status == NN_OK && i < layers.count; i++) {
        nni_print_text(stdout, layers.text[i]);
        printf("\n");
    }
    if (status == NN_OK) {
        printf("wrote    ");
        nni_print_text(stdout, given->output);
        printf("\n");
    }
    nni_string_set_free(&layers);
    nni_checkpoint_free(checkpoint);
    return status;
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "FILE",
    .doc = "Makes a model.h5 of a model in another format: a file that nntrain export wrote, an ONNX model, or the "
           "state_dict of a "
           "PyTorch model as safetensors, whose dense layers, batch and layer norms are found by their names.",
};

nn_status nni_cli_import_model(int argc, char **argv)
{
    arguments given = {.settings = {.activation = -1, .output_activation = -1, .dropout = -1}};
    nn_error error;
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain import-model", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    return nni_cli_finish(import_model(&given, &error), &error);
}
