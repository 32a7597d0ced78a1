/* SPDX-License-Identifier: MIT */
/**
 * Plots as inline SVG: axes with ticks, grid, series, marks and a legend. Colours come from the style sheet of
 * nni_draw_style, by class, so that one picture serves light, dark and print.
 *
 * Every function writes one <figure> with an <svg role="img"> that has a <title> and a <desc>. Numbers are written with
 * '.' whatever the locale. The plot area, <g class="area">, carries what is needed to read values back: data-x-min,
 * data-x-max, data-x-log, data-left, data-width, and the same of y (data-y-min ..., data-top, data-height). Within it
 * each series is <g class="series s0" data-name="...">, with its <path class="line">, "dots" (lines of no length) or
 * "bar".
 */
#ifndef NNI_DRAW_PLOT_H
#define NNI_DRAW_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Colours of series, told apart by the colour-blind; class s0 ... s7 of the style sheet. Series beyond repeat them
 * with other dashes. */
enum { NNI_DRAW_COLOURS = 8 };

/** An axis. */
typedef struct nni_axis {
    const char *title;             /**< NULL: none */
    double least, most;            /**< NAN, or both equal: from the data; y is rounded to ticks */
    bool log;                      /**< logarithmic; values that are not positive are left out */
    bool whole;                    /**< ticks at whole numbers alone: epochs */
    const char *const *categories; /**< [category_count] names at 0, 1, 2 ...; NULL: numbers */
    size_t category_count;
} nni_axis;

typedef enum nni_series_form {
    NNI_SERIES_LINE,   /**< through the points, with a gap where one is not finite; a single point is a dot */
    NNI_SERIES_POINTS, /**< dots */
    NNI_SERIES_BARS,   /**< from 0 (or the axis) to y, as wide as the points lie apart */
    NNI_SERIES_STEPS,  /**< y holds from its x to the next one */
} nni_series_form;

/** Values to be drawn. Borrowed. */
typedef struct nni_series {
    const char *name; /**< in the legend and on hovering; NULL: in neither */
    nni_series_form form;
    const double *x;  /**< [count]; NULL: 0, 1, 2 ... */
    const double *y;  /**< [count]; NAN: none there */
    const double *y2; /**< [count] the other edge of a band, which has no line of its own, or the feet of bars that
                         stand on others; NULL: neither */
    size_t count;
    size_t colour; /**< 0 ... ; taken modulo NNI_DRAW_COLOURS */
    bool dashed;
    bool faint;                /**< thin and pale, to a pixel: one of very many. The legend leaves it out */
    const char *const *titles; /**< [count] what hovering over a point tells; NULL: its name and values. Points of up to
                                  100 a series and 600 a plot have it */
} nni_series;

/** A point or a line that stands out. */
typedef struct nni_plot_mark {
    double x, y;       /**< NAN for one of them: a line across */
    const char *label; /**< placed where it covers no other label, else told on hovering alone; NULL: none */
    size_t colour;
} nni_plot_mark;

/** A plot. All zero but series is fine; width and height 0: 480 by 300. Borrowed. */
typedef struct nni_plot {
    const char *title;       /**< what is seen, in a few words: above it and as <title> */
    const char *description; /**< <desc>, for those who cannot see it: what it shows, with the figures that matter */
    nni_axis x, y;
    const nni_series *series;
    size_t series_count;
    const nni_plot_mark *marks;
    size_t mark_count;
    double width, height;            /**< of the whole picture, in the units of its viewBox (CSS pixels at full size) */
    bool square;                     /**< both axes at one scale: the picture shrinks to it */
    bool diagonal;                   /**< a thin line where y equals x */
    bool legend;                     /**< names of the series, where there is more than one */
    const unsigned char *background; /**< [background_height, background_width, 3] RGB behind the series, over the whole
                                        plot area, first row on top, interpolated; NULL: none */
    size_t background_width, background_height;
} nni_plot;

/** Writes a plot. Series of more points than the picture has columns are thinned to each column's first, least, most
 * and last, so that what is seen does not change. @return false where memory runs out; the stream's own errors stay
 * with it */
bool nni_draw_plot(FILE *out, const nni_plot *plot);

/** Writes the rules of the style sheet, without <style>: colours (light, dark and print), fonts, lines, figures. Its
 * variables are for the page, too: --ground, --ink, --muted (text of less weight), --axis, --grid, --panel, --s0 ...
 * --s7. */
void nni_draw_style(FILE *out);

/** @return RGB of a series' colour in images, as 0xRRGGBB: the light one */
unsigned nni_draw_rgb(size_t colour);

/** @return RGB of a value within 0 ... 1 on a scale from pale to dark, equal steps looking equal (0xRRGGBB) */
unsigned nni_draw_shade(double value);

/** @return RGB of a value within -1 ... 1: blue, white at 0, red (0xRRGGBB) */
unsigned nni_draw_diverging(double value);

#endif
