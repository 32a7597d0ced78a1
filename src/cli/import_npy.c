#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "import/import.h"

enum { TRAIN_X = 256, TRAIN_Y, TEST_X, TEST_Y, CHUNK };

static const char *const datasets[] = {"/train/x", "/train/y", "/test/x", "/test/y"};

typedef struct arguments {
    const char *sources[4]; /* of the datasets; NULL: not given */
    const char *output;
    int compress;
    size_t chunk_rows;
} arguments;

static const struct argp_option options[] = {
    {"train-x", TRAIN_X, "FILE", 0, "Becomes /train/x", 0},
    {"train-y", TRAIN_Y, "FILE", 0, "Becomes /train/y", 0},
    {"test-x", TEST_X, "FILE", 0, "Becomes /test/x", 0},
    {"test-y", TEST_Y, "FILE", 0, "Becomes /test/y", 0},
    {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced, once the new one is complete", 0},
    {"compress", 'z', "LEVEL", 0, "Deflate level 0 to 9 (default: 0, which reads fastest)", 0},
    {"chunk", CHUNK, "ROWS", 0, "Rows of a chunk (default: contiguous, or about a MiB where compressed)", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t check(const arguments *given, struct argp_state *state)
{
    bool any = false;
    for (size_t i = 0; i < 4; i++)
        any = any || given->sources[i];
    if (any && given->output)
        return 0;
    argp_error(state, "name what to import and the file to write: npy --train-x FILE.npy --output FILE.h5");
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case TRAIN_X:
    case TRAIN_Y:
    case TEST_X:
    case TEST_Y:
        given->sources[key - TRAIN_X] = value;
        return 0;
    case 'o':
        given->output = value;
        return 0;
    case 'z':
        return nni_cli_take_level(&given->compress, value, state);
    case CHUNK:
        return nni_cli_take_chunk(&given->chunk_rows, value, state);
    case ARGP_KEY_END:
        return check(given, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .doc = "Converts arrays of NumPy's to one HDF5 file: a FILE is one that numpy.save wrote, or FILE.npz:NAME, an "
           "array of an archive. Types and shapes are kept, but for bool, which becomes uint8, and float16, which "
           "becomes float32.",
};

nn_status nni_cli_import_npy(int argc, char **argv)
{
    arguments given = {.output = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain import npy", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_import_item items[4];
    size_t count = 0;
    for (size_t i = 0; i < 4; i++)
        if (given.sources[i])
            items[count++] = (nn_import_item){given.sources[i], datasets[i]};
    nn_error error;
    const nn_status status = nn_import_npy(items, count, given.compress, given.chunk_rows, given.output, &error);
    if (status == NN_OK)
        nni_cli_say_wrote(given.output);
    return nni_cli_finish(status, &error);
}
