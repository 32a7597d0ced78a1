/* SPDX-License-Identifier: MIT */
/* What the ranges of a text file hold: counted before rows are made of it, so that every row knows its place. */
#include <string.h>

#include "import/csv/state.h"
#include "support/memory.h"

enum { RANGE_BYTES = 1 << 20 };

/* --- cutting --- */

/* Between two cuts a range begins with the first record behind the first of them. */
static const char *cut_at(const nni_csv_file *file, size_t i)
{
    const char *end = file->text + file->size;
    const size_t left = (size_t)(end - file->records);
    return i == 0 ? file->records : i * RANGE_BYTES - 1 < left ? file->records + i * RANGE_BYTES - 1 : end;
}

/* By records, one after the other: for files with quotes within fields that have none around them, where counting
 * quotes leads astray. */
static void cut_by_records(nni_csv_split *split, char delimiter)
{
    const char *at = split->file.records, *end = split->file.text + split->file.size;
    nni_csv_field field;
    split->cut_by_records = true;
    for (size_t i = 0; i < split->count; i++) {
        split->ranges[i].rows = 0;
        split->ranges[i].begin = at;
        while (at < end && at <= cut_at(&split->file, i + 1))
            nni_csv_next(&at, end, delimiter, &field, 1);
        split->ranges[i].end = at;
    }
}

/* Whether a cut is within quotes is told by how many quotes are before it. */
nn_status nni_csv_cut(nni_csv_split *split, char delimiter, nn_error *error)
{
    const nni_csv_file *file = &split->file;
    const char *end = file->text + file->size;
    split->count = (size_t)(end - file->records) / RANGE_BYTES + 1;
    split->quotes = memchr(file->records, '"', (size_t)(end - file->records)) != NULL;
    NN_TRY(nni_allocate(split->count + 1, sizeof *split->ranges, "the parts of a text file", &split->ranges, error));
    nni_csv_range *ranges = split->ranges;
#pragma omp parallel for schedule(static) if (split->quotes)
    for (size_t i = 0; i < split->count; i++) /* rows for the time being: odd quotes */
        ranges[i].rows = split->quotes && nni_csv_odd_quotes(cut_at(file, i), cut_at(file, i + 1));
    size_t odd = 0;
    for (size_t i = 0; i < split->count; i++) {
        const size_t here = odd;
        odd ^= ranges[i].rows;
        ranges[i].rows = here;
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < split->count; i++)
        ranges[i].begin = i == 0 ? file->records
                                 : nni_csv_find_record(cut_at(file, i), cut_at(file, i + 1), end, ranges[i].rows == 1);
    /* Where no record begins between two cuts, the next that does is the one behind the second. */
    const char *next = end;
    bool long_range = false;
    for (size_t i = split->count; i-- > 0;) {
        ranges[i].end = next;
        next = ranges[i].begin ? ranges[i].begin : next;
        ranges[i].begin = next;
        ranges[i].rows = 0;
        long_range = long_range || ranges[i].end - next > 2 * RANGE_BYTES;
    }
    if (long_range) /* a long record, or no record was found for long */
        cut_by_records(split, delimiter);
    return NN_OK;
}

/* --- counting --- */

static void note_torn(nni_csv_split *split, size_t count)
{
    if (count < NNI_CSV_TOO_LONG)
        return;
#pragma omp atomic write
    split->torn = true;
}

static size_t count_quoted(nni_csv_split *split, const nni_csv_range *range, char delimiter)
{
    const char *at = range->begin;
    size_t records = 0, count;
    while ((count = nni_csv_next(&at, range->end, delimiter, NULL, 0)) > 0) {
        note_torn(split, count);
        records++;
    }
    return records;
}

nn_status nni_csv_maker_create(const nni_csv_table *table, nni_csv_maker *maker, nn_error *error)
{
    NN_TRY(nni_allocate(table->count, sizeof *maker->fields, "the fields of a record", &maker->fields, error));
    NN_TRY(nni_allocate(table->labels + 1, sizeof *maker->y, "a row", &maker->y, error));
    return nni_allocate(table->features + 1, sizeof *maker->x, "a row", &maker->x, error);
}

void nni_csv_maker_free(nni_csv_maker *maker)
{
    nni_release(maker->fields);
    nni_release(maker->x);
    nni_release(maker->y);
}

/* Keeps the first ones by their lines; called under a lock. */
static void tell(nni_csv_split *split, size_t line, const char *what)
{
    split->bad++;
    size_t at = split->reported_count < NNI_CSV_MOST_REPORTED ? split->reported_count : NNI_CSV_MOST_REPORTED;
    while (at > 0 && split->reported[at - 1].line > line)
        at--;
    if (at == NNI_CSV_MOST_REPORTED)
        return;
    const size_t kept =
        split->reported_count < NNI_CSV_MOST_REPORTED ? split->reported_count++ : NNI_CSV_MOST_REPORTED - 1;
    memmove(&split->reported[at + 1], &split->reported[at], (kept - at) * sizeof split->reported[0]);
    split->reported[at].line = line;
    memcpy(split->reported[at].what, what, NNI_CSV_REASON);
}

