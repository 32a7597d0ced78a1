/* SPDX-License-Identifier: MIT */
/** String sets over the ranks: broadcast, and united. */
#ifndef NNI_COMM_STRING_SET_H
#define NNI_COMM_STRING_SET_H

#include "comm/comm.h"
#include "support/string_set.h"

/** Gives all ranks rank 0's strings, in its order. @param strings  empty on the others */
nn_status nni_string_set_broadcast(nn_comm *comm, nni_string_set *strings, nn_error *error);

/**
 * Gives all ranks the strings of all of them, sorted. Agreed.
 *
 * @return NN_DATA where that makes more than NNI_STRING_SET_MAX; the message is the end of a sentence, as
 * nni_string_set_add's
 */
nn_status nni_string_set_unite(nn_comm *comm, nni_string_set *strings, nn_error *error);

#endif
