/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* madvise */
#include "support/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/system/cpu.h"

/* Large arrays ask for pages of this size, which a Linux with transparent_hugepage=madvise gives only then: rows of a
 * matrix lie on a page each otherwise. Products of 1024 and up gained 2 %, an update of 4 million weights 25 %. */
enum { HUGE_PAGE = 2 << 20 };

/* Memory beyond the limit of a control group is promised all the same, and the process killed once it is used. */
enum { WORTH_A_LOOK = 64 << 20 };

/* aligned_alloc wants a multiple of the alignment; vector kernels may then also read to the end of a line. */
static size_t rounded(size_t bytes, size_t alignment)
{
    return (bytes + alignment) / alignment * alignment;
}

nn_status nni_reserve(size_t count, size_t size, const char *what, void *memory, nn_error *error)
{
    size_t bytes = 0;
    void *taken = NULL;
    bool overflow = __builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE;
    const uint64_t limit = bytes < WORTH_A_LOOK ? 0 : nni_host_memory_limit();
    if (limit > 0 && bytes > limit)
        return nn_fail(error, NN_SYSTEM,
                       "out of memory: %s, %zu elements of %zu bytes, would take more than the %llu bytes that the "
                       "container or job may have",
                       what, count, size, (unsigned long long)limit);
    const size_t alignment = bytes < HUGE_PAGE ? NNI_ALIGNMENT : HUGE_PAGE;
    if (!overflow)
        taken = aligned_alloc(alignment, rounded(bytes, alignment));
#ifdef MADV_HUGEPAGE
    if (taken && alignment == HUGE_PAGE)
        (void)madvise(taken, rounded(bytes, alignment), MADV_HUGEPAGE); /* without it as well, only slower */
#endif
    if (!taken)
        return nn_fail(error, NN_SYSTEM, "out of memory: no room for %s, %zu elements of %zu bytes", what, count, size);
    memcpy(memory, &taken, sizeof taken);
    return NN_OK;
}

nn_status nni_allocate(size_t count, size_t size, const char *what, void *memory, nn_error *error)
{
    void *taken = NULL;
    NN_TRY(nni_reserve(count, size, what, &taken, error));
    memset(taken, 0, rounded(count * size, NNI_ALIGNMENT));
    memcpy(memory, &taken, sizeof taken);
    return NN_OK;
}

nn_status nni_copy_text(const char *text, char **copy, nn_error *error)
{
    if (!text)
        return NN_OK;
    NN_TRY(nni_allocate(strlen(text) + 1, 1, "a name", copy, error));
    memcpy(*copy, text, strlen(text));
    return NN_OK;
}

void nni_release(void *memory)
{
    free(memory);
}
