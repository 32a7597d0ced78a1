/* SPDX-License-Identifier: MIT */
#include "export/source/numbers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Columns that a line may have; Fortran's limit is 132. */
enum { COLUMNS = 116 };

static void complete(nni_number *number, const char *suffix)
{
    const size_t length = strlen(number->text);
    const bool whole = !strpbrk(number->text, ".e");
    snprintf(number->text + length, sizeof number->text - length, "%s%s", whole ? ".0" : "", suffix);
}

nni_number nni_number_float(float value, const char *suffix)
{
    nni_number number;
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(number.text, sizeof number.text, "%.*g", digits, (double)value);
        if (strtof(number.text, NULL) == value)
            break;
    }
    complete(&number, suffix);
    return number;
}

nni_number nni_number_double(double value, const char *suffix)
{
    nni_number number;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(number.text, sizeof number.text, "%.*g", digits, value);
        if (strtod(number.text, NULL) == value)
            break;
    }
    complete(&number, suffix);
    return number;
}

void nni_word_list_add(nni_word_list *list, const char *word)
{
    const size_t length = strlen(word);
    if (list->column == 0 || list->column + length + 2 > COLUMNS) {
        if (list->column > 0)
            fprintf(list->out, ",%s\n", list->continued);
        fputs(list->indent, list->out);
        list->column = strlen(list->indent);
    } else {
        fputs(", ", list->out);
        list->column += 2;
    }
    fputs(word, list->out);
    list->column += length;
}
