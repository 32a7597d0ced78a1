/* SPDX-License-Identifier: MIT */
/** bfloat16: the high half of a float, to nearest, ties to even. */
#ifndef NNI_SUPPORT_BF16_H
#define NNI_SUPPORT_BF16_H

#include <stdint.h>
#include <string.h>

static inline float nni_bf16_widen(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Adding half of what is cut off, or a bit less where the result is even, carries where it must. NaN would carry into
 * an infinity, and is made quiet instead. Without a branch, so that loops become vectors. */
static inline uint16_t nni_bf16_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t nearest = bits + 0x7fff + (bits >> 16 & 1), quiet = bits | 0x400000;
    return (uint16_t)((value == value ? nearest : quiet) >> 16);
}

static inline float nni_bf16_round(float value)
{
    return nni_bf16_widen(nni_bf16_of(value));
}

#endif
