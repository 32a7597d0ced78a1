/* SPDX-License-Identifier: MIT */
/** Copies past the caches, into memory that another rank reads. */
#ifndef NNI_COMM_ALLREDUCE_STREAMING_COPY_H
#define NNI_COMM_ALLREDUCE_STREAMING_COPY_H

#include <stddef.h>

/**
 * As memcpy, but where the processor can, whole cache lines go straight to memory.
 *
 * An ordinary store must first take its line from the core that read it last. Into lines that a core with another last
 * level cache had read, Zen 4 wrote 2.3 GB/s that way, and into those of a core with the same cache 10; so it writes 28
 * into both, and the other core reads 40 GB/s of them.
 *
 * What follows in the program may be seen before what was copied: nni_stream_done comes between the two.
 */
void nni_stream_copy(void *to, const void *from, size_t bytes);

/** What has been copied is there before anything that is stored after this. */
void nni_stream_done(void);

#endif
