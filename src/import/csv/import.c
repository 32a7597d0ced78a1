/* SPDX-License-Identifier: MIT */
/* Delimited text into HDF5. Once the records of all ranges are counted, rows are made of them by any thread of any
 * rank, and written by rank 0 in their order. */
#include "import/csv/columns.h"
#include "import/csv/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/csv/like.h"
#include "support/memory.h"
#include "support/printable.h"

enum { GROUP_BYTES = 64 << 20 };

/* --- texts --- */

/* All ranks go through all records: texts are few, and so every rank knows them. */
static nn_status collect_texts(nni_csv_import *in, nn_error *error)
{
    nni_csv_maker maker = {.fields = NULL};
    nn_status status = nni_csv_maker_create(&in->table, &maker, error);
    for (size_t s = 0; s < in->split_count && status == NN_OK; s++) {
        const nni_csv_file *file = &in->splits[s].file;
        const char *at = file->records, *end = file->text + file->size;
        size_t count = 1;
        while (status == NN_OK && count > 0) {
            count = nni_csv_next(&at, end, in->job->delimiter, maker.fields, in->table.count);
            if (count > 0)
                status = nni_csv_collect(&in->table, maker.fields, count, error);
        }
    }
    nni_csv_maker_free(&maker);
    return status;
}

/* --- writing --- */

/* Ranges whose rows are made at a time by one rank. */
static size_t ranges_of_group(const nni_csv_import *in, const nni_csv_split *split)
{
    size_t most = 1;
    for (size_t i = 0; i < split->count; i++)
        most = split->ranges[i].rows > most ? split->ranges[i].rows : most;
    const size_t fit =
        GROUP_BYTES / (most * (in->table.features + in->table.labels + 1) * nni_csv_table_value_bytes(&in->table));
    return fit < 1 ? 1 : fit < NNI_CSV_MOST_RANGES ? fit : NNI_CSV_MOST_RANGES;
}

/* Rows of a group, as they are made and sent to rank 0. */
struct group {
    size_t ranges, rows; /* of every group; the most rows of any */
    char *x;             /* [rows, features] of floats or doubles */
    nni_csv_target *y;   /* [rows, labels] */
};

static size_t first_row_of_group(const nni_csv_split *split, size_t ranges, size_t group)
{
    const size_t first = group * ranges;
    return split->ranges[first < split->count ? first : split->count].first_row;
}

static nn_status create_group(const nni_csv_import *in, const nni_csv_split *split, struct group *group,
                              nn_error *error)
{
    group->ranges = ranges_of_group(in, split);
    for (size_t g = 0; g * group->ranges < split->count; g++) {
        const size_t rows =
            first_row_of_group(split, group->ranges, g + 1) - first_row_of_group(split, group->ranges, g);
        group->rows = rows > group->rows ? rows : group->rows;
    }
    NN_TRY(nni_reserve(group->rows, in->table.features * nni_csv_table_value_bytes(&in->table), "imported rows",
                       &group->x, error));
    return nni_reserve(group->rows, in->table.labels * sizeof *group->y, "imported labels", &group->y, error);
}

static nn_status make_group(const nni_csv_import *in, nni_csv_split *split, const struct group *group, size_t number,
                            nn_error *error)
{
    const size_t first = number * group->ranges, last = first + group->ranges;
    const size_t end = last < split->count ? last : split->count,
                 first_row = first_row_of_group(split, group->ranges, number);
    nn_status status = NN_OK;
#pragma omp parallel
    {
        nni_csv_maker maker = {.fields = NULL};
        nn_error failure;
        const nn_status own = nni_csv_maker_create(&in->table, &maker, &failure);
#pragma omp for schedule(dynamic)
        for (size_t i = first; i < end; i++) {
            const size_t row = split->ranges[i].first_row - first_row;
            if (own == NN_OK)
                nni_csv_make_rows(in, split, &split->ranges[i], &maker,
                                  group->x + row * in->table.features * nni_csv_table_value_bytes(&in->table),
                                  group->y + row * in->table.labels);
        }
        nni_csv_maker_free(&maker);
        if (own != NN_OK) {
#pragma omp critical(nni_import_csv_failed)
            status = nn_fail(error, own, "%s", failure.message);
        }
    }
    return status;
}

