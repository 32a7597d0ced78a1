/* SPDX-License-Identifier: MIT */
#include "checkpoint/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "checkpoint/checkpoint.h"
#include "support/files.h"
#include "support/memory.h"

static const char first_line[] = "nntrain checkpoint, sealed 1\n";

static void write_seal(XXH128_hash_t digest, size_t count, char seal[NNI_SEAL_BYTES])
{
    memset(seal, 0, NNI_SEAL_BYTES);
    snprintf(seal, NNI_SEAL_BYTES, "%sbytes %zu\nxxh3-128 %016" PRIx64 "%016" PRIx64 "\nHDF5 begins at byte %d\n",
             first_line, count, (uint64_t)digest.high64, (uint64_t)digest.low64, NNI_SEAL_BYTES);
}

void nni_seal_format(const void *bytes, size_t count, char seal[NNI_SEAL_BYTES])
{
    write_seal(XXH3_128bits(bytes, count), count, seal);
}

/* Piece by piece: who writes a file so needs no memory for all of it. @return whether all of it was read */
static bool digest_file(int file, XXH3_state_t *state, char *piece, size_t most, size_t *count)
{
    XXH3_128bits_reset(state);
    *count = 0;
    for (;;) {
        const ssize_t got = pread(file, piece, most, (off_t)(NNI_SEAL_BYTES + *count));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        XXH3_128bits_update(state, piece, (size_t)got);
        *count += (size_t)got;
    }
}

static bool seal_open_file(int file, XXH3_state_t *state, char *piece, size_t most)
{
    char seal[NNI_SEAL_BYTES];
    size_t count = 0;
    if (!digest_file(file, state, piece, most, &count))
        return false;
    write_seal(XXH3_128bits_digest(state), count, seal);
    return nni_write_at(file, seal, sizeof seal, 0);
}

nn_status nni_seal_file(const char *path, nn_error *error)
{
    enum { PIECE = 4 << 20 };
    char *piece = NULL;
    NN_TRY(nni_reserve(PIECE, 1, "the digest of a file", &piece, error));
    XXH3_state_t *state = XXH3_createState();
    errno = state ? 0 : ENOMEM;
    const int file = state ? open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    const bool sealed = file >= 0 && seal_open_file(file, state, piece, PIECE);
    const int reason = errno;
    if (file >= 0)
        close(file);
    XXH3_freeState(state);
    nni_release(piece);
    if (!sealed)
        return nn_fail(error, NN_SYSTEM, "cannot write %s: %s", path, strerror(reason));
    return NN_OK;
}

static bool read_all(int file, char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t got = read(file, bytes, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        count -= (size_t)got;
    }
    return true;
}

static nn_status read_sealed(const char *path, int file, void **image, size_t *count, nn_error *error)
{
    struct stat facts;
    if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode))
        return nn_fail(error, NN_DATA, "%s is no file; name the checkpoint itself, such as model.h5 of a run's folder",
                       path);
    char seal[NNI_SEAL_BYTES];
    if (facts.st_size < NNI_SEAL_BYTES || !read_all(file, seal, sizeof seal) ||
        memcmp(seal, first_line, sizeof first_line - 1) != 0)
        return nn_fail(error, NN_DATA, "%s is no checkpoint of nntrain (it does not begin with its seal)", path);
    const size_t bytes = (size_t)facts.st_size - NNI_SEAL_BYTES;
    NN_TRY(nni_allocate(bytes, 1, "the checkpoint", image, error));
    *count = bytes;
    if (!read_all(file, *image, bytes))
        return nn_fail(error, NN_DATA, "cannot read %s: %s", path, errno ? strerror(errno) : "it became shorter");
    /* The whole seal is formatted anew and compared: a flipped bit in the seal itself is refused too. */
    char expected[NNI_SEAL_BYTES];
    nni_seal_format(*image, bytes, expected);
    if (memcmp(seal, expected, sizeof seal) != 0)
        return nn_fail(error, NN_DATA, "%s is damaged or truncated: its %zu bytes do not match its seal", path, bytes);
    return NN_OK;
}

nn_status nni_seal_read(const char *path, void **image, size_t *count, nn_error *error)
{
    *image = NULL;
    errno = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return nn_fail(error, NN_DATA, "cannot open checkpoint %s: %s", path, strerror(errno));
    nn_status status = read_sealed(path, file, image, count, error);
    close(file);
    if (status != NN_OK) {
        nni_release(*image);
        *image = NULL;
    }
    return status;
}

bool nni_checkpoint_is_sealed(const char *path)
{
    char begin[sizeof first_line - 1];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return false;
    const bool sealed = read_all(file, begin, sizeof begin) && memcmp(begin, first_line, sizeof begin) == 0;
    close(file);
    return sealed;
}

nn_status nni_checkpoint_verify(const char *path, nn_error *error)
{
    void *image = NULL;
    size_t count = 0;
    NN_TRY(nni_seal_read(path, &image, &count, error));
    nni_release(image);
    return NN_OK;
}
