/* SPDX-License-Identifier: MIT */
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

typedef struct nni_trace nni_trace;

/** Spans that a rank keeps by default: 32 MiB, and some 100 MB in the file. */
enum { NNI_TRACE_SPANS = 1000000 };

/** What came into the file, on rank 0. */
typedef struct nni_trace_summary {
    uint64_t spans; /**< of all ranks */
    uint64_t lost;  /**< that came when a rank's memory was full */
} nni_trace_summary;

/**
 * Takes the memory, makes sure that the file can be written, compares the clocks, and has the timeline keep spans from
 * now on. Collective. A file that is there is replaced at the end, if it is a trace or empty.
 *
 * @param most  spans of a rank, at least 1
 * @return NN_SYSTEM where the file cannot be written, NN_USAGE where it is another's
 */
nn_status nni_trace_open(const char *path, size_t most, nn_comm *comm, nni_timeline *timeline, nni_trace **trace,
                         nn_error *error);

/** Ends keeping spans, brings those of all ranks to rank 0 and writes the file. Collective, once. */
nn_status nni_trace_write(nni_trace *trace, nni_trace_summary *summary, nn_error *error);

/** @return the name of the file */
const char *nni_trace_path(const nni_trace *trace);

/** Not collective; leaves no file where none was written. NULL is fine. */
void nni_trace_free(nni_trace *trace);

#endif
