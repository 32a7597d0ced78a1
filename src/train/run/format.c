/* SPDX-License-Identifier: MIT */
#include "train/run/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

nni_figure nni_figure_count(uint64_t count)
{
    char digits[24];
    const size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    nni_figure figure = {""};
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            figure.text[at++] = ',';
        figure.text[at++] = digits[i];
    }
    return figure;
}

nni_figure nni_figure_seconds(double seconds)
{
    nni_figure figure = {""};
    if (!(seconds >= 0 && seconds < 1e9))
        snprintf(figure.text, sizeof figure.text, "?");
    else if (seconds < 0.995)
        snprintf(figure.text, sizeof figure.text, "%.2f s", seconds);
    else if (seconds < 9.95)
        snprintf(figure.text, sizeof figure.text, "%.1f s", seconds);
    else if (seconds < 59.5)
        snprintf(figure.text, sizeof figure.text, "%.0f s", seconds);
    else {
        const uint64_t whole = (uint64_t)(seconds + 0.5);
        if (whole < 3600)
            snprintf(figure.text, sizeof figure.text, "%" PRIu64 ":%02" PRIu64 " min", whole / 60, whole % 60);
        else
            snprintf(figure.text, sizeof figure.text, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " h", whole / 3600,
                     whole / 60 % 60, whole % 60);
    }
    return figure;
}

nni_figure nni_figure_number(double number)
{
    nni_figure figure = {""};
    snprintf(figure.text, sizeof figure.text, "%g", number);
    return figure;
}

nni_figure nni_figure_bytes(double bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    nni_figure figure;
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1024;
    snprintf(figure.text, sizeof figure.text, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return figure;
}

nni_figure nni_figure_plural(uint64_t count, const char *noun)
{
    nni_figure figure = nni_figure_count(count);
    const size_t length = strlen(figure.text);
    snprintf(figure.text + length, sizeof figure.text - length, " %s%s", noun, count == 1 ? "" : "s");
    return figure;
}
