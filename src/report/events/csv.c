/* SPDX-License-Identifier: MIT */
/* Tables of figures (RFC 4180). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/events/events.h"
#include "support/files.h"

/* Quoted where it holds what has a meaning in the table; a quote within is written twice. Behind an apostrophe,
 * programs take for text what they would take for a formula. */
static void put_text(FILE *out, const char *text)
{
    const char *before = *text && strchr("=+-@\t\r", *text) ? "'" : "";
    if (!text[strcspn(text, "\",\r\n")] && strcspn(text, " \t") == strlen(text)) {
        fprintf(out, "%s%s", before, text);
        return;
    }
    fprintf(out, "\"%s", before);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* In the fewest digits of nine or seventeen that are read back as the same number; nothing for NaN. */
static void put_number(FILE *out, double value)
{
    char text[32];
    if (!isfinite(value))
        return;
    snprintf(text, sizeof text, "%.9g", value);
    fprintf(out, "%.*g", strtod(text, NULL) == value ? 9 : 17, value);
}

static nn_status collect_figures(const nni_history *const *runs, size_t count, nni_string_set *figures, nn_error *error)
{
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < runs[i]->curve_count; c++)
            NN_TRY(nni_string_set_add(figures, runs[i]->curves[c].name, error));
    return NN_OK;
}

static void put_run(FILE *out, const nni_history *run, const char *name, const nni_string_set *figures)
{
    for (size_t i = 0; i < run->epochs; i++) {
        put_text(out, name);
        fputc(',', out);
        put_number(out, run->epoch[i]);
        for (size_t f = 0; f < figures->count; f++) {
            const nni_curve *curve = nni_history_curve(run, figures->text[f]);
            fputc(',', out);
            if (curve)
                put_number(out, curve->values[i]);
        }
        fputs("\r\n", out);
    }
}

static nn_status write_table(const nni_history *const *runs, size_t count, const nni_string_set *figures,
                             const nni_string_set *names, const char *path, nn_error *error)
{
    nni_draft draft = {.file = NULL};
    NN_TRY(nni_draft_open(path, &draft, error));
    fputs("run,epoch", draft.file);
    for (size_t f = 0; f < figures->count; f++) {
        fputc(',', draft.file);
        put_text(draft.file, figures->text[f]);
    }
    fputs("\r\n", draft.file);
    for (size_t i = 0; i < count; i++)
        put_run(draft.file, runs[i], names->text[i], figures);
    nn_status status = nni_draft_commit(&draft, error);
    nni_draft_drop(&draft);
    return status;
}

nn_status nni_report_csv(const nni_history *const *runs, size_t count, const char *path, nn_error *error)
{
    nni_string_set figures = {.count = 0}, names = {.count = 0};
    nn_status status = collect_figures(runs, count, &figures, error);
    if (status == NN_OK)
        status = nni_history_names(runs, count, false, &names, error);
    if (status == NN_OK)
        status = write_table(runs, count, &figures, &names, path, error);
    nni_string_set_free(&figures);
    nni_string_set_free(&names);
    return status;
}
