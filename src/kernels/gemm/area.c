/* SPDX-License-Identifier: MIT */
/* Part of a product, by one thread. A panel of B is packed into the level 2 cache, with the columns of each step of
 * depth side by side, and stays there while all rows of A go by, tile after tile. The depth is whole wherever that
 * cache has room for it: sums that are stored and loaded in between cost more than a panel that level 1 does not hold.
 */
#include <stdint.h>

#include "kernels/gemm/product.h"
#include "support/extremes.h"

/* Some rows of an area and a part of the depth. */
typedef struct block {
    nni_partition rows, columns;
    size_t groups; /* that the rows are divided into */
    const nni_gemm_depth_block *depth;
    size_t thread_id;
    bool near;          /* B stays in the level 2 cache where it lies */
    bool reports;       /* rows that are complete */
    size_t rows_before; /* as many were before the block */
    bool pack_a;
} block;

static nni_pack_source part_of(nni_pack_source matrix, size_t first, size_t step)
{
    matrix.data += first * matrix.width_stride + step * matrix.depth_stride;
    return matrix;
}

/* --- packing --- */

/* A step of depth of A lies a row of memory further where its rows lie side by side, and a tile uses a part of that:
 * fine as long as all of it stays in the level 1 cache. */
static bool packs_a(const nni_gemm_product *p, size_t rows, size_t depth)
{
    if (p->space->plan.kernel->rounds)
        return true;
    return p->a.depth_stride != 1 && rows * depth * sizeof(nni_real) > p->space->plan.level1_bytes / 2;
}

/* Whether B lies so that a tile can read it: whole vectors side by side. */
static bool reads_b(const nni_gemm_product *p)
{
    return !p->space->plan.kernel->rounds && p->b.width_stride == 1;
}

/* Whether all of B stays in the level 2 cache. It is then read where it lies, a few rows of C after the other: panels
 * would save nothing, and C is swept in its order. */
static bool b_is_near(const nni_gemm_product *p, size_t depth)
{
    return reads_b(p) && depth * p->columns * sizeof(nni_real) <= p->space->plan.level2_bytes / 2;
}

/* Columns that are read where B lies: of B that is near, and for a few rows, for which a copy is not worth it. What is
 * less than a vector is packed. */
static size_t columns_in_place(const nni_gemm_product *p, const block *b, size_t columns)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    const bool reads = reads_b(p) && (b->near || b->rows.count <= NNI_GEMM_GROUP);
    return reads ? columns / kernel->lanes * kernel->lanes : 0;
}

static void pack(const nni_gemm_product *p, const nni_gemm_depth_block *depth, nni_pack_source source, size_t first,
                 size_t width, nni_real *panel, size_t pitch)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    for (size_t r = 0; r < depth->run_count; r++) {
        const nni_gemm_run *run = &depth->runs[r];
        nni_pack_panel(kernel, part_of(source, first, depth->steps.first + run->steps.first), width, run->steps.count,
                       panel + run->element * pitch, pitch);
    }
}

static nni_real *packed_group(const nni_gemm_product *p, const block *b, size_t group)
{
    return p->space->a + b->thread_id * p->space->plan.a_room + group * b->depth->elements * NNI_GEMM_PITCH;
}

/* Where C is computed whose transpose is wanted. */
static nni_real *panel_of_c(const nni_gemm_product *p, const block *b)
{
    return p->space->c + b->thread_id * p->space->plan.c_room;
}

static void pack_groups(const nni_gemm_product *p, const block *b)
{
    for (size_t group = 0; group < b->groups; group++) {
        const nni_partition rows = nni_partition_of(b->rows.count, group, b->groups);
        pack(p, b->depth, p->a, b->rows.first + rows.first, rows.count, packed_group(p, b, group), NNI_GEMM_PITCH);
    }
}

/* --- computing --- */

