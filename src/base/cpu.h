/** What this processor can do and how many cores this process may use. */
#ifndef NN_BASE_CPU_H
#define NN_BASE_CPU_H

#include <stdbool.h>
#include <stddef.h>

/** Instruction sets that kernels are written for, in rising order of preference. */
typedef enum nn_isa {
    NN_ISA_PORTABLE,
    NN_ISA_AVX2,   /**< AVX2 and FMA */
    NN_ISA_AVX512, /**< AVX-512 F, VL, DQ and BW */
} nn_isa;

/** @return whether processor and operating system support an instruction set */
bool nn_cpu_supports(nn_isa isa);

/** @return "portable", "AVX2" or "AVX-512" */
const char *nn_isa_name(nn_isa isa);

/** @return cores in this process's binding mask (what mpirun, SLURM or taskset left it), at least 1 */
size_t nn_cpu_bound_cores(void);

/** @return cores online on this host, at least 1 */
size_t nn_cpu_online_cores(void);

/** @return bytes of the data or unified cache of a level (1, 2 or 3) as the system tells, 0 where it does not */
size_t nn_cpu_cache_bytes(int level);

#endif
