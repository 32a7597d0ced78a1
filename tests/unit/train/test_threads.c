/* SPDX-License-Identifier: MIT */
/* On the cores that this test may use, however many these are. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/system/topology.h"
#include "train/run/threads.h"

static bool same(const nni_cpu_mask *a, const nni_cpu_mask *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static size_t cpus_of(const nni_cpu_mask *mask)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof mask->words / sizeof *mask->words; i++)
        count += (size_t)__builtin_popcountll(mask->words[i]);
    return count;
}

static void add(nni_cpu_mask *sum, const nni_cpu_mask *mask)
{
    for (size_t i = 0; i < sizeof mask->words / sizeof *mask->words; i++)
        sum->words[i] |= mask->words[i];
}

/* What the threads of the team may run on, all together, and how many CPUs the freest of them has. */
static nni_cpu_mask team_mask(size_t *most)
{
    nni_cpu_mask together = {{0}};
    *most = 0;
#pragma omp parallel
    {
        const nni_cpu_mask mine = nni_cpu_bound_mask();
#pragma omp critical
        {
            add(&together, &mine);
            *most = cpus_of(&mine) > *most ? cpus_of(&mine) : *most;
        }
    }
    return together;
}

static size_t physical_cores(void)
{
    const nni_cpu_mask mask = nni_cpu_bound_mask();
    nni_topology topology;
    nni_topology_read(NNI_TOPOLOGY_ROOT, &mask, &topology);
    return topology.cores;
}

static void a_rank_alone_has_a_thread_on_each_core(void)
{
    const nn_comm alone = nni_comm_alone();
    const size_t cores = physical_cores();
    const nni_threads threads = nni_threads_configure(0, &alone);
    size_t most;
    const nni_cpu_mask together = team_mask(&most);
    if (nni_cpu_quota() > 0 &&
        nni_cpu_quota() < cores) { /* this test is in a container, which may have no core of its own */
        CU_ASSERT(threads.limited && threads.count == nni_cpu_quota());
    } else {
        CU_ASSERT_EQUAL(threads.count, cores);
        CU_ASSERT(threads.pinned);
        CU_ASSERT_EQUAL(most, 1);
        CU_ASSERT_EQUAL(cpus_of(&together), cores);
    }
    nni_threads_release(&threads);
}

static void release_puts_masks_and_count_back(void)
{
    const nn_comm alone = nni_comm_alone();
    const nni_cpu_mask before = nni_cpu_bound_mask();
    const int count = omp_get_max_threads();
    for (int times = 0; times < 3; times++) {
        const nni_threads threads = nni_threads_configure(0, &alone);
        nni_threads_release(&threads);
    }
    const nni_cpu_mask after = nni_cpu_bound_mask();
    CU_ASSERT(same(&after, &before));
    CU_ASSERT_EQUAL(omp_get_max_threads(), count);
#pragma omp parallel
    {
        const nni_cpu_mask mine = nni_cpu_bound_mask();
#pragma omp critical
        CU_ASSERT(same(&mine, &before));
    }
    nni_threads_release(&(nni_threads){0});
}

static void ranks_that_share_cores_are_pinned_apart(void)
{
    nn_comm comm = nni_comm_alone();
    comm.core_sharers = (int)physical_cores();
    nni_cpu_mask used = {{0}};
    for (comm.core_index = 0; comm.core_index < comm.core_sharers; comm.core_index++) {
        const nni_threads threads = nni_threads_configure(0, &comm);
        const nni_cpu_mask mine = nni_cpu_bound_mask();
        CU_ASSERT(threads.pinned && threads.count == 1 && cpus_of(&mine) == 1);
        CU_ASSERT(!nni_cpu_masks_meet(&mine, &used));
        add(&used, &mine);
        nni_threads_release(&threads);
    }
}

static void expect_unpinned(size_t requested, const nn_comm *comm)
{
    const nni_cpu_mask before = nni_cpu_bound_mask();
    const nni_threads threads = nni_threads_configure(requested, comm);
    const nni_cpu_mask during = nni_cpu_bound_mask();
    CU_ASSERT(!threads.pinned);
    CU_ASSERT(same(&during, &before));
    nni_threads_release(&threads);
}

static void a_crowd_is_left_to_the_system(void)
{
    const nni_cpu_mask mask = nni_cpu_bound_mask();
    const size_t cpus = cpus_of(&mask);
    nn_comm comm = nni_comm_alone();
    expect_unpinned(cpus + 1, &comm);
    comm.core_sharers = (int)cpus + 1;
    expect_unpinned(0, &comm);
}

static void ranks_of_different_cores_are_left_to_the_system(void)
{
    nn_comm comm = nni_comm_alone();
    comm.core_index = -1;
    expect_unpinned(0, &comm);
}

/* Nothing says that the host is this job's alone. */
static void a_part_of_an_unbound_host_is_left_to_the_system(void)
{
    const nni_cpu_mask mask = nni_cpu_bound_mask();
    const nn_comm alone = nni_comm_alone();
    if (cpus_of(&mask) == nni_cpu_online_cores() && physical_cores() > 1)
        expect_unpinned(physical_cores() - 1, &alone);
}

static void users_who_bind_are_left_alone(void)
{
    static const char *const names[] = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"};
    const nn_comm alone = nni_comm_alone();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], "close", 1);
        expect_unpinned(0, &alone);
        unsetenv(names[i]);
    }
}

static void only_threads_beyond_the_cpus_are_warned_of(void)
{
    const struct {
        nni_threads threads;
        const char *said; /* its beginning */
    } cases[] = {
        {{.count = 4, .cpus = 1}, "warning  4 threads a rank on 1 CPU: "},
        {{.count = 4, .cpus = 3}, "warning  4 threads a rank on 3 CPUs: "},
        {{.count = 4, .cpus = 8, .quota = 3}, "warning  4 threads a rank on a container's quota of 3 CPUs: "},
        {{.count = 4, .cpus = 3, .quota = 8}, "warning  4 threads a rank on 3 CPUs: "},
        {{.count = 2, .cpus = 8, .quota = 2, .limited = true}, "threads  2 a rank on 8 CPUs, as the CPU quota"},
        {{.count = 4, .cpus = 8, .quota = 4}, ""},
        {{.count = 4, .cpus = 4}, ""},
        {{.count = 1, .cpus = 1}, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        nni_threads_warn(&cases[i].threads, out);
        fclose(out);
        CU_ASSERT_EQUAL(strncmp(text, cases[i].said, strlen(cases[i].said)), 0);
        CU_ASSERT_EQUAL(text[0] == '\0', cases[i].said[0] == '\0');
    }
    nni_threads_warn(&cases[0].threads, NULL);
}

int main(void)
{
    /* What the caller wishes for its threads would come first. */
    static const char *const wishes[] = {"OMP_NUM_THREADS", "OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        unsetenv(wishes[i]);
    const nni_test tests[] = {
        NN_TEST(a_rank_alone_has_a_thread_on_each_core),
        NN_TEST(release_puts_masks_and_count_back),
        NN_TEST(ranks_that_share_cores_are_pinned_apart),
        NN_TEST(a_crowd_is_left_to_the_system),
        NN_TEST(ranks_of_different_cores_are_left_to_the_system),
        NN_TEST(a_part_of_an_unbound_host_is_left_to_the_system),
        NN_TEST(users_who_bind_are_left_alone),
        NN_TEST(only_threads_beyond_the_cpus_are_warned_of),
    };
    return nni_run_suite("threads", tests, sizeof tests / sizeof *tests);
}
