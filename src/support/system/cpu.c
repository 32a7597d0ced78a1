/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* sched_getaffinity, sched_setaffinity */
#include "support/system/cpu.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/system/cgroup.h"

nni_cpu_mask nni_cpu_bound_mask(void)
{
    nni_cpu_mask mask = {{0}};
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return mask;
    for (size_t cpu = 0; cpu < NNI_CPU_MOST; cpu++)
        if (CPU_ISSET(cpu, &set))
            mask.words[cpu / 64] |= UINT64_C(1) << cpu % 64;
    return mask;
}

bool nni_cpu_bind(const nni_cpu_mask *mask)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t cpu = 0; cpu < NNI_CPU_MOST; cpu++)
        if (mask->words[cpu / 64] >> cpu % 64 & 1)
            CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

bool nni_cpu_masks_meet(const nni_cpu_mask *a, const nni_cpu_mask *b)
{
    uint64_t common = 0;
    for (size_t i = 0; i < sizeof a->words / sizeof *a->words; i++)
        common |= a->words[i] & b->words[i];
    return common != 0;
}

size_t nni_cpu_mask_count(const nni_cpu_mask *mask)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof mask->words / sizeof *mask->words; i++)
        count += (size_t)__builtin_popcountll(mask->words[i]);
    return count;
}

size_t nni_cpu_online_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}

/* A number in a file of one line, or behind a key; 0 where there is none. */
static uint64_t read_number(const char *path, const char *format)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    char line[128];
    unsigned long long number = 0;
    while (number == 0 && fgets(line, sizeof line, file))
        if (sscanf(line, format, &number) != 1)
            number = 0;
    fclose(file);
    return number;
}

/* Whether a cache that Linux lists is the data or unified one of a level, and not that of instructions. */
static bool is_data_cache(const char *folder, int level)
{
    char path[96], type[16] = "";
    snprintf(path, sizeof path, "%s/level", folder);
    if (read_number(path, "%llu") != (uint64_t)level)
        return false;
    snprintf(path, sizeof path, "%s/type", folder);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    if (fscanf(file, "%15s", type) != 1)
        type[0] = '\0';
    fclose(file);
    return strcmp(type, "Data") == 0 || strcmp(type, "Unified") == 0;
}

/* The kernel first: the C library tells the level 3 of a whole package, 64 MiB where 2 cores of a Zen 1 share 8. */
static size_t listed_cache_bytes(int level)
{
    for (int index = 0; index < 8; index++) {
        char folder[64], path[96];
        snprintf(folder, sizeof folder, "/sys/devices/system/cpu/cpu0/cache/index%d", index);
        snprintf(path, sizeof path, "%s/size", folder);
        if (is_data_cache(folder, level))
            return (size_t)read_number(path, "%lluK") * 1024;
    }
    return 0;
}

size_t nni_cpu_cache_bytes(int level)
{
    const size_t listed = listed_cache_bytes(level);
    if (listed > 0)
        return listed;
    long bytes = 0;
    switch (level) {
    case 1:
        bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE);
        break;
    case 2:
        bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
        break;
    case 3:
        bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
        break;
    default:
        break;
    }
    return bytes > 0 ? (size_t)bytes : 0;
}

uint64_t nni_host_memory_available(void)
{
    const uint64_t available = read_number("/proc/meminfo", "MemAvailable: %llu") * 1024;
    const uint64_t left = nni_cgroup_read("").memory_left;
    if (left == UINT64_MAX)
        return available;
    const uint64_t less = available > 0 && available < left ? available : left;
    return less > 0 ? less : 1;
}

uint64_t nni_host_memory_limit(void)
{
    const uint64_t installed = nni_host_memory_installed(), limit = nni_cgroup_read("").memory;
    return limit != UINT64_MAX && (installed == 0 || limit < installed) ? limit : 0;
}

uint64_t nni_host_memory_installed(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && bytes > 0 ? (uint64_t)pages * (uint64_t)bytes : 0;
}

size_t nni_cpu_quota(void)
{
    const double cpus = ceil(nni_cgroup_read("").cpus);
    return cpus < NNI_CPU_MOST ? (size_t)cpus : 0;
}

uint64_t nni_process_memory_peak(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

void nni_cpu_name(char *name, size_t size)
{
    static const char key[] = "model name";
    snprintf(name, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file)
        return;
    char line[256];
    while (fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (!value || strncmp(line, key, strlen(key)) != 0)
            continue;
        value += 1 + strspn(value + 1, " ");
        snprintf(name, size, "%.*s", (int)strcspn(value, "\n"), value);
        break;
    }
    fclose(file);
}
