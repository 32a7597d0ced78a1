#include "hdf5/multi_file.h"

#include "hdf5/files.h"
#include "hdf5/guard.h"
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

nn_status nni_hdf5_multi_file_open(nni_hdf5_table *table, uint64_t step, nn_error *error)
{
    const size_t count = table->rows.files->paths.count;
    nni_hdf5_multi_file *parts = NULL;
    NN_TRY(nni_allocate(1, sizeof *parts + count * sizeof *parts->part, "the files of a split", &parts, error));
    parts->step = step;
    parts->count = count;
    for (size_t i = 0; i < count; i++)
        parts->part[i] = (struct part){.file = H5I_INVALID_HID, .table = nni_hdf5_table_closed()};
    table->parts = parts;
    return NN_OK;
}

static void close_part(nni_hdf5_multi_file *parts, struct part *part)
{
    if (part->file < 0)
        return;
    nni_hdf5_table_close(&part->table);
    if (!nni_hdf5_is_lost())
        H5Fclose(part->file);
    part->file = H5I_INVALID_HID;
    parts->open--;
}

void nni_hdf5_multi_file_close(nni_hdf5_table *table)
{
    nni_hdf5_multi_file *parts = table->parts;
    for (size_t i = 0; parts && i < parts->count; i++)
        close_part(parts, &parts->part[i]);
    nni_release(parts);
    table->parts = NULL;
}

/* The one whose last reading is longest ago makes way. */
static void make_way(nni_hdf5_multi_file *parts)
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
    const nni_hdf5_table *table;
    size_t index;
};

static nn_status open_file(void *context, nn_error *error)
{
    const struct opening *opening = context;
    const nni_hdf5_rows *all = &opening->table->rows;
    nni_hdf5_multi_file *parts = opening->table->parts;
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

static nn_status open_part(const nni_hdf5_table *table, size_t index, nn_error *error)
{
    struct part *part = &table->parts->part[index];
    const char *path = table->rows.files->paths.text[index];
    struct opening opening = {table, index};
    if (table->parts->open >= MOST_OPEN)
        make_way(table->parts);
    const nn_status status = nni_hdf5_guard(path, open_file, &opening, error);
    if (status != NN_OK)
        close_part(table->parts, part);
    return status;
}

nn_status nni_hdf5_multi_file_visit(const nni_hdf5_table *table, uint64_t first, uint64_t count, nni_hdf5_visit *visit,
                                    void *context, nn_error *error)
{
    const nni_files *files = table->rows.files;
    const uint64_t end = first + count;
    for (uint64_t at = first; at < end;) {
        const size_t index = nni_files_of_row(files, at);
        struct part *part = &table->parts->part[index];
        const uint64_t border = files->first[index + 1], until = border < end ? border : end;
        if (part->file < 0)
            NN_TRY(open_part(table, index, error));
        part->turn = ++table->parts->turns;
        const nn_status status = visit(context, &part->table, at - files->first[index], until - at, at - first, error);
        NN_TRY(nni_hdf5_check_size(files->paths.text[index], part->bytes, error));
        NN_TRY(status);
        at = until;
    }
    return NN_OK;
}
