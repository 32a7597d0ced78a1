/* What a run says: lines on its output, broken where a terminal ends. */
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "support/printable.h"
#include "train/run/run.h"

enum { SAID_MOST = 2 * PATH_MAX }; /* of a line, with a path or two in it */

void nni_run_wipe(const nni_run *run)
{
    if (!run->bar_width || *run->bar_width == 0)
        return;
    fprintf(run->out, "\r%*s\r", (int)*run->bar_width, "");
    fflush(run->out);
    *run->bar_width = 0;
}

size_t nni_run_columns(const nni_run *run)
{
    enum { LEAST = 20, MOST = 1000 }; /* what is less is no terminal to read on */
    const int columns = run->columns ? run->columns() : 0;
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

static void say(const nni_run *run, size_t columns, const char *format, va_list arguments)
{
    char line[SAID_MOST], shown[2 * SAID_MOST];
    if (!run->out)
        return;
    nni_run_wipe(run);
    vsnprintf(line, sizeof line, format, arguments);
    nni_printable(line, shown, sizeof shown);
    if (columns > 0)
        print_broken(run->out, shown, columns);
    else
        fputs(shown, run->out);
    fputc('\n', run->out);
    fflush(run->out);
}

void nni_run_say(const nni_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, run->out ? nni_run_columns(run) : 0, format, arguments);
    va_end(arguments);
}

void nni_run_say_command(const nni_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, 0, format, arguments);
    va_end(arguments);
}
