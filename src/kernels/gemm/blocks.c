/* SPDX-License-Identifier: MIT */
#include "kernels/elementwise/elementwise_kernels.h"
#include "kernels/gemm/pack.h"
#include "kernels/gemm/product.h"

static nni_partition rows_of_panel(const nni_gemm_product *p, size_t panel)
{
    const nni_gemm_plan *plan = p->plan;
    const size_t turning = plan->turning_rows;
    if (turning > 0 && panel-- == 0)
        return (nni_partition){0, turning};
    nni_partition rows = nni_partition_at(panel, plan->each, plan->longer);
    rows.first += turning;
    return rows;
}

static nni_partition columns_of_panel(const nni_gemm_product *p, size_t panel)
{
    size_t columns = p->space->kernel->columns;
    size_t first = panel * columns, rest = p->columns - first;
    return (nni_partition){first, rest < columns ? rest : columns};
}

/* --- packing --- */

static nni_pack_source part_of(nni_pack_source source, size_t width, size_t depth)
{
    source.data += width * source.width_stride + depth * source.depth_stride;
    return source;
}

static nni_real *packed_rows(const nni_gemm_product *p, const nni_gemm_block *block, size_t i)
{
    return p->a + i * block->depth->elements * p->space->kernel->pitch;
}

static void pack_rows(const nni_gemm_product *p, const nni_gemm_block *block)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const nni_partition mine = nni_partition_of(block->row_panels.count, p->thread, p->threads);
    for (size_t i = mine.first; i < mine.first + mine.count; i++) {
        const nni_partition rows = rows_of_panel(p, block->row_panels.first + i);
        const nni_pack_source a = part_of(p->plan->what.a, rows.first, block->depth->steps.first);
        for (size_t r = 0; r < block->depth->run_count; r++) {
            const nni_gemm_run *run = &block->depth->runs[r];
            nni_pack_panel(kernel, part_of(a, 0, run->steps.first), p->rows - rows.first, run->steps.count,
                           packed_rows(p, block, i) + run->element * kernel->pitch, kernel->pitch);
        }
    }
}

static nni_real *packed_columns(const nni_gemm_product *p, const nni_gemm_block *block, size_t j)
{
    return p->b + j * block->depth->elements * p->space->kernel->columns;
}

/* Some steps of a run, of a panel of columns. */
static void pack_column_panel(const nni_gemm_product *p, const nni_gemm_block *block, size_t j, const nni_gemm_run *run,
                              nni_partition steps, nni_real *panel)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const nni_partition columns = columns_of_panel(p, block->column_panels.first + j);
    const size_t first = block->depth->steps.first + run->steps.first + steps.first;
    nni_pack_panel(kernel, part_of(p->plan->what.b, columns.first, first), columns.count, steps.count,
                   panel + (run->element + steps.first / kernel->steps) * kernel->columns, kernel->columns);
}

static void pack_whole_panel(const nni_gemm_product *p, const nni_gemm_block *block, size_t j, nni_real *panel)
{
    for (size_t r = 0; r < block->depth->run_count; r++) {
        const nni_gemm_run *run = &block->depth->runs[r];
        pack_column_panel(p, block, j, run, (nni_partition){0, run->steps.count}, panel);
    }
}

/* A few steps of all panels at a time: of a matrix whose rows are the steps, these read few pages and long pieces of
 * them; a panel on its own would read a cache line of every row. */
static void pack_columns(const nni_gemm_product *p, const nni_gemm_block *block)
{
    enum { STEPS = 16 };
    const nni_partition mine = nni_partition_of(block->column_panels.count, p->part, p->parts);
    for (size_t r = 0; r < block->depth->run_count; r++) {
        const nni_gemm_run *run = &block->depth->runs[r];
        const size_t depth = run->steps.count, most = p->plan->what.b.width_stride == 1 ? STEPS : depth;
        for (size_t k = 0; k < depth; k += most) {
            const nni_partition steps = {k, depth - k < most ? depth - k : most};
            for (size_t j = mine.first; j < mine.first + mine.count; j++)
                pack_column_panel(p, block, j, run, steps, packed_columns(p, block, j));
        }
    }
}

/* --- computing --- */