/* What the strips of a block have in common. */
static nni_gemm_strip strip_of(const nni_gemm_product *p, const block *b)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    return (nni_gemm_strip){
        .a_row_stride = b->pack_a ? 1 : p->a.width_stride,
        .a_depth_stride = b->pack_a ? NNI_GEMM_PITCH : p->a.depth_stride,
        .chains = b->depth->chains,
        .chain_count = b->depth->chain_count,
        .matrices = b->depth->matrices,
        .c_stride = p->swapped ? kernel->columns : p->c_stride,
        .c_pitch = p->c_pitch,
        .scratch = p->space->scratch + b->thread_id * NNI_GEMM_SLOTS * kernel->rows[0] * kernel->columns,
        .rectify = b->depth->last && !p->swapped && p->epilogue && p->epilogue->activation == NN_RELU,
        .round_joins = p->space->round_joins,
    };
}

/* Lines of B that are fetched meanwhile. Those of the panels to be packed next, which packing would wait for: forward
 * passes whose weights come from level 3 gained 4 % on a Xeon. */
static void fetch_panels(const nni_gemm_product *p, const block *b, nni_partition columns, nni_gemm_strip *strip)
{
    enum { LINE = 64 / sizeof(nni_real) };
    const nni_pack_source source = part_of(p->b, columns.first, b->depth->steps.first);
    const size_t steps = nni_larger(b->depth->elements, 1);
    const bool beside = source.width_stride == 1;
    strip->ahead = source.data;
    strip->ahead_stride = beside ? source.depth_stride : LINE;
    strip->ahead_run = beside ? LINE : steps * LINE;
    strip->ahead_runs = nni_gemm_pieces(beside ? columns.count : columns.count * source.width_stride, strip->ahead_run);
}

/* Of B that is far and read where it lies, steps that come soon. */
static void fetch_steps(const nni_gemm_product *p, nni_gemm_strip *strip)
{
    enum { STEPS_AHEAD = 8 };
    strip->ahead = strip->b + STEPS_AHEAD * p->b.depth_stride;
    strip->ahead_stride = p->b.depth_stride;
    strip->ahead_run = 0;
    strip->ahead_runs = SIZE_MAX;
}

/* Whether tiles fetch what is read when the rows of the block are complete, rather than B: where B leaves it room in
 * the level 2 cache. */
static bool fetches_for_rows(const nni_gemm_product *p, const block *b)
{
    return p->space->after_rows && b->near && b->depth->last && !p->swapped;
}

/* From the second tile on. An update of weights in level 3 took a tenth of a step of 32 rows on a Xeon, and half of
 * that where the tiles of dW had fetched them. */
static void fetch_for_rows(const nni_gemm_product *p, const block *b, nni_gemm_strip *strip)
{
    enum { LINE = 64 / sizeof(nni_real) };
    const size_t steps = nni_larger(b->depth->elements, 1);
    strip->ahead_runs = 0, strip->ahead_stride = LINE, strip->ahead_run = steps * LINE;
    strip->then = p->space->fetched, strip->then_count = p->space->fetched_count;
    strip->then_offset = b->rows.first * p->c_stride;
    strip->then_runs = nni_gemm_pieces(b->rows.count * p->c_stride, strip->ahead_run);
}

/* A strip tile by tile, with a look at what else there is to do before each. */
static void compute_tiles(const nni_gemm_product *p, const block *b, nni_partition rows, nni_partition columns,
                          nni_gemm_strip *strip)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    const size_t tiles = nni_gemm_pieces(rows.count, kernel->rows[nni_gemm_width(kernel->vectors)]);
    for (size_t j = 0; j < columns.count; j += p->panel) {
        const size_t width = nni_smaller(p->panel, columns.count - j);
        /* Behind the last columns rows are complete, as far as they have come. */
        const bool last = b->reports && b->depth->last && columns.first + j + width == p->columns;
        for (size_t i = 0; i < tiles; i++) {
            const nni_partition part = nni_partition_of(rows.count, i, tiles);
            nni_gemm_strip tile = *strip;
            tile.rows = part.count, tile.columns = width;
            tile.a += part.first * tile.a_row_stride, tile.b += j, tile.c += part.first * tile.c_stride + j;
            tile.bias = tile.bias ? tile.bias + j : NULL;
            if (b->depth->steps.count > 0)
                p->space->before_tile(p->space->context,
                                      last ? b->rows.first + rows.first + part.first : b->rows_before,
                                      part.count * width * b->depth->steps.count);
            kernel->run(&tile);
            strip->ahead = tile.ahead, strip->ahead_runs = tile.ahead_runs;
            strip->then = tile.then, strip->then_count = tile.then_count;
        }
    }
}

