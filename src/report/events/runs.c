/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* timegm */
#include "report/events/runs.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* "2026-03-01T12:30:00Z"; 0: it is something else */
static double parse_time(const char *text)
{
    struct tm parts = {.tm_isdst = 0};
    if (!text || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                        &parts.tm_min, &parts.tm_sec) != 6)
        return 0;
    parts.tm_year -= 1900;
    parts.tm_mon--;
    return (double)timegm(&parts);
}

double nni_run_begin(const nni_history *run)
{
    return run->origin_count > 0 ? parse_time(run->origins[0].time) : 0;
}

/* Seconds trained when so many epochs were complete: of the last line until then. */
static double seconds_until(const nni_history *run, double epoch)
{
    const nni_curve *seconds = nni_history_curve(run, "seconds");
    size_t low = 0, high = run->epochs; /* lines before low are until then, those from high on later */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (run->epoch[middle] <= epoch)
            low = middle + 1;
        else
            high = middle;
    }
    while (seconds && low-- > 0)
        if (isfinite(seconds->values[low]))
            return seconds->values[low];
    return 0;
}

double nni_run_time(const nni_history *run, double epoch)
{
    for (size_t i = run->origin_count; i-- > 0;) {
        const double began = parse_time(run->origins[i].time);
        if (began > 0 && (i == 0 || run->origins[i].epoch < epoch))
            return began + seconds_until(run, epoch) - seconds_until(run, run->origins[i].epoch);
    }
    char path[PATH_MAX];
    struct stat facts;
    if (snprintf(path, sizeof path, "%s/metrics.jsonl", run->folder) >= (int)sizeof path || stat(path, &facts) != 0)
        return 0;
    return (double)facts.st_mtime + seconds_until(run, epoch) - seconds_until(run, INFINITY);
}
