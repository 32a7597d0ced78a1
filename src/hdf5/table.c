/* SPDX-License-Identifier: MIT */
#include "hdf5/table.h"

#include "hdf5/columns.h"
#include "hdf5/element.h"
#include "hdf5/file.h"
#include "hdf5/process/guard.h"
#include "hdf5/strings.h"

/* HDF5 keeps a row of chunks decompressed where a block ends amid it. */
static const size_t largest_cache = (size_t)1 << 30;

void nni_hdf5_table_close(nni_hdf5_table *table)
{
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

/* HDF5 zeroes its buffer for conversions, a MiB, at every read: half the time of reading windows of 8 rows. Sources of
 * a virtual dataset may have larger values. */
static void limit_conversion(const nni_hdf5_layout *layout, uint64_t step, hid_t transfer)
{
    const size_t usual = 1u << 20, least = 1u << 16;
    const uint64_t row = layout->row_values * (layout->file_size > sizeof(double) ? layout->file_size : sizeof(double));
    if (!layout->records && !layout->text && !layout->composed && row < usual && step < usual / row)
        H5Pset_buffer(transfer, step * row > least ? step * row : least, NULL, NULL);
}

nn_status nni_hdf5_table_open(const nni_hdf5_rows *rows, const nn_comm *comm, uint64_t step, nni_hdf5_table *table,
                              nn_error *error)
{
    const nni_hdf5_layout *layout = rows->layout;
    *table = nni_hdf5_table_closed();
    table->rows = *rows;
    table->collective = is_collective(layout, comm);
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
    limit_conversion(layout, step, table->transfer);
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
                     ? nni_hdf5_fields_type(table->dataset, &rows->columns, nni_hdf5_native_type(rows->element))
                     : nni_hdf5_native_type(rows->element);
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
    const nni_hdf5_rows *rows = &read->table->rows;
    return rows->classes.of_text(rows, text, row, (int64_t *)read->values + (row - read->first), error);
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

nn_status nni_hdf5_table_read(const nni_hdf5_table *table, uint64_t first, uint64_t count, void *values,
                              nn_error *error)
{
    const nni_hdf5_rows *rows = &table->rows;
    NN_TRY(read_any(table, first, count, values, error));
    return rows->classes.of_numbers ? rows->classes.of_numbers(rows, values, first, count, error) : NN_OK;
}
