#include "data/hdf5_read.h"

#include "nntrain/memory.h"

/* Blocks are large enough for a file system to stream, small enough for any machine and for MPI's int counts. */
enum { BLOCK_BYTES = 8 << 20, LARGEST_BLOCK_BYTES = 256 << 20 };

/* HDF5 keeps a row of chunks decompressed where a block ends amid it. */
static const size_t largest_cache = (size_t)1 << 30;

/* Rows are read as they lie in the file but for the order of bytes. HDF5 would convert value by value, and 1.10 then
 * falls back to independent MPI-IO; nn_convert does neither. */
static hid_t native_type(nn_element element)
{
    switch (element) {
    case NN_INT8:
        return H5T_NATIVE_INT8;
    case NN_INT16:
        return H5T_NATIVE_INT16;
    case NN_INT32:
        return H5T_NATIVE_INT32;
    case NN_INT64:
        return H5T_NATIVE_INT64;
    case NN_UINT8:
        return H5T_NATIVE_UINT8;
    case NN_UINT16:
        return H5T_NATIVE_UINT16;
    case NN_UINT32:
        return H5T_NATIVE_UINT32;
    case NN_UINT64:
        return H5T_NATIVE_UINT64;
    case NN_FLOAT:
        return H5T_NATIVE_FLOAT;
    case NN_DOUBLE:
        return H5T_NATIVE_DOUBLE;
    }
    return H5I_INVALID_HID;
}

/* What a read holds. */
struct reader {
    const nn_hdf5_rows *rows;
    hid_t dataset, space, transfer;
    void *block;
    uint64_t step;   /* rows of a block; blocks begin at multiples of it, so that no chunk is decompressed twice */
    uint64_t blocks; /* of the rank that has most */
};

static void close_reader(struct reader *reader)
{
    nn_release(reader->block);
    if (reader->transfer >= 0)
        H5Pclose(reader->transfer);
    if (reader->space >= 0)
        H5Sclose(reader->space);
    if (reader->dataset >= 0)
        H5Dclose(reader->dataset);
}

static uint64_t rows_of_block(const nn_hdf5_layout *layout, size_t row_bytes)
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

/* Filtered chunks are decompressed by each rank on its own: a damaged chunk then fails on the ranks that read it and
 * leaves nobody waiting inside HDF5. And a process alone has not opened the file through MPI-IO. */
static hid_t transfer_of(const nn_hdf5_layout *layout, const nn_comm *comm)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
#ifdef H5_HAVE_PARALLEL
    hid_t driver = transfer;
    if (!layout->filtered && comm->backend)
        H5Pset_dxpl_mpio(driver, H5FD_MPIO_COLLECTIVE);
#else
    (void)layout, (void)comm;
#endif
    return transfer;
}

static nn_status open_reader(struct reader *reader, const nn_comm *comm, nn_error *error)
{
    const nn_hdf5_rows *rows = reader->rows;
    size_t row_bytes = rows->layout->row_values * nn_element_size(rows->element);
    size_t band = rows->layout->chunk_rows * rows->layout->row_values * rows->layout->file_size;
    reader->step = rows_of_block(rows->layout, row_bytes);

    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    if (rows->layout->chunk_rows > reader->step)
        H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, band < largest_cache ? band : largest_cache,
                           H5D_CHUNK_CACHE_W0_DEFAULT);
    nn_status status = nn_hdf5_open_dataset(rows->file, rows->path, rows->name, access, &reader->dataset, error);
    H5Pclose(access);
    NN_TRY(status);

    reader->space = H5Dget_space(reader->dataset);
    reader->transfer = transfer_of(rows->layout, comm);
    hsize_t extent[H5S_MAX_RANK] = {0};
    if (reader->space < 0 || reader->transfer < 0 ||
        H5Sget_simple_extent_dims(reader->space, extent, NULL) != rows->layout->dimensions ||
        extent[0] != rows->layout->rows)
        return nn_fail(error, NN_DATA, "%s: %s changed while it was opened", rows->path, rows->name);
    uint64_t most = reader->step < rows->count ? reader->step : rows->count;
    return nn_allocate(most, row_bytes, "a block of the dataset", &reader->block, error);
}

/* Rows [first, first + count) of the file; count 0 selects none and still takes part in a collective transfer. */
static nn_status read_block(const struct reader *reader, uint64_t first, uint64_t count, nn_error *error)
{
    const nn_hdf5_rows *rows = reader->rows;
    hsize_t start[H5S_MAX_RANK] = {count > 0 ? first : 0}, extent[H5S_MAX_RANK] = {0};
    H5Sget_simple_extent_dims(reader->space, extent, NULL);
    extent[0] = count > 0 ? count : 1;
    /* The block has the file's shape, not its rows flattened: HDF5 walks chunks value by value where shapes differ. */
    hid_t memory = H5Screate_simple(rows->layout->dimensions, extent, NULL);
    H5Sselect_hyperslab(reader->space, H5S_SELECT_SET, start, NULL, extent, NULL);
    if (count == 0) {
        H5Sselect_none(reader->space);
        H5Sselect_none(memory);
    }
    herr_t code =
        H5Dread(reader->dataset, native_type(rows->element), memory, reader->space, reader->transfer, reader->block);
    char reason[300];
    if (code < 0)
        nn_hdf5_reason(reason, sizeof reason);
    H5Sclose(memory);
    if (code < 0)
        return nn_fail(error, NN_DATA, "%s: rows %llu to %llu of %s cannot be read (HDF5: %s)", rows->path,
                       (unsigned long long)first, (unsigned long long)first + count - 1, rows->name, reason);
    return NN_OK;
}

/* Every rank goes through as many blocks as the one with most, for the transfers are collective. */
static nn_status read_blocks(const struct reader *reader, nn_hdf5_take *take, void *context, nn_error *error)
{
    const nn_hdf5_rows *rows = reader->rows;
    uint64_t end = rows->first + rows->count, at = rows->first;
    nn_status status = NN_OK;
    for (uint64_t block = 0; block < reader->blocks; block++) {
        uint64_t border = (at / reader->step + 1) * reader->step;
        uint64_t count = (border < end ? border : end) - at;
        nn_error later;
        nn_status outcome = read_block(reader, at, count, status == NN_OK ? error : &later);
        if (status == NN_OK)
            status = outcome;
        if (status == NN_OK && count > 0)
            status = take(context, reader->block, at, count, error);
        at += count;
    }
    return status;
}

nn_status nn_hdf5_read(const nn_hdf5_rows *rows, nn_comm *comm, nn_hdf5_take *take, void *context, nn_error *error)
{
    struct reader reader = {rows, H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID, NULL, 0, 0};
    nn_status status = nn_comm_agree(comm, open_reader(&reader, comm, error), error);
    if (status == NN_OK) {
        uint64_t end = rows->first + rows->count;
        const uint64_t own = (end + reader.step - 1) / reader.step - rows->first / reader.step;
        double blocks = rows->count > 0 ? (double)own : 0;
        status = nn_comm_max_double(comm, &blocks, 1, error);
        reader.blocks = (uint64_t)blocks;
    }
    if (status == NN_OK)
        status = nn_comm_agree(comm, read_blocks(&reader, take, context, error), error);
    close_reader(&reader);
    return status;
}
