/* SPDX-License-Identifier: MIT */
/* What runs are called, so that no two are called the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "report/compare/comparison.h"
#include "support/memory.h"

enum { LABELS_LISTED = 5 }; /* in a sentence */

/* Runs of one name. */
typedef struct namesakes {
    size_t count, seen;
    const char *folder; /* of the first of them */
    size_t common;      /* bytes of it that all their folders begin with, up to a slash */
} namesakes;

static void add_namesake(namesakes *of, const char *folder)
{
    of->folder = of->count == 0 ? folder : of->folder;
    size_t same = 0, slash = 0;
    const size_t most = of->count == 0 ? strlen(folder) : of->common;
    for (; same < most && folder[same] == of->folder[same] && folder[same]; same++)
        if (folder[same] == '/')
            slash = same + 1;
    of->common = slash;
    of->count++;
}

static nn_status make_label(const char *name, size_t number, char **label, nn_error *error)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (out && number > 0)
        fprintf(out, "%s (%zu)", name, number);
    else if (out)
        fputs(name, out);
    nn_status status = out && fclose(out) == 0 ? nni_copy_text(text, label, error)
                                               : nn_fail(error, NN_SYSTEM, "out of memory: cannot name the runs");
    free(text);
    return status;
}

static nn_status label_all(nni_comparison *c, nni_string_set *names, namesakes *same, nni_string_set *used,
                           nn_error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        NN_TRY(nni_string_set_add(names, c->runs[i]->name, error));
        add_namesake(&same[nni_string_set_find(names, c->runs[i]->name)], c->runs[i]->folder);
    }
    for (size_t i = 0; i < c->count; i++) {
        namesakes *of = &same[nni_string_set_find(names, c->runs[i]->name)];
        const char *name = of->count > 1 && !c->share ? c->runs[i]->folder + of->common : c->runs[i]->name;
        size_t number = of->count > 1 && c->share ? ++of->seen : 0;
        NN_TRY(make_label(name, number, &c->labels[i], error));
        /* The same folder twice, or names that look like numbered ones. */
        for (number = 2; nni_string_set_find(used, c->labels[i]) != SIZE_MAX; number++) {
            nni_release(c->labels[i]);
            c->labels[i] = NULL;
            NN_TRY(make_label(name, number, &c->labels[i], error));
        }
        NN_TRY(nni_string_set_add(used, c->labels[i], error));
    }
    return NN_OK;
}

nn_status nni_compare_label(nni_comparison *c, nn_error *error)
{
    nni_string_set names = {0}, used = {0};
    namesakes *same = NULL;
    nn_status status = nni_allocate(c->count, sizeof *same, "the names of the runs", &same, error);
    if (status == NN_OK)
        status = nni_allocate(c->count, sizeof *c->labels, "the names of the runs", &c->labels, error);
    if (status == NN_OK)
        status = label_all(c, &names, same, &used, error);
    nni_string_set_free(&names);
    nni_string_set_free(&used);
    nni_release(same);
    return status;
}

void nni_compare_put_label(const nni_comparison *c, size_t run, size_t most)
{
    char *text = nni_compare_shorten(c->labels[run], most);
    fputs("<b>", c->out);
    nni_html_put(c->out, text ? text : c->labels[run]);
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
