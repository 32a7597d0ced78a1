/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* O_DIRECT */
#include "support/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "support/system/cpu.h"

bool nni_folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return snprintf(folder, PATH_MAX, ".") > 0;
    const int length = slash == path ? 1 : (int)(slash - path);
    return snprintf(folder, PATH_MAX, "%.*s", length, path) < PATH_MAX;
}

int nni_make_folders(const char *path, bool *created)
{
    char part[PATH_MAX];
    struct stat facts;
    *created = false;
    if (*path == '\0')
        return ENOENT;
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return ENAMETOOLONG;
    for (char *slash = part + 1;; slash++) {
        if (*slash != '/' && *slash != '\0')
            continue;
        const char kept = *slash;
        *slash = '\0';
        *created = mkdir(part, 0777) == 0;
        if (!*created && errno != EEXIST)
            return errno;
        if (!*created && (stat(part, &facts) != 0 || !S_ISDIR(facts.st_mode)))
            return ENOTDIR;
        *slash = kept;
        if (kept == '\0')
            return 0;
    }
}

bool nni_same_file(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

uint64_t nni_allow_open_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return UINT64_MAX;
    const rlim_t before = files.rlim_cur;
    files.rlim_cur = files.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : before;
}

const char *nni_kind_of_file(mode_t mode)
{
    return S_ISREG(mode)                    ? "a file"
           : S_ISDIR(mode)                  ? "a folder"
           : S_ISFIFO(mode)                 ? "a pipe"
           : S_ISCHR(mode) || S_ISBLK(mode) ? "a device"
                                            : "a socket";
}

nn_status nni_open_to_read(const char *path, int *descriptor, struct stat *facts, nn_error *error)
{
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0 && errno == ENOENT)
        return nn_fail(error, NN_DATA, "there is no file %s; correct the path", path);
    const bool good = *descriptor >= 0 && fstat(*descriptor, facts) == 0;
    if (good && S_ISREG(facts->st_mode))
        return NN_OK;
    const int reason = errno;
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
    if (good)
        return nn_fail(error, NN_DATA, "%s is %s; a file is needed", path, nni_kind_of_file(facts->st_mode));
    nn_fail(error, NN_DATA, "%s cannot be read: %s", path, strerror(reason));
    errno = reason;
    return NN_DATA;
}

static bool write_all(int file, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t put = write(file, bytes, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        count -= (size_t)put;
    }
    return true;
}

/* What is large and lies as the file system wants it goes to the disk past the page cache: copying half a gigabyte into
 * cold pages took a core 1.2 s, this 0.2 s, and the cores are there to compute. Where it cannot be had, as for a last
 * piece, nothing is written here and the caller goes on. @return false for a failure to be reported */
static bool write_direct(int file, const char **bytes, size_t *count)
{
    enum { ALIGNMENT = 4096, WORTH = 2 << 20, PIECE = 16 << 20 };
    const int flags = fcntl(file, F_GETFL);
    if (*count < WORTH || (uintptr_t)*bytes % ALIGNMENT != 0 || flags < 0 ||
        fcntl(file, F_SETFL, flags | O_DIRECT) != 0)
        return true;
    bool good = true;
    while (good && *count >= ALIGNMENT) {
        const ssize_t put = write(file, *bytes, *count < PIECE ? *count - *count % ALIGNMENT : PIECE);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EINVAL)
            break;
        good = put >= 0;
        if (good)
            *bytes += put, *count -= (size_t)put;
        if (put % ALIGNMENT != 0)
            break;
    }
    const int reason = errno;
    good = fcntl(file, F_SETFL, flags) == 0 && good;
    errno = reason;
    return good;
}

static int open_partial(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
}

/* A network file system may report a full disk at close only. @param good  whether all went well; if not, errno tells
 */
static bool close_written(int file, bool good)
{
    int reason = errno;
    if (close(file) != 0 && good) {
        good = false;
        reason = errno;
    }
    errno = reason;
    return good;
}

/* @param lasting  it is on the disk when this returns */
static bool write_file(const char *path, const char *bytes, size_t count, bool lasting)
{
    int file = open_partial(path);
    if (file < 0)
        return false;
    return close_written(file, (!lasting || write_direct(file, &bytes, &count)) && write_all(file, bytes, count) &&
                                   (!lasting || fsync(file) == 0));
}

/* Makes the renaming itself last. Some file systems cannot synchronise a folder (EINVAL): nothing to be done there. */
static bool synchronise_folder(const char *path)
{
    char folder[PATH_MAX];
    nni_folder_of(path, folder); /* fits, since path does */
    int handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return false;
    bool good = fsync(handle) == 0 || errno == EINVAL;
    int reason = errno;
    close(handle);
    errno = reason;
    return good;
}

