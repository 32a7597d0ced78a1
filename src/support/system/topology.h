/* SPDX-License-Identifier: MIT */
/** How the CPUs of a binding mask make up cores, caches, NUMA nodes and packages, and which of them threads should
 * take. */
#ifndef NNI_SUPPORT_SYSTEM_TOPOLOGY_H
#define NNI_SUPPORT_SYSTEM_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

#include "support/system/cpu.h"

/** Where the system tells of its CPUs. */
#define NNI_TOPOLOGY_ROOT "/sys/devices/system"

/** A CPU and where it sits. CPUs of one core, cache, node or package have the same number there. */
typedef struct nni_cpu_place {
    int cpu;
    int core, cache, node, package;
} nni_cpu_place;

/** The CPUs of a mask, neighbours side by side: sorted by package, then node, cache, core and number. */
typedef struct nni_topology {
    size_t count; /* CPUs */
    size_t cores; /* physical ones: the hyperthreads of a core count once */
    nni_cpu_place places[NNI_CPU_MOST];
} nni_topology;

/**
 * Reads what the system tells about the CPUs of a mask. Where it does not tell, every CPU is a core of its own and all
 * share cache, node and package.
 *
 * @param root  NNI_TOPOLOGY_ROOT, or a folder made like it
 */
void nni_topology_read(const char *root, const nni_cpu_mask *mask, nni_topology *topology);

/** @return the NUMA node that all CPUs of a mask are at; -1: they are at several. @param root  as above */
int nni_topology_node(const char *root, const nni_cpu_mask *mask);

/**
 * Chooses a CPU for each thread of one of several processes that share a mask. Each process has a contiguous share of
 * the cores, and its threads sit close together there. Both hyperthreads of a core are used only where the threads of
 * all processes are more than the cores.
 *
 * @param threads  of a process, at least 1
 * @param sharers  processes, at least 1
 * @param index    of this process among them, from 0
 * @param cpus     [threads], receives their numbers
 * @return false, with nothing chosen, where the threads of all processes are more than the CPUs
 */
bool nni_topology_choose(const nni_topology *topology, size_t threads, size_t sharers, size_t index, int *cpus);

#endif
