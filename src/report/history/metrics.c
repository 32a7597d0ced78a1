/* SPDX-License-Identifier: MIT */
/* metrics.jsonl: an object a line, of an epoch each. */
#include <math.h>
#include <string.h>

#include "report/history/parts.h"
#include "support/memory.h"

typedef struct reader {
    nni_history *history;
    nni_lines lines;
    nni_string_set names; /* of the curves, in their order */
    size_t count;         /* of lines: elements of `epoch` and of every curve */
    size_t expected;      /* curve that the next member is probably of: lines are alike */
    bool too_many;
} reader;

/* Adds a line without values. Lines of a later epoch that stand before it were written again since. */
static void add_epoch(nni_history *history, double epoch)
{
    while (history->epochs > 0 && history->epoch[history->epochs - 1] >= epoch)
        history->epochs--;
    history->epoch[history->epochs] = epoch;
    for (size_t i = 0; i < history->curve_count; i++)
        history->curves[i].values[history->epochs] = (double)NAN;
    history->epochs++;
}

static nn_status add_curve(reader *r, const char *name, nn_error *error)
{
    nni_history *history = r->history;
    NN_TRY(nni_history_grow(&history->curves, history->curve_count, sizeof *history->curves, error));
    nni_curve *curve = &history->curves[history->curve_count];
    NN_TRY(nni_string_set_add(&r->names, name, error));
    history->curve_count++;
    NN_TRY(nni_copy_text(name, &curve->name, error));
    NN_TRY(nni_reserve(r->count, sizeof *curve->values, "the curves of a run", &curve->values, error));
    for (size_t i = 0; i < history->epochs; i++)
        curve->values[i] = (double)NAN;
    return NN_OK;
}

/* @return curve of a name; SIZE_MAX: a new one */
static size_t find_curve(reader *r, const char *name)
{
    size_t found = r->expected;
    if (found >= r->history->curve_count || strcmp(r->history->curves[found].name, name) != 0)
        found = nni_string_set_find(&r->names, name);
    r->expected = found + 1;
    return found;
}

/* Curves have room for every line: so many that a name hardly comes twice would take far more memory than the file has
 * bytes, which is none that a training wrote. */
static bool has_room(const reader *r)
{
    return r->history->curve_count < NNI_STRING_SET_MAX && r->history->curve_count < r->lines.bytes / r->count;
}

/* A figure of the newest line. */
static nn_status add_figure(reader *r, const char *name, double value, nn_error *error)
{
    nni_history *history = r->history;
    size_t curve = find_curve(r, name);
    if (curve == SIZE_MAX && !has_room(r)) {
        r->too_many = true;
        return NN_OK;
    }
    if (curve == SIZE_MAX) {
        curve = history->curve_count;
        NN_TRY(add_curve(r, name, error));
        r->expected = curve + 1;
    }
    history->curves[curve].values[history->epochs - 1] = value;
    return NN_OK;
}

static nn_status add_line(reader *r, const nni_json_document *line, nn_error *error)
{
    const nni_json_value *root = nni_json_root(line);
    const double epoch = nni_object_number((nni_object){line, root}, "epoch");
    if (isnan(epoch)) {
        nni_lines_refuse(&r->lines);
        return NN_OK;
    }
    add_epoch(r->history, epoch);
    r->expected = 0;
    for (const nni_json_value *name = root + 1; name < root + root->span; name += 1 + name[1].span) {
        if (strcmp(name->text, "epoch") == 0 || (name[1].type != NNI_JSON_NUMBER && name[1].type != NNI_JSON_NULL))
            continue;
        NN_TRY(add_figure(r, name->text, nni_object_value(&name[1]), error));
    }
    return NN_OK;
}

static nn_status read_lines(reader *r, nn_error *error)
{
    while (nni_lines_next(&r->lines))
        r->count++;
    nni_lines_rewind(&r->lines);
    NN_TRY(nni_reserve(r->count, sizeof *r->history->epoch, "the curves of a run", &r->history->epoch, error));
    while (r->lines.number < r->count && nni_lines_next(&r->lines)) { /* somebody may write more by now */
        nni_json_document *line = NULL;
        nn_status status = nni_json_read(r->lines.text, r->lines.length, "metrics.jsonl", &line, error);
        if (status == NN_DATA)
            nni_lines_refuse(&r->lines);
        if (status == NN_OK)
            status = add_line(r, line, error);
        nni_json_free(line);
        if (status == NN_SYSTEM)
            return status;
    }
    nni_lines_note(&r->lines, "metrics.jsonl", r->history);
    if (r->too_many)
        nni_history_note(r->history,
                         "metrics.jsonl: its lines have too many different names; those after '%s' are "
                         "left out",
                         r->history->curves[r->history->curve_count - 1].name);
    return NN_OK;
}

nn_status nni_history_read_metrics(nni_history *history, nn_error *error)
{
    char path[PATH_MAX];
    nn_error said;
    reader r = {.history = history};
    if (!nni_history_has(history, "metrics.jsonl", path))
        return NN_OK;
    nn_status status = nni_lines_open(path, &r.lines, &said);
    if (status == NN_OK)
        status = read_lines(&r, &said);
    nni_lines_close(&r.lines);
    nni_string_set_free(&r.names);
    return nni_history_excuse(history, status, &said, error);
}
