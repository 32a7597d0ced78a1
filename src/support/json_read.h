/* SPDX-License-Identifier: MIT */
/** A reader of JSON (RFC 8259): a text in memory becomes an array of values, in their order in the text. */
#ifndef NNI_SUPPORT_JSON_READ_H
#define NNI_SUPPORT_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

/** Arrays and objects within each other, at most. */
enum { NNI_JSON_DEPTH = 64 };

/** What a value is. */
typedef enum nni_json_type {
    NNI_JSON_NULL,
    NNI_JSON_FALSE,
    NNI_JSON_TRUE,
    NNI_JSON_NUMBER,
    NNI_JSON_TEXT,
    NNI_JSON_ARRAY,
    NNI_JSON_OBJECT,
} nni_json_type;

/**
 * A value. The elements of an array follow it, the members of an object too, each as its name, a text, and its value:
 *
 *     for (value = array + 1; value < array + array->span; value += value->span)
 *     for (name = object + 1; name < object + object->span; name += 1 + name[1].span)
 */
typedef struct nni_json_value {
    nni_json_type type;
    bool is_count;    /**< a number without sign, point and exponent, below 2^64: `count` is its value */
    size_t span;      /**< values from here to the next one beside it: 1 unless it is an array or object */
    uint64_t count;   /**< elements of an array, members of an object, bytes of a text, or see is_count */
    double number;    /**< nearest to it; 0 unless it is a number */
    const char *text; /**< UTF-8 without escapes, ended by a 0, of which it has none; NULL unless it is a text */
} nni_json_value;

/** A text that was read: its values, and what finds members by name. */
typedef struct nni_json_document nni_json_document;

/**
 * Reads a text. Strict: one value, no comments, no trailing commas, UTF-8, no name twice in an object, no zero byte in
 * a text. Depends on no locale.
 *
 * @param text      [size], not kept
 * @param name      of where it comes from, for messages
 * @param document  receives the values, to be freed with nni_json_free
 * @return NN_DATA naming the byte where it is no JSON; NN_SYSTEM where memory runs out
 */
nn_status nni_json_read(const char *text, size_t size, const char *name, nni_json_document **document, nn_error *error);

/** Frees it; NULL is fine. */
void nni_json_free(nni_json_document *document);

/** @return the value that is the whole text */
const nni_json_value *nni_json_root(const nni_json_document *document);

/** @return the value of a member; NULL: `object`, a value of the document, is NULL, is no object or has no such */
const nni_json_value *nni_json_member(const nni_json_document *document, const nni_json_value *object,
                                      const char *name);

/** @return the text of such a member; NULL: there is none, or it is no text */
const char *nni_json_member_text(const nni_json_document *document, const nni_json_value *object, const char *name);

#endif