/* Rows of a block, which are rows a of A, and some columns. @param panel  of B, packed; NULL: where it lies */
static void compute_strip(const nni_gemm_product *p, const block *b, nni_partition rows, nni_partition columns,
                          const nni_real *a, const nni_real *panel, nni_gemm_strip *strip)
{
    const bool ends = b->depth->last && !p->swapped && p->epilogue;
    strip->rows = rows.count, strip->columns = columns.count;
    strip->a = a;
    strip->b = panel ? panel : part_of(p->b, columns.first, b->depth->steps.first).data;
    strip->b_stride = panel ? p->space->plan.kernel->columns : p->b.depth_stride;
    strip->c = p->swapped ? panel_of_c(p, b) + columns.first - b->columns.first
                          : p->c + b->rows.first * p->c_stride + columns.first;
    strip->c += rows.first * strip->c_stride;
    strip->bias = ends && p->epilogue->bias ? p->epilogue->bias + columns.first : NULL;
    if (!panel && !b->near && !fetches_for_rows(p, b))
        fetch_steps(p, strip);
    if (p->space->before_tile)
        compute_tiles(p, b, rows, columns, strip);
    else
        p->space->plan.kernel->run(strip);
}

static nni_partition panel_at(const nni_gemm_product *p, nni_partition columns, size_t offset)
{
    return (nni_partition){columns.first + offset, nni_smaller(p->panel, columns.count - offset)};
}

/* Some columns, of which those panels are packed that need to be: a few rows sweep all of them, so that C is written in
 * its order. On a Xeon with 4 KiB pages, panel after panel lost 30 % of a dW of 4096 by 4096. */
static void compute_columns(const nni_gemm_product *p, const block *b, nni_partition columns, nni_gemm_strip *strip)
{
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    const size_t in_place = columns_in_place(p, b, columns.count);
    const size_t panel_room = b->depth->elements * kernel->columns;
    nni_real *packed = p->space->b + b->thread_id * p->space->plan.b_room, *next = packed;
    for (size_t j = in_place; j < columns.count; j += p->panel, next += panel_room) {
        const nni_partition panel = panel_at(p, columns, j);
        pack(p, b->depth, p->b, panel.first, panel.count, next, kernel->columns);
    }
    const size_t groups = b->pack_a || columns.count > kernel->vectors * kernel->lanes ? b->groups : 1;
    for (size_t group = 0; group < groups; group++) {
        const nni_partition rows = nni_partition_of(b->rows.count, group, groups);
        const nni_real *a = b->pack_a ? packed_group(p, b, group)
                                      : part_of(p->a, b->rows.first + rows.first, b->depth->steps.first).data;
        if (in_place > 0)
            compute_strip(p, b, rows, (nni_partition){columns.first, in_place}, a, NULL, strip);
        next = packed;
        for (size_t j = in_place; j < columns.count; j += p->panel, next += panel_room)
            compute_strip(p, b, rows, panel_at(p, columns, j), a, next, strip);
    }
}

