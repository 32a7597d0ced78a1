/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/noise.h"
#include "support/philox.h"
#include "support/suite.h"

enum { SEED = 7 };

/* Deviate number i of a row, by the library's logarithm and cosine. */
static double deviate(uint64_t index, size_t i, size_t count)
{
    enum { CHUNK = 256 };
    const size_t chunk = i / CHUNK, left = count - chunk * CHUNK, part = left < CHUNK ? left : CHUNK;
    const size_t blocks = (part + 127) / 128 * 16, place = i % CHUNK / blocks, lane = i % CHUNK % blocks;
    const nni_philox_block block = nni_random_block(SEED, NNI_RANDOM_AUGMENT, 5, index + chunk * 32 + lane);
    const uint32_t word = block.word[place / 2];
    const double quarter = 1.5707963267948966, u = ((word >> 16) + 0.5) / 65536;
    const double t = ((double)(word >> 2 & 0x3FFF) - 8191.5) / 16384 * quarter;
    /* 0 to the right, 2 to the left; 1 upwards and 3 downwards are mirrored at the diagonal, t clockwise. */
    const unsigned axis = word & 3;
    const double angle = (axis == 0 ? t : axis == 2 ? t + 2 * quarter : axis == 1 ? quarter - t : 3 * quarter - t);
    return sqrt(-2 * log(u)) * (place % 2 ? sin(angle) : cos(angle));
}

/* Series off by 3e-7, of deviates up to 4.9, and the rounding of floats. */
static void every_value_gets_its_half_words_of_philox(void)
{
    static const size_t widths[] = {1, 3, 15, 16, 17, 64, 100, 128, 129, 255, 256, 257, 300, 784};
    uint32_t key[2];
    nni_random_key(SEED, NNI_RANDOM_AUGMENT, key);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const size_t count = widths[w];
        const uint64_t index = 4294967290u + 3 * w; /* into the counter's upper half */
        nni_real values[800] = {0};
        bool right = true;
        nni_noise_add(values, count, 1, key, 5, index);
        for (size_t i = 0; i < count; i++)
            right = right && fabs((double)values[i] - deviate(index, i, count)) < 4e-6;
        for (size_t i = count; i < 800; i++)
            right = right && values[i] == 0;
        CU_ASSERT(right);
    }
}

static double normal_distribution(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* Five standard deviations of chi-square above its mean: degrees of freedom d, variance 2 d. */
static bool all_as_likely(const unsigned *counts, size_t cells, double total)
{
    double sum = 0, expected = total / (double)cells, freedom = (double)cells - 1;
    for (size_t i = 0; i < cells; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum < freedom + 5 * sqrt(2 * freedom);
}

enum { VALUES = 432 };

/* A row of noise alone. */
static void draw(uint64_t stream, uint64_t row, double deviation, nni_real values[VALUES])
{
    uint32_t key[2];
    nni_random_key(SEED, NNI_RANDOM_AUGMENT, key);
    memset(values, 0, VALUES * sizeof *values);
    nni_noise_add(values, VALUES, (nni_real)deviation, key, stream, row * nni_noise_blocks(VALUES));
}

/* Moments of n deviates are those of the normal distribution up to 5 standard deviations of theirs, sqrt(1/n),
 * sqrt(2/n), sqrt(15/n) and sqrt(96/n); and so are the shares of 60 intervals of its range. */
static void noise_is_normal_with_the_deviation_asked_for(void)
{
    enum { ROWS = 2000, CELLS = 60 };
    const double deviation = 0.05, n = (double)ROWS * VALUES;
    unsigned counts[CELLS] = {0};
    double power[5] = {0};
    for (uint64_t row = 0; row < ROWS; row++) {
        nni_real values[VALUES];
        draw(2, row, deviation, values);
        for (size_t i = 0; i < VALUES; i++) {
            const double x = (double)values[i] / deviation;
            power[1] += x, power[2] += x * x, power[3] += x * x * x, power[4] += x * x * x * x;
            const size_t cell = (size_t)(normal_distribution(x) * CELLS);
            counts[cell < CELLS ? cell : CELLS - 1]++;
        }
    }
    CU_ASSERT(fabs(power[1] / n) < 5 * sqrt(1 / n));
    CU_ASSERT(fabs(power[2] / n - 1) < 5 * sqrt(2 / n));
    CU_ASSERT(fabs(power[3] / n) < 5 * sqrt(15 / n));
    CU_ASSERT(fabs(power[4] / n - 3) < 5 * sqrt(96 / n));
    CU_ASSERT(all_as_likely(counts, CELLS, n));
}

/* Sums of m products of independent deviates, or of their squares less 1: 0 up to 5 sqrt(m), or 5 sqrt(4 m). */
static void values_rows_and_streams_have_independent_noise(void)
{
    enum { ROWS = 500 };
    double products[VALUES] = {0}, squares[VALUES] = {0}, of_rows = 0, of_streams = 0;
    nni_real before[VALUES] = {0};
    for (uint64_t row = 0; row < ROWS; row++) {
        nni_real values[VALUES], other[VALUES];
        draw(0, row, 1, values), draw(1, row, 1, other);
        for (size_t i = 0; i < VALUES; i++) {
            const double x = (double)values[i];
            of_rows += x * (double)before[i], of_streams += x * (double)other[i];
            for (size_t lag = 1; lag < VALUES - i; lag++) {
                const double y = (double)values[i + lag];
                products[lag] += x * y, squares[lag] += (x * x - 1) * (y * y - 1);
            }
        }
        memcpy(before, values, sizeof before);
    }
    CU_ASSERT(fabs(of_rows) < 5 * sqrt((ROWS - 1.0) * VALUES));
    CU_ASSERT(fabs(of_streams) < 5 * sqrt((double)ROWS * VALUES));
    for (size_t lag = 1; lag < VALUES; lag++) {
        const double m = (double)ROWS * (double)(VALUES - lag);
        CU_ASSERT(fabs(products[lag]) < 5 * sqrt(m));
        CU_ASSERT(fabs(squares[lag]) < 5 * sqrt(4 * m));
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_value_gets_its_half_words_of_philox),
        NN_TEST(noise_is_normal_with_the_deviation_asked_for),
        NN_TEST(values_rows_and_streams_have_independent_noise),
    };
    return nni_run_suite("noise", tests, sizeof tests / sizeof *tests);
}
