/** Rows of dropout masks, part of elementwise_loops.h. */

/* Counters whose words are found at a time: 256 columns. */
enum { COUNTERS = 64 };

/* Word k of counter index + b in words[k][b]: Philox4x32-10 as in base/philox.c, a lane a counter. */
static inline void philox_words(const nn_dropout_row *row, uint64_t index, size_t count, uint32_t words[4][COUNTERS])
{
#pragma omp simd
    for (size_t b = 0; b < count; b++) {
        uint64_t counter = index + b;
        uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32);
        uint32_t c2 = (uint32_t)row->stream, c3 = (uint32_t)(row->stream >> 32);
        uint32_t k0 = row->key[0], k1 = row->key[1];
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            uint64_t product0 = UINT64_C(0xD2511F53) * c0, product1 = UINT64_C(0xCD9E8D57) * c2;
            c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
            c1 = (uint32_t)product1;
            c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
            c3 = (uint32_t)product0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        words[0][b] = c0, words[1][b] = c1, words[2][b] = c2, words[3][b] = c3;
    }
}

static void dropout_row(nn_real *mask, size_t columns, const nn_dropout_row *row)
{
    enum { COLUMNS = 4 * COUNTERS };
    uint32_t words[4][COUNTERS];
    for (size_t first = 0; first < columns; first += COLUMNS) {
        size_t count = columns - first < COLUMNS ? columns - first : COLUMNS;
        philox_words(row, row->index + first / 4, (count + 3) / 4, words);
        nn_real *out = mask + first;
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
