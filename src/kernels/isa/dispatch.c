#include "kernels/isa/dispatch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Found once: getenv is neither cheap nor safe beside a setenv of the caller's program. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static nni_isa in_use;

static const nni_isa all[] = {NNI_ISA_PORTABLE, NNI_ISA_AVX2, NNI_ISA_AVX512};
static const char *const names[] = {
    [NNI_ISA_PORTABLE] = "portable",
    [NNI_ISA_AVX2] = "avx2",
    [NNI_ISA_AVX512] = "avx512",
};

/* @return NULL where this processor has no such instruction set */
static const nni_isa *find_named(const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(name, names[all[i]]) == 0 && nni_cpu_supports(all[i]))
            return &all[i];
    return NULL;
}

static void find(void)
{
    const char *name = getenv("NNTRAIN_ISA");
    const nni_isa *wanted = name ? find_named(name) : NULL;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (nni_cpu_supports(all[i]))
            in_use = all[i];
    if (wanted)
        in_use = *wanted;
}

nn_status nni_kernels_check(nn_error *error)
{
    const char *name = getenv("NNTRAIN_ISA");
    char there[64] = "";
    if (!name || find_named(name))
        return NN_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (nni_cpu_supports(all[i]))
            snprintf(there + strlen(there), sizeof there - strlen(there), "%s%s", i > 0 ? ", " : "", names[all[i]]);
    return nn_fail(
        error, NN_USAGE,
        "NNTRAIN_ISA=%s is no instruction set of this processor, which has %s; unset it, or name one of these", name,
        there);
}

nni_isa nni_kernels_isa(void)
{
    pthread_once(&once, find);
    return in_use;
}
