/* SPDX-License-Identifier: MIT */
/** Rows of dropout masks, part of elementwise_loops.inl.h. */

static void dropout_row(nni_real *mask, size_t columns, const nni_dropout_row *row)
{
    enum { COLUMNS = 4 * COUNTERS };
    uint32_t words[4][COUNTERS];
    for (size_t first = 0; first < columns; first += COLUMNS) {
        size_t count = columns - first < COLUMNS ? columns - first : COLUMNS;
        philox_words(row->key, row->stream, row->index + first / 4, (count + 3) / 4, words);
        nni_real *out = mask + first;
#pragma omp simd
        for (size_t b = 0; b < count / 4; b++) {
            out[4 * b] = choose(words[0][b] < row->threshold, 0, row->kept);
            out[4 * b + 1] = choose(words[1][b] < row->threshold, 0, row->kept);
            out[4 * b + 2] = choose(words[2][b] < row->threshold, 0, row->kept);
            out[4 * b + 3] = choose(words[3][b] < row->threshold, 0, row->kept);
        }
        for (size_t j = count - count % 4; j < count; j++)
            out[j] = choose(words[j % 4][j / 4] < row->threshold, 0, row->kept);
    }
}
