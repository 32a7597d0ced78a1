#include "kernels/gemm.h"

#include <omp.h>

#include "kernels/dispatch.h"
#include "kernels/elementwise_kernels.h"
#include "kernels/gemm_kernel.h"
#include "kernels/gemm_plan.h"
#include "kernels/pack.h"
#include "kernels/share.h"
#include "nntrain/memory.h"

/* Multiply-adds below which a second thread costs more than it saves: 2^18 take a core 5 to 12 us, waking a thread
 * that still spins 1 to 2.
 */
static const size_t worth_threads = (size_t)1 << 18;

struct nn_gemm_space {
    size_t threads;
    const nn_gemm_kernel *kernel;
    nn_gemm_room room;
    nn_real *a;     /* [room.a] panels of A, shared */
    nn_real *b;     /* [threads, room.b] panels of B: a share for each thread, or all of them together */
    nn_real *own;   /* [threads, room.own] a panel of B */
    nn_real *tiles; /* [threads, rows, columns], of a product that is turned on its way to C */
};

/* One product under way. */
typedef struct product {
    const nn_gemm_space *space;
    const nn_gemm_plan *plan;
    size_t rows, columns, depth; /* as planned */
    nn_real *c;
    size_t c_stride;
    bool vector; /* C is a column of which a row was made */
    const nn_epilogue *epilogue;
    size_t thread, threads;
    /* Of the panels of B: a thread either has some to itself, which it packs and uses without waiting for anybody, or
     * all threads share them. */
    nn_share columns_of_thread;
    size_t part, parts; /* who this thread is among those that share its panels */
    nn_real *b;
} product;

/* Of C, what is computed between two packings. */
typedef struct work_block {
    nn_share row_panels, column_panels, depth;
    bool pack_a;
    size_t elements; /* that the depth takes in a packed panel */
    bool add, last;  /* not the first block of depth; the last one */
} work_block;

static size_t panels_of(size_t count, size_t width)
{
    return (count + width - 1) / width;
}

/* A panel's rows: all panels of a product within one of the same size, as the narrow rest of 128 = 9 * 14 + 2 rows
 * would be slow. */
static nn_share rows_of_panel(const product *p, size_t panel)
{
    return nn_share_of(p->rows, panel, panels_of(p->rows, p->plan->panel_rows));
}

static nn_share columns_of_panel(const product *p, size_t panel)
{
    size_t columns = p->space->kernel->columns;
    size_t first = panel * columns, rest = p->columns - first;
    return (nn_share){first, rest < columns ? rest : columns};
}

/* --- packing --- */

static nn_pack_source part_of(nn_pack_source source, size_t width, size_t depth)
{
    source.data += width * source.width_stride + depth * source.depth_stride;
    return source;
}

static nn_real *packed_rows(const product *p, const work_block *block, size_t i)
{
    return p->space->a + i * block->elements * p->space->kernel->pitch;
}

static void pack_rows(const product *p, const work_block *block)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    nn_share mine = nn_share_of(block->row_panels.count, p->thread, p->threads);
    for (size_t i = mine.first; i < mine.first + mine.count; i++) {
        nn_share rows = rows_of_panel(p, block->row_panels.first + i);
        nn_pack_panel(kernel, part_of(p->plan->what.a, rows.first, block->depth.first), p->rows - rows.first,
                      block->depth.count, packed_rows(p, block, i), kernel->pitch);
    }
}

static nn_real *packed_columns(const product *p, const work_block *block, size_t j)
{
    return p->b + j * block->elements * p->space->kernel->columns;
}

/* Some steps of depth, counted in the block, of a panel of columns. */
static void pack_column_panel(const product *p, const work_block *block, size_t j, nn_share steps, nn_real *panel)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    const nn_share columns = columns_of_panel(p, block->column_panels.first + j);
    nn_pack_panel(kernel, part_of(p->plan->what.b, columns.first, block->depth.first + steps.first), columns.count,
                  steps.count, panel + steps.first / kernel->steps * kernel->columns, kernel->columns);
}

