/* SPDX-License-Identifier: MIT */
#include "draw/scale.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/html.h"
#include "draw/text.h"

nni_extent nni_extent_none(void)
{
    return (nni_extent){INFINITY, -INFINITY};
}

void nni_extent_add(nni_extent *extent, double value, bool log)
{
    if (!isfinite(value) || (log && value <= 0))
        return;
    extent->least = fmin(extent->least, value);
    extent->most = fmax(extent->most, value);
}

/* --- steps of 1, 2 or 5 times a power of ten --- */

typedef struct tick_step {
    int digit, exponent;
} tick_step;

/* @return value * 10^exponent: negative powers by division, which rounds 3 / 10 as 0.3 is read */
static double scaled(double value, int exponent)
{
    const int most = 300; /* 10^323 is beyond doubles */
    if (exponent >= 0)
        return value * pow(10, exponent);
    return exponent < -most ? value / pow(10, most) / pow(10, -exponent - most) : value / pow(10, -exponent);
}

static double size_of(tick_step step)
{
    return scaled(step.digit, step.exponent);
}

static tick_step next_step(tick_step step)
{
    if (step.digit == 5)
        return (tick_step){1, step.exponent + 1};
    step.digit = step.digit == 1 ? 2 : 5;
    return step;
}

static tick_step step_of_at_least(double size)
{
    tick_step found = {1, (int)floor(log10(size)) - 1};
    while (size_of(found) < size * (1 - 1e-9))
        found = next_step(found);
    return found;
}

/* --- the range --- */

/* A range below this share of its values is their rounding. */
static const double same = 1e-12, smallest = 1e-304;
static const double least_log =
    1e-300; /* that the upper end of a logarithmic axis has: ticks below lose their digits */

static void widen(nni_scale *scale, const nni_axis *axis, bool least_given, bool most_given)
{
    const double value = scale->least;
    const double by = axis->whole ? fmax(1, fabs(value) * 1e-9) : value == 0 ? 1 : fmax(fabs(value) / 10, 1e-300);
    if (!least_given || most_given)
        scale->least = scale->log ? fmax(value / 3, DBL_TRUE_MIN) : value - by;
    if (!most_given || least_given)
        scale->most = scale->log ? fmin(value * 3, DBL_MAX) : value + by;
}

static double round_to_step(double value, tick_step step, bool up)
{
    const double size = size_of(step), steps = value / size;
    const double rounded = scaled((up ? ceil(steps - 1e-9) : floor(steps + 1e-9)) * step.digit, step.exponent);
    return isfinite(rounded) ? rounded : value;
}

/* Rounds to 1, 2 or 5 times a power of ten. */
static double round_log(double value, bool up)
{
    const int digits[] = {1, 2, 5, 10}, exponent = (int)floor(log10(value) + 1e-12);
    int i = up ? 0 : 3;
    while (up ? i < 3 && scaled(digits[i], exponent) < value * (1 - 1e-9)
              : i > 0 && scaled(digits[i], exponent) > value * (1 + 1e-9))
        i += up ? 1 : -1;
    const double rounded = scaled(digits[i], exponent);
    return rounded > 0 && isfinite(rounded) ? rounded : value;
}

static bool is_limit(const nni_axis *axis, double value)
{
    return isfinite(value) && !(axis->log && value <= 0) && axis->least != axis->most;
}

bool nni_axis_is_automatic(const nni_axis *axis)
{
    return !axis->categories && !is_limit(axis, axis->least) && !is_limit(axis, axis->most);
}

