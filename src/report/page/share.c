/* SPDX-License-Identifier: MIT */
#include "report/page/share.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draw/html.h"

/* What ends a path within a sentence or a recipe. A folder may have blanks in its name: see folders_of. */
static const char ends[] = " \t\n\"'(),;:<>[]{}=|`";

/* @return whether what follows is the name of a user: "/home/" stands before it */
static bool is_home(const char *path, size_t begin)
{
    static const char *const homes[] = {"home", "users"};
    size_t end = begin;
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (end - start == strlen(homes[i]) && strncasecmp(path + start, homes[i], end - start) == 0)
            return true;
    return false;
}

/* Adds the folder of a path, with the slash behind it; without memory for it, the rule for single words remains. */
static void add_folder(nni_string_set *folders, const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/')
        length--;
    char *folder = length > 1 && !is_home(path, length) ? strndup(path, length) : NULL;
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

static bool begins_with(const char *text, const char *name, size_t length)
{
    return length > 0 && strncasecmp(text, name, length) == 0 && !isalnum((unsigned char)text[length]);
}

/* Length of a host's name at the beginning of a text, whether the run recorded it with its domain or without; 0: there
 * is none. */
static size_t known_host(const nni_history *run, const char *text)
{
    size_t found = 0;
    for (size_t i = 0; i < run->origin_count; i++)
        for (size_t j = 0; j < run->origins[i].hosts.count; j++) {
            const char *host = run->origins[i].hosts.text[j];
            const size_t length = strlen(host), label = strcspn(host, "."), digits = strspn(host, "0123456789");
            if (length > found && begins_with(text, host, length))
                found = length;
            else if (label > found && digits < label && begins_with(text, host, label)) /* no part of an address */
                found = label;
        }
    while (found > 0 && text[found] == '.' && isalnum((unsigned char)text[found + 1]))
        for (found++; isalnum((unsigned char)text[found]) || text[found] == '-'; found++)
            ;
    return found;
}

/* A word that is a path loses all but its last component; one like user@host, or of a user's own folder, all. */
static void put_word(FILE *out, const nni_history *run, const char *word, size_t length)
{
    const char *end = word + length;
    while (end > word + 1 && end[-1] == '/')
        end--;
    const char *at = end;
    while (at > word && at[-1] != '/')
        at--;
    if (memchr(word, '@', length) || is_home(word, (size_t)(at - word)) || (*at == '~' && end > at + 1)) {
        fputs("(left out)", out);
        return;
    }
    while (at < end) {
        const size_t host = at > word && isalnum((unsigned char)at[-1]) ? 0 : known_host(run, at);
        if (host > 0)
            fputs("HOST", out);
        else
            fputc(*at, out);
        at += host > 0 ? host : 1;
    }
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
            put_word(out, run, text, word);
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
