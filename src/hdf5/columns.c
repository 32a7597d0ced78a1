/* SPDX-License-Identifier: MIT */
#include "hdf5/columns.h"

#include "hdf5/element.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- fields of records --- */

static void list_fields(hid_t record, char *text, size_t size)
{
    const int count = H5Tget_nmembers(record);
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count && used + 60 < size; i++) {
        char *field = H5Tget_member_name(record, (unsigned)i);
        used += (size_t)snprintf(text + used, size - used, "%s%.50s", i > 0 ? ", " : "", field ? field : "?");
        H5free_memory(field);
    }
}

static nn_status fail_fields(hid_t record, const char *path, const char *name, const char *what, nn_error *error)
{
    char fields[400];
    list_fields(record, fields, sizeof fields);
    return nn_fail(error, NN_DATA, "%s: %s %s; its fields are %s", path, name, what, fields);
}

/* What a field holds, one value or an array of them as pandas has all columns of a type. To be closed. */
static hid_t value_type(hid_t field, uint64_t *values)
{
    hsize_t extent[H5S_MAX_RANK] = {0};
    *values = 1;
    if (H5Tget_class(field) != H5T_ARRAY)
        return H5Tcopy(field);
    const int dimensions = H5Tget_array_dims2(field, extent);
    for (int i = 0; i < dimensions; i++)
        *values *= extent[i];
    return H5Tget_super(field);
}

hid_t nni_hdf5_field_value(hid_t dataset, const char *field)
{
    uint64_t values = 0;
    hid_t record = H5Dget_type(dataset);
    hid_t type = H5Tget_member_type(record, (unsigned)H5Tget_member_index(record, field));
    hid_t value = value_type(type, &values);
    H5Tclose(type);
    H5Tclose(record);
    return value;
}

/* What a field holds as a layout of its own; an enumeration of numbers is one of its numbers. */
static nn_status describe_field(hid_t record, const char *path, const char *name, const char *field, bool texts,
                                nni_hdf5_layout *layout, nn_error *error)
{
    const int index = H5Tget_member_index(record, field);
    char what[200];
    if (index < 0) {
        snprintf(what, sizeof what, "has no field %.100s", field);
        return fail_fields(record, path, name, what, error);
    }
    hid_t member = H5Tget_member_type(record, (unsigned)index), type = value_type(member, &layout->row_values);
    const bool known = layout->row_values > 0 &&
                       (nni_hdf5_describe_number(type, layout) || (texts && nni_hdf5_describe_text(type, layout)));
    H5Tclose(type);
    H5Tclose(member);
    snprintf(what, sizeof what, "holds no number in its field %.100s", field);
    return known ? NN_OK : fail_fields(record, path, name, what, error);
}

static nn_status describe_fields(hid_t record, const char *path, const char *name, const nni_hdf5_columns *columns,
                                 bool texts, nni_hdf5_layout *layout, nn_error *error)
{
    nni_hdf5_layout common = {.rows = 0};
    if (columns->count == 0)
        return fail_fields(record, path, name,
                           "holds records; name the fields that are wanted in x_columns or y_columns", error);
    if (layout->dimensions != 1)
        return nn_fail(error, NN_DATA, "%s: %s holds records in %d dimensions; one of them is wanted", path, name,
                       layout->dimensions);
    for (size_t i = 0; i < columns->count; i++) {
        nni_hdf5_layout field = {.rows = 0};
        NN_TRY(describe_field(record, path, name, columns->names[i], texts && columns->count == 1, &field, error));
        if (i > 0 && field.element != common.element) {
            field.element = nni_element_common(field.element, common.element);
            field.integer = field.integer && common.integer;
            snprintf(field.type, sizeof field.type, "mixed");
        }
        field.row_values += common.row_values;
        common = field;
    }
    const uint64_t values = common.row_values > 0 ? common.row_values : 1;
    layout->records = true;
    layout->row_values = values;
    layout->element = common.element;
    layout->integer = common.integer;
    layout->text = common.text;
    layout->file_size = H5Tget_size(record) / values + 1; /* of a row in the file, about */
    memcpy(layout->type, common.type, sizeof layout->type);
    return NN_OK;
}

