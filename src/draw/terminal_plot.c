/* SPDX-License-Identifier: MIT */
#include "draw/terminal_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "draw/scale.h"
#include "draw/text.h"
#include "support/printable.h"

/* A character has 2 x 4 dots of braille, or is a dot itself. */
enum { ACROSS = 2, DOWN = 4 };
static const char *const ascii_marks = "*o+x#@%&";

typedef struct canvas {
    const nni_terminal_plot *plot;
    size_t left;          /* columns of the labels and the axis */
    size_t columns, rows; /* of the plot area */
    int across, down;     /* dots of a character */
    bool braille, empty;
    nni_scale x, y; /* to dots; y downwards */
    nni_ticks x_ticks, y_ticks;
    unsigned char *dots;   /* [rows, columns] braille dots, or 1 */
    unsigned char *series; /* [rows, columns] the series that was drawn last, plus 1 */
} canvas;

static double x_of(const nni_terminal_series *series, size_t i)
{
    return series->x ? series->x[i] : (double)i;
}

/* --- dots --- */

static void put_dot(canvas *c, double x, double y, size_t series)
{
    static const unsigned char bits[DOWN][ACROSS] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    const long dot_x = lround(x), dot_y = lround(y);
    if (dot_x < 0 || dot_y < 0 || dot_x >= (long)c->columns * c->across || dot_y >= (long)c->rows * c->down)
        return;
    const size_t at = (size_t)(dot_y / c->down) * c->columns + (size_t)(dot_x / c->across);
    c->dots[at] |= c->braille ? bits[dot_y % DOWN][dot_x % ACROSS] : 1;
    c->series[at] = (unsigned char)(series % NNI_DRAW_COLOURS + 1);
}

static void draw_series(canvas *c, size_t which)
{
    const nni_terminal_series *series = &c->plot->series[which];
    double x_before = NAN, y_before = NAN;
    for (size_t i = 0; i < series->count; i++) {
        const double x = nni_scale_at(&c->x, x_of(series, i)), y = nni_scale_at(&c->y, series->y[i]);
        const bool point = !isnan(x) && !isnan(y);
        if (point && !isnan(x_before)) {
            const int steps = (int)fmax(ceil(fmax(fabs(x - x_before), fabs(y - y_before))), 1); /* within the area */
            for (int k = 0; k <= steps; k++)
                put_dot(c, x_before + (x - x_before) * k / steps, y_before + (y - y_before) * k / steps, which);
        } else if (point)
            put_dot(c, x, y, which);
        x_before = point ? x : NAN;
        y_before = y;
    }
}

/* --- lines of text --- */

/* @return label of a tick, in ASCII */
static const char *text_of(const nni_tick *tick, bool log, char text[NNI_HTML_NUMBER])
{
    return log ? nni_html_number(tick->value, 3, text) : tick->text;
}

static void put_colour(const canvas *c, FILE *out, size_t series)
{
    static const int codes[NNI_DRAW_COLOURS] = {34, 31, 32, 35, 33, 36, 91, 90};
    if (c->plot->colour)
        fprintf(out, "\033[%dm", codes[series % NNI_DRAW_COLOURS]);
}

static void end_colour(const canvas *c, FILE *out)
{
    if (c->plot->colour)
        fputs("\033[0m", out);
}

/* Writes a text's characters as far as there is room. @return characters written */
static size_t put_text(FILE *out, const char *text, size_t most)
{
    char shown[NNI_PRINTABLE_CHARACTER];
    size_t written = 0;
    while (*text) {
        text += nni_printable_character(text, shown);
        const size_t takes = shown[0] == '\\' ? strlen(shown) : 1;
        if (written + takes > most)
            break;
        fputs(shown, out);
        written += takes;
    }
    return written;
}

