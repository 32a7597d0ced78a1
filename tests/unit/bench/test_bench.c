/* SPDX-License-Identifier: MIT */
/* The reckoning behind nntrain bench: no clock is asked here. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/peak.h"
#include "bench/product.h"
#include "bench/shapes.h"
#include "bench/step_report.h"
#include "support/json.h"
#include "support/suite.h"

static void median_is_the_middle_value_or_the_mean_of_the_middle_two(void)
{
    double one[] = {3}, odd[] = {9, 1, 5}, even[] = {8, 2, 4, 100};
    CU_ASSERT_EQUAL(nni_bench_median(one, 1), 3);
    CU_ASSERT_EQUAL(nni_bench_median(odd, 3), 5);
    CU_ASSERT_EQUAL(nni_bench_median(even, 4), 6);
}

static void geometric_mean_of_a_ratio_and_its_inverse_is_one(void)
{
    const double ratios[] = {4, 0.25}, powers[] = {2, 8, 32};
    CU_ASSERT_DOUBLE_EQUAL(nni_bench_geometric_mean(ratios, 2), 1, 4 * DBL_EPSILON);
    CU_ASSERT_DOUBLE_EQUAL(nni_bench_geometric_mean(powers, 3), 8, 32 * DBL_EPSILON);
}

static void sizes_are_read_whole_or_not_at_all(void)
{
    size_t sizes[3] = {0};
    CU_ASSERT_TRUE(nni_bench_parse_sizes("784x512x128", 'x', 3, sizes));
    CU_ASSERT_TRUE(sizes[0] == 784 && sizes[1] == 512 && sizes[2] == 128);
    CU_ASSERT_TRUE(nni_bench_parse_sizes("20-5", '-', 2, sizes));
    static const char *const wrong[] = {"",
                                        "1x2",
                                        "1x2x3x4",
                                        "1x2x",
                                        "x1x2",
                                        "1x0x3",
                                        "-1x2x3",
                                        " 1x2x3",
                                        "1x+2x3",
                                        "1x2x3 ",
                                        "axbxc",
                                        "1-2-3",
                                        "1x2x3.5",
                                        "1,2,3",
                                        "1x2x99999999999999999999",
                                        "1x2x2147483648"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (nni_bench_parse_sizes(wrong[i], 'x', 3, sizes))
            CU_FAIL("a shape that is none was taken");
}

static void a_layer_has_its_three_products(void)
{
    const nni_bench_layer layer = {.inputs = 784, .outputs = 512, .batch = 128};
    const nni_bench_shape forward = nni_bench_layer_shape(layer, NNI_BENCH_FORWARD);
    const nni_bench_shape below = nni_bench_layer_shape(layer, NNI_BENCH_DX);
    const nni_bench_shape weights = nni_bench_layer_shape(layer, NNI_BENCH_DW);
    CU_ASSERT_TRUE(forward.rows == 128 && forward.columns == 512 && forward.depth == 784);
    CU_ASSERT_TRUE(below.rows == 128 && below.columns == 784 && below.depth == 512);
    CU_ASSERT_TRUE(weights.rows == 512 && weights.columns == 784 && weights.depth == 128);
    /* By hand: 2 * 128 * 512 * 784. */
    CU_ASSERT_EQUAL(nni_bench_product_flops(forward), 102760448);
    CU_ASSERT_EQUAL(nni_bench_product_flops(below), 102760448);
    CU_ASSERT_EQUAL(nni_bench_product_flops(weights), 102760448);
}

static void default_layers_are_24_and_more_all_different(void)
{
    size_t count = 0;
    const nni_bench_layer *layers = nni_bench_default_layers(&count);
    CU_ASSERT_TRUE(count >= 24);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(memcmp(&layers[i], &layers[k], sizeof *layers), 0);
}

static void a_step_needs_no_delta_of_its_inputs(void)
{
    /* One row of 3-5-2 by hand: forward and dW of 15 and 10 terms, dX of the 10 alone; two operations each. */
    const size_t widths[] = {3, 5, 2};
    CU_ASSERT_EQUAL(nni_bench_step_flops(widths, 3, 1), 2 * (15 + 10 + 15 + 10 + 10));
    CU_ASSERT_EQUAL(nni_bench_step_flops(widths, 3, 7), 7 * 2 * (15 + 10 + 15 + 10 + 10));
}

/* Operands of a small product, and what our kernels make of it. */
static void make_product(nni_bench_orientation orientation, nni_bench_product *product)
{
    const nni_bench_shape shape = {orientation, 5, 7, 11};
    nni_gemm_workspace *space = NULL;
    *product = (nni_bench_product){.a = NULL};
    CU_ASSERT_EQUAL_FATAL(nni_bench_product_create(&shape, 1, product, NULL), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_gemm_workspace_create(NN_FLOAT32, 1, &space, NULL), NN_OK);
    nni_bench_product_become(product, shape);
    nni_bench_product_multiply(product, space);
    nni_gemm_workspace_free(space);
    memcpy(product->other, product->c, 5 * 7 * sizeof *product->c);
}

