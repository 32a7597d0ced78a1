/* SPDX-License-Identifier: MIT */
#include "kernels/gemm/plan.h"

#include "support/extremes.h"
#include "support/memory.h"
#include "support/system/cpu.h"

/* What small cores have, where the system does not tell. */
static const size_t least_level1 = (size_t)32 << 10, least_level2 = (size_t)256 << 10;

/* Rows of A packed at a time are a share of a level 3 cache. */
static const size_t packed_a_bytes = (size_t)1 << 20;

static size_t round_up(size_t count, size_t multiple)
{
    return (count + multiple - 1) / multiple * multiple;
}

/* Steps of depth such that a packed panel of A takes at most the level 1 cache. It need not stay there: panels come
 * from level 2 in streams that a processor foresees, and in return sums are loaded and stored less often: 512 steps
 * instead of 256 gained 1.5 % on a Zen 4. 1024 lost there, with tiles of AVX2, 13 % of a dW of 4096 rows. */
static size_t depth_of_rows(const nni_gemm_buffer *room, const nni_gemm_kernel *kernel)
{
    enum { MOST = 512 };
    const size_t depth = room->level1_bytes / (kernel->pitch * sizeof(nni_real));
    return depth < MOST ? depth : MOST;
}

/* Steps of depth such that a packed panel of B takes half of the level 1 cache, and stays there while those of A go by.
 */
static size_t depth_of_columns(const nni_gemm_buffer *room, const nni_gemm_kernel *kernel)
{
    return room->level1_bytes / 2 / (kernel->columns * sizeof(nni_real));
}

nni_gemm_buffer nni_gemm_buffer_of(const nni_gemm_kernel *kernel)
{
    size_t level1 = nni_cpu_cache_bytes(1), level2 = nni_cpu_cache_bytes(2);
    nni_gemm_buffer room = {
        .level1_bytes = level1 ? level1 : least_level1,
        .level2_bytes = level2 ? level2 : least_level2,
    };
    const size_t depth = depth_of_rows(&room, kernel);
    room.a = round_up(packed_a_bytes / sizeof(nni_real), depth * kernel->pitch);
    room.b = round_up(room.level2_bytes / 2 / sizeof(nni_real), depth * kernel->columns);
    room.own = depth_of_columns(&room, kernel) * kernel->columns;
    return room;
}

/* Of a level 1 cache, for lines that collide. */
enum { WAYS = 8 };

/* Whether lines of a tile's rows of A, each a stream along the depth, or of columns of B to be turned, would evict each
 * other. Then tiles have one row less than there are ways, rather than A be packed: products of 1024 by 1024 gained 3 %
 * on a Zen 4, of 4096 by 4096 with 64 rows 25 %. */
static bool streams_collide(nni_pack_source source)
{
    return source.depth_stride == 1 && nni_gemm_collides(source.width_stride);
}

static bool worth_packing_a(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p,
                            nni_gemm_b b)
{
    if (kernel->steps > 1)
        return true;
    if (b == NNI_GEMM_B_STRIPS || b == NNI_GEMM_B_TURNED || p->a.depth_stride == 1)
        return false;
    /* A step of depth lies a row of memory further, of which a panel uses a part: fine where all of it stays in the
     * cache. */
    return p->rows * p->depth * sizeof(nni_real) > room->level1_bytes / 2;
}

static size_t bytes_of_b(const nni_gemm_problem *p)
{
    return p->columns * p->depth * sizeof(nni_real);
}

static bool fits_level1(const nni_gemm_buffer *room, const nni_gemm_problem *p)
{
    return bytes_of_b(p) <= room->level1_bytes * 3 / 4;
}

/* Strips end in masked loads, step by step: whether those are much of the work, with fewer vectors than these. */
static bool is_ragged(const nni_gemm_kernel *kernel, const nni_gemm_problem *p, size_t vectors)
{
    return p->columns % kernel->lanes > 0 && p->columns < vectors * kernel->lanes;
}

/* Rows of a strip that is one of several. 16 sums hide the latency of multiply-adds, and leave it to the processor to
 * begin with the next ones while these are being stored: 14 rows lost 10 to 15 % at depths of 4 to 16. */
enum { STRIP_ROWS = 8 };

/* Elements of a line of the caches. */
enum { LINE = 64 / sizeof(nni_real) };

/* Whether a step of depth of a tile is two lines of B, which processors fetch in pairs. */
static bool steps_are_pairs(const nni_gemm_kernel *kernel)
{
    return kernel->columns >= (size_t)2 * LINE;
}

