/* SPDX-License-Identifier: MIT */
/** Memory that is moved beside computing: a processor that multiplies has loads and stores to spare. */
#ifndef NNI_SUPPORT_ERRAND_H
#define NNI_SUPPORT_ERRAND_H

#include <stddef.h>

#include "support/real.h"

typedef enum nni_errand_kind {
    NNI_ERRAND_NONE,
    NNI_ERRAND_COPY,   /**< to = from */
    NNI_ERRAND_STREAM, /**< the same past the caches, where the processor can */
    NNI_ERRAND_ADD,    /**< to = to + from */
} nni_errand_kind;

/** Whole cache lines. */
typedef struct nni_errand {
    nni_errand_kind kind;
    size_t count;         /**< elements; 0 with NNI_ERRAND_NONE */
    const nni_real *from; /**< at the begin of a line, as `to` is */
    nni_real *to;
} nni_errand;

#endif
