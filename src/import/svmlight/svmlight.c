/* SPDX-License-Identifier: MIT */
/* The text format of SVMlight and LIBSVM: a line a row, "LABEL INDEX:VALUE INDEX:VALUE ... # comment", with values of 0
 * left out. It becomes full rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/write.h"
#include "import/csv/table.h"
#include "import/importer.h"
#include "support/memory.h"

/* What a pass over a file finds. */
struct found {
    size_t rows, features; /* features: one more than the largest index */
    bool classes;          /* all labels are whole numbers of 0 or more */
};

/* One file on its way. */
struct split {
    nni_csv_file file;
    const char *x_name, *y_name;
    struct found found;
    hid_t x, y;
};

/* A line as it is read. */
struct line {
    const struct split *split;
    size_t number;
    size_t first;    /* 0 or 1: what indices begin with */
    size_t features; /* of a row */
    float *x;        /* [features] to be filled; NULL: the line is only looked at */
    size_t largest;  /* one more than its largest index, from 0 */
    double label;
};

static const char *pass_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

static nn_status fail_line(const struct line *line, const char *at, const char *end, const char *what, nn_error *error)
{
    size_t length = 0;
    while (at + length < end && length < 40 && at[length] != ' ' && at[length] != '\t')
        length++;
    return nn_fail(error, NN_DATA, "%s:%zu: '%.*s' %s", line->split->file.path, line->number, (int)length, at, what);
}

/* INDEX: of a pair. */
static nn_status read_index(const struct line *line, const char **at, const char *end, size_t *index, nn_error *error)
{
    const size_t most = (size_t)1 << 31;
    const char *begin = *at, *digit = *at;
    *index = 0;
    for (; digit < end && *digit >= '0' && *digit <= '9' && *index < most; digit++)
        *index = 10 * *index + (size_t)(*digit - '0');
    if (digit == begin || digit == end || *digit != ':' || *index >= most) {
        const bool query = end - begin > 4 && memcmp(begin, "qid:", 4) == 0;
        return fail_line(line, begin, end,
                         query ? "is of data to be ranked, which nntrain does not do; leave qid out"
                               : "is no pair INDEX:VALUE",
                         error);
    }
    if (*index < line->first)
        return fail_line(line, begin, end, "has index 0, where they are numbered from 1; say --zero-based", error);
    *index -= line->first;
    if (*index < line->largest)
        return fail_line(line, begin, end, "is out of order: indices of a row go up", error);
    *at = digit + 1;
    return NN_OK;
}

static nn_status read_pair(struct line *line, const char **at, const char *end, nn_error *error)
{
    const char *begin = *at;
    size_t index;
    float value;
    NN_TRY(read_index(line, at, end, &index, error));
    if (!nni_csv_float(*at, end, &value, at) || !isfinite(value))
        return fail_line(line, begin, end, "has no value that a float holds", error);
    line->largest = index + 1;
    if (line->x && index >= line->features)
        return fail_line(line, begin, end, "is beyond the features asked for; raise --features", error);
    if (line->x)
        line->x[index] = value;
    return NN_OK;
}

/* @param end  of the line, or of what is before a comment in it */
static nn_status read_line(struct line *line, const char *at, const char *end, nn_error *error)
{
    const char *begin = at;
    line->largest = 0;
    if (line->x)
        memset(line->x, 0, line->features * sizeof *line->x);
    if (!nni_csv_number(at, end, &line->label, &at) || !isfinite(line->label))
        return fail_line(line, begin, end, "is no label", error);
    for (at = pass_blanks(at, end); at < end; at = pass_blanks(at, end))
        NN_TRY(read_pair(line, &at, end, error));
    return NN_OK;
}

/* The next line that is not empty, without its comment. @return false behind the last one */
static bool next_line(const struct split *split, const char **at, const char **begin, const char **end, size_t *number)
{
    const char *stop = split->file.text + split->file.size;
    while (*at < stop) {
        const char *line_end = *at;
        while (line_end < stop && *line_end != '\n' && *line_end != '\r')
            line_end++;
        const char *comment = memchr(*at, '#', (size_t)(line_end - *at));
        *end = comment ? comment : line_end;
        *begin = pass_blanks(*at, *end);
        *at = line_end + (line_end < stop);
        *at += line_end + 1 < stop && line_end[0] == '\r' && line_end[1] == '\n';
        ++*number;
        if (*begin < *end)
            return true;
    }
    return false;
}

