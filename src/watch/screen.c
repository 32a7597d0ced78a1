/* SPDX-License-Identifier: MIT */
#include "watch/screen.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "support/extremes.h"
#include "support/memory.h"
#include "support/printable.h"
#include "support/utf8.h"
#include "train/run/format.h"

enum { LINE_BYTES = 4096, CURVES_COLUMNS = 20, CURVES_LEAST = 6, CURVES_MOST = 24, EACH_END = 3, NAME_WIDTH = 28 };

/* SGR parameters of a line; "" leaves it as it is. */
static const char plain[] = "", bold[] = "1", faint[] = "2", good_news[] = "1;32", bad_news[] = "1;31";

typedef struct screen {
    FILE *out;
    const nni_view *view;
    size_t left; /* lines */
} screen;

/* --- lines --- */

static size_t bytes_of_character(const char *text, size_t left)
{
    const size_t found = nni_utf8_character(text, left);
    return found > 0 ? found : 1;
}

/* @return bytes of a text that there are columns for, in whole characters, of which some take two columns */
static size_t bytes_that_fit(const char *text, size_t columns, bool utf8)
{
    const size_t length = strlen(text);
    size_t used = 0, at = 0;
    for (size_t bytes; at < length; at += bytes) {
        bytes = bytes_of_character(text + at, length - at);
        used += bytes > 2 && utf8 ? 2 : 1;
        if (used > columns)
            break;
    }
    return at;
}

/* As much of a text as there are columns for; characters beyond ASCII are question marks where the terminal has none.
 */
static void put_cut(FILE *out, const char *text, size_t columns, bool utf8)
{
    for (size_t left = bytes_that_fit(text, columns, utf8), bytes; left > 0; text += bytes, left -= bytes) {
        bytes = bytes_of_character(text, left);
        if (bytes > 1 && !utf8)
            fputc('?', out);
        else
            fwrite(text, 1, bytes, out);
    }
}

