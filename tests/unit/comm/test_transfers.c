/* SPDX-License-Identifier: MIT */
/* The schedules of all ranks of a sum, played in one process: what one sends another receives, the sums are those of
 * the tree, and bytes, messages and rounds are what they should be. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "comm/allreduce/schedule.h"
#include "support/memory.h"
#include "support/suite.h"

/* Values whose sum depends on the order, in units of a whole number. */
static double value_of(size_t leaf, size_t element)
{
    return (leaf % 3 == 0 ? 1e16 : 1) * (double)((7 * leaf + 3 * element) % 11 + 1);
}

static double sum_of_node(size_t leaves, size_t span, size_t first, size_t element)
{
    if (span == 1)
        return value_of(first, element);
    const double left = sum_of_node(leaves, span / 2, first, element);
    return first + span / 2 < leaves ? left + sum_of_node(leaves, span / 2, first + span / 2, element) : left;
}

static size_t span_of(size_t leaves)
{
    size_t span = 1;
    while (span < leaves)
        span *= 2;
    return span;
}

static size_t log2_of(size_t count)
{
    size_t log = 0;
    while (((size_t)1 << log) < count)
        log++;
    return log;
}

typedef struct played {
    nni_leaf_range *runs;
    nni_transfers *parts; /* [ranks] */
    double **values;      /* [ranks] of [nodes, count] */
    size_t ranks, count;
    size_t *sent, *messages; /* [ranks] elements and messages out of each */
} played;

static void *take(size_t count, size_t size)
{
    void *memory = NULL;
    CU_ASSERT_FATAL(nni_allocate(count, size, "a test", &memory, NULL) == NN_OK);
    return memory;
}

static played compile_all(size_t leaves, size_t ranks, size_t count, const size_t *cuts, size_t cut_count)
{
    played p = {.ranks = ranks, .count = count};
    CU_ASSERT_FATAL(nni_leaf_ranges_of_ranks(leaves, ranks, &p.runs, NULL) == NN_OK);
    p.parts = take(ranks, sizeof *p.parts);
    p.values = take(ranks, sizeof *p.values);
    p.sent = take(ranks, sizeof *p.sent);
    p.messages = take(ranks, sizeof *p.messages);
    const nni_schedule_plan plan = {
        .runs = p.runs, .ranks = ranks, .count = count, .grain = 1, .cuts = cuts, .cut_count = cut_count};
    for (size_t rank = 0; rank < ranks; rank++)
        CU_ASSERT_FATAL(nni_schedule_compile(&plan, rank, &p.parts[rank], NULL) == NN_OK);
    return p;
}

static void free_all(played *p)
{
    for (size_t rank = 0; rank < p->ranks; rank++) {
        nni_transfers_free(&p->parts[rank]);
        nni_release(p->values[rank]);
    }
    nni_release(p->runs), nni_release(p->parts), nni_release(p->values), nni_release(p->sent), nni_release(p->messages);
}

static void fill(played *p)
{
    for (size_t rank = 0; rank < p->ranks; rank++) {
        const nni_leaf_range run = p->runs[rank];
        p->values[rank] = take(nni_sum_tree_nodes(run) * p->count, sizeof(double));
        size_t at = run.first;
        for (size_t n = 0; n < nni_sum_tree_nodes(run); n++) {
            const nni_tree_node node = nni_sum_tree_node(run, at);
            for (size_t i = 0; i < p->count; i++)
                p->values[rank][n * p->count + i] = sum_of_node(run.total, node.span, at, i);
            at += node.span;
        }
    }
}

/* The transfer of the peer's that a transfer belongs to: the n-th of a round's with each other, in the order of both.
 */
static const nni_transfer *counterpart(const played *p, size_t rank, size_t index)
{
    const nni_transfer *mine = &p->parts[rank].transfers[index];
    const nni_transfers *theirs = &p->parts[mine->peer];
    size_t n = 0;
    for (size_t i = 0; i < index; i++)
        n += p->parts[rank].transfers[i].peer == mine->peer;
    for (size_t i = 0; i < theirs->begin[theirs->rounds]; i++)
        if (theirs->transfers[i].peer == rank && n-- == 0)
            return &theirs->transfers[i];
    return NULL;
}

static bool is_range(nni_partition a, nni_partition b)
{
    return a.count == b.count && (a.count == 0 || a.first == b.first);
}

/* Every transfer of all ranks, a merge at a time. Those of a rank are in the order in which it makes them; one goes
 * when both ranks are there. */
static bool play(played *p)
{
    size_t *next = take(p->ranks, sizeof *next);
    bool matching = true;
    for (bool moved = true; moved && matching;) {
        moved = false;
        for (size_t rank = 0; rank < p->ranks; rank++)
            for (; next[rank] < p->parts[rank].begin[p->parts[rank].rounds]; next[rank]++, moved = true) {
                const nni_transfer *t = &p->parts[rank].transfers[next[rank]];
                double *to = p->values[rank] + t->slot * p->count;
                if (t->peer == rank) {
                    for (size_t i = t->kept.first; i < t->kept.first + t->kept.count; i++)
                        to[i] += p->values[rank][t->other * p->count + i];
                    continue;
                }
                const nni_transfer *other = counterpart(p, rank, next[rank]);
                matching = matching && other && is_range(other->sent, t->kept) && is_range(other->kept, t->sent);
                if (!matching || other != &p->parts[t->peer].transfers[next[t->peer]])
                    break;
                double *theirs = p->values[t->peer] + other->slot * p->count;
                for (size_t i = t->kept.first; i < t->kept.first + t->kept.count; i++)
                    to[i] += theirs[i];
                for (size_t i = t->sent.first; i < t->sent.first + t->sent.count; i++)
                    theirs[i] += to[i];
                p->sent[rank] += t->sent.count, p->sent[t->peer] += other->sent.count;
                p->messages[rank] += t->sent.count > 0, p->messages[t->peer] += other->sent.count > 0;
                next[t->peer]++;
            }
    }
    for (size_t rank = 0; rank < p->ranks; rank++)
        matching = matching && next[rank] == p->parts[rank].begin[p->parts[rank].rounds];
    nni_release(next);
    return matching;
}