static nn_status survey(const nn_import_svmlight *job, struct split *split, nn_error *error)
{
    struct line line = {.split = split, .first = job->zero_based ? 0 : 1};
    const char *at = split->file.records, *begin, *end;
    split->found.classes = true;
    while (next_line(split, &at, &begin, &end, &line.number)) {
        NN_TRY(read_line(&line, begin, end, error));
        split->found.rows++;
        split->found.features = line.largest > split->found.features ? line.largest : split->found.features;
        if (line.label < 0 || line.label != floor(line.label) || line.label >= INT32_MAX)
            split->found.classes = false;
    }
    if (split->found.rows == 0)
        return nn_fail(error, NN_DATA, "%s holds no rows", split->file.path);
    return NN_OK;
}

/* --- writing --- */

struct block {
    float *x;          /* [rows, features] */
    nni_csv_target *y; /* [rows] */
    size_t rows;       /* that there is room for */
};

static nn_status write_block(const nni_hdf5_output *output, const struct split *split, const struct block *block,
                             bool classes, size_t first, size_t rows, nn_error *error)
{
    NN_TRY(nni_hdf5_write_rows(output, split->x, split->x_name, H5T_NATIVE_FLOAT, first, rows, block->x, error));
    return nni_hdf5_write_rows(output, split->y, split->y_name, classes ? H5T_NATIVE_INT32 : H5T_NATIVE_FLOAT, first,
                               rows, block->y, error);
}

static nn_status write_rows(const nn_import_svmlight *job, const nni_hdf5_output *output, const struct split *split,
                            struct block *block, size_t features, bool classes, nn_error *error)
{
    struct line line = {.split = split, .first = job->zero_based ? 0 : 1, .features = features};
    const char *at = split->file.records, *begin, *end;
    size_t done = 0, rows = 0;
    while (next_line(split, &at, &begin, &end, &line.number)) {
        line.x = block->x + rows * features;
        NN_TRY(read_line(&line, begin, end, error));
        if (classes)
            block->y[rows].class = (int32_t)line.label;
        else
            block->y[rows].value = (float)line.label;
        if (++rows < block->rows && done + rows < split->found.rows)
            continue;
        NN_TRY(write_block(output, split, block, classes, done, rows, error));
        done += rows;
        rows = 0;
    }
    return NN_OK;
}

static nn_status convert(const nn_import_svmlight *job, const nni_hdf5_output *output, struct split *split,
                         size_t features, bool classes, nn_error *error)
{
    const hsize_t extent[2] = {split->found.rows, features};
    struct block block = {.rows = nni_hdf5_chunk_rows(extent[0], features * sizeof(float))};
    NN_TRY(nni_hdf5_make_dataset(output, split->x_name, H5T_IEEE_F32LE, 2, extent, job->compress, &split->x, error));
    NN_TRY(nni_hdf5_make_dataset(output, split->y_name, classes ? H5T_STD_I32LE : H5T_IEEE_F32LE, 1, extent,
                                 job->compress, &split->y, error));
    nn_status status = nni_allocate(block.rows, features * sizeof *block.x, "imported rows", &block.x, error);
    if (status == NN_OK)
        status = nni_allocate(block.rows, sizeof *block.y, "imported labels", &block.y, error);
    if (status == NN_OK)
        status = write_rows(job, output, split, &block, features, classes, error);
    nni_release(block.x);
    nni_release(block.y);
    return status;
}

static nn_status write_file(const nn_import_svmlight *job, struct split *splits, size_t count, size_t features,
                            const char *path, nn_error *error)
{
    nni_hdf5_output output;
    bool classes = true;
    NN_TRY(nni_hdf5_create(path, &output, error));
    output.chunk_rows = job->chunk_rows;
    nn_status status = NN_OK;
    for (size_t s = 0; s < count; s++)
        classes = classes && splits[s].found.classes;
    for (size_t s = 0; s < count && status == NN_OK; s++)
        status = convert(job, &output, &splits[s], features, classes, error);
    for (size_t s = 0; s < count; s++) {
        const bool good =
            (splits[s].x < 0 || H5Dclose(splits[s].x) >= 0) && (splits[s].y < 0 || H5Dclose(splits[s].y) >= 0);
        if (!good && status == NN_OK)
            status = nn_fail(error, NN_SYSTEM, "%s: its datasets cannot be written", path);
    }
    return nni_hdf5_finish(&output, status, error);
}