static nn_status write_group(nni_csv_import *in, const nni_csv_split *split, const struct group *group,
                             size_t first_row, size_t rows, nn_error *error)
{
    const nni_csv_table *table = &in->table;
    const hid_t real = table->wide == SIZE_MAX ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    if (in->job->report)
        nni_csv_facts_add(&in->facts, table, split == in->splits, group->x, group->y, rows);
    if (table->features > 0)
        NN_TRY(nni_hdf5_write_rows(&in->output, split->x, split->x_name, real, first_row, rows, group->x, error));
    if (table->label == SIZE_MAX)
        return NN_OK;
    const hid_t type = table->columns[table->label].kind == NNI_CSV_TARGET ? H5T_NATIVE_FLOAT : H5T_NATIVE_INT32;
    return nni_hdf5_write_rows(&in->output, split->y, split->y_name, type, first_row, rows, group->y, error);
}

/* Rank 0 has the rows of one group, its own or another rank's. After a failure it still receives what others send. */
static nn_status take_group(nni_csv_import *in, const nni_csv_split *split, const struct group *group, size_t number,
                            nn_status status, nn_error *error)
{
    nn_comm *comm = in->comm;
    const int from = (int)(number % (size_t)comm->size);
    const size_t first = first_row_of_group(split, group->ranges, number);
    const size_t rows = first_row_of_group(split, group->ranges, number + 1) - first;
    if (comm->rank != 0 && comm->rank != from)
        return status;
    nn_error unused;
    nn_error *reported = status == NN_OK ? error : &unused;
    nn_status brought = nni_comm_send_bytes_to_root(
        comm, from, group->x, rows * in->table.features * nni_csv_table_value_bytes(&in->table), reported);
    if (brought == NN_OK)
        brought =
            nni_comm_send_bytes_to_root(comm, from, group->y, rows * in->table.labels * sizeof *group->y, reported);
    if (status == NN_OK && brought == NN_OK && comm->rank == 0 && rows > 0)
        brought = write_group(in, split, group, first, rows, error);
    return status == NN_OK ? brought : status;
}

static void report(nni_csv_import *in, const nni_csv_split *split, size_t ranges)
{
    in->done += (double)ranges / (double)split->count * (double)split->file.size;
    if (in->job->progress && in->comm->rank == 0)
        in->job->progress(fmin(in->done, in->total), in->total);
}

/* Rounds in which every rank makes the rows of one group. */
static nn_status write_split(nni_csv_import *in, nni_csv_split *split, const struct group *group, nn_error *error)
{
    const size_t ranks = (size_t)in->comm->size, me = (size_t)in->comm->rank;
    const size_t groups = (split->count + group->ranges - 1) / group->ranges;
    nn_status status = NN_OK;
    for (size_t round = 0; round < groups; round += ranks) {
        if (round + me < groups && status == NN_OK)
            status = make_group(in, split, group, round + me, error);
        for (size_t number = round; number < round + ranks && number < groups; number++)
            status = take_group(in, split, group, number, status, error);
        report(in, split, ranks * group->ranges);
    }
    return status;
}

static nn_status make_datasets(nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    const nni_csv_table *table = &in->table;
    const hsize_t extent[2] = {split->rows, table->features};
    if (table->features > 0)
        NN_TRY(nni_hdf5_make_dataset(&in->output, split->x_name,
                                     table->wide == SIZE_MAX ? H5T_IEEE_F32LE : H5T_IEEE_F64LE, 2, extent,
                                     in->job->compress, &split->x, error));
    if (table->label == SIZE_MAX)
        return NN_OK;
    const hid_t type = table->columns[table->label].kind == NNI_CSV_TARGET ? H5T_IEEE_F32LE : H5T_STD_I32LE;
    const hsize_t y_extent[2] = {split->rows, table->labels};
    return nni_hdf5_make_dataset(&in->output, split->y_name, type, table->labels > 1 ? 2 : 1, y_extent,
                                 in->job->compress, &split->y, error);
}

