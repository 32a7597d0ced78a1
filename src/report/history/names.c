/* SPDX-License-Identifier: MIT */
/* What several runs are called, so that no two are called the same. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/history/history.h"
#include "support/memory.h"

enum { NUMBERED_MOST = 200 }; /* bytes of a file's name before its number */

/* Runs of one name. */
typedef struct namesakes {
    size_t count;
    const char *folder; /* of the first of them */
    size_t common;      /* bytes of it that all their folders begin with, up to a slash */
} namesakes;

static const char *name_of(const nni_history *run)
{
    const char *name = run->name;
    const bool names_a_file = name && *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
    return names_a_file ? name : "run";
}

static void add_namesake(namesakes *of, const char *folder)
{
    of->folder = of->count == 0 ? folder : of->folder;
    size_t same = 0, slash = 0;
    const size_t most = of->count == 0 ? strlen(folder) : of->common;
    for (; same < most && folder[same] == of->folder[same] && folder[same]; same++)
        if (folder[same] == '/')
            slash = same + 1;
    of->common = slash;
    of->count++;
}

static nn_status name_all(const nni_history *const *runs, size_t count, bool by_folder, nni_string_set *plain,
                          namesakes *same, nni_string_set *names, nn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        NN_TRY(nni_string_set_add(plain, name_of(runs[i]), error));
        add_namesake(&same[nni_string_set_find(plain, name_of(runs[i]))], runs[i]->folder);
    }
    for (size_t i = 0; i < count; i++) {
        const namesakes *of = &same[nni_string_set_find(plain, name_of(runs[i]))];
        const char *name = of->count > 1 && by_folder ? runs[i]->folder + of->common : name_of(runs[i]);
        char text[PATH_MAX + 32];
        snprintf(text, sizeof text, "%s", name);
        for (size_t number = 2; nni_string_set_find(names, text) != SIZE_MAX; number++)
            snprintf(text, sizeof text, "%.*s-%zu", by_folder ? PATH_MAX : NUMBERED_MOST, name, number);
        NN_TRY(nni_string_set_add(names, text, error));
    }
    return NN_OK;
}

nn_status nni_history_names(const nni_history *const *runs, size_t count, bool by_folder, nni_string_set *names,
                            nn_error *error)
{
    nni_string_set plain = {0};
    namesakes *same = NULL;
    nn_status status = nni_allocate(count, sizeof *same, "the names of the runs", &same, error);
    if (status == NN_OK)
        status = name_all(runs, count, by_folder, &plain, same, names, error);
    nni_string_set_free(&plain);
    nni_release(same);
    return status;
}
