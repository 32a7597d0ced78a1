/* SPDX-License-Identifier: MIT */
/** How many elements to sum at a time between hosts. */
#ifndef NNI_COMM_ALLREDUCE_PIECE_SIZE_H
#define NNI_COMM_ALLREDUCE_PIECE_SIZE_H

#include <stdbool.h>

#include "comm/comm.h"

/**
 * Measures the network that messages go by, in a few sums of a little and of more: a piece is as long as it takes for
 * what each sum costs by itself, however little it sums, to be a twentieth of its time. Small pieces start earlier, and
 * overlap more with computing; large ones make fewer messages. A power of two, so that two measurements of a network
 * mostly agree. Collective.
 *
 * @param apart     whether messages go between all ranks, by the MPI library's sums: see nni_owner_plan
 * @param count     elements of all pieces: several share it, so that they overlap
 * @param elements  receives it, the same on all ranks
 */
nn_status nni_piece_size_measure(nn_comm *comm, bool apart, nni_wire wire, size_t count, size_t *elements,
                                 nn_error *error);

#endif
