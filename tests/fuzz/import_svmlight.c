/* SPDX-License-Identifier: MIT */
/* Text of SVMlight: a byte of options, then the lines. */
#include "imported.h"
#include "nntrain/import.h"

/* Rows are full: an index of some more digits would have a GiB written for each, which is right and slow. */
static bool is_wide(const uint8_t *bytes, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == ':' && digits > 4)
            return true;
        digits = bytes[i] >= '0' && bytes[i] <= '9' ? digits + 1 : 0;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || is_wide(bytes + 1, size - 1))
        return 0;
    nn_error error = {.status = NN_OK};
    nn_import_svmlight_result result;
    const nn_import_svmlight job = {
        .train = fuzz_file("lines.txt", bytes + 1, size - 1),
        .zero_based = bytes[0] & 1,
        .features = bytes[0] & 2 ? 5 : 0,
    };
    const char *output = fuzz_path("output.h5");
    fuzz_expect_imported(nn_import_svmlight_file(&job, output, &result, &error), &error, output);
    return 0;
}