void nni_scale_fit(nni_scale *scale, const nni_axis *axis, nni_extent extent, double sections)
{
    scale->log = axis->log;
    if (axis->categories) {
        scale->least = -0.5;
        scale->most = (double)axis->category_count - 0.5;
        if (axis->category_count == 0)
            scale->most = 0.5;
        return;
    }
    const bool least_given = is_limit(axis, axis->least);
    const bool most_given = is_limit(axis, axis->most) && !(least_given && axis->most < axis->least);
    const bool empty = extent.least > extent.most;
    scale->least = least_given ? axis->least : empty ? (axis->log ? 0.1 : 0) : extent.least;
    scale->most = most_given ? axis->most : empty ? 1 : extent.most;
    if (scale->least > scale->most) { /* a limit beyond all data */
        scale->least = least_given ? scale->least : scale->most;
        scale->most = scale->least;
    }
    if (scale->most - scale->least <= fmax(same * fmax(fabs(scale->least), fabs(scale->most)), smallest) &&
        !(scale->log && scale->most > scale->least * (1 + same)))
        widen(scale, axis, least_given, most_given);
    if (scale->log)
        scale->most = fmax(scale->most, least_log);
    if (sections == 0)
        return;
    tick_step step = {1, 0};
    if (!axis->log) {
        step = step_of_at_least(scale->most / sections - scale->least / sections);
        if (axis->whole && step.exponent < 0)
            step = (tick_step){1, 0};
    }
    if (!least_given)
        scale->least = axis->log ? round_log(scale->least, false) : round_to_step(scale->least, step, false);
    if (!most_given)
        scale->most = axis->log ? round_log(scale->most, true) : round_to_step(scale->most, step, true);
}

double nni_scale_at(const nni_scale *scale, double value)
{
    if (!isfinite(value) || (scale->log && value <= 0))
        return NAN;
    double share;
    if (scale->log)
        share = (log10(value) - log10(scale->least)) / (log10(scale->most) - log10(scale->least));
    else if (isfinite(scale->most - scale->least) && isfinite(value - scale->least))
        share = (value - scale->least) / (scale->most - scale->least);
    else /* halves, whose differences are finite */
        share = (value / 2 - scale->least / 2) / (scale->most / 2 - scale->least / 2);
    return scale->start + share * scale->length;
}

/* --- ticks --- */

static void add(nni_ticks *ticks, double value, const char *text)
{
    if (ticks->count == NNI_TICKS_MOST)
        return;
    nni_tick *tick = &ticks->ticks[ticks->count++];
    tick->value = value;
    snprintf(tick->text, sizeof tick->text, "%s", text);
}

/* Whether no label comes too near to the one before it. */
static bool fit(const nni_ticks *ticks, const nni_scale *scale, bool across)
{
    const double gap = 12, lines = 1.5;
    double before = -INFINITY, half_before = 0;
    for (size_t i = 0; i < ticks->count; i++) {
        const double at = fabs(nni_scale_at(scale, ticks->ticks[i].value) - scale->start);
        const double half = across ? nni_text_width(ticks->ticks[i].text) / 2 : NNI_TEXT_LINE / 2;
        if (at - before < half + half_before + (across ? gap : (lines - 1) * NNI_TEXT_LINE))
            return false;
        before = at;
        half_before = half;
    }
    return true;
}

/* Labels a tick of an axis that reaches to `size` on either side of 0: as many decimals as the steps need, an exponent
 * where zeros would fill the text. */
static void label_linear(char text[NNI_TICK_TEXT], double value, tick_step step, double size)
{
    const int magnitude = (int)floor(log10(size)), digits = magnitude - step.exponent;
    const int own = value == 0 ? 0 : (int)floor(log10(fabs(value)) + 1e-12);
    const int decimals = own > step.exponent ? own - step.exponent : 0; /* before an exponent */
    if (value == 0)
        snprintf(text, NNI_TICK_TEXT, "0");
    else if (magnitude < -3 || magnitude >= 15 || (magnitude >= 7 && digits <= 4))
        snprintf(text, NNI_TICK_TEXT, "%.*fe%d", decimals < 15 ? decimals : 15, scaled(value, -own), own);
    else if (fabs(value) < 10000)
        snprintf(text, NNI_TICK_TEXT, "%.*f", step.exponent < 0 ? -step.exponent : 0, value);
    else
        nni_html_number(value, decimals + 1, text);
}

