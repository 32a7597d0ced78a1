/* SPDX-License-Identifier: MIT */
#include "export/source/fortran_constants.h"

#include <stdbool.h>

#include "export/source/numbers.h"

/* A statement has at most 255 continued lines, and a line at least six of the longest floats or four doubles. */
enum { PIECE = 1000 };

typedef nni_number number_at(const void *values, size_t index);

static nni_number real_at(const void *values, size_t index)
{
    return nni_number_float((float)((const nni_real *)values)[index], "");
}

static nni_number double_at(const void *values, size_t index)
{
    return nni_number_double(((const double *)values)[index], "_wide");
}

static void put(const char *kind, const char *name, const void *values, number_at *number, size_t count, FILE *out)
{
    fprintf(out, "  real(%s), save :: %s(%zu)\n", kind, name, count);
    for (size_t first = 0; first < count; first += PIECE) {
        const size_t end = first + PIECE < count ? first + PIECE : count;
        nni_word_list list = {.out = out, .indent = "    ", .continued = " &"};
        fprintf(out, "  data %s(%zu:%zu) / &\n", name, first + 1, end);
        for (size_t i = first; i < end; i++)
            nni_word_list_add(&list, number(values, i).text);
        fputs(" /\n", out);
    }
}

void nni_fortran_put_reals(const char *name, const nni_real *values, size_t count, FILE *out)
{
    put("real32", name, values, real_at, count, out);
}

static nni_number rounded_at(const void *values, size_t index)
{
    return nni_number_float((float)((const double *)values)[index], "");
}

void nni_fortran_put_rounded(const char *name, const double *values, size_t count, FILE *out)
{
    put("real32", name, values, rounded_at, count, out);
}

void nni_fortran_put_doubles(const char *name, const double *values, size_t count, FILE *out)
{
    put("real64", name, values, double_at, count, out);
}

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 127 && c != '\'' && c != '\\' && c != '&' && c != '!';
}

void nni_fortran_put_text(const char *text, const char *indent, FILE *out)
{
    enum { LONGEST = 80 };
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t length = 0;
        while (length < LONGEST && is_plain(c[length]))
            length++;
        if (length > 0)
            fprintf(out, "%stext = text // '%.*s'\n", indent, (int)length, (const char *)c);
        else
            fprintf(out, "%stext = text // char(%d)\n", indent, *c);
        c += length > 0 ? length : 1;
    }
}
