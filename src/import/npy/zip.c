/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* pread */

#include "import/npy/zip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/memory.h"

enum { END_SIZE = 22, LONGEST_COMMENT = 65535, LOCATOR_SIZE = 20, END64_SIZE = 56, ENTRY_SIZE = 46, LOCAL_SIZE = 30 };

static const uint32_t end_magic = 0x06054B50, locator_magic = 0x07064B50, end64_magic = 0x06064B50,
                      entry_magic = 0x02014B50, local_magic = 0x04034B50;

/* Deflate makes at most 258 bytes of 2 bits. */
static const uint64_t deflate_most = 1032;

nn_status nni_read_at(int descriptor, const char *path, uint64_t offset, void *bytes, size_t size, nn_error *error)
{
    for (size_t got = 0; got < size;) {
        const ssize_t count = pread(descriptor, (char *)bytes + got, size - got, (off_t)(offset + got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return nn_fail(error, NN_DATA, "%s cannot be read: %s", path, strerror(errno));
        if (count == 0)
            return nn_fail(error, NN_DATA, "%s is truncated: it ends at byte %llu", path,
                           (unsigned long long)offset + got);
        got += (size_t)count;
    }
    return NN_OK;
}

/* Numbers are little-endian, whatever this machine is. */
static uint64_t number(const unsigned char *bytes, int size)
{
    uint64_t value = 0;
    for (int i = size; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static uint32_t u16(const unsigned char *bytes)
{
    return (uint32_t)number(bytes, 2);
}

static uint32_t u32(const unsigned char *bytes)
{
    return (uint32_t)number(bytes, 4);
}

/* An archive, and its directory once it is read. */
struct archive {
    int descriptor;
    const char *path;
    uint64_t bytes;
    uint64_t offset, size, entries; /* of the directory */
    unsigned char *directory;       /* [size] */
};

/* A member as the directory lists it; the name is not ended by a zero. */
struct entry {
    const char *name;
    size_t name_length;
    uint32_t flags, method;
    uint64_t local;
    nni_zip_member member;
};

static nn_status damaged(const struct archive *archive, const char *what, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: %s; the archive is damaged or was not copied whole", archive->path, what);
}

static nn_status read_end64(struct archive *archive, uint64_t end, nn_error *error)
{
    unsigned char locator[LOCATOR_SIZE], end64[END64_SIZE];
    if (end < LOCATOR_SIZE)
        return damaged(archive, "its ZIP64 directory is missing", error);
    NN_TRY(nni_read_at(archive->descriptor, archive->path, end - LOCATOR_SIZE, locator, sizeof locator, error));
    const uint64_t at = number(locator + 8, 8);
    if (u32(locator) != locator_magic || at > end || end - at < END64_SIZE)
        return damaged(archive, "its ZIP64 directory is missing", error);
    NN_TRY(nni_read_at(archive->descriptor, archive->path, at, end64, sizeof end64, error));
    if (u32(end64) != end64_magic)
        return damaged(archive, "its ZIP64 directory is missing", error);
    archive->entries = number(end64 + 32, 8);
    archive->size = number(end64 + 40, 8);
    archive->offset = number(end64 + 48, 8);
    return NN_OK;
}

/* The end record is the last one whose comment reaches to the end of the file. */
static bool find_end(const unsigned char *tail, size_t size, size_t *at)
{
    for (size_t i = size - END_SIZE + 1; i-- > 0;)
        if (u32(tail + i) == end_magic && i + END_SIZE + u16(tail + i + 20) == size) {
            *at = i;
            return true;
        }
    return false;
}

static nn_status read_end(struct archive *archive, nn_error *error)
{
    unsigned char *tail = NULL;
    const size_t most = END_SIZE + LONGEST_COMMENT, size = archive->bytes < most ? (size_t)archive->bytes : most;
    size_t at = 0;
    if (size < END_SIZE)
        return damaged(archive, "its directory is missing", error);
    NN_TRY(nni_allocate(size, 1, "the end of an archive", &tail, error));
    nn_status status = nni_read_at(archive->descriptor, archive->path, archive->bytes - size, tail, size, error);
    if (status == NN_OK && !find_end(tail, size, &at))
        status = damaged(archive, "its directory is missing", error);
    if (status == NN_OK) {
        archive->entries = u16(tail + at + 10);
        archive->size = u32(tail + at + 12);
        archive->offset = u32(tail + at + 16);
        if (archive->entries == UINT16_MAX || archive->size == UINT32_MAX || archive->offset == UINT32_MAX)
            status = read_end64(archive, archive->bytes - size + at, error);
    }
    nni_release(tail);
    if (status == NN_OK && (archive->offset > archive->bytes || archive->size > archive->bytes - archive->offset))
        status = damaged(archive, "its directory lies outside of it", error);
    return status;
}

/* Takes a size from ZIP64's extra field where 32 bits did not hold it. */
static bool widen(uint64_t *value, const unsigned char **extra, size_t *left)
{
    if (*value != UINT32_MAX)
        return true;
    if (*left < 8)
        return false;
    *value = number(*extra, 8);
    *extra += 8;
    *left -= 8;
    return true;
}

static bool read_extra(const unsigned char *extra, size_t size, struct entry *entry)
{
    while (size >= 4) {
        const uint32_t kind = u16(extra);
        size_t length = u16(extra + 2);
        if (length > size - 4)
            return false;
        if (kind == 1) {
            const unsigned char *at = extra + 4;
            return widen(&entry->member.size, &at, &length) && widen(&entry->member.packed, &at, &length) &&
                   widen(&entry->local, &at, &length);
        }
        extra += 4 + length;
        size -= 4 + length;
    }
    return true;
}

/* @param at  where in the directory; moves behind the entry */
static bool next_entry(const struct archive *archive, uint64_t *at, struct entry *entry)
{
    const unsigned char *bytes = archive->directory + *at;
    const uint64_t left = archive->size - *at;
    if (left < ENTRY_SIZE || u32(bytes) != entry_magic)
        return false;
    const size_t name = u16(bytes + 28), extra = u16(bytes + 30), comment = u16(bytes + 32);
    if (left - ENTRY_SIZE < name + extra + comment)
        return false;
    *entry = (struct entry){
        .name = (const char *)bytes + ENTRY_SIZE,
        .name_length = name,
        .flags = u16(bytes + 8),
        .method = u16(bytes + 10),
        .local = u32(bytes + 42),
        .member = {.packed = u32(bytes + 20), .size = u32(bytes + 24), .crc = u32(bytes + 16)},
    };
    *at += ENTRY_SIZE + name + extra + comment;
    return read_extra(bytes + ENTRY_SIZE + name, extra, entry);
}

static size_t without_suffix(const struct entry *entry)
{
    const size_t length = entry->name_length;
    return length > 4 && memcmp(entry->name + length - 4, ".npy", 4) == 0 ? length - 4 : length;
}

static bool is_named(const struct entry *entry, const char *name)
{
    const size_t length = strlen(name);
    return (length == entry->name_length || length == without_suffix(entry)) && memcmp(entry->name, name, length) == 0;
}

/* Names of the members, as many as a sentence bears. */
static nn_status fail_to_find(const struct archive *archive, const char *name, nn_error *error)
{
    char list[400] = "";
    size_t length = 0;
    uint64_t at = 0;
    struct entry entry;
    for (uint64_t i = 0; i < archive->entries && next_entry(archive, &at, &entry); i++) {
        if (length + without_suffix(&entry) + 8 > sizeof list) {
            snprintf(list + length, sizeof list - length, ", ...");
            break;
        }
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%.*s", i > 0 ? ", " : "",
                                   (int)without_suffix(&entry), entry.name);
    }
    if (!name)
        return nn_fail(error, NN_DATA, "%s is an archive of arrays; name one of them, as in %s:NAME; it has %s",
                       archive->path, archive->path, length > 0 ? list : "none");
    return nn_fail(error, NN_DATA, "%s has no array %s; it has %s", archive->path, name, length > 0 ? list : "none");
}

/* The local header in front of the bytes has a name and extras of its own lengths. */
static nn_status locate(const struct archive *archive, const struct entry *entry, nni_zip_member *member,
                        nn_error *error)
{
    unsigned char local[LOCAL_SIZE];
    *member = entry->member;
    if (entry->local > archive->bytes || archive->bytes - entry->local < LOCAL_SIZE)
        return damaged(archive, "an array lies outside of it", error);
    NN_TRY(nni_read_at(archive->descriptor, archive->path, entry->local, local, sizeof local, error));
    if (u32(local) != local_magic)
        return damaged(archive, "an array is not where its directory says", error);
    member->offset = entry->local + LOCAL_SIZE + u16(local + 26) + u16(local + 28);
    if (member->offset > archive->bytes || member->packed > archive->bytes - member->offset)
        return damaged(archive, "an array lies outside of it", error);
    return NN_OK;
}

static nn_status check_entry(const struct archive *archive, const struct entry *entry, nni_zip_member *member,
                             nn_error *error)
{
    const int length = (int)without_suffix(entry);
    if (entry->flags & 1)
        return nn_fail(error, NN_DATA, "%s: %.*s is encrypted; save it without a password", archive->path, length,
                       entry->name);
    if (entry->method != 0 && entry->method != 8)
        return nn_fail(error, NN_DATA,
                       "%s: %.*s is packed by method %u of ZIP; numpy.savez and numpy.savez_compressed write what can "
                       "be read",
                       archive->path, length, entry->name, entry->method);
    NN_TRY(locate(archive, entry, member, error));
    member->deflated = entry->method == 8;
    if (member->deflated ? member->size / deflate_most > member->packed : member->size != member->packed)
        return nn_fail(error, NN_DATA, "%s: %.*s cannot have %llu bytes, as the directory says, from %llu in the file",
                       archive->path, length, entry->name, (unsigned long long)member->size,
                       (unsigned long long)member->packed);
    return NN_OK;
}

static nn_status find_member(const struct archive *archive, const char *name, nni_zip_member *member, nn_error *error)
{
    uint64_t at = 0;
    for (uint64_t i = 0; i < archive->entries; i++) {
        struct entry entry;
        if (!next_entry(archive, &at, &entry))
            return damaged(archive, "its directory has an entry that is none", error);
        if (name && is_named(&entry, name))
            return check_entry(archive, &entry, member, error);
    }
    return fail_to_find(archive, name, error);
}

nn_status nni_zip_find(int descriptor, const char *path, uint64_t bytes, const char *name, nni_zip_member *member,
                       nn_error *error)
{
    struct archive archive = {.descriptor = descriptor, .path = path, .bytes = bytes};
    NN_TRY(read_end(&archive, error));
    NN_TRY(nni_reserve(archive.size, 1, "the directory of an archive", &archive.directory, error));
    nn_status status = nni_read_at(descriptor, path, archive.offset, archive.directory, archive.size, error);
    if (status == NN_OK)
        status = find_member(&archive, name, member, error);
    nni_release(archive.directory);
    return status;
}
