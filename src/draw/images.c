/* SPDX-License-Identifier: MIT */
#include "draw/html.h"
#include "draw/pictures.h"
#include "draw/svg.h"

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
        const char *alt = strip->alts ? strip->alts[i] : strip->captions ? strip->captions[i] : "";
        fputs("<li>", out);
        fputs("<img alt=\"", out);
        nni_html_put(out, alt);
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
