/* SPDX-License-Identifier: MIT */
/* Colours of images, which no style sheet reaches. */
#include <math.h>

#include "draw/plot.h"
#include "draw/style.h"

/* --- scales through colours that are equally far apart in lightness (CIE L*) --- */

static unsigned mixed(const unsigned *colours, size_t count, double value)
{
    const double at = fmin(fmax(value, 0), 1) * (double)(count - 1);
    const size_t below = at >= (double)(count - 1) ? count - 2 : (size_t)at;
    const double share = at - (double)below;
    unsigned rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        const double from = colours[below] >> shift & 0xFF, to = colours[below + 1] >> shift & 0xFF;
        rgb = rgb << 8 | (unsigned)lround(from + share * (to - from));
    }
    return rgb;
}

unsigned nni_draw_rgb(size_t colour)
{
    static const unsigned colours[NNI_DRAW_COLOURS] = {0x0072B2, 0xD55E00, 0x00875F, 0xB0518D,
                                                       0xA37500, 0x2F9BD6, 0x7D2F12, 0x5C6670};
    return colours[colour % NNI_DRAW_COLOURS];
}

unsigned nni_draw_shade(double value)
{
    static const unsigned colours[] = {0xF3F7FB, 0xCFE1F0, 0xA3C8E3, 0x6BA9D2, 0x3A86BC, 0x15629A, 0x083F6E};
    return mixed(colours, sizeof colours / sizeof *colours, isnan(value) ? 0 : value);
}

unsigned nni_draw_shade_on_dark(double value)
{
    static const unsigned colours[] = {0x1B232B, 0x17344A, 0x154B70, 0x1D6699, 0x3C86BE, 0x74AEDA, 0xC4E0F5};
    return mixed(colours, sizeof colours / sizeof *colours, isnan(value) ? 0 : value);
}

unsigned nni_draw_diverging(double value)
{
    static const unsigned colours[] = {0x0A4A86, 0x3F8AC4, 0x9CC6E3, 0xFFFFFF, 0xF4B183, 0xD9652B, 0x8C2D04};
    return mixed(colours, sizeof colours / sizeof *colours, isnan(value) ? 0.5 : 0.5 + value / 2);
}