static void compute_block(const nni_gemm_product *p, const block *b)
{
    nni_gemm_strip strip = strip_of(p, b);
    size_t columns = b->columns.count;
    if (columns_in_place(p, b, columns) == 0)
        columns =
            nni_larger(p->space->plan.b_room / p->space->plan.kernel->columns / nni_larger(b->depth->elements, 1), 1) *
            p->panel;
    if (b->pack_a)
        pack_groups(p, b);
    const bool for_rows = fetches_for_rows(p, b);
    if (for_rows)
        fetch_for_rows(p, b, &strip);
    for (size_t j = 0; j < b->columns.count; j += columns) {
        const size_t left = b->columns.count - j, next = left > columns ? left - columns : 0;
        if (!for_rows)
            strip.ahead_runs = 0;
        if (!for_rows && next > 0)
            fetch_panels(p, b, (nni_partition){b->columns.first + j + columns, nni_smaller(columns, next)}, &strip);
        compute_columns(p, b, (nni_partition){b->columns.first + j, nni_smaller(columns, left)}, &strip);
    }
}

/* A panel of the transpose of C, complete, to its place. */
static void put(const nni_gemm_product *p, const block *b)
{
    const nni_epilogue *e = p->epilogue;
    const nni_gemm_strip tile = {.rows = b->columns.count,
                                 .columns = b->rows.count,
                                 .c = p->c + b->columns.first * p->c_stride + b->rows.first,
                                 .c_stride = p->c_stride,
                                 .bias = e && e->bias ? e->bias + b->rows.first : NULL,
                                 .rectify = e && e->activation == NN_RELU};
    p->space->plan.kernel->put_transposed(panel_of_c(p, b), &tile);
}

/* Elements of the depth that are computed in one go: as many as leave a panel of B room in the level 2 cache; a packed
 * group of rows of A, in half of level 1, is read again for each tile: 4 % of a dW of 1000 rows on a Xeon. For a few
 * rows, B is swept in the order of memory, as far as its pages are known to a processor. */
static size_t depth_at_once(const nni_gemm_product *p, size_t rows, bool near, bool pack_a)
{
    enum { PAGES = 512 };
    const nni_gemm_kernel *kernel = p->space->plan.kernel;
    size_t depth = p->space->plan.b_room / kernel->columns;
    if (pack_a)
        depth = nni_smaller(depth, p->space->plan.level1_bytes / 2 / sizeof(nni_real) / NNI_GEMM_PITCH);
    return reads_b(p) && !near && rows <= NNI_GEMM_GROUP ? nni_smaller(depth, PAGES) : depth;
}

/* Rows of C that take a part of the level 2 cache, but some at least. */
static size_t rows_within(const nni_gemm_product *p, const nni_gemm_area *area, size_t part, size_t least)
{
    const size_t elements = p->space->plan.level2_bytes / part / sizeof(nni_real);
    return nni_larger(elements / area->columns.count, least);
}

/* Rows that are computed in one go: as many as one reading of B serves best; those of A that are packed, or of the
 * transpose of C, as there is room; else so many that packing B for them costs a fiftieth. Fewer where somebody waits
 * for the first to be complete. */
static size_t rows_at_once(const nni_gemm_product *p, const nni_gemm_area *area, bool near, size_t elements,
                           bool pack_a)
{
    enum { MANY = 1024, PARTS = 8, LEAST = 64 };
    size_t rows = near || p->swapped ? area->rows.count : MANY;
    if (pack_a)
        rows = p->space->plan.a_room / NNI_GEMM_PITCH / nni_larger(elements, 1) * NNI_GEMM_GROUP;
    /* What is finished has just been written, and is in the cache; so are the other arrays that are read then, unless B
     * is packed, which more rows must pay for. */
    if (p->space->after_rows && near)
        rows = nni_smaller(rows, rows_within(p, area, 8, NNI_GEMM_GROUP));
    else if (nni_gemm_must_finish(p->epilogue))
        rows = nni_smaller(rows, rows_within(p, area, 4, 64));
    if (p->swapped)
        rows = nni_smaller(rows, p->space->plan.c_room / p->space->plan.kernel->columns);
    if (p->space->before_tile && area->reports)
        rows = nni_smaller(rows, nni_larger(nni_gemm_pieces(area->rows.count, PARTS), LEAST));
    return rows;
}

