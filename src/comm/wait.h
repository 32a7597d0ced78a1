/** What a timeline wants of the ranks: waiting told from other work, and one clock for all. */
#ifndef NNI_COMM_WAIT_H
#define NNI_COMM_WAIT_H

#include "comm/comm.h"
#include "support/timeline.h"

/** From now on waiting for others is noted there. @param timeline  borrowed; NULL: no longer */
void nni_comm_set_timeline(nn_comm *comm, nni_timeline *timeline);

/** @return where waiting is noted, for spans of communication to be added to; may be NULL */
nni_timeline *nni_comm_timeline(const nn_comm *comm);

/** This rank waits from now on. Not collective. @return for nni_comm_end_wait */
nni_activity nni_comm_begin_wait(const nn_comm *comm);

/** And now it goes on with what it did before. @return status, so that a waiting function ends in it */
nn_status nni_comm_end_wait(const nn_comm *comm, nni_activity before, nn_status status);

/**
 * Compares the clocks of the ranks, by messages between each of them and rank 0.
 *
 * @param offset  receives the seconds to be added to this rank's nni_clock to have rank 0's; 0 where they differ by no
 * more than the messages take, as on one host, where they are the same
 */
nn_status nni_comm_clock_offset(nn_comm *comm, double *offset, nn_error *error);

#endif
