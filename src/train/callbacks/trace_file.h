/**
 * The trace of a run: what each rank did when, in the trace-event format of Chrome, which Perfetto shows.
 *
 * One file for all ranks: a rank is a process there, with a thread for computing and one for communication. Times are
 * those of rank 0's clock, from the first span of any rank.
 */
#ifndef NNI_TRAIN_CALLBACKS_TRACE_FILE_H
#define NNI_TRAIN_CALLBACKS_TRACE_FILE_H

#include "comm/comm.h"
#include "support/timeline.h"

typedef struct nn_trace nn_trace;

/** Spans that a rank keeps unless told otherwise: 32 MiB, and some 100 MB in the file. */
enum { NN_TRACE_SPANS = 1000000 };

/** What came into the file, on rank 0. */
typedef struct nn_trace_summary {
    uint64_t spans; /**< of all ranks */
    uint64_t lost;  /**< that came when a rank's memory was full */
} nn_trace_summary;

/**
 * Takes the memory, makes sure that the file can be written, compares the clocks, and has the timeline keep spans from
 * now on. Collective. A file that is there is replaced at the end, if it is a trace or empty.
 *
 * @param most  spans of a rank, at least 1
 * @return NN_SYSTEM where the file cannot be written, NN_USAGE where it is another's
 */
nn_status nn_trace_open(const char *path, size_t most, nn_comm *comm, nn_timeline *timeline, nn_trace **trace,
                        nn_error *error);

/** Ends keeping spans, brings those of all ranks to rank 0 and writes the file. Collective, once. */
nn_status nn_trace_write(nn_trace *trace, nn_trace_summary *summary, nn_error *error);

/** @return the name of the file */
const char *nn_trace_path(const nn_trace *trace);

/** Not collective; leaves no file where none was written. NULL is fine. */
void nn_trace_free(nn_trace *trace);

#endif
