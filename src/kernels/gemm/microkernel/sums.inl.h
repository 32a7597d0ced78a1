/* SPDX-License-Identifier: MIT */
/**
 * How the sums of a tile get into registers and out of them; included after vectors.inl.h and what a file says of its
 * set, not a header of declarations.
 *
 * Of the last vector of columns only `rest` elements are there, which may be all.
 */
static inline __attribute__((always_inline)) vector load_at(const nni_real *from, bool part, size_t rest)
{
    return part ? load_part(from, rest) : (vector) * (const loose_vector *)from;
}

static inline __attribute__((always_inline)) void store_at(nni_real *to, vector values, bool part, size_t rest)
{
    if (part)
        store_part(to, values, rest);
    else
        *(loose_vector *)to = values;
}

/* A slot of the stack. */
typedef struct place {
    nni_real *c;
    size_t stride;
} place;

static inline __attribute__((always_inline)) place place_of(const nni_gemm_strip *t, size_t slot)
{
    if (slot < t->matrices)
        return (place){t->c + slot * t->c_pitch, t->c_stride};
    return (place){t->scratch + (slot - t->matrices) * ROWS * COLUMNS, COLUMNS};
}

/* sum += slot */
static inline __attribute__((always_inline)) void add_slot(size_t rows, size_t vectors, bool part, size_t rest,
                                                           place from, vector sum[ROWS][VECTORS])
{
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] += load_at(from.c + i * from.stride + v * LANES, part && v + 1 == vectors, rest);
}

static inline __attribute__((always_inline)) void load_slot(size_t rows, size_t vectors, bool part, size_t rest,
                                                            place from, vector sum[ROWS][VECTORS])
{
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = load_at(from.c + i * from.stride + v * LANES, part && v + 1 == vectors, rest);
}

static inline __attribute__((always_inline)) void store_slot(size_t rows, size_t vectors, bool part, size_t rest,
                                                             place to, vector sum[ROWS][VECTORS])
{
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            store_at(to.c + i * to.stride + v * LANES, sum[i][v], part && v + 1 == vectors, rest);
}

static inline __attribute__((always_inline)) void begin_sums(size_t rows, size_t vectors, size_t rest,
                                                             const nni_gemm_strip *t, const nni_gemm_chain *chain,
                                                             vector sum[ROWS][VECTORS])
{
    if (chain->add) {
        const place from = place_of(t, chain->slot);
        if (rest < LANES)
            load_slot(rows, vectors, true, rest, from, sum);
        else
            load_slot(rows, vectors, false, rest, from, sum);
        return;
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = (vector){0};
}

/* The joins of a sum that lies in its slot, of `columns`, with both sides rounded as a message would round them. Apart:
 * in the way of the sums out of their registers it had all products spill them, which cost a forward pass 70 %. */
static __attribute__((noinline)) void join_rounded(const nni_gemm_strip *t, size_t columns, const nni_gemm_chain *chain)
{
    for (size_t join = 1; join <= chain->joins; join++) {
        const place top = place_of(t, chain->slot - join + 1), below = place_of(t, chain->slot - join);
        for (size_t i = 0; i < t->rows; i++)
            for (size_t j = 0; j < columns; j += LANES) {
                const size_t rest = columns - j;
                const bool part = rest < LANES;
                nni_real *to = below.c + i * below.stride + j;
                const vector added = (vector)rounded(load_at(top.c + i * top.stride + j, part, rest));
                store_at(to, (vector)rounded(load_at(to, part, rest)) + added, part, rest);
            }
    }
}

/* Bias, then relu, of a vector; `added` is 0 where there is no bias. */
static inline __attribute__((always_inline)) vector completed(vector sum, vector added, bool bias, bool rectified)
{
    if (bias)
        sum += added;
    return rectified ? (vector)((word_vector)sum & ~(word_vector)(sum <= 0)) : sum; /* NaN stays */
}

/* Of one vector of columns, which may be a part of one: what was stored so would be waited for to be loaded again. */
static inline __attribute__((always_inline)) void complete_sums(size_t rows, size_t rest, const nni_gemm_strip *t,
                                                                vector sum[ROWS][VECTORS])
{
    const bool bias = t->bias != NULL;
    if (!bias && !t->rectify)
        return;
    const vector added = bias ? load_at(t->bias, rest < LANES, rest) : (vector){0};
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
        sum[i][0] = completed(sum[i][0], added, bias, t->rectify);
}

/* All joins of a sum happen in registers, and only what comes of them is written. */
static inline __attribute__((always_inline)) void end_sums(size_t rows, size_t vectors, size_t rest,
                                                           const nni_gemm_strip *t, const nni_gemm_chain *chain,
                                                           vector sum[ROWS][VECTORS])
{
    const bool apart = t->round_joins && chain->joins > 0;
    place out = place_of(t, chain->slot);
    for (size_t join = 1; !apart && join <= chain->joins; join++) {
        out = place_of(t, chain->slot - join);
        if (rest < LANES)
            add_slot(rows, vectors, true, rest, out, sum);
        else
            add_slot(rows, vectors, false, rest, out, sum);
    }
    if (vectors == 1)
        complete_sums(rows, rest, t, sum);
    if (rest < LANES)
        store_slot(rows, vectors, true, rest, out, sum);
    else
        store_slot(rows, vectors, false, rest, out, sum);
    if (apart)
        join_rounded(t, (vectors - 1) * LANES + rest, chain);
}
