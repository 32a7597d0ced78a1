/* SPDX-License-Identifier: MIT */
/* Run for float and double, and for each instruction set this processor has. */
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/dropout.h"
#include "support/memory.h"
#include "support/philox.h"
#include "support/suite.h"

static nni_real *take(size_t count)
{
    nni_real *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(count, sizeof *values, "a test's array", &values, NULL), NN_OK);
    return values;
}

static void every_element_is_its_word_of_philox(void)
{
    static const size_t widths[] = {1, 2, 3, 4, 5, 10, 64, 255, 256, 257, 1000};
    static const uint64_t samples[] = {0, 1, 77, 4000000000, UINT64_C(1) << 40, 5};
    static const double rates[] = {0.1, 0.5, 0.9};
    enum { ROWS = 6 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t r = 0; r < 3; r++) {
            size_t columns = widths[w];
            nni_real *mask = take(ROWS * columns);
            nni_dropout_mask(mask, samples, ROWS, columns, 9, 3, 2, rates[r]);
            bool right = true;
            for (size_t i = 0; i < ROWS; i++)
                for (size_t j = 0; j < columns; j++) {
                    uint64_t index = samples[i] * ((columns + 3) / 4) + j / 4;
                    nni_philox_block block = nni_random_block(9, NNI_RANDOM_DROPOUT, UINT64_C(2) << 48 ^ 3, index);
                    bool dropped = (double)block.word[j % 4] < floor(rates[r] * 0x1p32 + 0.5);
                    right = right && mask[i * columns + j] == (dropped ? 0 : (nni_real)(1 / (1 - rates[r])));
                }
            CU_ASSERT(right);
            nni_release(mask);
        }
}

/* Of n elements n rate are dropped, give or take sqrt(n rate (1 - rate)); five times that is met once in 1.7e6. */
static void the_rate_is_kept_and_so_is_the_mean(void)
{
    static const double rates[] = {0, 1e-3, 0.2, 0.5, 0.95};
    enum { ROWS = 1000, COLUMNS = 300, CELLS = ROWS * COLUMNS };
    uint64_t samples[ROWS];
    nni_real *mask = take((size_t)CELLS);
    for (size_t i = 0; i < ROWS; i++)
        samples[i] = i;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        nni_dropout_mask(mask, samples, ROWS, COLUMNS, 1, 0, 0, rates[r]);
        double dropped = 0, sum = 0;
        for (size_t i = 0; i < CELLS; i++)
            dropped += mask[i] == 0, sum += (double)mask[i];
        double deviation = 5 * sqrt(CELLS * rates[r] * (1 - rates[r]));
        CU_ASSERT(fabs(dropped - CELLS * rates[r]) <= deviation);
        CU_ASSERT(fabs(sum - CELLS) <= deviation / (1 - rates[r]) + 1e-6 * CELLS);
    }
    nni_release(mask);
}

static void a_row_depends_neither_on_its_batch_nor_on_threads(void)
{
    enum { ROWS = 200, COLUMNS = 130 };
    uint64_t samples[ROWS];
    nni_real *mask = take((size_t)ROWS * COLUMNS), *again = take((size_t)ROWS * COLUMNS), alone[COLUMNS];
    int usual = omp_get_max_threads();
    for (size_t i = 0; i < ROWS; i++)
        samples[i] = i * i;
    omp_set_num_threads(1);
    nni_dropout_mask(mask, samples, ROWS, COLUMNS, 4, 5, 6, 0.3);
    for (int threads = 2; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        nni_dropout_mask(again, samples, ROWS, COLUMNS, 4, 5, 6, 0.3);
        CU_ASSERT_EQUAL(memcmp(mask, again, sizeof *mask * ROWS * COLUMNS), 0);
    }
    for (size_t i = 0; i < ROWS; i++) {
        nni_dropout_mask(alone, samples + i, 1, COLUMNS, 4, 5, 6, 0.3);
        CU_ASSERT_EQUAL(memcmp(alone, mask + i * COLUMNS, sizeof alone), 0);
    }
    omp_set_num_threads(usual);
    nni_release(mask), nni_release(again);
}

/* Masks of independent elements agree in n / 2 of n at a rate of a half, give or take sqrt(n) / 2. */
static void seeds_epochs_layers_and_samples_give_independent_masks(void)
{
    enum { COLUMNS = 4096 };
    static const struct {
        uint64_t seed, epoch, layer, sample;
    } keys[] = {{1, 0, 0, 0}, {2, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 0, 1}, {1, 0, 0, 2}, {1, 1, 1, 1}};
    enum { KEYS = sizeof keys / sizeof *keys };
    nni_real *mask = take((size_t)KEYS * COLUMNS);
    for (size_t k = 0; k < KEYS; k++)
        nni_dropout_mask(mask + k * COLUMNS, &keys[k].sample, 1, COLUMNS, keys[k].seed, keys[k].epoch,
                         (size_t)keys[k].layer, 0.5);
    for (size_t k = 0; k < KEYS; k++)
        for (size_t l = 0; l < k; l++) {
            double agree = 0;
            for (size_t j = 0; j < COLUMNS; j++)
                agree += mask[k * COLUMNS + j] == mask[l * COLUMNS + j];
            CU_ASSERT(fabs(agree - COLUMNS / 2.0) <= 5 * sqrt(COLUMNS) / 2);
        }
    nni_release(mask);
}

static void rates_next_to_1_stay_finite(void)
{
    const uint64_t sample = 3;
    nni_real mask[64];
    nni_dropout_mask(mask, &sample, 1, 64, 1, 1, 1, 1 - 0x1p-50);
    for (size_t j = 0; j < 64; j++)
        CU_ASSERT(isfinite(mask[j]));
    nni_dropout_mask(NULL, NULL, 0, 4, 1, 1, 1, 0.5);
    nni_dropout_mask(NULL, &sample, 1, 0, 1, 1, 1, 0.5);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_element_is_its_word_of_philox),
        NN_TEST(the_rate_is_kept_and_so_is_the_mean),
        NN_TEST(a_row_depends_neither_on_its_batch_nor_on_threads),
        NN_TEST(seeds_epochs_layers_and_samples_give_independent_masks),
        NN_TEST(rates_next_to_1_stay_finite),
    };
    return nni_run_suite("dropout", tests, sizeof tests / sizeof *tests);
}
