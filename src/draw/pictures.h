/* SPDX-License-Identifier: MIT */
/** Pictures that are no plots of series: heat maps, images, a network, parallel coordinates, small histograms. Each is
 * a <figure> as nni_draw_plot's. */
#ifndef NNI_DRAW_PICTURES_H
#define NNI_DRAW_PICTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A table of cells that are coloured by value: a confusion matrix. Beyond 40 rows or columns it is an image, without
 * texts. Borrowed. */
typedef struct nni_heat_map {
    const char *title, *description;
    const char *row_title, *column_title;
    const char *const *row_names, *const *column_names; /**< [rows], [columns] */
    const double *shade;                                /**< [rows, columns] within 0 ... 1 */
    const char *const *texts; /**< [rows, columns] in the cells, where they fit, and on hovering; NULL: none */
    size_t rows, columns;
} nni_heat_map;

bool nni_draw_heat_map(FILE *out, const nni_heat_map *map);

/** Images of equal size side by side, each with a caption. Borrowed. */
typedef struct nni_image_strip {
    const char *title, *description;
    const unsigned char *rgb; /**< [count, height, width, 3] */
    size_t count, width, height;
    const char *const *captions; /**< [count]; NULL: none */
    const char *const *alts;     /**< [count] what each shows, in words; NULL: the title, and the captions */
    double scale;                /**< CSS pixels of a pixel; 0: so that an image is some 96 wide */
} nni_image_strip;

bool nni_draw_images(FILE *out, const nni_image_strip *strip);

/** A layer of a drawn network. */
typedef struct nni_drawn_layer {
    const char *label; /**< "relu", "input" */
    size_t units;      /**< 0: layers that are left out, drawn as an ellipsis with the label */
    size_t parameters; /**< of the connections into it, biases included */
    const char *note;  /**< "dropout 0.2", "batch norm"; NULL: none */
} nni_drawn_layer;

/** Draws layers from left to right, a few units of each as circles with an ellipsis for the others. */
bool nni_draw_network(FILE *out, const char *title, const char *description, const nni_drawn_layer *layers,
                      size_t count);

/** An axis of parallel coordinates: numbers or names. */
typedef struct nni_parallel_axis {
    const char *title;
    const double *values;          /**< [lines]; NAN: the line passes no value here. With categories: their index */
    const char *const *categories; /**< [category_count]; NULL: numbers */
    size_t category_count;
    bool log;
} nni_parallel_axis;

/** Parallel coordinates: a line a run across all axes, coloured by the last axis. @param names [lines], on hovering */
bool nni_draw_parallel(FILE *out, const char *title, const char *description, const nni_parallel_axis *axes,
                       size_t axis_count, const char *const *names, size_t lines);

/** Histograms over epochs: a row an epoch, newest in front, one colour. Borrowed. */
typedef struct nni_ridge {
    double epoch;
    double least, most;   /**< edges of the bins */
    const double *counts; /**< [bins] */
    size_t bins;
} nni_ridge;

bool nni_draw_ridges(FILE *out, const char *title, const char *description, const char *x_title,
                     const nni_ridge *ridges, size_t count);

#endif