/* A few steps of all panels at a time: of a matrix whose rows are the steps, these read few pages and long pieces of
 * them; a panel on its own would read a cache line of every row. */
static void pack_columns(const product *p, const work_block *block)
{
    enum { STEPS = 16 };
    const size_t depth = block->depth.count, most = p->plan->what.b.width_stride == 1 ? STEPS : depth;
    const nn_share mine = nn_share_of(block->column_panels.count, p->part, p->parts);
    for (size_t k = 0; k < depth; k += most) {
        const nn_share steps = {k, depth - k < most ? depth - k : most};
        for (size_t j = mine.first; j < mine.first + mine.count; j++)
            pack_column_panel(p, block, j, steps, packed_columns(p, block, j));
    }
}

/* --- computing --- */

/* Rows and columns are those of C as the caller sees it. */
static void finish(const product *p, nn_share rows, nn_share columns)
{
    const nn_elementwise_kernels *kernels = nn_elementwise_kernels_in_use();
    const nn_epilogue *e = p->epilogue;
    nn_real *c = p->c + rows.first * p->c_stride + columns.first;
    for (size_t i = 0; e->bias && i < rows.count; i++)
        kernels->add(e->bias + columns.first, c + i * p->c_stride, columns.count);
    /* Rows without gaps between them are as one. */
    const bool dense = columns.count == p->c_stride && (!e->outputs || columns.count == e->outputs_stride);
    const size_t lines = dense ? 1 : rows.count, length = dense ? rows.count * columns.count : columns.count;
    const nn_real *outputs = e->outputs ? e->outputs + rows.first * e->outputs_stride + columns.first : NULL;
    for (size_t i = 0; i < lines; i++) {
        nn_real *line = c + i * p->c_stride;
        if (e->activation != NN_LINEAR)
            kernels->activate[e->activation](line, line, length);
        if (outputs)
            kernels->activate_backward[e->derivative](outputs + i * e->outputs_stride, line, length);
    }
}

/* What the tiles of a panel of rows have in common. */
static nn_gemm_tile tile_of_rows(const product *p, const work_block *block, size_t i, nn_share rows)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    const nn_gemm_plan *plan = p->plan;
    nn_gemm_tile tile = {
        .rows = rows.count,
        .depth = block->elements,
        .c = p->space->tiles + p->thread * kernel->rows * kernel->columns,
        .c_stride = plan->swapped ? kernel->columns : p->c_stride,
        .add = block->add,
    };
    if (plan->pack_a) {
        tile.a = packed_rows(p, block, i);
        tile.a_row_stride = 1, tile.a_depth_stride = kernel->pitch;
    } else {
        tile.a = part_of(plan->what.a, rows.first, block->depth.first).data;
        tile.a_row_stride = plan->what.a.width_stride, tile.a_depth_stride = plan->what.a.depth_stride;
    }
    return tile;
}

/* The tile of some rows and of panel j of a block, whose packed B is given. */
static void compute_tile(const product *p, const work_block *block, nn_gemm_tile *tile, nn_share rows, size_t j,
                         const nn_real *b)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    const nn_share columns = columns_of_panel(p, block->column_panels.first + j);
    tile->columns = columns.count;
    tile->b = b;
    if (p->plan->swapped) {
        kernel->run(tile);
        kernel->put_transposed(tile->c, rows.count, columns.count, p->c + columns.first * p->c_stride + rows.first,
                               p->c_stride);
    } else {
        tile->c = p->c + rows.first * p->c_stride + columns.first;
        kernel->run(tile);
    }
}

/* What follows the last block of depth, over rows and columns as planned. */
static void finish_area(const product *p, const work_block *block, nn_share rows, nn_share columns)
{
    if (!block->last || !p->epilogue)
        return;
    if (p->plan->swapped != p->vector)
        finish(p, columns, rows);
    else
        finish(p, rows, columns);
}

