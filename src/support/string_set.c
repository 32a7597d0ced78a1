#include "support/string_set.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "support/memory.h"

enum { FIRST_SLOTS = 256 };

/* The slot of a text, or the free one where it would be. */
static size_t find_slot(const nn_texts *texts, const char *text)
{
    size_t at = XXH3_64bits(text, strlen(text)) & (texts->slots - 1);
    while (texts->slot[at] != 0 && strcmp(texts->text[texts->slot[at] - 1], text) != 0)
        at = (at + 1) & (texts->slots - 1);
    return at;
}

static void fill_slots(nn_texts *texts)
{
    memset(texts->slot, 0, texts->slots * sizeof *texts->slot);
    for (size_t i = 0; i < texts->count; i++)
        texts->slot[find_slot(texts, texts->text[i])] = (uint32_t)i + 1;
}

/* Half of the slots stay free. */
static nn_status make_room(nn_texts *texts, nn_error *error)
{
    if (texts->count < texts->room)
        return NN_OK;
    const size_t room = texts->room > 0 ? 2 * texts->room : FIRST_SLOTS / 2;
    char **text = NULL;
    uint32_t *slot = NULL;
    NN_TRY(nn_allocate(room, sizeof *text, "different texts", &text, error));
    nn_status status = nn_allocate(2 * room, sizeof *slot, "different texts", &slot, error);
    if (status != NN_OK) {
        nn_release(text);
        return status;
    }
    if (texts->count > 0)
        memcpy(text, texts->text, texts->count * sizeof *text);
    nn_release(texts->text);
    nn_release(texts->slot);
    texts->text = text;
    texts->slot = slot;
    texts->room = room;
    texts->slots = 2 * room;
    fill_slots(texts);
    return NN_OK;
}

nn_status nn_texts_add(nn_texts *texts, const char *text, nn_error *error)
{
    NN_TRY(make_room(texts, error));
    const size_t at = find_slot(texts, text);
    if (texts->slot[at] != 0)
        return NN_OK;
    if (texts->count == NN_TEXTS_MOST)
        return nn_fail(error, NN_DATA, "holds more than %d different texts", (int)NN_TEXTS_MOST);
    NN_TRY(nn_copy_text(text, &texts->text[texts->count], error));
    texts->slot[at] = (uint32_t)++texts->count;
    return NN_OK;
}

size_t nn_texts_find(const nn_texts *texts, const char *text)
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

void nn_texts_sort(nn_texts *texts)
{
    if (texts->count == 0)
        return;
    qsort(texts->text, texts->count, sizeof *texts->text, by_bytes);
    fill_slots(texts);
}

bool nn_texts_equal(const nn_texts *left, const nn_texts *right)
{
    bool equal = left->count == right->count;
    for (size_t i = 0; equal && i < left->count; i++)
        equal = strcmp(left->text[i], right->text[i]) == 0;
    return equal;
}

size_t nn_texts_longest(const nn_texts *texts)
{
    size_t longest = 0;
    for (size_t i = 0; i < texts->count; i++)
        longest = strlen(texts->text[i]) > longest ? strlen(texts->text[i]) : longest;
    return longest;
}

nn_status nn_texts_copy(const nn_texts *texts, nn_texts *copy, nn_error *error)
{
    for (size_t i = 0; i < texts->count; i++)
        NN_TRY(nn_texts_add(copy, texts->text[i], error));
    return NN_OK;
}

/* --- packed, to be sent --- */

size_t nn_texts_bytes(const nn_texts *texts)
{
    size_t bytes = 0;
    for (size_t i = 0; i < texts->count; i++)
        bytes += strlen(texts->text[i]) + 1;
    return bytes;
}

void nn_texts_pack(const nn_texts *texts, char *packed)
{
    for (size_t i = 0; i < texts->count; i++) {
        const size_t bytes = strlen(texts->text[i]) + 1;
        memcpy(packed, texts->text[i], bytes);
        packed += bytes;
    }
}

nn_status nn_texts_add_packed(nn_texts *texts, const char *packed, size_t bytes, nn_error *error)
{
    for (const char *text = packed; text < packed + bytes; text += strlen(text) + 1)
        NN_TRY(nn_texts_add(texts, text, error));
    return NN_OK;
}

void nn_texts_free(nn_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        nn_release(texts->text[i]);
    nn_release(texts->text);
    nn_release(texts->slot);
    *texts = (nn_texts){.text = NULL};
}
