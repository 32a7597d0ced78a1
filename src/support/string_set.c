#include "support/string_set.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "support/memory.h"

enum { FIRST_SLOTS = 256 };

/* The slot of a text, or the free one where it would be. */
static size_t find_slot(const nni_string_set *texts, const char *text)
{
    size_t at = XXH3_64bits(text, strlen(text)) & (texts->slots - 1);
    while (texts->slot[at] != 0 && strcmp(texts->text[texts->slot[at] - 1], text) != 0)
        at = (at + 1) & (texts->slots - 1);
    return at;
}

static void fill_slots(nni_string_set *texts)
{
    memset(texts->slot, 0, texts->slots * sizeof *texts->slot);
    for (size_t i = 0; i < texts->count; i++)
        texts->slot[find_slot(texts, texts->text[i])] = (uint32_t)i + 1;
}

/* Half of the slots stay free. */
static nn_status make_room(nni_string_set *texts, nn_error *error)
{
    if (texts->count < texts->room)
        return NN_OK;
    const size_t room = texts->room > 0 ? 2 * texts->room : FIRST_SLOTS / 2;
    char **text = NULL;
    uint32_t *slot = NULL;
    NN_TRY(nni_allocate(room, sizeof *text, "different texts", &text, error));
    nn_status status = nni_allocate(2 * room, sizeof *slot, "different texts", &slot, error);
    if (status != NN_OK) {
        nni_release(text);
        return status;
    }
    if (texts->count > 0)
        memcpy(text, texts->text, texts->count * sizeof *text);
    nni_release(texts->text);
    nni_release(texts->slot);
    texts->text = text;
    texts->slot = slot;
    texts->room = room;
    texts->slots = 2 * room;
    fill_slots(texts);
    return NN_OK;
}

nn_status nni_string_set_add(nni_string_set *texts, const char *text, nn_error *error)
{
    NN_TRY(make_room(texts, error));
    const size_t at = find_slot(texts, text);
    if (texts->slot[at] != 0)
        return NN_OK;
    if (texts->count == NNI_STRING_SET_MAX)
        return nn_fail(error, NN_DATA, "holds more than %d different texts", (int)NNI_STRING_SET_MAX);
    NN_TRY(nni_copy_text(text, &texts->text[texts->count], error));
    texts->slot[at] = (uint32_t)++texts->count;
    return NN_OK;
}

size_t nni_string_set_find(const nni_string_set *texts, const char *text)
{
    if (texts->slots == 0)
        return SIZE_MAX;
    const uint32_t found = texts->slot[find_slot(texts, text)];
    return found > 0 ? found - 1 : SIZE_MAX;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void nni_string_set_sort(nni_string_set *texts)
{
    if (texts->count == 0)
        return;
    qsort(texts->text, texts->count, sizeof *texts->text, by_bytes);
    fill_slots(texts);
}

bool nni_string_set_equal(const nni_string_set *left, const nni_string_set *right)
{
    bool equal = left->count == right->count;
    for (size_t i = 0; equal && i < left->count; i++)
        equal = strcmp(left->text[i], right->text[i]) == 0;
    return equal;
}

size_t nni_string_set_longest(const nni_string_set *texts)
{
    size_t longest = 0;
    for (size_t i = 0; i < texts->count; i++)
        longest = strlen(texts->text[i]) > longest ? strlen(texts->text[i]) : longest;
    return longest;
}

nn_status nni_string_set_copy(const nni_string_set *texts, nni_string_set *copy, nn_error *error)
{
    for (size_t i = 0; i < texts->count; i++)
        NN_TRY(nni_string_set_add(copy, texts->text[i], error));
    return NN_OK;
}

/* --- packed, to be sent --- */

size_t nni_string_set_bytes(const nni_string_set *texts)
{
    size_t bytes = 0;
    for (size_t i = 0; i < texts->count; i++)
        bytes += strlen(texts->text[i]) + 1;
    return bytes;
}

void nni_string_set_pack(const nni_string_set *texts, char *packed)
{
    for (size_t i = 0; i < texts->count; i++) {
        const size_t bytes = strlen(texts->text[i]) + 1;
        memcpy(packed, texts->text[i], bytes);
        packed += bytes;
    }
}

nn_status nni_string_set_add_packed(nni_string_set *texts, const char *packed, size_t bytes, nn_error *error)
{
    for (const char *text = packed; text < packed + bytes; text += strlen(text) + 1)
        NN_TRY(nni_string_set_add(texts, text, error));
    return NN_OK;
}

void nni_string_set_free(nni_string_set *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        nni_release(texts->text[i]);
    nni_release(texts->text);
    nni_release(texts->slot);
    *texts = (nni_string_set){.text = NULL};
}