nn_status nni_file_partial(const char *path, char partial[PATH_MAX], nn_error *error)
{
    if (snprintf(partial, PATH_MAX, "%s.partial", path) >= PATH_MAX)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: the name is too long", path);
    return NN_OK;
}

/* @param good  whether the partial file is whole; if not, errno tells why. @param lasting  the name is on the disk,
 * too, when this returns */
static nn_status put_in_place(const char *path, const char *partial, bool good, bool lasting, nn_error *error)
{
    if (good && rename(partial, path) == 0 && (!lasting || synchronise_folder(path)))
        return NN_OK;
    const int reason = errno;
    unlink(partial);
    return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", path, strerror(reason));
}

nn_status nni_file_replace(const char *path, const void *bytes, size_t count, nn_error *error)
{
    char partial[PATH_MAX];
    NN_TRY(nni_file_partial(path, partial, error));
    return put_in_place(path, partial, write_file(partial, bytes, count, true), true, error);
}

nn_status nni_file_replace_unsynced(const char *path, const void *bytes, size_t count, nn_error *error)
{
    char partial[PATH_MAX];
    NN_TRY(nni_file_partial(path, partial, error));
    return put_in_place(path, partial, write_file(partial, bytes, count, false), false, error);
}

static bool synchronise_file(const char *path)
{
    const int file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    return file >= 0 && close_written(file, fsync(file) == 0);
}

nn_status nni_file_commit(const char *path, nn_error *error)
{
    char partial[PATH_MAX];
    NN_TRY(nni_file_partial(path, partial, error));
    return put_in_place(path, partial, synchronise_file(partial), true, error);
}

bool nni_write_at(int file, const void *bytes, size_t count, off_t place)
{
    const char *from = bytes;
    while (count > 0) {
        const ssize_t put = pwrite(file, from, count, place);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0)
            from += put, place += put, count -= (size_t)put;
    }
    return true;
}

double nni_free_bytes(int file)
{
    struct statfs facts;
    if (fstatfs(file, &facts) != 0)
        return INFINITY;
    /* A file system without a limit, as ramfs and tmpfs of size 0, has no blocks to count. */
    const double there = facts.f_blocks > 0 ? (double)facts.f_bavail * (double)facts.f_bsize : INFINITY;
    const bool in_memory = facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
    const double memory = in_memory ? (double)nni_host_memory_available() : 0;
    return memory > 0 ? fmin(there, memory) : there;
}

/* A name that a file may take: a free one, a file's or a link's. To rename over a device would remove it. */
static bool may_be_replaced(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) != 0 || S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode);
}

nn_status nni_draft_open(const char *path, nni_draft *draft, nn_error *error)
{
    draft->file = NULL;
    NN_TRY(nni_file_partial(path, draft->partial, error));
    memcpy(draft->path, path, strlen(path) + 1); /* fits, since the longer name does */
    if (!may_be_replaced(path))
        return nn_fail(error, NN_SYSTEM, "cannot write %s: there is something by that name that is no file", path);
    const int handle = open_partial(draft->partial);
    if (handle >= 0)
        draft->file = fdopen(handle, "wb");
    if (draft->file)
        return NN_OK;
    const int reason = errno;
    if (handle >= 0) {
        close(handle);
        unlink(draft->partial);
    }
    return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", path, strerror(reason));
}

static nn_status commit_draft(nni_draft *draft, bool lasting, nn_error *error)
{
    FILE *file = draft->file;
    if (ferror(file)) {
        nni_draft_drop(draft);
        return nn_fail(error, NN_SYSTEM, "cannot write %s: a write failed; is the disk full?", draft->path);
    }
    draft->file = NULL;
    bool good = fflush(file) == 0 && (!lasting || fsync(fileno(file)) == 0);
    int reason = errno;
    if (fclose(file) != 0 && good) {
        good = false;
        reason = errno;
    }
    errno = reason;
    return put_in_place(draft->path, draft->partial, good, lasting, error);
}

nn_status nni_draft_commit(nni_draft *draft, nn_error *error)
{
    return commit_draft(draft, true, error);
}

nn_status nni_draft_commit_unsynced(nni_draft *draft, nn_error *error)
{
    return commit_draft(draft, false, error);
}

void nni_draft_drop(nni_draft *draft)
{
    if (!draft->file)
        return;
    fclose(draft->file);
    draft->file = NULL;
    unlink(draft->partial);
}
