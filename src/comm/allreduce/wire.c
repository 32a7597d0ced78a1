/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/wire.h"

#include <stdint.h>
#include <string.h>

#include "support/bf16.h"
#include "support/real.h"

/* --- as they are --- */

static void add_floats(const void *a, const void *b, void *sum, size_t count)
{
    const float *left = a, *right = b;
    float *to = sum;
    for (size_t i = 0; i < count; i++)
        to[i] = left[i] + right[i];
}

static void add_doubles(const void *a, const void *b, void *sum, size_t count)
{
    const double *left = a, *right = b;
    double *to = sum;
    for (size_t i = 0; i < count; i++)
        to[i] = left[i] + right[i];
}

static void add_float_message(const void *message, void *sum, size_t count)
{
    add_floats(sum, message, sum, count);
}

static void add_double_message(const void *message, void *sum, size_t count)
{
    add_doubles(sum, message, sum, count);
}

/* --- rounded --- */

static void add_rounded(const void *a, const void *b, void *sum, size_t count)
{
    const float *left = a, *right = b;
    float *to = sum;
    for (size_t i = 0; i < count; i++)
        to[i] = nni_bf16_round(left[i]) + nni_bf16_round(right[i]);
}

static void add_rounded_message(const void *message, void *sum, size_t count)
{
    const uint16_t *from = message;
    float *to = sum;
    for (size_t i = 0; i < count; i++)
        to[i] = nni_bf16_round(to[i]) + nni_bf16_widen(from[i]);
}

static void pack(const void *values, void *message, size_t count)
{
    const float *from = values;
    uint16_t *to = message;
    for (size_t i = 0; i < count; i++)
        to[i] = nni_bf16_of(from[i]);
}

static void unpack(const void *message, void *values, size_t count)
{
    const uint16_t *from = message;
    float *to = values;
    for (size_t i = 0; i < count; i++)
        to[i] = nni_bf16_widen(from[i]);
}

nni_element_wire nni_element_wire_of(nni_element element, nni_wire wire)
{
    const size_t size = nni_element_size(element);
    if (element == NNI_DOUBLE)
        return (nni_element_wire){size, size, MPI_DOUBLE, add_doubles, add_double_message, NULL, NULL};
    if (wire == NNI_WIRE_BF16)
        return (nni_element_wire){size, sizeof(uint16_t), MPI_UINT16_T, add_rounded, add_rounded_message, pack, unpack};
    return (nni_element_wire){size, size, MPI_FLOAT, add_floats, add_float_message, NULL, NULL};
}
