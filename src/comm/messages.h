/**
 * One sum over ranks by messages, which goes on while they compute.
 *
 * Either in the order of the MPI library (MPI_Iallreduce), which may differ from one number of ranks to another, or
 * along the tree of leaves (nntrain/leaves.h). Then MPI only moves values and every addition is made here: each rank is
 * sent its segment of everybody's nodes, joins them in the order of the tree, and sends the sum to everybody. That
 * moves as many bytes as any algorithm must (2 (P - 1) / P of the array, out and in, with one node a rank) and takes
 * any number of ranks. Where the nodes of the ranks are themselves a perfect tree and the ranks are many, segments are
 * halved with a partner at distance 1, 2, 4, ... and put together again the way back (Thakur, Rabenseifner, Gropp,
 * Optimization of Collective Communication Operations in MPICH, IJHPCA 19, 2005, with the nearest partner first): log2
 * P messages in place of P - 1, and the same bits, since the same pairs are joined.
 *
 * For what exchange.h has to sum over hosts.
 */
#ifndef NN_COMM_MESSAGES_H
#define NN_COMM_MESSAGES_H

#include "comm/exchange.h"

typedef struct nn_messages nn_messages;

/**
 * Takes the memory. Collective.
 *
 * @param runs     [ranks] of leaves, which make up the tree; NULL: the order of the MPI library
 * @param most     elements of the largest array
 * @param tag      of its messages
 */
nn_status nn_messages_create(nn_comm *comm, const nn_leaves *runs, nn_exchange_element element, size_t most, int tag,
                             nn_messages **messages, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nn_messages_free(nn_messages *messages);

/** Begins to sum. Arguments as of nn_exchange_start. */
nn_status nn_messages_start(nn_messages *messages, void *values, size_t pitch, size_t count, nn_error *error);

/** Goes on as far as messages have come. Not collective. @param done  receives whether the sum is there */
nn_status nn_messages_progress(nn_messages *messages, bool *done, nn_error *error);

/** Waits for the sum; nothing to do where none is under way. */
nn_status nn_messages_finish(nn_messages *messages, nn_error *error);

#endif
