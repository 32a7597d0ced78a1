/* SPDX-License-Identifier: MIT */
/**
 * What a step of bfloat16 pairs adds, on processors without an instruction for it; included after vectors.inl.h, not a
 * header of declarations.
 */
#include <stdint.h>
#include <string.h>

/* The halves, widened, are floats. */
static inline __attribute__((always_inline)) vector accumulate(vector sum, nni_real a, vector b)
{
    uint32_t bits;
    memcpy(&bits, &a, sizeof bits);
    const uint32_t bits_low = bits << 16, bits_high = bits & 0xffff0000;
    nni_real low, high;
    memcpy(&low, &bits_low, sizeof low);
    memcpy(&high, &bits_high, sizeof high);
    sum = multiply_add(sum, high, (vector)((word_vector)b & 0xffff0000));
    return multiply_add(sum, low, (vector)((word_vector)b << 16));
}
