/** What the time of a rank goes into: sums of it always, and each single span where somebody gives memory for them. */
#ifndef NNI_SUPPORT_TIMELINE_H
#define NNI_SUPPORT_TIMELINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/** Seconds of a clock that only goes forward, common to the processes of a host. */
double nn_clock(void);

/** What a rank does. */
typedef enum nn_span_kind {
    NN_SPAN_NONE,       /**< nothing of the following */
    NN_SPAN_READ,       /**< rows or a checkpoint from the disk, before the first step */
    NN_SPAN_LOAD,       /**< the rows of a batch, from memory */
    NN_SPAN_FORWARD,    /**< detail: the layer */
    NN_SPAN_LOSS,       /**< of a batch */
    NN_SPAN_BACKWARD,   /**< detail: the layer */
    NN_SPAN_REDUCE,     /**< detail: the bucket, and its bytes; goes on beside the others */
    NN_SPAN_WAIT,       /**< for other ranks, and in MPI on their behalf */
    NN_SPAN_DESCENT,    /**< of the optimizer */
    NN_SPAN_EVALUATE,   /**< rows of another split */
    NN_SPAN_CHECKPOINT, /**< written to the disk */
    NN_SPAN_KINDS
} nn_span_kind;

/** "read", "load", ... */
const char *nn_span_name(nn_span_kind kind);

/** Where a detail is neither a layer nor a bucket. */
enum { NN_NO_DETAIL = -1 };

/** What is being done: one thing at a time, but for NN_SPAN_REDUCE. */
typedef struct nn_activity {
    nn_span_kind kind;
    int detail;
} nn_activity;

/** Some time of a rank. */
typedef struct nn_span {
    double begin, end; /**< of nn_clock */
    uint64_t bytes;    /**< that were sent; 0: none */
    int32_t kind;      /**< an nn_span_kind */
    int32_t detail;
} nn_span;

/** Owns nothing. All zero it is ready, and keeps sums only. Used by one thread at a time, but for its pulse. */
typedef struct nn_timeline {
    atomic_uint_fast64_t pulse;   /**< see nn_timeline_pulse */
    double totals[NN_SPAN_KINDS]; /**< seconds of each kind so far, but for what is running */
    nn_activity running;
    double since;    /**< when that began */
    double reduced;  /**< end of the last span of NN_SPAN_REDUCE */
    nn_span *spans;  /**< [capacity] borrowed, in the order of their ends; NULL: only sums are kept */
    size_t capacity; /**< spans there is room for */
    size_t count;    /**< of them in use */
    uint64_t lost;   /**< spans that there was no room for */
} nn_timeline;

/** From now on every span is kept, until memory is full. @param spans  [capacity]; NULL: no span is kept any more */
void nn_timeline_keep(nn_timeline *timeline, nn_span *spans, size_t capacity);

/**
 * From now on something else is done: closes the span that is running and opens the next.
 *
 * One look at the clock, some 30 ns; nothing for a timeline of NULL.
 *
 * @return what was done before, for whoever interrupts it and then begins it again
 */
nn_activity nn_timeline_begin(nn_timeline *timeline, nn_activity next);

/** What another thread may look at. */
typedef struct nn_pulse {
    uint64_t beats; /**< another number whenever something begins, were it the next layer */
    nn_span_kind kind;
} nn_pulse;

/** @return how far the thread that owns the timeline is. By any thread. */
nn_pulse nn_timeline_pulse(nn_timeline *timeline);

/**
 * What is being done goes on with another layer. The first layer told has the time since the activity began.
 *
 * Nothing where no spans are kept.
 */
void nn_timeline_layer(nn_timeline *timeline, size_t layer);

/**
 * Adds a span that went on beside what is being done, once it is over: a bucket of NN_SPAN_REDUCE.
 *
 * Buckets share one network, and spans of theirs must not overlap to be shown: one that begins before the bucket before
 * it ended counts from there.
 */
void nn_timeline_add(nn_timeline *timeline, nn_span span);

#endif