/* A function of the table. */
typedef void tile_work(const nni_gemm_tile *tile);

/* Whether rows as planned are columns of C as the caller sees it. */
static bool turned_round(const nni_gemm_product *p)
{
    return p->plan->swapped != p->vector;
}

static bool tile_activates(nn_activation activation)
{
    return activation == NN_LINEAR || activation == NN_RELU;
}

/* What is left to do to rows and columns of C, as the caller sees them, when their tiles are complete. */
static void finish(const nni_gemm_product *p, nni_partition rows, nni_partition columns)
{
    const nni_elementwise_kernels *kernels = nni_elementwise_kernels_in_use();
    const nni_epilogue *e = p->epilogue;
    nni_real *c = p->c + rows.first * p->c_stride + columns.first;
    /* Rows without gaps between them are as one. */
    const bool dense = columns.count == p->c_stride && (!e->outputs || columns.count == e->outputs_stride);
    const size_t lines = dense ? 1 : rows.count, length = dense ? rows.count * columns.count : columns.count;
    const nni_real *outputs = e->outputs ? e->outputs + rows.first * e->outputs_stride + columns.first : NULL;
    for (size_t i = 0; i < lines; i++) {
        nni_real *line = c + i * p->c_stride;
        if (!tile_activates(e->activation))
            kernels->activations[e->activation].forward(line, line, length);
        if (outputs)
            kernels->activations[e->derivative].backward(outputs + i * e->outputs_stride, line, length);
    }
}

/* What the tiles of a panel of rows have in common. Field by field: small products would notice a structure that is
 * cleared and copied. */
static void set_rows(const nni_gemm_product *p, const nni_gemm_block *block, size_t i, nni_partition rows,
                     nni_gemm_tile *tile)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const nni_gemm_plan *plan = p->plan;
    const bool ends = block->depth->last && p->epilogue;
    tile->rows = rows.count;
    if (plan->pack_a) {
        tile->a = packed_rows(p, block, i);
        tile->a_row_stride = 1, tile->a_depth_stride = kernel->pitch;
    } else {
        tile->a = part_of(plan->what.a, rows.first, block->depth->steps.first).data;
        tile->a_row_stride = plan->what.a.width_stride, tile->a_depth_stride = plan->what.a.depth_stride;
    }
    tile->chains = block->depth->chains, tile->chain_count = block->depth->chain_count;
    tile->matrices = plan->swapped ? 0 : block->depth->matrices;
    tile->c_stride = p->c_stride, tile->c_pitch = p->c_pitch;
    tile->scratch = p->space->scratch + p->thread_id * NNI_GEMM_SLOTS * kernel->rows * kernel->slot_columns;
    tile->round_joins = p->space->round_joins;
    tile->bias = NULL, tile->bias_of_rows = turned_round(p);
    if (ends && p->epilogue->bias && tile->bias_of_rows)
        tile->bias = p->epilogue->bias + rows.first;
    tile->rectify = ends && p->epilogue->activation == NN_RELU;
}

/* A tile's columns, and its place in C; that of the one that follows is `next` elements further on, 0: none known. */
static void set_columns(const nni_gemm_product *p, const nni_gemm_block *block, nni_partition rows,
                        nni_partition columns, size_t next, nni_gemm_tile *tile)
{
    tile->columns = columns.count;
    if (block->depth->last && p->epilogue && p->epilogue->bias && !tile->bias_of_rows)
        tile->bias = p->epilogue->bias + columns.first;
    tile->c = p->plan->swapped ? NULL : p->c + rows.first * p->c_stride + columns.first;
    tile->c_next = next > 0 && tile->c ? tile->c + next : NULL;
}

/* What a tile of the first rows that use panel j of B, and pack or turn it on the way, is told of it. Tiles that turn
 * and are narrower than a panel find it packed. @return the function of the tile */
