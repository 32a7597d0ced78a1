/* SPDX-License-Identifier: MIT */
/* Delimited text as a format of nntrain import: its options. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "import/importer.h"
#include "nntrain/import.h"
#include "support/files.h"

static nn_import_csv *job_of(void *job)
{
    return job;
}

/* Where an option is given twice the first value would be lost, and a label be learnt from. */
static nn_status take_columns(const char **columns, const char *option, const char *value, nn_error *error)
{
    if (*columns)
        return nn_fail(error, NN_USAGE, "%s is given twice; name several columns with commas in between: %s %s,%s",
                       option, option, *columns, value);
    *columns = value;
    return NN_OK;
}

static nn_status wrong(const char *option, const char *value, const char *what, nn_error *error)
{
    return nn_fail(error, NN_USAGE, "%s: '%s' is %s", option, value, what);
}

static nn_status take_label(void *job, const char *value, nn_error *error)
{
    return take_columns(&job_of(job)->label, "--label", value, error);
}

static nn_status take_values(void *job, const char *value, nn_error *error)
{
    (void)value, (void)error;
    job_of(job)->values = true;
    return NN_OK;
}

static nn_status take_texts(void *job, const char *value, nn_error *error)
{
    return take_columns(&job_of(job)->texts, "--texts", value, error);
}

static nn_status take_drop(void *job, const char *value, nn_error *error)
{
    return take_columns(&job_of(job)->drop, "--drop", value, error);
}

static nn_status take_unknown(void *job, const char *value, nn_error *error)
{
    job_of(job)->unknown = strcmp(value, "none") == 0;
    return job_of(job)->unknown ? NN_OK : wrong("--unknown", value, "not none, the one way to keep them", error);
}

static nn_status take_delimiter(void *job, const char *value, nn_error *error)
{
    const bool tab = strcmp(value, "\\t") == 0 || strcmp(value, "tab") == 0;
    if (!tab && (strlen(value) != 1 || strchr("\"\r\n", *value)))
        return wrong("--delimiter", value, "no single character that fields can be parted by", error);
    job_of(job)->delimiter = tab ? '\t' : *value;
    job_of(job)->one_column = true; /* whatever the text looks like */
    return NN_OK;
}

static nn_status take_decimal(void *job, const char *value, nn_error *error)
{
    job_of(job)->decimal = *value;
    return strcmp(value, ".") == 0 || strcmp(value, ",") == 0 ? NN_OK
                                                              : wrong("--decimal", value, "neither . nor ,", error);
}

static nn_status take_header(void *job, const char *value, nn_error *error)
{
    static const char *const names[] = {"auto", "yes", "no"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            job_of(job)->header = (nn_csv_header)i;
            return NN_OK;
        }
    return wrong("--header", value, "none of auto, yes, no", error);
}

static nn_status take_missing(void *job, const char *value, nn_error *error)
{
    job_of(job)->missing = strcmp(value, "nan") == 0;
    return job_of(job)->missing ? NN_OK : wrong("--missing", value, "not nan, the one way to keep them", error);
}

static nn_status take_skip_bad(void *job, const char *value, nn_error *error)
{
    (void)value, (void)error;
    job_of(job)->skip_bad = true;
    return NN_OK;
}

