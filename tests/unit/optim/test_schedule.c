/* SPDX-License-Identifier: MIT */
/* Learning rates against their closed forms, written out a second time here. */
#include <math.h>
#include <stdbool.h>

#include "optim/schedule.h"
#include "support/suite.h"

static const nni_schedule_span span = {.epoch_steps = 10, .epochs = 20, .step_rows = 64};
static const double pi = 3.14159265358979323846;

static double rate_at(nni_schedule_settings schedule, uint64_t step)
{
    const nni_schedule_state state = nni_schedule_begin();
    return nni_schedule_rate(&schedule, 0.4, span, &state, step);
}

static void near(double found, double expected)
{
    CU_ASSERT_DOUBLE_EQUAL(found, expected, 1e-14);
}

static void constant_stays(void)
{
    const nni_schedule_settings schedule = {.name = NN_SCHEDULE_CONSTANT};
    for (uint64_t step = 0; step < 400; step += 7)
        CU_ASSERT_EQUAL(rate_at(schedule, step), 0.4);
}

static void step_falls_at_the_borders_and_nowhere_else(void)
{
    const nni_schedule_settings by_steps = {.name = NN_SCHEDULE_STEP, .every = {.steps = 30}, .factor = 0.5};
    const nni_schedule_settings by_epochs = {.name = NN_SCHEDULE_STEP, .every = {.epochs = 3}, .factor = 0.5};
    double expected = 0.4;
    for (uint64_t step = 0; step < 200; step++) {
        if (step > 0 && step % 30 == 0)
            expected /= 2;
        near(rate_at(by_steps, step), expected);
        near(rate_at(by_epochs, step), expected);
    }
}

static void exponential_falls_by_the_same_ratio_every_step(void)
{
    const nni_schedule_settings schedule = {.name = NN_SCHEDULE_EXPONENTIAL, .every = {.epochs = 2}, .factor = 0.1};
    near(rate_at(schedule, 0), 0.4);
    near(rate_at(schedule, 20), 0.04);
    near(rate_at(schedule, 40), 0.004);
    for (uint64_t step = 1; step < 200; step++)
        CU_ASSERT_DOUBLE_EQUAL(rate_at(schedule, step) / rate_at(schedule, step - 1), exp(log(0.1) / 20), 1e-13);
}

static void cosine_goes_from_the_rate_to_the_minimum(void)
{
    const nni_schedule_settings schedule = {.name = NN_SCHEDULE_COSINE, .minimum = 0.02};
    near(rate_at(schedule, 0), 0.4);
    near(rate_at(schedule, 100), 0.21);
    near(rate_at(schedule, 200), 0.02);
    near(rate_at(schedule, 300), 0.02); /* beyond the end it does not rise again */
    for (uint64_t step = 0; step < 200; step++)
        near(rate_at(schedule, step), 0.02 + 0.38 * (1 + cos(pi * (double)step / 200)) / 2);
}

static void a_rate_below_the_minimum_is_not_raised(void)
{
    const nni_schedule_settings cosine = {.name = NN_SCHEDULE_COSINE, .minimum = 2};
    const nni_schedule_settings plateau = {.name = NN_SCHEDULE_PLATEAU, .minimum = 2, .factor = 0.5};
    near(rate_at(cosine, 0), 0.4);
    near(rate_at(cosine, 150), 0.4);
    near(rate_at(plateau, 150), 0.4);
}

static void warmup_rises_linearly_to_what_follows(void)
{
    static const nn_schedule_kind kinds[] = {NN_SCHEDULE_CONSTANT, NN_SCHEDULE_STEP, NN_SCHEDULE_EXPONENTIAL,
                                             NN_SCHEDULE_COSINE, NN_SCHEDULE_PLATEAU};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        nni_schedule_settings schedule = {.name = kinds[i], .every = {.steps = 25}, .factor = 0.5, .minimum = 0.01};
        const nni_schedule_settings cold = schedule;
        schedule.warmup_length.steps = 20;
        for (uint64_t step = 0; step < 20; step++)
            near(rate_at(schedule, step), 0.4 * (double)(step + 1) / 20);
        near(rate_at(schedule, 20), 0.4); /* the first after warm-up is the schedule's own first */
        nni_schedule_settings in_epochs = cold;
        in_epochs.warmup_length.epochs = 2;
        for (uint64_t step = 0; step < 200; step++)
            CU_ASSERT_EQUAL(rate_at(in_epochs, step), rate_at(schedule, step));
        if (kinds[i] != NN_SCHEDULE_COSINE) /* which has fewer steps left */
            for (uint64_t step = 20; step < 200; step++)
                near(rate_at(schedule, step), rate_at(cold, step - 20));
    }
    const nni_schedule_settings cosine = {.name = NN_SCHEDULE_COSINE, .warmup_length = {.steps = 20}};
    near(rate_at(cosine, 110), 0.2); /* half-way through the 180 steps after warm-up */
    near(rate_at(cosine, 200), 0);
}

