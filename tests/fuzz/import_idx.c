/* SPDX-License-Identifier: MIT */
/* IDX files, plain or gzipped. */
#include "imported.h"
#include "nntrain/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const nn_import_item item = {fuzz_file("array.idx", bytes, size), "/train/x"};
    const char *output = fuzz_path("output.h5");
    nn_error error = {.status = NN_OK};
    fuzz_expect_imported(nn_import_idx(&item, 1, 0, output, &error), &error, output);
    return 0;
}
