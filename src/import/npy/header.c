/* SPDX-License-Identifier: MIT */
#include "import/npy/header.h"

#include <string.h>

#include "support/memory.h"

/* What version 1.0 can have; only arrays of records have longer ones. */
enum { LONGEST_HEADER = 65535, LONGEST_DESCR = 40 };

/* --- a dictionary of Python's, as NumPy writes it --- */

struct text {
    const char *at, *end;
};

static void pass_blanks(struct text *text)
{
    while (text->at < text->end && (*text->at == ' ' || *text->at == '\n' || *text->at == '\t'))
        text->at++;
}

static bool take(struct text *text, char c)
{
    pass_blanks(text);
    if (text->at == text->end || *text->at != c)
        return false;
    text->at++;
    return true;
}

static bool take_word(struct text *text, const char *word)
{
    const size_t length = strlen(word);
    pass_blanks(text);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
        return false;
    text->at += length;
    return true;
}

/* A string without escapes, that fits. */
static bool take_string(struct text *text, char string[LONGEST_DESCR])
{
    pass_blanks(text);
    if (text->at == text->end || (*text->at != '\'' && *text->at != '"'))
        return false;
    const char quote = *text->at++;
    const char *close = memchr(text->at, quote, (size_t)(text->end - text->at));
    if (!close || close - text->at >= LONGEST_DESCR || memchr(text->at, '\\', (size_t)(close - text->at)))
        return false;
    const size_t length = (size_t)(close - text->at);
    memcpy(string, text->at, length);
    string[length] = '\0';
    text->at = close + 1;
    return strlen(string) == length;
}

/* A whole number; Python 2 may have put an L behind it. */
static bool take_number(struct text *text, hsize_t *number)
{
    const char *begin = (pass_blanks(text), text->at);
    *number = 0;
    for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (hsize_t)(*text->at - '0'), number))
            return false;
    if (text->at == begin)
        return false;
    if (text->at < text->end && *text->at == 'L')
        text->at++;
    return true;
}

/* (), (3,) or (3, 4); a comma may follow the last. */
static bool take_shape(struct text *text, nni_npy_header *header)
{
    header->dimensions = 0;
    if (!take(text, '('))
        return false;
    while (!take(text, ')')) {
        if (header->dimensions == H5S_MAX_RANK || !take_number(text, &header->extent[header->dimensions]))
            return false;
        header->dimensions++;
        if (take(text, ','))
            continue;
        return header->dimensions > 1 && take(text, ')');
    }
    return true;
}

static bool take_order(struct text *text, nni_npy_header *header)
{
    header->fortran = take_word(text, "True");
    return header->fortran || take_word(text, "False");
}

/* A type that is no string is a list of fields: descr stays empty. */
static bool take_type(struct text *text, char descr[LONGEST_DESCR])
{
    pass_blanks(text);
    descr[0] = '\0';
    return (text->at < text->end && *text->at == '[') || take_string(text, descr);
}

enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL = 7 };

static bool take_item(struct text *text, nni_npy_header *header, char descr[LONGEST_DESCR], int *taken)
{
    char key[LONGEST_DESCR];
    if (!take_string(text, key) || !take(text, ':'))
        return false;
    const int item = strcmp(key, "descr") == 0           ? DESCR
                     : strcmp(key, "fortran_order") == 0 ? ORDER
                     : strcmp(key, "shape") == 0         ? SHAPE
                                                         : 0;
    if (item == 0 || (*taken & item))
        return false;
    *taken |= item;
    return item == DESCR ? take_type(text, descr) : item == ORDER ? take_order(text, header) : take_shape(text, header);
}

/* @return whether the text is such a dictionary and nothing else, or one of records, whose descr is empty */
static bool take_dictionary(struct text *text, nni_npy_header *header, char descr[LONGEST_DESCR])
{
    int taken = 0;
    memset(descr, 0, LONGEST_DESCR);
    descr[0] = 'x';
    if (!take(text, '{'))
        return false;
    while (!take(text, '}')) {
        if (!take_item(text, header, descr, &taken))
            return false;
        if (descr[0] == '\0')
            return true;
        if (!take(text, ',')) {
            if (!take(text, '}'))
                return false;
            break;
        }
    }
    pass_blanks(text);
    return taken == ALL && text->at == text->end;
}

/* --- what it says --- */

static nn_status fail_records(const nni_npy_source *source, nn_error *error)
{
    return nn_fail(error, NN_DATA,
                   "%s holds records of several fields (a structured dtype); save each field as an array of its own",
                   source->name);
}

static bool is_importable(const nni_npy_header *header)
{
    const size_t bytes = header->value_bytes;
    switch (header->kind) {
    case 'b':
        return bytes == 1;
    case 'i':
    case 'u':
        return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    case 'f':
        return bytes == 2 || bytes == 4 || bytes == 8;
    default:
        return false;
    }
}

