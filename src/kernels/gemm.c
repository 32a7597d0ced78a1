#include "kernels/gemm.h"

#include <omp.h>

#include "base/cpu.h"
#include "kernels/dispatch.h"
#include "kernels/elementwise_kernels.h"
#include "kernels/gemm_kernel.h"
#include "kernels/pack.h"
#include "kernels/share.h"
#include "nntrain/memory.h"

/*
 * Most steps of depth between two visits to C. Not taken from the caches, because it decides the order of additions:
 * the same on every machine. A panel of A, 16 x 256 floats, is 16 KiB and leaves room in a level 1 cache of 32; 384 and
 * 512 were no faster with AVX-512 and up to 6 % slower with AVX2.
 */
enum { DEPTH_BLOCK = 256 };

/* Rows of A packed at a time: 1024 x 256 floats are 1 MiB, a share of the level 3 cache. */
enum { ROW_BLOCK = 1024 };

/* Multiply-adds below which a second thread costs more than it saves: 2^20 take a core 18 us, waking a thread 5 to 10.
 */
static const size_t worth_threads = (size_t)1 << 20;

struct nn_gemm_space {
    size_t threads;
    const nn_gemm_kernel *kernel;
    size_t row_panels;    /* panels `a` has room for */
    size_t column_panels; /* panels `b` has room for */
    nn_real *a;           /* [row_panels, DEPTH_BLOCK, pitch] */
    nn_real *b;           /* [column_panels, DEPTH_BLOCK, columns] */
    nn_real *tiles;       /* [threads, rows, columns], what a micro-kernel cannot write to C itself */
};

/* One product, after the operands were swapped where that is faster. */
typedef struct product {
    const nn_gemm_space *space;
    size_t rows, columns, depth;
    nn_pack_source a, b;
    nn_real *c;
    size_t c_stride;
    bool swapped; /* C was asked for as the transpose of what is computed */
    const nn_epilogue *epilogue;
    size_t threads;
} product;

/* Of C, what is computed between two packings. */
typedef struct work_block {
    nn_share row_panels, column_panels, depth;
    bool add, last; /* not the first block of depth; the last one */
    /* There is one panel of rows, so each panel of columns is used once: by the thread that packs it, at once, in a
     * place of the cache that it uses again for the next. */
    bool in_passing;
} work_block;

/* A panel's rows: all panels of a product within one of the same size, as the narrow rest of 128 = 9 * 14 + 2 rows
 * would be slow. */
static nn_share rows_of_panel(const product *p, size_t panel)
{
    size_t rows = p->space->kernel->rows;
    return nn_share_of(p->rows, panel, (p->rows + rows - 1) / rows);
}

static nn_share columns_of_panel(const product *p, size_t panel)
{
    size_t columns = p->space->kernel->columns;
    size_t first = panel * columns, rest = p->columns - first;
    return (nn_share){first, rest < columns ? rest : columns};
}

static void pack_rows(const product *p, const work_block *block, size_t thread)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    nn_share mine = nn_share_of(block->row_panels.count, thread, p->threads);
    for (size_t i = mine.first; i < mine.first + mine.count; i++) {
        nn_share rows = rows_of_panel(p, block->row_panels.first + i);
        nn_pack_source source = p->a;
        source.data += rows.first * source.width_stride + block->depth.first * source.depth_stride;
        nn_pack_panel(kernel, source, p->rows - rows.first, block->depth.count,
                      p->space->a + i * block->depth.count * kernel->pitch, kernel->pitch);
    }
}

static nn_real *packed_columns(const product *p, const work_block *block, size_t j)
{
    return p->space->b + j * block->depth.count * p->space->kernel->columns;
}

static void pack_column_panel(const product *p, const work_block *block, size_t j, nn_real *panel)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    nn_share columns = columns_of_panel(p, block->column_panels.first + j);
    nn_pack_source source = p->b;
    source.data += columns.first * source.width_stride + block->depth.first * source.depth_stride;
    nn_pack_panel(kernel, source, p->columns - columns.first, block->depth.count, panel, kernel->columns);
}

static void pack_columns(const product *p, const work_block *block, size_t thread)
{
    nn_share mine = nn_share_of(block->column_panels.count, thread, p->threads);
    for (size_t j = mine.first; j < mine.first + mine.count; j++)
        pack_column_panel(p, block, j, packed_columns(p, block, j));
}

