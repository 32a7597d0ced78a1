/* SPDX-License-Identifier: MIT */
/** Gaussian noise, part of elementwise_loops.inl.h. */

static inline nni_real sqrt_of(nni_real x)
{
#ifdef NNTRAIN_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

/* -2 ln u, u = (word / 2^16 + 1/2) / 2^16 with the word's upper half alone: the square of how far a pair of deviates
 * lies from 0. */
static inline nni_real squared_radius(uint32_t word)
{
    const nni_real ln2 = (nni_real)0.693147180559945309417, root = (nni_real)0.70710678118654752440;
    const bits one = (bits)BIAS << MANTISSA;
    nni_real u = ((nni_real)(int32_t)(word >> 16) + (nni_real)0.5) * (nni_real)0x1p-16;
    /* u = 2^n m, sqrt(1/2) <= m < sqrt(2); ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716. */
    bits power = ((bits_of(u) - bits_of(root) + one) >> MANTISSA) - BIAS;
    nni_real m = real_of(bits_of(u) - (power << MANTISSA));
    nni_real s = (m - 1) / (m + 1), z = s * s;
    nni_real sum = multiply_add(z, (nni_real)(2.0 / 7), (nni_real)(2.0 / 5));
    sum = multiply_add(multiply_add(sum, z, (nni_real)(2.0 / 3)), z, 2);
    return -2 * multiply_add((nni_real)(int32_t)(uint32_t)power, ln2, s * sum);
}

/*
 * Two independent deviates of a word. Its upper half says how far out they lie, the lower one in which direction: an
 * angle of t, |t| < pi/4, from one of the four half axes, which its last two bits choose. Taylor's series are off by
 * 3e-7 at most, the logarithm's by 1e-7.
 *
 * Half a word is enough: 65,536 distances reach 4.9 deviations, and noise need not be finer than pixels. A word for
 * each of the two, and noise takes half as long again.
 */
static inline void normal_pair(uint32_t word, nni_real *first, nni_real *second)
{
    nni_real t =
        ((nni_real)(int32_t)(word >> 2 & 0x3FFF) - (nni_real)8191.5) * (nni_real)(0.78539816339744830962 / 8192);
    nni_real z = t * t;
    nni_real sine = multiply_add(z, (nni_real)(-1.0 / 5040), (nni_real)(1.0 / 120));
    sine = t * multiply_add(multiply_add(sine, z, (nni_real)(-1.0 / 6)), z, 1);
    nni_real cosine = multiply_add(z, (nni_real)(1.0 / 40320), (nni_real)(-1.0 / 720));
    cosine = multiply_add(multiply_add(cosine, z, (nni_real)(1.0 / 24)), z, (nni_real)-0.5);
    cosine = multiply_add(cosine, z, 1);
    nni_real radius = sqrt_of(squared_radius(word));
    radius = real_of(bits_of(radius) ^ ((bits)(word & 2) << (sizeof(bits) * 8 - 2)));
    const bool upright = word & 1;
    *first = radius * choose(upright, sine, cosine);
    *second = radius * choose(upright, cosine, sine);
}

static void noise_row(nni_real *values, size_t count, const nni_noise_row *row)
{
    uint32_t words[4][COUNTERS];
    nni_real normals[NNI_NOISE_VALUES];
    uint64_t index = row->index;
    for (size_t first = 0; first < count; first += NNI_NOISE_VALUES) {
        const size_t part = count - first < NNI_NOISE_VALUES ? count - first : NNI_NOISE_VALUES;
        const size_t blocks = nni_noise_part(part);
        philox_words(row->key, row->stream, index, blocks, words);
        index += blocks;
        for (size_t k = 0; k < 4; k++) {
            nni_real *const pairs = normals + 2 * k * blocks;
#pragma omp simd
            for (size_t b = 0; b < blocks; b++)
                normal_pair(words[k][b], &pairs[b], &pairs[blocks + b]);
        }
#pragma omp simd
        for (size_t i = 0; i < part; i++)
            values[first + i] += row->deviation * normals[i];
    }
}