/* The rows of panels first .. first + count - 1 of a block; columns likewise. */
static nn_share rows_of_panels(const product *p, const work_block *block, nn_share panels)
{
    const nn_share top = rows_of_panel(p, block->row_panels.first + panels.first);
    const nn_share bottom = rows_of_panel(p, block->row_panels.first + panels.first + panels.count - 1);
    return (nn_share){top.first, bottom.first + bottom.count - top.first};
}

static nn_share columns_of_panels(const product *p, const work_block *block, nn_share panels)
{
    const nn_share left = columns_of_panel(p, block->column_panels.first + panels.first);
    const nn_share right = columns_of_panel(p, block->column_panels.first + panels.first + panels.count - 1);
    return (nn_share){left.first, right.first + right.count - left.first};
}

/* Each panel of B is packed by the thread that uses it, and stays in its level 1 cache while those of A go by. */
static void compute_by_columns(const product *p, const work_block *block)
{
    nn_real *own = p->space->own + p->thread * p->space->room.own;
    const nn_share mine = nn_share_of(block->column_panels.count, p->part, p->parts);
    for (size_t j = mine.first; j < mine.first + mine.count; j++) {
        pack_column_panel(p, block, j, (nn_share){0, block->depth.count}, own);
        for (size_t i = 0; i < block->row_panels.count; i++) {
            const nn_share rows = rows_of_panel(p, block->row_panels.first + i);
            nn_gemm_tile tile = tile_of_rows(p, block, i, rows);
            compute_tile(p, block, &tile, rows, j, own);
        }
    }
    if (mine.count > 0)
        finish_area(p, block, rows_of_panels(p, block, (nn_share){0, block->row_panels.count}),
                    columns_of_panels(p, block, mine));
}

/* Each panel of A stays in the level 1 cache while those of B go by. */
static void compute_by_rows(const product *p, const work_block *block)
{
    const size_t width = block->column_panels.count;
    const nn_share mine = nn_share_of(block->row_panels.count * width, p->part, p->parts);
    const size_t end = mine.first + mine.count;
    for (size_t tile = mine.first; tile < end;) {
        const size_t i = tile / width, first = tile % width;
        const size_t count = width - first < end - tile ? width - first : end - tile;
        const nn_share rows = rows_of_panel(p, block->row_panels.first + i);
        nn_gemm_tile common = tile_of_rows(p, block, i, rows);
        for (size_t j = first; j < first + count; j++)
            compute_tile(p, block, &common, rows, j, packed_columns(p, block, j));
        finish_area(p, block, rows, columns_of_panels(p, block, (nn_share){first, count}));
        tile += count;
    }
}

/* B where it lies: whole rows of C are swept, a few at a time. A block has all columns. */
static void compute_strips(const product *p, const work_block *block)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    const nn_gemm_plan *plan = p->plan;
    const bool turned = plan->b == NN_GEMM_B_TURNED;
    nn_share panels = block->row_panels, columns = {0, p->columns};
    if (panels.count >= 4 * p->parts || p->columns < kernel->lanes * p->parts)
        panels = nn_share_of(panels.count, p->part, p->parts);
    else
        columns = nn_share_of(p->columns, p->part, p->parts);
    const nn_pack_source b = part_of(plan->what.b, columns.first, block->depth.first);
    for (size_t i = panels.first; i < panels.first + panels.count; i++) {
        const nn_share rows = rows_of_panel(p, i);
        const nn_pack_source a = part_of(plan->what.a, rows.first, block->depth.first);
        const nn_gemm_tile strip = {
            .rows = rows.count,
            .columns = columns.count,
            .depth = block->depth.count,
            .a = a.data,
            .a_row_stride = a.width_stride,
            .a_depth_stride = a.depth_stride,
            .b = b.data,
            .b_stride = turned ? b.width_stride : b.depth_stride,
            .b_ahead = plan->steps_ahead * b.depth_stride,
            .c = p->c + rows.first * p->c_stride + columns.first,
            .c_stride = p->c_stride,
            .add = block->add,
        };
        if (turned)
            kernel->strip_turned(&strip);
        else
            kernel->strip(&strip);
        finish_area(p, block, rows, columns);
    }
}