/* Adds a tile computed apart to C, or puts it there; c = c + sum is what a micro-kernel does too. */
static void write_tile(const product *p, const nn_real *tile, nn_share rows, nn_share columns, bool add)
{
    size_t row_stride = p->swapped ? 1 : p->c_stride, column_stride = p->swapped ? p->c_stride : 1;
    nn_real *c = p->c + rows.first * row_stride + columns.first * column_stride;
    for (size_t j = 0; j < columns.count; j++)
        for (size_t i = 0; i < rows.count; i++) {
            nn_real *out = c + i * row_stride + j * column_stride;
            nn_real sum = tile[i * p->space->kernel->columns + j];
            *out = add ? *out + sum : sum;
        }
}

static void compute_tile(const product *p, const work_block *block, size_t i, size_t j, const nn_real *b, size_t thread)
{
    const nn_gemm_kernel *kernel = p->space->kernel;
    nn_share rows = rows_of_panel(p, block->row_panels.first + i);
    nn_share columns = columns_of_panel(p, block->column_panels.first + j);
    size_t depth = block->depth.count;
    const nn_real *a = p->space->a + i * depth * kernel->pitch;
    bool whole = columns.count == kernel->columns || columns.count == kernel->lanes;
    if (whole && !p->swapped) {
        nn_real *c = p->c + rows.first * p->c_stride + columns.first;
        kernel->run(rows.count, columns.count, depth, a, b, c, p->c_stride, block->add);
    } else {
        nn_real *tile = p->space->tiles + thread * kernel->rows * kernel->columns;
        kernel->run(rows.count, columns.count, depth, a, b, tile, kernel->columns, false);
        write_tile(p, tile, rows, columns, block->add);
    }
}

/* Rows and columns are those of C as the caller sees it. */
static void finish(const product *p, nn_share rows, nn_share columns)
{
    const nn_elementwise_kernels *kernels = nn_elementwise_kernels_in_use();
    const nn_epilogue *e = p->epilogue;
    for (size_t i = rows.first; i < rows.first + rows.count; i++) {
        nn_real *c = p->c + i * p->c_stride + columns.first;
        if (e->bias)
            kernels->add(e->bias + columns.first, c, columns.count);
        kernels->activate[e->activation](c, c, columns.count);
        if (e->outputs)
            kernels->activate_backward[e->derivative](e->outputs + i * e->outputs_stride + columns.first, c,
                                                      columns.count);
    }
}

/* Tiles first .. end-1 of one panel of rows: that panel stays in the level 1 cache while those of B go by. */
static void compute_run(const product *p, const work_block *block, size_t i, size_t first, size_t end, size_t thread)
{
    for (size_t j = first; j < end; j++) {
        nn_real *b = packed_columns(p, block, block->in_passing ? first : j);
        if (block->in_passing)
            pack_column_panel(p, block, j, b);
        compute_tile(p, block, i, j, b, thread);
    }
    if (!block->last || !p->epilogue)
        return;
    nn_share rows = rows_of_panel(p, block->row_panels.first + i);
    nn_share left = columns_of_panel(p, block->column_panels.first + first);
    nn_share right = columns_of_panel(p, block->column_panels.first + end - 1);
    nn_share columns = {left.first, right.first + right.count - left.first};
    if (p->swapped)
        finish(p, columns, rows);
    else
        finish(p, rows, columns);
}

static void compute_block(const product *p, const work_block *block, size_t thread)
{
    size_t width = block->column_panels.count;
    nn_share mine = nn_share_of(block->row_panels.count * width, thread, p->threads);
    size_t end = mine.first + mine.count;
    for (size_t tile = mine.first; tile < end;) {
        size_t i = tile / width, first = tile % width;
        size_t count = width - first < end - tile ? width - first : end - tile;
        compute_run(p, block, i, first, first + count, thread);
        tile += count;
    }
}

static void wait_for_threads(const product *p)
{
    /* Alone there may be no region of this product's own, and the barrier would be some caller's. */
    if (p->threads > 1) {
#pragma omp barrier
    }
}

