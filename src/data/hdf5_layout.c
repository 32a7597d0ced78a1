/* What a dataset holds: type, shape, chunks and filters. */
#include <stdio.h>

#include "data/hdf5_file.h"

static const char *class_in_words(H5T_class_t class)
{
    switch (class) {
    case H5T_STRING:
        return "text";
    case H5T_COMPOUND:
        return "records of several fields";
    case H5T_VLEN:
        return "sequences of varying length";
    case H5T_REFERENCE:
        return "references";
    case H5T_ARRAY:
        return "arrays";
    default:
        return "opaque bytes";
    }
}

static bool describe_integer(hid_t type, nn_hdf5_layout *layout)
{
    size_t size = layout->file_size;
    bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
    int width = size <= 1 ? 0 : size <= 2 ? 1 : size <= 4 ? 2 : 3; /* log2 of the native type's bytes */
    layout->integer = true;
    layout->element = (is_signed ? NN_INT8 : NN_UINT8) + (nn_element)width;
    snprintf(layout->type, sizeof layout->type, "%sint%zu", is_signed ? "" : "u", 8 * size);
    return size <= 8;
}

static bool describe_float(nn_hdf5_layout *layout)
{
    layout->element = layout->file_size <= sizeof(float) ? NN_FLOAT : NN_DOUBLE;
    snprintf(layout->type, sizeof layout->type, "float%zu", 8 * layout->file_size);
    return true;
}

static nn_status describe_type(hid_t dataset, const char *path, const char *name, nn_hdf5_layout *layout,
                               nn_error *error)
{
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = H5Tget_class(type);
    if (class == H5T_ENUM) { /* what h5py writes for numpy's bool */
        hid_t base = H5Tget_super(type);
        H5Tclose(type);
        type = base;
        class = H5Tget_class(type);
    }
    layout->file_size = H5Tget_size(type);
    bool number = false;
    if (class == H5T_INTEGER)
        number = describe_integer(type, layout);
    else if (class == H5T_FLOAT)
        number = describe_float(layout);
    H5Tclose(type);
    if (number)
        return NN_OK;
    if (class == H5T_INTEGER)
        return nn_fail(error, NN_DATA, "%s: %s holds %s, wider than the 64 bits that can be read", path, name,
                       layout->type);
    return nn_fail(error, NN_DATA, "%s: %s holds %s; integers or floats are needed", path, name, class_in_words(class));
}

static nn_status describe_shape(hid_t dataset, const char *path, const char *name, nn_hdf5_layout *layout,
                                nn_error *error)
{
    hsize_t extent[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    layout->dimensions = H5Sget_simple_extent_type(space) == H5S_SIMPLE ? H5Sget_simple_extent_ndims(space) : 0;
    if (layout->dimensions > 0)
        H5Sget_simple_extent_dims(space, extent, NULL);
    H5Sclose(space);
    if (layout->dimensions <= 0)
        return nn_fail(error, NN_DATA, "%s: %s is a single value or nothing; rows are needed", path, name);
    layout->rows = extent[0];
    layout->row_values = 1;
    bool overflow = false;
    for (int i = 1; i < layout->dimensions; i++)
        overflow |= __builtin_mul_overflow(layout->row_values, extent[i], &layout->row_values);
    uint64_t bytes = 0;
    overflow |= __builtin_mul_overflow(layout->rows, layout->row_values, &bytes) ||
                __builtin_mul_overflow(bytes, sizeof(double), &bytes) || bytes > SIZE_MAX / 2;
    if (overflow)
        return nn_fail(error, NN_DATA, "%s: %s claims %llu rows and more values than memory can address", path, name,
                       (unsigned long long)layout->rows);
    if (layout->rows == 0 || layout->row_values == 0)
        return nn_fail(error, NN_DATA, "%s: %s has %s", path, name,
                       layout->rows == 0 ? "no rows" : "rows without values");
    return NN_OK;
}

/* A filter that this HDF5 lacks would only show as a failing read, with no word about which one. */
static nn_status describe_storage(hid_t dataset, const char *path, const char *name, nn_hdf5_layout *layout,
                                  nn_error *error)
{
    hid_t creation = H5Dget_create_plist(dataset);
    hsize_t chunk[H5S_MAX_RANK] = {0};
    if (H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, H5S_MAX_RANK, chunk) > 0)
        layout->chunk_rows = chunk[0];
    uint64_t chunk_values = layout->chunk_rows > 0 ? 1 : 0;
    for (int i = 1; i < layout->dimensions; i++)
        chunk_values *= chunk[i];
    layout->whole_rows = chunk_values == layout->row_values;
    layout->stored = H5Dget_storage_size(dataset);
    int filters = H5Pget_nfilters(creation);
    layout->filtered = filters > 0;
    nn_status status = NN_OK;
    for (int i = 0; i < filters && status == NN_OK; i++) {
        unsigned flags = 0;
        size_t values = 0;
        char filter[64] = "";
        H5Z_filter_t id = H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, sizeof filter, filter, NULL);
        filter[sizeof filter - 1] = '\0';
        if (id >= 0 && H5Zfilter_avail(id) <= 0)
            status = nn_fail(error, NN_DATA,
                             "%s: %s is compressed with %s (filter %d), which this HDF5 lacks; install its plugin or "
                             "recompress with h5repack -f GZIP=4",
                             path, name, filter[0] ? filter : "an unknown filter", (int)id);
    }
    H5Pclose(creation);
    return status;
}

/* A few bytes can claim any shape. No compressor comes near this ratio on data worth training on. */
static nn_status check_claim(const char *path, const char *name, const nn_hdf5_layout *layout, nn_error *error)
{
    const uint64_t harmless = UINT64_C(1) << 26;
    uint64_t bytes = layout->rows * layout->row_values;
    if (bytes <= harmless || bytes >> 17 <= layout->stored)
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s: %s claims %llu rows of %llu values, but only %llu bytes of it were ever written", path, name,
                   (unsigned long long)layout->rows, (unsigned long long)layout->row_values,
                   (unsigned long long)layout->stored);
}

nn_status nn_hdf5_describe(hid_t file, const char *path, const char *name, nn_hdf5_layout *layout, nn_error *error)
{
    hid_t dataset = H5I_INVALID_HID;
    *layout = (nn_hdf5_layout){0};
    NN_TRY(nn_hdf5_open_dataset(file, path, name, H5P_DEFAULT, &dataset, error));
    nn_status status = describe_type(dataset, path, name, layout, error);
    if (status == NN_OK)
        status = describe_shape(dataset, path, name, layout, error);
    if (status == NN_OK)
        status = describe_storage(dataset, path, name, layout, error);
    if (status == NN_OK)
        status = check_claim(path, name, layout, error);
    H5Dclose(dataset);
    return status;
}
