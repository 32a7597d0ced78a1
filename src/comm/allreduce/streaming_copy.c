/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/streaming_copy.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

enum { LINE = 64 };

/* A line by one store: a processor holds some dozens of them until memory has taken them, and goes on meanwhile. */
__attribute__((target("avx512f"))) static void copy_lines_avx512(char *to, const char *from, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        _mm512_stream_si512((__m512i *)(void *)(to + i * LINE), _mm512_loadu_si512(from + i * LINE));
}

__attribute__((target("avx"))) static void copy_lines_avx(char *to, const char *from, size_t lines)
{
    for (size_t i = 0; i < lines * LINE; i += sizeof(__m256i))
        _mm256_stream_si256((__m256i *)(void *)(to + i), _mm256_loadu_si256((const __m256i *)(const void *)(from + i)));
}

static void copy_lines_sse2(char *to, const char *from, size_t lines)
{
    for (size_t i = 0; i < lines * LINE; i += sizeof(__m128i))
        _mm_stream_si128((__m128i *)(void *)(to + i), _mm_loadu_si128((const __m128i *)(const void *)(from + i)));
}

static void copy_lines(char *to, const char *from, size_t lines)
{
    if (__builtin_cpu_supports("avx512f"))
        copy_lines_avx512(to, from, lines);
    else if (__builtin_cpu_supports("avx"))
        copy_lines_avx(to, from, lines);
    else
        copy_lines_sse2(to, from, lines);
}

void nni_stream_copy(void *to, const void *from, size_t bytes)
{
    char *place = to;
    const char *next = from;
    const size_t before = (size_t)(-(uintptr_t)place % LINE), head = before < bytes ? before : bytes;
    const size_t lines = (bytes - head) / LINE, done = head + lines * LINE;
    memcpy(place, next, head);
    copy_lines(place + head, next + head, lines);
    memcpy(place + done, next + done, bytes - done);
}

void nni_stream_done(void)
{
    _mm_sfence();
}

#else

void nni_stream_copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

void nni_stream_done(void)
{
}

#endif
