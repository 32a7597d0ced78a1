/* SPDX-License-Identifier: MIT */
/* nntrain: dispatches to its sub-commands. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "hdf5/process/library.h"
#include "support/printable.h"
#include "support/suggest.h"

static const nni_command commands[] = {
    {"train", "train a network as a recipe says (without arguments: the shipped digits)", nni_cli_train},
    {"eval", "measure a model on labelled data", nni_cli_eval},
    {"predict", "write a model's predictions to an HDF5 file", nni_cli_predict},
    {"watch", "show a run on the terminal while it trains", nni_cli_watch},
    {"inspect", "tell what an HDF5 file or a checkpoint holds", nni_cli_inspect},
    {"check", "check the gradients of a recipe, and which layers learn", nni_cli_check},
    {"import", "bring other formats into HDF5", nni_cli_import},
    {"generate", "make the textbook problems: xor, circles, spirals, sine, line", nni_cli_generate},
    {"export", "write a model in other formats", nni_cli_export},
    {"import-model", "make a model of one in another format", nni_cli_import_model},
    {"report", "write what a run recorded as a page of pictures", nni_cli_report},
    {"bench", "measure matrix products and training steps on this machine", nni_cli_bench},
    {NULL, NULL, NULL},
};

static bool is_one_of(const char *text, const char *a, const char *b)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

/* `nntrain recipe.yaml` is a recipe without its command. */
static void refuse(const char *word)
{
    nni_suggestion search = {.written = word};
    for (const nni_command *command = commands; command->name; command++)
        nni_suggest(&search, command->name);
    const char *dot = strrchr(word, '.');
    fprintf(stderr, "nntrain: there is no command '");
    nni_print_text(stderr, word);
    if (search.word)
        fprintf(stderr, "' (did you mean %s?); see nntrain --help\n", search.word);
    else if (dot && is_one_of(dot, ".yaml", ".yml")) {
        fprintf(stderr, "' (did you mean train ");
        nni_print_text(stderr, word);
        fprintf(stderr, "?); see nntrain --help\n");
    } else
        fprintf(stderr, "'; see nntrain --help\n");
}

int main(int argc, char **argv)
{
    nni_disable_hdf5_atexit();
    if (argc < 2)
        return (int)nni_cli_train(argc, argv);
    for (const nni_command *command = commands; command->name; command++)
        if (strcmp(argv[1], command->name) == 0)
            return (int)command->run(argc - 1, argv + 1);
    if (strcmp(argv[1], "help") == 0)
        return (int)nni_cli_help(argc - 1, argv + 1, commands);
    const bool speaks = nni_cli_speaks();
    if (is_one_of(argv[1], "--help", "-h")) {
        if (speaks)
            nni_cli_print_help(stdout, commands);
        return NN_OK;
    }
    if (is_one_of(argv[1], "--version", "-V")) {
        if (speaks)
            nni_cli_print_version();
        return NN_OK;
    }
    if (speaks)
        refuse(argv[1]);
    return NN_USAGE;
}