static nn_status begin_output(nni_csv_import *in, nn_error *error)
{
    NN_TRY(nni_csv_write_names(&in->table, &in->output, error));
    for (size_t s = 0; s < in->split_count; s++)
        NN_TRY(make_datasets(in, &in->splits[s], error));
    return NN_OK;
}

static nn_status write_all(nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    struct group group = {.rows = 0};
    nn_status status = nn_comm_agree(in->comm, create_group(in, split, &group, error), error);
    if (status == NN_OK)
        status = nn_comm_agree(in->comm, write_split(in, split, &group, error), error);
    nni_release(group.x);
    nni_release(group.y);
    return status;
}

/* --- what was wrong --- */

static int by_line(const void *left, const void *right)
{
    const size_t a = ((const nni_csv_bad_record *)left)->line, b = ((const nni_csv_bad_record *)right)->line;
    return (a > b) - (a < b);
}

/* Rank 0 tells the first of all ranks' records with errors. @param all  [ranks, NNI_CSV_MOST_REPORTED] */
static void print_bad(const nni_csv_import *in, const nni_csv_split *split, nni_csv_bad_record *all)
{
    const size_t count = (size_t)in->comm->size * NNI_CSV_MOST_REPORTED;
    qsort(all, count, sizeof *all, by_line);
    for (size_t i = 0, reported = 0; i < count && reported < NNI_CSV_MOST_REPORTED && in->job->log; i++) {
        if (all[i].line == 0)
            continue;
        nni_print_text(in->job->log, split->file.path);
        fprintf(in->job->log, ":%zu: ", all[i].line);
        nni_print_text(in->job->log, all[i].what);
        fputc('\n', in->job->log);
        reported++;
    }
    if (split->bad <= NNI_CSV_MOST_REPORTED || !in->job->log)
        return;
    nni_print_text(in->job->log, split->file.path);
    fprintf(in->job->log, ": and %zu more\n", split->bad - NNI_CSV_MOST_REPORTED);
}

