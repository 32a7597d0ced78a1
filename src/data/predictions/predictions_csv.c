/* SPDX-License-Identifier: MIT */
#include "data/predictions/predictions_csv.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "support/real.h"

/* A field of text, in quotes where it must be (RFC 4180). @param before  what the field begins with */
static void put_text(FILE *file, const char *before, const char *text)
{
    if (!strpbrk(text, ",\"\r\n") && text[0] != ' ' && (text[0] == '\0' || text[strlen(text) - 1] != ' ')) {
        fprintf(file, "%s%s", before, text);
        return;
    }
    fprintf(file, "\"%s", before);
    for (const char *at = text; *at; at++)
        fputs(*at == '"' ? "\"\"" : (char[2]){*at, '\0'}, file);
    fputc('"', file);
}

static void put_name(FILE *file, const nni_predictions_form *form, const char *before, const char *unnamed,
                     size_t number)
{
    if (form->names && number < form->names->count)
        put_text(file, before, form->names->text[number]);
    else
        fprintf(file, "%s%s%zu", before, unnamed, number);
}

static bool has_names(const nni_predictions_form *form)
{
    return form->names && form->names->count > 0;
}

void nni_predictions_csv_header(FILE *file, const nni_predictions_form *form)
{
    const size_t outputs = form->outputs;
    if (form->kind == NN_PREDICTS_CLASSES) {
        fputs(has_names(form) ? "class,class_name" : "class", file);
        for (size_t i = 0; i < outputs; i++) {
            fputc(',', file);
            put_name(file, form, "p_", "", outputs == 1 ? 1 : i); /* a single output is that of class 1 */
        }
    }
    for (size_t i = 0; i < outputs && form->kind == NN_PREDICTS_LABELS; i++) {
        put_name(file, form, "", "label_", i);
        fputc(',', file);
    }
    for (size_t i = 0; i < outputs && form->kind != NN_PREDICTS_CLASSES; i++) {
        fputs(i > 0 ? "," : "", file);
        if (form->kind == NN_PREDICTS_LABELS)
            put_name(file, form, "p_", "", i);
        else if (outputs == 1 && !has_names(form))
            fputc('y', file);
        else
            put_name(file, form, "", "value_", i);
    }
    fputc('\n', file);
}

/* As few digits as tell it from all others: of an nni_real, or of a double. */
static void put_number(FILE *file, double value, bool real)
{
    char text[40];
    const bool single = real && sizeof(nni_real) == sizeof(float);
    const int most = single ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    for (int digits = single ? FLT_DIG + 1 : DBL_DIG; digits <= most; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    fputs(text, file);
}

void nni_predictions_csv_rows(FILE *file, const nni_predictions_form *form, const double *output, const int *decided,
                              size_t rows)
{
    const size_t outputs = form->outputs;
    for (size_t row = 0; row < rows; row++) {
        const char *comma = "";
        if (form->kind == NN_PREDICTS_CLASSES) {
            const size_t class = (size_t)decided[row];
            fprintf(file, "%zu", class);
            comma = ",";
            if (has_names(form)) {
                fputc(',', file);
                put_text(file, "", class < form->names->count ? form->names->text[class] : "");
            }
        }
        for (size_t i = 0; i < outputs && form->kind == NN_PREDICTS_LABELS; i++) {
            fprintf(file, "%s%d", comma, decided[row * outputs + i]);
            comma = ",";
        }
        for (size_t i = 0; i < outputs; i++) {
            fputs(comma, file);
            put_number(file, output[row * outputs + i], form->kind != NN_PREDICTS_VALUES);
            comma = ",";
        }
        fputc('\n', file);
    }
}
