/* SPDX-License-Identifier: MIT */
/** Set of distinct strings with dense indices, in insertion order: the names of classes. */
#ifndef NNI_SUPPORT_STRING_SET_H
#define NNI_SUPPORT_STRING_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

enum { NNI_STRING_SET_MAX = 1 << 16 };

/** Owns its strings; zeroed, it is empty. */
typedef struct nni_string_set {
    char **text; /**< [count] in insertion order, or sorted */
    size_t count, capacity;
    uint32_t *slot; /**< [slots] hash table with open addressing: 1 + index of a string; 0: free */
    size_t slots;
} nni_string_set;

/** Adds a string unless the set has it. @return NN_DATA where the set has NNI_STRING_SET_MAX strings already */
nn_status nni_string_set_add(nni_string_set *set, const char *text, nn_error *error);

/** @return index of a string; SIZE_MAX: the set does not have it */
size_t nni_string_set_find(const nni_string_set *set, const char *text);

/** Sorts the strings by bytes, so that indices do not depend on the order of insertion. */
void nni_string_set_sort(nni_string_set *set);

/** @return whether two sets have the same strings with the same indices */
bool nni_string_set_equal(const nni_string_set *left, const nni_string_set *right);

/** @return bytes of the longest string */
size_t nni_string_set_longest(const nni_string_set *set);

/** Copies a set, indices included, into an empty one. */
nn_status nni_string_set_copy(const nni_string_set *set, nni_string_set *copy, nn_error *error);

/** @return bytes that nni_string_set_pack writes */
size_t nni_string_set_bytes(const nni_string_set *set);

/** Writes all strings by index, each with its terminating zero, without gaps. */
void nni_string_set_pack(const nni_string_set *set, char *packed);

/** Adds packed strings. @param bytes  of them; the last is 0 */
nn_status nni_string_set_add_packed(nni_string_set *set, const char *packed, size_t bytes, nn_error *error);

/** Frees the strings and leaves the set empty. */
void nni_string_set_free(nni_string_set *set);

#endif
