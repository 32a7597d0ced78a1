/* SPDX-License-Identifier: MIT */
#include "draw/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/text.h"

/* --- the figure --- */

/* Pictures wider than this scroll on narrow screens rather than shrink to nothing. */
static const double narrow = 480, readable_share = 0.75;

void nni_figure_begin(FILE *out, const char *kind, const char *title)
{
    fprintf(out, "<figure class=\"draw %s\">\n", kind);
    if (title) {
        fputs("<figcaption>", out);
        nni_html_put(out, title);
        fputs("</figcaption>\n", out);
    }
}

void nni_figure_end(FILE *out)
{
    fputs("</figure>\n", out);
}

void nni_svg_begin(FILE *out, const char *title, const char *description, double width, double height)
{
    if (width > narrow) {
        fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"", out);
        nni_html_put(out, title ? title : "Picture");
        fprintf(out, "\"><svg style=\"min-width:%.0fpx\"", readable_share * width);
    } else
        fputs("<svg", out);
    fputs(" role=\"img\"", out);
    fprintf(out, " width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">", ceil(width), ceil(height), ceil(width),
            ceil(height));
    nni_svg_title(out, title ? title : description ? description : "Picture");
    if (description) {
        fputs("<desc>", out);
        nni_html_put(out, description);
        fputs("</desc>", out);
    }
    fputc('\n', out);
}

void nni_svg_end(FILE *out, double width)
{
    fputs(width > narrow ? "</svg></div>\n" : "</svg>\n", out);
}

/* --- numbers --- */

enum { NUMBER_BYTES = 32 };
static const double farthest = 1e6; /* pixels: what lies beyond is out of sight by far */

static long tenths_of(double pixels)
{
    return lround(10 * fmin(fmax(pixels, -farthest), farthest));
}

static char *write_tenths(long tenths, char text[NUMBER_BYTES])
{
    const long size = labs(tenths);
    const char *sign = tenths < 0 ? "-" : "";
    if (size % 10 == 0)
        snprintf(text, NUMBER_BYTES, "%s%ld", sign, size / 10);
    else if (size < 10)
        snprintf(text, NUMBER_BYTES, "%s.%ld", sign, size);
    else
        snprintf(text, NUMBER_BYTES, "%s%ld.%ld", sign, size / 10, size % 10);
    return text;
}

static void put_coordinate(FILE *out, double value)
{
    char text[NUMBER_BYTES];
    fputs(write_tenths(tenths_of(value), text), out);
}

void nni_svg_attribute(FILE *out, const char *name, double value)
{
    fprintf(out, " %s=\"", name);
    put_coordinate(out, value);
    fputc('"', out);
}

void nni_svg_datum(FILE *out, const char *name, double value)
{
    char text[NUMBER_BYTES];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fprintf(out, " %s=\"%s\"", name, text);
}

/* --- texts --- */

void nni_svg_title(FILE *out, const char *text)
{
    fputs("<title>", out);
    nni_html_put(out, text);
    fputs("</title>", out);
}

void nni_svg_text(FILE *out, const char *kind, double x, double y, nni_anchor anchor, double turn, const char *text,
                  size_t most)
{
    static const char *const anchors[] = {"", " middle", " end"};
    fprintf(out, "<text class=\"%s%s\"", kind, anchors[anchor]);
    if (turn == 0) {
        nni_svg_attribute(out, "x", x);
        nni_svg_attribute(out, "y", y);
    } else {
        fputs(" transform=\"translate(", out);
        put_coordinate(out, x);
        fputc(' ', out);
        put_coordinate(out, y);
        fprintf(out, ")rotate(%g)\"", turn);
    }
    fputc('>', out);
    if (nni_text_length(text) > most)
        nni_svg_title(out, text);
    nni_html_put_short(out, text, most);
    fputs("</text>\n", out);
}

/* --- paths --- */

