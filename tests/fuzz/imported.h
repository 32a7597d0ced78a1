/* SPDX-License-Identifier: MIT */
/** What the targets of imports share. */
#ifndef NN_FUZZ_IMPORTED_H
#define NN_FUZZ_IMPORTED_H

#include <stdio.h>
#include <unistd.h>

#include "inspect/inspect.h"
#include "target.h"

/** Expects an answer; where it is success, an output that can be read. */
static inline void fuzz_expect_imported(nn_status status, const nn_error *error, const char *output)
{
    const nni_inspect_how how = {.features = true};
    nn_error again = {.status = NN_OK};
    fuzz_expect_answer(status, error);
    if (status != NN_OK) {
        fuzz_expect(access(output, F_OK) != 0, "no output of a failed import");
        return;
    }
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    const nn_status read = nni_inspect_data(output, &how, nowhere, &again);
    fuzz_expect_answer(read, &again);
    fuzz_expect(read == NN_OK, "an output that can be read");
    unlink(output);
}

#endif
