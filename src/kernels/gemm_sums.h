/**
 * How the sums of a tile get into registers and out of them; included after gemm_vectors.h and what a file says of its
 * set, not a header of declarations.
 *
 * `partial`: of the last vector of columns only `rest` elements are there.
 */
static inline __attribute__((always_inline)) vector load_at(const nn_real *from, bool part, size_t rest)
{
    return part ? load_part(from, rest) : (vector) * (const loose_vector *)from;
}

/* A slot of the stack, from a column on. */
typedef struct place {
    nn_real *c;
    size_t stride;
} place;

static inline __attribute__((always_inline)) place place_of(const nn_gemm_tile *t, size_t slot, size_t column)
{
    if (slot < t->matrices)
        return (place){t->c + slot * t->c_pitch + column, t->c_stride};
    return (place){t->scratch + (slot - t->matrices) * ROWS * SLOT_COLUMNS + column, SLOT_COLUMNS};
}

static inline __attribute__((always_inline)) void begin_sums(size_t rows, size_t vectors, bool partial, size_t rest,
                                                             const nn_gemm_tile *t, size_t column,
                                                             const nn_gemm_chain *chain,
                                                             vector sum[ROWS][STRIP_VECTORS])
{
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = (vector){0};
    if (!chain->add)
        return;
    const place from = place_of(t, chain->slot, column);
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++)
            sum[i][v] = load_at(from.c + i * from.stride + v * LANES, partial && v + 1 == vectors, rest);
}

/* All joins of a sum happen in registers, and only what comes of them is written. */
static inline __attribute__((always_inline)) void end_sums(size_t rows, size_t vectors, bool partial, size_t rest,
                                                           const nn_gemm_tile *t, size_t column,
                                                           const nn_gemm_chain *chain, vector sum[ROWS][STRIP_VECTORS])
{
    place out = place_of(t, chain->slot, column);
    for (size_t join = 1; join <= chain->joins; join++) {
        out = place_of(t, chain->slot - join, column);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
            for (size_t v = 0; v < vectors; v++)
                sum[i][v] += load_at(out.c + i * out.stride + v * LANES, partial && v + 1 == vectors, rest);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < vectors; v++) {
            nn_real *c = out.c + i * out.stride + v * LANES;
            if (partial && v + 1 == vectors)
                store_part(c, sum[i][v], rest);
            else
                *(loose_vector *)c = sum[i][v];
        }
}
