/* SPDX-License-Identifier: MIT */
#include "train/run_folder/epoch_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/memory.h"
#include "train/run_folder/folder.h"

/* Whether a line is of the run up to there. */
static bool is_kept(const char *line, uint64_t epoch, uint64_t step)
{
    static const char key[] = "\"step\": ";
    uint64_t of_epoch = 0, of_step = 0;
    if (sscanf(line, "{\"epoch\": %" SCNu64 ",", &of_epoch) != 1 || of_epoch > epoch)
        return false;
    const char *found = strstr(line, key);
    return !found || sscanf(found + strlen(key), "%" SCNu64, &of_step) != 1 || of_step <= step;
}

/* Ends each line by a zero: sscanf and strstr would look at all that follows, for every line. */
static size_t bytes_until(char *text, size_t count, uint64_t epoch, uint64_t step)
{
    size_t kept = 0;
    while (kept < count) {
        char *line = text + kept, *newline = memchr(line, '\n', count - kept);
        if (!newline)
            break;
        *newline = '\0';
        if (!is_kept(line, epoch, step))
            break;
        kept += (size_t)(newline - line) + 1;
    }
    return kept;
}

/* The whole file as text with a closing zero; an absent file is an empty one. */
static nn_status read_text(const char *path, char **text, size_t *count, nn_error *error)
{
    *count = 0;
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return nni_allocate(1, 1, "the lines of a run", text, error);
    long bytes = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        bytes = ftell(file);
    nn_status status = NN_OK;
    if (bytes < 0)
        status = nn_fail(error, NN_SYSTEM, "cannot read %s: %s", path, strerror(errno));
    else
        status = nni_allocate((size_t)bytes + 1, 1, "the lines of a run", text, error);
    if (status == NN_OK) {
        rewind(file);
        *count = fread(*text, 1, (size_t)bytes, file);
    }
    if (file)
        fclose(file);
    return status;
}

static bool open_end(nni_epoch_lines *lines)
{
    lines->file = fopen(lines->path, "ab");
    if (!lines->file || fseeko(lines->file, 0, SEEK_END) != 0)
        return false;
    lines->bytes = ftello(lines->file);
    return lines->bytes >= 0;
}

nn_status nni_epoch_lines_go_back(nni_epoch_lines *lines, uint64_t epoch, uint64_t step, nn_error *error)
{
    char *text = NULL;
    size_t count = 0;
    nni_epoch_lines_close(lines);
    NN_TRY(read_text(lines->path, &text, &count, error));
    const size_t kept = bytes_until(text, count, epoch, step);
    nni_release(text);
    if (kept < count && truncate(lines->path, (off_t)kept) != 0)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", lines->path, strerror(errno));
    open_end(lines); /* else with the next line */
    return NN_OK;
}

nn_status nni_epoch_lines_open(const char *folder, const char *name, uint64_t epoch, uint64_t step,
                               nni_epoch_lines *lines, nn_error *error)
{
    *lines = (nni_epoch_lines){.file = NULL};
    NN_TRY(nni_folder_join(folder, name, lines->path, error));
    NN_TRY(nni_epoch_lines_go_back(lines, epoch, step, error));
    if (!nni_epoch_lines_begin(lines))
        return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", lines->path, strerror(errno));
    return NN_OK;
}

bool nni_epoch_lines_removed(nni_epoch_lines *lines)
{
    struct stat open_file, named;
    if (!lines->file || fstat(fileno(lines->file), &open_file) != 0 ||
        (stat(lines->path, &named) == 0 && named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino))
        return false;
    nni_epoch_lines_close(lines);
    return true;
}

FILE *nni_epoch_lines_begin(nni_epoch_lines *lines)
{
    return lines->file || open_end(lines) ? lines->file : NULL;
}

bool nni_epoch_lines_end(nni_epoch_lines *lines)
{
    if (lines->file && fflush(lines->file) == 0 && !ferror(lines->file)) {
        lines->bytes = ftello(lines->file);
        return true;
    }
    const int reason = errno;
    const bool known = lines->file != NULL; /* else the file may be another by now */
    nni_epoch_lines_close(lines);
    if (known && truncate(lines->path, lines->bytes) == 0)
        open_end(lines);
    errno = reason;
    return false;
}

void nni_epoch_lines_close(nni_epoch_lines *lines)
{
    if (lines->file)
        fclose(lines->file);
    lines->file = NULL;
}
