/* SPDX-License-Identifier: MIT */
/* Names of runs in sentences. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "report/compare/comparison.h"
#include "support/memory.h"

enum { LABELS_LISTED = 5 }; /* in a sentence */

void nni_compare_put_label(const nni_comparison *c, size_t run, size_t most)
{
    char *text = nni_compare_shorten(c->labels.text[run], most);
    fputs("<b>", c->out);
    nni_html_put(c->out, text ? text : c->labels.text[run]);
    fputs("</b>", c->out);
    nni_release(text);
}

void nni_compare_put_labels(const nni_comparison *c, const size_t *runs, size_t count)
{
    const size_t listed = count > LABELS_LISTED ? LABELS_LISTED - 1 : count;
    for (size_t i = 0; i < listed; i++) {
        fputs(i == 0 ? "" : i + 1 == count ? " and " : ", ", c->out);
        nni_compare_put_label(c, runs[i], 60);
    }
    if (count > listed)
        fprintf(c->out, " and %zu others", count - listed);
}

/* Bytes of the first so many characters of a text. */
static size_t characters(const char *text, size_t count)
{
    size_t at = 0;
    for (; text[at] && count > 0; count--)
        for (at++; ((unsigned char)text[at] & 0xC0) == 0x80; at++)
            ;
    return at;
}

char *nni_compare_shorten(const char *text, size_t most)
{
    size_t length = 0;
    for (const char *at = text; *at; at++)
        length += ((unsigned char)*at & 0xC0) != 0x80;
    char *copy = NULL;
    const size_t bytes = strlen(text), ends = most / 2;
    const size_t head = length > most ? characters(text, most - ends - 1) : bytes;
    const size_t tail = length > most ? characters(text, length - ends) : bytes;
    if (nni_allocate(bytes + 8, 1, "a name", &copy, NULL) != NN_OK)
        return NULL;
    memcpy(copy, text, head);
    snprintf(copy + head, bytes + 8 - head, "%s%s", length > most ? "\xE2\x80\xA6" : "", text + tail);
    return copy;
}
