/* SPDX-License-Identifier: MIT */
/* Arrays of NumPy's into HDF5. */
#include "hdf5/write.h"
#include "import/arrays.h"
#include "import/npy/header.h"
#include "support/memory.h"

static hid_t integer_type(const nni_npy_header *header, bool big_endian)
{
    const hid_t types[2][2][4] = {{{H5T_STD_U8LE, H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE},
                                   {H5T_STD_U8BE, H5T_STD_U16BE, H5T_STD_U32BE, H5T_STD_U64BE}},
                                  {{H5T_STD_I8LE, H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE},
                                   {H5T_STD_I8BE, H5T_STD_I16BE, H5T_STD_I32BE, H5T_STD_I64BE}}};
    const size_t bytes = header->value_bytes;
    return types[header->kind == 'i'][big_endian][bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3];
}

/* float16 becomes float32, which holds all its values and is read without a conversion in every epoch. */
static hid_t file_type(const nni_npy_header *header)
{
    if (header->kind != 'f')
        return integer_type(header, false);
    return header->value_bytes == 8 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
}

/* IEEE 754's binary16: HDF5 has no name for it. */
static hid_t make_half(bool big_endian)
{
    hid_t type = H5Tcopy(big_endian ? H5T_IEEE_F32BE : H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    return type;
}

/* @return a copy, to be closed */
static hid_t make_memory_type(const nni_npy_header *header)
{
    const bool big = header->big_endian;
    if (header->kind != 'f')
        return H5Tcopy(integer_type(header, big));
    if (header->value_bytes == 2)
        return make_half(big);
    if (header->value_bytes == 4)
        return H5Tcopy(big ? H5T_IEEE_F32BE : H5T_IEEE_F32LE);
    return H5Tcopy(big ? H5T_IEEE_F64BE : H5T_IEEE_F64LE);
}

static nn_status copy_rows(nni_npy_source *source, const nni_npy_header *header, const nni_hdf5_output *output,
                           hid_t dataset, const char *name, nn_error *error)
{
    const hsize_t rows = header->extent[0], step = nni_hdf5_chunk_rows(rows, header->row_bytes);
    void *block = NULL;
    NN_TRY(nni_allocate(step, header->row_bytes, "a block of rows", &block, error));
    hid_t type = make_memory_type(header);
    nn_status status = NN_OK;
    for (hsize_t row = 0; row < rows && status == NN_OK; row += step) {
        const hsize_t count = rows - row < step ? rows - row : step;
        status = nni_npy_read(source, block, count * header->row_bytes, error);
        if (status == NN_OK)
            status = nni_hdf5_write_rows(output, dataset, name, type, row, count, block, error);
    }
    H5Tclose(type);
    nni_release(block);
    return status == NN_OK ? nni_npy_check_end(source, error) : status;
}

static nn_status import_array(nni_npy_source *source, const nni_hdf5_output *output, const char *name, int compress,
                              nn_error *error)
{
    nni_npy_header header;
    hid_t dataset = H5I_INVALID_HID;
    NN_TRY(nni_npy_read_header(source, &header, error));
    NN_TRY(nni_hdf5_make_dataset(output, name, file_type(&header), header.dimensions, header.extent, compress, &dataset,
                                 error));
    return nni_hdf5_close_dataset(output, dataset, name, copy_rows(source, &header, output, dataset, name, error),
                                  error);
}

static nn_status import_item(const nn_import_item *item, const nni_hdf5_output *output, int compress, nn_error *error)
{
    nni_npy_source source;
    NN_TRY(nni_npy_open(item->source, &source, error));
    nn_status status = import_array(&source, output, item->dataset, compress, error);
    nni_npy_close(&source);
    return status;
}

nn_status nn_import_npy(const nn_import_item *items, size_t count, int compress, size_t chunk_rows, const char *path,
                        nn_error *error)
{
    return nni_import_arrays_write(import_item, items, count, compress, chunk_rows, path, error);
}

/* --- as a format of nntrain import --- */

static nn_status run(const void *job, const nni_import_target *target, nn_comm *comm, nni_import_summary *summary,
                     nn_error *error)
{
    (void)comm, (void)summary;
    nn_import_item items[NNI_IMPORT_ARRAYS];
    const size_t count = nni_import_arrays_list(job, items);
    return nn_import_npy(items, count, target->compress, target->chunk_rows, target->output, error);
}

const nni_importer nni_importer_npy = {
    .names = {"npy"},
    .extensions = "npy, npz",
    .help = "arrays of NumPy",
    .description =
        "Converts arrays of NumPy's to one HDF5 file: a FILE is one that numpy.save wrote, or FILE.npz:NAME, "
        "an array of an archive. Types and shapes are kept, but for bool, which becomes uint8, and float16, "
        "which becomes float32.",
    .wanted = "name what to import and the file to write: npy --train-x FILE.npy --output FILE.h5",
    .options = nni_import_array_options,
    .chunks = true,
    .job_bytes = sizeof(nni_import_arrays),
    .is_complete = nni_import_arrays_are_complete,
    .run = run,
};
