/* SPDX-License-Identifier: MIT */
/**
 * What a tile or a strip does beside its sums; included after vectors.inl.h and what a file says of its set, not a
 * header of declarations.
 */
typedef enum beside_sums { NOTHING, PACKING, CARRYING } beside_sums;

/* A vector of an errand, which comes from memory or another core, and is fetched so far ahead: half a page, in which 32
 * steps go by. A whole page ahead lay what the other had yet to write, and came twice. */
static inline __attribute__((always_inline)) void carry(const nni_errand *errand, size_t at)
{
    const nni_real *from = errand->from + at;
    nni_real *to = errand->to + at;
    const vector moved = *(const vector *)from;
    __builtin_prefetch(from + 2048 / sizeof *from, 0, 2);
    if (errand->kind == NNI_ERRAND_STREAM)
        stream(to, moved);
    else if (errand->kind == NNI_ERRAND_ADD)
        *(vector *)to += moved;
    else
        *(vector *)to = moved;
}