static void wait_for_threads(const product *p)
{
    /* Alone there may be no region of this product's own, and the barrier would be some caller's. */
    if (p->threads > 1) {
#pragma omp barrier
    }
}

static void multiply_block(const product *p, const work_block *block)
{
    const bool shared_b = p->plan->b == NN_GEMM_B_PACKED && p->parts > 1;
    if (block->pack_a || shared_b)
        wait_for_threads(p); /* for those who still read the packed panels */
    if (block->pack_a)
        pack_rows(p, block);
    if (p->plan->b == NN_GEMM_B_PACKED)
        pack_columns(p, block);
    if (block->pack_a || shared_b)
        wait_for_threads(p);
    switch (p->plan->b) {
    case NN_GEMM_B_OWN:
        compute_by_columns(p, block);
        break;
    case NN_GEMM_B_PACKED:
        compute_by_rows(p, block);
        break;
    case NN_GEMM_B_STRIPS:
    case NN_GEMM_B_TURNED:
        compute_strips(p, block);
        break;
    }
}

/* Panels of B for each thread alone, where there are enough for even shares: then what a thread packs stays in its own
 * level 2 cache, and threads that need no packed A never wait. */
static void divide_columns(product *p, size_t column_panels)
{
    enum { EVEN = 8 };
    const bool alone = p->plan->b != NN_GEMM_B_STRIPS && p->plan->b != NN_GEMM_B_TURNED;
    p->columns_of_thread = (nn_share){0, column_panels};
    p->part = p->thread, p->parts = p->threads;
    p->b = p->space->b;
    if (!alone || column_panels < EVEN * p->threads)
        return;
    p->columns_of_thread = nn_share_of(column_panels, p->thread, p->threads);
    p->part = 0, p->parts = 1;
    p->b = p->space->b + p->thread * p->space->room.b;
}

static void multiply(product *p)
{
    const size_t row_panels = panels_of(p->rows, p->plan->panel_rows);
    divide_columns(p, panels_of(p->columns, p->space->kernel->columns));
    const nn_share mine = p->columns_of_thread;
    const size_t row_blocks = panels_of(row_panels, p->plan->row_panels);
    const size_t column_blocks = panels_of(mine.count, p->plan->column_panels);
    /* A depth of 0 is one empty block, which sets C to 0. */
    const size_t steps = p->space->kernel->steps, elements = panels_of(p->depth, steps);
    const size_t depth_blocks = p->depth ? panels_of(elements, p->plan->depth_block) : 1;
    for (size_t r = 0; r < row_blocks; r++)
        for (size_t d = 0; d < depth_blocks; d++)
            for (size_t c = 0; c < column_blocks; c++) {
                const nn_share part = nn_share_of(elements, d, depth_blocks);
                const nn_share columns = nn_share_of(mine.count, c, column_blocks);
                const size_t first = part.first * steps, end = (part.first + part.count) * steps;
                const work_block block = {
                    .row_panels = nn_share_of(row_panels, r, row_blocks),
                    .column_panels = {mine.first + columns.first, columns.count},
                    .depth = {first, (end < p->depth ? end : p->depth) - first},
                    .pack_a = p->plan->pack_a && c == 0,
                    .elements = part.count,
                    .add = d > 0,
                    .last = d == depth_blocks - 1,
                };
                multiply_block(p, &block);
            }
}

