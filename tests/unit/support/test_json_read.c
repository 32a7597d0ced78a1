/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/json_read.h"
#include "support/next_random.h"
#include "support/suite.h"

static nn_status read_text(const char *text, nni_json_document **document, nn_error *error)
{
    return nni_json_read(text, strlen(text), "the test", document, error);
}

static void values_stand_in_their_order(void)
{
    const char text[] =
        " { \"a\" : [1, -2.5e3, true, null, []], \"b\": {\"a\": \"x\"},\n\"c\": 18446744073709551615 } ";
    nni_json_document *d = NULL;
    CU_ASSERT_EQUAL_FATAL(read_text(text, &d, NULL), NN_OK);
    const nni_json_value *root = nni_json_root(d), *a = nni_json_member(d, root, "a");
    CU_ASSERT_EQUAL(root->count, 3);
    CU_ASSERT_EQUAL_FATAL(a->type, NNI_JSON_ARRAY);
    CU_ASSERT_EQUAL(a->count, 5);
    CU_ASSERT_EQUAL(a->span, 6);
    CU_ASSERT_TRUE(a[1].is_count && a[1].count == 1 && a[1].number == 1);
    CU_ASSERT_TRUE(!a[2].is_count && a[2].number == -2500);
    CU_ASSERT_EQUAL(a[3].type, NNI_JSON_TRUE);
    CU_ASSERT_EQUAL(a[4].type, NNI_JSON_NULL);
    CU_ASSERT_EQUAL(a[5].count, 0);
    const nni_json_value *inner = nni_json_member(d, root, "b");
    CU_ASSERT_STRING_EQUAL(nni_json_member_text(d, inner, "a"), "x");
    CU_ASSERT_EQUAL(nni_json_member(d, root, "c")->count, UINT64_MAX);
    CU_ASSERT_PTR_NULL(nni_json_member(d, inner, "b"));
    CU_ASSERT_PTR_NULL(nni_json_member(d, a, "a"));
    nni_json_free(d);
}

static void escapes_become_utf8(void)
{
    nni_json_document *d = NULL;
    CU_ASSERT_EQUAL_FATAL(
        read_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\xc3\xa9\"", &d, NULL), NN_OK);
    CU_ASSERT_STRING_EQUAL(nni_json_root(d)->text, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9");
    CU_ASSERT_EQUAL(nni_json_root(d)->count, strlen(nni_json_root(d)->text));
    nni_json_free(d);
}

/* Those of few digits are converted by code of our own. */
static void numbers_are_the_nearest(void)
{
    enum { NUMBERS = 20000 };
    static const char *const edges[] = {"0",
                                        "-0",
                                        "0.1e1",
                                        "1e22",
                                        "1e23",
                                        "123456789012345e22",
                                        "1e-22",
                                        "1e-23",
                                        "5e-324",
                                        "1E+2",
                                        "-1.5e-07",
                                        "1e-400",
                                        "999999999999999",
                                        "9007199254740993",
                                        "0.000000000000001",
                                        "0.00000000000000001",
                                        "1e99999999999",
                                        "1e-99999999999999999999",
                                        "1e99999999999999999999"};
    uint64_t random = 1;
    for (size_t i = 0; i < NUMBERS + sizeof edges / sizeof *edges; i++) {
        char text[64];
        nni_json_document *d = NULL;
        random = next_random(random);
        const double drawn = (double)(int64_t)random * pow(10, (double)((random >> 20) % 60) - 48);
        if (i < NUMBERS)
            snprintf(text, sizeof text, "%.*g", (int)(1 + i % 17), drawn);
        else
            snprintf(text, sizeof text, "%s", edges[i - NUMBERS]);
        CU_ASSERT_EQUAL_FATAL(read_text(text, &d, NULL), NN_OK);
        const double found = nni_json_root(d)->number, expected = strtod(text, NULL);
        if (memcmp(&found, &expected, sizeof found) != 0)
            printf("\n%s: %.17g, not %.17g\n", text, found, expected);
        CU_ASSERT(memcmp(&found, &expected, sizeof found) == 0);
        nni_json_free(d);
    }
}

static void what_is_no_json_is_refused_with_its_place(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "nulll",
        "1 2",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\n\"",
        "\"\xff\"",
        "[}",
        "{]",
        "[1]]",
        "{\"a\":1,\"a\":2}",
        "'a'",
        "// x\n1",
        "[1 2]",
        "{\"a\" 1}",
        "\xef\xbb\xbf"
        "1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        nni_json_document *d = NULL;
        nn_error error = {.status = NN_OK};
        CU_ASSERT_EQUAL(read_text(texts[i], &d, &error), NN_DATA);
        CU_ASSERT_EQUAL(strncmp(error.message, "the test: ", 10), 0);
        nni_json_free(d);
    }
}

static void depth_is_bounded(void)
{
    char text[4 * NNI_JSON_DEPTH];
    for (size_t depth = NNI_JSON_DEPTH; depth <= NNI_JSON_DEPTH + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        nni_json_document *d = NULL;
        CU_ASSERT_EQUAL(nni_json_read(text, 2 * depth, "the test", &d, NULL), depth > NNI_JSON_DEPTH ? NN_DATA : NN_OK);
        nni_json_free(d);
    }
}

/* More than the table of members begins with, and than the array of values does. */
static void many_members_are_all_found(void)
{
    enum { MANY = 5000 };
    static char text[MANY * 24];
    size_t length = 0;
    for (int i = 0; i < MANY; i++)
        length += (size_t)sprintf(text + length, "%s\"m%d\":%d", i == 0 ? "{" : ",", i, 3 * i);
    text[length++] = '}';
    nni_json_document *d = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_json_read(text, length, "the test", &d, NULL), NN_OK);
    for (int i = 0; i < MANY; i++) {
        char name[16];
        sprintf(name, "m%d", i);
        const nni_json_value *value = nni_json_member(d, nni_json_root(d), name);
        CU_ASSERT_TRUE(value && value->count == (uint64_t)(3 * i));
    }
    nni_json_free(d);
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(values_stand_in_their_order),
        NN_TEST(escapes_become_utf8),
        NN_TEST(numbers_are_the_nearest),
        NN_TEST(what_is_no_json_is_refused_with_its_place),
        NN_TEST(depth_is_bounded),
        NN_TEST(many_members_are_all_found),
    };
    return nni_run_suite("JSON reader", tests, sizeof tests / sizeof *tests);
}
