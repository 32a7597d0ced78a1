/* SPDX-License-Identifier: MIT */
/** Text that is safe within HTML and SVG, and numbers as people read them. */
#ifndef NNI_DRAW_HTML_H
#define NNI_DRAW_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * Writes text from a file or a user as content of an element or a quoted attribute: & < > " ' as entities, control
 * characters, direction overrides and bytes that are no UTF-8 as visible escapes (support/printable.h).
 */
void nni_html_put(FILE *out, const char *text);

/** The same, but at most `most` characters of it, the last of them an ellipsis where it is longer. */
void nni_html_put_short(FILE *out, const char *text, size_t most);

/** As nni_html_put, but newlines and tabs stay, for <pre>. */
void nni_html_put_lines(FILE *out, const char *text);

enum { NNI_HTML_NUMBER = 32 };

/** A number for people: at most `digits` significant ones, thousands grouped by commas from 10,000 on, an exponent
 * below 1e-4 and from 1e15 on, "NaN" and infinity in words. @return text */
char *nni_html_number(double value, int digits, char text[NNI_HTML_NUMBER]);

/** An image as a data: address of PNG. @param rgb [height, width, 3]. @return false where memory runs out */
bool nni_html_put_png(FILE *out, const unsigned char *rgb, size_t width, size_t height);

#endif
