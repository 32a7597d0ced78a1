/* SPDX-License-Identifier: MIT */
#include "hdf5/element.h"

#include <stdio.h>

static bool describe_integer(hid_t type, nni_hdf5_layout *layout)
{
    size_t size = layout->file_size;
    bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
    int width = size <= 1 ? 0 : size <= 2 ? 1 : size <= 4 ? 2 : 3; /* log2 of the native type's bytes */
    layout->integer = true;
    layout->element = (is_signed ? NNI_INT8 : NNI_UINT8) + (nni_element)width;
    snprintf(layout->type, sizeof layout->type, "%sint%zu", is_signed ? "" : "u", 8 * size);
    return size <= 8;
}

static bool describe_float(nni_hdf5_layout *layout)
{
    layout->element = layout->file_size <= sizeof(float) ? NNI_FLOAT : NNI_DOUBLE;
    snprintf(layout->type, sizeof layout->type, "float%zu", 8 * layout->file_size);
    return true;
}

bool nni_hdf5_describe_number(hid_t type, nni_hdf5_layout *layout)
{
    H5T_class_t class = H5Tget_class(type);
    layout->file_size = H5Tget_size(type);
    if (class == H5T_ENUM) { /* what h5py writes for numpy's bool */
        hid_t base = H5Tget_super(type);
        const bool number = nni_hdf5_describe_number(base, layout);
        H5Tclose(base);
        return number;
    }
    if (class == H5T_INTEGER)
        return describe_integer(type, layout);
    return class == H5T_FLOAT && describe_float(layout);
}

bool nni_hdf5_describe_text(hid_t type, nni_hdf5_layout *layout)
{
    if (H5Tget_class(type) != H5T_STRING)
        return false;
    layout->text = layout->integer = true;
    layout->element = NNI_INT64;
    layout->file_size = H5Tget_size(type);
    snprintf(layout->type, sizeof layout->type, "text");
    return true;
}

/* Rows are read as they lie in the file but for the order of bytes. HDF5 would convert value by value, and 1.10 then
 * falls back to independent MPI-IO; nni_convert does neither. */
hid_t nni_hdf5_native_type(nni_element element)
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

hid_t nni_hdf5_stored_type(nni_element element)
{
    switch (element) {
    case NNI_INT8:
        return H5T_STD_I8LE;
    case NNI_INT16:
        return H5T_STD_I16LE;
    case NNI_INT32:
        return H5T_STD_I32LE;
    case NNI_INT64:
        return H5T_STD_I64LE;
    case NNI_UINT8:
        return H5T_STD_U8LE;
    case NNI_UINT16:
        return H5T_STD_U16LE;
    case NNI_UINT32:
        return H5T_STD_U32LE;
    case NNI_UINT64:
        return H5T_STD_U64LE;
    case NNI_FLOAT:
        return H5T_IEEE_F32LE;
    case NNI_DOUBLE:
        return H5T_IEEE_F64LE;
    }
    return H5I_INVALID_HID;
}
