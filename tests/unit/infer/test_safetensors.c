/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/safetensors.h"
#include "support/suite.h"

/* A file of a header and so many bytes of data, in memory of its very size: sanitizers see what is read beyond. */
static nn_status parse(const char *header, size_t data, nni_safetensors **file, nn_error *error)
{
    static unsigned char *bytes;
    const size_t length = strlen(header), size = 8 + length + data;
    free(bytes);
    bytes = calloc(size, 1);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(bytes + 8, header, length);
    return nni_safetensors_parse(bytes, size, "the test", file, error);
}

static void tensors_are_found_by_name(void)
{
    const char header[] =
        "{\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[16,40]},"
        "\"__metadata__\":{\"format\":\"pt\"},\"empty\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[16,16]},"
        "\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
        "\"one\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[40,42]}}  ";
    nni_safetensors *file = NULL;
    CU_ASSERT_EQUAL_FATAL(parse(header, 42, &file, NULL), NN_OK);
    const nni_safetensor *b = nni_safetensors_find(file, "b"), *one = nni_safetensors_find(file, "one");
    CU_ASSERT_EQUAL(file->count, 4);
    CU_ASSERT_TRUE(b && b->type == NNI_ST_F32 && b->dimensions == 2 && b->shape[1].count == 3 && b->count == 6);
    CU_ASSERT_TRUE(b && b->offset == 8 + strlen(header) + 16 && b->bytes == 24);
    CU_ASSERT_TRUE(one && one->count == 1 && one->dimensions == 0);
    CU_ASSERT_STRING_EQUAL(nni_safetensors_metadata(file, "format"), "pt");
    CU_ASSERT_PTR_NULL(nni_safetensors_metadata(file, "a"));
    CU_ASSERT_PTR_NULL(nni_safetensors_find(file, "__metadata__"));
    CU_ASSERT_STRING_EQUAL(file->tensors[0].name, "a");
    nni_safetensors_free(file);
}

static void files_that_break_the_rules_are_refused(void)
{
    static const struct {
        const char *header;
        size_t data;
    } files[] = {
        {"[]", 0},
        {"{}", 1},
        {"{\"a\":1}", 0},
        {"{\"__metadata__\":{\"a\":1}}", 0},
        {"{\"__metadata__\":{\"a\":[\"b\"]}}", 0},
        {"{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,5]}}", 5},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
         12},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
         12},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]}}", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[18446744073709551616],\"data_offsets\":[0,0]}}", 0},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[18446744073709551612,18446744073709551615]}}", 4},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}", 0},
        {" {}", 0},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        nni_safetensors *file = NULL;
        nn_error error = {.status = NN_OK};
        CU_ASSERT_EQUAL(parse(files[i].header, files[i].data, &file, &error), NN_DATA);
        CU_ASSERT_EQUAL(strncmp(error.message, "the test", 8), 0);
        nni_safetensors_free(file);
    }
}

/* Length of the header beyond the file, beyond 100 MB, and files without one. */
static void a_length_is_not_believed(void)
{
    static const uint64_t lengths[] = {0, 1, 3, 100000001, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned char bytes[10] = {0, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
        for (int k = 0; k < 8; k++)
            bytes[k] = (unsigned char)(lengths[i] >> 8 * k);
        nni_safetensors *file = NULL;
        CU_ASSERT_EQUAL(nni_safetensors_parse(bytes, sizeof bytes, "the test", &file, NULL), NN_DATA);
    }
    for (size_t size = 0; size < 10; size++) {
        const unsigned char bytes[10] = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
        nni_safetensors *file = NULL;
        CU_ASSERT_EQUAL(nni_safetensors_parse(bytes, size, "the test", &file, NULL), NN_DATA);
    }
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(tensors_are_found_by_name),
        NN_TEST(files_that_break_the_rules_are_refused),
        NN_TEST(a_length_is_not_believed),
    };
    return nni_run_suite("safetensors", tests, sizeof tests / sizeof *tests);
}