static tile_work *pack_meanwhile(const nni_gemm_product *p, const nni_gemm_block *block, size_t j,
                                 nni_partition columns, nni_real *panel, nni_gemm_tile *tile)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const bool turns = p->plan->turning_rows > 0;
    if (turns && columns.count < kernel->columns) {
        pack_whole_panel(p, block, j, panel);
        tile->b = panel;
        return kernel->run;
    }
    const nni_pack_source b = part_of(p->plan->what.b, columns.first, block->depth->steps.first);
    tile->b = b.data;
    tile->b_stride = turns ? b.width_stride : b.depth_stride;
    tile->b_ahead = p->plan->steps_ahead * b.depth_stride;
    tile->b_packed = panel;
    return turns ? kernel->run_turning : kernel->run_packing;
}

/* One tile, of which rows and columns are those planned. */
static void compute_tile(const nni_gemm_product *p, const nni_gemm_block *block, const nni_gemm_tile *tile,
                         tile_work *run, nni_partition rows, nni_partition columns)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    run(tile);
    if (tile->bias || tile->rectify)
        kernel->complete(tile);
    if (!p->plan->swapped)
        return;
    for (size_t slot = 0; slot < block->depth->height; slot++)
        kernel->put_transposed(tile->scratch + slot * kernel->rows * kernel->slot_columns, rows.count, columns.count,
                               p->c + slot * p->c_pitch + columns.first * p->c_stride + rows.first, p->c_stride);
}

/* What follows the last block of depth, over rows and columns as planned. */
static void finish_area(const nni_gemm_product *p, const nni_gemm_block *block, nni_partition rows,
                        nni_partition columns)
{
    if (!block->depth->last || !p->epilogue)
        return;
    if (tile_activates(p->epilogue->activation) && !p->epilogue->outputs)
        return;
    if (turned_round(p))
        finish(p, columns, rows);
    else
        finish(p, rows, columns);
}

static nni_partition rows_of_panels(const nni_gemm_product *p, nni_partition panels)
{
    const nni_partition top = rows_of_panel(p, panels.first);
    const nni_partition bottom = rows_of_panel(p, panels.first + panels.count - 1);
    return (nni_partition){top.first, bottom.first + bottom.count - top.first};
}

/* The columns of panels first .. first + count - 1 of a block. */
static nni_partition columns_of_panels(const nni_gemm_product *p, const nni_gemm_block *block, nni_partition panels)
{
    const nni_partition left = columns_of_panel(p, block->column_panels.first + panels.first);
    const nni_partition right = columns_of_panel(p, block->column_panels.first + panels.first + panels.count - 1);
    return (nni_partition){left.first, right.first + right.count - left.first};
}

/* Whether there is something to look after; where a rank has no rows there is nothing to do beside. */
static bool calls_before_tile(const nni_gemm_product *p, const nni_gemm_block *block)
{
    return p->space->before_tile && block->depth->steps.count > 0;
}

/* What there is to look after before a tile of so many elements of C. */
static void call_before_tile(const nni_gemm_product *p, const nni_gemm_block *block, size_t elements, size_t rows)
{
    if (calls_before_tile(p, block))
        p->space->before_tile(p->space->context, rows, elements * block->depth->steps.count);
}

/* Rows of C that are complete as soon as those as planned before `end` are, in a product that goes through them. */
static size_t complete_rows(const nni_gemm_product *p, const nni_gemm_block *block, size_t end)
{
    const bool last = block->depth->last && block->column_panels.first + block->column_panels.count ==
                                                nni_gemm_panels_of(p->columns, p->space->kernel->columns);
    return last && p->threads == 1 && p->thread_id == 0 && !turned_round(p) ? end : 0;
}

/* Each panel of B is packed by the thread that uses it, and stays in its level 1 cache while those of A go by. */
static void compute_by_columns(const nni_gemm_product *p, const nni_gemm_block *block)
{
    nni_real *own = p->space->own + p->thread_id * p->space->room.own;
    const nni_partition mine = nni_partition_of(block->column_panels.count, p->part, p->parts);
    for (size_t j = mine.first; j < mine.first + mine.count; j++) {
        const nni_partition columns = columns_of_panel(p, block->column_panels.first + j);
        const bool turns = p->plan->turning_rows > 0;
        if (!turns)
            pack_whole_panel(p, block, j, own);
        for (size_t i = 0; i < block->row_panels.count; i++) {
            const nni_partition rows = rows_of_panel(p, block->row_panels.first + i);
            const size_t next = i + 1 < block->row_panels.count ? rows.count * p->c_stride : 0;
            nni_gemm_tile tile;
            set_rows(p, block, i, rows, &tile);
            set_columns(p, block, rows, columns, next, &tile);
            tile.b = own;
            tile_work *run = p->space->kernel->run;
            if (turns && i == 0)
                run = pack_meanwhile(p, block, j, columns, own, &tile);
            call_before_tile(p, block, rows.count * columns.count, 0);
            compute_tile(p, block, &tile, run, rows, columns);
        }
    }
    if (mine.count > 0)
        finish_area(p, block, rows_of_panels(p, block->row_panels), columns_of_panels(p, block, mine));
}

