/* SPDX-License-Identifier: MIT */
/**
 * Which ranks are on which host, for sums that are made within each host before they leave it.
 *
 * Ranks are numbered host by host, so that those of a host are consecutive. A lane is one rank of each host, the one
 * with the same place among its own; lanes sum different segments at the same time, so that several cores drive the
 * network.
 */
#ifndef NNI_COMM_TOPOLOGY_H
#define NNI_COMM_TOPOLOGY_H

#include <mpi.h>

#include "comm/comm.h"
#include "support/sum_tree.h"

/** Hosts in the order of their first ranks; they may have different numbers of ranks. Owns all of it. */
typedef struct nni_hosts {
    size_t count;
    size_t index;    /**< this rank's host */
    size_t place;    /**< this rank's place among the ranks there */
    size_t *first;   /**< [count + 1] first rank of each host, and the number of ranks */
    size_t lanes;    /**< ranks that every host has at least */
    nn_comm *inside; /**< the ranks of this host */
    nn_comm *lane;   /**< those of this rank's place; NULL from place `lanes` on */
} nni_hosts;

/**
 * Finds this rank's place: ranks of its host, ranks that share its cores, and hosts. Collective; fills comm, whose rank
 * and size are known, and backend->hosts where there are several ranks.
 *
 * @param local  the ranks of this host, in the order of comm
 */
nn_status nni_topology_find(nn_comm *comm, MPI_Comm local, nn_error *error);

/**
 * Makes a communicator of the ranks of each host, and one of each lane. Collective.
 *
 * @param leader  the first rank on this rank's host, which has consecutive ranks
 */
nn_status nni_hosts_create(nn_comm *comm, int leader, nni_hosts **hosts, nn_error *error);

/** The same with each rank a host of its own: `inside` is this rank, `lane` are all. For ranks that share no memory. */
nn_status nni_hosts_create_alone(nn_comm *comm, nni_hosts **hosts, nn_error *error);

/** Leaves them. NULL is fine. */
void nni_hosts_free(nni_hosts *hosts);

/**
 * Takes the runs of leaves, to be released with nni_release.
 *
 * @param leaves    of the tree; 0: none that all keep to. Then each host has a tree of its own, with a leaf a rank
 * @param of_ranks  receives those of this host's ranks; NULL: not asked for
 * @param of_hosts  receives [count], or without a tree NULL; NULL: not asked for
 */
nn_status nni_hosts_runs(const nni_hosts *hosts, size_t leaves, nni_leaf_range **of_ranks, nni_leaf_range **of_hosts,
                         nn_error *error);

#endif
