/* SPDX-License-Identifier: MIT */
#include "checkpoint/fields.h"

#include <string.h>

#include "support/memory.h"

#ifdef NNTRAIN_DOUBLE
#define MEMORY_REAL H5T_NATIVE_DOUBLE
#define FILE_REAL   H5T_IEEE_F64LE
#else
#define MEMORY_REAL H5T_NATIVE_FLOAT
#define FILE_REAL   H5T_IEEE_F32LE
#endif

static bool put_attribute(hid_t object, const char *name, hid_t file_type, hid_t memory_type, const void *value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool good = attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return good;
}

/* Opens an attribute that is one value of a class; -1 otherwise. */
static hid_t open_scalar(hid_t object, const char *name, H5T_class_t class)
{
    if (H5Aexists(object, name) <= 0)
        return -1;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0)
        return -1;
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    bool fits = type >= 0 && space >= 0 && H5Tget_class(type) == class && H5Sget_simple_extent_npoints(space) == 1;
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (!fits) {
        H5Aclose(attribute);
        return -1;
    }
    return attribute;
}

bool nni_field_put_count(hid_t object, const char *name, uint64_t value)
{
    return put_attribute(object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

bool nni_field_put_number(hid_t object, const char *name, double value)
{
    return put_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

/* A fixed-length UTF-8 text type with its closing zero. */
static hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

bool nni_field_put_text(hid_t object, const char *name, const char *value)
{
    hid_t type = text_type(strlen(value) + 1);
    bool good = type >= 0 && put_attribute(object, name, type, type, value);
    if (type >= 0)
        H5Tclose(type);
    return good;
}

static bool get_number(hid_t object, const char *name, H5T_class_t class, hid_t memory_type, void *value)
{
    hid_t attribute = open_scalar(object, name, class);
    if (attribute < 0)
        return false;
    bool good = H5Aread(attribute, memory_type, value) >= 0;
    H5Aclose(attribute);
    return good;
}

bool nni_field_get_count(hid_t object, const char *name, uint64_t *value)
{
    return get_number(object, name, H5T_INTEGER, H5T_NATIVE_UINT64, value);
}

bool nni_field_get_number(hid_t object, const char *name, double *value)
{
    return get_number(object, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, value);
}

bool nni_field_get_text(hid_t object, const char *name, char *value, size_t size)
{
    hid_t attribute = open_scalar(object, name, H5T_STRING);
    if (attribute < 0)
        return false;
    hid_t type = H5Aget_type(attribute);
    bool good = type >= 0 && H5Tis_variable_str(type) == 0 && H5Tget_size(type) <= size;
    if (good) {
        memset(value, 0, size);
        good = H5Aread(attribute, type, value) >= 0 && value[size - 1] == '\0';
    }
    if (type >= 0)
        H5Tclose(type);
    H5Aclose(attribute);
    return good;
}

/* Fletcher32 asks for chunks; one chunk of whole rows up to 4 MiB, so that a reader of a part reads little. */
static hid_t guarded(const hsize_t dims[2], int rank)
{
    const hsize_t row_bytes = (rank == 2 ? dims[1] : 1) * sizeof(nni_real);
    hsize_t chunk[2] = {((hsize_t)4 << 20) / row_bytes, rank == 2 ? dims[1] : 0};
    if (chunk[0] < 1)
        chunk[0] = 1;
    if (chunk[0] > dims[0])
        chunk[0] = dims[0];
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties >= 0 && (H5Pset_chunk(properties, rank, chunk) < 0 || H5Pset_fletcher32(properties) < 0 ||
                            H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) < 0)) {
        H5Pclose(properties);
        return -1;
    }
    return properties;
}

/* Makes a dataset and fills it. @param space, properties  closed here, whatever they are */
static bool put_dataset(hid_t group, const char *name, hid_t file_type, hid_t memory_type, hid_t space,
                        hid_t properties, const void *values)
{
    hid_t dataset = -1;
    if (file_type >= 0 && space >= 0 && properties >= 0)
        dataset = H5Dcreate2(group, name, file_type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    bool good = dataset >= 0 && H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    if (dataset >= 0)
        good = H5Dclose(dataset) >= 0 && good;
    if (properties >= 0 && properties != H5P_DEFAULT)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

bool nni_field_put_doubles(hid_t group, const char *name, const double *values, size_t count)
{
    const hsize_t dims[2] = {count, 0};
    return put_dataset(group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, H5Screate_simple(1, dims, NULL),
                       guarded(dims, 1), values);
}

bool nni_field_put_tensor(hid_t group, const char *name, const nni_real *values, size_t rows, size_t columns)
{
    const hsize_t dims[2] = {rows, columns};
    const int rank = columns > 0 ? 2 : 1;
    return put_dataset(group, name, FILE_REAL, MEMORY_REAL, H5Screate_simple(rank, dims, NULL), guarded(dims, rank),
                       values);
}

/* In one piece, which is there from the begin on. */
static hid_t placed(void)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties >= 0 &&
        (H5Pset_layout(properties, H5D_CONTIGUOUS) < 0 || H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY) < 0 ||
         H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) < 0)) {
        H5Pclose(properties);
        return -1;
    }
    return properties;
}

