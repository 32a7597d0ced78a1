#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "import/import.h"
#include "support/suggest.h"

typedef struct arguments {
    const char *format;
    nn_import_item items[4];
    size_t item_count;
    const char *output;
    int compress;
} arguments;

static const struct argp_option options[] = {
    {"train-x", 'a', "FILE", 0, "Becomes /train/x", 0},
    {"train-y", 'b', "FILE", 0, "Becomes /train/y", 0},
    {"test-x", 'c', "FILE", 0, "Becomes /test/x", 0},
    {"test-y", 'd', "FILE", 0, "Becomes /test/y", 0},
    {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced, once the new one is complete", 0},
    {"compress", 'z', "LEVEL", 0, "Deflate level 0 to 9 (default: 0, which reads fastest)", 0},
    NNI_CLI_HELP,
    {0},
};

static void add_item(arguments *given, const char *source, const char *dataset)
{
    for (size_t i = 0; i < given->item_count; i++)
        if (strcmp(given->items[i].dataset, dataset) == 0) {
            given->items[i].source = source; /* said twice: the last word holds */
            return;
        }
    given->items[given->item_count++] = (nn_import_item){source, dataset};
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case 'a':
        return add_item(given, value, "/train/x"), 0;
    case 'b':
        return add_item(given, value, "/train/y"), 0;
    case 'c':
        return add_item(given, value, "/test/x"), 0;
    case 'd':
        return add_item(given, value, "/test/y"), 0;
    case 'o':
        given->output = value;
        return 0;
    case 'z':
        return nni_cli_take_level(&given->compress, value, state);
    case ARGP_KEY_ARG:
        if (given->format || strcmp(value, "idx") != 0) {
            argp_error(state, "'%s': the formats are idx, csv, tsv, npy and svmlight", value);
            return EINVAL;
        }
        given->format = value;
        return 0;
    case ARGP_KEY_END:
        if (!given->format || given->item_count == 0 || !given->output) {
            argp_error(state, "name the format, what to import and the file to write: idx --train-x FILE --output "
                              "FILE.h5");
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
    .args_doc = "idx",
    .doc = "Converts IDX files (the format of MNIST), plain or gzipped, to one HDF5 file. Types and shapes are kept.\v"
           "Tables in text: nntrain import csv --help, nntrain import tsv --help. Arrays of NumPy: nntrain import "
           "npy --help. LIBSVM: nntrain import svmlight --help.",
};

static nn_status refuse_format(const char *name, nn_error *error)
{
    static const char *const names[] = {"csv", "tsv", "npy", "svmlight", "idx"};
    return nn_fail(error, NN_USAGE, "there is no format '%s'%s; the formats are csv, tsv, npy, svmlight and idx", name,
                   nni_suggest_among(name, names, sizeof names / sizeof *names).text);
}

nn_status nni_cli_import(int argc, char **argv)
{
    arguments given = {.item_count = 0};
    if (argc > 1 && (strcmp(argv[1], "csv") == 0 || strcmp(argv[1], "tsv") == 0))
        return nni_cli_import_csv(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "npy") == 0)
        return nni_cli_import_npy(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "svmlight") == 0)
        return nni_cli_import_svmlight(argc - 1, argv + 1);
    nn_error error;
    if (argc > 1 && argv[1][0] != '-' && strcmp(argv[1], "idx") != 0)
        return nni_cli_finish(refuse_format(argv[1], &error), &error);
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain import", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_status status = nn_import_idx(given.items, given.item_count, given.compress, given.output, &error);
    if (status == NN_OK)
        nni_cli_say_wrote(given.output);
    return nni_cli_finish(status, &error);
}
