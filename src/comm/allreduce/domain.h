/* SPDX-License-Identifier: MIT */
/**
 * A domain: ranks that share memory, and what lies there. Those of a host, or where memory cannot be shared each rank
 * by itself.
 *
 * Each rank has a part of the memory, near it: its counters, then in the first rank's part the arrays that all share,
 * in the first rank's of each other NUMA node a copy of the first of these, and then the rank's gradients: its nodes of
 * the tree.
 */
#ifndef NNI_COMM_ALLREDUCE_DOMAIN_H
#define NNI_COMM_ALLREDUCE_DOMAIN_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "comm/allreduce/shared_memory.h"
#include "comm/allreduce/tree_join.h"
#include "comm/topology.h"
#include "support/memory.h"
#include "support/threads/partition.h"

/** What a domain has room for. */
typedef struct nni_domain_plan {
    size_t leaves; /**< of the tree; 0: a leaf a rank */
    size_t count;  /**< elements of an array */
    size_t height; /**< arrays that a rank fills, of which the first are its nodes of the tree */
    size_t arrays; /**< shared by all */
    int node;      /**< NUMA node of this rank */
    size_t pieces;
    size_t threads; /**< that join at a time */
    size_t block;   /**< elements of a join's own memory */
    bool rounds;    /**< joins round both values to bfloat16 */
    bool apart;     /**< each rank is a domain of its own */
} nni_domain_plan;

/** What a rank tells the others. What they ask for all the time has a cache line of its own. */
typedef struct nni_domain_counters {
    alignas(NNI_ALIGNMENT) _Atomic uint64_t complete; /**< elements, over all rounds */
    alignas(NNI_ALIGNMENT) _Atomic uint64_t used[];   /**< [pieces] round of the newest sum that this owner has used */
} nni_domain_counters;

/** What a thread joins nodes with. */
typedef struct nni_domain_joiner {
    nni_tree_join *join;
    const void **nodes; /**< [nodes of all ranks of the domain] */
    nni_real *sum;      /**< [block] */
} nni_domain_joiner;

typedef struct nni_domain {
    nn_comm *comm;          /**< borrowed */
    const nni_hosts *hosts; /**< the domains; borrowed, or those of `alone` */
    nni_hosts *alone;       /**< each rank by itself; NULL: hosts are the domains */
    nni_hosts one;          /**< of a run of one rank */
    size_t first_of_one[2];
    nni_domain_plan plan;
    size_t pitch;               /**< elements from one array to the next */
    nni_shared_memory memory;   /**< nothing where the domain is this rank alone */
    size_t *nodes;              /**< [ranks of the domain] of each one's run */
    size_t *copies;             /**< [ranks of the domain] the rank in whose part of the memory its copy is */
    size_t all_nodes;           /**< of all these runs */
    size_t own_nodes;           /**< of the run that they make up */
    nni_domain_joiner *joiners; /**< [threads] */
} nni_domain;

/** Takes the memory; to be freed where it fails, too. Collective. */
nn_status nni_domain_create(nn_comm *comm, const nni_domain_plan *plan, nni_domain *domain, nn_error *error);
void nni_domain_free(nni_domain *domain);

/** @return ranks of this rank's domain */
size_t nni_domain_ranks(const nni_domain *domain);

/** @return whether they share memory: else this rank is alone */
bool nni_domain_shares(const nni_domain *domain);

/** @return whether this rank's part of the memory has the copy that it reads */
bool nni_domain_leads(const nni_domain *domain);

/** Of a domain that shares: where a rank's counters and nodes are, and an array, of the first the copy near this rank.
 */
nni_domain_counters *nni_domain_counters_of(const nni_domain *domain, size_t rank);
nni_real *nni_domain_node(const nni_domain *domain, size_t rank, size_t node);
nni_real *nni_domain_array(const nni_domain *domain, size_t array);

/** Some elements of the first array go from this rank's copy to the other NUMA nodes'. */
void nni_domain_copy(const nni_domain *domain, nni_partition elements);

/** Joins what all ranks of the domain have of some elements. @param sums  [own_nodes, count], `pitch` elements apart */
void nni_domain_join(const nni_domain *domain, size_t thread, size_t first, size_t count, nni_real *sums, size_t pitch);

#endif
