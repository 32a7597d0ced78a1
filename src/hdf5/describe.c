/* SPDX-License-Identifier: MIT */
#include "hdf5/describe.h"

#include "hdf5/columns.h"
#include "hdf5/element.h"

static const char *class_in_words(H5T_class_t class)
{
    switch (class) {
    case H5T_STRING:
        return "text";
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

/* Records are described with the fields that are chosen of them. */
static nn_status describe_type(hid_t dataset, const char *path, const char *name, bool texts, nni_hdf5_layout *layout,
                               nn_error *error)
{
    hid_t type = H5Dget_type(dataset);
    const H5T_class_t class = H5Tget_class(type);
    const bool known = class == H5T_COMPOUND || nni_hdf5_describe_number(type, layout) ||
                       (texts && nni_hdf5_describe_text(type, layout));
    H5Tclose(type);
    if (known)
        return NN_OK;
    if (class == H5T_INTEGER)
        return nn_fail(error, NN_DATA, "%s: %s holds %s, wider than the 64 bits that can be read", path, name,
                       layout->type);
    return nn_fail(error, NN_DATA, "%s: %s holds %s; integers or floats are needed", path, name, class_in_words(class));
}

static nn_status fail_size(const char *path, const char *name, const nni_hdf5_layout *layout, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: %s claims %llu rows and more values than memory can address", path, name,
                   (unsigned long long)layout->rows);
}

static nn_status describe_shape(hid_t dataset, const char *path, const char *name, nni_hdf5_layout *layout,
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
    for (int i = 0; i < layout->dimensions; i++)
        layout->extent[i] = extent[i];
    layout->rows = extent[0];
    layout->row_values = 1;
    bool overflow = false;
    for (int i = 1; i < layout->dimensions; i++)
        overflow |= __builtin_mul_overflow(layout->row_values, extent[i], &layout->row_values);
    uint64_t bytes = 0;
    overflow |= __builtin_mul_overflow(layout->rows, layout->row_values, &bytes) ||
                __builtin_mul_overflow(bytes, sizeof(double), &bytes) || bytes > SIZE_MAX / 2;
    if (overflow)
        return fail_size(path, name, layout, error);
    if (layout->rows == 0 || layout->row_values == 0)
        return nn_fail(error, NN_DATA, "%s: %s has %s", path, name,
                       layout->rows == 0 ? "no rows" : "rows without values");
    return NN_OK;
}

/* Filters that other programs come with. Debian's plugin of lzf (hdf5-plugin-lzf) lacks its decompressor. */
struct filter {
    H5Z_filter_t id;
    const char *name, *package; /* NULL: none of Debian's */
};

static const struct filter filters_known[] = {
    {307, "bzip2", "hdf5-filter-plugin"},
    {32000, "lzf", NULL},
    {32001, "blosc", "hdf5-filter-plugin-blosc-serial"},
    {32004, "lz4", "hdf5-filter-plugin"},
    {32008, "bitshuffle", NULL},
    {32013, "zfp", "hdf5-filter-plugin-zfp-serial"},
    {32015, "zstd", NULL},
    {32026, "blosc2", NULL},
};

static nn_status fail_filter(const char *path, const char *name, H5Z_filter_t id, const char *written, nn_error *error)
{
    const struct filter *known = NULL;
    for (size_t i = 0; i < sizeof filters_known / sizeof *filters_known; i++)
        if (filters_known[i].id == id)
            known = &filters_known[i];
    const char *filter = known ? known->name : *written ? written : "an unknown filter";
    if (known && known->package)
        return nn_fail(
            error, NN_DATA,
            "%s: %s is compressed with %s (filter %d), which this HDF5 lacks; install its plugin (Debian: %s) "
            "and name the plugin's folder in HDF5_PLUGIN_PATH, or compress it with gzip",
            path, name, filter, (int)id, known->package);
    return nn_fail(
        error, NN_DATA,
        "%s: %s is compressed with %s (filter %d), which this HDF5 lacks; compress it with gzip, or name the "
        "folder of a plugin in HDF5_PLUGIN_PATH",
        path, name, filter, (int)id);
}

/* A filter that this HDF5 lacks would only show as a failing read, with no word about which one. */
static nn_status check_filters(hid_t creation, const char *path, const char *name, nn_error *error)
{
    const int filters = H5Pget_nfilters(creation);
    for (int i = 0; i < filters; i++) {
        unsigned flags = 0;
        size_t values = 0;
        char written[64] = "";
        H5Z_filter_t id = H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, sizeof written, written, NULL);
        written[sizeof written - 1] = '\0';
        if (id >= 0 && H5Zfilter_avail(id) <= 0)
            return fail_filter(path, name, id, written, error);
    }
    return NN_OK;
}