static void multiply_columns(const nni_gemm_product *p, const nni_gemm_area *area)
{
    const size_t depth = p->leaves->begin[p->leaves->run.count] - p->leaves->begin[0];
    const bool near = b_is_near(p, depth);
    const bool pack_a = packs_a(p, area->rows.count, depth);
    const size_t steps = p->space->plan.kernel->steps, together = p->space->plan.kernel->rounds ? 2 : 1;
    const size_t most = nni_larger(depth_at_once(p, area->rows.count, near, pack_a) / 2 * 2, 2); /* no pair is cut */
    const size_t elements = nni_smaller(nni_gemm_elements(p->leaves, steps), most);
    const size_t blocks = nni_gemm_pieces(area->rows.count, rows_at_once(p, area, near, elements, pack_a));
    for (size_t i = 0; i < blocks; i++) {
        nni_gemm_walk walk = {.leaves = p->leaves, .steps = steps, .together = together, .most = most};
        nni_gemm_depth_block part;
        block b = {.rows = nni_partition_of(area->rows.count, i, blocks),
                   .columns = area->columns,
                   .depth = &part,
                   .thread_id = area->thread_id,
                   .pack_a = pack_a,
                   .near = near,
                   .reports = area->reports};
        b.rows.first += area->rows.first;
        b.rows_before = area->reports ? b.rows.first : 0;
        b.groups = nni_gemm_pieces(b.rows.count, NNI_GEMM_GROUP);
        while (nni_gemm_walk_next(&walk, &part))
            compute_block(p, &b);
        if (p->swapped) {
            put(p, &b);
            nni_gemm_finish(p, b.columns, b.rows);
        } else
            nni_gemm_finish(p, b.rows, b.columns);
    }
}

/* In parts, where there is something to look after meanwhile. */
static void multiply_turned(const nni_gemm_product *p, const nni_gemm_area *area)
{
    const nni_epilogue *e = p->epilogue;
    const size_t depth = p->leaves->begin[1] - p->leaves->begin[0];
    const size_t part = p->space->before_tile ? p->space->plan.kernel->columns : area->columns.count;
    const nni_gemm_chain chain = {.depth = depth};
    for (size_t j = 0; j < area->columns.count; j += part) {
        const size_t first = area->columns.first + j;
        const nni_gemm_strip strip = {
            .rows = area->rows.count,
            .columns = nni_smaller(part, area->columns.count - j),
            .a = part_of(p->a, area->rows.first, p->leaves->begin[0]).data,
            .a_row_stride = p->a.width_stride,
            .b = part_of(p->b, first, p->leaves->begin[0]).data,
            .b_stride = p->b.width_stride,
            .chains = &chain,
            .c = p->c + area->rows.first * p->c_stride + first,
            .c_stride = p->c_stride,
            .bias = e && e->bias ? e->bias + first : NULL,
            .rectify = e && e->activation == NN_RELU,
        };
        if (p->space->before_tile && depth > 0)
            p->space->before_tile(p->space->context, 0, strip.rows * strip.columns * depth);
        p->space->plan.kernel->run_turned(&strip);
    }
    nni_gemm_finish(p, area->rows, area->columns);
}

void nni_gemm_multiply_area(const nni_gemm_product *p, const nni_gemm_area *area)
{
    if (p->turned) {
        multiply_turned(p, area);
        return;
    }
    if (!p->swapped) {
        multiply_columns(p, area);
        return;
    }
    for (size_t j = 0; j < area->columns.count; j += p->panel) {
        nni_gemm_area panel = *area;
        panel.columns.first += j;
        panel.columns.count = nni_smaller(p->panel, area->columns.count - j);
        multiply_columns(p, &panel);
    }
}
