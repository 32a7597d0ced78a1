/* SPDX-License-Identifier: MIT */
/* Colours of images, which no style sheet reaches. */
#include "draw/colours.h"

#include <math.h>

#include "draw/plot.h"

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

/* Okabe and Ito's colours moved apart: each has a contrast of 3:1 at the least with its ground and its panels, and any
 * two are some 20 apart (CIE 1976) for those who do not see red, green or blue, too. */
unsigned nni_draw_rgb(size_t colour)
{
    static const unsigned colours[NNI_DRAW_COLOURS] = {0x1F57CB, 0xDF6510, 0x117E50, 0xA363A7,
                                                       0x965317, 0x2F8FE8, 0x5B0F0C, 0x465260};
    return colours[colour % NNI_DRAW_COLOURS];
}

unsigned nni_draw_rgb_on_dark(size_t colour)
{
    static const unsigned colours[NNI_DRAW_COLOURS] = {0x4A97F0, 0xE8903F, 0x3CCF85, 0xDFA0B8,
                                                       0xD9D030, 0xAFE4FA, 0xD2574C, 0x9A9DD1};
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
