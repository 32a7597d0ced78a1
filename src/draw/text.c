/* SPDX-License-Identifier: MIT */
#include "draw/text.h"

#include <stdint.h>
#include <string.h>

#include "support/printable.h"

/* Widths in ems of DejaVu Sans, the widest of the fonts that the style sheet names. */
static double width_of(const char *shown)
{
    const unsigned char first = (unsigned char)*shown;
    if (shown[0] == '\\' && shown[1] == 'x')
        return 0.6 * (double)strlen(shown);
    if (first >= 0xE3) /* Chinese, Japanese, Korean and what else is as wide as it is high */
        return 1.05;
    if (first >= 0x80)
        return 0.7;
    if (strchr("ijl.,:;|'! ", first))
        return 0.33;
    if (strchr("frtIJ()[]/\\-", first))
        return 0.41;
    if (strchr("mwMW%@<>=+#~", first))
        return first == 'W' || first == '@' ? 1 : 0.95;
    return first >= 'A' && first <= 'Z' ? 0.75 : 0.635;
}

size_t nni_text_length(const char *text)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    size_t length = 0;
    for (; *text; length++)
        text += nni_printable_character(text, shown);
    return length;
}

double nni_text_width(const char *text)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    double width = 0;
    while (*text) {
        text += nni_printable_character(text, shown);
        width += NNI_TEXT_SIZE * width_of(shown);
    }
    return width;
}

size_t nni_text_fit(const char *text, double width)
{
    const double ellipsis = NNI_TEXT_SIZE;
    char shown[NNI_PRINTABLE_CHARACTER];
    double used = 0;
    size_t length = 0, cut = 1; /* characters before the ellipsis would be too wide, and with it */
    for (; *text; length++) {
        text += nni_printable_character(text, shown);
        used += NNI_TEXT_SIZE * width_of(shown);
        if (used + ellipsis <= width)
            cut = length + 2;
        if (used > width)
            return cut;
    }
    return SIZE_MAX;
}

bool nni_boxes_overlap(const nni_box *a, const nni_box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}