static void put_line(screen *s, const char *style, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void put_line(screen *s, const char *style, const char *format, ...)
{
    char line[LINE_BYTES], shown[LINE_BYTES];
    va_list arguments;
    if (s->left == 0)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    const bool styled = s->view->text.colour && *style;
    if (styled)
        fprintf(s->out, "\033[%sm", style);
    put_cut(s->out, nni_printable(line, shown, sizeof shown), s->view->columns, s->view->text.utf8);
    fputs(styled ? "\033[0m\n" : "\n", s->out);
    s->left--;
}

/* A sentence on as many lines as it needs, but at most `most`; broken between words. */
static void put_sentence(screen *s, const char *style, const char *text, size_t most)
{
    char shown[LINE_BYTES];
    const char *rest = nni_printable(text, shown, sizeof shown);
    for (size_t line = 0; *rest && line < most; line++) {
        const size_t fit = bytes_that_fit(rest, s->view->columns, s->view->text.utf8);
        size_t length = line + 1 < most ? fit : strlen(rest);
        if (length < strlen(rest)) {
            while (length > 0 && rest[length] != ' ')
                length--;
            length = length > 0 ? length : fit;
        }
        put_line(s, style, "%.*s", (int)length, rest);
        rest += length;
        rest += strspn(rest, " ");
    }
}

/* --- state and progress --- */

static bool went_wrong(const nni_history *run)
{
    return run->state == NNI_RUN_DIVERGED || run->state == NNI_RUN_FAILED;
}

static void put_state(screen *s, const nni_history *run)
{
    static const char *const words[] = {
        [NNI_RUN_UNKNOWN] = "not running", [NNI_RUN_BEGUN] = "not running: it was killed, or its host went down",
        [NNI_RUN_FINISHED] = "finished",   [NNI_RUN_STOPPED] = "stopped by a signal; --resume continues it",
        [NNI_RUN_DIVERGED] = "diverged",   [NNI_RUN_FAILED] = "failed",
    };
    if (s->view->who)
        put_line(s, good_news, "%s: running, %s", run->name, s->view->who);
    else
        put_line(s, run->state == NNI_RUN_BEGUN || went_wrong(run) ? bad_news : bold, "%s: %s%s%s", run->name,
                 words[run->state], run->end_time ? ", " : "", run->end_time ? run->end_time : "");
    if (!s->view->who && run->end_message)
        put_sentence(s, plain, run->end_message, 3);
}

/* Seconds that an epoch took, of the newest ones; NAN: not known. */
static double epoch_seconds(const nni_history *run)
{
    enum { NEWEST = 10 };
    const nni_curve *seconds = nni_history_curve(run, "seconds");
    if (!seconds || run->epochs == 0)
        return NAN;
    const size_t last = run->epochs - 1;
    if (last == 0)
        return seconds->values[0] / run->epoch[0];
    const size_t first = last > NEWEST ? last - NEWEST : 0;
    return (seconds->values[last] - seconds->values[first]) / (run->epoch[last] - run->epoch[first]);
}

static double newest_epoch(const nni_history *run)
{
    return run->epochs > 0 ? run->epoch[run->epochs - 1] : 0;
}

/* "12 s left", or for how long nothing has come where that is odd. */
static void describe_time_left(const nni_history *run, const nni_view *view, char text[128])
{
    enum { ODD_EPOCHS = 3, ODD_SECONDS = 60 };
    const double each = epoch_seconds(run), left = (double)run->planned_epochs - newest_epoch(run);
    *text = '\0';
    if (!view->who || isnan(each))
        return;
    if (view->idle > ODD_EPOCHS * each && view->idle > ODD_SECONDS)
        snprintf(text, 128, "; no epoch ended for %s", nni_figure_seconds(view->idle).text);
    else if (run->planned_epochs > 0)
        snprintf(text, 128, ", %s left", nni_figure_seconds(fmax(0, left * each - fmax(0, view->idle))).text);
}

static void put_progress(screen *s, const nni_history *run)
{
    enum { BAR = 24 };
    char left[128], speed[64] = "", bar[BAR + 1] = "";
    const double done = newest_epoch(run), each = epoch_seconds(run);
    describe_time_left(run, s->view, left);
    if (!isnan(each))
        snprintf(speed, sizeof speed, "%s an epoch", nni_figure_seconds(each).text);
    if (run->planned_epochs == 0) {
        put_line(s, plain, "epoch %.0f  %s%s", done, speed, left);
        return;
    }
    const double part = fmax(0, fmin(done / (double)run->planned_epochs, 1));
    memset(bar, ' ', BAR);
    memset(bar, '=', (size_t)(part * BAR));
    put_line(s, plain, "epoch %.0f/%zu  [%s] %.0f %%  %s%s", done, run->planned_epochs, bar, 100 * part, speed, left);
}

/* --- figures --- */

/* Figures in the order of their interest: what the run is judged by, the same of the test rows, losses, other metrics,
 * and the rest. */
static int interest(const nni_history *run, const nni_curve *curve)
{
    bool known = false;
    const char *metric = strchr(curve->name, '_');
    nni_history_lower_is_better(curve->name, &known);
    const nni_curve *judge = nni_history_main_curve(run);
    if (curve == judge || curve == nni_history_test_of(run, judge))
        return curve == judge ? 0 : 1;
    return metric && strcmp(metric, "_loss") == 0 ? 2 : known ? 3 : 4;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t length = strlen(name), of_end = strlen(end);
    return length >= of_end && strcmp(name + length - of_end, end) == 0;
}

static nni_figure describe_value(const char *name, double value)
{
    nni_figure figure;
    if (isfinite(value) && ends_with(name, "_bytes"))
        return nni_figure_bytes(value);
    if (isfinite(value) && ends_with(name, "seconds"))
        return nni_figure_seconds(value);
    snprintf(figure.text, sizeof figure.text, "%.6g", value);
    return figure;
}

static void put_figure(screen *s, const nni_history *run, const nni_curve *curve)
{
    char best_text[64] = "";
    const size_t best = nni_history_best(run, curve);
    if (best != SIZE_MAX)
        snprintf(best_text, sizeof best_text, "%12.6g %7.0f", curve->values[best], run->epoch[best]);
    put_line(s, plain, "%-*s %12s %s", NAME_WIDTH, curve->name,
             describe_value(curve->name, curve->values[run->epochs - 1]).text, best_text);
}

static void put_figures(screen *s, const nni_history *run, size_t most)
{
    enum { RANKS = 5 };
    if (most < 2)
        return;
    put_line(s, faint, "%-*s %12s %12s %7s", NAME_WIDTH, "figure", "newest", "best", "epoch");
    size_t put = 1;
    for (int rank = 0; rank < RANKS; rank++)
        for (size_t c = 0; c < run->curve_count && put < most; c++)
            if (interest(run, &run->curves[c]) == rank) {
                put_figure(s, run, &run->curves[c]);
                put++;
            }
}

/* --- ranks --- */

typedef struct ranked {
    size_t entry; /* of the record */
    double compute;
} ranked;

static int slowest_first(const void *a, const void *b)
{
    const double left = ((const ranked *)a)->compute, right = ((const ranked *)b)->compute;
    return (left < right) - (left > right);
}

/* Lines of the table of ranks, its heading included. */
static size_t rank_lines(const nni_history *run)
{
    return run->rank_time_count == 0
               ? 0
               : 1 + nni_smaller(run->rank_times[run->rank_time_count - 1].listed, (size_t)2 * EACH_END);
}

static void put_rank(screen *s, const nni_rank_record *times, size_t entry, const char *what)
{
    put_line(s, plain, "%-7s %6zu %9.4g %9.4g %9.4g %9.4g %9.4g %11s", what, times->rank[entry], times->compute[entry],
             times->wait[entry], times->io[entry], times->evaluate[entry], times->checkpoint[entry],
             nni_figure_bytes(times->memory[entry]).text);
}

/* The slowest ranks are those that compute longest: others wait for them. */
static nn_status put_ranks(screen *s, const nni_history *run, size_t lines, nn_error *error)
{
    if (lines < 2)
        return NN_OK;
    const nni_rank_record *times = &run->rank_times[run->rank_time_count - 1];
    ranked *order = NULL;
    NN_TRY(nni_allocate(times->listed, sizeof *order, "the ranks", &order, error));
    for (size_t i = 0; i < times->listed; i++)
        order[i] = (ranked){.entry = i, .compute = times->compute[i]};
    qsort(order, times->listed, sizeof *order, slowest_first);
    const size_t shown = nni_smaller(lines - 1, times->listed), slow = (shown + 1) / 2, fast = shown - slow;
    put_line(s, faint, "%-14s %9s %9s %9s %9s %9s %11s", nni_figure_plural(times->ranks, "rank").text, "compute s",
             "wait s", "read s", "eval s", "write s", "memory");
    for (size_t i = 0; i < slow; i++)
        put_rank(s, times, order[i].entry, times->listed > 1 ? "slowest" : "rank");
    for (size_t i = times->listed - fast; i < times->listed; i++)
        put_rank(s, times, order[i].entry, "fastest");
    nni_release(order);
    return NN_OK;
}

/* --- the screen --- */

/* Lines of each part: those that must be, then ranks, figures and curves as there is room. */
typedef struct layout {
    size_t figures, curves, ranks;
} layout;

static layout divide(const nni_history *run, size_t columns, size_t rows)
{
    enum { FIGURES_FEW = 5 };
    layout lines = {0, 0, 0};
    const size_t figures = run->epochs > 0 ? 1 + run->curve_count : 0;
    lines.figures = nni_smaller(nni_smaller(figures, 1 + FIGURES_FEW), rows);
    rows -= lines.figures;
    lines.ranks = nni_smaller(rank_lines(run), rows);
    rows -= lines.ranks;
    if (columns >= CURVES_COLUMNS && rows >= CURVES_LEAST && nni_terminal_has_curves(run))
        lines.curves = nni_smaller(nni_larger(2 * rows / 3, nni_smaller(rows, CURVES_LEAST + 3)), CURVES_MOST);
    rows -= lines.curves;
    const size_t more = nni_smaller(figures - lines.figures, rows);
    lines.figures += more;
    if (lines.curves > 0)
        lines.curves = nni_smaller(lines.curves + rows - more, CURVES_MOST);
    return lines;
}

nn_status nni_draw_screen(FILE *out, const nni_history *run, const nni_view *view, nn_error *error)
{
    screen s = {.out = out, .view = view, .left = view->rows};
    const size_t last = view->hint && view->rows > 3;
    s.left -= last;
    put_state(&s, run);
    put_progress(&s, run);
    const layout lines = divide(run, view->columns, s.left);
    put_figures(&s, run, lines.figures);
    if (lines.curves > 0) {
        NN_TRY(nni_terminal_curves(out, run, view->text, view->columns, lines.curves, error));
        s.left -= lines.curves;
    }
    NN_TRY(put_ranks(&s, run, lines.ranks, error));
    s.left = last;
    put_line(&s, faint, "%s", view->hint ? view->hint : "");
    return NN_OK;
}

void nni_draw_waiting(FILE *out, const char *why, const nni_view *view)
{
    screen s = {.out = out, .view = view, .left = view->rows};
    put_line(&s, bold, "waiting for the run to begin");
    put_sentence(&s, plain, why, 4);
    if (view->hint)
        put_line(&s, faint, "%s", view->hint);
}
