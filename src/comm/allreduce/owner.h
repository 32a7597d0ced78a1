/* SPDX-License-Identifier: MIT */
/**
 * The sum of gradients over the ranks, in which each rank owns a part of every piece of the array.
 *
 * In a domain of ranks that share memory (domain.h) each rank leaves its gradients in the domain's memory, and the
 * owner of a part adds up what all have left of it, out of place and in the order of the tree. Where there are several
 * domains, the owner then sums its part with the owners of the same part elsewhere, by messages that travel while ranks
 * compute. The owner alone uses the sum; what it makes of it, it leaves in an array that the domain shares, and in the
 * copies of it that other NUMA nodes have.
 *
 * Three counters a rank, which only grow, are all that ranks of a domain tell each other: how many elements of the
 * round's gradients are there, and for each piece the last round that the owner has used. A rank may overwrite its
 * gradients once all owners have used those of the round before, and an owner may overwrite what all share once all
 * ranks have left all gradients of the round: they have read it by then.
 *
 * Collective in this sense: all ranks complete, use and end the same rounds.
 */
#ifndef NNI_COMM_ALLREDUCE_OWNER_H
#define NNI_COMM_ALLREDUCE_OWNER_H

#include <stdbool.h>

#include "comm/allreduce/wire.h"
#include "comm/comm.h"
#include "support/sum_tree.h"
#include "support/threads/partition.h"

/** Pieces of a group that are summed at a time: while one waits for a message, others fill the wire. */
enum { NNI_OWNER_WINDOW = 4 };

/** What is summed, round after round. */
typedef struct nni_owner_plan {
    size_t leaves; /**< of the tree that sums keep to; 0: any order, a leaf a rank */
    size_t count;  /**< elements of an array */
    size_t height; /**< arrays that a rank fills, of which the first are its nodes of the tree */
    size_t arrays; /**< that the ranks of a domain share beside those; of the first each NUMA node has a copy */
    int node;      /**< NUMA node of this rank */
    const nni_partition
        *pieces; /**< [piece_count] of the array, in the order in which gradients are complete; copied */
    size_t piece_count;
    const size_t *groups; /**< [group_count + 1] first piece of each group and the end, such as those of a layer: of
                             what is complete, messages of later groups go first; NULL: one group; copied */
    size_t group_count;
    size_t threads; /**< that call nni_owner_sum at a time */
    size_t block;   /**< most elements of a call of nni_owner_sum */
    nni_wire wire;  /**< between domains */
    bool sharded; /**< owners of the same part divide it between their domains, and tell each other what they made of it
                   */
    bool apart;   /**< each rank is a domain of its own, and an MPI library's MPI_Iallreduce makes the sums */
} nni_owner_plan;

typedef struct nni_owner nni_owner;

/** Takes the memory. Collective. */
nn_status nni_owner_create(nn_comm *comm, const nni_owner_plan *plan, nni_owner **owner, nn_error *error);

/** Gives the memory back. NULL is fine. */
void nni_owner_free(nni_owner *owner);

/** @return owners that every piece has a part for */
size_t nni_owner_parts(const nni_owner *owner);

/** @return the part of this rank; from nni_owner_parts on, it owns none */
size_t nni_owner_index(const nni_owner *owner);

/** @return whether this rank is of the first domain: others own the same parts there */
bool nni_owner_is_first(const nni_owner *owner);

/** @return whether this rank writes its NUMA node's copy of the first array where no owner does, such as at the
 * beginning; it is the only one there that does */
bool nni_owner_leads(const nni_owner *owner);

/**
 * Takes what the sums of this rank's parts need. Collective, once.
 *
 * @param parts  [piece_count], the elements of each piece that this rank owns; the same for its peers in other domains;
 * copied
 * @param cuts   [cut_count] ascending: elements that parts may be cut before, where they are sharded
 */
nn_status nni_owner_divide(nni_owner *owner, const nni_partition *parts, const size_t *cuts, size_t cut_count,
                           nn_error *error);

/** @return how many ranges of a piece this rank uses: its part, or its shard of that. @param ranges  receives them,
 * ascending; NULL: only counts */
size_t nni_owner_kept(const nni_owner *owner, size_t piece, nni_partition *ranges);

/** @return [height, pitch] for this rank's gradients, zero at first; NULL: they may be anywhere, see nni_owner_use */
nni_real *nni_owner_gradients(const nni_owner *owner);

/** @return elements from one of those arrays to the next */
size_t nni_owner_pitch(const nni_owner *owner);

/** @return [count], an array that the domain shares, zero at first; NULL: the domain is this rank alone */
nni_real *nni_owner_array(const nni_owner *owner, size_t array);

/** The gradients of this rank are there, where nni_owner_gradients has no memory for them. Borrowed. */
void nni_owner_use(nni_owner *owner, nni_real *gradients, size_t pitch);

/** Begins a round, in which gradients are overwritten: the pieces of the round before have been used by all owners. */
void nni_owner_begin_round(nni_owner *owner);

/** Elements 0 .. count - 1 of this round's gradients are there. Not collective. */
void nni_owner_complete(nni_owner *owner, size_t count);

/** @return whether this rank's gradients are the sum: nobody shares them, and nothing is rounded */
bool nni_owner_is_alone(const nni_owner *owner);

/** @return whether there are messages to look after while ranks compute */
bool nni_owner_has_messages(const nni_owner *owner);

/** Continues the sums that are under way, as far as gradients and messages have come. Not collective. */
nn_status nni_owner_progress(nni_owner *owner, nn_error *error);

/** Waits until this rank can have the sum of its part of a piece, and may overwrite what the domain shares of it. */
nn_status nni_owner_wait_for_sum(nni_owner *owner, size_t piece, nn_error *error);

/** Some elements of the sum, of a piece that has been waited for. Any thread; [count] in memory that its next call
 * overwrites. @param context  the owner: see nni_gradient_source */
nni_real *nni_owner_sum(void *context, size_t thread, size_t first, size_t count);

/** Of a sharded part: what this rank has made of its shard goes to its peers, and theirs comes, when
 * nni_owner_wait_for_sum returns again. @param array  [count] */
nn_status nni_owner_spread(nni_owner *owner, size_t piece, nni_real *array, nn_error *error);

/** This rank has used its part of a piece in this round: all copies of the first array have what it made of it. */
void nni_owner_used(nni_owner *owner, size_t piece);

/** Waits until all owners of the domain have used their parts of a piece in this round. */
void nni_owner_wait_for_owners(nni_owner *owner, size_t piece);

#endif
