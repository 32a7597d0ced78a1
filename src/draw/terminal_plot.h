/* SPDX-License-Identifier: MIT */
/** Curves as text, for terminals. */
#ifndef NNI_DRAW_TERMINAL_PLOT_H
#define NNI_DRAW_TERMINAL_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A curve. Borrowed. */
typedef struct nni_terminal_series {
    const char *name; /**< in the legend, where there is more than one series; shown by nni_printable */
    const double *x;  /**< [count], not decreasing; NULL: 0, 1, 2 ... */
    const double *y;  /**< [count]; what is not finite is a gap */
    size_t count;
} nni_terminal_series;

/** A plot of columns x rows characters with its title, axes and legend. Borrowed. */
typedef struct nni_terminal_plot {
    const char *title;   /**< NULL: no line for it */
    const char *x_title; /**< beside the numbers of the x axis; NULL: none */
    const nni_terminal_series *series;
    size_t series_count;
    size_t columns, rows; /**< below 20 by 4 it is drawn as 20 by 4 */
    bool utf8;            /**< braille and lines; else ASCII alone */
    bool colour;          /**< a colour a series, by escape sequences */
    bool log;             /**< y is logarithmic; values that are not positive are gaps */
} nni_terminal_plot;

/** Writes `rows` lines of at most `columns` characters each. @return false where memory runs out */
bool nni_draw_terminal_plot(FILE *out, const nni_terminal_plot *plot);

#endif
