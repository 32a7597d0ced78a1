/* SPDX-License-Identifier: MIT */
/** Folders of runs that tests write for themselves, file by file. */
#ifndef NN_TESTS_HISTORY_FIXTURE_H
#define NN_TESTS_HISTORY_FIXTURE_H

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report/history/history.h"
#include "support/hdf5_fixture.h"

/** Writes a file of the run. */
static inline void write_bytes(const char *name, const char *bytes, size_t count)
{
    FILE *file = fopen(fixture_path(name), "wb");
    CU_ASSERT_FATAL(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/** Removes whatever files a run has. */
static inline void remove_files(void)
{
    static const char *const files[] = {"metrics.jsonl",  "records.jsonl", "recipe.yaml",
                                        "predictions.h5", "model.h5",      "checkpoint-00000007.h5"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(fixture_path(files[i]));
}

/** Reads the run in the folder of the fixture, with all that there is. */
static inline nni_history *read_run(void)
{
    nn_error error = {.message = ""};
    nni_history *history = NULL;
    const nni_history_wanted all = {.records = true, .predictions = true, .weights = true};
    if (nni_history_read(fixture_folder, all, &history, &error) != NN_OK)
        printf("\n%s\n", error.message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(history);
    return history;
}

/** Fails unless a note has these words. */
static inline void expect_note(const nni_history *history, const char *part)
{
    bool found = false;
    for (size_t i = 0; i < history->notes.count; i++)
        found = found || strstr(history->notes.text[i], part);
    if (!found)
        printf("\nno note has \"%s\", of %zu: %s\n", part, history->notes.count,
               history->notes.count > 0 ? history->notes.text[0] : "");
    CU_ASSERT(found);
}

#endif