static nn_status read_all(const nn_import_svmlight *job, struct split *splits, size_t count, size_t *features,
                          nn_error *error)
{
    const char *const paths[] = {job->train, job->test};
    *features = job->features;
    for (size_t s = 0; s < count; s++) {
        NN_TRY(nni_csv_open(paths[s], &splits[s].file, error));
        NN_TRY(survey(job, &splits[s], error));
        if (job->features == 0 && splits[s].found.features > *features)
            *features = splits[s].found.features;
    }
    const size_t most = (size_t)1 << 28; /* a GiB of floats */
    if (*features > most)
        return nn_fail(error, NN_DATA, "%s: full rows of %zu features take more than a GiB each; is that index right?",
                       job->train, *features);
    if (*features == 0)
        return nn_fail(error, NN_DATA, "%s holds labels alone; --features says how many features its rows have",
                       job->train);
    return NN_OK;
}

nn_status nn_import_svmlight_file(const nn_import_svmlight *job, const char *output, nn_import_svmlight_result *result,
                                  nn_error *error)
{
    const size_t count = job->test ? 2 : 1;
    struct split splits[2] = {
        {.x_name = "/train/x", .y_name = "/train/y", .x = H5I_INVALID_HID, .y = H5I_INVALID_HID},
        {.x_name = "/test/x", .y_name = "/test/y", .x = H5I_INVALID_HID, .y = H5I_INVALID_HID},
    };
    nn_status status = read_all(job, splits, count, &result->features, error);
    if (status == NN_OK)
        status = write_file(job, splits, count, result->features, output, error);
    for (size_t s = 0; s < 2; s++) {
        result->rows[s] = splits[s].found.rows;
        nni_csv_close(&splits[s].file);
    }
    return status;
}

/* --- as a format of nntrain import --- */

static nn_status take_features(void *job, const char *value, nn_error *error)
{
    char *end;
    ((nn_import_svmlight *)job)->features = strtoull(value, &end, 10);
    if (*value < '1' || *value > '9' || *end != '\0')
        return nn_fail(error, NN_USAGE, "--features: '%s' is no number of features", value);
    return NN_OK;
}

static nn_status take_zero_based(void *job, const char *value, nn_error *error)
{
    (void)value, (void)error;
    ((nn_import_svmlight *)job)->zero_based = true;
    return NN_OK;
}

static const nni_import_option options[] = {
    {"test", 0, "FILE", "Becomes /test/x and /test/y, with the features of both files", NULL,
     offsetof(nn_import_svmlight, test)},
    {"features", 0, "N", "Features of a row (default: as many as the largest index says)", take_features, 0},
    {"zero-based", 0, NULL, "Indices are numbered from 0, not from 1", take_zero_based, 0},
    {0},
};

static void take_file(void *job, const char *path)
{
    ((nn_import_svmlight *)job)->train = path;
}

static bool is_complete(const void *job)
{
    return ((const nn_import_svmlight *)job)->train;
}

static nn_status run(const void *parsed, const nni_import_target *target, nn_comm *comm, nni_import_summary *summary,
                     nn_error *error)
{
    (void)comm;
    nn_import_svmlight job = *(const nn_import_svmlight *)parsed;
    nn_import_svmlight_result result;
    job.compress = target->compress;
    job.chunk_rows = target->chunk_rows;
    NN_TRY(nn_import_svmlight_file(&job, target->output, &result, error));
    *summary = (nni_import_summary){
        .split = {{"train", result.rows[0], 0, result.features}, {job.test ? "test" : NULL, result.rows[1], 0, 0}}};
    return NN_OK;
}

const nni_importer nni_importer_svmlight = {
    .names = {"svmlight"},
    .extensions = "svm, libsvm, or .gz of these",
    .help = "sparse rows of SVMlight and LIBSVM",
    .description =
        "Converts text of SVMlight or LIBSVM (LABEL INDEX:VALUE ...), plain or gzipped, to full rows in HDF5. "
        "Labels become classes where all of them are whole numbers of 0 or more, else values.",
    .argument = "text file",
    .wanted = "name the text file and the file to write: rows.svm --output FILE.h5",
    .options = options,
    .chunks = true,
    .job_bytes = sizeof(nn_import_svmlight),
    .take_file = take_file,
    .is_complete = is_complete,
    .run = run,
};