/* Most rows for which B is best read where it lies. From the level 2 cache strips of any number keep pace where a step
 * is two lines, from half of that cache: on a Zen 4 dW of batches to 200 gained 2 to 8 % over tiles that pack A and B;
 * where it is one, at depths that leave packing little to gain: 13 to 60 % on a Zen 3, and at 64 steps 10 to 20 % less.
 * Else it is three strips, unless lines evict each other. From further away tiles that pack B are as fast, if they have
 * enough to compute meanwhile: 32 rows of 2000 by 2000 gained 25 %, while 4 by 784 by 256 lost that with tiles of AVX2,
 * and 12 by 512 by 512 10 %; but 12 by 1024 by 1024, whose lines collide, gained 13 %. */
static size_t rows_of_strips(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p)
{
    enum { SHALLOW = 32 };
    const bool pairs = steps_are_pairs(kernel);
    if (fits_level1(room, p))
        return is_ragged(kernel, p, 4) ? kernel->rows : p->rows;
    const bool collides = nni_gemm_collides(p->b.depth_stride);
    if (bytes_of_b(p) > room->level2_bytes) {
        const size_t near = collides ? kernel->rows : 2 * kernel->rows;
        return pairs ? kernel->rows / 2 : near;
    }
    if (pairs ? !is_ragged(kernel, p, 8) && bytes_of_b(p) <= room->level2_bytes / 2 : p->depth <= SHALLOW)
        return p->rows;
    return collides ? kernel->rows : 3 * kernel->rows;
}

/* Most rows for which B is best turned in registers. Where its lines collide, and a vector takes a part of one, they
 * are to be read before those of many rows of A: 6 by 1024 by 1024 gained 50 %. */
static size_t rows_of_turned(const nni_gemm_kernel *kernel, const nni_gemm_problem *p)
{
    return streams_collide(p->b) && kernel->lanes < LINE ? kernel->rows / 2 : kernel->rows;
}

static nni_gemm_b b_of(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p,
                       bool swapped)
{
    if (kernel->steps == 1 && !swapped && p->b.width_stride == 1 && p->rows <= rows_of_strips(kernel, room, p))
        return NNI_GEMM_B_STRIPS;
    if (kernel->steps == 1 && p->leaves == 1 && p->a.depth_stride == 1 && p->b.depth_stride == 1 &&
        p->rows <= rows_of_turned(kernel, p) && p->columns >= kernel->lanes)
        return NNI_GEMM_B_TURNED;
    /* Few panels of A: a panel of B stays in the level 1 cache while they go by. Rows are better copied in long pieces.
     */
    if (p->b.width_stride != 1 && p->rows <= 4 * kernel->rows &&
        nni_gemm_panels_of(p->columns, kernel->columns) >= 2 * p->threads)
        return NNI_GEMM_B_OWN;
    return NNI_GEMM_B_PACKED;
}

/* Panels for each thread from which their shares are even enough. */
enum { EVEN = 8 };

/* Whether threads have panels of B to themselves. */
static bool alone(const nni_gemm_kernel *kernel, const nni_gemm_problem *p, nni_gemm_b b)
{
    const bool strips = b == NNI_GEMM_B_STRIPS || b == NNI_GEMM_B_TURNED;
    return p->threads == 1 || (!strips && nni_gemm_panels_of(p->columns, kernel->columns) >= EVEN * p->threads);
}

/* Whether the first tiles that use a panel of B may pack it, rather than the thread before them. */
static bool tiles_may_pack(const nni_gemm_kernel *kernel, const nni_gemm_problem *p, nni_gemm_b b)
{
    return b == NNI_GEMM_B_PACKED && p->b.width_stride == 1 && kernel->run_packing;
}

/* Rows of which a thread that computes them alone makes good panels. They save waiting for panels that threads would
 * share; and where A is the delta of a layer and C the gradient, what moves the weights finds a thread's rows of it in
 * that thread's own caches, and so does the next forward pass the weights: of cores with two level 3 caches a step of
 * 784-512-512-10 gained 30 %. */
bool nni_gemm_rows_apart(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p)
{
    const bool gradient = p->a.depth_stride != 1;
    const bool turns = kernel->run_turning && p->b.depth_stride == 1;
    const bool packs = tiles_may_pack(kernel, p, b_of(kernel, room, p, false));
    if (gradient)
        return packs && nni_gemm_panels_of(p->rows, kernel->rows) >= EVEN * p->threads;
    return (turns || packs) && p->leaves == 1 && p->rows >= 4 * kernel->turned_rows * p->threads &&
           !alone(kernel, p, NNI_GEMM_B_PACKED);
}

