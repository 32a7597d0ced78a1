/* SPDX-License-Identifier: MIT */
/** From values to pixels: the range of an axis, and its ticks. Within src/draw. */
#ifndef NNI_DRAW_SCALE_H
#define NNI_DRAW_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "draw/plot.h"

/** The range of values that an axis must show. */
typedef struct nni_extent {
    double least, most; /**< least > most: no value */
} nni_extent;

nni_extent nni_extent_none(void);
/** Widens a range by a value; one that the axis does not show is left out. */
void nni_extent_add(nni_extent *extent, double value, bool log);

/** The map from values to pixels. */
typedef struct nni_scale {
    double least, most;
    double start, length; /**< pixels of `least`, and from there to `most`: negative upwards */
    bool log;
} nni_scale;

/** @return whether an axis has no limits of its own */
bool nni_axis_is_automatic(const nni_axis *axis);

/** Sets least and most from an axis and the data. @param sections  of the axis, to whose steps it is rounded; 0: it is
 * as long as the data */
void nni_scale_fit(nni_scale *scale, const nni_axis *axis, nni_extent extent, double sections);

/** @return where a value lies, in pixels; NAN: nowhere */
double nni_scale_at(const nni_scale *scale, double value);

enum { NNI_TICKS_MOST = 256, NNI_TICK_TEXT = 32 };

typedef struct nni_tick {
    double value;
    char text[NNI_TICK_TEXT]; /**< empty: a small one without a label */
} nni_tick;

typedef struct nni_ticks {
    nni_tick ticks[NNI_TICKS_MOST];
    size_t count;
} nni_ticks;

/** Finds ticks whose labels have room. @param across  the axis lies, so that labels are as wide as their texts; else it
 * stands, and they are as high as a line. @param whole  at whole numbers alone */
void nni_ticks_find(nni_ticks *ticks, const nni_scale *scale, bool across, bool whole);

#endif
