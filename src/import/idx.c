/* SPDX-License-Identifier: MIT */
/* IDX, the format of MNIST: two zero bytes, a type, a number of dimensions, each dimension in 32 bits, the values; all
 * of it big-endian (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"). */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "hdf5/write.h"
#include "import/arrays.h"
#include "support/files.h"
#include "support/memory.h"

/* A source being read. */
struct source {
    const char *path;
    gzFile stream;
    uint64_t bytes;               /* of the file */
    hid_t memory_type, file_type; /* predefined: nothing to close */
    int dimensions;
    hsize_t extent[H5S_MAX_RANK];
    hsize_t row_bytes;
};

static nn_status open_source(const char *path, struct source *source, nn_error *error)
{
    struct stat facts;
    *source = (struct source){.path = path, .bytes = 0};
    int descriptor = -1;
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    source->bytes = (uint64_t)facts.st_size;
    source->stream = gzdopen(descriptor, "rb");
    if (!source->stream) {
        close(descriptor);
        return nn_fail(error, NN_SYSTEM, "%s: zlib cannot open it", path);
    }
    gzbuffer(source->stream, 1u << 17);
    return NN_OK;
}

/* Reads up to size bytes; fewer only at the end of the source. */
static nn_status read_bytes(const struct source *source, void *bytes, size_t size, size_t *got, nn_error *error)
{
    const size_t piece = (size_t)1 << 30; /* gzread counts in int */
    *got = 0;
    while (*got < size) {
        size_t wanted = size - *got < piece ? size - *got : piece;
        int count = gzread(source->stream, (char *)bytes + *got, (unsigned)wanted);
        int code = Z_OK;
        const char *reason = gzerror(source->stream, &code);
        if (code == Z_BUF_ERROR)
            return nn_fail(error, NN_DATA, "%s is truncated: the gzip stream has no end", source->path);
        if (count < 0 || (code != Z_OK && code != Z_STREAM_END))
            return nn_fail(error, NN_DATA, "%s: cannot be read or unpacked: %s", source->path,
                           code == Z_ERRNO ? strerror(errno) : reason);
        if (count == 0)
            return NN_OK;
        *got += (size_t)count;
    }
    return NN_OK;
}

static bool type_of(unsigned char code, struct source *source)
{
    switch (code) {
    case 0x08:
        source->memory_type = H5T_STD_U8BE, source->file_type = H5T_STD_U8LE;
        return true;
    case 0x09:
        source->memory_type = H5T_STD_I8BE, source->file_type = H5T_STD_I8LE;
        return true;
    case 0x0B:
        source->memory_type = H5T_STD_I16BE, source->file_type = H5T_STD_I16LE;
        return true;
    case 0x0C:
        source->memory_type = H5T_STD_I32BE, source->file_type = H5T_STD_I32LE;
        return true;
    case 0x0D:
        source->memory_type = H5T_IEEE_F32BE, source->file_type = H5T_IEEE_F32LE;
        return true;
    case 0x0E:
        source->memory_type = H5T_IEEE_F64BE, source->file_type = H5T_IEEE_F64LE;
        return true;
    default:
        return false;
    }
}

static nn_status read_magic(struct source *source, nn_error *error)
{
    unsigned char magic[4] = {0};
    size_t got = 0;
    NN_TRY(read_bytes(source, magic, sizeof magic, &got, error));
    if (got < sizeof magic)
        return nn_fail(error, NN_DATA, "%s is no IDX file: it has only %zu bytes", source->path, got);
    if (magic[0] != 0 || magic[1] != 0)
        return nn_fail(error, NN_DATA, "%s is no IDX file: it begins with %02x %02x, not with two zero bytes",
                       source->path, magic[0], magic[1]);
    if (!type_of(magic[2], source))
        return nn_fail(error, NN_DATA, "%s is no IDX file: its type %02x is none of 08, 09, 0b, 0c, 0d, 0e",
                       source->path, magic[2]);
    source->dimensions = magic[3];
    if (source->dimensions == 0 || source->dimensions > H5S_MAX_RANK)
        return nn_fail(error, NN_DATA, "%s: its header says %d dimensions; 1 to %d can be imported", source->path,
                       source->dimensions, H5S_MAX_RANK);
    return NN_OK;
}

/* A few bytes can claim any shape: no memory is taken for more than deflate makes of them at best, 1,032 of one. */
static nn_status check_claim(const struct source *source, nn_error *error)
{
    const hsize_t all = source->extent[0] * source->row_bytes; /* below 2^32 times 2^30 */
    if (all / 1032 <= source->bytes)
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s is truncated: its header says %llu rows of %llu bytes, more than its %llu bytes hold",
                   source->path, (unsigned long long)source->extent[0], (unsigned long long)source->row_bytes,
                   (unsigned long long)source->bytes);
}

