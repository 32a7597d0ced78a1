/* SPDX-License-Identifier: MIT */
/* Which runs are trained and measured on the same rows: only these may be compared. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/compare/compare.h"
#include "support/memory.h"

static const char *find(const nni_comparison *c, size_t run, const char *split, const char *key)
{
    char path[64];
    snprintf(path, sizeof path, "data.%s.%s", split, key);
    return nni_run_settings_find(&c->settings, path, run);
}

static bool is_drawn(const nni_comparison *c, size_t run, const char *split)
{
    return find(c, run, split, "fraction") || find(c, run, split, "fold");
}

/* Where the rows of a split come from. A file is the same whatever its name where all runs know its digest. */
static void put_source(FILE *out, const nni_comparison *c, size_t run, const char *split, bool digests)
{
    static const char *const keys[] = {"file", "files", "x", "y", "w", "x_columns", "y_columns"};
    const nni_run_origin *origin = c->runs[run]->origin_count > 0 ? &c->runs[run]->origins[0] : NULL;
    const char *of = is_drawn(c, run, split) ? "train" : split, *file = find(c, run, of, "file");
    const char *train = find(c, run, "train", "file");
    if (digests)
        fprintf(out, "%016" PRIx64 " %" PRIu64, origin->data_digest, origin->data_bytes);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = find(c, run, of, keys[i]);
        if (value && !(digests && i == 0 && train && strcmp(file, train) == 0))
            fprintf(out, "\n%s %s", keys[i], value);
    }
}

/* How its rows are drawn from there. */
static void put_draw(FILE *out, const nni_comparison *c, size_t run, const char *split)
{
    static const char *const splits[] = {"test", "validation"}, *const keys[] = {"fraction", "fold", "stratified"};
    const nni_run_origin *origin = c->runs[run]->origin_count > 0 ? &c->runs[run]->origins[0] : NULL;
    const char *seed = nni_run_settings_find(&c->settings, "seed", run);
    bool drawn = false;
    for (size_t s = 0; s < 2; s++) { /* test rows are chosen first, then those of validation; the others are left */
        if (strcmp(split, "test") == 0 && s > 0)
            break;
        for (size_t i = 0; i < sizeof keys / sizeof *keys && is_drawn(c, run, splits[s]); i++) {
            const char *value = find(c, run, splits[s], keys[i]);
            fprintf(out, "\n%s %s %s", splits[s], keys[i], value ? value : "");
            drawn = true;
        }
    }
    if (drawn && seed)
        fprintf(out, "\nseed %s", seed);
    if (origin)
        fprintf(out, "\n%zu rows",
                strcmp(split, "train") == 0  ? origin->train_rows
                : strcmp(split, "test") == 0 ? origin->test_rows
                                             : origin->validation_rows);
}

/* Numbers runs by a text of each, 0 the one that most have; of equally many the first. */
static nn_status group(const nni_comparison *c, const char *split, bool source, bool draw, size_t *group_of,
                       size_t *groups, nn_error *error)
{
    bool digests = true;
    for (size_t run = 0; run < c->count; run++)
        digests &= c->runs[run]->origin_count > 0 && c->runs[run]->origins[0].data_digest != 0;
    nni_string_set keys = {0};
    size_t *members = NULL;
    nn_status status = nni_allocate(c->count, sizeof *members, "groups of runs", &members, error);
    for (size_t run = 0; run < c->count && status == NN_OK; run++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        if (out && source)
            put_source(out, c, run, split, digests);
        if (out && draw)
            put_draw(out, c, run, split);
        status = out && fclose(out) == 0 ? nni_string_set_add(&keys, text, error)
                                         : nn_fail(error, NN_SYSTEM, "out of memory: cannot compare the data of runs");
        if (status == NN_OK)
            members[group_of[run] = nni_string_set_find(&keys, text)]++;
        free(text);
    }
    size_t largest = 0;
    for (size_t i = 0; i < keys.count && status == NN_OK; i++)
        largest = members[i] > members[largest] ? i : largest;
    for (size_t run = 0; run < c->count && status == NN_OK; run++)
        group_of[run] = group_of[run] == largest ? 0 : group_of[run] < largest ? group_of[run] + 1 : group_of[run];
    *groups = keys.count;
    nni_string_set_free(&keys);
    nni_release(members);
    return status;
}

nn_status nni_compare_rows(nni_comparison *c, nn_error *error)
{
    const char *figure = c->figure ? c->figure : "";
    const char *split = strncmp(figure, "test_", 5) == 0          ? "test"
                        : strncmp(figure, "validation_", 11) == 0 ? "validation"
                                                                  : "train";
    size_t drawn = 0;
    NN_TRY(nni_allocate(c->count, sizeof *c->measured, "groups of runs", &c->measured, error));
    NN_TRY(nni_allocate(c->count, sizeof *c->trained, "groups of runs", &c->trained, error));
    NN_TRY(group(c, split, true, true, c->trained, &drawn, error));
    NN_TRY(group(c, split, true, false, c->measured, &c->measured_count, error));
    c->rows_vary = drawn > c->measured_count;
    return group(c, "train", true, true, c->trained, &c->trained_count, error);
}
