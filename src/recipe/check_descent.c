/* How weights are moved: optimizer, schedule of the learning rate, regularization. */
#include <stdio.h>
#include <string.h>

#include "recipe/check.h"
#include "recipe/kind_settings.h"

nn_status nni_check_optimizer(const nni_check *in)
{
    nni_optimizer_settings *optimizer = &in->recipe->optimizer;
    optimizer->decays_by_rows = optimizer->name == NN_ADAMW && !nni_check_has(in, "optimizer.weight_decay");
    char usual[48];
    snprintf(usual, sizeof usual, "%s is a usual start", nni_recipe_usual_rate(optimizer->name));
    NN_TRY(nni_check_float(in, "optimizer.learning_rate", optimizer->learning_rate, NNI_CHECK_ABOVE_0, usual));
    NN_TRY(nni_check_float(in, "optimizer.momentum", optimizer->momentum, NNI_CHECK_FROM_0_TO_1, "0.9 is usual"));
    if (optimizer->nesterov && !(optimizer->momentum > 0))
        return nni_check_fail(in, nni_check_later(in, "optimizer.nesterov", "optimizer.momentum"),
                              "Nesterov's look ahead needs momentum; write nesterov: false, or a momentum such as 0.9");
    NN_TRY(nni_check_float(in, "optimizer.beta1", optimizer->beta1, NNI_CHECK_FROM_0_TO_1, "0.9 is usual"));
    NN_TRY(nni_check_float(in, "optimizer.beta2", optimizer->beta2, NNI_CHECK_FROM_0_TO_1, "0.999 is usual"));
    NN_TRY(nni_check_float(in, "optimizer.rho", optimizer->rho, NNI_CHECK_FROM_0_TO_1, "0.99 is usual"));
    NN_TRY(nni_check_float(in, "optimizer.epsilon", optimizer->epsilon, NNI_CHECK_ABOVE_0,
                           "it keeps a division by 0 away"));
    NN_TRY(nni_check_float(in, "optimizer.weight_decay", optimizer->weight_decay, NNI_CHECK_FROM_0, NULL));
    return nni_check_float(in, "optimizer.trust", optimizer->trust, NNI_CHECK_ABOVE_0, "0.001 is usual");
}

static nn_status check_factor(const nni_check *in)
{
    const nni_schedule_settings *schedule = &in->recipe->schedule;
    bool may_be_1 = schedule->name == NN_SCHEDULE_EXPONENTIAL;
    if (!nni_check_has(in, "schedule.factor"))
        return NN_OK;
    if (schedule->factor > 0 && (schedule->factor < 1 || (may_be_1 && schedule->factor == 1)))
        return NN_OK;
    return nni_check_fail(in, "schedule.factor", "must be more than 0 and %s 1, not %g; %s is usual",
                          may_be_1 ? "at most" : "less than", schedule->factor, may_be_1 ? "0.95" : "0.1");
}

static nn_status check_minimum(const nni_check *in)
{
    double minimum = in->recipe->schedule.minimum, rate = in->recipe->optimizer.learning_rate;
    NN_TRY(nni_check_float(in, "schedule.minimum", minimum, NNI_CHECK_FROM_0, NULL));
    if (!nni_check_has(in, "schedule.minimum") || minimum < rate)
        return NN_OK;
    return nni_check_fail(in, nni_check_later(in, "schedule.minimum", "optimizer.learning_rate"),
                          "the learning rate would start at %g and never fall below %g; the minimum must be less", rate,
                          minimum);
}

nn_status nni_check_schedule(const nni_check *in)
{
    nni_schedule_settings *schedule = &in->recipe->schedule;
    if (strcmp(schedule->warmup, "auto") != 0)
        NN_TRY(nni_check_interval(in, "schedule.warmup", schedule->warmup, 0, &schedule->warmup_length));
    if (schedule->every_text)
        NN_TRY(nni_check_interval(in, "schedule.every", schedule->every_text, 1, &schedule->every));
    NN_TRY(check_factor(in));
    return check_minimum(in);
}

nn_status nni_check_regularization(const nni_check *in)
{
    const nni_regularization_settings *with = &in->recipe->regularization;
    NN_TRY(nni_check_float(in, "regularization.l1", with->l1, NNI_CHECK_FROM_0, NULL));
    NN_TRY(nni_check_float(in, "regularization.l2", with->l2, NNI_CHECK_FROM_0, NULL));
    NN_TRY(nni_check_float(in, "regularization.clip_norm", with->clip_norm, NNI_CHECK_FROM_0, "0 is no limit"));
    return nni_check_float(in, "regularization.clip_value", with->clip_value, NNI_CHECK_FROM_0, "0 is no limit");
}
