/** Texts, each once, that are numbered from 0: what classes are called. */
#ifndef NNI_SUPPORT_STRING_SET_H
#define NNI_SUPPORT_STRING_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

enum { NNI_STRING_SET_MAX = 1 << 16 };

/** A set of texts. Owns them; zeroed, it is empty. */
typedef struct nni_string_set {
    char **text; /**< [count] in the order they were met, or sorted */
    size_t count, room;
    uint32_t *slot; /**< [slots] 1 + number of a text; 0: free. A hash table of open addresses */
    size_t slots;
} nni_string_set;

/** Adds a text unless it is there. @return NN_DATA where there are NNI_STRING_SET_MAX of them already */
nn_status nni_string_set_add(nni_string_set *texts, const char *text, nn_error *error);

/** @return number of a text; SIZE_MAX: it is not there */
size_t nni_string_set_find(const nni_string_set *texts, const char *text);

/** Sorts by bytes, so that numbers do not depend on the order texts were met in. */
void nni_string_set_sort(nni_string_set *texts);

/** @return whether two sets have the same texts under the same numbers */
bool nni_string_set_equal(const nni_string_set *left, const nni_string_set *right);

/** @return bytes of the longest text */
size_t nni_string_set_longest(const nni_string_set *texts);

/** Makes an empty set one of the same texts under the same numbers. */
nn_status nni_string_set_copy(const nni_string_set *texts, nni_string_set *copy, nn_error *error);

/** @return bytes that nni_string_set_pack writes */
size_t nni_string_set_bytes(const nni_string_set *texts);

/** The texts in their order, each with the zero at its end, one behind the other. */
void nni_string_set_pack(const nni_string_set *texts, char *packed);

/** Adds texts that are packed. @param bytes  the last of which is 0 */
nn_status nni_string_set_add_packed(nni_string_set *texts, const char *packed, size_t bytes, nn_error *error);

/** Leaves the set empty. */
void nni_string_set_free(nni_string_set *texts);

#endif