static void find_linear(nni_ticks *ticks, const nni_scale *scale, bool across, bool whole)
{
    const double spacing = across ? 56 : 32; /* pixels, at the least */
    const double sections = fmax(floor(fabs(scale->length) / spacing), 1);
    tick_step step = step_of_at_least(scale->most / sections - scale->least / sections);
    if (whole && step.exponent < 0)
        step = (tick_step){1, 0};
    const double size = fmax(fabs(scale->least), fabs(scale->most));
    for (;; step = next_step(step)) {
        const double first = ceil(scale->least / size_of(step) - 1e-9),
                     last = floor(scale->most / size_of(step) + 1e-9);
        ticks->count = 0;
        for (int i = 0; first + i <= last && i < NNI_TICKS_MOST; i++) {
            char text[NNI_TICK_TEXT];
            const double value = scaled((first + i) * step.digit, step.exponent);
            label_linear(text, value, step, size);
            add(ticks, value, text);
        }
        if (fit(ticks, scale, across))
            return;
    }
}

static void label_log(char text[NNI_TICK_TEXT], tick_step step, bool powers)
{
    static const char *const superscripts[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                               "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    if (!powers) {
        nni_html_number(size_of(step), 3, text);
        return;
    }
    char exponent[NNI_TICK_TEXT];
    snprintf(exponent, sizeof exponent, "%d", step.exponent);
    int used = snprintf(text, NNI_TICK_TEXT, step.digit == 1 ? "10" : "%d\u00D710", step.digit);
    for (const char *at = exponent; *at; at++)
        used += snprintf(text + used, (size_t)(NNI_TICK_TEXT - used), "%s",
                         *at == '-' ? "\u207B" : superscripts[*at - '0']);
}

/* @param digits  that have labels, as bits; @param stride  decades from one label to the next; @param small  whether
 * the other digits have ticks, too */
static void place_log(nni_ticks *ticks, const nni_scale *scale, unsigned digits, int stride, bool small)
{
    const bool powers = scale->least < 0.9e-4 || scale->most > 1.1e5 || scale->most / scale->least > 1.1e6;
    const int last = (int)floor(log10(scale->most) + 1e-9);
    ticks->count = 0;
    for (int exponent = (int)floor(log10(scale->least) + 1e-9); exponent <= last; exponent++)
        for (int digit = 1; digit < 10; digit++) {
            const tick_step step = {digit, exponent};
            const double value = size_of(step);
            const bool labelled = digits >> digit & 1 && exponent % stride == 0;
            char text[NNI_TICK_TEXT] = "";
            if (value < scale->least * (1 - 1e-9) || value > scale->most * (1 + 1e-9) || !(labelled || small))
                continue;
            if (labelled)
                label_log(text, step, powers);
            add(ticks, value, text);
        }
}

static void find_log(nni_ticks *ticks, const nni_scale *scale, bool across)
{
    static const struct {
        unsigned digits;
        int stride;
    } choices[] = {{1U << 1 | 1U << 2 | 1U << 5, 1},
                   {1U << 1 | 1U << 3, 1},
                   {1U << 1, 1},
                   {1U << 1, 2},
                   {1U << 1, 3},
                   {1U << 1, 5},
                   {1U << 1, 10},
                   {1U << 1, 20},
                   {1U << 1, 50},
                   {1U << 1, 100},
                   {1U << 1, 200},
                   {1U << 1, 400}};
    const double decades = log10(scale->most) - log10(scale->least), pixels_of_small = 26;
    if (decades < 1) {
        find_linear(ticks, scale, across, false);
        return;
    }
    for (size_t i = decades > 3 ? 2 : 0; i < sizeof choices / sizeof *choices; i++) {
        place_log(ticks, scale, choices[i].digits, choices[i].stride, false);
        if (!fit(ticks, scale, across))
            continue;
        if (choices[i].stride == 1 && fabs(scale->length) / decades >= pixels_of_small)
            place_log(ticks, scale, choices[i].digits, 1, true);
        return;
    }
}

void nni_ticks_find(nni_ticks *ticks, const nni_scale *scale, bool across, bool whole)
{
    if (scale->log)
        find_log(ticks, scale, across);
    else
        find_linear(ticks, scale, across, whole);
}