static void put_row(const nni_csv_table *table, const double *from, void *to, size_t row)
{
    float *floats = to;
    double *doubles = to;
    for (size_t f = 0, at = row * table->features; f < table->features; f++, at++)
        if (table->wide == SIZE_MAX)
            floats[at] = (float)from[f];
        else
            doubles[at] = from[f];
}

size_t nni_csv_make_rows(const nni_csv_import *in, nni_csv_split *split, const nni_csv_range *range,
                         nni_csv_maker *maker, void *x, nni_csv_target *y)
{
    const nni_csv_table *table = &in->table;
    const char *at = range->begin, *counted = at;
    size_t rows = 0, line = range->first_line + 1;
    for (;;) {
        char reason[NNI_CSV_REASON];
        const char *before = at;
        const size_t count = nni_csv_next(&at, range->end, in->job->delimiter, maker->fields, table->count);
        if (count == 0)
            return rows;
        /* Aside first: behind the last sound record there is no room for one with an error. */
        if (nni_csv_row(table, maker->fields, count, maker->x, maker->y, reason)) {
            if (x)
                put_row(table, maker->x, x, rows);
            if (y)
                memcpy(y + rows * table->labels, maker->y, table->labels * sizeof *y);
            rows++;
            continue;
        }
        while (before < at && (*before == '\n' || *before == '\r'))
            before++;
        if (in->reported)
            continue;
        note_torn(split, count);
        line += nni_csv_count_lines(counted, before);
        counted = before;
#pragma omp critical(nni_import_csv_bad)
        tell(split, line, reason);
    }
}

static bool is_mine(const nni_csv_import *in, size_t group)
{
    return group % (size_t)in->comm->size == (size_t)in->comm->rank;
}

static nn_status count_ranges(const nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    nn_status status = NN_OK;
#pragma omp parallel
    {
        nni_csv_maker maker = {.fields = NULL};
        nn_error failure;
        nn_status own = nni_csv_maker_create(&in->table, &maker, &failure);
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < split->count; i++) {
            nni_csv_range *range = &split->ranges[i];
            if (own != NN_OK || !is_mine(in, i / NNI_CSV_MOST_RANGES))
                continue;
            if (in->job->skip_bad)
                range->rows = nni_csv_make_rows(in, split, range, &maker, NULL, NULL);
            else
                range->rows = split->quotes ? count_quoted(split, range, in->job->delimiter)
                                            : nni_csv_count_unquoted(range->begin, range->end);
        }
        nni_csv_maker_free(&maker);
        if (own != NN_OK) {
#pragma omp critical(nni_import_csv_failed)
            status = nn_fail(error, own, "%s", failure.message);
        }
    }
    return status;
}

/* Every range has one rank that counted it, and zeros from the others. @param counts  [split->count + 1] */
static nn_status share_counts(const nni_csv_import *in, nni_csv_split *split, double *counts, nn_error *error)
{
    for (size_t i = 0; i < split->count; i++)
        counts[i] = (double)split->ranges[i].rows; /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    counts[split->count] = split->torn;            /* NOLINT(clang-analyzer-core.NullDereference): allocated */
    NN_TRY(nn_comm_sum_double(in->comm, counts, split->count + 1, error));
    split->torn = counts[split->count] > 0;
    size_t rows = 0;
    for (size_t i = 0; i < split->count; i++) {
        split->ranges[i].rows = (size_t)counts[i];
        split->ranges[i].first_row = rows;
        rows += split->ranges[i].rows;
    }
    split->rows = rows;
    split->ranges[split->count].first_row = rows;
    return NN_OK;
}

static void number_lines(nni_csv_split *split)
{
    nni_csv_range *ranges = split->ranges;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < split->count; i++)
        ranges[i].lines = nni_csv_count_lines(ranges[i].begin, ranges[i].end);
    size_t line = nni_csv_count_lines(split->file.text, split->file.records);
    for (size_t i = 0; i < split->count; i++) {
        ranges[i].first_line = line;
        line += ranges[i].lines;
    }
}

static nn_status survey(nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    double *counts = NULL;
    number_lines(split);
    nn_status status = count_ranges(in, split, error);
    if (status == NN_OK)
        status = nni_allocate(split->count + 1, sizeof *counts, "the parts of a text file", &counts, error);
    status = nn_comm_agree(in->comm, status, error);
    if (status == NN_OK)
        status = share_counts(in, split, counts, error);
    nni_release(counts);
    return status;
}

/* The first cut that is within a quoted field leaves an open quote at the end of the range before it. So where none is
 * open all cuts are right, and where one is either a cut or the record is wrong, which cutting by records tells apart.
 */
nn_status nni_csv_survey(nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    NN_TRY(survey(in, split, error));
    if (split->torn && !split->cut_by_records) {
        cut_by_records(split, in->job->delimiter);
        split->bad = split->reported_count = 0;
        NN_TRY(survey(in, split, error));
    }
    if (split->rows == 0)
        return nn_fail(error, NN_DATA, "%s holds no sound record behind its header", split->file.path);
    return NN_OK;
}
