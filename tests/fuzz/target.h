/* SPDX-License-Identifier: MIT */
/** What the fuzz targets share. A target is one function, which libFuzzer calls with bytes that it makes up, and
 * replay.c with those of the corpus. It looks for crashes, and for answers that are neither success nor a sentence. */
#ifndef NN_FUZZ_TARGET_H
#define NN_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nntrain/status.h"

/** The target. @return 0 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/** @return path of a file in a folder of this process's own; valid until the fourth call after */
const char *fuzz_path(const char *name);

/** Writes such a file. @return its path */
const char *fuzz_file(const char *name, const void *bytes, size_t size);

/** Removes that folder. libFuzzer ends without a call that could: run.sh removes what it is in. */
void fuzz_clean(void);

/** Ends the process with a crash, which libFuzzer keeps the bytes of, where something does not hold. */
void fuzz_expect(bool holds, const char *what);

/** Expects success, or one sentence about usage or data: memory that runs out would be a size that was believed. */
void fuzz_expect_answer(nn_status status, const nn_error *error);

#endif
