/* SPDX-License-Identifier: MIT */
/** CPUs and memory that this process may use, and the caches of the processor. */
#ifndef NNI_SUPPORT_SYSTEM_CPU_H
#define NNI_SUPPORT_SYSTEM_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** CPUs that a mask has room for, as many as the C library's own set. */
enum { NNI_CPU_MOST = 1024 };

/** The CPUs (hardware threads of a core) that a thread may run on, a bit each. */
typedef struct nni_cpu_mask {
    uint64_t words[NNI_CPU_MOST / 64];
} nni_cpu_mask;

/** @return the calling thread's binding mask; all zero where the system does not tell */
nni_cpu_mask nni_cpu_bound_mask(void);

/** Binds the calling thread; threads that it starts later are bound alike. @return whether the system did it */
bool nni_cpu_bind(const nni_cpu_mask *mask);

/** @return whether two masks have a CPU in common */
bool nni_cpu_masks_meet(const nni_cpu_mask *a, const nni_cpu_mask *b);

/** @return CPUs of a mask */
size_t nni_cpu_mask_count(const nni_cpu_mask *mask);

/** @return cores online on this host, at least 1; hyperthreads count as cores */
size_t nni_cpu_online_cores(void);

/** @return CPUs whose time the control groups of this process (a container, a batch job) grant it, rounded up; 0: all
 */
size_t nni_cpu_quota(void);

/** @return bytes of memory that this host could give now, within the limits of its control groups; 0: unknown */
uint64_t nni_host_memory_available(void);

/** @return bytes of memory that the control groups of this process are limited to; 0: to no less than the host has */
uint64_t nni_host_memory_limit(void);

/** @return bytes of memory that this host has; 0: unknown */
uint64_t nni_host_memory_installed(void);

/** @return bytes of memory that this process has had at once, at most; 0: unknown */
uint64_t nni_process_memory_peak(void);

/** Writes the name of the processor as /proc/cpuinfo has it; "unknown" where it has none. */
void nni_cpu_name(char *name, size_t size);

/** @return bytes of the data or unified cache of a level (1, 2 or 3) as the system tells, 0 where it does not */
size_t nni_cpu_cache_bytes(int level);

#endif
