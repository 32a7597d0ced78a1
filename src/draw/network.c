/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>

#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/svg.h"
#include "draw/text.h"

/* Units that are drawn of a layer: all, or the first ones and the last one with an ellipsis between. */
enum { UNITS_MOST = 8 };

static const double radius = 6, apart = 20, top = 10, narrowest = 84, widest = 170;

typedef struct drawing {
    FILE *out;
    const nni_drawn_layer *layers;
    size_t count;
    double column_width; /* that the longest text below a layer needs */
    double middle;       /* y of the middle of all layers */
} drawing;

static double column_x(const drawing *d, size_t layer)
{
    return ((double)layer + 0.5) * d->column_width;
}

/* --- texts --- */

enum { LINES = 4, COUNT_TEXT = 2 * NNI_HTML_NUMBER };

static const char *counted(size_t count, const char *one, const char *many, char text[COUNT_TEXT])
{
    char number[NNI_HTML_NUMBER];
    snprintf(text, COUNT_TEXT, "%s %s", nni_html_number((double)count, 15, number), count == 1 ? one : many);
    return text;
}

/* @return a line of text below a layer; NULL: it has none */
static const char *line_of(const nni_drawn_layer *layer, int line, char text[COUNT_TEXT])
{
    switch (line) {
    case 0:
        return layer->label;
    case 1:
        return layer->units == 0 ? NULL : counted(layer->units, "unit", "units", text);
    case 2:
        return layer->parameters > 0 ? counted(layer->parameters, "parameter", "parameters", text) : NULL;
    default:
        return layer->note;
    }
}

/* Sets the columns' width. @return lines of the layer that has most */
static size_t measure_texts(drawing *d)
{
    const double between = 12, bold = 1.1;
    char text[COUNT_TEXT];
    size_t most = 0;
    d->column_width = narrowest;
    for (size_t layer = 0; layer < d->count; layer++) {
        size_t lines = 0;
        for (int line = 0; line < LINES; line++) {
            const char *shown = line_of(&d->layers[layer], line, text);
            lines += shown != NULL;
            if (shown)
                d->column_width = fmax(d->column_width, nni_text_width(shown) * (line == 0 ? bold : 1) + between);
        }
        most = lines > most ? lines : most;
    }
    d->column_width = fmin(d->column_width, widest);
    return most;
}

static void draw_texts(const drawing *d, size_t layer, double y)
{
    const double margin = 6;
    char text[COUNT_TEXT];
    for (int line = 0; line < LINES; line++) {
        const char *shown = line_of(&d->layers[layer], line, text);
        if (!shown)
            continue;
        nni_svg_text(d->out, line == 0 ? "name" : "tick", column_x(d, layer), y, NNI_ANCHOR_MIDDLE, 0, shown,
                     nni_text_fit(shown, d->column_width - margin));
        y += NNI_TEXT_LINE;
    }
}

/* --- units --- */

static size_t places_of(size_t units)
{
    return units < UNITS_MOST ? units : UNITS_MOST;
}

/* Whether a place holds the ellipsis. */
static bool is_ellipsis(size_t units, size_t place)
{
    return units > UNITS_MOST && place == UNITS_MOST - 2;
}

static double unit_y(size_t units, size_t place, double middle)
{
    return middle + ((double)place - ((double)places_of(units) - 1) / 2) * apart;
}

static void draw_connections(const drawing *d)
{
    nni_pen pen = {.out = d->out};
    fputs("<path class=\"connections\" d=\"", d->out);
    nni_pen_move(&pen, 0, 0);
    for (size_t layer = 1; layer < d->count; layer++) {
        const size_t before = d->layers[layer - 1].units, units = d->layers[layer].units;
        for (size_t from = 0; from < places_of(before); from++)
            for (size_t to = 0; to < places_of(units); to++) {
                if (is_ellipsis(before, from) || is_ellipsis(units, to))
                    continue;
                nni_pen_move(&pen, column_x(d, layer - 1) + radius, unit_y(before, from, d->middle));
                nni_pen_line(&pen, column_x(d, layer) - radius, unit_y(units, to, d->middle));
            }
    }
    fputs("\"/>\n", d->out);
}

static void draw_circle(FILE *out, const char *kind, double x, double y, double r)
{
    fprintf(out, "<circle class=\"%s\"", kind);
    nni_svg_attribute(out, "cx", x);
    nni_svg_attribute(out, "cy", y);
    nni_svg_attribute(out, "r", r);
    fputs("/>", out);
}

/* Three dots, along x or along y. */
static void draw_ellipsis(FILE *out, double x, double y, double along_x, double along_y)
{
    for (int dot = -1; dot <= 1; dot++)
        draw_circle(out, "dot", x + along_x * dot, y + along_y * dot, 1.3);
}

static void draw_units(const drawing *d, size_t layer)
{
    const size_t units = d->layers[layer].units;
    const double x = column_x(d, layer);
    for (size_t place = 0; place < places_of(units); place++) {
        const double y = unit_y(units, place, d->middle);
        if (!is_ellipsis(units, place))
            draw_circle(d->out, "unit", x, y, radius);
        else
            draw_ellipsis(d->out, x, y, 0, 5);
    }
    if (units == 0)
        draw_ellipsis(d->out, x, d->middle, 5, 0);
    fputc('\n', d->out);
}

bool nni_draw_network(FILE *out, const char *title, const char *description, const nni_drawn_layer *layers,
                      size_t count)
{
    drawing d = {.out = out, .layers = layers, .count = count};
    size_t most = 1;
    for (size_t layer = 0; layer < count; layer++)
        most = places_of(layers[layer].units) > most ? places_of(layers[layer].units) : most;
    const size_t lines = measure_texts(&d);
    const double first_line = top + (double)most * apart + NNI_TEXT_LINE + 2;
    const double width = fmax((double)count, 1) * d.column_width;
    d.middle = top + (double)most * apart / 2;
    nni_figure_begin(out, "network", title);
    nni_svg_begin(out, title, description, width, first_line + NNI_TEXT_LINE * (double)lines - 10);
    draw_connections(&d);
    for (size_t layer = 0; layer < count; layer++) {
        draw_units(&d, layer);
        draw_texts(&d, layer, first_line);
    }
    nni_svg_end(out, width);
    nni_figure_end(out);
    return true;
}
