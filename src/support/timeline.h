/* SPDX-License-Identifier: MIT */
/** Timeline of a rank: seconds spent in each activity, and every span of time where the caller gives memory for them.
 */
#ifndef NNI_SUPPORT_TIMELINE_H
#define NNI_SUPPORT_TIMELINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/** Seconds of a clock that only goes forward, common to the processes of a host. */
double nni_clock(void);

/** What a rank does. */
typedef enum nni_span_kind {
    NNI_SPAN_NONE,       /**< nothing of the following */
    NNI_SPAN_READ,       /**< rows or a checkpoint from the disk, before the first step */
    NNI_SPAN_LOAD,       /**< the rows of a batch, from memory */
    NNI_SPAN_FORWARD,    /**< detail: the layer */
    NNI_SPAN_LOSS,       /**< of a batch */
    NNI_SPAN_BACKWARD,   /**< detail: the layer */
    NNI_SPAN_REDUCE,     /**< detail: the piece, and its bytes; goes on beside the others */
    NNI_SPAN_WAIT,       /**< for other ranks, and in MPI on their behalf */
    NNI_SPAN_UPDATE,     /**< of the optimizer */
    NNI_SPAN_EVALUATE,   /**< rows of another split */
    NNI_SPAN_CHECKPOINT, /**< written to the disk */
    NNI_SPAN_KINDS
} nni_span_kind;

/** "read", "load", ... */
const char *nni_span_name(nni_span_kind kind);

/** Where a detail is neither a layer nor a piece. */
enum { NNI_NO_DETAIL = -1 };

/** What is being done: one thing at a time, but for NNI_SPAN_REDUCE. */
typedef struct nni_activity {
    nni_span_kind kind;
    int detail;
} nni_activity;

/** Some time of a rank. */
typedef struct nni_span {
    double begin, end; /**< of nni_clock */
    uint64_t bytes;    /**< that were sent; 0: none */
    int32_t kind;      /**< an nni_span_kind */
    int32_t detail;
} nni_span;

/** Owns nothing. All zero it is ready, and keeps sums only. Used by one thread at a time, but for its pulse. */
typedef struct nni_timeline {
    atomic_uint_fast64_t pulse;    /**< see nni_timeline_pulse */
    double totals[NNI_SPAN_KINDS]; /**< seconds of each kind so far, but for what is running */
    nni_activity running;
    double since;    /**< when that began */
    double reduced;  /**< end of the last span of NNI_SPAN_REDUCE */
    nni_span *spans; /**< [capacity] borrowed, in the order of their ends; NULL: only sums are kept */
    size_t capacity; /**< spans there is room for */
    size_t count;    /**< of them in use */
    uint64_t lost;   /**< spans that there was no room for */
} nni_timeline;

/** From now on every span is kept, until memory is full. @param spans  [capacity]; NULL: no span is kept any more */
void nni_timeline_keep(nni_timeline *timeline, nni_span *spans, size_t capacity);

/**
 * From now on something else is done: closes the span that is running and opens the next.
 *
 * One look at the clock, some 30 ns; nothing for a timeline of NULL.
 *
 * @return what was done before, for whoever interrupts it and then begins it again
 */
nni_activity nni_timeline_begin(nni_timeline *timeline, nni_activity next);

/** What another thread may look at. */
typedef struct nni_pulse {
    uint64_t beats; /**< another number whenever something begins, were it the next layer */
    nni_span_kind kind;
} nni_pulse;

/** @return how far the thread that owns the timeline is. By any thread. */
nni_pulse nni_timeline_pulse(nni_timeline *timeline);

/**
 * What is being done goes on with another layer. The first layer told has the time since the activity began.
 *
 * Nothing where no spans are kept.
 */
void nni_timeline_layer(nni_timeline *timeline, size_t layer);

/**
 * Adds a span that went on beside what is being done, once it is over: a piece of NNI_SPAN_REDUCE.
 *
 * Pieces share one network, and spans of theirs must not overlap to be shown: one that begins before the piece before
 * it ended counts from there.
 */
void nni_timeline_add(nni_timeline *timeline, nni_span span);

#endif
