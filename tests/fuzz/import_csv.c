/* SPDX-License-Identifier: MIT */
/* Tables in text: a byte of options, then the table. */
#include "comm/comm.h"
#include "imported.h"
#include "nntrain/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    const uint8_t options = bytes[0];
    nn_comm alone = nni_comm_alone();
    nn_error error = {.status = NN_OK};
    nn_import_csv_result result;
    const nn_import_csv job = {
        .train = fuzz_file("table.csv", bytes + 1, size - 1),
        .label = options & 1 ? "0" : NULL,
        .values = options & 2,
        .missing = options & 4,
        .skip_bad = options & 8,
        .texts = options & 16 ? "1" : NULL,
        .header = options & 32 ? NN_CSV_HEADER_NO : NN_CSV_HEADER_AUTO,
        .delimiter = options & 64 ? ',' : '\t',
        .compress = options & 128 ? 1 : 0,
        .report = nowhere,
    };
    const char *output = fuzz_path("output.h5");
    fuzz_expect_imported(nn_import_csv_file(&job, output, &alone, &result, &error), &error, output);
    return 0;
}
