/* SPDX-License-Identifier: MIT */
/** One clock for all ranks. */
#ifndef NNI_COMM_CLOCK_H
#define NNI_COMM_CLOCK_H

#include "comm/comm.h"

/**
 * Compares the clocks of the ranks, by messages between each of them and rank 0. Collective.
 *
 * @param offset  receives the seconds to be added to this rank's nni_clock to have rank 0's; 0 where they differ by no
 * more than the messages take, as on one host, where they are the same
 */
nn_status nni_comm_clock_offset(nn_comm *comm, double *offset, nn_error *error);

#endif
