/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "nntrain/status.h"
#include "support/memory.h"
#include "support/philox.h"
#include "support/string_set.h"
#include "support/suite.h"

/* Known answers published with Random123 (kat_vectors, philox4x32 10 rounds). */
static void philox_gives_the_published_numbers(void)
{
    const struct {
        uint32_t counter[4], key[2], expected[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        nni_philox_block block = nni_philox(known[i].counter, known[i].key);
        CU_ASSERT_EQUAL(memcmp(block.word, known[i].expected, sizeof block.word), 0);
    }
}

static void normal_deviates_have_mean_0_and_variance_1(void)
{
    enum { PAIRS = 50000 };
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < PAIRS; i++) {
        double pair[2];
        nni_normal_pair(nni_random_block(7, NNI_RANDOM_WEIGHTS, 3, i), pair);
        sum += pair[0] + pair[1];
        squares += pair[0] * pair[0] + pair[1] * pair[1];
    }
    /* Five standard errors: 1/sqrt(n) of the mean, sqrt(2/n) of the variance. */
    CU_ASSERT(fabs(sum / (2.0 * PAIRS)) < 5 / sqrt(2.0 * PAIRS));
    CU_ASSERT(fabs(squares / (2.0 * PAIRS) - 1) < 5 * sqrt(2 / (2.0 * PAIRS)));
}

static void uses_of_randomness_do_not_share_numbers(void)
{
    nni_philox_block weights = nni_random_block(1, NNI_RANDOM_WEIGHTS, 0, 0);
    nni_philox_block shuffle = nni_random_block(1, NNI_RANDOM_SHUFFLE, 0, 0);
    CU_ASSERT_NOT_EQUAL(memcmp(&weights, &shuffle, sizeof weights), 0);
}

/* Names come out of files, and a terminal obeys what it is shown. */
static void messages_are_one_line_of_text(void)
{
    static const struct {
        const char *given, *shown;
    } texts[] = {
        {"plain", "plain"},
        {"two\nlines\t", "two\\nlines\\t"},
        {"\033[31mred\177", "\\x1b[31mred\\x7f"},
        {"Gr\303\266\303\237e \342\202\254 \360\237\230\200", "Gr\303\266\303\237e \342\202\254 \360\237\230\200"},
        {"cut \303", "cut \\xc3"},
        {"\377\376 \300\257 \355\240\200 \364\220\200\200",
         "\\xff\\xfe \\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80"},
        {"\302\233 is a control character, too", "\\xc2\\x9b is a control character, too"},
        {"\342\200\250 and \342\200\256 and \342\200\224", "\\xe2\\x80\\xa8 and \\xe2\\x80\\xae and \342\200\224"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        nn_error error;
        CU_ASSERT_EQUAL(nn_fail(&error, NN_DATA, "%s", texts[i].given), NN_DATA);
        CU_ASSERT_STRING_EQUAL(error.message, texts[i].shown);
    }
}

static void allocation_is_aligned_zeroed_and_refuses_overflow(void)
{
    nn_error error = {0};
    double *values = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_allocate(3, sizeof *values, "values", &values, &error), NN_OK);
    CU_ASSERT_EQUAL((uintptr_t)values % NNI_ALIGNMENT, 0);
    CU_ASSERT(values[0] == 0 && values[1] == 0 && values[2] == 0);
    nni_release(values);
    CU_ASSERT_EQUAL(nni_allocate(SIZE_MAX / 4, sizeof *values, "the gradients", &values, &error), NN_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "the gradients"));
}

static void texts_are_numbered_in_their_order_by_bytes(void)
{
    const char *const words[] = {"pear", "Zebra", "apple", "\303\266l", "pear", "appl"};
    nni_string_set texts = {.count = 0}, copy = {.count = 0};
    char packed[64];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CU_ASSERT_EQUAL(nni_string_set_add(&texts, words[i], NULL), NN_OK);
    CU_ASSERT_EQUAL(texts.count, 5);
    nni_string_set_sort(&texts);
    CU_ASSERT_EQUAL(nni_string_set_find(&texts, "Zebra"), 0);
    CU_ASSERT_EQUAL(nni_string_set_find(&texts, "appl"), 1);
    CU_ASSERT_EQUAL(nni_string_set_find(&texts, "\303\266l"), 4);
    CU_ASSERT_EQUAL(nni_string_set_find(&texts, "appla"), SIZE_MAX);
    CU_ASSERT_EQUAL(nni_string_set_longest(&texts), 5);
    CU_ASSERT_EQUAL_FATAL(nni_string_set_bytes(&texts), 6 + 5 + 6 + 5 + 4);
    nni_string_set_pack(&texts, packed);
    CU_ASSERT_EQUAL(nni_string_set_add_packed(&copy, packed, nni_string_set_bytes(&texts), NULL), NN_OK);
    CU_ASSERT(nni_string_set_equal(&texts, &copy));
    nni_string_set_add(&copy, "quince", NULL);
    CU_ASSERT(!nni_string_set_equal(&texts, &copy));
    nni_string_set_free(&texts);
    nni_string_set_free(&copy);
}

static void texts_are_65536_at_most(void)
{
    nni_string_set texts = {.count = 0};
    nn_error error = {0};
    char word[16];
    nn_status status = NN_OK;
    for (int i = 0; i < NNI_STRING_SET_MAX && status == NN_OK; i++) {
        snprintf(word, sizeof word, "%d", i);
        status = nni_string_set_add(&texts, word, &error);
    }
    CU_ASSERT_EQUAL(status, NN_OK);
    CU_ASSERT_EQUAL(nni_string_set_add(&texts, "0", &error), NN_OK);
    CU_ASSERT_EQUAL(nni_string_set_add(&texts, "one more", &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "65536"));
    nni_string_set_free(&texts);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(philox_gives_the_published_numbers),
        NN_TEST(normal_deviates_have_mean_0_and_variance_1),
        NN_TEST(uses_of_randomness_do_not_share_numbers),
        NN_TEST(messages_are_one_line_of_text),
        NN_TEST(allocation_is_aligned_zeroed_and_refuses_overflow),
        NN_TEST(texts_are_numbered_in_their_order_by_bytes),
        NN_TEST(texts_are_65536_at_most),
    };
    return nni_run_suite("base", tests, sizeof tests / sizeof *tests);
}