static nn_status tell_bad(nni_csv_import *in, nni_csv_split *split, nn_error *error)
{
    nn_comm *comm = in->comm;
    nni_csv_bad_record *all = NULL;
    double bad = (double)split->bad;
    NN_TRY(nn_comm_sum_double(comm, &bad, 1, error));
    split->bad = (size_t)bad;
    if (split->bad == 0)
        return NN_OK;
    const nn_status status =
        nni_allocate((size_t)comm->size * NNI_CSV_MOST_REPORTED, sizeof *all, "records with errors", &all, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    nn_status gathered = nni_comm_gather_bytes(comm, split->reported, all, sizeof split->reported, error);
    if (gathered == NN_OK && comm->rank == 0)
        print_bad(in, split, all);
    if (gathered == NN_OK && !in->job->skip_bad && comm->rank == 0) {
        size_t first = 0;
        while (all[first].line == 0)
            first++;
        gathered =
            nn_fail(error, NN_DATA,
                    "%s: %zu %s malformed, the first in line %zu: %s; mend that, or leave it out with --skip-bad",
                    split->file.path, split->bad, split->bad == 1 ? "record is" : "records are", all[first].line,
                    all[first].what);
    }
    nni_release(all);
    return nni_comm_broadcast_status(comm, gathered, error);
}

/* --- all of it --- */

static nn_status open_files(nni_csv_import *in, nn_error *error)
{
    nni_csv_split *splits = in->splits;
    NN_TRY(nni_csv_open(in->job->train, &splits[0].file, error));
    NN_TRY(nni_csv_table_create(in->job, &splits[0].file, &in->table, error));
    if (in->split_count > 1) {
        NN_TRY(nni_csv_open(in->job->test, &splits[1].file, error));
        NN_TRY(nni_csv_table_match(&in->table, &splits[1].file, error));
    }
    if (in->job->like) {
        NN_TRY(nni_csv_like(&in->table, &splits[0].file, error));
    } else {
        if (nni_csv_table_has_texts(&in->table))
            NN_TRY(collect_texts(in, error));
        nni_csv_table_place(&in->table);
    }
    for (size_t s = 0; s < in->split_count; s++) {
        NN_TRY(nni_csv_cut(&splits[s], in->job->delimiter, error));
        in->total += (double)splits[s].file.size;
    }
    return NN_OK;
}

static void close_files(nni_csv_import *in)
{
    for (size_t s = 0; s < in->split_count; s++) {
        nni_csv_close(&in->splits[s].file);
        nni_release(in->splits[s].ranges);
    }
    nni_csv_facts_free(&in->facts);
    nni_csv_table_free(&in->table);
}

static nn_status convert(nni_csv_import *in, nn_error *error)
{
    nn_status status = in->comm->rank == 0 ? begin_output(in, error) : NN_OK;
    NN_TRY(nni_comm_broadcast_status(in->comm, status, error));
    for (size_t s = 0; s < in->split_count; s++) {
        NN_TRY(write_all(in, &in->splits[s], error));
        if (!in->job->skip_bad)
            NN_TRY(tell_bad(in, &in->splits[s], error));
    }
    return NN_OK;
}

static nn_status close_datasets(nni_csv_import *in, nn_status status, nn_error *error)
{
    bool good = true;
    for (size_t s = 0; s < in->split_count; s++) {
        nni_csv_split *split = &in->splits[s];
        good = (split->x < 0 || H5Dclose(split->x) >= 0) && good; /* writes chunks that are still in the cache */
        good = (split->y < 0 || H5Dclose(split->y) >= 0) && good;
    }
    if (status == NN_OK && !good)
        return nn_fail(error, NN_SYSTEM, "%s: its datasets cannot be written", in->output.path);
    return status;
}

static nn_status survey_all(nni_csv_import *in, nn_error *error)
{
    for (size_t s = 0; s < in->split_count; s++) {
        NN_TRY(nni_csv_survey(in, &in->splits[s], error));
        if (in->job->skip_bad)
            NN_TRY(tell_bad(in, &in->splits[s], error));
    }
    in->reported = in->job->skip_bad;
    return NN_OK;
}

static nn_status import(nni_csv_import *in, const char *path, nn_error *error)
{
    NN_TRY(nn_comm_agree(in->comm, open_files(in, error), error));
    NN_TRY(survey_all(in, error));
    nn_status status = NN_OK;
    if (in->comm->rank == 0)
        status = nni_hdf5_create(path, &in->output, error);
    NN_TRY(nni_comm_broadcast_status(in->comm, status, error));
    in->output.chunk_rows = in->job->chunk_rows;
    if (in->comm->rank == 0 && in->job->report)
        status = nni_csv_facts_create(&in->table, &in->facts, error);
    status = nni_comm_broadcast_status(in->comm, status, error);
    if (status == NN_OK)
        status = convert(in, error);
    if (in->comm->rank == 0) {
        status = close_datasets(in, status, error);
        status = nni_hdf5_finish(&in->output, status, error);
        if (status == NN_OK && in->job->report)
            nni_csv_report(&in->table, &in->facts, in->job->report);
    }
    return nni_comm_broadcast_status(in->comm, status, error);
}

nn_status nn_import_csv_file(const nn_import_csv *job, const char *output, nn_comm *comm, nn_import_csv_result *result,
                             nn_error *error)
{
    nni_csv_import *in = NULL;
    nn_import_csv with_delimiter = *job;
    with_delimiter.delimiter = job->delimiter != '\0' ? job->delimiter : ',';
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *in, "the import", &in, error), error));
    in->job = &with_delimiter;
    in->comm = comm;
    in->split_count = job->test ? 2 : 1;
    in->splits[0].x_name = "/train/x", in->splits[0].y_name = "/train/y";
    in->splits[1].x_name = "/test/x", in->splits[1].y_name = "/test/y";
    for (size_t s = 0; s < 2; s++)
        in->splits[s].x = in->splits[s].y = H5I_INVALID_HID;
    const nn_status status = import(in, output, error);
    *result = (nn_import_csv_result){.features = in->table.features};
    for (size_t s = 0; s < in->split_count; s++) {
        result->rows[s] = in->splits[s].rows;
        result->bad[s] = in->splits[s].bad;
    }
    if (in->table.columns && in->table.label != SIZE_MAX)
        result->classes = in->table.columns[in->table.label].texts.count;
    close_files(in);
    nni_release(in);
    return status;
}
