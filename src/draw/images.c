/* SPDX-License-Identifier: MIT */
#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/svg.h"

/* Without words of its own, what the strip is and the caption: the caption alone would be read out twice. */
static void put_alt(FILE *out, const nni_image_strip *strip, size_t image)
{
    if (strip->alts) {
        nni_html_put(out, strip->alts[image]);
        return;
    }
    nni_html_put(out, strip->title);
    if (strip->captions) {
        fputs(": ", out);
        nni_html_put(out, strip->captions[image]);
    }
}

bool nni_draw_images(FILE *out, const nni_image_strip *strip)
{
    const double wide = 96, scale = strip->scale > 0 ? strip->scale : wide / (double)strip->width;
    bool fine = true;
    nni_figure_begin(out, "images", strip->title);
    if (strip->description) {
        fputs("<p>", out);
        nni_html_put(out, strip->description);
        fputs("</p>\n", out);
    }
    fputs("<ul>\n", out);
    for (size_t i = 0; fine && i < strip->count; i++) {
        fputs("<li><img alt=\"", out);
        put_alt(out, strip, i);
        fprintf(out, "\" width=\"%.0f\" height=\"%.0f\" src=\"", scale * (double)strip->width,
                scale * (double)strip->height);
        fine = nni_html_put_png(out, strip->rgb + 3 * i * strip->width * strip->height, strip->width, strip->height);
        fputs("\">", out);
        if (strip->captions) {
            fputs("<span>", out);
            nni_html_put_lines(out, strip->captions[i]);
            fputs("</span>", out);
        }
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
    nni_figure_end(out);
    return fine;
}
