/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[256];

static void make_folder(void)
{
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.200s/nntrain-fuzz-XXXXXX", root ? root : "/tmp");
    fuzz_expect(mkdtemp(folder) != NULL, "a folder to write to");
}

const char *fuzz_path(const char *name)
{
    static char paths[4][600];
    static int next;
    if (!*folder)
        make_folder();
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *fuzz_file(const char *name, const void *bytes, size_t size)
{
    const char *path = fuzz_path(name);
    FILE *file = fopen(path, "wb");
    fuzz_expect(file && (size == 0 || fwrite(bytes, size, 1, file) == 1) && fclose(file) == 0, "a file to be written");
    return path;
}

void fuzz_clean(void)
{
    DIR *entries = *folder ? opendir(folder) : NULL;
    for (struct dirent *entry = entries ? readdir(entries) : NULL; entry; entry = readdir(entries))
        unlink(fuzz_path(entry->d_name));
    if (entries && closedir(entries) == 0)
        rmdir(folder);
}

void fuzz_expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "expected %s\n", what);
    abort();
}

void fuzz_expect_answer(nn_status status, const nn_error *error)
{
    if (status == NN_OK)
        return;
    const char *message = error->message;
    const size_t length = strnlen(message, sizeof error->message);
    bool printable = length > 0 && length < sizeof error->message;
    for (size_t i = 0; i < length; i++)
        printable = printable && (unsigned char)message[i] >= ' ' && message[i] != 127;
    if (!printable || error->status != status || (status != NN_DATA && status != NN_USAGE))
        fprintf(stderr, "status %d: %s\n", (int)status, message);
    fuzz_expect(printable, "one sentence");
    fuzz_expect(error->status == status, "the status that the error has");
    fuzz_expect(status == NN_DATA || status == NN_USAGE, "a sentence about usage or data");
}