/* Joins a command and its numbers as they follow what the pen wrote last. @return bytes */
static size_t join(const nni_pen *pen, char command, const long *numbers, size_t count, char *text, bool *fraction)
{
    size_t used = 0;
    bool after_number = true, point = pen->fraction;
    if (command != pen->command) {
        text[used++] = command;
        after_number = false;
    }
    for (size_t i = 0; i < count; i++) {
        char number[NUMBER_BYTES];
        write_tenths(numbers[i], number);
        if (after_number && *number != '-' && !(*number == '.' && point))
            text[used++] = ' ';
        const size_t length = strlen(number);
        memcpy(text + used, number, length + 1);
        used += length;
        point = strchr(number, '.');
        after_number = true;
    }
    *fraction = point;
    return used;
}

/* What a command is called if it comes again: pairs that follow a move are lines. */
static char repeated(char command)
{
    return (char)(command == 'M' ? 'L' : command == 'm' ? 'l' : command);
}

static void put_command(nni_pen *pen, char absolute, char relative, const long *to, const long *by, size_t count)
{
    char first[3 * NUMBER_BYTES], second[3 * NUMBER_BYTES];
    bool first_fraction = false, second_fraction = false;
    const size_t first_length = join(pen, relative, by, count, first, &first_fraction);
    const bool shorter = absolute && join(pen, absolute, to, count, second, &second_fraction) < first_length;
    fputs(shorter ? second : first, pen->out);
    pen->fraction = shorter ? second_fraction : first_fraction;
    pen->command = repeated(shorter ? absolute : relative);
}

static long position_of(const nni_pen *pen, double pixels)
{
    return pen->whole ? 10 * lround(tenths_of(pixels) / 10.0) : tenths_of(pixels);
}

static void go(nni_pen *pen, char absolute, char relative, double x, double y)
{
    const long to[2] = {position_of(pen, x), position_of(pen, y)}, by[2] = {to[0] - pen->x, to[1] - pen->y};
    if (absolute == 'M') {
        const bool again = pen->command;
        pen->command = 'M' + 1; /* a move never repeats what was before it: that would be a line */
        put_command(pen, 'M', again ? 'm' : 'M', to, again ? by : to, 2);
    } else if (by[1] == 0)
        put_command(pen, 'H', 'h', to, by, 1);
    else if (by[0] == 0)
        put_command(pen, 'V', 'v', to + 1, by + 1, 1);
    else
        put_command(pen, absolute, relative, to, by, 2);
    pen->x = to[0];
    pen->y = to[1];
}

void nni_pen_move(nni_pen *pen, double x, double y)
{
    go(pen, 'M', 'm', x, y);
    pen->start[0] = pen->x;
    pen->start[1] = pen->y;
}

void nni_pen_line(nni_pen *pen, double x, double y)
{
    go(pen, 'L', 'l', x, y);
}

/* Narrows the part of a line, from and to as shares of it, to what lies on one side of an edge (Liang and Barsky). */
static void clip_at(double distance, double change, double *from, double *to)
{
    if (change < 0)
        *from = fmax(*from, distance / change);
    else if (change > 0)
        *to = fmin(*to, distance / change);
    else if (distance < 0)
        *to = -1;
}

void nni_pen_line_within(nni_pen *pen, const nni_box *box, double x0, double y0, double x1, double y1)
{
    const double dx = x1 - x0, dy = y1 - y0;
    double from = 0, to = 1;
    clip_at(x0 - box->left, -dx, &from, &to);
    clip_at(box->right - x0, dx, &from, &to);
    clip_at(y0 - box->top, -dy, &from, &to);
    clip_at(box->bottom - y0, dy, &from, &to);
    if (from > to)
        return;
    const double x = x0 + from * dx, y = y0 + from * dy;
    if (!pen->command || position_of(pen, x) != pen->x || position_of(pen, y) != pen->y)
        nni_pen_move(pen, x, y);
    nni_pen_line(pen, x0 + to * dx, y0 + to * dy);
}

void nni_pen_dot(nni_pen *pen, double x, double y)
{
    go(pen, 'M', 'm', x, y);
    fputs("h0", pen->out);
    pen->command = 'h';
    pen->fraction = false;
}

void nni_pen_close(nni_pen *pen)
{
    fputc('z', pen->out);
    pen->x = pen->start[0];
    pen->y = pen->start[1];
    pen->command = 'z';
    pen->fraction = false;
}
