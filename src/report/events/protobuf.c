/* SPDX-License-Identifier: MIT */
#include "report/events/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, FIXED_64 = 1, LENGTH = 2, FIXED_32 = 5, VARINT_MOST = 10 };

static void put(nni_message *message, const void *bytes, size_t count)
{
    if (message->capacity - message->count < count) {
        const size_t capacity = 2 * (message->count + count);
        unsigned char *larger = message->failed ? NULL : realloc(message->bytes, capacity);
        message->failed = !larger;
        if (!larger)
            return;
        message->bytes = larger;
        message->capacity = capacity;
    }
    if (count > 0)
        memcpy(message->bytes + message->count, bytes, count);
    message->count += count;
}

/* Seven bits a byte, the lowest first; the top bit says that more follow. */
static size_t encode(uint64_t value, unsigned char bytes[VARINT_MOST])
{
    size_t count = 0;
    for (; value > 0x7F; value >>= 7)
        bytes[count++] = (unsigned char)(value | 0x80);
    bytes[count++] = (unsigned char)value;
    return count;
}

static void put_varint(nni_message *message, uint64_t value)
{
    unsigned char bytes[VARINT_MOST];
    put(message, bytes, encode(value, bytes));
}

static void put_key(nni_message *message, unsigned field, unsigned type)
{
    put_varint(message, field << 3 | type);
}

/* Little-endian. */
static void put_fixed(nni_message *message, uint64_t bits, size_t count)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
    put(message, bytes, count);
}

static void put_double(nni_message *message, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_fixed(message, bits, sizeof bits);
}

void nni_message_integer(nni_message *message, unsigned field, uint64_t value)
{
    put_key(message, field, VARINT);
    put_varint(message, value);
}

void nni_message_float(nni_message *message, unsigned field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_key(message, field, FIXED_32);
    put_fixed(message, bits, sizeof bits);
}

void nni_message_double(nni_message *message, unsigned field, double value)
{
    put_key(message, field, FIXED_64);
    put_double(message, value);
}

void nni_message_bytes(nni_message *message, unsigned field, const void *bytes, size_t count)
{
    put_key(message, field, LENGTH);
    put_varint(message, count);
    put(message, bytes, count);
}

void nni_message_text(nni_message *message, unsigned field, const char *text)
{
    nni_message_bytes(message, field, text, strlen(text));
}

void nni_message_doubles(nni_message *message, unsigned field, const double *values, size_t count)
{
    put_key(message, field, LENGTH);
    put_varint(message, 8 * count);
    for (size_t i = 0; i < count; i++)
        put_double(message, values[i]);
}

size_t nni_message_begin(nni_message *message, unsigned field)
{
    put_key(message, field, LENGTH);
    return message->count;
}

/* The length stands in front and is known only now: what it is the length of moves by its few bytes. */
void nni_message_end(nni_message *message, size_t begin)
{
    unsigned char length[VARINT_MOST];
    if (message->failed)
        return;
    const size_t inside = message->count - begin, bytes = encode(inside, length);
    put(message, length, bytes);
    if (message->failed)
        return;
    memmove(message->bytes + begin + bytes, message->bytes + begin, inside);
    memcpy(message->bytes + begin, length, bytes);
}

void nni_message_free(nni_message *message)
{
    free(message->bytes);
    *message = (nni_message){0};
}
