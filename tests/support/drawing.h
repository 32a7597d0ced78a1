/* SPDX-License-Identifier: MIT */
/** What src/draw wrote, read again: attributes of elements, texts with their boxes, points of paths. */
#ifndef NN_TESTS_DRAWING_H
#define NN_TESTS_DRAWING_H

#include <CUnit/Basic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/plot.h"
#include "draw/text.h"

/** @return what a plot is written as, to be freed */
static inline char *drawn_plot(const nni_plot *plot)
{
    static char *text; /* GCC 12 takes a copy of it for a pointer to it, and warns where it is gone */
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_TRUE(nni_draw_plot(out, plot));
    fclose(out);
    return text;
}

/** @return number of an attribute, from the first element after `from` that has it; NAN: none has */
static inline double drawn_number(const char *from, const char *attribute)
{
    char sought[64];
    snprintf(sought, sizeof sought, " %s=\"", attribute);
    const char *at = strstr(from, sought);
    return at ? strtod(at + strlen(sought), NULL) : NAN;
}

/** A text with the box that it takes, estimated as wide as src/draw takes it; turned: degrees. */
typedef struct drawn_text {
    char text[128];
    double x, y, turn;
    nni_box box;
} drawn_text;

/** Reads the next <text> with a class that contains `kind`. @return what follows it; NULL: there is none */
static inline const char *drawn_next_text(const char *from, const char *kind, drawn_text *text)
{
    char classes[64];
    for (const char *at = from; (at = strstr(at, "<text class=\"")); at++) {
        const char *content = strchr(at, '>') + 1, *end = strstr(content, "</text>");
        snprintf(classes, sizeof classes, "%.*s", (int)strcspn(at + 13, "\""), at + 13);
        if (!strstr(classes, kind))
            continue;
        *text = (drawn_text){.turn = 0};
        if (sscanf(at + 13 + strlen(classes), "\" x=\"%lf\" y=\"%lf\"", &text->x, &text->y) != 2)
            CU_ASSERT_EQUAL(sscanf(at + 13 + strlen(classes), "\" transform=\"translate(%lf %lf)rotate(%lf)", &text->x,
                                   &text->y, &text->turn),
                            3);
        const char *title = strstr(content, "</title>"); /* the whole of a text that is cut */
        content = title && title < end ? title + 8 : content;
        snprintf(text->text, sizeof text->text, "%.*s", (int)(end - content), content);
        const double width = nni_text_width(text->text);
        const double left = strstr(classes, "middle") ? text->x - width / 2
                            : strstr(classes, "end")  ? text->x - width
                                                      : text->x;
        text->box = (nni_box){left, text->y - 10, left + width, text->y + 3};
        return end;
    }
    return NULL;
}

/** Reads the points of path data by the rules of SVG, for the commands that src/draw writes. @return how many, at most
 * `most`; moves[i] tells whether point i begins a line */
static inline size_t drawn_points(const char *d, double *x, double *y, bool *moves, size_t most)
{
    size_t count = 0;
    double at[2] = {0, 0}, start[2] = {0, 0};
    char command = 0;
    while (*d && *d != '"') {
        if (strchr("MmLlHhVvz", *d)) {
            command = *d++;
            if (command == 'z') /* back to where the part began */
                memcpy(at, start, sizeof at);
            continue;
        }
        const bool relative = command >= 'a', upright = command == 'v' || command == 'V';
        const bool both = !upright && command != 'h' && command != 'H';
        CU_ASSERT_FATAL(command != 0 && command != 'z');
        for (int i = upright; i <= (upright || both); i++) {
            char number[32];
            const char *end = d + strspn(d, " ");
            size_t length = *end == '-';
            length += strspn(end + length, "0123456789");
            if (end[length] == '.')
                length += 1 + strspn(end + length + 1, "0123456789");
            snprintf(number, sizeof number, "%.*s", (int)length, end);
            CU_ASSERT_FATAL(length > 0);
            at[i] = strtod(number, NULL) + (relative ? at[i] : 0);
            d = end + length;
        }
        if (count < most) {
            x[count] = at[0];
            y[count] = at[1];
            moves[count] = command == 'M' || command == 'm';
            count++;
        }
        if (command == 'M' || command == 'm')
            memcpy(start, at, sizeof at);
        command = (char)(command == 'M' ? 'L' : command == 'm' ? 'l' : command);
    }
    return count;
}

/** @return the value that a pixel stands for, by the data-* attributes of a plot's area */
static inline double drawn_value(const char *svg, bool x, double pixel)
{
    const double least = drawn_number(svg, x ? "data-x-min" : "data-y-min");
    const double most = drawn_number(svg, x ? "data-x-max" : "data-y-max");
    const double start = drawn_number(svg, x ? "data-left" : "data-top");
    const double length = drawn_number(svg, x ? "data-width" : "data-height");
    const double share = x ? (pixel - start) / length : 1 - (pixel - start) / length;
    if (drawn_number(svg, x ? "data-x-log" : "data-y-log") == 1)
        return exp(log(least) + share * (log(most) - log(least)));
    return least + share * (most - least);
}

#endif
