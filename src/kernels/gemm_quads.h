/**
 * LANES rows whose depth is contiguous, turned so that the elements of one step of depth lie side by side; not a header
 * of declarations. The including file says how quads of rows are loaded and interleaved. For float alone.
 *
 * Quads of the rows i, i + 4, i + 8, ... make one vector, so that the two rounds of interleaving never cross a 16-byte
 * lane, which is cheap everywhere. LANES steps are turned at once: a row's are read one after the other, so that its
 * line is needed in the cache only once, where lines of all rows may fall into the same place.
 */
#ifndef NNTRAIN_DOUBLE
enum { QUADS = LANES / 4 };

/* step[l][i] = row[i][k + l] for l < 4 * quads; quads is QUADS or 1. */
static inline __attribute__((always_inline)) void turn(const nn_real *const row[LANES], size_t k, size_t quads,
                                                       vector step[LANES])
{
    vector quad[4][QUADS];
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        load_quads(row + i, k, quads, quad[i]);
#pragma GCC unroll 4
    for (size_t q = 0; q < quads; q++) {
        const vector even_low = interleave_low(quad[0][q], quad[2][q]);
        const vector even_high = interleave_high(quad[0][q], quad[2][q]);
        const vector odd_low = interleave_low(quad[1][q], quad[3][q]);
        const vector odd_high = interleave_high(quad[1][q], quad[3][q]);
        step[4 * q] = interleave_low(even_low, odd_low);
        step[4 * q + 1] = interleave_high(even_low, odd_low);
        step[4 * q + 2] = interleave_low(even_high, odd_high);
        step[4 * q + 3] = interleave_high(even_high, odd_high);
    }
}
#endif
