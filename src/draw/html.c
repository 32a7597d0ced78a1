/* SPDX-License-Identifier: MIT */
#include "draw/html.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/printable.h"

static const char *entity_of(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Writes the character that begins a text. @return bytes of the text that it takes */
static size_t put_character(FILE *out, const char *text)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    const char *entity = entity_of(*text);
    const size_t bytes = entity ? 1 : nni_printable_character(text, shown);
    fputs(entity ? entity : shown, out);
    return bytes;
}

void nni_html_put(FILE *out, const char *text)
{
    nni_html_put_short(out, text, SIZE_MAX);
}

void nni_html_put_short(FILE *out, const char *text, size_t most)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    for (size_t written = 0; *text; written++) {
        if (written + 1 >= most && text[nni_printable_character(text, shown)]) {
            fputs("\xE2\x80\xA6", out); /* an ellipsis */
            return;
        }
        text += put_character(out, text);
    }
}

void nni_html_put_lines(FILE *out, const char *text)
{
    while (*text)
        if (*text == '\n' || *text == '\t')
            fputc(*text++, out);
        else
            text += put_character(out, text);
}

/* Removes zeros at the end of decimals, and the point where none are left. */
static void trim_decimals(char *text)
{
    if (!strchr(text, '.'))
        return;
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    text[length - (text[length - 1] == '.')] = '\0';
}

static void group_thousands(char text[NNI_HTML_NUMBER])
{
    char *digits = text + (*text == '-');
    const size_t whole = strspn(digits, "0123456789");
    if (whole < 5)
        return;
    for (size_t from_end = 3; from_end < whole; from_end += 3) {
        char *at = digits + whole - from_end;
        memmove(at + 1, at, strlen(at) + 1);
        *at = ',';
    }
}

char *nni_html_number(double value, int digits, char text[NNI_HTML_NUMBER])
{
    enum { DIGITS_MOST = 17 };
    digits = digits < 1 ? 1 : digits > DIGITS_MOST ? DIGITS_MOST : digits;
    if (!isfinite(value)) {
        snprintf(text, NNI_HTML_NUMBER, "%s", isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity");
        return text;
    }
    /* Rounding comes first: 9999.6 of four digits is 10,000. */
    snprintf(text, NNI_HTML_NUMBER, "%.*e", digits - 1, value);
    char *exponent_text = strchr(text, 'e');
    const int exponent = atoi(exponent_text + 1);
    if (value != 0 && (exponent < -4 || exponent >= 15)) {
        *exponent_text = '\0';
        trim_decimals(text);
        snprintf(text + strlen(text), NNI_HTML_NUMBER - strlen(text), "e%d", exponent);
        return text;
    }
    const int decimals = digits - 1 > exponent ? digits - 1 - exponent : 0;
    snprintf(text, NNI_HTML_NUMBER, "%.*f", decimals, strtod(text, NULL) + 0.0); /* + 0: no -0 */
    trim_decimals(text);
    group_thousands(text);
    return text;
}
