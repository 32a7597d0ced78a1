/** Texts, each once, that are numbered from 0: what classes are called. */
#ifndef NNI_SUPPORT_STRING_SET_H
#define NNI_SUPPORT_STRING_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NN_TEXTS_MOST = 1 << 16 };

/** A set of texts. Owns them; zeroed, it is empty. */
typedef struct nn_texts {
    char **text; /**< [count] in the order they were met, or sorted */
    size_t count, room;
    uint32_t *slot; /**< [slots] 1 + number of a text; 0: free. A hash table of open addresses */
    size_t slots;
} nn_texts;

/** Adds a text unless it is there. @return NN_DATA where there are NN_TEXTS_MOST of them already */
nn_status nn_texts_add(nn_texts *texts, const char *text, nn_error *error);

/** @return number of a text; SIZE_MAX: it is not there */
size_t nn_texts_find(const nn_texts *texts, const char *text);

/** Sorts by bytes, so that numbers do not depend on the order texts were met in. */
void nn_texts_sort(nn_texts *texts);

/** @return whether two sets have the same texts under the same numbers */
bool nn_texts_equal(const nn_texts *left, const nn_texts *right);

/** @return bytes of the longest text */
size_t nn_texts_longest(const nn_texts *texts);

/** Makes an empty set one of the same texts under the same numbers. */
nn_status nn_texts_copy(const nn_texts *texts, nn_texts *copy, nn_error *error);

/** @return bytes that nn_texts_pack writes */
size_t nn_texts_bytes(const nn_texts *texts);

/** The texts in their order, each with the zero at its end, one behind the other. */
void nn_texts_pack(const nn_texts *texts, char *packed);

/** Adds texts that are packed. @param bytes  the last of which is 0 */
nn_status nn_texts_add_packed(nn_texts *texts, const char *packed, size_t bytes, nn_error *error);

/** Leaves the set empty. */
void nn_texts_free(nn_texts *texts);

#ifdef __cplusplus
}
#endif

#endif
