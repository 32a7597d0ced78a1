/* SPDX-License-Identifier: MIT */
/* What a rank's time goes into, and how ranks compare. */
#include <math.h>
#include <string.h>

#include "support/suite.h"
#include "support/timeline.h"
#include "train/callbacks/imbalance.h"

/* Sums of doubles of this size are off by less; a clock's tick is 1e-9. */
static const double close_enough = 1e-9;

static nni_activity activity(nni_span_kind kind)
{
    return (nni_activity){kind, NNI_NO_DETAIL};
}

static void busy(double seconds)
{
    for (const double end = nni_clock() + seconds; nni_clock() < end;)
        ;
}

static double summed(const nni_span *spans, size_t count, nni_span_kind kind)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += spans[i].kind == (int)kind ? spans[i].end - spans[i].begin : 0;
    return sum;
}

static void one_thing_follows_the_other_without_a_gap(void)
{
    nni_span spans[8];
    nni_timeline timeline = {.spans = NULL};
    nni_timeline_keep(&timeline, spans, 8);
    const double began = nni_clock();
    nni_timeline_begin(&timeline, activity(NNI_SPAN_LOAD));
    busy(2e-3);
    nni_timeline_begin(&timeline, activity(NNI_SPAN_FORWARD));
    busy(1e-3);
    nni_timeline_begin(&timeline, activity(NNI_SPAN_LOAD));
    nni_timeline_begin(&timeline, activity(NNI_SPAN_NONE));
    const double ended = nni_clock();

    CU_ASSERT_EQUAL_FATAL(timeline.count, 3);
    CU_ASSERT_EQUAL(spans[0].kind, NNI_SPAN_LOAD);
    CU_ASSERT_EQUAL(spans[1].kind, NNI_SPAN_FORWARD);
    CU_ASSERT_EQUAL(spans[2].kind, NNI_SPAN_LOAD);
    CU_ASSERT_EQUAL(spans[0].end, spans[1].begin);
    CU_ASSERT_EQUAL(spans[1].end, spans[2].begin);
    CU_ASSERT(spans[0].begin >= began && spans[2].end <= ended);
    CU_ASSERT(timeline.totals[NNI_SPAN_LOAD] >= 2e-3);
    CU_ASSERT(timeline.totals[NNI_SPAN_FORWARD] >= 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(timeline.totals[NNI_SPAN_LOAD] + timeline.totals[NNI_SPAN_FORWARD],
                           spans[2].end - spans[0].begin, close_enough);
}

static void what_is_interrupted_goes_on_with_its_layer(void)
{
    nni_span spans[8];
    nni_timeline timeline = {.spans = NULL};
    nni_timeline_keep(&timeline, spans, 8);
    nni_timeline_begin(&timeline, activity(NNI_SPAN_FORWARD));
    nni_timeline_layer(&timeline, 0);
    nni_timeline_layer(&timeline, 1);
    const nni_activity before = nni_timeline_begin(&timeline, activity(NNI_SPAN_WAIT));
    CU_ASSERT(before.kind == NNI_SPAN_FORWARD && before.detail == 1);
    nni_timeline_begin(&timeline, before);
    nni_timeline_begin(&timeline, activity(NNI_SPAN_NONE));

    const nni_span_kind kinds[] = {NNI_SPAN_FORWARD, NNI_SPAN_FORWARD, NNI_SPAN_WAIT, NNI_SPAN_FORWARD};
    const int details[] = {0, 1, NNI_NO_DETAIL, 1};
    CU_ASSERT_EQUAL_FATAL(timeline.count, 4);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL((nni_span_kind)spans[i].kind, kinds[i]);
        CU_ASSERT_EQUAL(spans[i].detail, details[i]);
    }
}

