/**
 * LANES rows whose depth is contiguous, turned so that the elements of one step of depth lie side by side; not a header
 * of declarations. The including file says how quads of rows are loaded and interleaved. For float alone.
 *
 * Four steps are turned at once: quads of the rows i, i + 4, i + 8, ... make one vector, so that the two rounds of
 * interleaving never cross a 16-byte lane, which is cheap everywhere.
 */
#ifndef NNTRAIN_DOUBLE
/* step[l][i] = row[i][k + l] */
static inline __attribute__((always_inline)) void turn_quads(const nn_real *const row[LANES], size_t k, vector step[4])
{
    vector quads[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        quads[i] = load_quads(row + i, k);
    const vector even_low = interleave_low(quads[0], quads[2]), even_high = interleave_high(quads[0], quads[2]);
    const vector odd_low = interleave_low(quads[1], quads[3]), odd_high = interleave_high(quads[1], quads[3]);
    step[0] = interleave_low(even_low, odd_low);
    step[1] = interleave_high(even_low, odd_low);
    step[2] = interleave_low(even_high, odd_high);
    step[3] = interleave_high(even_high, odd_high);
}
#endif
