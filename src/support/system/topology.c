/* SPDX-License-Identifier: MIT */
#include "support/system/topology.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* The first number of a CPU's file, which for a list such as "0-3,8" is the lowest CPU in it. */
static int read_first(const char *root, int cpu, const char *name, int otherwise)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cpu/cpu%d/%s", root, cpu, name);
    FILE *file = fopen(path, "r");
    if (!file)
        return otherwise;
    int number = otherwise;
    if (fscanf(file, "%d", &number) != 1)
        number = otherwise;
    fclose(file);
    return number;
}

/* A CPU's folder has an entry named after its NUMA node. */
static int read_node(const char *root, int cpu)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cpu/cpu%d", root, cpu);
    DIR *folder = opendir(path);
    if (!folder)
        return 0;
    int node = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) && sscanf(entry->d_name, "node%d", &node) != 1)
        node = 0;
    closedir(folder);
    return node;
}

/* core_id is unique only within a package, on some processors only within a die; the lowest sibling is so everywhere.
 */
static nni_cpu_place read_place(const char *root, int cpu)
{
    return (nni_cpu_place){
        .cpu = cpu,
        .core = read_first(root, cpu, "topology/thread_siblings_list", cpu),
        .cache = read_first(root, cpu, "cache/index3/shared_cpu_list", 0),
        .node = read_node(root, cpu),
        .package = read_first(root, cpu, "topology/physical_package_id", 0),
    };
}

/* How near two places are: 0 in two packages, 1 in one, 2 at one node, 3 behind one cache, 4 on one core. */
static int nearness(const nni_cpu_place *a, const nni_cpu_place *b)
{
    if (a->package != b->package)
        return 0;
    if (a->node != b->node)
        return 1;
    if (a->cache != b->cache)
        return 2;
    return a->core != b->core ? 3 : 4;
}

static int compare(const void *left, const void *right)
{
    const nni_cpu_place *a = left, *b = right;
    switch (nearness(a, b)) {
    case 0:
        return a->package < b->package ? -1 : 1;
    case 1:
        return a->node < b->node ? -1 : 1;
    case 2:
        return a->cache < b->cache ? -1 : 1;
    case 3:
        return a->core < b->core ? -1 : 1;
    default:
        return (a->cpu > b->cpu) - (a->cpu < b->cpu);
    }
}

static bool begins_core(const nni_topology *topology, size_t place)
{
    return place == 0 || nearness(&topology->places[place - 1], &topology->places[place]) < 4;
}

void nni_topology_read(const char *root, const nni_cpu_mask *mask, nni_topology *topology)
{
    topology->count = topology->cores = 0;
    for (int cpu = 0; cpu < NNI_CPU_MOST; cpu++)
        if (mask->words[cpu / 64] >> cpu % 64 & 1)
            topology->places[topology->count++] = read_place(root, cpu);
    qsort(topology->places, topology->count, sizeof *topology->places, compare);
    for (size_t place = 0; place < topology->count; place++)
        topology->cores += begins_core(topology, place);
}

int nni_topology_node(const char *root, const nni_cpu_mask *mask)
{
    int node = -1;
    for (int cpu = 0, known = 0; cpu < NNI_CPU_MOST; cpu++) {
        if (!(mask->words[cpu / 64] >> cpu % 64 & 1))
            continue;
        const int here = read_node(root, cpu);
        if (known++ > 0 && here != node)
            return -1;
        node = here;
    }
    return node;
}

/* One CPU of each core. */
static void thin_out(const nni_topology *from, nni_topology *to)
{
    to->count = 0;
    for (size_t place = 0; place < from->count; place++)
        if (begins_core(from, place))
            to->places[to->count++] = from->places[place];
    to->cores = to->count;
}

/* Where in a share of single cores so many neighbours are nearest to each other: the share is sorted, so that the ends
 * of a window tell for all in it. */
static size_t nearest_window(const nni_cpu_place *share, size_t length, size_t threads)
{
    size_t best = 0;
    for (size_t first = 1; first + threads <= length; first++)
        if (nearness(&share[first], &share[first + threads - 1]) > nearness(&share[best], &share[best + threads - 1]))
            best = first;
    return best;
}

/* A round takes one CPU of each core, the next round the cores' next hyperthreads. */
static void take_rounds(const nni_cpu_place *share, size_t length, size_t threads, int *cpus)
{
    size_t taken = 0;
    for (size_t round = 0; taken < threads; round++) {
        size_t core = 0; /* where the core of the place begins */
        for (size_t place = 0; place < length && taken < threads; place++) {
            if (nearness(&share[core], &share[place]) < 4)
                core = place;
            if (place - core == round)
                cpus[taken++] = share[place].cpu;
        }
    }
}

bool nni_topology_choose(const nni_topology *topology, size_t threads, size_t sharers, size_t index, int *cpus)
{
    if (threads > topology->count / sharers)
        return false;
    const bool cores_suffice = threads <= topology->cores / sharers;
    nni_topology single;
    if (cores_suffice) {
        thin_out(topology, &single);
        topology = &single;
    }
    const size_t begin = topology->count * index / sharers, end = topology->count * (index + 1) / sharers;
    const nni_cpu_place *share = topology->places + begin;
    if (cores_suffice)
        take_rounds(share + nearest_window(share, end - begin, threads), threads, threads, cpus);
    else
        take_rounds(share, end - begin, threads, cpus);
    return true;
}
