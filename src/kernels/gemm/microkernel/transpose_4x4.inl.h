/* SPDX-License-Identifier: MIT */
/**
 * LANES rows whose depth is contiguous, turned so that the elements of one step of depth lie side by side; not a header
 * of declarations. The including file says how quads of rows are loaded and interleaved. For float alone.
 *
 * The two rounds of interleaving never cross a 16-byte lane, which is cheap everywhere: what lies in the same lane of
 * four vectors are quads of neighbouring rows. LANES steps are loaded at once: a row's are read one after the other, so
 * that its line is needed in the cache only once, where lines of all rows may fall into the same place.
 */
#ifndef NNTRAIN_DOUBLE
/* Quads of a row's steps that are loaded at once, and that are interleaved at once. */
enum { QUADS = LANES / 4, PART = QUADS < 2 ? QUADS : 2 };

/* Of the next 4 * quads steps from k on; quads is QUADS or 1. */
static inline __attribute__((always_inline)) void load_rows(const nni_real *const row[LANES], size_t k, size_t quads,
                                                            vector quad[4][QUADS])
{
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        load_quads(row + i, k, quads, quad[i]);
}

/* Rows are fetched into the level 2 cache four lines ahead, since there are more of them than streams a processor
 * foresees; the level 1 cache may have too few places for lines of all. */
static inline __attribute__((always_inline)) void fetch_rows_ahead(const nni_real *const row[LANES], size_t k)
{
    enum { AHEAD = 256 / sizeof(nni_real) };
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        __builtin_prefetch(row[i] + k + AHEAD, 0, 2);
}

/* step[l][i] = row[i][k + 4 * first + l] for l < 4 * count; count is PART or, where a single quad was loaded, 1. */
static inline __attribute__((always_inline)) void turn_part(vector quad[4][QUADS], size_t first, size_t count,
                                                            vector step[4 * PART])
{
#pragma GCC unroll 2
    for (size_t part = 0; part < count; part++) {
        const size_t q = first + part;
        const vector even_low = interleave_low(quad[0][q], quad[2][q]);
        const vector even_high = interleave_high(quad[0][q], quad[2][q]);
        const vector odd_low = interleave_low(quad[1][q], quad[3][q]);
        const vector odd_high = interleave_high(quad[1][q], quad[3][q]);
        step[4 * part] = interleave_low(even_low, odd_low);
        step[4 * part + 1] = interleave_high(even_low, odd_low);
        step[4 * part + 2] = interleave_low(even_high, odd_high);
        step[4 * part + 3] = interleave_high(even_high, odd_high);
    }
    permute_lanes(count, step);
}

/* step[l][i] = row[i][k + l] for l < 4 * quads. */
static inline __attribute__((always_inline)) void turn(const nni_real *const row[LANES], size_t k, size_t quads,
                                                       vector step[LANES])
{
    const size_t part = quads < PART ? quads : PART;
    vector quad[4][QUADS];
    load_rows(row, k, quads, quad);
#pragma GCC unroll 4
    for (size_t q = 0; q < quads; q += part)
        turn_part(quad, q, part, step + 4 * q);
}
#endif
