/* SPDX-License-Identifier: MIT */
#include "report/terminal/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draw/terminal_plot.h"
#include "support/printable.h"
#include "support/utf8.h"

enum { BESIDE_LEAST = 60, GAP = 2 };

nni_terminal_text nni_terminal_ask(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL, *terminal = getenv("TERM");
    for (size_t i = 0; i < sizeof names / sizeof *names && !(locale && *locale); i++)
        locale = getenv(names[i]);
    const char *charset = locale ? strchr(locale, '.') : NULL;
    const bool utf8 = charset && (strncasecmp(charset, ".utf-8", 6) == 0 || strncasecmp(charset, ".utf8", 5) == 0);
    const char *no_colour = getenv("NO_COLOR");
    return (nni_terminal_text){.utf8 = utf8 && !(terminal && strcmp(terminal, "linux") == 0),
                               .colour = terminal && strcmp(terminal, "dumb") != 0 && !(no_colour && *no_colour)};
}

/* The curves of one metric. */
typedef struct metric_curves {
    nni_terminal_series series[NNI_FIGURE_SPLITS];
    size_t count;
    double least, most; /* of what is finite */
    bool drawable;
} metric_curves;

static void add(metric_curves *curves, const nni_history *run, const nni_curve *curve, const char *split)
{
    size_t finite = 0;
    for (size_t i = 0; i < run->epochs; i++)
        if (isfinite(curve->values[i])) {
            curves->least = fmin(curves->least, curve->values[i]);
            curves->most = fmax(curves->most, curve->values[i]);
            finite++;
        }
    curves->drawable |= finite >= 2;
    if (finite > 0)
        curves->series[curves->count++] =
            (nni_terminal_series){.name = split, .x = run->epoch, .y = curve->values, .count = run->epochs};
}

static metric_curves collect(const nni_history *run, const char *metric)
{
    metric_curves curves = {.least = INFINITY, .most = -INFINITY};
    for (size_t s = 0; s < NNI_FIGURE_SPLITS; s++) {
        char name[128];
        snprintf(name, sizeof name, "%s_%s", nni_figure_split_names[s], metric);
        const nni_curve *curve = nni_history_curve(run, name);
        if (curve)
            add(&curves, run, curve, nni_figure_split_names[s]);
    }
    return curves;
}

/* The metric that the run is judged by, "accuracy" of "test_accuracy"; NULL: the loss */
static const char *main_metric(const nni_history *run)
{
    const nni_curve *curve = nni_history_main_curve(run);
    const char *metric;
    const bool is_metric = curve && nni_figure_split_of(curve->name, &metric) != NNI_FIGURE_OF_NONE;
    return is_metric && strcmp(metric, "loss") != 0 ? metric : NULL;
}

bool nni_terminal_has_curves(const nni_history *run)
{
    return collect(run, "loss").drawable;
}

/* Several orders of magnitude have a logarithmic axis, whose steps show the end of a training as well as its beginning.
 */
static bool draw(FILE *out, const metric_curves *curves, const char *title, nni_terminal_text text, size_t columns,
                 size_t rows)
{
    enum { WIDE = 30 };
    char shown[64];
    const nni_terminal_plot plot = {
        .title = nni_printable(title, shown, sizeof shown),
        .x_title = "epoch",
        .series = curves->series,
        .series_count = curves->count,
        .columns = columns,
        .rows = rows,
        .utf8 = text.utf8,
        .colour = text.colour,
        .log = curves->least > 0 && curves->most > WIDE * curves->least,
    };
    return nni_draw_terminal_plot(out, &plot);
}

/* --- two plots side by side --- */

/* Characters that a line of a plot takes: escape sequences, ESC [ ... m, take none. */
static size_t visible(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t at = 0; at < length; count++) {
        while (at < length && line[at] == '\033') {
            while (at < length && line[at] != 'm')
                at++;
            at += at < length;
        }
        if (at >= length)
            break;
        const size_t bytes = nni_utf8_character(line + at, length - at);
        at += bytes > 0 ? bytes : 1;
    }
    return count;
}

static void join(FILE *out, const char *left, const char *right, size_t columns)
{
    while (*left || *right) {
        const size_t of_left = strcspn(left, "\n"), of_right = strcspn(right, "\n"), shown = visible(left, of_left);
        fwrite(left, 1, of_left, out);
        fprintf(out, "%*s", (int)(of_right > 0 && shown < columns ? columns - shown : 0), "");
        fwrite(right, 1, of_right, out);
        fputc('\n', out);
        left += of_left + (left[of_left] == '\n');
        right += of_right + (right[of_right] == '\n');
    }
}

static bool draw_beside(FILE *out, const metric_curves curves[2], const char *const titles[2], nni_terminal_text text,
                        size_t columns, size_t rows)
{
    char *plots[2] = {NULL, NULL};
    size_t bytes;
    bool good = true;
    const size_t width = (columns - GAP) / 2;
    for (int i = 0; i < 2; i++) {
        FILE *memory = open_memstream(&plots[i], &bytes);
        good = memory && draw(memory, &curves[i], titles[i], text, width, rows) && good;
        good = memory && fclose(memory) == 0 && good;
    }
    if (good)
        join(out, plots[0], plots[1], width + GAP);
    free(plots[0]);
    free(plots[1]);
    return good;
}

nn_status nni_terminal_curves(FILE *out, const nni_history *run, nni_terminal_text text, size_t columns, size_t rows,
                              nn_error *error)
{
    const char *metric = main_metric(run);
    const metric_curves curves[2] = {collect(run, "loss"), metric ? collect(run, metric) : (metric_curves){.count = 0}};
    const char *const titles[2] = {"loss", metric};
    const bool beside = curves[1].drawable && columns >= BESIDE_LEAST;
    if (beside ? draw_beside(out, curves, titles, text, columns, rows)
               : draw(out, &curves[0], titles[0], text, columns, rows))
        return NN_OK;
    return nn_fail(error, NN_SYSTEM, "no memory left for the curves of %s", run->folder);
}
