/* SPDX-License-Identifier: MIT */
#include "hdf5/multi_file.h"

#include "hdf5/describe.h"
#include "hdf5/file.h"
#include "hdf5/process/guard.h"
#include "hdf5/table.h"
#include "support/memory.h"

/* Files that a table holds open: a process may have some thousand, and x, y and w of every split a table each. */
enum { MOST_OPEN = 64 };

struct part {
    hid_t file; /* H5I_INVALID_HID: not open */
    uint64_t bytes;
    nni_hdf5_layout layout;
    nni_hdf5_table table;
    uint64_t turn; /* when it was read last */
};

struct nni_hdf5_multi_file {
    uint64_t step;
    uint64_t turns;
    size_t open;
    size_t count;
    struct part part[]; /* [count] */
};

static nn_status create_parts(size_t count, uint64_t step, nni_hdf5_multi_file **result, nn_error *error)
{
    nni_hdf5_multi_file *parts = NULL;
    NN_TRY(nni_allocate(1, sizeof *parts + count * sizeof *parts->part, "the files of a split", &parts, error));
    parts->step = step;
    parts->count = count;
    for (size_t i = 0; i < count; i++)
        parts->part[i] = (struct part){.file = NNI_HDF5_CLOSED, .table = nni_hdf5_table_closed()};
    *result = parts;
    return NN_OK;
}

nn_status nni_hdf5_reader_open(const nni_hdf5_rows *rows, const nn_comm *comm, uint64_t step, nni_hdf5_reader *reader,
                               nn_error *error)
{
    *reader = nni_hdf5_reader_closed();
    if (!rows->files)
        return nni_hdf5_table_open(rows, comm, step, &reader->table, error);
    reader->table.rows = *rows;
    return create_parts(rows->files->paths.count, step, &reader->parts, error);
}

static void close_part(nni_hdf5_multi_file *parts, struct part *part)
{
    if (part->file < 0)
        return;
    nni_hdf5_table_close(&part->table);
    nni_hdf5_close(part->file);
    part->file = NNI_HDF5_CLOSED;
    parts->open--;
}

void nni_hdf5_reader_close(nni_hdf5_reader *reader)
{
    nni_hdf5_multi_file *parts = reader->parts;
    for (size_t i = 0; parts && i < parts->count; i++)
        close_part(parts, &parts->part[i]);
    nni_release(parts);
    reader->parts = NULL;
    nni_hdf5_table_close(&reader->table);
}

/* The one that was read longest ago. */
static void close_oldest(nni_hdf5_multi_file *parts)
{
    struct part *oldest = NULL;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->part[i].file >= 0 && (!oldest || parts->part[i].turn < oldest->turn))
            oldest = &parts->part[i];
    if (oldest)
        close_part(parts, oldest);
}

/* A file to be opened, as the guard takes it. */
struct opening {
    const nni_hdf5_reader *reader;
    size_t index;
};

static nn_status open_file(void *context, nn_error *error)
{
    const struct opening *opening = context;
    const nni_hdf5_rows *all = &opening->reader->table.rows;
    nni_hdf5_multi_file *parts = opening->reader->parts;
    struct part *part = &parts->part[opening->index];
    const char *path = all->files->paths.text[opening->index];
    const uint64_t *first = &all->files->first[opening->index];
    NN_TRY(nni_hdf5_check_path(path, &part->bytes, error));
    NN_TRY(nni_hdf5_open(path, NULL, &part->file, error));
    parts->open++;
    NN_TRY(nni_hdf5_describe_targets(part->file, path, all->name, &all->columns, &part->layout, error));
    if (part->layout.rows != first[1] - first[0] || part->layout.row_values != all->layout->row_values ||
        part->layout.text != all->layout->text)
        return nn_fail(error, NN_DATA, "%s: %s changed while it was in use", path, all->name);
    nni_hdf5_rows rows = *all;
    rows.file = part->file;
    rows.files = NULL;
    rows.path = path;
    rows.layout = &part->layout;
    /* Where reading does not keep to this file's chunks, those at its borders are kept unpacked. */
    const bool aligned = part->layout.chunk_rows == 0 || first[0] % part->layout.chunk_rows == 0;
    return nni_hdf5_table_open(&rows, NULL, aligned ? parts->step : 1, &part->table, error);
}

static nn_status open_part(const nni_hdf5_reader *reader, size_t index, nn_error *error)
{
    struct part *part = &reader->parts->part[index];
    const char *path = reader->table.rows.files->paths.text[index];
    struct opening opening = {reader, index};
    if (reader->parts->open >= MOST_OPEN)
        close_oldest(reader->parts);
    const nn_status status = nni_hdf5_guard(path, open_file, &opening, error);
    if (status != NN_OK)
        close_part(reader->parts, part);
    return status;
}

nn_status nni_hdf5_reader_visit(const nni_hdf5_reader *reader, uint64_t first, uint64_t count, nni_hdf5_take_part *take,
                                void *context, nn_error *error)
{
    const nni_files *files = reader->table.rows.files;
    const uint64_t end = first + count;
    if (!reader->parts)
        return take(context, &reader->table, first, count, 0, error);
    for (uint64_t at = first; at < end;) {
        const size_t index = nni_files_of_row(files, at);
        struct part *part = &reader->parts->part[index];
        const uint64_t border = files->first[index + 1], until = border < end ? border : end;
        if (part->file < 0)
            NN_TRY(open_part(reader, index, error));
        part->turn = ++reader->parts->turns;
        const nn_status status = take(context, &part->table, at - files->first[index], until - at, at - first, error);
        NN_TRY(nni_hdf5_check_size(files->paths.text[index], part->bytes, error));
        NN_TRY(status);
        at = until;
    }
    return NN_OK;
}

static nn_status read_part(void *context, const nni_hdf5_table *part, uint64_t first, uint64_t count, uint64_t offset,
                           nn_error *error)
{
    const size_t row_bytes = part->rows.layout->row_values * nni_element_size(part->rows.element);
    return nni_hdf5_table_read(part, first, count, (char *)context + offset * row_bytes, error);
}

nn_status nni_hdf5_reader_read(const nni_hdf5_reader *reader, uint64_t first, uint64_t count, void *values,
                               nn_error *error)
{
    return nni_hdf5_reader_visit(reader, first, count, read_part, values, error);
}
