/* SPDX-License-Identifier: MIT */
/** UTF-8 (RFC 3629). */
#ifndef NNI_SUPPORT_UTF8_H
#define NNI_SUPPORT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** @return bytes of the character that begins a text of `length` bytes; 0: it is no UTF-8 */
size_t nni_utf8_character(const char *text, size_t length);

/** @return whether a text is UTF-8 to its end */
bool nni_is_utf8(const char *text, size_t length);

#endif
