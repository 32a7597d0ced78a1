#include "nntrain/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* @return bytes of the character at the beginning of a text, where UTF-8 has such a one (RFC 3629); else 0 */
static size_t character(const unsigned char *text)
{
    const unsigned first = text[0];
    const size_t length = first < 0x80   ? 1
                          : first < 0xC2 ? 0
                          : first < 0xE0 ? 2
                          : first < 0xF0 ? 3
                          : first < 0xF5 ? 4
                                         : 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    const bool surrogate = first == 0xED && text[1] > 0x9F, too_long = first == 0xE0 && text[1] < 0xA0;
    const bool beyond = (first == 0xF0 && text[1] < 0x90) || (first == 0xF4 && text[1] > 0x8F);
    return surrogate || too_long || beyond ? 0 : length;
}

/* One sentence on one line, whatever is in the names it quotes: a terminal obeys control characters. */
static void make_printable(char *message)
{
    unsigned char *at = (unsigned char *)message;
    while (*at) {
        const size_t length = character(at);
        const bool control = *at < ' ' || *at == 0x7F || (length == 2 && at[0] == 0xC2 && at[1] < 0xA0);
        if (length == 0 || control)
            *at = '?';
        at += control && length > 0 ? 1 : length > 0 ? length : 1;
    }
}

nn_status nn_fail(nn_error *error, nn_status status, const char *format, ...)
{
    if (error) {
        error->status = status;
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
        make_printable(error->message);
    }
    return status;
}
