/**
 * The copies into panels that the micro-kernel files share; included after gemm_tile.h, not a header of declarations.
 *
 * A panel wants the elements of one depth step side by side; a view whose depth is contiguous has them a stride apart.
 * Four steps of LANES rows are turned at once: quads of the rows i, i + 4, i + 8, ... make one vector, so that the two
 * rounds of interleaving never cross a 16-byte lane, which is cheap everywhere.
 */

/* The steps that no vector covers, and all of them for double, which only tests use. */
static void transpose_elements(const nn_real *const row[LANES], size_t first, size_t depth, nn_real *panel,
                               size_t pitch)
{
    for (size_t k = first; k < depth; k++)
        for (size_t i = 0; i < LANES; i++)
            panel[k * pitch + i] = row[i][k];
}

#ifdef NNTRAIN_DOUBLE
static size_t transpose_quads(const nn_real *const row[LANES], size_t depth, nn_real *panel, size_t pitch)
{
    (void)row, (void)depth, (void)panel, (void)pitch;
    return 0;
}
#else
static size_t transpose_quads(const nn_real *const row[LANES], size_t depth, nn_real *panel, size_t pitch)
{
    size_t k = 0;
    for (; k + 4 <= depth; k += 4) {
        vector quads[4];
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++)
            quads[i] = load_quads(row + i, k);
        vector even_low = interleave_low(quads[0], quads[2]), even_high = interleave_high(quads[0], quads[2]);
        vector odd_low = interleave_low(quads[1], quads[3]), odd_high = interleave_high(quads[1], quads[3]);
        *(vector *)(panel + k * pitch) = interleave_low(even_low, odd_low);
        *(vector *)(panel + (k + 1) * pitch) = interleave_high(even_low, odd_low);
        *(vector *)(panel + (k + 2) * pitch) = interleave_low(even_high, odd_high);
        *(vector *)(panel + (k + 3) * pitch) = interleave_high(even_high, odd_high);
    }
    return k;
}
#endif

static void transpose(const nn_real *source, size_t stride, size_t width, size_t depth, nn_real *panel, size_t pitch)
{
    for (size_t first = 0; first < pitch; first += LANES) {
        /* Rows that are not there repeat the last one: what a micro-kernel makes of them is never written. */
        const nn_real *row[LANES];
        for (size_t i = 0; i < LANES; i++)
            row[i] = source + (first + i < width ? first + i : width - 1) * stride;
        size_t done = transpose_quads(row, depth, panel + first, pitch);
        transpose_elements(row, done, depth, panel + first, pitch);
    }
}

static void copy(const nn_real *source, size_t stride, size_t width, size_t depth, nn_real *panel, size_t pitch)
{
    size_t whole = width - width % LANES;
    for (size_t k = 0; k < depth; k++, source += stride, panel += pitch) {
        for (size_t i = 0; i < whole; i += LANES)
            *(vector *)(panel + i) = *(const loose_vector *)(source + i);
        for (size_t i = whole; i < width; i++)
            panel[i] = source[i];
    }
}