static void multiply(const product *p, size_t thread)
{
    const nn_gemm_space *space = p->space;
    size_t row_panels = (p->rows + space->kernel->rows - 1) / space->kernel->rows;
    size_t column_panels = (p->columns + space->kernel->columns - 1) / space->kernel->columns;
    size_t row_blocks = (row_panels + space->row_panels - 1) / space->row_panels;
    size_t column_blocks = (column_panels + space->column_panels - 1) / space->column_panels;
    /* A depth of 0 is one empty block, which sets C to 0. */
    size_t depth_blocks = p->depth ? (p->depth + DEPTH_BLOCK - 1) / DEPTH_BLOCK : 1;
    for (size_t r = 0; r < row_blocks; r++)
        for (size_t d = 0; d < depth_blocks; d++)
            for (size_t c = 0; c < column_blocks; c++) {
                const work_block block = {
                    .row_panels = nn_share_of(row_panels, r, row_blocks),
                    .column_panels = nn_share_of(column_panels, c, column_blocks),
                    .depth = nn_share_of(p->depth, d, depth_blocks),
                    .add = d > 0,
                    .last = d == depth_blocks - 1,
                    .in_passing = row_panels == 1,
                };
                if (r + d + c > 0)
                    wait_for_threads(p); /* for those who still read the packed panels */
                if (c == 0)
                    pack_rows(p, &block, thread);
                if (!block.in_passing)
                    pack_columns(p, &block, thread);
                wait_for_threads(p);
                compute_block(p, &block, thread);
            }
}

static size_t round_up(size_t count, size_t multiple)
{
    return (count + multiple - 1) / multiple * multiple;
}

/*
 * Whether to compute the transpose of C. Vectors lie along columns, so 10 columns fill 10 of 16 lanes, while 128 rows
 * taken for columns fill them all. Writing C across costs about as much as 32 multiply-adds an element. Products
 * commute exactly, so the bits are the same.
 */
static bool worth_swapping(const nn_gemm_kernel *kernel, size_t rows, size_t columns, size_t depth)
{
    double plain = (double)rows * (double)round_up(columns, kernel->lanes) * (double)depth;
    double swapped = (double)columns * (double)round_up(rows, kernel->lanes) * (double)depth;
    return swapped + 32.0 * (double)rows * (double)columns < plain;
}

void nn_gemm(nn_gemm_space *space, size_t rows, size_t columns, size_t depth, nn_view a, nn_view b, nn_real *c,
             size_t c_stride, const nn_epilogue *epilogue)
{
    if (rows == 0 || columns == 0)
        return;
    product p = {
        .space = space,
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .a = {a.data, a.row_stride, a.column_stride},
        .b = {b.data, b.column_stride, b.row_stride},
        .c = c,
        .c_stride = c_stride,
        .epilogue = epilogue,
    };
    if (worth_swapping(space->kernel, rows, columns, depth)) {
        const product q = p;
        p.rows = q.columns, p.columns = q.rows;
        p.a = q.b, p.b = q.a;
        p.swapped = true;
    }
    size_t threads = (size_t)omp_get_max_threads();
    threads = threads < space->threads ? threads : space->threads;
    bool large = depth && rows * columns >= worth_threads / depth;
    p.threads = 1;
    if (threads == 1 || !large) {
        multiply(&p, 0);
        return;
    }
#pragma omp parallel num_threads((int)threads) firstprivate(p)
    {
        p.threads = (size_t)omp_get_num_threads();
        multiply(&p, (size_t)omp_get_thread_num());
    }
}

static const nn_gemm_kernel *kernel_of(nn_isa isa)
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

nn_status nn_gemm_space_create(size_t threads, nn_gemm_space **space, nn_error *error)
{
    return nn_gemm_space_create_for(nn_kernels_isa(), threads, space, error);
}

nn_status nn_gemm_space_create_for(nn_isa isa, size_t threads, nn_gemm_space **space, nn_error *error)
{
    const nn_gemm_kernel *kernel = kernel_of(isa);
    nn_gemm_space *s = NULL;
    NN_TRY(nn_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->kernel = kernel;
    s->row_panels = (ROW_BLOCK + kernel->rows - 1) / kernel->rows;
    /* Half of the level 2 cache is for B; where the system does not tell, 512 KiB, what small cores have. */
    size_t cache = nn_cpu_cache_bytes(2);
    size_t panel_bytes = DEPTH_BLOCK * kernel->columns * sizeof(nn_real);
    s->column_panels = (cache ? cache : (size_t)512 * 1024) / 2 / panel_bytes;
    if (s->column_panels == 0)
        s->column_panels = 1;
    nn_status status = nn_allocate(s->row_panels * DEPTH_BLOCK, kernel->pitch * sizeof(nn_real),
                                   "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nn_allocate(s->column_panels * DEPTH_BLOCK, kernel->columns * sizeof(nn_real),
                             "packed columns of products", &s->b, error);
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
    nn_release(space->tiles);
    nn_release(space);
}