/* Rows of A that come next where they lie, as far as tile j of `width` before them has to fetch them: a processor
 * foresees a row only once it is being read, and short rows are over by then. */
static void fetch_next_rows(const nni_gemm_product *p, const nni_gemm_block *block, size_t i, size_t j, size_t width)
{
    enum { LINE = 64 / sizeof(nni_real) };
    const nni_pack_source a = p->plan->what.a;
    if (!p->plan->fetches_rows || i + 1 >= block->row_panels.count)
        return;
    const nni_partition rows = rows_of_panel(p, block->row_panels.first + i + 1);
    const nni_partition steps = nni_partition_of(block->depth->steps.count, j, width);
    const nni_real *from = part_of(a, rows.first, block->depth->steps.first + steps.first).data;
    for (size_t r = 0; r < rows.count; r++)
        for (size_t k = 0; k < steps.count; k += LINE)
            __builtin_prefetch(from + r * a.width_stride + k, 0, 2);
}

/* Each panel of A stays in the level 1 cache while those of B go by. */
static void compute_by_rows(const nni_gemm_product *p, const nni_gemm_block *block)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const size_t width = block->column_panels.count;
    const nni_partition mine = nni_partition_of(block->row_panels.count * width, p->part, p->parts);
    const size_t end = mine.first + mine.count;
    for (size_t tile = mine.first; tile < end;) {
        const size_t i = tile / width, first = tile % width;
        const size_t count = width - first < end - tile ? width - first : end - tile;
        const nni_partition rows = rows_of_panel(p, block->row_panels.first + i);
        const bool packs = i == 0 && (p->plan->packs_meanwhile || p->plan->turning_rows > 0);
        nni_gemm_tile one;
        set_rows(p, block, i, rows, &one);
        const size_t before = complete_rows(p, block, rows.first);
        for (size_t j = first; j < first + count; j++) {
            const nni_partition columns = columns_of_panel(p, block->column_panels.first + j);
            set_columns(p, block, rows, columns, j + 1 < first + count ? kernel->columns : 0, &one);
            one.b = packed_columns(p, block, j);
            fetch_next_rows(p, block, i, j, width);
            tile_work *run = kernel->run;
            if (packs)
                run = pack_meanwhile(p, block, j, columns, packed_columns(p, block, j), &one);
            call_before_tile(p, block, rows.count * columns.count, before);
            compute_tile(p, block, &one, run, rows, columns);
        }
        finish_area(p, block, rows, columns_of_panels(p, block, (nni_partition){first, count}));
        tile += count;
    }
}

/* Some columns of a strip, with B where it lies. @param before  rows of C that are complete */
static void compute_strip(const nni_gemm_product *p, const nni_gemm_block *block, nni_partition rows,
                          nni_partition columns, size_t before)
{
    const nni_gemm_kernel *kernel = p->space->kernel;
    const nni_gemm_plan *plan = p->plan;
    const bool turned = plan->b == NNI_GEMM_B_TURNED;
    const nni_pack_source b = part_of(plan->what.b, columns.first, block->depth->steps.first);
    nni_gemm_tile strip;
    set_rows(p, block, 0, rows, &strip);
    set_columns(p, block, rows, columns, 0, &strip);
    call_before_tile(p, block, rows.count * columns.count, before);
    strip.b = b.data;
    strip.group_rows = plan->panel_rows;
    strip.b_stride = turned ? b.width_stride : b.depth_stride;
    strip.b_ahead = plan->steps_ahead * b.depth_stride;
    if (turned)
        compute_tile(p, block, &strip, kernel->strip_turned, rows, columns);
    else
        compute_tile(p, block, &strip, kernel->strip, rows, columns);
    finish_area(p, block, rows, columns);
}

