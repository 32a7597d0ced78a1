/* SPDX-License-Identifier: MIT */
/**
 * Parser of safetensors files: 8 bytes with the length of the header, little-endian; the header, a JSON object of
 * tensors by name; their elements.
 *
 * By the format's own rules: the header has 100 MB at most, tensors follow each other without gaps and fill the file,
 * and their sizes are those of their shapes. Nothing of the file is believed before it is checked.
 */
#ifndef NNI_INFER_SAFETENSORS_H
#define NNI_INFER_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "support/json_read.h"

/** Types of elements, by the names that the format has for them: NNI_ST_F32 is "F32". */
typedef enum nni_safetensor_type {
    NNI_ST_BOOL,
    NNI_ST_U8,
    NNI_ST_I8,
    NNI_ST_F8_E5M2,
    NNI_ST_F8_E4M3,
    NNI_ST_I16,
    NNI_ST_U16,
    NNI_ST_F16,
    NNI_ST_BF16,
    NNI_ST_I32,
    NNI_ST_U32,
    NNI_ST_F32,
    NNI_ST_I64,
    NNI_ST_U64,
    NNI_ST_F64,
    NNI_ST_TYPES,
} nni_safetensor_type;

/** A tensor. */
typedef struct nni_safetensor {
    const char *name;
    nni_safetensor_type type;
    const nni_json_value *shape; /**< [dimensions] numbers that are counts, side by side */
    size_t dimensions;           /**< 0: a single number */
    size_t count;                /**< elements */
    size_t offset;               /**< in the file, in bytes */
    size_t bytes;
} nni_safetensor;

/** A file that was parsed. Owns all but the file. */
typedef struct nni_safetensors {
    const unsigned char *bytes; /**< [size] the file, borrowed */
    size_t size;
    nni_json_document *header;
    const nni_json_value *metadata; /**< texts by name; NULL: there are none */
    nni_safetensor *tensors;        /**< [count], as they lie in the file */
    const nni_safetensor **by_name; /**< [count] the same, sorted */
    size_t count;
} nni_safetensors;

/**
 * Parses a file in memory.
 *
 * @param bytes  [size], borrowed until nni_safetensors_free
 * @param name   of the file, for messages
 * @param file   receives its tensors
 * @return NN_DATA saying what is wrong with the file; NN_SYSTEM where memory runs out, or the machine is big-endian
 */
nn_status nni_safetensors_parse(const void *bytes, size_t size, const char *name, nni_safetensors **file,
                                nn_error *error);

/** Frees it; NULL is fine. */
void nni_safetensors_free(nni_safetensors *file);

/** @return a tensor by its name; NULL: there is no such */
const nni_safetensor *nni_safetensors_find(const nni_safetensors *file, const char *name);

/** @return a text of the metadata; NULL: there is no such */
const char *nni_safetensors_metadata(const nni_safetensors *file, const char *key);

/** @return the format's name of a type */
const char *nni_safetensor_type_name(nni_safetensor_type type);

/** @return whether the file begins as one: its header has a length that fits, and is an object. @param size  of the
 * file, of which `bytes` has at least the first 9 or all */
bool nni_safetensors_begins(const void *bytes, size_t size);

#endif
