/* SPDX-License-Identifier: MIT */
/** Broadcast of a checkpoint from rank 0 to all ranks. */
#ifndef NNI_CHECKPOINT_BROADCAST_H
#define NNI_CHECKPOINT_BROADCAST_H

#include "checkpoint/checkpoint.h"

/**
 * Broadcasts rank 0's checkpoint; on the other ranks fills an empty one. Collective.
 *
 * @param shares  whether the other ranks keep the optimizer's state of their shares of the parameters alone
 */
nn_status nni_checkpoint_broadcast(nn_comm *comm, bool shares, nni_checkpoint *checkpoint, nn_error *error);

#endif
