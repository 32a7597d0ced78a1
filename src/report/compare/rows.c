/* SPDX-License-Identifier: MIT */
/* Which runs are trained and measured on the same rows: only these may be compared. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/compare/comparison.h"
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

static bool same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

/* Digests are of the training rows, of the columns that are used: without other columns, other digests are other data.
 */
static bool digests_tell(const nni_comparison *c)
{
    static const char *const columns[] = {"data.train.x", "data.train.y", "data.train.w", "data.train.x_columns",
                                          "data.train.y_columns"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const size_t found = nni_string_set_find(&c->settings.paths, columns[i]);
        if (found != SIZE_MAX && c->settings.each[found].differs)
            return false;
    }
    for (size_t run = 0; run < c->count; run++)
        if (c->runs[run]->origin_count == 0 || c->runs[run]->origins[0].data_digest == 0)
            return false;
    return true;
}

/* Where the rows of a split come from, and their targets and weights; of training rows their features, too. */
static void put_source(FILE *out, const nni_comparison *c, size_t run, const char *split, bool digests)
{
    static const char *const keys[] = {"y", "y_columns", "w", "x", "x_columns"};
    const bool trains = strcmp(split, "train") == 0;
    const char *of = is_drawn(c, run, split) ? "train" : split;
    if (digests && same_text(find(c, run, of, "file"), find(c, run, "train", "file")) &&
        same_text(find(c, run, of, "files"), find(c, run, "train", "files")))
        fprintf(out, "%016" PRIx64, c->runs[run]->origins[0].data_digest);
    else
        fprintf(out, "%s\n%s", find(c, run, of, "file") ? find(c, run, of, "file") : "",
                find(c, run, of, "files") ? find(c, run, of, "files") : "");
    for (size_t i = 0; i < (trains ? 5 : 3); i++)
        fprintf(out, "\n%s", find(c, run, of, keys[i]) ? find(c, run, of, keys[i]) : "");
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
static nn_status group(const nni_comparison *c, const char *split, bool draw, size_t *group_of, size_t *groups,
                       nn_error *error)
{
    const bool digests = digests_tell(c);
    nni_string_set keys = {0};
    size_t *members = NULL;
    nn_status status = nni_allocate(c->count, sizeof *members, "groups of runs", &members, error);
    for (size_t run = 0; run < c->count && status == NN_OK; run++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);
        if (out)
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

nn_status nni_compare_split(const nni_comparison *c, const char *split, size_t *group_of, nn_error *error)
{
    size_t groups = 0;
    return group(c, split, true, group_of, &groups, error);
}

nn_status nni_compare_rows(nni_comparison *c, nn_error *error)
{
    const char *metric;
    const nni_figure_split of = c->figure ? nni_figure_split_of(c->figure, &metric) : NNI_FIGURE_OF_NONE;
    const char *split = nni_figure_split_names[of == NNI_FIGURE_OF_NONE ? NNI_FIGURE_TRAIN : of];
    size_t drawn = 0;
    NN_TRY(nni_allocate(c->count, sizeof *c->measured, "groups of runs", &c->measured, error));
    NN_TRY(nni_allocate(c->count, sizeof *c->trained, "groups of runs", &c->trained, error));
    NN_TRY(group(c, split, true, c->trained, &drawn, error));
    NN_TRY(group(c, split, false, c->measured, &c->measured_count, error));
    c->rows_vary = drawn > c->measured_count;
    return group(c, "train", true, c->trained, &c->trained_count, error);
}
