/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/elementwise/convert.h"
#include "support/element.h"
#include "support/suite.h"

/* More than the widest vectors hold, and a tail. */
enum { COUNT = 173 };

/* Numbers of every type, and what to normalise them by. */
typedef struct sample {
    int8_t int8[COUNT];
    int16_t int16[COUNT];
    int32_t int32[COUNT];
    int64_t int64[COUNT];
    uint8_t uint8[COUNT];
    uint16_t uint16[COUNT];
    uint32_t uint32[COUNT];
    uint64_t uint64[COUNT];
    float single[COUNT];
    double twice[COUNT];
    double offset[COUNT], scale[COUNT];
    nni_real offset_real[COUNT], scale_real[COUNT];
} sample;

static sample *take_sample(void)
{
    static sample taken;
    /* The ends of every range, where a wrong sign or a narrow detour shows. */
    static const uint64_t ends[] = {0,      0x7f,       0x80,       0xff,       0x7fff,    0x8000,
                                    0xffff, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX};
    uint64_t bits = 88172645463325252U; /* Marsaglia's xorshift */
    for (size_t i = 0; i < COUNT; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        const uint64_t word = i % 17 == 3 ? ends[i / 17] : bits;
        taken.uint8[i] = (uint8_t)word;
        taken.uint16[i] = (uint16_t)word;
        taken.uint32[i] = (uint32_t)word;
        taken.uint64[i] = word;
        memcpy(&taken.int8[i], &taken.uint8[i], sizeof taken.int8[i]);
        memcpy(&taken.int16[i], &taken.uint16[i], sizeof taken.int16[i]);
        memcpy(&taken.int32[i], &taken.uint32[i], sizeof taken.int32[i]);
        memcpy(&taken.int64[i], &taken.uint64[i], sizeof taken.int64[i]);
        taken.single[i] = (float)taken.int64[i] * 1e-18f;
        taken.twice[i] = (double)taken.int64[i] * 1e-18;
        taken.offset[i] = (double)(taken.uint16[i] % 1000) / 7;
        taken.scale[i] = 1 / (1 + (double)taken.uint8[i]);
        taken.offset_real[i] = (nni_real)taken.offset[i];
        taken.scale_real[i] = (nni_real)taken.scale[i];
    }
    return &taken;
}

/* A volatile between the operations keeps each of them scalar and rounded on its own. */
static nni_real rounded(nni_real x)
{
    volatile nni_real value = x;
    return value;
}

static double rounded_in_double(double x)
{
    volatile double value = x;
    return value;
}

static nni_real number(const sample *of, nni_element element, size_t i)
{
    switch (element) {
    case NNI_INT8:
        return rounded((nni_real)of->int8[i]);
    case NNI_INT16:
        return rounded((nni_real)of->int16[i]);
    case NNI_INT32:
        return rounded((nni_real)of->int32[i]);
    case NNI_INT64:
        return rounded((nni_real)of->int64[i]);
    case NNI_UINT8:
        return rounded((nni_real)of->uint8[i]);
    case NNI_UINT16:
        return rounded((nni_real)of->uint16[i]);
    case NNI_UINT32:
        return rounded((nni_real)of->uint32[i]);
    case NNI_UINT64:
        return rounded((nni_real)of->uint64[i]);
    case NNI_FLOAT:
        return rounded((nni_real)of->single[i]);
    default:
        return rounded((nni_real)of->twice[i]);
    }
}

static double number_in_double(const sample *of, nni_element element, size_t i)
{
    switch (element) {
    case NNI_INT32:
        return (double)of->int32[i];
    case NNI_INT64:
        return rounded_in_double((double)of->int64[i]);
    case NNI_UINT32:
        return (double)of->uint32[i];
    case NNI_UINT64:
        return rounded_in_double((double)of->uint64[i]);
    case NNI_DOUBLE:
        return of->twice[i];
    default: /* exact in an nni_real */
        return (double)number(of, element, i);
    }
}

