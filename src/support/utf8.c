/* SPDX-License-Identifier: MIT */
#include "support/utf8.h"

size_t nni_utf8_character(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    if (length == 0)
        return 0;
    const size_t bytes = at[0] < 0x80   ? 1
                         : at[0] < 0xC2 ? 0
                         : at[0] < 0xE0 ? 2
                         : at[0] < 0xF0 ? 3
                         : at[0] < 0xF5 ? 4
                                        : 0;
    if (bytes > length)
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    const bool surrogate = at[0] == 0xED && at[1] > 0x9F, too_long = at[0] == 0xE0 && at[1] < 0xA0,
               beyond = (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F);
    return surrogate || too_long || beyond ? 0 : bytes;
}

bool nni_is_utf8(const char *text, size_t length)
{
    while (length > 0) {
        const size_t bytes = nni_utf8_character(text, length);
        if (bytes == 0)
            return false;
        text += bytes;
        length -= bytes;
    }
    return true;
}
