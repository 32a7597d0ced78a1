/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/history/parts.h"
#include "support/files.h"

nn_status nni_lines_open(const char *path, nni_lines *lines, nn_error *error)
{
    int descriptor = -1;
    struct stat facts;
    *lines = (nni_lines){0};
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    lines->bytes = (size_t)facts.st_size;
    lines->file = fdopen(descriptor, "rb");
    if (lines->file)
        return NN_OK;
    close(descriptor);
    return nn_fail(error, NN_SYSTEM, "out of memory: cannot read %s", path);
}

bool nni_lines_next(nni_lines *lines)
{
    const ssize_t length = getline(&lines->text, &lines->capacity, lines->file);
    if (length <= 0)
        return false;
    lines->number++;
    lines->torn = lines->text[length - 1] != '\n';
    lines->length = (size_t)length - !lines->torn;
    return true;
}

void nni_lines_rewind(nni_lines *lines)
{
    rewind(lines->file);
    lines->number = 0;
}

void nni_lines_refuse(nni_lines *lines)
{
    if (!lines->torn && lines->bad++ == 0)
        lines->first_bad = lines->number;
}

void nni_lines_note(const nni_lines *lines, const char *name, nni_history *history)
{
    if (lines->bad > 0)
        nni_history_note(history, "%s: %zu of its lines could not be read, the first is line %zu", name, lines->bad,
                         lines->first_bad);
}

void nni_lines_close(nni_lines *lines)
{
    if (lines->file)
        fclose(lines->file);
    free(lines->text);
    *lines = (nni_lines){0};
}