static void put_braille(FILE *out, unsigned dots)
{
    const unsigned code = 0x2800 + dots;
    fputc((int)(0xE0 | code >> 12), out);
    fputc((int)(0x80 | (code >> 6 & 0x3F)), out);
    fputc((int)(0x80 | (code & 0x3F)), out);
}

static void put_cells(const canvas *c, FILE *out, size_t row)
{
    size_t end = c->columns;
    while (end > 0 && !c->dots[row * c->columns + end - 1])
        end--;
    for (size_t column = 0; column < end; column++) {
        const size_t at = row * c->columns + column;
        if (!c->dots[at]) {
            fputc(' ', out);
            continue;
        }
        put_colour(c, out, c->series[at] - 1U);
        if (c->braille)
            put_braille(out, c->dots[at]);
        else
            fputc(ascii_marks[c->series[at] - 1], out);
        end_colour(c, out);
    }
}

/* @return label of the tick that lies in a row of characters; NULL: none does */
static const char *label_of_row(const canvas *c, size_t row, char text[NNI_HTML_NUMBER])
{
    for (size_t i = 0; i < c->y_ticks.count; i++) {
        const nni_tick *tick = &c->y_ticks.ticks[i];
        if (*tick->text && lround(nni_scale_at(&c->y, tick->value)) / c->down == (long)row)
            return text_of(tick, c->plot->log, text);
    }
    return NULL;
}

static void put_area(const canvas *c, FILE *out)
{
    char text[NNI_HTML_NUMBER];
    for (size_t row = 0; row < c->rows; row++) {
        const char *label = label_of_row(c, row, text);
        fprintf(out, "%*s %s", (int)c->left - 2, label ? label : "",
                c->plot->utf8 ? label ? "\u2524" : "\u2502"
                : label       ? "+"
                              : "|");
        if (c->empty && row == c->rows / 2)
            put_text(out, " no values", c->columns);
        put_cells(c, out, row);
        fputc('\n', out);
    }
}

static void put_axis(const canvas *c, FILE *out)
{
    fprintf(out, "%*s%s", (int)c->left - 1, "", c->plot->utf8 ? "\u2514" : "+");
    for (size_t column = 0; column < c->columns; column++) {
        bool tick = false;
        for (size_t i = 0; i < c->x_ticks.count; i++)
            tick |= lround(nni_scale_at(&c->x, c->x_ticks.ticks[i].value)) / c->across == (long)column;
        fputs(c->plot->utf8 ? tick ? "\u252C" : "\u2500" : tick ? "+" : "-", out);
    }
    fputc('\n', out);
}

/* Numbers of the x axis below their ticks, and its title where room is left before them or behind. */
static void put_numbers(const canvas *c, FILE *out, char *line)
{
    const size_t all = c->left + c->columns;
    size_t begin = all, end = 0;
    memset(line, ' ', all);
    for (size_t i = 0; i < c->x_ticks.count; i++) {
        const char *text = c->x_ticks.ticks[i].text;
        const size_t length = strlen(text), at = (size_t)lround(nni_scale_at(&c->x, c->x_ticks.ticks[i].value));
        const size_t middle = c->left + at / (size_t)c->across;
        size_t from = middle > length / 2 ? middle - length / 2 : 0;
        from = from + length > all ? all - length : from;
        if (length == 0 || length > all || (end > 0 && from <= end))
            continue;
        for (size_t k = 0; k < length; k++)
            line[from + k] = text[k];
        begin = end == 0 ? from : begin;
        end = from + length;
    }
    const char *title = c->plot->x_title ? c->plot->x_title : "";
    const size_t wide = nni_text_length(title);
    const bool before = wide < begin, behind = !before && end + 1 + wide <= all;
    const size_t written = before ? put_text(out, title, wide) : 0;
    fprintf(out, "%.*s", (int)((behind ? all - wide : end) - (written < end ? written : end)), line + written);
    if (behind)
        put_text(out, title, wide);
    fputc('\n', out);
}

