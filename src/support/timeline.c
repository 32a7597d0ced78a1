/* SPDX-License-Identifier: MIT */
#include "support/timeline.h"

#include <time.h>

double nni_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *nni_span_name(nni_span_kind kind)
{
    static const char *const names[NNI_SPAN_KINDS] = {
        [NNI_SPAN_NONE] = "none",
        [NNI_SPAN_READ] = "read",
        [NNI_SPAN_LOAD] = "load",
        [NNI_SPAN_FORWARD] = "forward",
        [NNI_SPAN_LOSS] = "loss",
        [NNI_SPAN_BACKWARD] = "backward",
        [NNI_SPAN_REDUCE] = "reduce",
        [NNI_SPAN_WAIT] = "wait",
        [NNI_SPAN_UPDATE] = "descent",
        [NNI_SPAN_EVALUATE] = "evaluate",
        [NNI_SPAN_CHECKPOINT] = "checkpoint",
    };
    return names[kind];
}

void nni_timeline_keep(nni_timeline *timeline, nni_span *spans, size_t capacity)
{
    timeline->spans = spans;
    timeline->capacity = capacity;
    timeline->count = 0;
    timeline->lost = 0;
}

static void keep(nni_timeline *timeline, const nni_span *span)
{
    timeline->totals[span->kind] += span->end - span->begin;
    if (!timeline->spans)
        return;
    if (timeline->count < timeline->capacity)
        timeline->spans[timeline->count++] = *span;
    else
        timeline->lost++;
}

enum { PULSE_KINDS = 256 }; /* of the number, what is left is the kind */

/* One thread writes, so that two steps do as well as one. */
static void beat(nni_timeline *timeline, nni_span_kind kind)
{
    const uint64_t before = atomic_load_explicit(&timeline->pulse, memory_order_relaxed);
    const uint64_t next = (before / PULSE_KINDS + 1) * PULSE_KINDS + (uint64_t)kind;
    atomic_store_explicit(&timeline->pulse, next, memory_order_relaxed);
}

nni_pulse nni_timeline_pulse(nni_timeline *timeline)
{
    const uint64_t pulse = atomic_load_explicit(&timeline->pulse, memory_order_relaxed);
    return (nni_pulse){.beats = pulse / PULSE_KINDS, .kind = (nni_span_kind)(pulse % PULSE_KINDS)};
}

nni_activity nni_timeline_begin(nni_timeline *timeline, nni_activity next)
{
    if (!timeline)
        return (nni_activity){NNI_SPAN_NONE, NNI_NO_DETAIL};
    const nni_activity before = timeline->running;
    const double now = nni_clock();
    if (before.kind != NNI_SPAN_NONE)
        keep(timeline, &(nni_span){timeline->since, now, 0, (int32_t)before.kind, before.detail});
    timeline->running = next;
    timeline->since = now;
    beat(timeline, next.kind);
    return before;
}

void nni_timeline_layer(nni_timeline *timeline, size_t layer)
{
    if (!timeline)
        return;
    beat(timeline, timeline->running.kind);
    if (!timeline->spans)
        return;
    if (timeline->running.detail != NNI_NO_DETAIL)
        nni_timeline_begin(timeline, timeline->running);
    timeline->running.detail = (int)layer;
}

void nni_timeline_add(nni_timeline *timeline, nni_span span)
{
    if (!timeline)
        return;
    if (span.begin < timeline->reduced)
        span.begin = timeline->reduced;
    if (span.end < span.begin)
        span.end = span.begin;
    timeline->reduced = span.end;
    keep(timeline, &span);
}
