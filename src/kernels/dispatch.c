#include "kernels/dispatch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Found once: getenv is neither cheap nor safe beside a setenv of the caller's program. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static nn_isa in_use;

static const nn_isa all[] = {NN_ISA_PORTABLE, NN_ISA_AVX2, NN_ISA_AVX512};
static const char *const names[] = {
    [NN_ISA_PORTABLE] = "portable",
    [NN_ISA_AVX2] = "avx2",
    [NN_ISA_AVX512] = "avx512",
};

static void find(void)
{
    const char *wanted = getenv("NNTRAIN_ISA");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (nn_cpu_supports(all[i]))
            in_use = all[i];
    for (size_t i = 0; wanted && i < sizeof all / sizeof *all; i++)
        if (strcmp(wanted, names[all[i]]) == 0 && nn_cpu_supports(all[i]))
            in_use = all[i];
}

nn_isa nn_kernels_isa(void)
{
    pthread_once(&once, find);
    return in_use;
}
