/* SPDX-License-Identifier: MIT */
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

/* --- the schedules: the rate at a moment after warm-up, and what a loss changes --- */

/* A moment; lengths in steps. */
typedef struct moment {
    double t;       /* since the end of warm-up */
    double total;   /* from there to the end of the training */
    double every;   /* the setting */
    double factor;  /* the setting */
    double minimum; /* the setting, or the first rate where that is less */
    double scale;   /* of the state */
} moment;

static double constant(double rate, const moment *at)
{
    (void)at;
    return rate;
}

static double staircase(double rate, const moment *at)
{
    return at->every > 0 ? rate * pow(at->factor, floor(at->t / at->every)) : rate;
}

static double exponential(double rate, const moment *at)
{
    return at->every > 0 ? rate * pow(at->factor, at->t / at->every) : rate;
}

static double cosine(double rate, const moment *at)
{
    const double pi = acos(-1.0);
    return at->total > 0 ? at->minimum + (rate - at->minimum) * (1 + cos(pi * fmin(at->t / at->total, 1))) / 2 : rate;
}

static double plateau(double rate, const moment *at)
{
    return fmax(rate * at->scale, at->minimum);
}

static void lower_on_plateau(const nni_schedule_settings *schedule, nni_schedule_state *state, double loss)
{
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

/* A schedule. */
typedef struct schedule {
    nni_kind kind;
    double (*rate)(double rate, const moment *at); /* rate: at the end of warm-up */
    /* Changes the state by the loss of an epoch; `rate` then looks at the scale itself. NULL: the state stays. */
    void (*observe)(const nni_schedule_settings *schedule, nni_schedule_state *state, double loss);
} schedule;

static const schedule schedules[] = {
    [NN_SCHEDULE_CONSTANT] = {.kind = {.name = "constant", .help = "the rate stays"}, .rate = constant},
    [NN_SCHEDULE_STEP] = {.kind = {.name = "step",
                                   .help = "the rate is multiplied by factor every so many epochs or steps",
                                   .settings = NNI_KIND_SETTINGS({"every", "10 epochs"}, {"factor", "0.1"})},
                          .rate = staircase},
    [NN_SCHEDULE_EXPONENTIAL] = {.kind = {.name = "exponential",
                                          .help = "the rate falls smoothly, by factor every so many epochs or steps",
                                          .settings = NNI_KIND_SETTINGS({"every", "1 epoch"}, {"factor", "0.95"})},
                                 .rate = exponential},
    [NN_SCHEDULE_COSINE] = {.kind = {.name = "cosine",
                                     .help = "the rate falls to minimum along half a cosine over the training",
                                     .settings = NNI_KIND_SETTINGS({"warmup", "auto"}, {"minimum", "0"})},
                            .rate = cosine},
    [NN_SCHEDULE_PLATEAU] = {.kind = {.name = "plateau",
                                      .help = "the rate is multiplied by factor when the loss has not improved for "
                                              "patience epochs",
                                      .settings =
                                          NNI_KIND_SETTINGS({"factor", "0.1"}, {"minimum", "0"}, {"patience", "10"})},
                             .rate = plateau,
                             .observe = lower_on_plateau},
};

const nni_domain nni_schedule_domain = NNI_DOMAIN("schedule", schedules);

const char *nn_schedule_name(nn_schedule_kind kind)
{
    return nni_domain_name(&nni_schedule_domain, kind);
}

/* --- what all schedules share --- */

double nni_schedule_rate(const nni_schedule_settings *settings, double learning_rate, nni_schedule_span span,
                         const nni_schedule_state *state, uint64_t step)
{
    const schedule *by = &schedules[settings->name];
    double rate = learning_rate;
    if (settings->reference_batch > 0)
        rate *= (double)span.step_rows / (double)settings->reference_batch;
    if (!by->observe)
        rate *= state->scale;
    const double warmup = in_steps(settings->warmup_length, span), t = (double)step;
    const bool warm = t >= warmup;
    const moment at = {
        .t = warm ? t - warmup : 0,
        .total = (double)span.epochs * (double)span.epoch_steps - warmup,
        .every = in_steps(settings->every, span),
        .factor = settings->factor,
        .minimum = fmin(settings->minimum, rate), /* a rate that begins below the minimum is not raised to it */
        .scale = state->scale,
    };
    const double after = by->rate(rate, &at);
    return warm ? after : after * (t + 1) / warmup;
}

void nni_schedule_observe(const nni_schedule_settings *settings, nni_schedule_state *state, double loss)
{
    if (schedules[settings->name].observe)
        schedules[settings->name].observe(settings, state, loss);
}
