/* SPDX-License-Identifier: MIT */
/* Hosts are made up: folders like the system's own, with the files that it would have. */
#define _GNU_SOURCE /* nftw, mkdtemp */
#include <ftw.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/suite.h"
#include "support/system/topology.h"

static char root[64];

static void make_folder(int cpu, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/cpu/cpu%d/%s", root, cpu, name);
    mkdir(path, 0777);
}

static void write_file(int cpu, const char *folder, const char *name, const char *text)
{
    char path[256];
    make_folder(cpu, folder);
    snprintf(path, sizeof path, "%s/cpu/cpu%d/%s/%s", root, cpu, folder, name);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static void make_root(void)
{
    char path[128];
    strcpy(root, "/tmp/nntrain-topology-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    snprintf(path, sizeof path, "%s/cpu", root);
    mkdir(path, 0777);
}

static void make_cpu(int cpu, int package, int node, const char *siblings, const char *cache)
{
    char text[32];
    make_folder(cpu, "");
    snprintf(text, sizeof text, "%d\n", package);
    write_file(cpu, "topology", "physical_package_id", text);
    write_file(cpu, "topology", "thread_siblings_list", siblings);
    make_folder(cpu, "cache");
    write_file(cpu, "cache/index3", "shared_cpu_list", cache);
    snprintf(text, sizeof text, "node%d", node);
    make_folder(cpu, text);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static void remove_root(void)
{
    CU_ASSERT_EQUAL(nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Two packages of two cores of two hyperthreads, numbered as servers do: packages alternate, siblings are 4 apart.
 *   package 0: core {0,4}, core {2,6}     package 1: core {1,5}, core {3,7} */
static void make_two_packages(void)
{
    static const char *const siblings[] = {"0,4\n", "1,5\n", "2,6\n", "3,7\n"};
    make_root();
    for (int cpu = 0; cpu < 8; cpu++)
        make_cpu(cpu, cpu % 2, cpu % 2, siblings[cpu % 4], cpu % 2 == 0 ? "0,2,4,6\n" : "1,3,5,7\n");
}

/* One package of eight cores without hyperthreads, and two caches: of CPUs 0 to 3 and 4 to 7. */
static void make_two_caches(void)
{
    make_root();
    for (int cpu = 0; cpu < 8; cpu++) {
        char siblings[16];
        snprintf(siblings, sizeof siblings, "%d\n", cpu);
        make_cpu(cpu, 0, 0, siblings, cpu < 4 ? "0-3\n" : "4-7\n");
    }
}

static nni_topology read_topology(uint64_t cpus)
{
    nni_topology topology;
    nni_topology_read(root, &(nni_cpu_mask){{cpus}}, &topology);
    return topology;
}

/* Whether the choice is what is expected, a digit a thread in their order; "" where nothing is to be chosen. */
static bool chooses(const nni_topology *topology, size_t threads, size_t sharers, size_t index, const char *expected)
{
    int cpus[NNI_CPU_MOST];
    char text[16] = "";
    if (nni_topology_choose(topology, threads, sharers, index, cpus))
        for (size_t i = 0; i < threads && i < sizeof text - 1; i++)
            text[i] = (char)('0' + cpus[i]);
    if (strcmp(text, expected) != 0)
        fprintf(stderr, "%zu threads, %zu of %zu: '%s', not '%s'\n", threads, index, sharers, text, expected);
    return strcmp(text, expected) == 0;
}

static void hyperthreads_of_a_core_count_once(void)
{
    make_two_packages();
    const nni_topology all = read_topology(0xff), one_core = read_topology(0x11), core_and_half = read_topology(0x13);
    CU_ASSERT(all.count == 8 && all.cores == 4);
    CU_ASSERT(one_core.count == 2 && one_core.cores == 1);
    CU_ASSERT(core_and_half.count == 3 && core_and_half.cores == 2);
    remove_root();
}

static void cores_come_before_hyperthreads(void)
{
    make_two_packages();
    const nni_topology all = read_topology(0xff);
    CU_ASSERT(chooses(&all, 4, 1, 0, "0213"));
    CU_ASSERT(chooses(&all, 6, 1, 0, "021346"));
    CU_ASSERT(chooses(&all, 8, 1, 0, "02134657"));
    remove_root();
}

static void threads_of_a_rank_keep_to_a_package(void)
{
    make_two_packages();
    const nni_topology all = read_topology(0xff);
    CU_ASSERT(chooses(&all, 2, 1, 0, "02"));
    CU_ASSERT(chooses(&all, 2, 2, 0, "02") && chooses(&all, 2, 2, 1, "13"));
    CU_ASSERT(chooses(&all, 4, 2, 0, "0246") && chooses(&all, 4, 2, 1, "1357"));
    remove_root();
}

static void threads_of_a_rank_keep_to_a_cache(void)
{
    make_two_caches();
    /* Of CPUs 3 to 7 the first three would straddle the caches. */
    const nni_topology most = read_topology(0xf8), all = read_topology(0xff);
    CU_ASSERT(chooses(&most, 3, 1, 0, "456"));
    CU_ASSERT(chooses(&most, 5, 1, 0, "34567"));
    CU_ASSERT(chooses(&all, 3, 2, 0, "012") && chooses(&all, 3, 2, 1, "456"));
    remove_root();
}

static void sharers_never_meet(void)
{
    make_two_packages();
    static const uint64_t masks[] = {0xff, 0xb7};
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++) {
        const nni_topology topology = read_topology(masks[m]);
        for (size_t sharers = 1; sharers <= topology.count; sharers++)
            for (size_t threads = 1; threads * sharers <= topology.count; threads++) {
                uint64_t used = 0;
                for (size_t index = 0; index < sharers; index++) {
                    int cpus[8];
                    CU_ASSERT_FATAL(nni_topology_choose(&topology, threads, sharers, index, cpus));
                    for (size_t i = 0; i < threads; i++)
                        used |= UINT64_C(1) << cpus[i];
                }
                CU_ASSERT_EQUAL((size_t)__builtin_popcountll(used), threads * sharers);
                CU_ASSERT_EQUAL(used & ~masks[m], 0);
            }
    }
    remove_root();
}

static void masks_with_holes_are_kept_to(void)
{
    make_two_packages();
    const nni_topology second_halves = read_topology(0xa0), mixed = read_topology(0x92);
    CU_ASSERT(chooses(&second_halves, 2, 1, 0, "57"));
    CU_ASSERT(chooses(&mixed, 4, 1, 0, ""));
    CU_ASSERT(chooses(&mixed, 3, 1, 0, "417"));
    CU_ASSERT(chooses(&mixed, 2, 1, 0, "17"));
    CU_ASSERT(chooses(&mixed, 1, 3, 2, "7"));
    remove_root();
}

static void more_threads_than_cpus_are_not_placed(void)
{
    make_two_packages();
    const nni_topology all = read_topology(0xff), two = read_topology(0x03), none = read_topology(0);
    CU_ASSERT(chooses(&all, 9, 1, 0, ""));
    CU_ASSERT(chooses(&all, 3, 3, 0, ""));
    CU_ASSERT(chooses(&two, 1, 8, 5, ""));
    CU_ASSERT(chooses(&none, 1, 1, 0, ""));
    remove_root();
}

static void without_files_every_cpu_is_a_core(void)
{
    make_root();
    const nni_topology topology = read_topology(0x2c);
    CU_ASSERT(topology.count == 3 && topology.cores == 3);
    CU_ASSERT(chooses(&topology, 3, 1, 0, "235"));
    CU_ASSERT(chooses(&topology, 1, 3, 1, "3"));
    make_folder(2, "");
    write_file(2, "topology", "thread_siblings_list", "no list\n");
    CU_ASSERT_EQUAL(read_topology(0x2c).cores, 3);
    remove_root();
}

static void cpus_of_high_numbers_are_seen(void)
{
    make_root();
    nni_topology topology;
    nni_topology_read(root, &(nni_cpu_mask){.words = {[1] = 2, [15] = UINT64_C(1) << 63}}, &topology);
    CU_ASSERT(topology.count == 2 && topology.places[0].cpu == 65 && topology.places[1].cpu == 1023);
    remove_root();
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(hyperthreads_of_a_core_count_once),
        NN_TEST(cores_come_before_hyperthreads),
        NN_TEST(threads_of_a_rank_keep_to_a_package),
        NN_TEST(threads_of_a_rank_keep_to_a_cache),
        NN_TEST(sharers_never_meet),
        NN_TEST(masks_with_holes_are_kept_to),
        NN_TEST(more_threads_than_cpus_are_not_placed),
        NN_TEST(without_files_every_cpu_is_a_core),
        NN_TEST(cpus_of_high_numbers_are_seen),
    };
    return nni_run_suite("topology", tests, sizeof tests / sizeof *tests);
}