/* The definition: narrow types in nni_real, wide ones in double, each operation rounded on its own. */
static nni_real normalized(const sample *of, nni_element element, size_t i)
{
    const bool wide = element == NNI_INT32 || element == NNI_INT64 || element == NNI_UINT32 || element == NNI_UINT64 ||
                      element == NNI_DOUBLE;
    CU_ASSERT_EQUAL_FATAL(nni_element_is_wide(element), wide);
    if (wide) {
        const double shifted = rounded_in_double(number_in_double(of, element, i) - of->offset[i]);
        return rounded((nni_real)rounded_in_double(shifted * of->scale[i]));
    }
    const nni_real shifted = rounded(number(of, element, i) - of->offset_real[i]);
    return rounded(shifted * of->scale_real[i]);
}

static const void *array(const sample *of, nni_element element)
{
    const void *const arrays[NNI_ELEMENT_COUNT] = {
        [NNI_INT8] = of->int8,    [NNI_INT16] = of->int16,   [NNI_INT32] = of->int32,   [NNI_INT64] = of->int64,
        [NNI_UINT8] = of->uint8,  [NNI_UINT16] = of->uint16, [NNI_UINT32] = of->uint32, [NNI_UINT64] = of->uint64,
        [NNI_FLOAT] = of->single, [NNI_DOUBLE] = of->twice,
    };
    return arrays[element];
}

/* Runs of every length from every position of the sample, for vectors, tails and what is not aligned. */
static void every_type_is_converted_as_c_converts_it(void)
{
    const sample *of = take_sample();
    for (nni_element element = NNI_INT8; element <= NNI_DOUBLE; element++) {
        bool same = true;
        for (size_t first = 0; first < 9; first++)
            for (size_t count = 0; first + count <= COUNT; count++) {
                nni_real to[COUNT + 1] = {0};
                const char *from = (const char *)array(of, element) + first * nni_element_size(element);
                nni_convert(element, from, to, count);
                for (size_t i = 0; i < count; i++)
                    same = same && to[i] == number(of, element, first + i);
                same = same && to[count] == 0;
            }
        CU_ASSERT(same);
    }
}

static void every_type_becomes_a_double_as_in_c(void)
{
    const sample *of = take_sample();
    for (nni_element element = NNI_INT8; element <= NNI_DOUBLE; element++) {
        bool same = true;
        for (size_t first = 0; first < 9; first++) {
            double to[COUNT + 1] = {0};
            const char *from = (const char *)array(of, element) + first * nni_element_size(element);
            nni_convert_double(element, from, to, COUNT - first);
            for (size_t i = 0; i < COUNT - first; i++)
                same = same && to[i] == number_in_double(of, element, first + i);
            same = same && to[COUNT - first] == 0;
        }
        CU_ASSERT(same);
    }
}

static void a_difference_and_a_product_are_rounded_apart(void)
{
    const sample *of = take_sample();
    for (nni_element element = NNI_INT8; element <= NNI_DOUBLE; element++) {
        bool same = true;
        for (size_t first = 0; first < 9; first++)
            for (size_t count = 0; first + count <= COUNT; count++) {
                nni_real to[COUNT + 1] = {0};
                const char *from = (const char *)array(of, element) + first * nni_element_size(element);
                const nni_scale by = {of->offset + first, of->scale + first, of->offset_real + first,
                                      of->scale_real + first};
                nni_convert_normalized(element, from, &by, to, count);
                for (size_t i = 0; i < count; i++)
                    same = same && to[i] == normalized(of, element, first + i);
                same = same && to[count] == 0;
            }
        CU_ASSERT(same);
    }
}

static void a_real_has_the_size_it_has(void)
{
    CU_ASSERT_EQUAL(nni_element_size(NNI_REAL), sizeof(nni_real));
    CU_ASSERT_EQUAL(nni_element_size(NNI_UINT8), 1);
    CU_ASSERT_EQUAL(nni_element_size(NNI_INT16), 2);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_type_is_converted_as_c_converts_it),
        NN_TEST(every_type_becomes_a_double_as_in_c),
        NN_TEST(a_difference_and_a_product_are_rounded_apart),
        NN_TEST(a_real_has_the_size_it_has),
    };
    return nni_run_suite("convert", tests, sizeof tests / sizeof *tests);
}
