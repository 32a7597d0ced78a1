/* SPDX-License-Identifier: MIT */
#include "comm/allreduce/schedule.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

static const char what[] = "the schedule of a sum";

/* A range of a node's value, and where it is. */
typedef struct fragment {
    size_t first, end;
    size_t rank, slot;
} fragment;

/* The value of a node of the tree. */
typedef struct spread_value {
    fragment *items;
    size_t count;
} spread_value;

/* A range whose two values become one. */
typedef struct merge {
    size_t level;
    fragment left, right; /* what the rank of each keeps; where it is the same rank, left is all */
} merge;

/* What a rank has to do with a node that is being merged. */
typedef struct duty {
    size_t both;   /* elements of which it has both values */
    size_t either; /* of which it has one */
    bool known;
} duty;

typedef struct compiler {
    const nni_schedule_plan *plan;
    merge *merges;
    size_t count, capacity;
    duty *duties;  /* [ranks] */
    size_t *ranks; /* [ranks] that have one */
    size_t involved;
} compiler;

/* --- where leaves are --- */

static size_t rank_of_leaf(const nni_schedule_plan *plan, size_t leaf)
{
    size_t low = 0, high = plan->ranks - 1;
    while (low < high) {
        const size_t middle = low + (high - low + 1) / 2;
        if (plan->runs[middle].first <= leaf)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Which of the nodes of its run begins with a leaf. */
static size_t slot_of_leaf(nni_leaf_range run, size_t leaf)
{
    size_t slot = 0;
    for (size_t at = run.first; at < leaf; slot++)
        at += nni_sum_tree_node(run, at).span;
    return slot;
}

/* --- merging --- */

static duty *duty_of(compiler *c, size_t rank)
{
    duty *d = &c->duties[rank];
    if (!d->known) {
        *d = (duty){.known = true};
        c->ranks[c->involved++] = rank;
    }
    return d;
}

static void find_duties(compiler *c, const spread_value *left, const spread_value *right)
{
    for (size_t i = 0; i < c->involved; i++)
        c->duties[c->ranks[i]].known = false;
    c->involved = 0;
    for (size_t l = 0, r = 0; l < left->count && r < right->count;) {
        const fragment *a = &left->items[l], *b = &right->items[r];
        const size_t first = a->first > b->first ? a->first : b->first, end = a->end < b->end ? a->end : b->end;
        if (a->rank == b->rank) {
            duty_of(c, a->rank)->both += end - first;
        } else {
            duty_of(c, a->rank)->either += end - first;
            duty_of(c, b->rank)->either += end - first;
        }
        l += a->end == end;
        r += b->end == end;
    }
}

/* Of each element that a rank has one of the values of, the part that it should keep. */
static double wanted(compiler *c, size_t rank)
{
    const duty *d = &c->duties[rank];
    const double fair = (double)c->plan->count / (double)c->involved;
    return fair > (double)d->both ? (fair - (double)d->both) / (double)d->either : 0;
}

/* The place nearest to an element where a range may be cut, within it. */
static size_t cut_near(const nni_schedule_plan *plan, size_t first, size_t end, double wish)
{
    size_t at = (size_t)(wish / (double)plan->grain + 0.5) * plan->grain;
    if (plan->cuts) {
        size_t low = 0, high = plan->cut_count;
        while (low < high) {
            const size_t middle = low + (high - low) / 2;
            if ((double)plan->cuts[middle] < wish)
                low = middle + 1;
            else
                high = middle;
        }
        at = low < plan->cut_count ? plan->cuts[low] : end;
        if (low > 0 && wish - (double)plan->cuts[low - 1] < (double)at - wish)
            at = plan->cuts[low - 1];
    }
    return at < first ? first : at > end ? end : at;
}

static void append(spread_value *value, fragment part)
{
    if (part.first == part.end)
        return;
    fragment *last = value->count > 0 ? &value->items[value->count - 1] : NULL;
    if (last && last->end == part.first && last->rank == part.rank && last->slot == part.slot)
        last->end = part.end;
    else
        value->items[value->count++] = part;
}

static nn_status note(compiler *c, const merge *m, nn_error *error)
{
    if (c->count == c->capacity) {
        const size_t capacity = 2 * c->capacity + 64;
        merge *more = NULL;
        NN_TRY(nni_reserve(capacity, sizeof *more, what, &more, error));
        if (c->count > 0)
            memcpy(more, c->merges, c->count * sizeof *more);
        nni_release(c->merges);
        c->merges = more;
        c->capacity = capacity;
    }
    c->merges[c->count++] = *m;
    return NN_OK;
}

/* A range that both have one value of. Whoever keeps what lies before it goes first, so that it keeps one range. */
static nn_status merge_range(compiler *c, size_t level, fragment a, fragment b, spread_value *sum, nn_error *error)
{
    const size_t first = a.first > b.first ? a.first : b.first, end = a.end < b.end ? a.end : b.end;
    a.first = b.first = first;
    a.end = b.end = end;
    if (a.rank == b.rank) {
        append(sum, a);
        return note(c, &(merge){level, a, b}, error);
    }
    const double left = wanted(c, a.rank), right = wanted(c, b.rank);
    const double share = left + right > 0 ? left / (left + right) : 0.5, length = (double)(end - first);
    const fragment *before = sum->count > 0 ? &sum->items[sum->count - 1] : NULL;
    const bool swapped = before && before->rank == b.rank && before->slot == b.slot;
    const size_t cut = cut_near(c->plan, first, end, (double)first + length * (swapped ? 1 - share : share));
    if (swapped)
        a.first = b.end = cut;
    else
        a.end = b.first = cut;
    append(sum, swapped ? b : a);
    append(sum, swapped ? a : b);
    return note(c, &(merge){level, a, b}, error);
}

static nn_status merge_values(compiler *c, size_t level, const spread_value *left, const spread_value *right,
                              spread_value *sum, nn_error *error)
{
    NN_TRY(nni_reserve(2 * (left->count + right->count), sizeof *sum->items, what, &sum->items, error));
    find_duties(c, left, right);
    for (size_t l = 0, r = 0; l < left->count && r < right->count;) {
        const fragment *a = &left->items[l], *b = &right->items[r];
        NN_TRY(merge_range(c, level, *a, *b, sum, error));
        const size_t end = a->end < b->end ? a->end : b->end;
        l += a->end == end;
        r += b->end == end;
    }
    return NN_OK;
}

/* The value of a node of 2^level leaves, and all merges below it. */
static nn_status find_value(compiler *c, size_t first, size_t level, spread_value *value, nn_error *error)
{
    const nni_schedule_plan *plan = c->plan;
    const size_t total = plan->runs[0].total, span = (size_t)1 << level;
    const size_t last = (first + span < total ? first + span : total) - 1, rank = rank_of_leaf(plan, first);
    if (level == 0 || rank == rank_of_leaf(plan, last)) {
        NN_TRY(nni_reserve(1, sizeof *value->items, what, &value->items, error));
        append(value, (fragment){0, plan->count, rank, slot_of_leaf(plan->runs[rank], first)});
        return NN_OK;
    }
    const size_t middle = first + span / 2;
    if (middle >= total)
        return find_value(c, first, level - 1, value, error);
    spread_value left = {NULL, 0}, right = {NULL, 0};
    nn_status status = find_value(c, first, level - 1, &left, error);
    if (status == NN_OK)
        status = find_value(c, middle, level - 1, &right, error);
    if (status == NN_OK)
        status = merge_values(c, level, &left, &right, value, error);
    nni_release(left.items);
    nni_release(right.items);
    return status;
}

/* --- one rank's part --- */

static nni_partition range_of(const fragment *f)
{
    return (nni_partition){f->first, f->end - f->first};
}

static bool transfer_of(const merge *m, size_t rank, nni_transfer *transfer)
{
    if (m->left.rank == rank)
        *transfer = (nni_transfer){m->right.rank, m->left.slot, m->right.slot, range_of(&m->left), range_of(&m->right)};
    else if (m->right.rank == rank)
        *transfer = (nni_transfer){m->left.rank, m->right.slot, m->left.slot, range_of(&m->right), range_of(&m->left)};
    else
        return false;
    return true;
}

/* Merges are noted in the same order on every rank; those of a level make a round. */
static nn_status take_part(const compiler *c, size_t rank, size_t levels, nni_transfers *t, nn_error *error)
{
    nni_transfer transfer;
    size_t count = 0;
    for (size_t m = 0; m < c->count; m++)
        count += transfer_of(&c->merges[m], rank, &transfer);
    NN_TRY(nni_allocate(levels + 1, sizeof *t->begin, what, &t->begin, error));
    NN_TRY(nni_allocate(count, sizeof *t->transfers, what, &t->transfers, error));
    count = 0;
    for (size_t level = 1; level <= levels; level++) {
        for (size_t m = 0; m < c->count; m++)
            if (c->merges[m].level == level && transfer_of(&c->merges[m], rank, &transfer))
                t->transfers[count++] = transfer;
        if (count > t->begin[t->rounds])
            t->begin[++t->rounds] = count;
    }
    return NN_OK;
}

static nn_status take_kept(const spread_value *root, nni_transfers *t, nn_error *error)
{
    NN_TRY(nni_allocate(root->count, sizeof *t->kept, what, &t->kept, error));
    t->kept_count = root->count;
    for (size_t i = 0; i < root->count; i++)
        t->kept[i] = (struct nni_kept){root->items[i].rank, root->items[i].slot, range_of(&root->items[i])};
    return NN_OK;
}

nn_status nni_schedule_compile(const nni_schedule_plan *plan, size_t rank, nni_transfers *t, nn_error *error)
{
    compiler c = {.plan = plan};
    spread_value root = {NULL, 0};
    size_t levels = 0;
    while (((size_t)1 << levels) < plan->runs[0].total)
        levels++;
    *t = (nni_transfers){.rounds = 0};
    nn_status status = nni_allocate(plan->ranks, sizeof *c.duties, what, &c.duties, error);
    if (status == NN_OK)
        status = nni_allocate(plan->ranks, sizeof *c.ranks, what, &c.ranks, error);
    if (status == NN_OK)
        status = find_value(&c, 0, levels, &root, error);
    if (status == NN_OK)
        status = take_part(&c, rank, levels, t, error);
    if (status == NN_OK)
        status = take_kept(&root, t, error);
    nni_release(c.duties);
    nni_release(c.ranks);
    nni_release(c.merges);
    nni_release(root.items);
    if (status != NN_OK)
        nni_transfers_free(t);
    return status;
}

void nni_transfers_free(nni_transfers *t)
{
    nni_release(t->begin);
    nni_release(t->transfers);
    nni_release(t->kept);
    *t = (nni_transfers){.rounds = 0};
}