/* Whether they do. Where threads share panels, some tile may need one before the tile that would pack it. */
static bool packs_meanwhile(const nni_gemm_kernel *kernel, const nni_gemm_problem *p, nni_gemm_b b)
{
    return tiles_may_pack(kernel, p, b) && alone(kernel, p, b);
}

/* Whether the first tiles that use a panel of B turn it: they do so beside their multiply-adds, which packing before
 * them does not. Short pieces of long rows from afar are better fetched by who does nothing else. */
static bool turns_meanwhile(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p,
                            nni_gemm_b b)
{
    const bool own = b == NNI_GEMM_B_OWN && bytes_of_b(p) <= room->level1_bytes;
    return (own || (b == NNI_GEMM_B_PACKED && alone(kernel, p, b))) && kernel->run_turning && p->leaves == 1 &&
           p->a.depth_stride == 1 && p->b.depth_stride == 1 && p->rows > kernel->turned_rows;
}

/* Vectors that the columns of a product take in a step of depth. */
static double vectors_of(const nni_gemm_kernel *kernel, size_t columns)
{
    const size_t rest = columns % kernel->columns, whole = nni_gemm_panels_of(columns - rest, kernel->lanes);
    const double narrow = kernel->narrowest < kernel->lanes ? 0.6 : 1;
    return (double)whole +
           (0 < rest && rest <= kernel->narrowest ? narrow : (double)nni_gemm_panels_of(rest, kernel->lanes));
}

/* Multiply-adds of vectors that a product takes about, with what packing and writing across cost. */
static double cost_of(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p,
                      bool swapped)
{
    const double copied = 1.5, turned = 4, meanwhile = 0.5; /* of a vector */
    const double lanes = (double)kernel->lanes;
    const nni_gemm_b b = b_of(kernel, room, p, swapped);
    const double of_b = (double)p->columns * (double)p->depth / lanes;
    double cost = (double)p->rows * vectors_of(kernel, p->columns) * (double)p->depth;
    if (worth_packing_a(kernel, room, p, b))
        cost += (p->a.depth_stride == 1 ? turned : copied) * (double)p->rows * (double)p->depth / lanes;
    if (b == NNI_GEMM_B_TURNED)
        cost += (p->rows < 3 ? turned - (double)p->rows : 1) *
                (double)nni_gemm_panels_of(p->rows, kernel->turned_rows) * of_b;
    else if (packs_meanwhile(kernel, p, b))
        cost += meanwhile * of_b;
    else if (turns_meanwhile(kernel, room, p, b))
        cost += of_b;
    else if (b != NNI_GEMM_B_STRIPS)
        cost += (p->b.width_stride == 1 ? copied : turned) * of_b;
    if (swapped)
        cost += turned * (double)p->rows * (double)p->columns / lanes;
    return cost;
}

static nni_gemm_problem swap(const nni_gemm_problem *p)
{
    nni_gemm_problem swapped = *p;
    swapped.rows = p->columns, swapped.columns = p->rows;
    swapped.a = p->b, swapped.b = p->a;
    return swapped;
}

/* Where both would be strips, and few columns do not fill the vectors badly, there is nothing to weigh up. */
static bool may_gain_swapped(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *p,
                             const nni_gemm_problem *swapped)
{
    const nni_gemm_b b = b_of(kernel, room, swapped, false);
    return is_ragged(kernel, p, 8) || (b != NNI_GEMM_B_STRIPS && b != NNI_GEMM_B_TURNED);
}

/* A tile of a swapped product is complete before it is turned, so all depth must be one block. */
static bool can_swap(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_problem *swapped)
{
    return swapped->elements * kernel->columns <= room->b && swapped->elements * kernel->pitch <= room->a &&
           swapped->leaves <= NNI_GEMM_CHAINS;
}

/* Of pages of 4 KiB whose addresses the processor has at hand: 2048, in its second table of them. */
static const size_t reach_bytes = (size_t)8 << 20;