static nn_status describe_storage(hid_t dataset, const char *path, const char *name, nni_hdf5_layout *layout,
                                  nn_error *error)
{
    hid_t creation = H5Dget_create_plist(dataset);
    hsize_t chunk[H5S_MAX_RANK] = {0};
    const int chunked = H5Pget_layout(creation) == H5D_CHUNKED ? H5Pget_chunk(creation, H5S_MAX_RANK, chunk) : 0;
    bool sound = chunked == 0 || chunked == layout->dimensions;
    for (int i = 0; i < chunked; i++)
        sound = sound && chunk[i] > 0;
    if (chunked > 0)
        layout->chunk_rows = chunk[0];
    uint64_t chunk_values = chunked > 0 ? 1 : 0;
    for (int i = 1; i < layout->dimensions; i++)
        chunk_values *= chunk[i];
    layout->whole_rows = chunk_values == layout->row_values;
    layout->stored = H5Dget_storage_size(dataset);
    layout->filtered = H5Pget_nfilters(creation) > 0;
    layout->composed = H5Pget_layout(creation) == H5D_VIRTUAL;
    nn_status status = check_filters(creation, path, name, error);
    /* HDF5 would look without end for chunks of another number of dimensions. */
    if (status == NN_OK && !sound)
        status = nn_fail(error, NN_DATA, "%s is damaged: the chunks of %s are not of its %d dimensions", path, name,
                         layout->dimensions);
    H5Pclose(creation);
    return status;
}

static nn_status check_claim(const char *path, const char *name, const nni_hdf5_layout *layout, nn_error *error)
{
    uint64_t values = 0;
    if (__builtin_mul_overflow(layout->rows, layout->row_values, &values) || values > SIZE_MAX / 2 / sizeof(double))
        return fail_size(path, name, layout, error); /* fields may be arrays */
    if (layout->composed || !nni_hdf5_is_mere_claim(values, layout->stored))
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s: %s claims %llu rows of %llu values, but only %llu bytes of it were ever written", path, name,
                   (unsigned long long)layout->rows, (unsigned long long)layout->row_values,
                   (unsigned long long)layout->stored);
}

static nn_status describe(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns, bool texts,
                          nni_hdf5_layout *layout, nn_error *error)
{
    hid_t dataset = H5I_INVALID_HID;
    *layout = (nni_hdf5_layout){0};
    NN_TRY(nni_hdf5_open_dataset(file, path, name, H5P_DEFAULT, &dataset, error));
    nn_status status = describe_type(dataset, path, name, texts, layout, error);
    if (status == NN_OK)
        status = describe_shape(dataset, path, name, layout, error);
    if (status == NN_OK)
        status = describe_storage(dataset, path, name, layout, error);
    const nni_hdf5_columns all = {.count = 0};
    if (status == NN_OK)
        status = nni_hdf5_describe_columns(dataset, path, name, columns ? columns : &all, texts, layout, error);
    if (status == NN_OK)
        status = check_claim(path, name, layout, error);
    H5Dclose(dataset);
    return status;
}

nn_status nni_hdf5_describe(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                            nni_hdf5_layout *layout, nn_error *error)
{
    return describe(file, path, name, columns, false, layout, error);
}

nn_status nni_hdf5_describe_targets(hid_t file, const char *path, const char *name, const nni_hdf5_columns *columns,
                                    nni_hdf5_layout *layout, nn_error *error)
{
    return describe(file, path, name, columns, true, layout, error);
}
