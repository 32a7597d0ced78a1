/* SPDX-License-Identifier: MIT */
#include "report/page/parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "report/figures/frame_colours.h"

const char *nni_text(nni_texts *texts, const char *format, ...)
{
    if (texts->count == texts->capacity) {
        const size_t capacity = 2 * texts->capacity + 16;
        char **grown = realloc(texts->text, capacity * sizeof *grown);
        if (!grown) {
            texts->short_of_memory = true;
            return "";
        }
        texts->text = grown;
        texts->capacity = capacity;
    }
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    if (!text) {
        texts->short_of_memory = true;
        return "";
    }
    return texts->text[texts->count++] = text;
}

nn_status nni_texts_end(nni_texts *texts, bool drawn, nn_error *error)
{
    const bool good = drawn && !texts->short_of_memory;
    for (size_t i = 0; i < texts->count; i++)
        free(texts->text[i]);
    free(texts->text);
    *texts = (nni_texts){0};
    return good ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory while the report is written");
}

char *nni_amount(double value, char text[NNI_HTML_NUMBER])
{
    return nni_html_number(value, value == floor(value) ? 15 : 6, text);
}

static const char *name_in(nni_texts *texts, const nni_string_set *names, size_t index, const char *what)
{
    return index < names->count ? names->text[index] : nni_text(texts, "%s %zu", what, index);
}

const char *nni_output_name(nni_texts *texts, const nni_history *run, size_t index)
{
    const nn_prediction kind = run->predictions ? run->predictions->kind : NN_PREDICTS_VALUES;
    if (kind == NN_PREDICTS_CLASSES || nni_frames_show_classes(run))
        return name_in(texts, &run->class_names, index, "class");
    return name_in(texts, &run->output_names, index, kind == NN_PREDICTS_LABELS ? "label" : "output");
}

const char *nni_feature_text(nni_texts *texts, const nni_history *run, size_t index)
{
    return name_in(texts, &run->feature_names, index, "feature");
}

void nni_table_begin(FILE *out, const char *figure, const char *caption, const char *const *heads, size_t count)
{
    fprintf(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"sortable\" data-figure=\"%s\"><caption>", figure);
    nni_html_put(out, caption);
    fputs("</caption>\n<thead><tr>", out);
    for (size_t i = 0; i < count; i++) {
        const bool number = *heads[i] == '#';
        fputs(number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">", out);
        nni_html_put(out, heads[i] + number);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
}

void nni_table_row(FILE *out, const char *name)
{
    fputs("<tr><th scope=\"row\">", out);
    nni_html_put(out, name);
    fputs("</th>", out);
}

void nni_table_number(FILE *out, double value, int digits)
{
    char text[NNI_HTML_NUMBER];
    if (isnan(value))
        fputs("<td class=\"number\">&ndash;</td>", out);
    else
        fprintf(out, "<td class=\"number\" data-value=\"%.17g\">%s</td>", value,
                digits > 0 ? nni_html_number(value, digits, text) : nni_amount(value, text));
}

void nni_table_share(FILE *out, double value)
{
    if (!(fabs(value) < 10))
        nni_table_number(out, value, 4);
    else
        fprintf(out, "<td class=\"number\" data-value=\"%.17g\">%.4f</td>", value, value);
}

void nni_table_text(FILE *out, const char *text)
{
    fputs("<td>", out);
    nni_html_put(out, text);
    fputs("</td>", out);
}

void nni_table_row_end(FILE *out)
{
    fputs("</tr>\n", out);
}

void nni_table_end(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

void nni_put_figure(FILE *out, const char *figure, double value)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out, "<span data-figure=\"%s\" data-value=\"%.17g\">%s</span>", figure, value,
            nni_html_number(value, 4, text));
}

void nni_put_prediction_rows(FILE *out, const nni_prediction_record *record)
{
    if (record->rows < record->split_rows)
        fprintf(out, "%s row%s, evenly spaced, of the %s rows", NNI_AMOUNT(record->rows), nni_plural(record->rows),
                NNI_AMOUNT(record->split_rows));
    else
        fprintf(out, "The %s row%s", NNI_AMOUNT(record->rows), nni_plural(record->rows));
    fputs(" of the ", out);
    nni_html_put(out, record->split);
    fprintf(out, " split, as predicted after epoch %s.%s ", NNI_AMOUNT(record->epoch),
            record->weight ? " Rows count by their sample weights." : "");
}

void nni_row_of_figures_begin(FILE *out)
{
    fputs("<div class=\"figures small\">\n", out);
}

void nni_row_of_figures_end(FILE *out)
{
    fputs("</div>\n", out);
}

const char *nni_plural(size_t count)
{
    return count == 1 ? "" : "s";
}
