#define _GNU_SOURCE /* sched_getaffinity */
#include "base/cpu.h"

#include <sched.h>
#include <unistd.h>

bool nn_cpu_supports(nn_isa isa)
{
    switch (isa) {
    case NN_ISA_PORTABLE:
        return true;
#if defined(__x86_64__)
    /* The compiler's run-time check reads XCR0 too: a kernel that does not save wide registers counts as no support. */
    case NN_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case NN_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#else
    case NN_ISA_AVX2:
    case NN_ISA_AVX512:
        return false;
#endif
    }
    return false;
}

const char *nn_isa_name(nn_isa isa)
{
    switch (isa) {
    case NN_ISA_PORTABLE:
        return "portable";
    case NN_ISA_AVX2:
        return "AVX2";
    case NN_ISA_AVX512:
        return "AVX-512";
    }
    return "unknown";
}

size_t nn_cpu_bound_cores(void)
{
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) != 0)
        return 1;
    int cores = CPU_COUNT(&mask);
    return cores > 0 ? (size_t)cores : 1;
}

size_t nn_cpu_online_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}

size_t nn_cpu_cache_bytes(int level)
{
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