static void put_heading(const canvas *c, FILE *out)
{
    const nni_terminal_plot *plot = c->plot;
    size_t left = c->left + c->columns;
    left -= put_text(out, plot->title ? plot->title : "", left);
    for (size_t s = 0; plot->series_count > 1 && s < plot->series_count && left > 6; s++)
        if (plot->series[s].name) {
            fputs("  ", out);
            put_colour(c, out, s);
            if (c->braille)
                fputs("\u2501", out);
            else
                fputc(ascii_marks[s % NNI_DRAW_COLOURS], out);
            end_colour(c, out);
            fputc(' ', out);
            left -= 4 + put_text(out, plot->series[s].name, left - 4);
        }
    fputc('\n', out);
}

/* --- the plot --- */

static bool has_heading(const nni_terminal_plot *plot)
{
    return plot->title || plot->series_count > 1;
}

static void plan(canvas *c)
{
    const double character_width = 7.2; /* of a digit in pixels, in which labels of ticks are fitted */
    const nni_terminal_plot *plot = c->plot;
    const size_t columns = plot->columns < 20 ? 20 : plot->columns, rows = plot->rows < 4 ? 4 : plot->rows;
    nni_axis x = {.whole = true}, y = {.log = plot->log};
    nni_extent x_extent = nni_extent_none(), y_extent = nni_extent_none();
    for (size_t s = 0; s < plot->series_count; s++)
        for (size_t i = 0; i < plot->series[s].count; i++) {
            const double at = x_of(&plot->series[s], i), value = plot->series[s].y[i];
            if (!isfinite(at) || !isfinite(value) || (plot->log && value <= 0))
                continue;
            nni_extent_add(&x_extent, at, false);
            nni_extent_add(&y_extent, value, plot->log);
            x.whole = x.whole && at == floor(at);
        }
    c->rows = rows - 2 - has_heading(plot);
    nni_scale_fit(&c->x, &x, x_extent, 0);
    nni_scale_fit(&c->y, &y, y_extent, fmax((double)c->rows / 2, 1));
    c->empty = y_extent.least > y_extent.most;
    c->y.start = 0;
    c->y.length = NNI_TEXT_LINE * (double)c->rows;
    nni_ticks_find(&c->y_ticks, &c->y, false, false);
    size_t widest = 1;
    for (size_t i = 0; i < c->y_ticks.count; i++) {
        char text[NNI_HTML_NUMBER];
        const size_t length = strlen(text_of(&c->y_ticks.ticks[i], plot->log, text));
        widest = *c->y_ticks.ticks[i].text && length > widest ? length : widest;
    }
    c->left = widest + 2;
    c->columns = columns > c->left + 1 ? columns - c->left : 1;
    c->x.start = 0;
    c->x.length = character_width * (double)c->columns;
    nni_ticks_find(&c->x_ticks, &c->x, true, x.whole);
    c->braille = plot->utf8 && (plot->colour || plot->series_count == 1);
    c->across = c->braille ? ACROSS : 1;
    c->down = c->braille ? DOWN : 1;
    c->x.length = (double)(c->columns * (size_t)c->across) - 1;
    c->y.start = (double)(c->rows * (size_t)c->down) - 1;
    c->y.length = -c->y.start;
}

bool nni_draw_terminal_plot(FILE *out, const nni_terminal_plot *plot)
{
    canvas c = {.plot = plot};
    plan(&c);
    c.dots = calloc(c.rows, c.columns);
    c.series = calloc(c.rows, c.columns);
    char *line = malloc(c.left + c.columns);
    const bool fine = c.dots && c.series && line;
    if (fine) {
        for (size_t s = plot->series_count; s-- > 0;) /* the first one on top */
            draw_series(&c, s);
        if (has_heading(plot))
            put_heading(&c, out);
        put_area(&c, out);
        put_axis(&c, out);
        put_numbers(&c, out, line);
    }
    free(line);
    free(c.series);
    free(c.dots);
    return fine;
}
