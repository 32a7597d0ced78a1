/* SPDX-License-Identifier: MIT */
#include "support/printable.h"

#include <stdbool.h>
#include <string.h>

#include "support/utf8.h"

enum { CHARACTER_MOST = 4 }; /* bytes */

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

size_t nni_printable_character(const char *text, char shown[NNI_PRINTABLE_CHARACTER])
{
    const unsigned char *at = (const unsigned char *)text;
    const size_t length = nni_utf8_character(text, strnlen(text, CHARACTER_MOST));
    const char *named = *text == '\n' ? "\\n" : *text == '\r' ? "\\r" : *text == '\t' ? "\\t" : NULL;
    const size_t bytes = length > 0 ? length : 1;
    if (named)
        snprintf(shown, NNI_PRINTABLE_CHARACTER, "%s", named);
    else if (length == 0 || is_control(at, length))
        for (size_t i = 0; i < bytes; i++)
            snprintf(shown + 4 * i, 5, "\\x%02x", at[i]);
    else
        snprintf(shown, NNI_PRINTABLE_CHARACTER, "%.*s", (int)bytes, text);
    return bytes;
}

char *nni_printable(const char *text, char *to, size_t room)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    size_t used = 0;
    while (*text) {
        text += nni_printable_character(text, shown);
        const size_t length = strlen(shown);
        if (used + length >= room)
            break;
        memcpy(to + used, shown, length);
        used += length;
    }
    to[used] = '\0';
    return to;
}

size_t nni_print_text(FILE *out, const char *text)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    size_t bytes = 0;
    while (*text) {
        text += nni_printable_character(text, shown);
        bytes += strlen(shown);
        if (out)
            fputs(shown, out);
    }
    return bytes;
}
