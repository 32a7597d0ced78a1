/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "report/history/parts.h"
#include "support/memory.h"

nni_object nni_object_member(nni_object object, const char *name)
{
    return (nni_object){object.document, nni_json_member(object.document, object.value, name)};
}

double nni_object_value(const nni_json_value *value)
{
    return value && value->type == NNI_JSON_NUMBER && isfinite(value->number) ? value->number : (double)NAN;
}

double nni_object_number(nni_object object, const char *name)
{
    return nni_object_value(nni_object_member(object, name).value);
}

size_t nni_object_count(nni_object object, const char *name)
{
    const nni_json_value *value = nni_object_member(object, name).value;
    return value && value->type == NNI_JSON_NUMBER && value->is_count ? (size_t)value->count : 0;
}

nn_status nni_object_text(nni_object object, const char *name, char **copy, nn_error *error)
{
    return nni_copy_text(nni_json_member_text(object.document, object.value, name), copy, error);
}

nn_status nni_object_texts(nni_object object, const char *name, nni_string_set *set, nn_error *error)
{
    const nni_json_value *array = nni_object_member(object, name).value;
    if (!array || array->type != NNI_JSON_ARRAY)
        return NN_OK;
    for (const nni_json_value *value = array + 1; value < array + array->span; value += value->span)
        if (value->type == NNI_JSON_TEXT)
            NN_TRY(nni_string_set_add(set, value->text, error));
    return NN_OK;
}

size_t nni_object_length(nni_object object, const char *name)
{
    const nni_json_value *array = nni_object_member(object, name).value;
    if (!array || array->type != NNI_JSON_ARRAY)
        return SIZE_MAX;
    for (const nni_json_value *value = array + 1; value < array + array->span; value += value->span)
        if (value->type != NNI_JSON_NUMBER && value->type != NNI_JSON_NULL)
            return SIZE_MAX;
    return array->count;
}

nn_status nni_object_numbers(nni_object object, const char *name, size_t count, double **numbers, nn_error *error)
{
    const nni_json_value *array = nni_object_member(object, name).value;
    if (nni_object_length(object, name) != count)
        return NN_OK;
    NN_TRY(nni_reserve(count, sizeof **numbers, "the numbers of a record", numbers, error));
    for (size_t i = 0; i < count; i++) /* numbers and null take one value each */
        (*numbers)[i] = nni_object_value(array + 1 + i);
    return NN_OK;
}

/* @return 0 ... 63; 64: no digit of base64 */
static unsigned digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return 26 + (unsigned)(c - 'a');
    if (c >= '0' && c <= '9')
        return 52 + (unsigned)(c - '0');
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Decodes all bytes. @return false where something is no digit of base64 */
static bool decode(const char *text, unsigned char *bytes, size_t count)
{
    uint32_t bits = 0;
    for (size_t i = 0, have = 0; i < count; text++) {
        const unsigned digit = digit_of(*text);
        if (digit == 64)
            return false;
        bits = bits << 6 | digit;
        have += 6;
        if (have >= 8)
            bytes[i++] = (unsigned char)(bits >> (have -= 8));
    }
    return true;
}

nn_status nni_object_floats(nni_object object, const char *name, size_t count, float **values, nn_error *error)
{
    const nni_json_value *text = nni_object_member(object, name).value;
    size_t bytes = 0;
    if (!text || text->type != NNI_JSON_TEXT || __builtin_mul_overflow(count, sizeof **values, &bytes) ||
        text->count / 4 != bytes / 3 + (bytes % 3 > 0) || text->count % 4 > 0)
        return NN_OK;
    float *decoded = NULL;
    NN_TRY(nni_reserve(count, sizeof *decoded, "the values of a record", &decoded, error));
    if (!decode(text->text, (unsigned char *)decoded, bytes)) {
        nni_release(decoded);
        return NN_OK;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char b[4];
        memcpy(b, decoded + i, sizeof b);
        const uint32_t word = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(decoded + i, &word, sizeof word);
    }
    *values = decoded;
    return NN_OK;
}