/* All agree on who has which part of the sum, which is that of the tree. */
static bool kept_is_the_sum(const played *p)
{
    const size_t leaves = p->runs[0].total;
    bool good = true;
    size_t end = 0;
    for (size_t k = 0; k < p->parts[0].kept_count; k++) {
        const struct nni_kept *kept = &p->parts[0].kept[k];
        good = good && kept->range.first == end;
        end += kept->range.count;
        for (size_t i = kept->range.first; i < end; i++)
            good =
                good && p->values[kept->rank][kept->slot * p->count + i] == sum_of_node(leaves, span_of(leaves), 0, i);
    }
    for (size_t rank = 1; rank < p->ranks; rank++)
        good = good && p->parts[rank].kept_count == p->parts[0].kept_count &&
               memcmp(p->parts[rank].kept, p->parts[0].kept, p->parts[0].kept_count * sizeof *p->parts[0].kept) == 0;
    return good && end == p->count;
}

static void any_division_of_leaves_gives_the_sum_of_the_tree(void)
{
    static const size_t counts[] = {1, 15, 16, 200};
    for (size_t ranks = 1; ranks <= 24; ranks++)
        for (size_t leaves = ranks; leaves <= 40; leaves += leaves < ranks + 4 ? 1 : 5)
            for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
                played p = compile_all(leaves, ranks, counts[c], NULL, 0);
                fill(&p);
                const bool matching = play(&p), good = matching && kept_is_the_sum(&p);
                if (!good)
                    printf("%zu leaves on %zu ranks, %zu elements: matching %d\n", leaves, ranks, counts[c], matching);
                CU_ASSERT(good);
                free_all(&p);
            }
}

/* A leaf a rank: no algorithm sends less, and rounds are as few as there can be. */
static void a_leaf_a_rank_sends_the_least(void)
{
    static const size_t sizes[] = {2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 33, 48, 63, 96, 100};
    enum { COUNT = 20000 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t ranks = sizes[s];
        played p = compile_all(ranks, ranks, COUNT, NULL, 0);
        fill(&p);
        CU_ASSERT(play(&p));
        size_t most = 0, messages = 0, rounds = 0;
        for (size_t rank = 0; rank < ranks; rank++) {
            most = p.sent[rank] > most ? p.sent[rank] : most;
            messages += p.messages[rank];
            rounds = p.parts[rank].rounds > rounds ? p.parts[rank].rounds : rounds;
        }
        const double least = (double)(ranks - 1) / (double)ranks * COUNT;
        CU_ASSERT((double)most < 1.01 * least + (double)(4 * log2_of(ranks)));
        CU_ASSERT_EQUAL(rounds, log2_of(ranks));
        CU_ASSERT(messages <= 2 * ranks * log2_of(ranks));
        free_all(&p);
    }
}

/* Of a thousand ranks, what a few of them do. */
static void many_ranks_have_few_messages(void)
{
    static const size_t sizes[] = {512, 1000, 1024};
    enum { COUNT = 1 << 20 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t ranks = sizes[s];
        nni_leaf_range *runs = NULL;
        CU_ASSERT_FATAL(nni_leaf_ranges_of_ranks(ranks, ranks, &runs, NULL) == NN_OK);
        const nni_schedule_plan plan = {.runs = runs, .ranks = ranks, .count = COUNT, .grain = 16};
        for (size_t rank = 0; rank < ranks; rank += 37) {
            nni_transfers t;
            size_t sent = 0;
            CU_ASSERT_FATAL(nni_schedule_compile(&plan, rank, &t, NULL) == NN_OK);
            for (size_t i = 0; i < t.begin[t.rounds]; i++)
                sent += t.transfers[i].sent.count;
            CU_ASSERT(t.rounds <= log2_of(ranks) && t.begin[t.rounds] <= 4 * log2_of(ranks));
            CU_ASSERT(sent < COUNT && sent > COUNT - COUNT / 250);
            nni_transfers_free(&t);
        }
        nni_release(runs);
    }
}

static void ranges_are_cut_where_they_may_be(void)
{
    static const size_t cuts[] = {0, 3, 40, 41, 100, 180};
    for (size_t ranks = 2; ranks <= 9; ranks++) {
        played p = compile_all(ranks, ranks, 200, cuts, sizeof cuts / sizeof *cuts);
        fill(&p);
        CU_ASSERT(play(&p) && kept_is_the_sum(&p));
        for (size_t k = 0; k < p.parts[0].kept_count; k++) {
            bool may = false;
            for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++)
                may = may || p.parts[0].kept[k].range.first == cuts[c];
            CU_ASSERT(may);
        }
        free_all(&p);
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(any_division_of_leaves_gives_the_sum_of_the_tree),
        NN_TEST(a_leaf_a_rank_sends_the_least),
        NN_TEST(many_ranks_have_few_messages),
        NN_TEST(ranges_are_cut_where_they_may_be),
    };
    return nni_run_suite("schedules of sums", tests, sizeof tests / sizeof *tests);
}
