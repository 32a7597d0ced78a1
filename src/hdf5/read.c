/* SPDX-License-Identifier: MIT */
#include "hdf5/read.h"

#include "hdf5/describe.h"
#include "hdf5/multi_file.h"
#include "hdf5/process/guard.h"
#include "hdf5/table.h"
#include "support/memory.h"

/* Blocks are large enough for a file system to stream, small enough for any machine and for MPI's int counts. */
enum { BLOCK_BYTES = 8 << 20, LARGEST_BLOCK_BYTES = 256 << 20 };

struct blocks {
    nni_hdf5_reader reader;
    void *block;    /* NULL: rows go to their place, and are not copied a second time */
    uint64_t step;  /* rows of a block; blocks begin at multiples of it, so that no chunk is decompressed twice */
    uint64_t count; /* of the rank that has most */
};

uint64_t nni_hdf5_read_step(const nni_hdf5_layout *layout, size_t row_bytes)
{
    uint64_t step = BLOCK_BYTES / row_bytes;
    if (step == 0)
        step = 1;
    uint64_t chunk = layout->chunk_rows;
    if (chunk == 0)
        return step;
    uint64_t whole = step < chunk ? chunk : step / chunk * chunk;
    return whole <= LARGEST_BLOCK_BYTES / row_bytes ? whole : step;
}

static nn_status open_blocks(const nni_hdf5_rows *rows, struct blocks *blocks, const nn_comm *comm, nn_error *error)
{
    size_t row_bytes = rows->layout->row_values * nni_element_size(rows->element);
    blocks->step = nni_hdf5_read_step(rows->layout, row_bytes);
    NN_TRY(nni_hdf5_reader_open(rows, comm, blocks->step, &blocks->reader, error));
    if (rows->to)
        return NN_OK;
    uint64_t most = blocks->step < rows->count ? blocks->step : rows->count;
    return nni_allocate(most, row_bytes, "a block of the dataset", &blocks->block, error);
}

/* Every rank goes through as many blocks as the one with most, for the transfers are collective. */
static nn_status read_blocks(const struct blocks *blocks, nni_hdf5_take *take, void *context, nn_error *error)
{
    const nni_hdf5_rows *rows = &blocks->reader.table.rows;
    const size_t row_bytes = rows->layout->row_values * nni_element_size(rows->element);
    uint64_t end = rows->first + rows->count, at = rows->first;
    nn_status status = NN_OK;
    for (uint64_t block = 0; block < blocks->count; block++) {
        uint64_t border = (at / blocks->step + 1) * blocks->step;
        uint64_t count = (border < end ? border : end) - at;
        void *values = rows->to ? (char *)rows->to + (at - rows->first) * row_bytes : blocks->block;
        nn_error later;
        nn_status outcome = nni_hdf5_reader_read(&blocks->reader, at, count, values, status == NN_OK ? error : &later);
        if (status == NN_OK)
            status = outcome;
        if (status == NN_OK && count > 0)
            status = take(context, values, at, count, error);
        at += count;
    }
    return status;
}

nn_status nni_hdf5_read(const nni_hdf5_rows *rows, nn_comm *comm, nni_hdf5_take *take, void *context, nn_error *error)
{
    struct blocks blocks = {.reader = nni_hdf5_reader_closed()};
    nn_status status = nn_comm_agree(comm, open_blocks(rows, &blocks, comm, error), error);
    if (status == NN_OK) {
        uint64_t end = rows->first + rows->count;
        const uint64_t own = (end + blocks.step - 1) / blocks.step - rows->first / blocks.step;
        double most = rows->count > 0 ? (double)own : 0;
        status = nni_comm_max_double(comm, &most, 1, error);
        blocks.count = (uint64_t)most;
    }
    if (status == NN_OK)
        status = nn_comm_agree(comm, read_blocks(&blocks, take, context, error), error);
    nni_release(blocks.block);
    nni_hdf5_reader_close(&blocks.reader);
    return status;
}

/* --- strings --- */

/* Rows of one file whose texts are read, as the guard takes them. */
struct texts {
    const nni_hdf5_table *table;
    uint64_t first, count;
    nni_hdf5_take_text *take;
    void *context;
};

static nn_status read_guarded(void *context, nn_error *error)
{
    const struct texts *in = context;
    return nni_hdf5_strings_read(in->table, in->first, in->count, in->take, in->context, error);
}

static nn_status read_texts(void *context, const nni_hdf5_table *table, uint64_t first, uint64_t count, uint64_t offset,
                            nn_error *error)
{
    (void)offset;
    struct texts in = *(const struct texts *)context;
    in.table = table;
    in.first = first;
    in.count = count;
    return nni_hdf5_guard(table->rows.path, read_guarded, &in, error);
}

nn_status nni_hdf5_read_strings(const nni_hdf5_rows *rows, nni_hdf5_take_text *take, void *context, nn_error *error)
{
    nni_hdf5_reader reader = nni_hdf5_reader_closed();
    struct texts in = {.take = take, .context = context};
    nn_status status = nni_hdf5_reader_open(rows, NULL, 1, &reader, error);
    if (status == NN_OK)
        status = nni_hdf5_reader_visit(&reader, rows->first, rows->count, read_texts, &in, error);
    nni_hdf5_reader_close(&reader);
    return status;
}

static nn_status add_string(void *strings, const char *text, uint64_t row, nn_error *error)
{
    (void)row;
    return nni_string_set_add(strings, text, error);
}

/* Called within a guard, which does not nest. */
static bool read_distinct(const nni_hdf5_rows *rows, nni_string_set *strings)
{
    nni_hdf5_table table = nni_hdf5_table_closed();
    const uint64_t count = rows->layout->rows;
    nn_error unused;
    const bool good = nni_hdf5_table_open(rows, NULL, count, &table, &unused) == NN_OK &&
                      nni_hdf5_strings_read(&table, 0, count, add_string, strings, &unused) == NN_OK &&
                      strings->count == count;
    nni_hdf5_table_close(&table);
    return good;
}

void nni_hdf5_read_string_set(hid_t file, const char *name, nni_string_set *strings)
{
    nni_hdf5_layout layout;
    nn_error unused;
    if (!nni_hdf5_has(file, name) || nni_hdf5_describe_targets(file, "", name, NULL, &layout, &unused) != NN_OK ||
        !layout.text || layout.dimensions != 1 || layout.rows > NNI_STRING_SET_MAX)
        return;
    const nni_hdf5_rows rows = {.file = file, .path = "", .name = name, .layout = &layout, .element = NNI_INT64};
    if (!read_distinct(&rows, strings))
        nni_string_set_free(strings);
}