static const nni_import_option options[] = {
    {"test", 0, "FILE", "Becomes /test/x and /test/y, with the columns, texts and classes of both files", NULL,
     offsetof(nn_import_csv, test)},
    {"label", 'l', "COLUMN",
     "Column that becomes y, by its name, else its number from 0: whole numbers or texts are classes, others values; "
     "several, with commas in between, are values or labels of 0 and 1",
     take_label, 0},
    {"values", 0, NULL, "The label is a value to be predicted, though it looks like classes", take_values, 0},
    {"texts", 0, "COLUMNS", "Columns of texts, though they look like numbers: postcodes, months", take_texts, 0},
    {"drop", 0, "COLUMNS",
     "Columns to leave out, with commas in between; 'column 3' is number 3, should another be named 3", take_drop, 0},
    {"like", 0, "FILE.h5",
     "New rows for a model: columns are found by their names and become the features of a table that was imported "
     "before, its label the classes of that; others are left out, and so may the label be",
     NULL, offsetof(nn_import_csv, like)},
    {"unknown", 0, "none",
     "With --like, a text that the table before did not have counts as none of its texts; else an error", take_unknown,
     0},
    {"delimiter", 'd', "C",
     "Character between fields (default: a comma; of tsv: a tab); where given, a table of one column is taken for one",
     take_delimiter, 0},
    {"decimal", 0, "C", "Decimal point of numbers: . or , (default: .)", take_decimal, 0},
    {"header", 0, "WHEN", "yes, no or auto: the first record names the columns where it holds no number", take_header,
     0},
    {"missing", 0, "nan", "A number that is missing (empty, NA, ?) becomes NaN, for data.impute; else an error",
     take_missing, 0},
    {"skip-bad", 0, NULL, "Tell records with errors and leave them out", take_skip_bad, 0},
    {0},
};

static void begin(void *job, const char *name)
{
    job_of(job)->delimiter = strcmp(name, "tsv") == 0 ? '\t' : ',';
}

static void take_file(void *job, const char *path)
{
    job_of(job)->train = path;
}

static bool is_complete(const void *job)
{
    return ((const nn_import_csv *)job)->train;
}

/* The file of --like has decided what the columns are. */
static nn_status check(const void *parsed, nn_error *error)
{
    const nn_import_csv *job = parsed;
    const char *decided = job->test     ? "--test"
                          : job->texts  ? "--texts"
                          : job->drop   ? "--drop"
                          : job->values ? "--values"
                                        : NULL;
    if (job->unknown && !job->like)
        return nn_fail(error, NN_USAGE, "--unknown is for --like FILE.h5; without it every text becomes a feature");
    if (job->like && decided)
        return nn_fail(error, NN_USAGE, "%s does not go with --like, by whose file columns are what they were",
                       decided);
    return NN_OK;
}

static nn_status refuse_overwriting(const nn_import_csv *job, const char *output, nn_error *error)
{
    if (job->like && nni_same_file(job->like, output))
        return nn_fail(error, NN_USAGE, "--output %s would overwrite the file of --like; name another file", output);
    return NN_OK;
}

static nn_status run(const void *parsed, const nni_import_target *target, nn_comm *comm, nni_import_summary *summary,
                     nn_error *error)
{
    nn_import_csv job = *(const nn_import_csv *)parsed;
    nn_import_csv_result result;
    job.compress = target->compress;
    job.chunk_rows = target->chunk_rows;
    job.progress = target->progress;
    job.log = stderr;
    job.report = stdout;
    NN_TRY(nn_comm_agree(comm, refuse_overwriting(&job, target->output, error), error));
    NN_TRY(nn_import_csv_file(&job, target->output, comm, &result, error));
    *summary =
        (nni_import_summary){.split = {{job.like ? "new" : "train", result.rows[0], result.bad[0], result.features},
                                       {job.test ? "test" : NULL, result.rows[1], result.bad[1], result.features}}};
    return NN_OK;
}

const nni_importer nni_importer_csv = {
    .names = {"csv", "tsv"},
    .extensions = "csv, tsv, txt, or .gz of these",
    .help = "tables in text",
    .description = "Converts a table in text, plain or gzipped, to HDF5: its columns become /train/x, one of them "
                   "/train/y. Columns of texts become a feature for each text, 1 or 0. Ranks of mpirun, and their "
                   "threads, share the records.",
    .argument = "text file",
    .wanted = "name the text file and the file to write: table.csv --label COLUMN --output FILE.h5",
    .options = options,
    .chunks = true,
    .collective = true,
    .job_bytes = sizeof(nn_import_csv),
    .begin = begin,
    .take_file = take_file,
    .is_complete = is_complete,
    .check = check,
    .run = run,
};
