/* SPDX-License-Identifier: MIT */
/* The style sheet of pictures. Colours are variables of the page, so that one picture serves light, dark and print. */
#include "draw/style.h"

#include <math.h>

#include "draw/colours.h"
#include "draw/plot.h"

/* Ground and texts, lines of axes and grid, panels, and what fills histograms. */
static const char *const light = "--ground:#fff;--ink:#1c2127;--muted:#59636e;--axis:#8b949e;--grid:#e6e9ed;"
                                 "--panel:#f6f8fa;--ridge:#d5e1f7";
static const char *const dark = "--ground:#14171a;--ink:#e6e9ec;--muted:#a3adb7;--axis:#6e7781;--grid:#2a3036;"
                                "--panel:#1c2024;--ridge:#1a3354";

static const char *const rules =
    ".draw{margin:0;max-width:100%;break-inside:avoid}\n"
    ".draw figcaption{font-weight:600;margin:0 0 .3em}\n"
    ".draw svg{display:block;max-width:100%;height:auto;overflow:visible;font:12px system-ui,-apple-system,\"Segoe "
    "UI\","
    "Roboto,\"Liberation Sans\",\"DejaVu Sans\",Arial,sans-serif;font-variant-numeric:tabular-nums}\n"
    ".draw .scroll{overflow-x:auto}\n"
    ".draw text{fill:var(--ink)}\n"
    ".draw .tick,.draw .axis-title,.draw .none{fill:var(--muted)}\n"
    ".draw .name{font-weight:600}\n"
    ".draw .middle{text-anchor:middle}\n"
    ".draw .end{text-anchor:end}\n"
    ".draw .label{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}\n"
    ".draw .grid{fill:none;stroke:var(--grid)}\n"
    ".draw .axis{fill:none;stroke:var(--axis)}\n"
    ".draw .diagonal{fill:none;stroke:var(--axis);stroke-dasharray:2 3}\n"
    ".draw .line{fill:none;stroke:var(--c);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}\n"
    ".draw .dots{fill:none;stroke:var(--c);stroke-width:5;stroke-linecap:round}\n"
    ".draw .many{stroke-width:2.5;stroke-opacity:.6}\n"
    ".draw .bar{fill:var(--c)}\n"
    ".draw .band{fill:var(--c);fill-opacity:.18}\n"
    ".draw .d1 .line,.draw .d1>.line{stroke-dasharray:6 3.5}\n"
    ".draw .d2 .line,.draw .d2>.line{stroke-dasharray:1.5 3.5}\n"
    ".draw .d3 .line,.draw .d3>.line{stroke-dasharray:9 3.5 1.5 3.5}\n"
    ".draw .faint .line{stroke-width:.8;stroke-opacity:.35}\n"
    ".draw .faint .dots{stroke-opacity:.35}\n"
    ".draw .faint .bar{fill-opacity:.35}\n"
    ".draw .faint:hover .line{stroke-width:2.5;stroke-opacity:1}\n"
    ".draw .hit{fill:transparent;stroke:none}\n"
    ".draw .hit:hover{stroke:var(--c);stroke-width:2}\n"
    ".draw .mark{fill:var(--ground);stroke:var(--c);stroke-width:2}\n"
    ".draw .across{fill:none;stroke:var(--c);stroke-dasharray:5 3}\n"
    ".draw .connections{fill:none;stroke:var(--axis);stroke-width:.5;stroke-opacity:.5}\n"
    ".draw .unit{fill:var(--ground);stroke:var(--s0);stroke-width:1.5}\n"
    ".draw .dot{fill:var(--s0)}\n"
    ".draw .lines path{fill:none;stroke-width:1;stroke-opacity:.6}\n"
    ".draw .lines path:hover{stroke-width:3;stroke-opacity:1}\n"
    ".draw .pn{stroke:var(--axis);stroke-dasharray:3 3}\n"
    ".draw .ridge{fill:var(--ridge);stroke:var(--s0);stroke-width:.8}\n"
    ".draw .pixels,.images img{image-rendering:pixelated}\n"
    ".images ul{display:flex;flex-wrap:wrap;gap:.8em;list-style:none;margin:0;padding:0}\n"
    ".images li{display:flex;flex-direction:column;gap:.2em;max-width:100%}\n"
    ".images img{max-width:100%;height:auto;border:1px solid var(--grid)}\n"
    ".images span{font-size:.8em;color:var(--muted);white-space:pre-line;overflow-wrap:anywhere}\n"
    ".images p{margin:0 0 .4em;color:var(--muted)}\n"
    ".draw .legend{display:flex;flex-wrap:wrap;gap:.1em 1.2em;list-style:none;margin:0 0 .3em;padding:0;"
    "font-size:.85em}\n"
    ".draw .legend li{display:flex;align-items:center;gap:.4em;min-width:0;overflow-wrap:anywhere}\n"
    ".draw .legend svg{flex:none;width:22px;height:10px}\n"
    "@media print{\n"
    ".draw .scroll{overflow:visible}\n"
    ".draw .scroll svg{min-width:0!important}\n"
    ".draw,.draw *{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "}\n";

int nni_style_level(double value)
{
    return isnan(value) ? 0 : (int)lround((NNI_STYLE_LEVELS - 1) * fmin(fmax(value, 0), 1));
}

/* Relative luminance of a colour of sRGB (0xRRGGBB) by WCAG 2, within 0 ... 1. */
static double luminance(unsigned rgb)
{
    const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int channel = 0; channel < 3; channel++) {
        const double value = (rgb >> (16 - 8 * channel) & 0xFF) / 255.0;
        sum += weights[channel] * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* Variables of a ground, and what has a colour by its value. On dark ground the strongest level is the lightest. What
 * lies on an image, which is the same on both grounds, has the light ones. */
static void put_colours(FILE *out, const char *variables, unsigned (*series)(size_t), unsigned (*shade)(double))
{
    const double alike = 0.179; /* luminance on which black and white stand out alike */
    const double palest = 0.35; /* shade that is seen as a line */
    fprintf(out, "%s{%s", series == nni_draw_rgb ? ":root,.on-image" : ":root", variables);
    for (size_t colour = 0; colour < NNI_DRAW_COLOURS; colour++)
        fprintf(out, ";--s%zu:#%06x", colour, series(colour));
    fputs("}\n", out);
    for (int level = 0; level < NNI_STYLE_LEVELS; level++) {
        const unsigned rgb = shade((double)level / (NNI_STYLE_LEVELS - 1));
        fprintf(out, ".draw .h%d path{fill:#%06x}.draw .h%d text{fill:%s}\n", level, rgb, level,
                luminance(rgb) > alike ? "#000" : "#fff");
    }
    for (int level = 0; level < NNI_STYLE_LINES; level++)
        fprintf(out, ".draw .p%d{stroke:#%06x}\n", level, shade(palest + (1 - palest) * level / (NNI_STYLE_LINES - 1)));
}

void nni_draw_style(FILE *out)
{
    fputs(":root{color-scheme:light dark}\n", out);
    for (size_t colour = 0; colour < NNI_DRAW_COLOURS; colour++)
        fprintf(out, ".s%zu{--c:var(--s%zu)}\n", colour, colour);
    fputs(rules, out);
    put_colours(out, light, nni_draw_rgb, nni_draw_shade);
    fputs("@media screen and (prefers-color-scheme:dark){\n", out);
    put_colours(out, dark, nni_draw_rgb_on_dark, nni_draw_shade_on_dark);
    fputs(".draw .shades{filter:invert(1) hue-rotate(180deg)}\n}\n", out);
}
