/* SPDX-License-Identifier: MIT */
/* The style sheet of pictures. Colours are variables of the page, so that one picture serves light, dark and print. */
#include "draw/style.h"

#include <math.h>

#include "draw/plot.h"

static const char *const rules =
    ":root{color-scheme:light "
    "dark;--ground:#fff;--ink:#1c2127;--muted:#59636e;--axis:#8b949e;--grid:#e6e9ed;--panel:#f6f8fa;"
    "--ridge:#cfe1f0;--s0:#0072b2;--s1:#d55e00;--s2:#00875f;--s3:#b0518d;--s4:#a37500;--s5:#2f9bd6;--s6:#7d2f12;--s7:#"
    "5c6670}\n"
    "@media screen and (prefers-color-scheme:dark){"
    ":root{--ground:#14171a;--ink:#e6e9ec;--muted:#a3adb7;--axis:#6e7781;--grid:#2a3036;--panel:#1c2024;"
    "--ridge:#17344a;--s0:#4aa3df;--s1:#f08a4b;--s2:#2fc295;--s3:#e08cc0;--s4:#e8c33c;--s5:#9ad4f5;--s6:#c9603f;--s7:#"
    "a9b3bc}}\n"
    ".s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}"
    ".s4{--c:var(--s4)}.s5{--c:var(--s5)}.s6{--c:var(--s6)}.s7{--c:var(--s7)}\n"
    ".draw{margin:0;max-width:100%;break-inside:avoid}"
    ".draw figcaption{font-weight:600;margin:0 0 .3em}"
    ".draw svg{display:block;max-width:100%;height:auto;overflow:visible;color:var(--ink);"
    "font:12px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation Sans\",\"DejaVu Sans\",Arial,sans-serif;"
    "font-variant-numeric:tabular-nums}"
    ".draw .scroll{overflow-x:auto}"
    ".draw svg svg{overflow:hidden}\n"
    ".draw text{fill:var(--ink)}.draw .tick{fill:var(--muted)}.draw .axis-title{fill:var(--muted)}"
    ".draw .middle{text-anchor:middle}.draw .end{text-anchor:end}"
    ""
    ".draw .label{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}\n"
    ".draw .grid{fill:none;stroke:var(--grid)}.draw .axis{fill:none;stroke:var(--axis)}"
    ".draw .diagonal{fill:none;stroke:var(--axis);stroke-dasharray:2 3}"
    ".draw .line{fill:none;stroke:var(--c);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}"
    ".draw .dots{fill:none;stroke:var(--c);stroke-width:5;stroke-linecap:round;stroke-opacity:.8}"
    ".draw .many{stroke-width:2.5;stroke-opacity:.55}"
    ".draw .bar{fill:var(--c)}.draw .band{fill:var(--c);fill-opacity:.18}"
    ".draw .faint .line{stroke-width:.8;stroke-opacity:.35}.draw .faint .dots{stroke-opacity:.35}"
    ".draw .faint:hover .line{stroke-width:2.5;stroke-opacity:1}"
    ".draw .d1 .line{stroke-dasharray:6 3}.draw .d2 .line{stroke-dasharray:2 3}.draw .d3 .line{stroke-dasharray:8 3 2 "
    "3}"
    ".draw .hit{fill:transparent;stroke:none}.draw .hit:hover{stroke:var(--c);stroke-width:2}"
    ".draw .mark{fill:var(--ground);stroke:var(--c);stroke-width:2}"
    ".draw .across{fill:none;stroke:var(--c);stroke-dasharray:5 3}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:.1em 1.2em;list-style:none;margin:0 0 .3em;padding:0;font-size:.85em}"
    ".legend li{display:flex;align-items:center;gap:.4em;min-width:0;overflow-wrap:anywhere}"
    ".legend svg{flex:none;width:22px;height:10px}\n"
    ".images ul{display:flex;flex-wrap:wrap;gap:.8em;list-style:none;margin:0;padding:0}"
    ".images li{display:flex;flex-direction:column;gap:.2em;max-width:100%}"
    ".images img,.draw .pixels{image-rendering:pixelated}.images img{max-width:100%;height:auto;border:1px solid "
    "var(--grid)}"
    ".images span{font-size:.8em;color:var(--muted);white-space:pre-line}.images p{margin:0 0 .4em;color:var(--muted)}"
    ".draw .connections{fill:none;stroke:var(--axis);stroke-width:.5;stroke-opacity:.5}"
    ".draw .unit{fill:var(--ground);stroke:var(--s0);stroke-width:1.5}.draw .dot{fill:var(--s0)}.draw "
    ".name{font-weight:600}"
    ".draw .lines path{fill:none;stroke-width:1;stroke-opacity:.6}.draw .lines "
    "path:hover{stroke-width:3;stroke-opacity:1}"
    ".draw .pn{stroke:var(--axis);stroke-dasharray:3 3}"
    ".draw .ridge{fill:var(--ridge);stroke:var(--s0);stroke-width:.8}\n"
    "@media print{.draw .scroll{overflow:visible}.draw .scroll svg{min-width:0!important}"
    ".draw,.draw *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

/* --- levels --- */

int nni_style_level(double value)
{
    return isnan(value) ? 0 : (int)lround((NNI_STYLE_LEVELS - 1) * fmin(fmax(value, 0), 1));
}

/* Relative luminance of sRGB, by WCAG. */
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

/* Cells and lines by value. @param dark  on dark ground the strongest level is the lightest one */
static void put_levels(FILE *out, bool dark)
{
    const double same = 0.179; /* luminance on which black and white stand out alike */
    for (int level = 0; level < NNI_STYLE_LEVELS; level++) {
        const double value = (double)level / (NNI_STYLE_LEVELS - 1);
        const unsigned rgb = dark ? nni_draw_shade_on_dark(value) : nni_draw_shade(value);
        fprintf(out, ".h%d path{fill:#%06x}.draw .h%d text{fill:%s}", level, rgb, level,
                luminance(rgb) > same ? "#000" : "#fff");
    }
    for (int level = 0; level < NNI_STYLE_LINES; level++) /* the palest third would not be seen as a line */
        fprintf(out, ".p%d{stroke:#%06x}", level,
                (dark ? nni_draw_shade_on_dark : nni_draw_shade)(0.35 + 0.65 * level / (NNI_STYLE_LINES - 1)));
    fputc('\n', out);
}

void nni_draw_style(FILE *out)
{
    fputs(rules, out);
    put_levels(out, false);
    fputs("@media screen and (prefers-color-scheme:dark){.draw .shades{filter:invert(1) hue-rotate(180deg)}", out);
    put_levels(out, true);
    fputs("}\n", out);
}
