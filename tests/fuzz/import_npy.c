/* SPDX-License-Identifier: MIT */
/* Arrays of NumPy's: an archive where it begins like one, else a file of an array. */
#include <stdio.h>
#include <string.h>

#include "imported.h"
#include "nntrain/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char source[700];
    const bool archive = size > 2 && memcmp(bytes, "PK", 2) == 0;
    snprintf(source, sizeof source, "%s%s", fuzz_file(archive ? "arrays.npz" : "array.npy", bytes, size),
             archive ? ":x" : "");
    const nn_import_item item = {source, "/train/x"};
    const char *output = fuzz_path("output.h5");
    nn_error error = {.status = NN_OK};
    fuzz_expect_imported(nn_import_npy(&item, 1, 0, 0, output, &error), &error, output);
    return 0;
}