/* A field as it is, but of other values: an array of as many. */
static hid_t replace_value(hid_t field, hid_t native)
{
    hsize_t extent[H5S_MAX_RANK] = {0};
    if (H5Tget_class(field) != H5T_ARRAY)
        return H5Tcopy(native);
    const int dimensions = H5Tget_array_dims2(field, extent);
    return H5Tarray_create2(native, (unsigned)dimensions, extent);
}

/* The second time it is known how large the whole is. */
static size_t lay_fields(hid_t record, const nni_hdf5_columns *columns, hid_t native, hid_t whole)
{
    size_t at = 0;
    for (size_t i = 0; i < columns->count; i++) {
        hid_t field = H5Tget_member_type(record, (unsigned)H5Tget_member_index(record, columns->names[i]));
        hid_t type = replace_value(field, native);
        if (whole >= 0)
            H5Tinsert(whole, columns->names[i], at, type);
        at += H5Tget_size(type);
        H5Tclose(type);
        H5Tclose(field);
    }
    return at;
}

hid_t nni_hdf5_fields_type(hid_t dataset, const nni_hdf5_columns *columns, hid_t native)
{
    hid_t record = H5Dget_type(dataset);
    hid_t type = H5Tcreate(H5T_COMPOUND, lay_fields(record, columns, native, H5I_INVALID_HID));
    lay_fields(record, columns, native, type);
    H5Tclose(record);
    return type;
}

/* --- columns of tables --- */

/* "3", or "3:7" for 3 to 6. */
static bool read_range(const char *text, hsize_t *first, hsize_t *end)
{
    char *rest;
    if (*text < '0' || *text > '9')
        return false;
    *first = strtoull(text, &rest, 10);
    *end = *first + 1;
    if (*rest == '\0')
        return true;
    if (*rest != ':' || rest[1] < '0' || rest[1] > '9')
        return false;
    *end = strtoull(rest + 1, &rest, 10);
    return *rest == '\0' && *end > *first;
}

static nn_status describe_numbers(const char *path, const char *name, const nni_hdf5_columns *columns,
                                  nni_hdf5_layout *layout, nn_error *error)
{
    hsize_t before = 0, values = 0;
    if (layout->dimensions != 2)
        return nn_fail(error, NN_DATA, "%s: %s has %d dimensions; columns can be chosen of two", path, name,
                       layout->dimensions);
    for (size_t i = 0; i < columns->count; i++) {
        hsize_t first = 0, end = 0;
        if (!read_range(columns->names[i], &first, &end) || end > layout->row_values)
            return nn_fail(error, NN_DATA,
                           "%s: %s has no column %s; they are numbered from 0 to %llu, and 3:7 are four of them", path,
                           name, columns->names[i], (unsigned long long)layout->row_values - 1);
        if (first < before)
            return nn_fail(error, NN_DATA, "%s: column %s of %s comes behind a later one; name them in their order",
                           path, columns->names[i], name);
        before = end;
        values += end - first;
    }
    layout->row_values = values;
    layout->whole_rows = false;
    return NN_OK;
}

bool nni_hdf5_select_columns(hid_t space, const nni_hdf5_columns *columns, hsize_t first, hsize_t count)
{
    bool good = H5Sselect_none(space) >= 0;
    for (size_t i = 0; good && i < columns->count; i++) {
        hsize_t from = 0, end = 0;
        good = read_range(columns->names[i], &from, &end);
        const hsize_t start[2] = {first, from}, extent[2] = {count, end - from};
        good =
            good && H5Sselect_hyperslab(space, i == 0 ? H5S_SELECT_SET : H5S_SELECT_OR, start, NULL, extent, NULL) >= 0;
    }
    return good;
}

nn_status nni_hdf5_describe_columns(hid_t dataset, const char *path, const char *name, const nni_hdf5_columns *columns,
                                    bool texts, nni_hdf5_layout *layout, nn_error *error)
{
    hid_t type = H5Dget_type(dataset);
    const bool records = H5Tget_class(type) == H5T_COMPOUND;
    nn_status status = NN_OK;
    if (records)
        status = describe_fields(type, path, name, columns, texts, layout, error);
    else if (columns->count > 0)
        status = describe_numbers(path, name, columns, layout, error);
    H5Tclose(type);
    return status;
}