static void sums_go_on_where_no_span_is_kept_any_more(void)
{
    nni_span spans[2];
    nni_timeline timeline = {.spans = NULL};
    nni_timeline_keep(&timeline, spans, 2);
    for (int i = 0; i < 5; i++) {
        nni_timeline_begin(&timeline, activity(NNI_SPAN_LOSS));
        busy(1e-4);
        nni_timeline_begin(&timeline, activity(NNI_SPAN_NONE));
    }
    CU_ASSERT_EQUAL(timeline.count, 2);
    CU_ASSERT_EQUAL(timeline.lost, 3);
    CU_ASSERT(timeline.totals[NNI_SPAN_LOSS] >= 5e-4);
    CU_ASSERT(summed(spans, 2, NNI_SPAN_LOSS) < timeline.totals[NNI_SPAN_LOSS]);
    nni_timeline_keep(&timeline, NULL, 0);
    nni_timeline_begin(&timeline, activity(NNI_SPAN_LOSS));
    nni_timeline_begin(&timeline, activity(NNI_SPAN_NONE));
    CU_ASSERT(timeline.count == 0 && timeline.lost == 0);
}

static void without_memory_for_spans_layers_cost_nothing(void)
{
    nni_timeline timeline = {.spans = NULL};
    nni_timeline_begin(&timeline, activity(NNI_SPAN_BACKWARD));
    const double since = timeline.since;
    nni_timeline_layer(&timeline, 3);
    nni_timeline_layer(&timeline, 2);
    CU_ASSERT_EQUAL(timeline.since, since);
    nni_timeline_layer(NULL, 1);
    CU_ASSERT_EQUAL(nni_timeline_begin(NULL, activity(NNI_SPAN_LOAD)).kind, NNI_SPAN_NONE);
    nni_timeline_add(NULL, (nni_span){.kind = NNI_SPAN_REDUCE});
}

static void buckets_follow_each_other(void)
{
    nni_span spans[3];
    nni_timeline timeline = {.spans = NULL};
    nni_timeline_keep(&timeline, spans, 3);
    nni_timeline_add(&timeline, (nni_span){1.0, 3.0, 400, NNI_SPAN_REDUCE, 0});
    nni_timeline_add(&timeline, (nni_span){2.0, 3.5, 400, NNI_SPAN_REDUCE, 1});
    nni_timeline_add(&timeline, (nni_span){2.5, 3.2, 400, NNI_SPAN_REDUCE, 2}); /* over before the one before it */
    CU_ASSERT_EQUAL_FATAL(timeline.count, 3);
    CU_ASSERT_EQUAL(spans[1].begin, 3.0);
    CU_ASSERT_EQUAL(spans[1].end, 3.5);
    for (size_t i = 1; i < 3; i++)
        CU_ASSERT(spans[i].begin >= spans[i - 1].end && spans[i].end >= spans[i].begin);
    CU_ASSERT_DOUBLE_EQUAL(timeline.totals[NNI_SPAN_REDUCE], 2.5, close_enough);
}

/* A step has some ten marks: at 50 ns, 0.05 % of one that takes 1 ms. */
static void a_mark_takes_little_more_than_a_look_at_the_clock(void)
{
    enum { MARKS = 10000, TRIES = 20 };
    nni_timeline timeline = {.spans = NULL};
    double mark = INFINITY, look = INFINITY, sum = 0;
    for (int try = 0; try < TRIES; try++) {
        const double began = nni_clock();
        for (int i = 0; i < MARKS; i++)
            nni_timeline_begin(&timeline, activity(i % 2 ? NNI_SPAN_LOAD : NNI_SPAN_LOSS));
        const double marked = nni_clock();
        for (int i = 0; i < MARKS; i++)
            sum += nni_clock();
        look = fmin(look, (nni_clock() - marked) / MARKS);
        mark = fmin(mark, (marked - began) / MARKS);
    }
    printf(" %.0f ns a mark, %.0f ns a look ", 1e9 * mark, 1e9 * look);
    CU_ASSERT(sum > 0);
    /* Twice the look and a few function calls of an unoptimised or sanitized build. */
    CU_ASSERT(mark < 2 * look + 1e-7);
}

