/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "export/registry/registry.h"
#include "inspect/inspect.h"
#include "model/norms.h"
#include "support/printable.h"

typedef struct arguments {
    const char *file;
    bool recipe;
    nni_inspect_how how;
} arguments;

static const struct argp_option options[] = {
    {"recipe", 'r', NULL, 0, "Print the recipe inside a checkpoint, and nothing else", 0},
    {"all", 'a', NULL, 0, "Look at every value of a data file, however long that takes", 0},
    {"features", 'f', NULL, 0, "Tell of each feature, however many there are", 0},
    NNI_CLI_EXTERNAL,
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'r':
        given->recipe = true;
        return 0;
    case 'a':
        given->how.all = true;
        return 0;
    case 'f':
        given->how.features = true;
        return 0;
    case NNI_CLI_KEY_EXTERNAL:
        return nni_cli_take_external(&given->how.external, value, state);
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->file, value, "file", state);
    case ARGP_KEY_END:
        if (!given->file) {
            argp_error(state, "name the file to look into");
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
    .args_doc = "FILE.h5",
    .doc = "Tells what a file holds: the datasets of a data file in HDF5, with advice on what would cost a training "
           "time or accuracy; the layers, progress and origin of a checkpoint, which is verified first; or the layers "
           "of a model in safetensors or ONNX.",
};

static void print_network(const nn_network *network)
{
    printf("inputs   %zu\n", network->inputs);
    for (size_t l = 0; l < network->layer_count; l++) {
        const nni_layer *layer = &network->layers[l];
        printf("layer %-2zu %zu unit%s, ", l, layer->outputs, layer->outputs == 1 ? "" : "s");
        if (nni_norm_is_on(layer->norm))
            printf("%s norm, ", nn_norm_name(layer->norm));
        printf("%s, %zu parameters\n", nn_activation_name(layer->activation), nni_network_layer_parameters(network, l));
    }
    printf("in all   %zu parameters\n", network->parameter_count);
}

static void print_classes(const nni_string_set *names)
{
    enum { MOST = 20 };
    printf("classes  ");
    for (size_t i = 0; i < names->count && i < MOST; i++) {
        printf("%s%zu ", i > 0 ? ", " : "", i);
        nni_print_text(stdout, names->text[i]);
    }
    if (names->count > MOST)
        printf(" and %zu more", names->count - MOST);
    printf("\n");
}

static void print_file(const char *path, const nni_model_format *format, const char *version)
{
    printf("file     ");
    nni_print_text(stdout, path);
    if (format)
        printf(": a model in %s\n", format->name);
    else {
        printf(": an intact checkpoint, written by nntrain ");
        nni_print_text(stdout, version);
        printf("\n");
    }
}

static void print_progress(const nni_progress *at)
{
    printf("progress %" PRIu64 " epochs done, %" PRIu64 " steps in all", at->epoch, at->step);
    if (at->epoch_step > 0)
        printf(", %" PRIu64 " of them in the epoch in work", at->epoch_step);
    printf("; trained for %.1f s\n", at->seconds);
    if (isfinite(at->best))
        printf("best     %.6g of the watched metric after %" PRIu64 " epochs\n", at->best, at->best_epoch);
}

/* @param format  NULL: a checkpoint */
static void print_model(const char *path, const nni_model_format *format, const nni_checkpoint *checkpoint)
{
    const nni_provenance *from = &checkpoint->provenance;
    print_file(path, format, from->version);
    print_network(checkpoint->network);
    if (checkpoint->class_names.count > 0)
        print_classes(&checkpoint->class_names);
    if (!format) /* others know nothing of their training */
        print_progress(&checkpoint->progress);
    printf("features normalized: %s\n", nn_feature_scaling_name(checkpoint->normalization->kind));
    if (checkpoint->target_scaling->kind != NN_TARGETS_NONE)
        printf("targets  normalized: %s\n", nn_target_scaling_name(checkpoint->target_scaling->kind));
    if (from->ranks > 0) /* not where a model was imported */
        printf("trained  by %" PRIu64 " ranks x %" PRIu64 " threads on %" PRIu64 " hosts\n", from->ranks, from->threads,
               from->hosts);
    printf("data     ");
    nni_print_text(stdout, from->data_file[0] ? from->data_file : "not known");
    if (from->data_bytes > 0)
        printf(", %" PRIu64 " bytes", from->data_bytes);
    if (from->data_digest > 0)
        printf(", digest %016" PRIx64, from->data_digest);
    printf("\n");
    printf("recipe   nntrain inspect --recipe ");
    nni_print_text(stdout, path);
    printf(" prints it\n");
}

/* Byte for byte into a file or a pipe; a terminal gets no character that it would obey, which no recipe needs. */
static void print_recipe(char *recipe)
{
    if (!nni_cli_on_terminal()) {
        printf("%s", recipe);
        return;
    }
    for (char *newline; (newline = strchr(recipe, '\n')); recipe = newline + 1) {
        *newline = '\0';
        nni_print_text(stdout, recipe);
        printf("\n");
    }
    nni_print_text(stdout, recipe);
}

/* @param format  NULL: a checkpoint, of which the seal alone is known to be there */
static nn_status inspect_model(const arguments *given, const nni_model_format *format, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(format ? format->read(given->file, &checkpoint, error)
                  : nni_checkpoint_read_local(given->file, &checkpoint, error));
    if (given->recipe)
        print_recipe(checkpoint->recipe);
    else
        print_model(given->file, format, checkpoint);
    nni_checkpoint_free(checkpoint);
    return NN_OK;
}

nn_status nni_cli_inspect(int argc, char **argv)
{
    arguments given = {.file = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain inspect", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_error error;
    const nni_model_format *format = NULL;
    const nn_status status = nni_model_file_format(given.file, &format, &error);
    if (status == NN_OK)
        return nni_cli_finish(inspect_model(&given, format, &error), &error);
    if (given.recipe)
        return nni_cli_finish(status, &error);
    return nni_cli_finish(nni_inspect_data(given.file, &given.how, stdout, &error), &error);
}
