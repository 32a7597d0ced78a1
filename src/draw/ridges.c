/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "draw/frame.h"
#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/svg.h"
#include "draw/text.h"

static const double width = 346, overlap = 3; /* of the picture; rows that the highest bin reaches across */

static double density(const nni_ridge *ridge, size_t bin)
{
    const double bin_width = (ridge->most - ridge->least) / (double)ridge->bins;
    return bin_width > 0 && isfinite(ridge->counts[bin]) ? ridge->counts[bin] / bin_width : 0;
}

static double edge_of(const nni_ridge *ridge, size_t bin)
{
    const double share = (double)bin / (double)ridge->bins;
    return ridge->least * (1 - share) + ridge->most * share;
}

/* The square root does not divide by the width of bins: an epoch of narrow ones would hide the others again. */
static double height_of(const nni_ridge *ridge, size_t bin, bool roots)
{
    if (!roots)
        return density(ridge, bin);
    return isfinite(ridge->counts[bin]) ? sqrt(fmax(ridge->counts[bin], 0)) : 0;
}

static double highest_of(const nni_ridge *ridges, size_t count, bool roots)
{
    double highest = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t bin = 0; bin < ridges[i].bins; bin++)
            highest = fmax(highest, height_of(&ridges[i], bin, roots));
    return highest;
}

bool nni_ridges_are_roots(const nni_ridge *ridges, size_t count)
{
    const double low = highest_of(ridges, count, false) / 20;
    size_t filled = 0, lower = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t bin = 0; bin < ridges[i].bins; bin++) {
            filled += density(&ridges[i], bin) > 0;
            lower += density(&ridges[i], bin) > 0 && density(&ridges[i], bin) < low;
        }
    return 2 * lower > filled; /* so the median is */
}

/* The outline of one histogram over its base. */
static void draw_ridge(FILE *out, const nni_frame *frame, const nni_ridge *ridge, double base, double scale, bool roots)
{
    nni_pen pen = {.out = out};
    char number[NNI_HTML_NUMBER];
    double last = base;
    fputs("<path class=\"ridge\" d=\"", out);
    nni_pen_move(&pen, frame->left, base);
    for (size_t bin = 0; bin < ridge->bins && ridge->most > ridge->least; bin++) {
        const double y = base - scale * height_of(ridge, bin, roots);
        nni_pen_line(&pen, nni_scale_at(&frame->x, edge_of(ridge, bin)), last);
        nni_pen_line(&pen, nni_scale_at(&frame->x, edge_of(ridge, bin)), y);
        last = y;
    }
    if (ridge->bins > 0 && ridge->most > ridge->least) {
        nni_pen_line(&pen, nni_scale_at(&frame->x, ridge->most), last);
        nni_pen_line(&pen, nni_scale_at(&frame->x, ridge->most), base);
    }
    nni_pen_line(&pen, frame->right, base);
    fprintf(out, "\"><title>epoch %s</title></path>\n", nni_html_number(ridge->epoch, 12, number));
}

bool nni_draw_ridges(FILE *out, const char *title, const char *description, const char *x_title,
                     const nni_ridge *ridges, size_t count)
{
    const double room = 60, row = fmin(fmax(200 / fmax((double)count, 1), 4), 24);
    nni_extent extent = nni_extent_none();
    for (size_t i = 0; i < count; i++) {
        nni_extent_add(&extent, ridges[i].least, false);
        nni_extent_add(&extent, ridges[i].most, false);
    }
    const bool roots = nni_ridges_are_roots(ridges, count);
    const double highest = highest_of(ridges, count, roots);
    char(*texts)[NNI_HTML_NUMBER] = malloc((count + 1) * sizeof *texts);
    const char **names = malloc((count + 1) * sizeof *names);
    const bool fine = texts && names;
    for (size_t i = 0; fine && i < count; i++)
        names[i] = nni_html_number(ridges[i].epoch, 12, texts[i]);
    if (fine) {
        const double height = row * ((double)count + overlap) + room;
        const nni_axis x = {.title = x_title, .least = NAN, .most = NAN},
                       y = {.title = "epoch", .categories = names, .category_count = count};
        nni_frame frame = {.width = 0};
        nni_scale_fit(&frame.x, &x, extent, 0);
        nni_scale_fit(&frame.y, &y, extent, 0);
        frame.y.most = -0.5 - overlap; /* the first epoch is farthest, on top, and has room above it */
        frame.y.least = fmax((double)count, 1) - 0.5;
        nni_frame_plan(&frame, &x, &y, width, height, false);
        nni_figure_begin(out, "ridges", title);
        nni_svg_begin(out, title, description, width, height);
        nni_frame_draw(out, &frame, &x, &y, false);
        nni_frame_begin_area(out, &frame);
        for (size_t i = 0; i < count; i++)
            draw_ridge(out, &frame, &ridges[i], nni_scale_at(&frame.y, (double)i),
                       highest > 0 ? overlap * row / highest : 0, roots);
        nni_frame_end_area(out);
        nni_svg_end(out, width);
        nni_figure_end(out);
    }
    free(names);
    free(texts);
    return fine;
}