static void warmup_may_take_the_whole_training_or_longer(void)
{
    const nni_schedule_settings whole = {.name = NN_SCHEDULE_COSINE, .warmup_length = {.epochs = 20}};
    const nni_schedule_settings longer = {.name = NN_SCHEDULE_COSINE, .warmup_length = {.epochs = 40}};
    near(rate_at(whole, 199), 0.4);
    near(rate_at(longer, 199), 0.2);
    CU_ASSERT(isfinite(rate_at(whole, 200)));
}

static void the_reference_batch_scales_linearly(void)
{
    for (uint64_t step = 0; step < 200; step += 9) {
        nni_schedule_settings schedule = {
            .name = NN_SCHEDULE_STEP, .every = {.steps = 25}, .factor = 0.5, .warmup_length = {.steps = 12}};
        const double plain = rate_at(schedule, step);
        schedule.reference_batch = 16; /* a step has 64 rows */
        near(rate_at(schedule, step), 4 * plain);
    }
}

static void plateau_falls_after_patience_epochs_without_improvement(void)
{
    const nni_schedule_settings schedule = {
        .name = NN_SCHEDULE_PLATEAU, .factor = 0.5, .patience = 2, .minimum = 0.04, .warmup_length = {.steps = 4}};
    static const struct {
        double loss, rate;
    } epochs[] = {
        {3, 0.4},   {2, 0.4},   {2, 0.4}, /* as good is no improvement: waited 1 */
        {2.5, 0.2},                       /* waited 2: falls, and waiting begins anew */
        {2.5, 0.2}, {1.9, 0.2},           /* better than the best: waited 0 */
        {2, 0.2},   {NAN, 0.1},           /* NaN is no improvement */
        {9, 0.1},   {9, 0.05},  {9, 0.05}, {9, 0.04}, {9, 0.04}, {9, 0.04}, /* not below the minimum */
    };
    nni_schedule_state state = nni_schedule_begin();
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        nni_schedule_observe(&schedule, &state, epochs[i].loss);
        near(nni_schedule_rate(&schedule, 0.4, span, &state, 50), epochs[i].rate);
        near(nni_schedule_rate(&schedule, 0.4, span, &state, 1), epochs[i].rate / 2); /* warm-up, step 1 of 4 */
    }
}

static void other_schedules_remember_nothing(void)
{
    const nni_schedule_settings schedule = {.name = NN_SCHEDULE_STEP, .every = {.steps = 25}, .factor = 0.5};
    nni_schedule_state state = nni_schedule_begin();
    for (int epoch = 0; epoch < 10; epoch++)
        nni_schedule_observe(&schedule, &state, 1);
    CU_ASSERT_EQUAL(state.scale, 1);
    CU_ASSERT_EQUAL(state.waited, 0);
    CU_ASSERT(isinf(state.best));
}

/* A training cut anywhere and continued from its counters and its copied state sees the same rates. */
static void a_resumed_schedule_is_the_same(void)
{
    static const double losses[20] = {5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1};
    const nni_schedule_settings schedule = {
        .name = NN_SCHEDULE_PLATEAU, .factor = 0.3, .patience = 2, .warmup_length = {.steps = 15}};
    double rates[200];
    nni_schedule_state kept[21] = {nni_schedule_begin()};
    for (size_t epoch = 0; epoch < 20; epoch++) {
        for (size_t i = 0; i < 10; i++)
            rates[10 * epoch + i] = nni_schedule_rate(&schedule, 0.4, span, &kept[epoch], 10 * epoch + i);
        kept[epoch + 1] = kept[epoch];
        nni_schedule_observe(&schedule, &kept[epoch + 1], losses[epoch]);
    }
    CU_ASSERT(kept[20].scale < 0.1);
    for (size_t cut = 0; cut < 20; cut++) {
        nni_schedule_state state = kept[cut];
        for (size_t step = 10 * cut; step < 200; step++) {
            CU_ASSERT_EQUAL(nni_schedule_rate(&schedule, 0.4, span, &state, step), rates[step]);
            if (step % 10 == 9)
                nni_schedule_observe(&schedule, &state, losses[step / 10]);
        }
    }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(constant_stays),
        NN_TEST(step_falls_at_the_borders_and_nowhere_else),
        NN_TEST(exponential_falls_by_the_same_ratio_every_step),
        NN_TEST(cosine_goes_from_the_rate_to_the_minimum),
        NN_TEST(a_rate_below_the_minimum_is_not_raised),
        NN_TEST(warmup_rises_linearly_to_what_follows),
        NN_TEST(warmup_may_take_the_whole_training_or_longer),
        NN_TEST(the_reference_batch_scales_linearly),
        NN_TEST(plateau_falls_after_patience_epochs_without_improvement),
        NN_TEST(other_schedules_remember_nothing),
        NN_TEST(a_resumed_schedule_is_the_same),
    };
    return nni_run_suite("schedule", tests, sizeof tests / sizeof *tests);
}
