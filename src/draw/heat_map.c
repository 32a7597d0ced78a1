/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "draw/frame.h"
#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/plot.h"
#include "draw/style.h"
#include "draw/svg.h"
#include "draw/text.h"

/* Tables of more rows or columns are an image without texts. */
enum { CELLS_MOST = 40 };

/* Characters of a name within the title of each cell: there are as many titles as cells. */
enum { TITLE_MOST = 40 };

typedef struct layout {
    double left, top, right; /* margins of names and titles */
    double cell_width, cell_height;
    nni_names row_names, column_names;
    bool cells; /* each is an element, with its text */
} layout;

static double widest_text(const nni_heat_map *map)
{
    double width = 0;
    for (size_t i = 0; map->texts && i < map->rows * map->columns; i++)
        width = map->texts[i] ? fmax(width, nni_text_width(map->texts[i])) : width;
    return width;
}

static layout plan(const nni_heat_map *map)
{
    const double full = 440, names_most = 150, least = 18, most = 48, beside = 6;
    layout l = {.cells = map->rows <= CELLS_MOST && map->columns <= CELLS_MOST};
    const double columns = (double)map->columns, rows = (double)map->rows;
    if (l.cells) {
        const double wanted = fmin(widest_text(map) + beside, most);
        l.cell_width = fmin(fmax(fmax(full / fmax(columns, 1) - 4, wanted), least), most);
        l.cell_height = fmin(l.cell_width, 30);
    } else {
        l.cell_width = full / columns;
        l.cell_height = fmax(full / fmax(rows, columns), fmin(full / rows, 4));
    }
    l.row_names = nni_names_beside(map->row_names, map->rows, l.cell_height, names_most);
    /* 8, of which texts may use a half: a sum that is rounded must not cut off the widest one. */
    l.left = fmax(l.row_names.height, map->row_title ? fmin(nni_text_width(map->row_title), names_most) : 0) + 8;
    l.column_names = nni_names_across(map->column_names, map->columns, l.cell_width, names_most / 2);
    l.top = (map->column_title ? NNI_TEXT_LINE + 2 : 0) + l.column_names.height + 6;
    l.right = l.column_names.turn != 0 ? l.column_names.height : 2;
    return l;
}

static void draw_names(FILE *out, const nni_heat_map *map, const layout *l)
{
    const double base = 4;
    for (size_t row = 0; row < map->rows; row += l->row_names.every)
        nni_svg_text(out, "tick", l->left - 6, l->top + ((double)row + 0.5) * l->cell_height + base, NNI_ANCHOR_END, 0,
                     map->row_names[row], nni_text_fit(map->row_names[row], l->left - 7.5));
    for (size_t column = 0; column < map->columns; column += l->column_names.every) {
        const double x = l->left + ((double)column + 0.5) * l->cell_width;
        const bool turned = l->column_names.turn != 0;
        nni_svg_text(out, "tick", turned ? x + base : x, l->top - 6, turned ? NNI_ANCHOR_START : NNI_ANCHOR_MIDDLE,
                     l->column_names.turn, map->column_names[column],
                     turned ? nni_text_fit(map->column_names[column], l->column_names.room) : SIZE_MAX);
    }
    if (map->row_title)
        nni_svg_text(out, "axis-title", 0, l->top - 6, NNI_ANCHOR_START, 0, map->row_title,
                     nni_text_fit(map->row_title, l->left - 7.5));
    if (map->column_title)
        nni_svg_text(out, "axis-title", l->left + l->cell_width * (double)map->columns / 2, NNI_TEXT_SIZE,
                     NNI_ANCHOR_MIDDLE, 0, map->column_title,
                     nni_text_fit(map->column_title, fmax(l->cell_width * (double)map->columns, 200)));
}

static void put_name(FILE *out, const char *title, const char *name)
{
    if (title) {
        nni_html_put(out, title);
        fputs(" ", out);
    }
    nni_html_put_short(out, name, TITLE_MOST);
}

static void draw_cell(FILE *out, const nni_heat_map *map, const layout *l, size_t row, size_t column)
{
    const double x = l->left + (double)column * l->cell_width, y = l->top + (double)row * l->cell_height, base = 4;
    const char *text = map->texts ? map->texts[row * map->columns + column] : NULL;
    nni_pen pen = {.out = out};
    fprintf(out, "<g class=\"h%d\"><path d=\"", nni_style_level(map->shade[row * map->columns + column]));
    nni_pen_move(&pen, x, y);
    nni_pen_line(&pen, x + l->cell_width - 1, y);
    nni_pen_line(&pen, x + l->cell_width - 1, y + l->cell_height - 1);
    nni_pen_line(&pen, x, y + l->cell_height - 1);
    nni_pen_close(&pen);
    fputs("\"/>", out);
    if (text && *text) {
        fputs("<title>", out);
        put_name(out, map->row_title, map->row_names[row]);
        fputs(", ", out);
        put_name(out, map->column_title, map->column_names[column]);
        fputs(": ", out);
        nni_html_put(out, text);
        fputs("</title>", out);
        if (nni_text_width(text) <= l->cell_width)
            nni_svg_text(out, "middle", x + (l->cell_width - 1) / 2, y + (l->cell_height - 1) / 2 + base,
                         NNI_ANCHOR_START, 0, text, SIZE_MAX);
    }
    fputs("</g>\n", out);
}

static bool draw_image(FILE *out, const nni_heat_map *map, const layout *l)
{
    unsigned char *rgb = calloc(map->rows * map->columns, 3);
    if (!rgb)
        return false;
    for (size_t i = 0; i < map->rows * map->columns; i++)
        for (int channel = 0; channel < 3; channel++)
            rgb[3 * i + (size_t)channel] = (unsigned char)(nni_draw_shade(map->shade[i]) >> (16 - 8 * channel));
    fprintf(out, "<image class=\"shades%s\" preserveAspectRatio=\"none\"", l->cell_width >= 1 ? " pixels" : "");
    nni_svg_attribute(out, "x", l->left);
    nni_svg_attribute(out, "y", l->top);
    nni_svg_attribute(out, "width", l->cell_width * (double)map->columns);
    nni_svg_attribute(out, "height", l->cell_height * (double)map->rows);
    fputs(" href=\"", out);
    const bool fine = nni_html_put_png(out, rgb, map->columns, map->rows);
    fputs("\"/>\n", out);
    free(rgb);
    return fine;
}

bool nni_draw_heat_map(FILE *out, const nni_heat_map *map)
{
    const layout l = plan(map);
    bool fine = true;
    const double width = l.left + l.cell_width * (double)map->columns + l.right;
    nni_figure_begin(out, "heat-map", map->title);
    nni_svg_begin(out, map->title, map->description, width, l.top + l.cell_height * (double)map->rows + 2);
    draw_names(out, map, &l);
    if (!l.cells)
        fine = draw_image(out, map, &l);
    for (size_t row = 0; l.cells && row < map->rows; row++)
        for (size_t column = 0; column < map->columns; column++)
            draw_cell(out, map, &l, row, column);
    nni_svg_end(out, width);
    nni_figure_end(out);
    return fine;
}