static void a_wrong_element_stops_a_comparison(void)
{
    for (int o = 0; o < NNI_BENCH_ORIENTATIONS; o++) {
        nni_bench_product product;
        nn_error error;
        make_product((nni_bench_orientation)o, &product);
        CU_ASSERT_EQUAL(nni_bench_product_check(&product, "itself", &error), NN_OK);
        product.other[4 * 7 + 6] += 1e-3F; /* rounding of 11 terms explains some 1e-5 */
        CU_ASSERT_EQUAL(nni_bench_product_check(&product, "a peer", &error), NN_SYSTEM);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "(4, 6)"));
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "a peer"));
        product.other[4 * 7 + 6] = NAN;
        CU_ASSERT_EQUAL(nni_bench_product_check(&product, "a peer", &error), NN_SYSTEM);
        nni_bench_product_free(&product);
    }
}

static void two_wrong_kernels_that_agree_are_found_out(void)
{
    nni_bench_product product;
    make_product(NNI_BENCH_FORWARD, &product);
    product.c[0] = product.other[0] += 1e-3F;
    CU_ASSERT_EQUAL(nni_bench_product_check(&product, "a peer", NULL), NN_SYSTEM);
    nni_bench_product_free(&product);
}

static void loops_of_every_instruction_set_compute_what_they_say(void)
{
    const nni_isa *isa;
    enum { COUNT = 3 * NNI_PEAK_CHUNK };
    static _Alignas(64) float a[COUNT], b[COUNT], c[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        b[i] = (float)i;
        c[i] = 2;
    }
    for (size_t i = 0; (isa = nni_isa_at(i)); i++) {
        const nni_peak_loops *peak = isa->peak;
        /* Each of the sums goes to factor * sum + term = 1, half of the way a step; small whole numbers add exactly. */
        float result = 0;
        peak->multiply_add(200, 0.5F, 0.5F, &result);
        CU_ASSERT_EQUAL(result, (float)peak->flops / 2);
        CU_ASSERT_EQUAL(peak->read(b, COUNT), COUNT * (COUNT - 1) / 2);
        peak->triad(a, b, c, 0.5F, COUNT);
        CU_ASSERT_EQUAL(a[0], 1);
        CU_ASSERT_EQUAL(a[COUNT - 1], COUNT);
    }
}

static void what_bounds_a_product_is_what_takes_longer(void)
{
    const nni_bench_bandwidth bandwidth = {
        .threads = 1, .bytes = {1000, 10000, 0}, .read = {100, 50, 10}, .triad = {80, 40, 8}};
    const double peak = 1000;
    /* 500 bytes from L2 take 5 s. */
    const nni_bench_cost heavy = {.flops = 6000, .bytes = 500}, light = {.flops = 4000, .bytes = 500};
    CU_ASSERT_STRING_EQUAL(nni_bench_bound(&heavy, &bandwidth, peak), "arithmetic");
    CU_ASSERT_STRING_EQUAL(nni_bench_bound(&light, &bandwidth, peak), "cache");
    /* 20000 bytes from memory take 2000 s. */
    const nni_bench_cost large = {.flops = 1.9e6, .bytes = 20000}, descent = {.bytes = 20000};
    CU_ASSERT_STRING_EQUAL(nni_bench_bound(&large, &bandwidth, peak), "memory");
    CU_ASSERT_STRING_EQUAL(nni_bench_bound(&descent, &bandwidth, peak), "memory");
}

static void json_has_no_words_for_nan_and_escapes_texts(void)
{
    char *text = NULL;
    size_t length = 0;
    nni_json json = {.out = open_memstream(&text, &length)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(json.out);
    nni_json_begin(&json, NULL, '{');
    nni_json_text(&json, "a", "q\"\\\n\x1b\x7f\xC2\x9B\xC3\xA9 \xE9");
    nni_json_begin(&json, "b", '[');
    nni_json_number(&json, NULL, NAN);
    nni_json_number(&json, NULL, 0.5);
    nni_json_end(&json, ']');
    nni_json_begin(&json, "c", '{');
    nni_json_end(&json, '}');
    json.digits = 9;
    nni_json_numbers(&json, "d", (const double[]){1.0 / 3, INFINITY}, 2);
    nni_json_numbers(&json, "e", NULL, 0);
    nni_json_end(&json, '}');
    fclose(json.out);
    CU_ASSERT_STRING_EQUAL(text,
                           "{\n  \"a\": \"q\\\"\\\\\\u000a\\u001b\\u007f\\u009b\xC3\xA9 \\ufffd\",\n  \"b\": [\n "
                           "   null,\n    0.5\n  ],\n  \"c\": {},\n  \"d\": [0.333333333, null],\n  \"e\": []\n}\n");
    free(text);
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(median_is_the_middle_value_or_the_mean_of_the_middle_two),
        NN_TEST(geometric_mean_of_a_ratio_and_its_inverse_is_one),
        NN_TEST(sizes_are_read_whole_or_not_at_all),
        NN_TEST(a_layer_has_its_three_products),
        NN_TEST(default_layers_are_24_and_more_all_different),
        NN_TEST(a_step_needs_no_delta_of_its_inputs),
        NN_TEST(a_wrong_element_stops_a_comparison),
        NN_TEST(two_wrong_kernels_that_agree_are_found_out),
        NN_TEST(loops_of_every_instruction_set_compute_what_they_say),
        NN_TEST(what_bounds_a_product_is_what_takes_longer),
        NN_TEST(json_has_no_words_for_nan_and_escapes_texts),
    };
    return nni_run_suite("bench", tests, sizeof tests / sizeof *tests);
}
