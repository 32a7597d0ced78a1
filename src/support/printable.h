/* SPDX-License-Identifier: MIT */
/** Text of files and users as it may be shown: one line, and nothing that a terminal would obey. */
#ifndef NNI_SUPPORT_PRINTABLE_H
#define NNI_SUPPORT_PRINTABLE_H

#include <stddef.h>
#include <stdio.h>

/**
 * Copies a text, with escapes for what is no printable UTF-8: \n \r \t by name, every byte of other control characters
 * (C0, C1, DEL), of line separators and direction overrides (U+200E, U+2028 ...), and of what is no UTF-8, as \x1b.
 *
 * @param room  bytes of `to`, at least 1; what does not fit is left out, by whole characters and escapes
 * @return to
 */
char *nni_printable(const char *text, char *to, size_t room);

enum { NNI_PRINTABLE_CHARACTER = 17 }; /**< four bytes as \x1b each, and the end */

/** Copies the first character of a text that is not empty, with these escapes. @return bytes of the text that it takes
 */
size_t nni_printable_character(const char *text, char shown[NNI_PRINTABLE_CHARACTER]);

/** Prints a text with these escapes. @param out  NULL: nothing is printed. @return bytes that it takes */
size_t nni_print_text(FILE *out, const char *text);

#endif
