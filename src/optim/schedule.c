#include "optim/schedule.h"

#include <math.h>

nni_schedule_state nni_schedule_begin(void)
{
    return (nni_schedule_state){.scale = 1, .best = INFINITY, .waited = 0};
}

static double in_steps(nni_interval length, nni_schedule_span span)
{
    return length.steps > 0 ? (double)length.steps : (double)length.epochs * (double)span.epoch_steps;
}

/* The rate t steps after the end of warm-up. A rate that begins below the minimum is not raised to it. */
static double after_warmup(const nni_schedule_settings *schedule, double rate, nni_schedule_span span,
                           const nni_schedule_state *state, double warmup, double t)
{
    const double minimum = fmin(schedule->minimum, rate);
    const double every = in_steps(schedule->every, span);
    const double total = (double)span.epochs * (double)span.epoch_steps - warmup;
    switch (schedule->name) {
    case NN_SCHEDULE_CONSTANT:
        return rate;
    case NN_SCHEDULE_STEP:
        return every > 0 ? rate * pow(schedule->factor, floor(t / every)) : rate;
    case NN_SCHEDULE_EXPONENTIAL:
        return every > 0 ? rate * pow(schedule->factor, t / every) : rate;
    case NN_SCHEDULE_COSINE:
        return total > 0 ? minimum + (rate - minimum) * (1 + cos(acos(-1.0) * fmin(t / total, 1))) / 2 : rate;
    case NN_SCHEDULE_PLATEAU:
        return fmax(rate * state->scale, minimum);
    }
    return rate;
}

double nni_schedule_rate(const nni_schedule_settings *schedule, double learning_rate, nni_schedule_span span,
                         const nni_schedule_state *state, uint64_t step)
{
    double rate = learning_rate;
    if (schedule->reference_batch > 0)
        rate *= (double)span.step_rows / (double)schedule->reference_batch;
    if (schedule->name != NN_SCHEDULE_PLATEAU)
        rate *= state->scale;
    const double warmup = in_steps(schedule->warmup_length, span);
    const double t = (double)step;
    if (t < warmup)
        return after_warmup(schedule, rate, span, state, warmup, 0) * (t + 1) / warmup;
    return after_warmup(schedule, rate, span, state, warmup, t - warmup);
}

void nni_schedule_observe(const nni_schedule_settings *schedule, nni_schedule_state *state, double loss)
{
    if (schedule->name != NN_SCHEDULE_PLATEAU)
        return;
    if (loss < state->best) {
        state->best = loss;
        state->waited = 0;
        return;
    }
    if (++state->waited >= schedule->patience) {
        state->scale *= schedule->factor;
        state->waited = 0;
    }
}
