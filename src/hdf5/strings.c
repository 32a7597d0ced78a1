/* SPDX-License-Identifier: MIT */
#include "hdf5/strings.h"

#include <string.h>

#include "hdf5/columns.h"
#include "hdf5/file.h"
#include "support/memory.h"

/* Of texts that are read at a time, at most; those of any length come as pointers. */
enum { BUFFER_BYTES = 1 << 20, MOST_ROWS = 1 << 14 };

/* The type of one text: the dataset's, or the one of the field of its records. */
static hid_t text_type(const nni_hdf5_table *table)
{
    return table->rows.layout->records ? nni_hdf5_field_value(table->dataset, table->rows.columns.names[0])
                                       : H5Dget_type(table->dataset);
}

nn_status nni_hdf5_strings_open(nni_hdf5_table *table, nn_error *error)
{
    table->text_type = text_type(table);
    const size_t width = table->text_type >= 0 ? H5Tget_size(table->text_type) : 0;
    if (width == 0 || width > BUFFER_BYTES)
        return nn_fail(error, NN_DATA, "%s: %s holds texts of %zu bytes; those of classes have at most %d",
                       table->rows.path, table->rows.name, width, NNI_LABEL_MOST);
    table->text_rows = BUFFER_BYTES / width < MOST_ROWS ? BUFFER_BYTES / width : MOST_ROWS;
    return nni_allocate(table->text_rows, width, "texts of classes", &table->text_buffer, error);
}

void nni_hdf5_strings_close(nni_hdf5_table *table)
{
    if (table->text_type >= 0)
        H5Tclose(table->text_type);
    nni_release(table->text_buffer);
    table->text_type = H5I_INVALID_HID;
    table->text_buffer = NULL;
}

/* One text as it was meant, with a zero behind it. */
static nn_status take_one(const nni_hdf5_table *table, const char *from, size_t length, uint64_t row,
                          nni_hdf5_take_text *take, void *context, nn_error *error)
{
    char text[NNI_LABEL_MOST + 1];
    const nni_hdf5_rows *rows = &table->rows;
    if (length == 0)
        return nn_fail(error, NN_DATA, "%s: row %llu of %s is an empty text, which is no class; leave the row out",
                       rows->path, (unsigned long long)row, rows->name);
    if (length > NNI_LABEL_MOST)
        return nn_fail(error, NN_DATA, "%s: row %llu of %s is a text of %zu bytes; those of classes have at most %d",
                       rows->path, (unsigned long long)row, rows->name, length, NNI_LABEL_MOST);
    memcpy(text, from, length);
    text[length] = '\0';
    return take(context, text, row, error);
}

static nn_status take_texts(const nni_hdf5_table *table, uint64_t first, size_t count, nni_hdf5_take_text *take,
                            void *context, nn_error *error)
{
    const bool variable = H5Tis_variable_str(table->text_type) > 0;
    const bool spaces = H5Tget_strpad(table->text_type) == H5T_STR_SPACEPAD;
    const size_t width = H5Tget_size(table->text_type);
    for (size_t i = 0; i < count; i++) {
        const char *text =
            variable ? ((char *const *)table->text_buffer)[i] : (const char *)table->text_buffer + i * width;
        size_t length = !text ? 0 : variable ? strlen(text) : strnlen(text, width);
        while (spaces && length > 0 && text[length - 1] == ' ')
            length--;
        NN_TRY(take_one(table, text, length, first + i, take, context, error));
    }
    return NN_OK;
}

static nn_status read_some(const nni_hdf5_table *table, uint64_t first, size_t count, nni_hdf5_take_text *take,
                           void *context, nn_error *error)
{
    const nni_hdf5_rows *rows = &table->rows;
    hsize_t start[H5S_MAX_RANK] = {first}, extent[H5S_MAX_RANK] = {0};
    char reason[300];
    H5Sget_simple_extent_dims(table->space, extent, NULL);
    extent[0] = count;
    hid_t memory = H5Screate_simple(rows->layout->dimensions, extent, NULL);
    hid_t type = rows->layout->records ? nni_hdf5_fields_type(table->dataset, &rows->columns, table->text_type)
                                       : H5Tcopy(table->text_type);
    H5Sselect_hyperslab(table->space, H5S_SELECT_SET, start, NULL, extent, NULL);
    nn_status status = NN_OK;
    if (H5Dread(table->dataset, type, memory, table->space, table->transfer, table->text_buffer) < 0) {
        nni_hdf5_reason(reason, sizeof reason);
        status = nn_fail(error, NN_DATA, "%s: rows %llu to %llu of %s cannot be read (HDF5: %s)", rows->path,
                         (unsigned long long)first, (unsigned long long)first + count - 1, rows->name, reason);
    } else {
        status = take_texts(table, first, count, take, context, error);
        if (H5Tis_variable_str(table->text_type) > 0)
            H5Dvlen_reclaim(type, memory, H5P_DEFAULT, table->text_buffer);
    }
    H5Tclose(type);
    H5Sclose(memory);
    return status;
}

nn_status nni_hdf5_strings_read(const nni_hdf5_table *table, uint64_t first, uint64_t count, nni_hdf5_take_text *take,
                                void *context, nn_error *error)
{
    for (uint64_t done = 0; done < count; done += table->text_rows) {
        const uint64_t left = count - done, piece = left < table->text_rows ? left : table->text_rows;
        NN_TRY(read_some(table, first + done, piece, take, context, error));
    }
    return NN_OK;
}
