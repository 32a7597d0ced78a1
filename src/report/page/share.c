/* SPDX-License-Identifier: MIT */
#include "report/page/share.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"

/* What ends a path within a sentence or a recipe. A folder may have blanks in its name: see folders_of. */
static const char ends[] = " \t\n\"'(),;:<>[]{}=|`";

/* Adds the folder of a path, with the slash behind it; without memory for it, the rule for single words remains. */
static void add_folder(nni_string_set *folders, const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/')
        length--;
    char *folder = length > 1 ? strndup(path, length) : NULL;
    if (folder)
        nni_string_set_add(folders, folder, NULL);
    free(folder);
}

/* Folders that the run knows: its own, those of its data, and of absolute paths in its recipe. */
static void folders_of(const nni_history *run, nni_string_set *folders)
{
    add_folder(folders, run->folder, strlen(run->folder));
    for (size_t i = 0; i < run->origin_count; i++)
        if (run->origins[i].data_file)
            add_folder(folders, run->origins[i].data_file, strlen(run->origins[i].data_file));
    for (const char *at = run->recipe ? strchr(run->recipe, '/') : NULL; at; at = strchr(at, '/')) {
        const size_t length = strcspn(at, "\n,'\"}]");
        if (at > run->recipe && strchr(" '\"", at[-1]))
            add_folder(folders, at, length);
        at += length;
    }
}

static size_t known_folder(const nni_string_set *folders, const char *text)
{
    size_t longest = 0;
    for (size_t i = 0; i < folders->count; i++) {
        const size_t length = strlen(folders->text[i]);
        if (length > longest && strncmp(text, folders->text[i], length) == 0)
            longest = length;
    }
    return longest;
}

static size_t known_host(const nni_history *run, const char *text)
{
    for (size_t i = 0; i < run->origin_count; i++)
        for (size_t j = 0; j < run->origins[i].hosts.count; j++) {
            const char *host = run->origins[i].hosts.text[j];
            const size_t length = strlen(host);
            if (length > 0 && strncmp(text, host, length) == 0 && !isalnum((unsigned char)text[length]))
                return length;
        }
    return 0;
}

/* A word that is a path loses all but its last component, one like user@host all. */
static void put_word(FILE *out, const char *word, size_t length)
{
    if (memchr(word, '@', length)) {
        fputs("(left out)", out);
        return;
    }
    while (length > 1 && word[length - 1] == '/')
        length--;
    size_t begin = length;
    while (begin > 0 && word[begin - 1] != '/')
        begin--;
    fwrite(word + begin, 1, length - begin, out);
}

static void put_without(FILE *out, const nni_history *run, const char *text)
{
    nni_string_set folders = {.count = 0};
    folders_of(run, &folders);
    while (*text) {
        const size_t folder = known_folder(&folders, text), host = folder == 0 ? known_host(run, text) : 0;
        const size_t word = folder + host == 0 ? strcspn(text, ends) : 0;
        if (host > 0)
            fputs("HOST", out);
        else if (word > 0)
            put_word(out, text, word);
        else if (folder == 0)
            fputc(*text, out);
        text += folder + host + word > 0 ? folder + host + word : 1;
    }
    nni_string_set_free(&folders);
}

void nni_share_put(const nni_page *page, const char *text)
{
    char *shared = NULL;
    size_t length = 0;
    FILE *out = page->share ? open_memstream(&shared, &length) : NULL;
    if (out) {
        put_without(out, page->run, text);
        if (fclose(out) == 0)
            nni_html_put(page->out, shared);
        free(shared);
    } else if (!page->share)
        nni_html_put(page->out, text);
}
