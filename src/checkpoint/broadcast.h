/* SPDX-License-Identifier: MIT */
/** Broadcast of a checkpoint from rank 0 to all ranks. */
#ifndef NNI_CHECKPOINT_BROADCAST_H
#define NNI_CHECKPOINT_BROADCAST_H

#include "checkpoint/checkpoint.h"

/** Broadcasts rank 0's checkpoint, but for the optimizer's state; on the other ranks fills an empty one. Collective. */
nn_status nni_checkpoint_broadcast(nn_comm *comm, nni_checkpoint *checkpoint, nn_error *error);

#endif