static nn_status read_extent(struct source *source, nn_error *error)
{
    const hsize_t largest_row = (hsize_t)1 << 30;
    unsigned char bytes[4 * H5S_MAX_RANK] = {0};
    size_t size = 4 * (size_t)source->dimensions, got = 0;
    NN_TRY(read_bytes(source, bytes, size, &got, error));
    if (got < size)
        return nn_fail(error, NN_DATA, "%s is truncated: it ends amid its header", source->path);
    source->row_bytes = H5Tget_size(source->file_type);
    for (int i = 0; i < source->dimensions; i++) {
        const unsigned char *word = bytes + 4 * (size_t)i;
        source->extent[i] = (hsize_t)word[0] << 24 | (hsize_t)word[1] << 16 | (hsize_t)word[2] << 8 | word[3];
        if (source->extent[i] == 0)
            return nn_fail(error, NN_DATA, "%s: dimension %d of its header is 0", source->path, i + 1);
        if (i > 0)
            source->row_bytes *= source->extent[i]; /* both factors are below 2^32 */
        if (source->row_bytes > largest_row)
            return nn_fail(error, NN_DATA, "%s: its header says rows of more than a GiB", source->path);
    }
    return check_claim(source, error);
}

static nn_status check_end(const struct source *source, nn_error *error)
{
    char surplus;
    size_t got = 0;
    NN_TRY(read_bytes(source, &surplus, 1, &got, error)); /* also has zlib compare the checksum */
    if (got == 0)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s is longer than its header says: %llu rows of %llu bytes", source->path,
                   (unsigned long long)source->extent[0], (unsigned long long)source->row_bytes);
}

static nn_status copy_rows(const struct source *source, const nni_hdf5_output *output, hid_t dataset, const char *name,
                           nn_error *error)
{
    hsize_t rows = source->extent[0], step = nni_hdf5_chunk_rows(rows, source->row_bytes);
    void *block = NULL;
    NN_TRY(nni_allocate(step, source->row_bytes, "a block of rows", &block, error));
    nn_status status = NN_OK;
    for (hsize_t row = 0; row < rows && status == NN_OK; row += step) {
        hsize_t count = rows - row < step ? rows - row : step;
        size_t got = 0;
        status = read_bytes(source, block, count * source->row_bytes, &got, error);
        if (status == NN_OK && got < count * source->row_bytes)
            status =
                nn_fail(error, NN_DATA, "%s is truncated: its header says %llu rows, but it ends in row %llu",
                        source->path, (unsigned long long)rows, (unsigned long long)(row + got / source->row_bytes));
        if (status == NN_OK)
            status = nni_hdf5_write_rows(output, dataset, name, source->memory_type, row, count, block, error);
    }
    nni_release(block);
    return status == NN_OK ? check_end(source, error) : status;
}

static nn_status import_stream(struct source *source, const nni_hdf5_output *output, const char *name, int compress,
                               nn_error *error)
{
    hid_t dataset = H5I_INVALID_HID;
    NN_TRY(read_magic(source, error));
    NN_TRY(read_extent(source, error));
    NN_TRY(nni_hdf5_make_dataset(output, name, source->file_type, source->dimensions, source->extent, compress,
                                 &dataset, error));
    return nni_hdf5_close_dataset(output, dataset, name, copy_rows(source, output, dataset, name, error), error);
}

static nn_status import_item(const nn_import_item *item, const nni_hdf5_output *output, int compress, nn_error *error)
{
    struct source source;
    NN_TRY(open_source(item->source, &source, error));
    nn_status status = import_stream(&source, output, item->dataset, compress, error);
    gzclose(source.stream);
    return status;
}

nn_status nn_import_idx(const nn_import_item *items, size_t count, int compress, const char *path, nn_error *error)
{
    return nni_import_arrays_write(import_item, items, count, compress, 0, path, error);
}

/* --- as a format of nntrain import --- */

static nn_status run(const void *job, const nni_import_target *target, nn_comm *comm, nni_import_summary *summary,
                     nn_error *error)
{
    (void)comm, (void)summary;
    nn_import_item items[NNI_IMPORT_ARRAYS];
    const size_t count = nni_import_arrays_list(job, items);
    return nn_import_idx(items, count, target->compress, target->output, error);
}

const nni_importer nni_importer_idx = {
    .names = {"idx"},
    .extensions = "idx, ubyte, or .gz of these",
    .help = "arrays of MNIST's format",
    .description = "Converts IDX files (the format of MNIST), plain or gzipped, to one HDF5 file. Types and shapes are "
                   "kept.",
    .wanted = "name what to import and the file to write: idx --train-x FILE --output FILE.h5",
    .options = nni_import_array_options,
    .job_bytes = sizeof(nni_import_arrays),
    .is_complete = nni_import_arrays_are_complete,
    .run = run,
};
