#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/import.h"
#include "import/import.h"
#include "support/files.h"
#include "support/printable.h"
#include "support/timeline.h"
#include "train/run/format.h"

/* Keys of options without a letter. */
enum { DROP = 256, TEXTS, HEADER, MISSING, SKIP_BAD, CHUNK, VALUES, TEST, DECIMAL, LIKE, UNKNOWN };

typedef struct arguments {
    nn_import_csv job;
    const char *output;
} arguments;

static const struct argp_option options[] = {
    {"test", TEST, "FILE", 0, "Becomes /test/x and /test/y, with the columns, texts and classes of both files", 0},
    {"label", 'l', "COLUMN", 0,
     "Column that becomes y, by its name, else its number from 0: whole numbers or texts are classes, others values; "
     "several, with commas in between, are values or labels of 0 and 1",
     0},
    {"values", VALUES, NULL, 0, "The label is a value to be predicted, though it looks like classes", 0},
    {"texts", TEXTS, "COLUMNS", 0, "Columns of texts, though they look like numbers: postcodes, months", 0},
    {"drop", DROP, "COLUMNS", 0,
     "Columns to leave out, with commas in between; 'column 3' is number 3, should another be named 3", 0},
    {"like", LIKE, "FILE.h5", 0,
     "New rows for a model: columns are found by their names and become the features of a table that was imported "
     "before, its label the classes of that; others are left out, and so may the label be",
     0},
    {"unknown", UNKNOWN, "none", 0,
     "With --like, a text that the table before did not have counts as none of its texts; else an error", 0},
    {"delimiter", 'd', "C", 0,
     "Character between fields (default: a comma; of tsv: a tab); where given, a table of one column is taken for one",
     0},
    {"decimal", DECIMAL, "C", 0, "Decimal point of numbers: . or , (default: .)", 0},
    {"header", HEADER, "WHEN", 0, "yes, no or auto: the first record names the columns where it holds no number", 0},
    {"missing", MISSING, "nan", 0,
     "A number that is missing (empty, NA, ?) becomes NaN, for data.impute; else an error", 0},
    {"skip-bad", SKIP_BAD, NULL, 0, "Tell records with errors and leave them out", 0},
    {"compress", 'z', "LEVEL", 0, "Deflate level 0 to 9 (default: 0, which reads fastest)", 0},
    {"chunk", CHUNK, "ROWS", 0, "Rows of a chunk (default: contiguous, or about a MiB where compressed)", 0},
    {"output", 'o', "FILE.h5", 0, "File to write; an existing one is replaced, once the new one is complete", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t wrong(struct argp_state *state, const char *option, const char *value, const char *what)
{
    argp_error(state, "%s: '%s' is %s", option, value, what);
    return EINVAL;
}

static error_t take_header(arguments *given, const char *value, struct argp_state *state)
{
    static const char *const names[] = {"auto", "yes", "no"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            given->job.header = (nn_csv_header)i;
            return 0;
        }
    return wrong(state, "--header", value, "none of auto, yes, no");
}

static error_t take_delimiter(arguments *given, const char *value, struct argp_state *state)
{
    const bool tab = strcmp(value, "\\t") == 0 || strcmp(value, "tab") == 0;
    if (!tab && (strlen(value) != 1 || strchr("\"\r\n", *value)))
        return wrong(state, "--delimiter", value, "no single character that fields can be parted by");
    given->job.delimiter = tab ? '\t' : *value;
    given->job.one_column = true; /* whatever the text looks like */
    return 0;
}

/* Of two lists the first would be forgotten, and a label be learnt from. */
static error_t take_columns(const char **columns, const char *option, const char *value, struct argp_state *state)
{
    if (*columns) {
        argp_error(state, "%s is given twice; name several columns with commas in between: %s %s,%s", option, option,
                   *columns, value);
        return EINVAL;
    }
    *columns = value;
    return 0;
}

/* That file has settled what the columns are. */
static error_t check_like(const nn_import_csv *job, struct argp_state *state)
{
    const char *settled = job->test     ? "--test"
                          : job->texts  ? "--texts"
                          : job->drop   ? "--drop"
                          : job->values ? "--values"
                                        : NULL;
    if (job->unknown && !job->like)
        argp_error(state, "--unknown is for --like FILE.h5; without it every text becomes a feature");
    else if (job->like && settled)
        argp_error(state, "%s does not go with --like, by whose file columns are what they were", settled);
    else
        return 0;
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case TEST:
        given->job.test = value;
        return 0;
    case 'l':
        return take_columns(&given->job.label, "--label", value, state);
    case VALUES:
        given->job.values = true;
        return 0;
    case LIKE:
        given->job.like = value;
        return 0;
    case UNKNOWN:
        given->job.unknown = strcmp(value, "none") == 0;
        return given->job.unknown ? 0 : wrong(state, "--unknown", value, "not none, the one way to keep them");
    case DROP:
        return take_columns(&given->job.drop, "--drop", value, state);
    case TEXTS:
        return take_columns(&given->job.texts, "--texts", value, state);
    case 'd':
        return take_delimiter(given, value, state);
    case DECIMAL:
        given->job.decimal = *value;
        return strcmp(value, ".") == 0 || strcmp(value, ",") == 0 ? 0
                                                                  : wrong(state, "--decimal", value, "neither . nor ,");
    case HEADER:
        return take_header(given, value, state);
    case MISSING:
        given->job.missing = strcmp(value, "nan") == 0;
        return given->job.missing ? 0 : wrong(state, "--missing", value, "not nan, the one way to keep them");
    case SKIP_BAD:
        given->job.skip_bad = true;
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
            argp_error(state, "name the text file and the file to write: table.csv --label COLUMN --output FILE.h5");
            return EINVAL;
        }
        return check_like(&given->job, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .args_doc = "FILE",
    .doc = "Converts a table in text, plain or gzipped, to HDF5: its columns become /train/x, one of them /train/y. "
           "Columns "
           "of texts become a feature for each text, 1 or 0. Ranks of mpirun, and their threads, share the records.",
};

/* A line that is written over, where somebody looks. */
static void show(double done, double total)
{
    fprintf(stderr, "\r%3.0f %%  %s", total > 0 ? 100 * done / total : 100, done < total ? "" : "\r      \r");
    fflush(stderr);
}

static nn_status refuse_overwriting(const arguments *given, nn_error *error)
{
    if (nni_same_file(given->job.like, given->output))
        return nn_fail(error, NN_USAGE, "--output %s would overwrite the file of --like; name another file",
                       given->output);
    return NN_OK;
}

static nn_status import(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nn_import_csv job = given->job;
    nn_import_csv_result result;
    const double before = nni_clock();
    job.log = stderr;
    job.report = stdout;
    job.progress = nni_cli_on_terminal() ? show : NULL;
    if (job.like)
        NN_TRY(nn_comm_agree(comm, refuse_overwriting(given, error), error));
    NN_TRY(nn_import_csv_file(&job, given->output, comm, &result, error));
    if (comm->rank != 0)
        return NN_OK;
    const char *const names[] = {job.like ? "new" : "train", "test"};
    printf("wrote    ");
    nni_print_text(stdout, given->output);
    printf(" in %s\n", nni_figure_seconds(nni_clock() - before).text);
    for (size_t s = 0; s < (job.test ? 2 : 1); s++) {
        printf("%-8s %s x %s", names[s], nni_figure_plural(result.rows[s], "row").text,
               nni_figure_plural(result.features, "feature").text);
        if (result.bad[s] > 0)
            printf("; %s left out", nni_figure_plural(result.bad[s], "record").text);
        printf("\n");
    }
    return NN_OK;
}

nn_status nni_cli_import_csv(int argc, char **argv)
{
    arguments given = {.job = {.delimiter = strcmp(argv[0], "tsv") == 0 ? '\t' : ','}};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain import csv", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    return nni_cli_with_ranks("import", import, &given);
}
