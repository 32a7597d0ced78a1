#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool nn_folder_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return snprintf(folder, PATH_MAX, ".") > 0;
    const int length = slash == path ? 1 : (int)(slash - path);
    return snprintf(folder, PATH_MAX, "%.*s", length, path) < PATH_MAX;
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

static bool write_parts(const char *path, const nn_bytes *parts, size_t part_count)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    bool good = true;
    for (size_t i = 0; good && i < part_count; i++)
        good = write_all(file, parts[i].data, parts[i].count);
    good = good && fsync(file) == 0;
    int reason = errno;
    /* A network file system may report a full disk at close only. */
    if (close(file) != 0 && good) {
        good = false;
        reason = errno;
    }
    errno = reason;
    return good;
}

/* Makes the renaming itself last. Some file systems cannot synchronise a folder (EINVAL): nothing to be done there. */
static bool synchronise_folder(const char *path)
{
    char folder[PATH_MAX];
    nn_folder_of(path, folder); /* fits, since path does */
    int handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return false;
    bool good = fsync(handle) == 0 || errno == EINVAL;
    int reason = errno;
    close(handle);
    errno = reason;
    return good;
}

nn_status nn_file_replace(const char *path, const nn_bytes *parts, size_t part_count, nn_error *error)
{
    char partial[PATH_MAX];
    if (snprintf(partial, sizeof partial, "%s.partial", path) >= (int)sizeof partial)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: the name is too long", path);
    if (write_parts(partial, parts, part_count) && rename(partial, path) == 0 && synchronise_folder(path))
        return NN_OK;
    int reason = errno;
    unlink(partial);
    return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", path, strerror(reason));
}
