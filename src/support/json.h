/* SPDX-License-Identifier: MIT */
/** A writer of JSON: objects and arrays are begun and ended, members follow in order. */
#ifndef NNI_SUPPORT_JSON_H
#define NNI_SUPPORT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A JSON document being written. */
typedef struct nni_json {
    FILE *out;
    unsigned depth;
    bool follows; /**< whether something stands before what comes next, in the same object or array */
    int digits;   /**< significant ones of numbers; 0: 6 */
    bool flat;    /**< on one line */
} nni_json;

/** Puts a text in quotes, escaped as JSON wants it; U+FFFD stands for each byte that is no UTF-8. */
void nni_json_put(FILE *out, const char *text);

/** Puts bytes as text in base 64 (RFC 4648), without quotes. */
void nni_json_put_base64(FILE *out, const void *bytes, size_t count);

/** Begins an object, '{', or an array, '['. @param name  of the member; NULL in an array and at the top */
void nni_json_begin(nni_json *json, const char *name, char bracket);
/** Ends it by '}' or ']'. */
void nni_json_end(nni_json *json, char bracket);
void nni_json_text(nni_json *json, const char *name, const char *text);
void nni_json_count(nni_json *json, const char *name, size_t count);
void nni_json_truth(nni_json *json, const char *name, bool truth);
/** null where it is NaN or infinite, which JSON has no words for. */
void nni_json_number(nni_json *json, const char *name, double number);
/** Bytes as a text in base 64. */
void nni_json_bytes(nni_json *json, const char *name, const void *bytes, size_t count);
/** An array of numbers, on one line. */
void nni_json_numbers(nni_json *json, const char *name, const double *numbers, size_t count);

#endif
