/* SPDX-License-Identifier: MIT */
#include "import/npy/source.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "support/files.h"
#include "support/memory.h"

enum { PIECE = 1 << 17 };

/* Inflates a member piece by piece. */
struct nni_npy_unpacker {
    z_stream stream;
    uint64_t taken; /* bytes of the member that were read from the file */
    unsigned char piece[PIECE];
};

static nn_status open_file(nni_npy_source *source, uint64_t *bytes, nn_error *error)
{
    struct stat facts;
    NN_TRY(nni_open_to_read(source->path, &source->descriptor, &facts, error));
    *bytes = (uint64_t)facts.st_size;
    return NN_OK;
}

static nn_status start_unpacking(nni_npy_source *source, nn_error *error)
{
    NN_TRY(nni_allocate(1, sizeof *source->unpacker, "a buffer to unpack in", &source->unpacker, error));
    if (inflateInit2(&source->unpacker->stream, -MAX_WBITS) == Z_OK)
        return NN_OK;
    nni_release(source->unpacker);
    source->unpacker = NULL;
    return nn_fail(error, NN_SYSTEM, "%s: zlib cannot start to unpack it", source->name);
}

static nn_status open_array(nni_npy_source *source, const char *member, nn_error *error)
{
    uint64_t bytes = 0;
    unsigned char magic[2] = {0};
    NN_TRY(open_file(source, &bytes, error));
    if (bytes >= sizeof magic)
        NN_TRY(nni_read_at(source->descriptor, source->path, 0, magic, sizeof magic, error));
    source->in_archive = magic[0] == 'P' && magic[1] == 'K';
    source->member = (nni_zip_member){.size = bytes, .packed = bytes};
    if (member && !source->in_archive)
        return nn_fail(error, NN_DATA, "%s is no archive of arrays: it does not begin with PK", source->path);
    if (source->in_archive)
        NN_TRY(nni_zip_find(source->descriptor, source->path, bytes, member, &source->member, error));
    source->size = source->member.size;
    return source->member.deflated ? start_unpacking(source, error) : NN_OK;
}

/* What is behind the last ".npz:" is the name of a member. */
static const char *find_member(const char *name)
{
    static const char mark[] = ".npz:";
    const char *member = NULL;
    for (const char *at = strstr(name, mark); at; at = strstr(at + 1, mark))
        member = at + strlen(mark);
    return member;
}

nn_status nni_npy_open(const char *name, nni_npy_source *source, nn_error *error)
{
    const char *member = find_member(name);
    const size_t length = member ? (size_t)(member - 1 - name) : strlen(name);
    *source = (nni_npy_source){.name = name, .descriptor = -1, .crc = (uint32_t)crc32(0, NULL, 0)};
    if (length >= sizeof source->path)
        return nn_fail(error, NN_DATA, "%.80s... is longer than a path can be; correct it", name);
    snprintf(source->path, sizeof source->path, "%.*s", (int)length, name);
    const nn_status status = open_array(source, member, error);
    if (status != NN_OK)
        nni_npy_close(source);
    return status;
}

void nni_npy_close(nni_npy_source *source)
{
    if (source->unpacker)
        inflateEnd(&source->unpacker->stream);
    nni_release(source->unpacker);
    source->unpacker = NULL;
    if (source->descriptor >= 0)
        close(source->descriptor);
    source->descriptor = -1;
}

static nn_status refill(nni_npy_source *source, nn_error *error)
{
    struct nni_npy_unpacker *unpacker = source->unpacker;
    const uint64_t left = source->member.packed - unpacker->taken;
    const size_t size = left < PIECE ? (size_t)left : PIECE;
    NN_TRY(nni_read_at(source->descriptor, source->path, source->member.offset + unpacker->taken, unpacker->piece, size,
                       error));
    unpacker->taken += size;
    unpacker->stream.next_in = unpacker->piece;
    unpacker->stream.avail_in = (unsigned)size;
    return NN_OK;
}

/* Up to size bytes, fewer only where the stream ends. */
static nn_status unpack(nni_npy_source *source, unsigned char *bytes, size_t size, size_t *got, nn_error *error)
{
    z_stream *stream = &source->unpacker->stream;
    const size_t piece = (size_t)1 << 30; /* zlib counts in unsigned int */
    for (*got = 0; *got < size;) {
        if (stream->avail_in == 0)
            NN_TRY(refill(source, error));
        const unsigned buffer = (unsigned)(size - *got < piece ? size - *got : piece);
        stream->next_out = bytes + *got;
        stream->avail_out = buffer;
        const int code = inflate(stream, Z_NO_FLUSH);
        *got += buffer - stream->avail_out;
        if (code == Z_STREAM_END)
            return NN_OK;
        if (code == Z_BUF_ERROR)
            return nn_fail(error, NN_DATA, "%s is truncated: its deflated bytes have no end", source->name);
        if (code != Z_OK)
            return nn_fail(error, NN_DATA, "%s: cannot be unpacked: %s", source->name,
                           stream->msg ? stream->msg : "no deflated bytes");
    }
    return NN_OK;
}

/* crc32 counts in unsigned int, too. */
static uint32_t add_to_crc(uint32_t crc, const unsigned char *bytes, size_t size)
{
    const size_t piece = (size_t)1 << 30;
    for (size_t done = 0; done < size; done += piece)
        crc = (uint32_t)crc32(crc, bytes + done, (unsigned)(size - done < piece ? size - done : piece));
    return crc;
}

nn_status nni_npy_read(nni_npy_source *source, void *bytes, size_t size, nn_error *error)
{
    size_t got = 0;
    if (size > source->size - source->done)
        return nn_fail(error, NN_DATA, "%s is truncated: it has %llu bytes", source->name,
                       (unsigned long long)source->size);
    if (source->unpacker)
        NN_TRY(unpack(source, bytes, size, &got, error));
    else
        NN_TRY(nni_read_at(source->descriptor, source->path, source->member.offset + source->done, bytes, size, error));
    if (source->unpacker && got < size)
        return nn_fail(error, NN_DATA, "%s is truncated: unpacked it has %llu bytes, not %llu", source->name,
                       (unsigned long long)source->done + got, (unsigned long long)source->size);
    if (source->in_archive)
        source->crc = add_to_crc(source->crc, bytes, size);
    source->done += size;
    return NN_OK;
}

nn_status nni_npy_check_end(nni_npy_source *source, nn_error *error)
{
    unsigned char surplus;
    size_t got = 0;
    if (source->unpacker)
        NN_TRY(unpack(source, &surplus, 1, &got, error));
    if (got > 0)
        return nn_fail(error, NN_DATA, "%s is longer than the %llu bytes that its archive says", source->name,
                       (unsigned long long)source->size);
    if (source->in_archive && source->crc != source->member.crc)
        return nn_fail(error, NN_DATA, "%s is damaged: its CRC is %08lx, not %08lx; save the file anew", source->name,
                       (unsigned long)source->crc, (unsigned long)source->member.crc);
    return NN_OK;
}
