#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "import/import.h"
#include "train/run/format.h"

/* Keys of options without a letter. */
enum { TEST = 256, FEATURES, ZERO_BASED, CHUNK };

typedef struct arguments {
    nn_import_svmlight job;
    const char *output;
} arguments;

static const struct argp_option options[] = {
    {"test", TEST, "FILE", 0, "Becomes /test/x and /test/y, with the features of both files", 0},
    {"features", FEATURES, "N", 0, "Features of a row (default: as many as the largest index says)", 0},
    {"zero-based", ZERO_BASED, NULL, 0, "Indices are numbered from 0, not from 1", 0},
    {"compress", 'z', "LEVEL", 0, "Deflate level 0 to 9 (default: 0, which reads fastest)", 0},
    {"chunk", CHUNK, "ROWS", 0, "Rows of a chunk (default: contiguous, or about a MiB where compressed)", 0},
    {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced, once the new one is complete", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    char *end;
    switch (key) {
    case TEST:
        given->job.test = value;
        return 0;
    case FEATURES:
        given->job.features = strtoull(value, &end, 10);
        if (*value < '1' || *value > '9' || *end != '\0') {
            argp_error(state, "--features: '%s' is no number of features", value);
            return EINVAL;
        }
        return 0;
    case ZERO_BASED:
        given->job.zero_based = true;
        return 0;
    case 'z':
        return nni_cli_take_level(&given->job.compress, value, state);
    case CHUNK:
        return nni_cli_take_chunk(&given->job.chunk_rows, value, state);
    case 'o':
        given->output = value;
        return 0;
    case ARGP_KEY_ARG:
        return nni_cli_take_one(&given->job.train, value, "text file", state);
    case ARGP_KEY_END:
        if (!given->job.train || !given->output) {
            argp_error(state, "name the text file and the file to write: rows.svm --output FILE.h5");
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
    .args_doc = "FILE",
    .doc =
        "Converts text of SVMlight or LIBSVM (LABEL INDEX:VALUE ...), plain or gzipped, to full rows in HDF5. Labels "
        "become classes where all of them are whole numbers of 0 or more, else values.",
};

nn_status nni_cli_import_svmlight(int argc, char **argv)
{
    arguments given = {.output = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain import svmlight", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    if (!nni_cli_speaks())
        return NN_OK; /* started under mpirun: one process does it */
    nn_error error;
    nn_import_svmlight_result result;
    const nn_status status = nn_import_svmlight_file(&given.job, given.output, &result, &error);
    if (status == NN_OK) {
        nni_cli_say_wrote(given.output);
        printf("train    %s x %s\n", nni_figure_plural(result.rows[0], "row").text,
               nni_figure_plural(result.features, "feature").text);
        if (given.job.test)
            printf("test     %s\n", nni_figure_plural(result.rows[1], "row").text);
    }
    return nni_cli_finish(status, &error);
}