void nn_gemm(nn_gemm_space *space, size_t rows, size_t columns, size_t depth, nn_view a, nn_view b, nn_real *c,
             size_t c_stride, const nn_epilogue *epilogue)
{
    if (rows == 0 || columns == 0)
        return;
    size_t threads = (size_t)omp_get_max_threads();
    threads = threads < space->threads ? threads : space->threads;
    if (depth == 0 || rows * columns < worth_threads / depth)
        threads = 1;
    /* A column without gaps is its own transpose; as a row it is computed by whole vectors. */
    const bool vector = columns == 1 && c_stride == 1;
    if (vector) {
        const nn_view column = {b.data, b.column_stride, b.row_stride};
        b = (nn_view){a.data, a.column_stride, a.row_stride};
        a = column;
        columns = rows, rows = 1;
    }
    const nn_gemm_problem problem = {
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .a = {a.data, a.row_stride, a.column_stride},
        .b = {b.data, b.column_stride, b.row_stride},
        .threads = threads,
    };
    const nn_gemm_plan plan = nn_gemm_plan_of(space->kernel, &space->room, &problem);
    product p = {
        .space = space,
        .plan = &plan,
        .rows = plan.what.rows,
        .columns = plan.what.columns,
        .depth = depth,
        .c = c,
        .c_stride = c_stride,
        .vector = vector,
        .epilogue = epilogue,
        .threads = 1,
    };
    if (threads == 1) {
        multiply(&p);
        return;
    }
#pragma omp parallel num_threads((int)threads) firstprivate(p)
    {
        p.thread = (size_t)omp_get_thread_num(), p.threads = (size_t)omp_get_num_threads();
        multiply(&p);
    }
}

static const nn_gemm_kernel *float_kernel(nn_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return &nn_gemm_avx512;
    case NN_ISA_AVX2:
        return &nn_gemm_avx2;
#endif
    default:
        return &nn_gemm_portable;
    }
}

#ifdef NNTRAIN_DOUBLE
/* Double is for checks of the mathematics, which rounding would hide. */
static const nn_gemm_kernel *bf16_kernel(nn_isa isa)
{
    return float_kernel(isa);
}
#else
/* AVX-512 alone does not have it: where its extension is missing, AVX2 widens. */
static const nn_gemm_kernel *bf16_kernel(nn_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return nn_cpu_has_bf16() ? &nn_gemm_bf16_avx512 : &nn_gemm_bf16_avx2;
    case NN_ISA_AVX2:
        return &nn_gemm_bf16_avx2;
#endif
    default:
        return &nn_gemm_bf16_portable;
    }
}
#endif

static const nn_gemm_kernel *kernel_of(nn_isa isa, nn_precision precision)
{
    return precision == NN_BF16 ? bf16_kernel(isa) : float_kernel(isa);
}

nn_status nn_gemm_space_create(nn_precision precision, size_t threads, nn_gemm_space **space, nn_error *error)
{
    return nn_gemm_space_create_for(nn_kernels_isa(), precision, threads, space, error);
}

nn_status nn_gemm_space_create_for(nn_isa isa, nn_precision precision, size_t threads, nn_gemm_space **space,
                                   nn_error *error)
{
    const nn_gemm_kernel *kernel = kernel_of(isa, precision);
    nn_gemm_space *s = NULL;
    NN_TRY(nn_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->kernel = kernel;
    s->room = nn_gemm_room_of(kernel);
    nn_status status = nn_allocate(s->room.a, sizeof(nn_real), "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * s->room.b, sizeof(nn_real), "packed columns of products", &s->b, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * s->room.own, sizeof(nn_real), "packed columns of products", &s->own, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * kernel->rows, kernel->columns * sizeof(nn_real), "tiles of products",
                             &s->tiles, error);
    if (status != NN_OK) {
        nn_gemm_space_free(s);
        return status;
    }
    *space = s;
    return NN_OK;
}

void nn_gemm_space_free(nn_gemm_space *space)
{
    if (!space)
        return;
    nn_release(space->a);
    nn_release(space->b);
    nn_release(space->own);
    nn_release(space->tiles);
    nn_release(space);
}
