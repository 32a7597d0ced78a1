/* SPDX-License-Identifier: MIT */
/** Pieces of SVG: the figure around a picture, numbers of coordinates, paths, texts. Within src/draw. */
#ifndef NNI_DRAW_SVG_H
#define NNI_DRAW_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "draw/text.h"

/** Begins <figure> with its caption. @param kind  its class; @param title  NULL: no caption */
void nni_figure_begin(FILE *out, const char *kind, const char *title);
void nni_figure_end(FILE *out);

/** Begins <svg> of a size in CSS pixels, which shrinks with its container; one wider than a narrow screen scrolls below
 * three quarters of its width, so that its texts remain readable. @param title  NULL: the description stands for it */
void nni_svg_begin(FILE *out, const char *title, const char *description, double width, double height);
void nni_svg_end(FILE *out, double width);

/** Writes ` name="value"` of a coordinate, of one decimal at most: 12.5, -3, .1. */
void nni_svg_attribute(FILE *out, const char *name, double value);

/** Writes ` name="value"` of data, which reads back as the same double. */
void nni_svg_datum(FILE *out, const char *name, double value);

/** What of a text's box lies at its position. */
typedef enum nni_anchor { NNI_ANCHOR_START, NNI_ANCHOR_MIDDLE, NNI_ANCHOR_END } nni_anchor;

/** Writes a text. @param kind  its class; @param most  characters that are shown: the whole text is its <title> where
 * that is longer; @param turn  degrees, clockwise, about its position */
void nni_svg_text(FILE *out, const char *kind, double x, double y, nni_anchor anchor, double turn, const char *text,
                  size_t most);

/** Writes the elements <title>, escaped. */
void nni_svg_title(FILE *out, const char *text);

/** The data of a path, in tenths of a pixel or in whole ones: each command in its shortest form. */
typedef struct nni_pen {
    FILE *out;
    bool whole;
    long x, y;     /* where it is */
    long start[2]; /* of the part in work, where closing it leads back to */
    char command;  /* that a further pair of numbers would repeat; 0: the beginning */
    bool fraction; /* the last number has a point, so that another may begin with one */
} nni_pen;

void nni_pen_move(nni_pen *pen, double x, double y);
void nni_pen_line(nni_pen *pen, double x, double y);
/** The part of a line that lies within a box, whose beginning is moved to where the pen is elsewhere. */
void nni_pen_line_within(nni_pen *pen, const nni_box *box, double x0, double y0, double x1, double y1);
/** A point, which a round end of a line of no length makes a dot. */
void nni_pen_dot(nni_pen *pen, double x, double y);
void nni_pen_close(nni_pen *pen);

#endif
