#include "hdf5/table.h"

#include "data/dataset/labels.h"
#include "hdf5/columns.h"
#include "hdf5/guard.h"
#include "hdf5/multi_file.h"
#include "hdf5/strings.h"
#include "support/memory.h"

/* Blocks are large enough for a file system to stream, small enough for any machine and for MPI's int counts. */
enum { BLOCK_BYTES = 8 << 20, LARGEST_BLOCK_BYTES = 256 << 20 };

/* HDF5 keeps a row of chunks decompressed where a block ends amid it. */
static const size_t largest_cache = (size_t)1 << 30;

/* Rows are read as they lie in the file but for the order of bytes. HDF5 would convert value by value, and 1.10 then
 * falls back to independent MPI-IO; nni_convert does neither. */
static hid_t native_type(nni_element element)
{
    switch (element) {
    case NNI_INT8:
        return H5T_NATIVE_INT8;
    case NNI_INT16:
        return H5T_NATIVE_INT16;
    case NNI_INT32:
        return H5T_NATIVE_INT32;
    case NNI_INT64:
        return H5T_NATIVE_INT64;
    case NNI_UINT8:
        return H5T_NATIVE_UINT8;
    case NNI_UINT16:
        return H5T_NATIVE_UINT16;
    case NNI_UINT32:
        return H5T_NATIVE_UINT32;
    case NNI_UINT64:
        return H5T_NATIVE_UINT64;
    case NNI_FLOAT:
        return H5T_NATIVE_FLOAT;
    case NNI_DOUBLE:
        return H5T_NATIVE_DOUBLE;
    }
    return H5I_INVALID_HID;
}

void nni_hdf5_table_close(nni_hdf5_table *table)
{
    nni_hdf5_multi_file_close(table);
    if (nni_hdf5_is_lost())
        return;
    nni_hdf5_strings_close(table);
    if (table->transfer >= 0)
        H5Pclose(table->transfer);
    if (table->space >= 0)
        H5Sclose(table->space);
    if (table->dataset >= 0)
        H5Dclose(table->dataset);
    table->transfer = table->space = table->dataset = H5I_INVALID_HID;
}

/* Filtered chunks are decompressed by each rank on its own: a damaged chunk then fails on the ranks that read it and
 * leaves nobody waiting inside HDF5. And a process alone has not opened the file through MPI-IO. */
static bool is_collective(const nni_hdf5_layout *layout, const nn_comm *comm)
{
#ifdef H5_HAVE_PARALLEL
    return !layout->filtered && !layout->composed && !layout->records && !layout->text && comm && comm->backend;
#else
    (void)layout, (void)comm;
    return false;
#endif
}

static hid_t transfer_of(bool collective)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
#ifdef H5_HAVE_PARALLEL
    if (collective)
        H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
#else
    (void)collective;
#endif
    return transfer;
}

nn_status nni_hdf5_table_open(const nni_hdf5_rows *rows, const nn_comm *comm, uint64_t step, nni_hdf5_table *table,
                              nn_error *error)
{
    const nni_hdf5_layout *layout = rows->layout;
    *table = nni_hdf5_table_closed();
    table->rows = *rows;
    table->collective = is_collective(layout, comm);
    if (rows->files)
        return nni_hdf5_multi_file_open(table, step, error);
    size_t band = layout->chunk_rows * layout->row_values * layout->file_size;
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    /* Without a cache, plain chunks come straight to their place; pieces of rows would come one by one. */
    if (layout->whole_rows && !layout->filtered)
        H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
    else if (layout->chunk_rows > step)
        H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, band < largest_cache ? band : largest_cache,
                           H5D_CHUNK_CACHE_W0_DEFAULT);
    nn_status status = nni_hdf5_open_dataset(rows->file, rows->path, rows->name, access, &table->dataset, error);
    H5Pclose(access);
    NN_TRY(status);

    table->space = H5Dget_space(table->dataset);
    table->transfer = transfer_of(table->collective);
    hsize_t extent[H5S_MAX_RANK] = {0};
    if (table->space < 0 || table->transfer < 0 ||
        H5Sget_simple_extent_dims(table->space, extent, NULL) != layout->dimensions || extent[0] != layout->rows)
        return nn_fail(error, NN_DATA, "%s: %s changed while it was opened", rows->path, rows->name);
    return layout->text ? nni_hdf5_strings_open(table, error) : NN_OK;
}

static nn_status read_rows(const nni_hdf5_table *table, uint64_t first, uint64_t count, void *values, nn_error *error)
{
    const nni_hdf5_rows *rows = &table->rows;
    hsize_t start[H5S_MAX_RANK] = {count > 0 ? first : 0}, extent[H5S_MAX_RANK] = {0};
    H5Sget_simple_extent_dims(table->space, extent, NULL);
    extent[0] = count > 0 ? count : 1;
    /* Memory has the file's shape, not its rows flattened: HDF5 walks chunks value by value where shapes differ. */
    const bool chosen = rows->columns.count > 0 && !rows->layout->records;
    if (chosen)
        extent[1] = rows->layout->row_values;
    hid_t memory = H5Screate_simple(rows->layout->dimensions, extent, NULL);
    hid_t type = rows->layout->records
                     ? nni_hdf5_fields_type(table->dataset, &rows->columns, native_type(rows->element))
                     : native_type(rows->element);
    if (chosen)
        nni_hdf5_select_columns(table->space, &rows->columns, start[0], extent[0]);
    else
        H5Sselect_hyperslab(table->space, H5S_SELECT_SET, start, NULL, extent, NULL);
    if (count == 0) {
        H5Sselect_none(table->space);
        H5Sselect_none(memory);
    }
    herr_t code = H5Dread(table->dataset, type, memory, table->space, table->transfer, values);
    char reason[300];
    if (code < 0)
        nni_hdf5_reason(reason, sizeof reason);
    H5Sclose(memory);
    if (rows->layout->records)
        H5Tclose(type);
    if (code < 0)
        return nn_fail(error, NN_DATA, "%s: rows %llu to %llu of %s cannot be read (HDF5: %s)", rows->path,
                       (unsigned long long)first, (unsigned long long)first + count - 1, rows->name, reason);
    return NN_OK;
}

