/* SPDX-License-Identifier: MIT */
#include "train/run/threads.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "support/system/topology.h"

/* Then where threads go is the user's to say, and the OpenMP library's to do. */
static bool user_binds(void)
{
    return getenv("OMP_PROC_BIND") || getenv("OMP_PLACES") || getenv("GOMP_CPU_AFFINITY");
}

/* What mpirun, SLURM or taskset left this process. An OpenMP library that binds has put this thread into the first of
 * its places by now, and all its places tell what there was. */
static nni_cpu_mask process_mask(void)
{
    nni_cpu_mask mask = nni_cpu_bound_mask();
    if (!user_binds())
        return mask;
    for (int place = 0; place < omp_get_num_places(); place++) {
        int cpus[NNI_CPU_MOST];
        const int count = omp_get_place_num_procs(place);
        if (count > NNI_CPU_MOST)
            continue;
        omp_get_place_proc_ids(place, cpus);
        for (int i = 0; i < count; i++)
            if (cpus[i] >= 0 && cpus[i] < NNI_CPU_MOST)
                mask.words[cpus[i] / 64] |= UINT64_C(1) << cpus[i] % 64;
    }
    return mask;
}

static size_t at_least_1(size_t count)
{
    return count > 0 ? count : 1;
}

/* A container's time on CPUs is shared by all of its ranks: threads beyond it are stopped for the rest of every tenth
 * of a second, and the others wait for them. */
static void decide_count(nni_threads *threads, size_t requested, size_t share_of_cores)
{
    threads->count = at_least_1(share_of_cores);
    if (requested > 0)
        threads->count = requested;
    else if (getenv("OMP_NUM_THREADS"))
        threads->count = at_least_1((size_t)omp_get_max_threads());
    else if (threads->quota > 0 && threads->quota < threads->count)
        threads->count = threads->quota, threads->limited = true;
}

/* A job that nobody bound to a part of the host has no cores of its own. Unless it fills the host, other programs may
 * be at work on the very cores that we would choose, as in sixteen runs of four threads started side by side: each
 * would choose the first four. The system sees the others and we do not. */
static bool has_own_cpus(const nni_topology *topology, size_t threads, size_t sharers)
{
    return topology->count < nni_cpu_online_cores() || threads >= topology->cores / sharers;
}

/* All threads of the team are started here, before the calling thread is bound: who is started later inherits its CPU.
 * Returns whether the system bound any. */
static bool pin(const int *cpus, size_t threads)
{
    bool bound = false;
#pragma omp parallel num_threads((int)threads) reduction(|| : bound)
    {
        const int cpu = cpus[omp_get_thread_num()];
        nni_cpu_mask mask = {{0}};
        mask.words[cpu / 64] = UINT64_C(1) << cpu % 64;
#pragma omp barrier
        bound = nni_cpu_bind(&mask);
    }
    return bound;
}

nni_threads nni_threads_configure(size_t requested, const nn_comm *comm)
{
    const nni_cpu_mask bound = nni_cpu_bound_mask(), mask = process_mask();
    const size_t sharers = comm->core_sharers > 0 ? (size_t)comm->core_sharers : 1;
    nni_topology topology;
    nni_topology_read(NNI_TOPOLOGY_ROOT, &mask, &topology);
    const size_t quota = nni_cpu_quota(), ranks = comm->local_size > 0 ? (size_t)comm->local_size : 1;
    nni_threads threads = {
        .cpus = at_least_1(topology.count / sharers),
        .quota = quota > 0 ? at_least_1(quota / ranks) : 0,
        .count_before = omp_get_max_threads(),
        .dynamic_before = omp_get_dynamic(),
    };
    decide_count(&threads, requested, topology.cores / sharers);
    _Static_assert(sizeof threads.cpus_before == sizeof bound, "a public mask must hold a binding mask");
    memcpy(threads.cpus_before, &bound, sizeof bound);
    omp_set_dynamic(0);
    omp_set_num_threads((int)threads.count);

    int cpus[NNI_CPU_MOST];
    if (!user_binds() && comm->core_index >= 0 && has_own_cpus(&topology, threads.count, sharers) &&
        nni_topology_choose(&topology, threads.count, sharers, (size_t)comm->core_index, cpus))
        threads.pinned = pin(cpus, threads.count);
    return threads;
}

void nni_threads_warn(const nni_threads *threads, FILE *out)
{
    const bool by_quota = threads->quota > 0 && threads->quota < threads->cpus;
    const size_t cpus = by_quota ? threads->quota : threads->cpus;
    if (out && threads->count > cpus && threads->count > 1)
        fprintf(out,
                "warning  %zu threads a rank on %s%zu CPU%s: they wait for each other; set parallel.threads or "
                "OMP_NUM_THREADS to %zu\n",
                threads->count, by_quota ? "a container's quota of " : "", cpus, cpus == 1 ? "" : "s", cpus);
    else if (out && threads->limited)
        fprintf(out, "threads  %zu a rank on %zu CPUs, as the CPU quota of the container allows\n", threads->count,
                threads->cpus);
}

void nni_threads_release(const nni_threads *threads)
{
    if (threads->count == 0)
        return;
    if (threads->pinned) {
        nni_cpu_mask before;
        memcpy(&before, threads->cpus_before, sizeof before);
#pragma omp parallel num_threads((int)threads->count)
        nni_cpu_bind(&before);
    }
    omp_set_num_threads(threads->count_before);
    omp_set_dynamic(threads->dynamic_before);
}
