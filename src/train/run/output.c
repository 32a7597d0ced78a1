/* SPDX-License-Identifier: MIT */
#include "train/run/output.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "support/printable.h"

/* Of a line, with a path or two in it. */
enum { LINE_BYTES = 2 * PATH_MAX };

void nni_output_clear_bar(const nni_output *output)
{
    if (!output->bar_width || *output->bar_width == 0)
        return;
    fprintf(output->file, "\r%*s\r", (int)*output->bar_width, "");
    fflush(output->file);
    *output->bar_width = 0;
}

size_t nni_output_columns(const nni_output *output)
{
    enum { LEAST = 20, MOST = 1000 }; /* what is less is no terminal to read on */
    const int columns = output->columns ? output->columns() : 0;
    return columns <= 0 ? 0 : columns < LEAST ? LEAST : columns > MOST ? MOST : (size_t)columns;
}

static size_t count_characters(const char *text, size_t length)
{
    size_t characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    return characters;
}

/* Breaks a line between words, with what follows below its second column. A word that is too long stays whole, for it
 * is a path to be copied. */
static void print_broken(FILE *out, const char *line, size_t columns)
{
    enum { INDENT = 9 };
    size_t used = 0;
    while (*line) {
        const size_t blanks = strspn(line, " "), word = strcspn(line + blanks, " ");
        const size_t width = blanks + count_characters(line + blanks, word);
        if (used > INDENT && word > 0 && used + width > columns) {
            fprintf(out, "\n%*s%.*s", INDENT, "", (int)word, line + blanks);
            used = INDENT + width - blanks;
        } else {
            fprintf(out, "%.*s", (int)(blanks + word), line);
            used += width;
        }
        line += blanks + word;
    }
}

static void say(const nni_output *output, size_t columns, const char *format, va_list arguments)
{
    char line[LINE_BYTES], shown[2 * LINE_BYTES];
    if (!output->file)
        return;
    nni_output_clear_bar(output);
    vsnprintf(line, sizeof line, format, arguments);
    nni_printable(line, shown, sizeof shown);
    if (columns > 0)
        print_broken(output->file, shown, columns);
    else
        fputs(shown, output->file);
    fputc('\n', output->file);
    fflush(output->file);
}

void nni_output_say(const nni_output *output, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(output, output->file ? nni_output_columns(output) : 0, format, arguments);
    va_end(arguments);
}

void nni_output_say_command(const nni_output *output, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(output, 0, format, arguments);
    va_end(arguments);
}