/* Columns that are computed at a time: all, so that whole rows are swept; where there are leaves to join, or a strip is
 * to be turned, as many as scratch has room for; and where something is to be looked after, as few as take a
 * microsecond. */
static size_t columns_of_strip(const nni_gemm_product *p, const nni_gemm_block *block, size_t columns)
{
    enum { A_MICROSECOND = 1 << 17 }; /* multiply-adds */
    const size_t slot = p->space->kernel->slot_columns;
    if (block->depth->chain_count > 1 || p->plan->swapped)
        return slot;
    if (!calls_before_tile(p, block) || p->plan->b == NNI_GEMM_B_TURNED)
        return columns;
    return (A_MICROSECOND / (p->plan->panel_rows * block->depth->steps.count) / slot + 1) * slot;
}

/* Of those left, such that at least a vector remains for the last: turned strips have no fewer. */
static size_t next_columns(const nni_gemm_product *p, size_t left, size_t most)
{
    const size_t lanes = p->space->kernel->lanes;
    if (left <= most)
        return left;
    return left - most < lanes ? most - lanes : most;
}

/* Panels of rows that are computed in one call: where a strip is short, setting up the next would take as long. So many
 * that what follows finds them in the level 1 cache. */
static size_t strips_together(const nni_gemm_product *p, const nni_gemm_block *block)
{
    const nni_gemm_plan *plan = p->plan;
    if (block->depth->chain_count > 1 || plan->swapped || plan->b == NNI_GEMM_B_TURNED || calls_before_tile(p, block))
        return 1;
    const size_t strip_bytes = plan->panel_rows * p->columns * sizeof(nni_real);
    return 1 + p->space->room.level1_bytes / 2 / strip_bytes;
}

/* A block has all columns. */
static void compute_strips(const nni_gemm_product *p, const nni_gemm_block *block)
{
    nni_partition panels = block->row_panels, columns = {0, p->columns};
    if (panels.count >= 4 * p->parts || p->columns < p->space->kernel->lanes * p->parts)
        panels = nni_partition_of(panels.count, p->part, p->parts);
    else
        columns = nni_partition_of(p->columns, p->part, p->parts);
    const size_t most = columns_of_strip(p, block, columns.count);
    const size_t together = strips_together(p, block);
    for (size_t done = 0; done < panels.count; done += together) {
        const size_t left = panels.count - done;
        const nni_partition rows =
            rows_of_panels(p, (nni_partition){panels.first + done, left < together ? left : together});
        const size_t before = complete_rows(p, block, rows.first);
        for (size_t j = 0, count; j < columns.count; j += count) {
            count = next_columns(p, columns.count - j, most);
            compute_strip(p, block, rows, (nni_partition){columns.first + j, count}, before);
        }
    }
}

static void wait_for_threads(const nni_gemm_product *p)
{
    /* Alone there may be no region of this product's own, and the barrier would be some caller's. */
    if (p->threads > 1) {
#pragma omp barrier
    }
}

void nni_gemm_multiply_block(const nni_gemm_product *p, const nni_gemm_block *block)
{
    const bool shared_a = block->pack_a && p->threads > 1;
    const bool shared_b = p->plan->b == NNI_GEMM_B_PACKED && p->parts > 1;
    if (shared_a || shared_b)
        wait_for_threads(p); /* for those who still read the packed panels */
    if (block->pack_a)
        pack_rows(p, block);
    if (p->plan->b == NNI_GEMM_B_PACKED && !p->plan->packs_meanwhile && p->plan->turning_rows == 0)
        pack_columns(p, block);
    if (shared_a || shared_b)
        wait_for_threads(p);
    switch (p->plan->b) {
    case NNI_GEMM_B_OWN:
        compute_by_columns(p, block);
        break;
    case NNI_GEMM_B_PACKED:
        compute_by_rows(p, block);
        break;
    case NNI_GEMM_B_STRIPS:
    case NNI_GEMM_B_TURNED:
        compute_strips(p, block);
        break;
    }
}
