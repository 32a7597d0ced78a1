/* SPDX-License-Identifier: MIT */
#include "report/events/tfrecord.h"

/* What four bits leave of the remainder by the polynomial 0x1EDC6F41, bits reversed. */
static const uint32_t remainders[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t nni_crc32c(const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        crc ^= byte[i];
        crc = crc >> 4 ^ remainders[crc & 15];
        crc = crc >> 4 ^ remainders[crc & 15];
    }
    return ~crc;
}

static void put(FILE *out, uint64_t value, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputc((int)(value >> 8 * i & 0xFF), out);
}

/* A checksum of bytes that hold checksums would be weak: the format turns and shifts it. */
static void put_checksum(FILE *out, const void *bytes, size_t count)
{
    const uint32_t crc = nni_crc32c(bytes, count);
    put(out, (uint32_t)((crc >> 15 | crc << 17) + 0xa282ead8U), 4);
}

void nni_tfrecord_write(FILE *out, const void *bytes, size_t count)
{
    unsigned char length[8];
    for (size_t i = 0; i < sizeof length; i++)
        length[i] = (unsigned char)((uint64_t)count >> 8 * i);
    fwrite(length, 1, sizeof length, out);
    put_checksum(out, length, sizeof length);
    fwrite(bytes, 1, count, out);
    put_checksum(out, bytes, count);
}