static size_t depth_of(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room, const nni_gemm_plan *plan)
{
    const nni_gemm_problem *p = &plan->what;
    const size_t depth = p->elements ? p->elements : 1;
    if (plan->swapped || plan->b == NNI_GEMM_B_TURNED)
        return depth;
    /* A single strip of more than a core's caches hold is bound by memory: a few rows of B at a time are swept from end
     * to end, as streams that the processor foresees. Fewer where they collide: 16 of 8 ways' lines lost 25 %. Several
     * rows of A have enough to compute while a line comes, as long as its page is known: they gain 5 to 15 % by keeping
     * their sums. What the level 2 cache holds half of needs none of that, but where it collides. */
    if (plan->b == NNI_GEMM_B_STRIPS && plan->row_panels == 1) {
        const bool collides = nni_gemm_collides(p->b.depth_stride);
        const size_t near = collides ? room->level1_bytes : 2 * room->level2_bytes;
        if (bytes_of_b(p) > (p->rows > 1 ? reach_bytes : near))
            return nni_smaller(depth, collides ? 8 : 16);
        return depth;
    }
    return nni_smaller(depth, plan->b == NNI_GEMM_B_OWN ? depth_of_columns(room, kernel) : depth_of_rows(room, kernel));
}

/* Tiles that pack B look far ahead, since it may come from memory: 32 steps of 28 multiply-adds. A single strip of one
 * or two rows is bound by loads, and with steps of two lines so is any; with steps of one, 4 ahead gained 5 to 19 %
 * from a Zen 3's level 2 and 3, though 8 and 16 would lose as much where lines evict each other. */
static size_t steps_ahead_of(const nni_gemm_kernel *kernel, const nni_gemm_plan *plan)
{
    if (plan->b == NNI_GEMM_B_PACKED)
        return 32;
    if (plan->b != NNI_GEMM_B_STRIPS)
        return 0;
    if (plan->row_panels > 1)
        return 8;
    return plan->what.rows > 2 && !steps_are_pairs(kernel) ? 4 : 0;
}

/* All panels within one row of the same size, as the narrow rest of 128 = 9 * 14 + 2 rows would be slow; but those of a
 * panel that turns B are as many as there is room for. */
static void divide_rows(nni_gemm_plan *plan, size_t turning)
{
    const size_t rows = plan->what.rows - turning, count = nni_gemm_panels_of(rows, plan->panel_rows);
    plan->turning_rows = turning;
    plan->panels = plan->row_panels = count + (turning > 0);
    plan->each = count > 1 ? rows / count : rows;
    plan->longer = count > 1 ? rows % count : 0;
}

nni_gemm_plan nni_gemm_plan_of(const nni_gemm_kernel *kernel, const nni_gemm_buffer *room,
                               const nni_gemm_problem *problem)
{
    nni_gemm_plan plan; /* every field is set below: small products would notice that it is cleared first */
    plan.what = *problem, plan.swapped = false;
    const nni_gemm_problem other = swap(problem);
    if (may_gain_swapped(kernel, room, problem, &other) && can_swap(kernel, room, &other) &&
        cost_of(kernel, room, &other, true) < cost_of(kernel, room, problem, false)) {
        plan.swapped = true;
        plan.what = other;
    }
    plan.b = b_of(kernel, room, &plan.what, plan.swapped);
    plan.pack_a = worth_packing_a(kernel, room, &plan.what, plan.b);
    plan.panel_rows = plan.b == NNI_GEMM_B_TURNED ? kernel->turned_rows : kernel->rows;
    if (!plan.pack_a && streams_collide(plan.what.a))
        plan.panel_rows = nni_smaller(plan.panel_rows, WAYS - 1);
    if (plan.b == NNI_GEMM_B_STRIPS && plan.what.rows > kernel->rows)
        plan.panel_rows = nni_smaller(plan.panel_rows, STRIP_ROWS);
    divide_rows(&plan, 0);
    plan.column_panels = nni_gemm_panels_of(plan.what.columns, kernel->columns);
    plan.fetches_rows = !plan.pack_a && plan.what.a.depth_stride == 1 &&
                        plan.what.rows * plan.what.depth * sizeof(nni_real) > room->level2_bytes;
    plan.alone = alone(kernel, &plan.what, plan.b);
    plan.packs_meanwhile = packs_meanwhile(kernel, &plan.what, plan.b);
    plan.steps_ahead = steps_ahead_of(kernel, &plan);
    plan.depth_block = depth_of(kernel, room, &plan);
    if (plan.b == NNI_GEMM_B_OWN && plan.depth_block * kernel->columns > room->own)
        plan.b = NNI_GEMM_B_PACKED;
    if (turns_meanwhile(kernel, room, &plan.what, plan.b))
        divide_rows(&plan, nni_smaller(kernel->turned_rows, plan.panel_rows));
    if (plan.pack_a)
        plan.row_panels = nni_smaller(plan.row_panels, room->a / (plan.depth_block * kernel->pitch));
    if (plan.b == NNI_GEMM_B_PACKED)
        plan.column_panels = nni_smaller(plan.column_panels, room->b / (plan.depth_block * kernel->columns));
    return plan;
}
