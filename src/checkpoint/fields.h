/* SPDX-License-Identifier: MIT */
/** Scalars, texts and tensors in an open HDF5 file. Each returns false where HDF5 fails or the field is not so. */
#ifndef NNI_CHECKPOINT_FIELDS_H
#define NNI_CHECKPOINT_FIELDS_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/real.h"
#include "support/string_set.h"

/** Attributes of a group or dataset. */
bool nni_field_put_count(hid_t object, const char *name, uint64_t value);
bool nni_field_put_number(hid_t object, const char *name, double value);
bool nni_field_put_text(hid_t object, const char *name, const char *value);
bool nni_field_get_count(hid_t object, const char *name, uint64_t *value);
bool nni_field_get_number(hid_t object, const char *name, double *value);
/** @param size  of value; a longer text is refused */
bool nni_field_get_text(hid_t object, const char *name, char *value, size_t size);

/** Tensors of nni_real with one or two dimensions (columns 0: one), guarded by Fletcher32. */
bool nni_field_put_tensor(hid_t group, const char *name, const nni_real *values, size_t rows, size_t columns);
/** An array of doubles, guarded alike; one of floats is read, too. */
bool nni_field_put_doubles(hid_t group, const char *name, const double *values, size_t count);
bool nni_field_get_doubles(hid_t group, const char *name, double *values, size_t count);
/** Allocates space for such a tensor, without Fletcher32, which others write to. @param place  receives its offset in
 * the file */
bool nni_field_place_tensor(hid_t group, const char *name, size_t rows, size_t columns, uint64_t *place);
bool nni_field_tensor_shape(hid_t group, const char *name, size_t *rows, size_t *columns);
bool nni_field_get_tensor(hid_t group, const char *name, nni_real *values, size_t rows, size_t columns);

/** A string dataset. */
bool nni_field_put_string(hid_t group, const char *name, const char *value);
/** @param value  receives a text to be released with nni_release */
bool nni_field_get_string(hid_t group, const char *name, char **value);

/** A dataset [count] of strings of one length, padded with zeros. @param texts  at least one */
bool nni_field_put_strings(hid_t group, const char *name, const nni_string_set *texts);
/** @param texts  empty; to be freed also where this fails */
bool nni_field_get_strings(hid_t group, const char *name, nni_string_set *texts);

#endif
