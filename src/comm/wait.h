/* SPDX-License-Identifier: MIT */
/** Waiting for other ranks: for requests of MPI, or for memory that they write; noted in a timeline where there is one.
 */
#ifndef NNI_COMM_WAIT_H
#define NNI_COMM_WAIT_H

#include "comm/backend.h"
#include "support/timeline.h"

/** From now on waiting for other ranks is noted there. Not collective. @param timeline  borrowed; NULL: no longer */
void nni_comm_set_timeline(nn_comm *comm, nni_timeline *timeline);

/** @return where waiting is noted, for spans of communication to be added to; may be NULL */
nni_timeline *nni_comm_timeline(const nn_comm *comm);

/** This rank waits from now on. Not collective. @return for nni_comm_end_wait */
nni_activity nni_comm_begin_wait(const nn_comm *comm);

/** And now it goes on with what it did before. @return status, so that a waiting function ends in it */
nn_status nni_comm_end_wait(const nn_comm *comm, nni_activity before, nn_status status);

/**
 * Waits until all requests are done, notes the time, and lets other processes have the CPU meanwhile where ranks must
 * share it.
 *
 * @param what  they do, for "MPI could not %s: reason"
 */
nn_status nni_comm_wait(nn_comm *comm, int count, MPI_Request *requests, const char *what, nn_error *error);

/** The same for the one request that a call of MPI has begun, unless the call failed. @param code  of that call */
nn_status nni_comm_complete(nn_comm *comm, int code, MPI_Request *request, const char *what, nn_error *error);

/** Pauses before the CPU goes to others: one is some 40 cycles, a yield that nobody takes up costs a microsecond. */
enum { NNI_PATIENT_PAUSES = 1000 };

/**
 * A moment's pause in waiting for another rank's memory: the CPU goes to others where ranks must share it, and after a
 * while everywhere, for other jobs may be on this host too.
 *
 * @param pauses  of this wait so far, from 0; who looks at messages in between is patient enough, and begins with
 * NNI_PATIENT_PAUSES
 */
void nni_comm_pause(const nn_comm *comm, size_t *pauses);

#endif
