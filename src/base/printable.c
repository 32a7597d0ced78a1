#include "base/printable.h"

#include <stdbool.h>
#include <string.h>

enum { ESCAPED_MOST = 4 * 4 }; /* four bytes, \x1b each */

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

/* Whether a terminal obeys a character: it ends the line, moves, or turns the direction of what follows. */
static bool is_control(const unsigned char *text, size_t length)
{
    if (length == 1)
        return *text < ' ' || *text == 0x7F;
    if (length == 2)
        return text[0] == 0xC2 && text[1] < 0xA0;
    if (length != 3 || text[0] != 0xE2)
        return false;
    const unsigned char last = text[2];
    return (text[1] == 0x80 && (last == 0x8E || last == 0x8F || (last >= 0xA8 && last <= 0xAE))) ||
           (text[1] == 0x81 && last >= 0xA6 && last <= 0xA9);
}

/* The next character as it may be shown. @return how many bytes of the text that takes */
static size_t show(const char *text, char shown[ESCAPED_MOST + 1])
{
    const unsigned char *at = (const unsigned char *)text;
    const size_t length = character(at);
    const char *named = *text == '\n' ? "\\n" : *text == '\r' ? "\\r" : *text == '\t' ? "\\t" : NULL;
    const size_t bytes = length > 0 ? length : 1;
    if (named)
        snprintf(shown, ESCAPED_MOST + 1, "%s", named);
    else if (length == 0 || is_control(at, length))
        for (size_t i = 0; i < bytes; i++)
            snprintf(shown + 4 * i, 5, "\\x%02x", at[i]);
    else
        snprintf(shown, ESCAPED_MOST + 1, "%.*s", (int)bytes, text);
    return bytes;
}

char *nn_printable(const char *text, char *to, size_t room)
{
    char shown[ESCAPED_MOST + 1];
    size_t used = 0;
    while (*text) {
        text += show(text, shown);
        const size_t length = strlen(shown);
        if (used + length >= room)
            break;
        memcpy(to + used, shown, length);
        used += length;
    }
    to[used] = '\0';
    return to;
}

size_t nn_print_text(FILE *out, const char *text)
{
    char shown[ESCAPED_MOST + 1];
    size_t bytes = 0;
    while (*text) {
        text += show(text, shown);
        bytes += strlen(shown);
        if (out)
            fputs(shown, out);
    }
    return bytes;
}
