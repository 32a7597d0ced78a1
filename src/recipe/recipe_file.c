/* SPDX-License-Identifier: MIT */
/* Reads recipe files: regular ones, and pipes that somebody is about to write to. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipe/recipe.h"

enum { MOST_BYTES = 1 << 20 }; /* of a recipe file; a long one has a few thousand */
enum { WAIT_SECONDS = 10 };    /* for whoever is to write a recipe into a pipe */

/* Whether somebody writes into a pipe, or closes it, in time. errno is EAGAIN where nobody does. */
static bool wait_for_writer(int descriptor)
{
    struct pollfd waited = {.fd = descriptor, .events = POLLIN};
    int ready;
    do
        ready = poll(&waited, 1, WAIT_SECONDS * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = EAGAIN;
    return ready > 0;
}

static bool is_pipe(int descriptor)
{
    struct stat facts;
    return fstat(descriptor, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

static nn_status fail_to_read(const char *path, nn_error *error)
{
    if (errno == EAGAIN)
        return nn_fail(error, NN_USAGE, "recipe %s is a pipe that nobody wrote to for %d s", path, (int)WAIT_SECONDS);
    return nn_fail(error, NN_USAGE, "cannot read recipe %s: %s", path, strerror(errno));
}

/* Reads to the end, so that a pipe will do; `text` has room for MOST_BYTES + 2. */
static nn_status read_stream(int descriptor, const char *path, char *text, nn_error *error)
{
    size_t length = 0;
    ssize_t got = 1;
    if (is_pipe(descriptor) && !wait_for_writer(descriptor)) /* one without a writer yet would read as empty */
        return fail_to_read(path, error);
    while (got != 0 && length <= MOST_BYTES) {
        got = read(descriptor, text + length, MOST_BYTES + 1 - length);
        if (got > 0)
            length += (size_t)got;
        else if (got < 0 && errno != EINTR && !(errno == EAGAIN && wait_for_writer(descriptor)))
            return fail_to_read(path, error);
    }
    if (length > MOST_BYTES)
        return nn_fail(error, NN_USAGE, "recipe %s has more than %d bytes; is it the file you meant?", path,
                       (int)MOST_BYTES);
    const char *nul = memchr(text, '\0', length);
    const bool marked = length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
    if (marked || (nul && nul - text < 2 && length > 1 && text[nul == text] != '\0'))
        return nn_fail(error, NN_USAGE,
                       "recipe %s is UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16%s -t UTF-8", path,
                       marked        ? ""
                       : nul == text ? "BE"
                                     : "LE");
    if (nul)
        return nn_fail(error, NN_USAGE, "recipe %s is no text: byte %zu is NUL; is it the file you meant?", path,
                       (size_t)(nul - text));
    text[length] = '\0';
    return NN_OK;
}

static nn_status read_file(const char *path, char **text, nn_error *error)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return nn_fail(error, NN_USAGE, "cannot read recipe %s: %s", path, strerror(errno));
    *text = malloc(MOST_BYTES + 2);
    nn_status status = *text ? read_stream(descriptor, path, *text, error)
                             : nn_fail(error, NN_SYSTEM, "out of memory: cannot read recipe %s", path);
    close(descriptor);
    return status;
}

static nn_status folder_of(const char *path, char **folder, nn_error *error)
{
    const char *slash = strrchr(path, '/');
    *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    return *folder ? NN_OK : nn_fail(error, NN_SYSTEM, "out of memory: cannot read recipe %s", path);
}

nn_status nn_recipe_load(const char *path, const char *const *overrides, size_t override_count, nn_recipe **recipe,
                         nn_error *error)
{
    char *text = NULL, *folder = NULL;
    *recipe = NULL;
    nn_status status = read_file(path, &text, error);
    if (status == NN_OK)
        status = folder_of(path, &folder, error);
    if (status == NN_OK)
        status = nn_recipe_parse(text, path, folder, overrides, override_count, recipe, error);
    free(text);
    free(folder);
    return status;
}
