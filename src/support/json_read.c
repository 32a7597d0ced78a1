/* SPDX-License-Identifier: MIT */
/* One pass, without recursion: what is open is a stack of bounded depth. */
#include "support/json_read.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/system/c_locale.h"
#include "support/utf8.h"

/* A member: indices of its name and of its object. */
typedef struct slot {
    size_t name; /* 0: the slot is free, for 0 is the root */
    size_t object;
} slot;

struct nni_json_document {
    nni_json_value *values;
    size_t count, capacity;
    char *texts;      /* all, one after the other */
    slot *slots;      /* hash table of members with open addressing */
    size_t slot_mask; /* slots are a power of 2 */
};

typedef struct reader {
    const char *name, *begin, *at, *end;
    nni_json_document *document;
    char *texts; /* end of those so far */
    size_t members;
    size_t open[NNI_JSON_DEPTH]; /* indices of arrays and objects that have not ended */
    size_t depth;
} reader;

static nn_status refuse(const reader *r, const char *what, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: byte %zu of its JSON: %s; the file is damaged, or written by another program",
                   r->name, (size_t)(r->at - r->begin), what);
}

static nn_status add(reader *r, nni_json_type type, nn_error *error)
{
    nni_json_document *d = r->document;
    if (d->count == d->capacity) {
        const size_t capacity = d->capacity > 0 ? 2 * d->capacity : 64;
        nni_json_value *values = NULL;
        NN_TRY(nni_reserve(capacity, sizeof *values, "the values of a JSON text", &values, error));
        if (d->count > 0)
            memcpy(values, d->values, d->count * sizeof *values);
        nni_release(d->values);
        d->values = values, d->capacity = capacity;
    }
    d->values[d->count++] = (nni_json_value){.type = type, .span = 1};
    return NN_OK;
}

static nni_json_value *newest(const reader *r)
{
    return &r->document->values[r->document->count - 1];
}

static nni_json_value *innermost(const reader *r)
{
    return &r->document->values[r->open[r->depth - 1]];
}

