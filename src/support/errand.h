/** Memory that is moved beside computing: a processor that multiplies has loads and stores to spare. */
#ifndef NNI_SUPPORT_ERRAND_H
#define NNI_SUPPORT_ERRAND_H

#include <stddef.h>

#include "nntrain/real.h"

typedef enum nn_errand_kind {
    NN_ERRAND_NONE,
    NN_ERRAND_COPY,   /**< to = from */
    NN_ERRAND_STREAM, /**< the same past the caches, where the processor can */
    NN_ERRAND_ADD,    /**< to = to + from */
} nn_errand_kind;

/** Whole cache lines. */
typedef struct nn_errand {
    nn_errand_kind kind;
    size_t count;        /**< elements; 0 with NN_ERRAND_NONE */
    const nn_real *from; /**< at the begin of a line, as `to` is */
    nn_real *to;
} nn_errand;

#endif
