/* SPDX-License-Identifier: MIT */
#include "support/string_set.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "support/memory.h"

enum { FIRST_SLOTS = 256 };

/* The slot of a text, or the free one where it would be. */
static size_t find_slot(const nni_string_set *set, const char *text)
{
    size_t at = XXH3_64bits(text, strlen(text)) & (set->slots - 1);
    while (set->slot[at] != 0 && strcmp(set->text[set->slot[at] - 1], text) != 0)
        at = (at + 1) & (set->slots - 1);
    return at;
}

static void fill_slots(nni_string_set *set)
{
    memset(set->slot, 0, set->slots * sizeof *set->slot);
    for (size_t i = 0; i < set->count; i++)
        set->slot[find_slot(set, set->text[i])] = (uint32_t)i + 1;
}

/* Half of the slots stay free. */
static nn_status grow(nni_string_set *set, nn_error *error)
{
    if (set->count < set->capacity)
        return NN_OK;
    const size_t capacity = set->capacity > 0 ? 2 * set->capacity : FIRST_SLOTS / 2;
    char **text = NULL;
    uint32_t *slot = NULL;
    NN_TRY(nni_allocate(capacity, sizeof *text, "different texts", &text, error));
    nn_status status = nni_allocate(2 * capacity, sizeof *slot, "different texts", &slot, error);
    if (status != NN_OK) {
        nni_release(text);
        return status;
    }
    if (set->count > 0)
        memcpy(text, set->text, set->count * sizeof *text);
    nni_release(set->text);
    nni_release(set->slot);
    set->text = text;
    set->slot = slot;
    set->capacity = capacity;
    set->slots = 2 * capacity;
    fill_slots(set);
    return NN_OK;
}

nn_status nni_string_set_add(nni_string_set *set, const char *text, nn_error *error)
{
    NN_TRY(grow(set, error));
    const size_t at = find_slot(set, text);
    if (set->slot[at] != 0)
        return NN_OK;
    if (set->count == NNI_STRING_SET_MAX)
        return nn_fail(error, NN_DATA, "holds more than %d different texts", (int)NNI_STRING_SET_MAX);
    NN_TRY(nni_copy_text(text, &set->text[set->count], error));
    set->slot[at] = (uint32_t)++set->count;
    return NN_OK;
}

size_t nni_string_set_find(const nni_string_set *set, const char *text)
{
    if (set->slots == 0)
        return SIZE_MAX;
    const uint32_t found = set->slot[find_slot(set, text)];
    return found > 0 ? found - 1 : SIZE_MAX;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void nni_string_set_sort(nni_string_set *set)
{
    if (set->count == 0)
        return;
    qsort(set->text, set->count, sizeof *set->text, by_bytes);
    fill_slots(set);
}

bool nni_string_set_equal(const nni_string_set *left, const nni_string_set *right)
{
    bool equal = left->count == right->count;
    for (size_t i = 0; equal && i < left->count; i++)
        equal = strcmp(left->text[i], right->text[i]) == 0;
    return equal;
}

size_t nni_string_set_longest(const nni_string_set *set)
{
    size_t longest = 0;
    for (size_t i = 0; i < set->count; i++)
        longest = strlen(set->text[i]) > longest ? strlen(set->text[i]) : longest;
    return longest;
}

nn_status nni_string_set_copy(const nni_string_set *set, nni_string_set *copy, nn_error *error)
{
    for (size_t i = 0; i < set->count; i++)
        NN_TRY(nni_string_set_add(copy, set->text[i], error));
    return NN_OK;
}

/* --- packed, to be sent --- */

size_t nni_string_set_bytes(const nni_string_set *set)
{
    size_t bytes = 0;
    for (size_t i = 0; i < set->count; i++)
        bytes += strlen(set->text[i]) + 1;
    return bytes;
}

void nni_string_set_pack(const nni_string_set *set, char *packed)
{
    for (size_t i = 0; i < set->count; i++) {
        const size_t bytes = strlen(set->text[i]) + 1;
        memcpy(packed, set->text[i], bytes);
        packed += bytes;
    }
}

nn_status nni_string_set_add_packed(nni_string_set *set, const char *packed, size_t bytes, nn_error *error)
{
    for (const char *text = packed; text < packed + bytes; text += strlen(text) + 1)
        NN_TRY(nni_string_set_add(set, text, error));
    return NN_OK;
}

void nni_string_set_free(nni_string_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        nni_release(set->text[i]);
    nni_release(set->text);
    nni_release(set->slot);
    *set = (nni_string_set){.text = NULL};
}