static nn_status read_descr(const nni_npy_source *source, const char *descr, nni_npy_header *header, nn_error *error)
{
    if (descr[0] == '\0')
        return fail_records(source, error);
    if (descr[0] == '|' && descr[1] == 'O')
        return nn_fail(error, NN_DATA,
                       "%s holds Python objects (dtype object), not numbers; save array.astype('float32')",
                       source->name);
    const bool known = strlen(descr) == 3 && strchr("<>|", descr[0]);
    if (known) {
        header->big_endian = descr[0] == '>';
        header->kind = descr[1];
        header->value_bytes = (size_t)(unsigned char)descr[2] - '0';
    }
    if (!known || !is_importable(header) || (descr[0] == '|' && header->value_bytes > 1))
        return nn_fail(error, NN_DATA,
                       "%s has the dtype '%s', which is none of bool, int8 to uint64, float16, float32, float64; save "
                       "array.astype('float32')",
                       source->name, descr);
    return NN_OK;
}

static nn_status check_shape(const nni_npy_source *source, nni_npy_header *header, nn_error *error)
{
    const hsize_t largest_row = (hsize_t)1 << 30, left = source->size - source->done;
    if (header->dimensions == 0)
        return nn_fail(error, NN_DATA, "%s holds a single value; an array with rows is needed", source->name);
    if (header->fortran && header->dimensions > 1)
        return nn_fail(error, NN_DATA, "%s is in Fortran's order; save numpy.ascontiguousarray(array)", source->name);
    header->row_bytes = header->value_bytes;
    for (int i = 0; i < header->dimensions; i++) {
        if (header->extent[i] == 0)
            return nn_fail(error, NN_DATA, "%s: dimension %d of its shape is 0", source->name, i + 1);
        if (i > 0 && (__builtin_mul_overflow(header->row_bytes, header->extent[i], &header->row_bytes) ||
                      header->row_bytes > largest_row))
            return nn_fail(error, NN_DATA, "%s: its header says rows of more than a GiB", source->name);
    }
    hsize_t all = 0;
    if (!__builtin_mul_overflow(header->row_bytes, header->extent[0], &all) && all == left)
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s is %s: its header says %llu rows of %llu bytes, but %llu bytes follow",
                   source->name, all != 0 && all < left ? "longer than it should be" : "truncated",
                   (unsigned long long)header->extent[0], (unsigned long long)header->row_bytes,
                   (unsigned long long)left);
}

static nn_status read_length(nni_npy_source *source, size_t *length, nn_error *error)
{
    unsigned char magic[8], size[4] = {0};
    if (source->size < sizeof magic + 2)
        return nn_fail(error, NN_DATA, "%s is no .npy file: it has only %llu bytes", source->name,
                       (unsigned long long)source->size);
    NN_TRY(nni_npy_read(source, magic, sizeof magic, error));
    if (memcmp(magic, "\x93NUMPY", 6) != 0)
        return nn_fail(error, NN_DATA, "%s is no .npy file: it does not begin with \\x93NUMPY", source->name);
    if (magic[6] < 1 || magic[6] > 3 || magic[7] != 0)
        return nn_fail(error, NN_DATA, "%s is of version %d.%d of the .npy format; 1.0, 2.0 and 3.0 are known",
                       source->name, magic[6], magic[7]);
    NN_TRY(nni_npy_read(source, size, magic[6] == 1 ? 2 : 4, error));
    *length = (size_t)size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    if (*length > source->size - source->done)
        return nn_fail(error, NN_DATA, "%s is truncated: it ends amid its header", source->name);
    return *length > LONGEST_HEADER ? fail_records(source, error) : NN_OK;
}

nn_status nni_npy_read_header(nni_npy_source *source, nni_npy_header *header, nn_error *error)
{
    size_t length = 0;
    char *bytes = NULL, descr[LONGEST_DESCR];
    *header = (nni_npy_header){.dimensions = 0};
    NN_TRY(read_length(source, &length, error));
    NN_TRY(nni_allocate(length, 1, "the header of an array", &bytes, error));
    nn_status status = nni_npy_read(source, bytes, length, error);
    struct text text = {bytes, bytes + length};
    if (status == NN_OK && !take_dictionary(&text, header, descr))
        status = nn_fail(error, NN_DATA,
                         "%s: its header is no dictionary of descr, fortran_order and shape from byte %zu on; save the "
                         "array anew with numpy.save",
                         source->name, (size_t)(text.at - bytes));
    if (status == NN_OK)
        status = read_descr(source, descr, header, error);
    nni_release(bytes);
    return status == NN_OK ? check_shape(source, header, error) : status;
}
