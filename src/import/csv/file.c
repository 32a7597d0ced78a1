/* SPDX-License-Identifier: MIT */
/* Text files in memory, as the system pages them in. */
#define _XOPEN_SOURCE 700 /* mkstemp */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "import/csv/table.h"
#include "support/files.h"
#include "support/memory.h"

/* What is no text shows at once. A mark of UTF-8's byte order is passed over. */
static nn_status check_text(nni_csv_file *file, nn_error *error)
{
    static const struct {
        const char *bytes, *what;
    } marks[] = {
        {"\xFF\xFE", "UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16 -t UTF-8"},
        {"\xFE\xFF", "UTF-16 text; save it as UTF-8, for example by iconv -f UTF-16 -t UTF-8"},
        {"PK\x03\x04", "a ZIP archive, as spreadsheets are, and no text; save the table as CSV, or unpack it"},
        {"\x1F\x8B", "packed by gzip twice; unpack it once"},
        {"BZh", "packed by bzip2; unpack it, or pack it by gzip"},
        {"\xFD"
         "7zXZ",
         "packed by xz; unpack it, or pack it by gzip"},
        {"\x28\xB5\x2F\xFD", "packed by zstd; unpack it, or pack it by gzip"},
        {"\x89HDF", "an HDF5 file, which needs no import; nntrain inspect tells what it holds"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strlen(marks[i].bytes) <= file->size && memcmp(file->text, marks[i].bytes, strlen(marks[i].bytes)) == 0)
            return nn_fail(error, NN_DATA, "%s is %s", file->path, marks[i].what);
    enum { LOOKED_AT = 4096 };
    const char *nul = memchr(file->text, '\0', file->size < LOOKED_AT ? file->size : LOOKED_AT);
    if (nul)
        return nn_fail(error, NN_DATA, "%s is no text%s: byte %zu is NUL", file->path,
                       nul - file->text < 2 ? ", or UTF-16, which iconv -f UTF-16LE -t UTF-8 turns into text" : "",
                       (size_t)(nul - file->text));
    if (file->size >= 3 && memcmp(file->text, "\xEF\xBB\xBF", 3) == 0)
        file->records = file->text + 3;
    return NN_OK;
}

static nn_status map(int descriptor, nni_csv_file *file, nn_error *error)
{
    struct stat facts;
    if (fstat(descriptor, &facts) != 0)
        return nn_fail(error, NN_DATA, "%s cannot be read: %s", file->path, strerror(errno));
    if (facts.st_size == 0)
        return nn_fail(error, NN_DATA, "%s is empty", file->path);
    file->size = (size_t)facts.st_size;
    void *text = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (text == MAP_FAILED)
        return nn_fail(error, NN_DATA, "%s cannot be read: %s", file->path, strerror(errno));
    file->text = file->records = text;
    return check_text(file, error);
}

static nn_status fail_to_unpack(const nni_csv_file *file, gzFile stream, nn_error *error)
{
    int code = Z_OK;
    const char *reason = gzerror(stream, &code);
    if (code == Z_BUF_ERROR)
        return nn_fail(error, NN_DATA, "%s is truncated: the gzip stream has no end", file->path);
    return nn_fail(error, NN_DATA, "%s: cannot be unpacked: %s", file->path,
                   code == Z_ERRNO ? strerror(errno) : reason);
}

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

/* A small file can unpack to terabytes. Others need the disk, too: a tenth of what was free stays so, which is looked
 * at again and again since other ranks unpack beside this one. */
static nn_status check_free(const nni_csv_file *file, int to, double before, double unpacked, nn_error *error)
{
    const double gibibyte = 1024.0 * 1024 * 1024;
    if (nni_free_bytes(to) >= before / 10)
        return NN_OK;
    return nn_fail(
        error, NN_SYSTEM,
        "%s: unpacked it has more than %.3g GiB, for which %s has no room (%.3g GiB were free); set TMPDIR to "
        "a folder with more, or unpack it yourself",
        file->path, unpacked / gibibyte, temporary_folder(), before / gibibyte);
}

static nn_status copy_unpacked(const nni_csv_file *file, gzFile stream, int to, nn_error *error)
{
    enum { PIECE = 1 << 20, PIECES_UNWATCHED = 4 };
    const double before = nni_free_bytes(to);
    char *piece = NULL;
    NN_TRY(nni_allocate(PIECE, 1, "a piece of a gzipped file", &piece, error));
    nn_status status = NN_OK;
    int got = 1;
    for (size_t pieces = 0; status == NN_OK && got > 0; pieces++) {
        if (pieces % PIECES_UNWATCHED == 0)
            status = check_free(file, to, before, (double)pieces * PIECE, error);
        if (status != NN_OK)
            break;
        got = gzread(stream, piece, PIECE);
        int code = Z_OK;
        gzerror(stream, &code);
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
            status = fail_to_unpack(file, stream, error);
        for (int done = 0; status == NN_OK && done < got;) {
            const ssize_t put = write(to, piece + done, (size_t)(got - done));
            if (put <= 0)
                status = nn_fail(error, NN_SYSTEM, "%s: no room to unpack it: %s; set TMPDIR to a folder with more",
                                 file->path, strerror(errno));
            done += (int)put;
        }
    }
    nni_release(piece);
    return status;
}

/* Into a file without a name, which goes with its descriptor. */
static nn_status unpack(int packed, nni_csv_file *file, nn_error *error)
{
    char name[4096];
    snprintf(name, sizeof name, "%s/nntrain-XXXXXX", temporary_folder());
    const int to = mkstemp(name);
    if (to < 0)
        return nn_fail(error, NN_SYSTEM,
                       "%s: cannot make a file in %s to unpack it into: %s; set TMPDIR to a folder that "
                       "can be written to",
                       file->path, temporary_folder(), strerror(errno));
    unlink(name);
    gzFile stream = gzdopen(dup(packed), "rb");
    nn_status status = stream ? copy_unpacked(file, stream, to, error)
                              : nn_fail(error, NN_SYSTEM, "%s: zlib cannot open it", file->path);
    if (stream)
        gzclose(stream);
    if (status == NN_OK)
        status = map(to, file, error);
    close(to);
    return status;
}

nn_status nni_csv_open(const char *path, nni_csv_file *file, nn_error *error)
{
    unsigned char magic[2] = {0};
    *file = (nni_csv_file){.path = path};
    int descriptor = -1;
    struct stat facts;
    NN_TRY(nni_open_to_read(path, &descriptor, &facts, error));
    const bool packed = pread(descriptor, magic, 2, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
    const nn_status status = packed ? unpack(descriptor, file, error) : map(descriptor, file, error);
    close(descriptor);
    return status;
}

void nni_csv_close(nni_csv_file *file)
{
    if (file->text)
        munmap((void *)file->text, file->size);
    file->text = NULL;
}
