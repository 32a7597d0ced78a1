#include "support/timeline.h"

#include <time.h>

double nn_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *nn_span_name(nn_span_kind kind)
{
    static const char *const names[NN_SPAN_KINDS] = {
        [NN_SPAN_NONE] = "none",
        [NN_SPAN_READ] = "read",
        [NN_SPAN_LOAD] = "load",
        [NN_SPAN_FORWARD] = "forward",
        [NN_SPAN_LOSS] = "loss",
        [NN_SPAN_BACKWARD] = "backward",
        [NN_SPAN_REDUCE] = "reduce",
        [NN_SPAN_WAIT] = "wait",
        [NN_SPAN_DESCENT] = "descent",
        [NN_SPAN_EVALUATE] = "evaluate",
        [NN_SPAN_CHECKPOINT] = "checkpoint",
    };
    return names[kind];
}

void nn_timeline_keep(nn_timeline *timeline, nn_span *spans, size_t capacity)
{
    timeline->spans = spans;
    timeline->capacity = capacity;
    timeline->count = 0;
    timeline->lost = 0;
}

static void keep(nn_timeline *timeline, const nn_span *span)
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
static void beat(nn_timeline *timeline, nn_span_kind kind)
{
    const uint64_t before = atomic_load_explicit(&timeline->pulse, memory_order_relaxed);
    const uint64_t next = (before / PULSE_KINDS + 1) * PULSE_KINDS + (uint64_t)kind;
    atomic_store_explicit(&timeline->pulse, next, memory_order_relaxed);
}

nn_pulse nn_timeline_pulse(nn_timeline *timeline)
{
    const uint64_t pulse = atomic_load_explicit(&timeline->pulse, memory_order_relaxed);
    return (nn_pulse){.beats = pulse / PULSE_KINDS, .kind = (nn_span_kind)(pulse % PULSE_KINDS)};
}

nn_activity nn_timeline_begin(nn_timeline *timeline, nn_activity next)
{
    if (!timeline)
        return (nn_activity){NN_SPAN_NONE, NN_NO_DETAIL};
    const nn_activity before = timeline->running;
    const double now = nn_clock();
    if (before.kind != NN_SPAN_NONE)
        keep(timeline, &(nn_span){timeline->since, now, 0, (int32_t)before.kind, before.detail});
    timeline->running = next;
    timeline->since = now;
    beat(timeline, next.kind);
    return before;
}

void nn_timeline_layer(nn_timeline *timeline, size_t layer)
{
    if (!timeline)
        return;
    beat(timeline, timeline->running.kind);
    if (!timeline->spans)
        return;
    if (timeline->running.detail != NN_NO_DETAIL)
        nn_timeline_begin(timeline, timeline->running);
    timeline->running.detail = (int)layer;
}

void nn_timeline_add(nn_timeline *timeline, nn_span span)
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
