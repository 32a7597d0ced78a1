/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/svg.h"
#include "draw/text.h"

/* Units that are drawn of a layer: all, or the first ones and the last one with an ellipsis between. */
enum { UNITS_MOST = 8 };

static const double radius = 6, apart = 20, column_width = 116, top = 10;

static double column_x(size_t layer)
{
    return ((double)layer + 0.5) * column_width;
}

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

static void draw_connections(FILE *out, const nni_drawn_layer *layers, size_t count, double middle)
{
    nni_pen pen = {.out = out};
    fputs("<path class=\"connections\" d=\"M0 0", out);
    pen.command = 'L';
    for (size_t layer = 1; layer < count; layer++)
        for (size_t from = 0; from < places_of(layers[layer - 1].units); from++)
            for (size_t to = 0; to < places_of(layers[layer].units); to++) {
                if (is_ellipsis(layers[layer - 1].units, from) || is_ellipsis(layers[layer].units, to))
                    continue;
                nni_pen_move(&pen, column_x(layer - 1) + radius, unit_y(layers[layer - 1].units, from, middle));
                nni_pen_line(&pen, column_x(layer) - radius, unit_y(layers[layer].units, to, middle));
            }
    fputs("\"/>\n", out);
}

static void draw_units(FILE *out, const nni_drawn_layer *layer, double x, double middle)
{
    for (size_t place = 0; place < places_of(layer->units); place++) {
        const double y = unit_y(layer->units, place, middle);
        const bool dots = is_ellipsis(layer->units, place);
        for (int dot = -1; dots && dot <= 1; dot++) {
            fputs("<circle class=\"dot\"", out);
            nni_svg_attribute(out, "cx", x);
            nni_svg_attribute(out, "cy", y + 5 * dot);
            fputs(" r=\"1.3\"/>", out);
        }
        if (!dots) {
            fputs("<circle class=\"unit\"", out);
            nni_svg_attribute(out, "cx", x);
            nni_svg_attribute(out, "cy", y);
            nni_svg_attribute(out, "r", radius);
            fputs("/>", out);
        }
    }
    fputc('\n', out);
}

static void put_count(FILE *out, double x, double y, size_t count, const char *one, const char *many)
{
    char number[NNI_HTML_NUMBER], text[2 * NNI_HTML_NUMBER];
    snprintf(text, sizeof text, "%s %s", nni_html_number((double)count, 15, number), count == 1 ? one : many);
    nni_svg_text(out, "tick", x, y, NNI_ANCHOR_MIDDLE, 0, text, nni_text_fit(text, column_width - 4));
}

/* Lines of text below a layer. */
static void label(FILE *out, const nni_drawn_layer *layer, double x, double y)
{
    size_t lines = 0;
    if (layer->label)
        nni_svg_text(out, "name", x, y, NNI_ANCHOR_MIDDLE, 0, layer->label,
                     nni_text_fit(layer->label, column_width - 4));
    put_count(out, x, y + NNI_TEXT_LINE * (double)++lines, layer->units, "unit", "units");
    if (layer->parameters > 0)
        put_count(out, x, y + NNI_TEXT_LINE * (double)++lines, layer->parameters, "parameter", "parameters");
    if (layer->note)
        nni_svg_text(out, "tick", x, y + NNI_TEXT_LINE * (double)++lines, NNI_ANCHOR_MIDDLE, 0, layer->note,
                     nni_text_fit(layer->note, column_width - 4));
}

bool nni_draw_network(FILE *out, const char *title, const char *description, const nni_drawn_layer *layers,
                      size_t count)
{
    size_t most = 1, lines = 2;
    for (size_t layer = 0; layer < count; layer++) {
        const size_t places = places_of(layers[layer].units),
                     own = 2 + (layers[layer].parameters > 0) + !!layers[layer].note;
        most = places > most ? places : most;
        lines = own > lines ? own : lines;
    }
    const double units_height = (double)most * apart, middle = top + units_height / 2;
    const double first_line = top + units_height + NNI_TEXT_LINE + 2, width = fmax((double)count, 1) * column_width;
    nni_figure_begin(out, "network", title);
    nni_svg_begin(out, title, description, width, first_line + NNI_TEXT_LINE * ((double)lines - 1) + 6);
    draw_connections(out, layers, count, middle);
    for (size_t layer = 0; layer < count; layer++) {
        draw_units(out, &layers[layer], column_x(layer), middle);
        label(out, &layers[layer], column_x(layer), first_line);
    }
    nni_svg_end(out, width);
    nni_figure_end(out);
    return true;
}