bool nni_field_place_tensor(hid_t group, const char *name, size_t rows, size_t columns, uint64_t *place)
{
    const hsize_t dims[2] = {rows, columns};
    hid_t space = H5Screate_simple(columns > 0 ? 2 : 1, dims, NULL), properties = placed(), dataset = -1;
    /* In the order of this machine's bytes, as they will be written. */
    if (space >= 0 && properties >= 0)
        dataset = H5Dcreate2(group, name, MEMORY_REAL, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    const haddr_t address = dataset >= 0 ? H5Dget_offset(dataset) : HADDR_UNDEF;
    bool good = address != HADDR_UNDEF;
    *place = good ? (uint64_t)address : 0;
    if (dataset >= 0)
        good = H5Dclose(dataset) >= 0 && good;
    if (properties >= 0)
        H5Pclose(properties);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

/* HDF5 would look without end for chunks that have more dimensions than their dataset. */
static bool chunks_fit(hid_t dataset, int rank)
{
    hsize_t chunk[H5S_MAX_RANK];
    hid_t properties = H5Dget_create_plist(dataset);
    const bool fit = properties >= 0 && (H5Pget_layout(properties) != H5D_CHUNKED ||
                                         H5Pget_chunk(properties, H5S_MAX_RANK, chunk) == rank);
    if (properties >= 0)
        H5Pclose(properties);
    return fit;
}

/* Opens a dataset of floats; -1 otherwise. */
static hid_t open_tensor(hid_t group, const char *name, size_t *rows, size_t *columns)
{
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
        return -1;
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0)
        return -1;
    hid_t space = H5Dget_space(dataset);
    hid_t type = H5Dget_type(dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    hsize_t dims[2] = {0, 0};
    bool fits = (rank == 1 || rank == 2) && H5Tget_class(type) == H5T_FLOAT && chunks_fit(dataset, rank);
    if (fits)
        H5Sget_simple_extent_dims(space, dims, NULL);
    H5Tclose(type);
    H5Sclose(space);
    if (!fits) {
        H5Dclose(dataset);
        return -1;
    }
    *rows = dims[0];
    *columns = dims[1];
    return dataset;
}

bool nni_field_tensor_shape(hid_t group, const char *name, size_t *rows, size_t *columns)
{
    hid_t dataset = open_tensor(group, name, rows, columns);
    return dataset >= 0 && H5Dclose(dataset) >= 0;
}

static bool get_floats(hid_t group, const char *name, hid_t memory_type, void *values, size_t rows, size_t columns)
{
    size_t file_rows = 0, file_columns = 0;
    hid_t dataset = open_tensor(group, name, &file_rows, &file_columns);
    if (dataset < 0)
        return false;
    bool good = file_rows == rows && file_columns == columns &&
                H5Dread(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    H5Dclose(dataset);
    return good;
}

bool nni_field_get_tensor(hid_t group, const char *name, nni_real *values, size_t rows, size_t columns)
{
    return get_floats(group, name, MEMORY_REAL, values, rows, columns);
}

bool nni_field_get_doubles(hid_t group, const char *name, double *values, size_t count)
{
    return get_floats(group, name, H5T_NATIVE_DOUBLE, values, count, 0);
}

bool nni_field_put_string(hid_t group, const char *name, const char *value)
{
    hid_t type = text_type(strlen(value) + 1);
    const bool good = put_dataset(group, name, type, type, H5Screate(H5S_SCALAR), H5P_DEFAULT, value);
    if (type >= 0)
        H5Tclose(type);
    return good;
}

bool nni_field_get_string(hid_t group, const char *name, char **value)
{
    *value = NULL;
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0)
        return false;
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    bool good =
        H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (good) {
        /* One byte more than the type holds, zeroed: the text ends whatever the file says. */
        good = nni_allocate(H5Tget_size(type) + 1, 1, "the recipe", value, NULL) == NN_OK &&
               H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *value) >= 0;
    }
    if (!good) {
        nni_release(*value);
        *value = NULL;
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return good;
}

/* UTF-8 of one length, without a closing zero where it takes all of that. */
static hid_t padded_type(size_t size)
{
    hid_t type = text_type(size);
    if (type >= 0)
        H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

bool nni_field_put_strings(hid_t group, const char *name, const nni_string_set *texts)
{
    const hsize_t count = texts->count;
    const size_t width = nni_string_set_longest(texts);
    char *padded = NULL;
    if (nni_allocate(texts->count, width, "texts", &padded, NULL) != NN_OK)
        return false;
    for (size_t i = 0; i < texts->count; i++)
        memcpy(padded + i * width, texts->text[i], strlen(texts->text[i]));
    hid_t type = padded_type(width);
    const bool good = put_dataset(group, name, type, type, H5Screate_simple(1, &count, NULL), H5P_DEFAULT, padded);
    if (type >= 0)
        H5Tclose(type);
    nni_release(padded);
    return good;
}

static bool read_padded(hid_t dataset, hid_t type, size_t count, nni_string_set *texts)
{
    const size_t width = H5Tget_size(type);
    char *padded = NULL, *text = NULL;
    bool good = nni_allocate(count, width, "texts", &padded, NULL) == NN_OK &&
                nni_allocate(width + 1, 1, "a text", &text, NULL) == NN_OK &&
                H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded) >= 0;
    for (size_t i = 0; good && i < count; i++) {
        memcpy(text, padded + i * width, width);
        good = nni_string_set_add(texts, text, NULL) == NN_OK;
    }
    nni_release(padded);
    nni_release(text);
    return good && texts->count == count;
}

bool nni_field_get_strings(hid_t group, const char *name, nni_string_set *texts)
{
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    const bool good = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && count > 0 &&
                      count <= NNI_STRING_SET_MAX && read_padded(dataset, type, (size_t)count, texts);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return good;
}
