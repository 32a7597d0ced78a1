/* SPDX-License-Identifier: MIT */
/* What the sources of a virtual dataset cover, against a table with an entry for every place. */
#include "hdf5/storage/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

enum { RANK = 3, MOST = 7, TRIALS = 4000, SLABS = 8 };

static unsigned draw(unsigned below)
{
    static uint64_t state = 1;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % below;
}

typedef struct slab {
    hsize_t start[RANK], stride[RANK], count[RANK], block[RANK];
} slab;

/* Often all of a dimension, so that there are as many whole covers as gaps. */
static slab drawn(const hsize_t *extent)
{
    slab own;
    for (int d = 0; d < RANK; d++) {
        const bool all = draw(2) > 0;
        own.start[d] = all ? 0 : draw((unsigned)extent[d]);
        own.block[d] = all ? extent[d] : 1 + draw(3);
        own.stride[d] = own.block[d] + draw(3);
        own.count[d] = all ? 1 : 1 + draw(3);
    }
    return own;
}

static bool holds(const slab *own, const hsize_t *place)
{
    for (int d = 0; d < RANK; d++) {
        bool in = false;
        for (hsize_t i = 0; i < own->count[d]; i++) {
            const hsize_t begin = own->start[d] + i * own->stride[d];
            in = in || (place[d] >= begin && place[d] < begin + own->block[d]);
        }
        if (!in)
            return false;
    }
    return true;
}

/* @return whether there is a gap. @param gap  receives the first in the order of rows */
static bool has_gap(const slab *slabs, size_t count, const hsize_t *extent, hsize_t *gap)
{
    for (gap[0] = 0; gap[0] < extent[0]; gap[0]++)
        for (gap[1] = 0; gap[1] < extent[1]; gap[1]++)
            for (gap[2] = 0; gap[2] < extent[2]; gap[2]++) {
                bool covered = false;
                for (size_t i = 0; i < count && !covered; i++)
                    covered = holds(&slabs[i], gap);
                if (!covered)
                    return true;
            }
    return false;
}

static void the_first_gap_is_that_of_a_table_of_all_places(void)
{
    size_t gaps = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        slab slabs[SLABS];
        hsize_t extent[RANK], gap[H5S_MAX_RANK], expected[RANK];
        nni_hdf5_coverage coverage = {.rank = RANK};
        const size_t count = 1 + draw(SLABS);
        for (int d = 0; d < RANK; d++)
            extent[d] = 1 + draw(MOST);
        for (size_t i = 0; i < count; i++) {
            slabs[i] = drawn(extent);
            CU_ASSERT_FATAL(nni_hdf5_coverage_add(&coverage, slabs[i].start, slabs[i].stride, slabs[i].count,
                                                  slabs[i].block, NULL) == NN_OK);
        }
        const bool open = has_gap(slabs, count, extent, expected);
        CU_ASSERT_EQUAL(nni_hdf5_coverage_check(&coverage, extent, gap), open ? NNI_HDF5_GAP : NNI_HDF5_COVERED);
        if (open)
            CU_ASSERT(memcmp(gap, expected, sizeof expected) == 0);
        gaps += open;
        nni_hdf5_coverage_free(&coverage);
    }
    CU_ASSERT(gaps > TRIALS / 5 && gaps < TRIALS * 4 / 5); /* or the draw tells nothing */
}

/* Rows of four files by turns: a step or two a row, however many there are. */
static void rows_that_take_turns_are_found_at_once(void)
{
    enum { FILES = 4, ROWS = 1000000 };
    const hsize_t extent[2] = {FILES * ROWS, 28};
    hsize_t gap[H5S_MAX_RANK];
    nni_hdf5_coverage coverage = {.rank = 2};
    for (hsize_t i = 0; i < FILES; i++)
        CU_ASSERT(nni_hdf5_coverage_add(&coverage, (hsize_t[]){(i * 3 + 1) % FILES, 0}, (hsize_t[]){FILES, 1},
                                        (hsize_t[]){ROWS, 1}, (hsize_t[]){1, 28}, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_hdf5_coverage_check(&coverage, extent, gap), NNI_HDF5_COVERED);
    CU_ASSERT(coverage.steps <= 2 * FILES * (uint64_t)ROWS);
    nni_hdf5_coverage_free(&coverage);
}

/* A check that would go on for hours is given up, and said so. */
static void slabs_that_interlock_beyond_measure_are_given_up(void)
{
    enum { SLAB_COUNT = 2000 };
    const hsize_t extent[1] = {UINT64_C(1) << 40};
    hsize_t gap[H5S_MAX_RANK];
    nni_hdf5_coverage coverage = {.rank = 1};
    for (hsize_t i = 0; i < SLAB_COUNT; i++) /* one place of each 2,000, in an order that no guess meets */
        CU_ASSERT(nni_hdf5_coverage_add(&coverage, (hsize_t[]){i % 2 ? i : SLAB_COUNT - 2 - i}, (hsize_t[]){SLAB_COUNT},
                                        (hsize_t[]){extent[0] / SLAB_COUNT + 1}, (hsize_t[]){1}, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_hdf5_coverage_check(&coverage, extent, gap), NNI_HDF5_TOO_INTRICATE);
    nni_hdf5_coverage_free(&coverage);
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(the_first_gap_is_that_of_a_table_of_all_places),
        NN_TEST(rows_that_take_turns_are_found_at_once),
        NN_TEST(slabs_that_interlock_beyond_measure_are_given_up),
    };
    return nni_run_suite("coverage", tests, sizeof tests / sizeof *tests);
}
