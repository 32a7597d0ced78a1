/* SPDX-License-Identifier: MIT */
#include "yaml/quantity.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *nni_read_count(const char *text, size_t *count)
{
    bool number = *text >= '0' && *text <= '9', leading_zero = *text == '0' && text[1] >= '0' && text[1] <= '9';
    if (!number || leading_zero)
        return NULL;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *count = (size_t)value;
    return errno == 0 && value <= SIZE_MAX ? end : NULL;
}

bool nni_read_bytes(const char *text, size_t *bytes)
{
    const char units[] = "KMG";
    const char *end = nni_read_count(text, bytes);
    const char *unit = end && *end ? strchr(units, *end) : NULL;
    if (!unit || end[1] != '\0' || *bytes == 0)
        return false;
    return !__builtin_mul_overflow(*bytes, (size_t)1 << (10 * (unit - units + 1)), bytes);
}

bool nni_read_seconds(const char *text, double *seconds)
{
    const struct {
        const char *one, *many;
        double seconds;
    } units[] = {{" second", " seconds", 1}, {" minute", " minutes", 60}, {" hour", " hours", 3600}};
    const char *unit = text + strspn(text, "0123456789.");
    char *end = NULL;
    double number = strtod(text, &end);
    if (end != unit || !(number > 0) || !isfinite(number))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].one) != 0 && strcmp(unit, units[i].many) != 0)
            continue;
        *seconds = number * units[i].seconds;
        return true;
    }
    return false;
}

bool nni_read_interval(const char *text, nni_interval *interval)
{
    size_t count = 0;
    const char *unit = nni_read_count(text, &count);
    bool of_epochs = unit && (strcmp(unit, " epoch") == 0 || strcmp(unit, " epochs") == 0);
    bool of_steps = unit && (strcmp(unit, " step") == 0 || strcmp(unit, " steps") == 0);
    *interval = (nni_interval){.epochs = of_epochs ? count : 0, .steps = of_steps ? count : 0};
    return of_epochs || of_steps;
}