static void kinds_of_time_are_told_apart(void)
{
    nni_timeline timeline = {.spans = NULL};
    for (int kind = 0; kind < NNI_SPAN_KINDS; kind++)
        timeline.totals[kind] = 1 << kind;
    const nni_rank_time time = nni_balance_time(&timeline);
    CU_ASSERT_EQUAL(time.wait, 1 << NNI_SPAN_WAIT);
    CU_ASSERT_EQUAL(time.io, (1 << NNI_SPAN_READ) + (1 << NNI_SPAN_CHECKPOINT));
    CU_ASSERT_EQUAL(time.compute, (1 << NNI_SPAN_LOAD) + (1 << NNI_SPAN_FORWARD) + (1 << NNI_SPAN_LOSS) +
                                      (1 << NNI_SPAN_BACKWARD) + (1 << NNI_SPAN_UPDATE) + (1 << NNI_SPAN_EVALUATE));
}

static void the_slowest_of_eight_ranks_is_named(void)
{
    const nni_rank_time ranks[8] = {
        {12.3, 2.7, 0.4, "node16"}, {12.1, 2.9, 0.1, "node16"}, {12.2, 2.8, 0.1, "node16"}, {12.4, 2.6, 0.1, "node16"},
        {12.3, 2.7, 0.1, "node17"}, {14.9, 0.2, 0.1, "node17"}, {12.3, 2.7, 0.1, "node17"}, {12.5, 2.5, 0.1, "node17"},
    };
    double scratch[8];
    char text[NNI_BALANCE_TEXT];
    const nni_balance balance = nni_balance_find(ranks, 8, scratch);
    CU_ASSERT_EQUAL(balance.slowest, 5);
    CU_ASSERT(balance.held_up);
    CU_ASSERT_DOUBLE_EQUAL(balance.excess, 14.9 / 12.3 - 1, close_enough);
    nni_balance_describe(&balance, 8, text);
    CU_ASSERT_STRING_EQUAL(text, "compute 12.1 / 12.3 / 14.9 s, wait 0.20 / 2.70 / 2.90 s, I/O 100 / 100 / 400 ms "
                                 "(min / median / max of 8 ranks)");
    nni_balance_describe_slowest(&balance, ranks, text);
    CU_ASSERT_STRING_EQUAL(text, "slowest: rank 5 on node17, 21 % above the median: it holds the others up");
}

static void nobody_is_blamed_for_ten_percent(void)
{
    const nni_rank_time ranks[2] = {{11.0, 0, 0, "a"}, {9.2, 1.8, 0, "b"}};
    double scratch[2];
    char text[NNI_BALANCE_TEXT];
    const nni_balance balance = nni_balance_find(ranks, 2, scratch);
    CU_ASSERT_DOUBLE_EQUAL(balance.compute.median, 10.1, close_enough); /* the mean of the middle two */
    CU_ASSERT(!balance.held_up);
    nni_balance_describe_slowest(&balance, ranks, text);
    CU_ASSERT_STRING_EQUAL(text, "slowest: rank 0 on a");
}

static void ranks_that_did_nothing_are_balanced(void)
{
    const nni_rank_time ranks[3] = {{0, 1, 0, "a"}, {0, 1, 0, "a"}, {0, 1, 0, "a"}};
    double scratch[3];
    const nni_balance balance = nni_balance_find(ranks, 3, scratch);
    CU_ASSERT(balance.slowest == 0 && balance.excess == 0 && !balance.held_up);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(one_thing_follows_the_other_without_a_gap),
        NN_TEST(what_is_interrupted_goes_on_with_its_layer),
        NN_TEST(sums_go_on_where_no_span_is_kept_any_more),
        NN_TEST(without_memory_for_spans_layers_cost_nothing),
        NN_TEST(buckets_follow_each_other),
        NN_TEST(a_mark_takes_little_more_than_a_look_at_the_clock),
        NN_TEST(kinds_of_time_are_told_apart),
        NN_TEST(the_slowest_of_eight_ranks_is_named),
        NN_TEST(nobody_is_blamed_for_ten_percent),
        NN_TEST(ranks_that_did_nothing_are_balanced),
    };
    return nni_run_suite("timeline", tests, sizeof tests / sizeof *tests);
}