static void skip_space(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* Whether a character comes next, which is then taken. */
static bool takes(reader *r, char c)
{
    skip_space(r);
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* --- texts --- */

static nn_status read_hex(reader *r, uint32_t *value, nn_error *error)
{
    *value = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        static const char digits[] = "0123456789abcdef";
        const char c = r->at < r->end ? *r->at : '\0';
        const char *digit = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
        if (!digit)
            return refuse(r, "\\u is not followed by four hexadecimal digits", error);
        *value = *value << 4 | (uint32_t)(digit - digits);
    }
    return NN_OK;
}

/* The character behind \u, as UTF-8. */
static nn_status read_code(reader *r, nn_error *error)
{
    uint32_t code = 0, low = 0;
    NN_TRY(read_hex(r, &code, error));
    if (code >= 0xD800 && code < 0xDC00 && r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'u') {
        r->at += 2;
        NN_TRY(read_hex(r, &low, error));
        if (low < 0xDC00 || low > 0xDFFF)
            return refuse(r, "half of a surrogate pair", error);
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
        return refuse(r, code == 0 ? "a zero in a text" : "half of a surrogate pair", error);
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    *r->texts++ = (char)(lead[more] | code >> 6 * more);
    for (int i = more; i-- > 0;)
        *r->texts++ = (char)(0x80 | (code >> 6 * i & 0x3F));
    return NN_OK;
}

static nn_status read_escape(reader *r, nn_error *error)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char c = r->at < r->end ? *r->at : '\0';
    const char *found = c ? strchr(names, c) : NULL;
    if (c == 'u') {
        r->at++;
        return read_code(r, error);
    }
    if (!found)
        return refuse(r, "an escape that JSON does not have", error);
    r->at++;
    *r->texts++ = meant[found - names];
    return NN_OK;
}

/* A text, which begins here. Without its quotes it is never longer than with them and its escapes. */
static nn_status read_text(reader *r, nn_error *error)
{
    const char *text = r->texts;
    NN_TRY(add(r, NNI_JSON_TEXT, error));
    for (r->at++;;) {
        const size_t bytes = nni_utf8_character(r->at, (size_t)(r->end - r->at));
        if (bytes == 0)
            return refuse(r, r->at == r->end ? "it ends within a text" : "a text that is no UTF-8", error);
        const unsigned char c = (unsigned char)*r->at;
        if (c < 0x20)
            return refuse(r, "a control character in a text", error);
        if (c == '\\') {
            r->at++;
            NN_TRY(read_escape(r, error));
            continue;
        }
        if (c == '"')
            break;
        memcpy(r->texts, r->at, bytes);
        r->texts += bytes, r->at += bytes;
    }
    r->at++;
    newest(r)->text = text;
    newest(r)->count = (uint64_t)(r->texts - text);
    *r->texts++ = '\0';
    return NN_OK;
}

/* --- numbers and words --- */

static size_t digits_at(const reader *r, const char *at)
{
    const char *first = at;
    while (at < r->end && *at >= '0' && *at <= '9')
        at++;
    return (size_t)(at - first);
}

/* @return bytes of the number that begins here; 0: none does */
static size_t number_length(const reader *r)
{
    const char *at = r->at;
    at += at < r->end && *at == '-';
    const size_t whole = digits_at(r, at);
    if (whole == 0 || (*at == '0' && whole > 1))
        return 0;
    at += whole;
    if (at < r->end && *at == '.') {
        const size_t digits = digits_at(r, at + 1);
        if (digits == 0)
            return 0;
        at += 1 + digits;
    }
    if (at < r->end && (*at == 'e' || *at == 'E')) {
        const size_t sign = at + 1 < r->end && (at[1] == '+' || at[1] == '-');
        const size_t digits = digits_at(r, at + 1 + sign);
        if (digits == 0)
            return 0;
        at += 1 + sign + digits;
    }
    return (size_t)(at - r->at);
}

/* A number of few digits: up to 10^15 whole numbers are doubles, and up to 10^22 powers of ten, so that their product
 * or quotient is rounded once and is the nearest (Clinger, PLDI 1990). @return false: it takes more than that */
static bool convert_short(const char *digits, double *number)
{
    enum { DIGITS = 15, POWER = 22, FURTHEST = DIGITS + POWER };
    static const double powers[POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const bool negative = *digits == '-';
    const char *at = digits + negative;
    uint64_t whole = 0;
    long power = 0;
    bool behind = false; /* the point */
    for (int count = 0; *at && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            behind = true;
            continue;
        }
        if (++count > DIGITS)
            return false;
        whole = 10 * whole + (uint64_t)(*at - '0');
        power -= behind;
    }
    const long exponent = *at ? strtol(at + 1, NULL, 10) : 0;
    if (exponent < -FURTHEST || exponent > FURTHEST) /* strtol gives the limits of long for what is further */
        return false;
    power += exponent;
    if (power < -POWER || power > POWER)
        return false;
    const double value = power < 0 ? (double)whole / powers[-power] : (double)whole * powers[power];
    *number = negative ? -value : value;
    return true;
}

static double convert(const char *digits)
{
    double number = 0;
    return convert_short(digits, &number) ? number : strtod(digits, NULL);
}

static nn_status read_number(reader *r, nn_error *error)
{
    char digits[1024];
    const size_t length = number_length(r);
    if (length == 0 || length >= sizeof digits)
        return refuse(r, length == 0 ? "neither a value nor a number" : "a number of too many digits", error);
    memcpy(digits, r->at, length);
    digits[length] = '\0';
    NN_TRY(add(r, NNI_JSON_NUMBER, error));
    nni_json_value *value = newest(r);
    value->is_count = digits_at(r, r->at) == length;
    for (size_t i = 0; value->is_count && i < length; i++) {
        uint64_t tens = 0;
        value->is_count = !__builtin_mul_overflow(value->count, 10, &tens) &&
                          !__builtin_add_overflow(tens, (uint64_t)(digits[i] - '0'), &value->count);
    }
    if (!value->is_count)
        value->count = 0;
    value->number = convert(digits);
    r->at += length;
    return NN_OK;
}

/* Adds a value of this type if the word comes next. */
static nn_status read_word(reader *r, const char *word, nni_json_type type, nn_error *error)
{
    const size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return refuse(r, "neither a value nor a number", error);
    r->at += length;
    return add(r, type, error);
}

/* --- arrays and objects --- */

static nn_status open_container(reader *r, nni_json_type type, nn_error *error)
{
    if (r->depth == NNI_JSON_DEPTH)
        return refuse(r, "arrays and objects are nested too deep", error);
    NN_TRY(add(r, type, error));
    r->open[r->depth++] = r->document->count - 1;
    r->at++;
    return NN_OK;
}

static bool closes(reader *r)
{
    return takes(r, innermost(r)->type == NNI_JSON_ARRAY ? ']' : '}');
}

static void close_container(reader *r)
{
    innermost(r)->span = r->document->count - r->open[r->depth - 1];
    r->depth--;
}

/* A value, of an array or object its beginning. */
static nn_status read_value(reader *r, nn_error *error)
{
    skip_space(r);
    if (r->at == r->end)
        return refuse(r, "it ends where a value must stand", error);
    if (r->depth > 0)
        innermost(r)->count++;
    switch (*r->at) {
    case '{':
        return open_container(r, NNI_JSON_OBJECT, error);
    case '[':
        return open_container(r, NNI_JSON_ARRAY, error);
    case '"':
        return read_text(r, error);
    case 'n':
        return read_word(r, "null", NNI_JSON_NULL, error);
    case 't':
        return read_word(r, "true", NNI_JSON_TRUE, error);
    case 'f':
        return read_word(r, "false", NNI_JSON_FALSE, error);
    default:
        return read_number(r, error);
    }
}

/* The name of a member, where the innermost container is an object. */
static nn_status read_name(reader *r, nn_error *error)
{
    if (innermost(r)->type != NNI_JSON_OBJECT)
        return NN_OK;
    skip_space(r);
    if (r->at == r->end || *r->at != '"')
        return refuse(r, "a member of an object needs a name in quotes", error);
    NN_TRY(read_text(r, error));
    r->members++;
    return takes(r, ':') ? NN_OK : refuse(r, "a name needs a colon behind it", error);
}

static nn_status read_all(reader *r, nn_error *error)
{
    do {
        const size_t depth = r->depth;
        NN_TRY(read_value(r, error));
        const bool opened = r->depth > depth, empty = opened && closes(r);
        if (opened && !empty) {
            NN_TRY(read_name(r, error));
            continue;
        }
        if (empty)
            close_container(r);
        while (r->depth > 0 && !takes(r, ',')) {
            if (!closes(r))
                return refuse(r, "a comma or the end of an array or object is missing", error);
            close_container(r);
        }
        if (r->depth > 0)
            NN_TRY(read_name(r, error));
    } while (r->depth > 0);
    skip_space(r);
    return r->at == r->end ? NN_OK : refuse(r, "something follows the value", error);
}

/* --- members by name --- */

/* FNV-1a of the object's index and the name. */
static size_t hash(size_t object, const char *name)
{
    uint64_t h = (UINT64_C(14695981039346656037) ^ object) * UINT64_C(1099511628211);
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

/* @return the slot of a member, or the free one where it belongs */
/* NULL: further from its place than it comes to be unless names are chosen for that, which would take for ever. */
static slot *slot_of(const nni_json_document *d, size_t object, const char *name)
{
    enum { FURTHEST = 1000 };
    const size_t first = hash(object, name);
    for (size_t i = first; i - first < FURTHEST; i++) {
        slot *at = &d->slots[i & d->slot_mask];
        if (at->name == 0 || (at->object == object && strcmp(d->values[at->name].text, name) == 0))
            return at;
    }
    return NULL;
}

static nn_status index_members(const reader *r, nn_error *error)
{
    nni_json_document *d = r->document;
    size_t slots = 2;
    while (slots < 2 * r->members)
        slots *= 2;
    NN_TRY(nni_allocate(slots, sizeof *d->slots, "the names of a JSON text", &d->slots, error));
    d->slot_mask = slots - 1;
    for (size_t object = 0; object < d->count; object++) {
        if (d->values[object].type != NNI_JSON_OBJECT)
            continue;
        for (size_t name = object + 1; name < object + d->values[object].span; name += 1 + d->values[name + 1].span) {
            slot *at = slot_of(d, object, d->values[name].text);
            if (!at)
                return nn_fail(error, NN_DATA, "%s: the names of its JSON were made to take for ever", r->name);
            if (at->name != 0)
                return nn_fail(
                    error, NN_DATA,
                    "%s: its JSON has two members named '%s'; the file is damaged, or written by another program",
                    r->name, d->values[name].text);
            *at = (slot){.name = name, .object = object};
        }
    }
    return NN_OK;
}

nn_status nni_json_read(const char *text, size_t size, const char *name, nni_json_document **result, nn_error *error)
{
    nni_json_document *d = NULL;
    NN_TRY(nni_allocate(1, sizeof *d, "a JSON text", &d, error));
    reader r = {.name = name, .begin = text, .at = text, .end = text + size, .document = d};
    nn_status status = nni_reserve(size, 1, "the texts of a JSON text", &d->texts, error);
    r.texts = d->texts;
    const nni_c_locale locale = nni_c_locale_enter();
    if (status == NN_OK)
        status = read_all(&r, error);
    nni_c_locale_leave(locale);
    if (status == NN_OK)
        status = index_members(&r, error);
    if (status != NN_OK) {
        nni_json_free(d);
        return status;
    }
    *result = d;
    return NN_OK;
}

void nni_json_free(nni_json_document *document)
{
    if (!document)
        return;
    nni_release(document->values);
    nni_release(document->texts);
    nni_release(document->slots);
    nni_release(document);
}

const nni_json_value *nni_json_root(const nni_json_document *document)
{
    return document->values;
}

const nni_json_value *nni_json_member(const nni_json_document *document, const nni_json_value *object, const char *name)
{
    if (!object || object->type != NNI_JSON_OBJECT)
        return NULL;
    const slot *at = slot_of(document, (size_t)(object - document->values), name);
    return at && at->name != 0 ? &document->values[at->name + 1] : NULL;
}

const char *nni_json_member_text(const nni_json_document *document, const nni_json_value *object, const char *name)
{
    const nni_json_value *value = nni_json_member(document, object, name);
    return value ? value->text : NULL;
}