/* A read, as the guard takes it. */
struct read {
    const nni_hdf5_table *table;
    uint64_t first, count;
    void *values;
};

/* Texts become the classes that they are called after, one behind the other. */
static nn_status take_text(void *context, const char *text, uint64_t row, nn_error *error)
{
    const struct read *read = context;
    return nni_labels_look_up(&read->table->rows, text, row, (int64_t *)read->values + (row - read->first), error);
}

static nn_status read_guarded(void *context, nn_error *error)
{
    struct read *read = context;
    if (read->table->rows.layout->text)
        return nni_hdf5_strings_read(read->table, read->first, read->count, take_text, read, error);
    return read_rows(read->table, read->first, read->count, read->values, error);
}

static nn_status read_any(const nni_hdf5_table *table, uint64_t first, uint64_t count, void *values, nn_error *error)
{
    struct read read = {table, first, count, values};
    if (table->collective)
        return read_rows(table, first, count, values, error);
    return nni_hdf5_guard(table->rows.path, read_guarded, &read, error);
}

static nn_status read_part(void *context, const nni_hdf5_table *part, uint64_t first, uint64_t count, uint64_t offset,
                           nn_error *error)
{
    const size_t row_bytes = part->rows.layout->row_values * nni_element_size(part->rows.element);
    return nni_hdf5_table_read(part, first, count, (char *)context + offset * row_bytes, error);
}

nn_status nni_hdf5_table_read(const nni_hdf5_table *table, uint64_t first, uint64_t count, void *values,
                              nn_error *error)
{
    if (table->parts)
        return nni_hdf5_multi_file_visit(table, first, count, read_part, values, error);
    NN_TRY(read_any(table, first, count, values, error));
    return nni_labels_translates(table->rows.labels) ? nni_labels_translate(&table->rows, values, first, count, error)
                                                     : NN_OK;
}

/* --- all rows of a rank, once --- */

struct reader {
    nni_hdf5_table table;
    void *block;     /* NULL: rows go to their place, and are not copied a second time */
    uint64_t step;   /* rows of a block; blocks begin at multiples of it, so that no chunk is decompressed twice */
    uint64_t blocks; /* of the rank that has most */
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

static nn_status open_reader(const nni_hdf5_rows *rows, struct reader *reader, const nn_comm *comm, nn_error *error)
{
    size_t row_bytes = rows->layout->row_values * nni_element_size(rows->element);
    reader->step = nni_hdf5_read_step(rows->layout, row_bytes);
    NN_TRY(nni_hdf5_table_open(rows, comm, reader->step, &reader->table, error));
    if (rows->to)
        return NN_OK;
    uint64_t most = reader->step < rows->count ? reader->step : rows->count;
    return nni_allocate(most, row_bytes, "a block of the dataset", &reader->block, error);
}

/* Every rank goes through as many blocks as the one with most, for the transfers are collective. */
static nn_status read_blocks(const struct reader *reader, nni_hdf5_take *take, void *context, nn_error *error)
{
    const nni_hdf5_rows *rows = &reader->table.rows;
    const size_t row_bytes = rows->layout->row_values * nni_element_size(rows->element);
    uint64_t end = rows->first + rows->count, at = rows->first;
    nn_status status = NN_OK;
    for (uint64_t block = 0; block < reader->blocks; block++) {
        uint64_t border = (at / reader->step + 1) * reader->step;
        uint64_t count = (border < end ? border : end) - at;
        void *values = rows->to ? (char *)rows->to + (at - rows->first) * row_bytes : reader->block;
        nn_error later;
        nn_status outcome = nni_hdf5_table_read(&reader->table, at, count, values, status == NN_OK ? error : &later);
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
    struct reader reader = {.table = nni_hdf5_table_closed()};
    nn_status status = nn_comm_agree(comm, open_reader(rows, &reader, comm, error), error);
    if (status == NN_OK) {
        uint64_t end = rows->first + rows->count;
        const uint64_t own = (end + reader.step - 1) / reader.step - rows->first / reader.step;
        double blocks = rows->count > 0 ? (double)own : 0;
        status = nni_comm_max_double(comm, &blocks, 1, error);
        reader.blocks = (uint64_t)blocks;
    }
    if (status == NN_OK)
        status = nn_comm_agree(comm, read_blocks(&reader, take, context, error), error);
    nni_release(reader.block);
    nni_hdf5_table_close(&reader.table);
    return status;
}
