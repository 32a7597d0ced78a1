/* SPDX-License-Identifier: MIT */
/* How weights are moved: optimizer and schedule of the learning rate. */
#include "kernels/update/optimizers.h"
#include "recipe/check.h"

nn_status nni_check_optimizer(const nni_check *in)
{
    nni_optimizer_settings *optimizer = &in->recipe->optimizer;
    const char *decay = NULL;
    const bool has_decay = nni_kind_has(&nni_optimizer_of(optimizer->name)->kind, "weight_decay", &decay);
    optimizer->decays_by_rows = has_decay && !decay && !nni_check_has(in, "optimizer.weight_decay");
    if (optimizer->nesterov && !(optimizer->momentum > 0))
        return nni_check_fail(in, nni_check_later(in, "optimizer.nesterov", "optimizer.momentum"),
                              "Nesterov's look ahead needs momentum; write nesterov: false, or a momentum such as 0.9");
    return NN_OK;
}

nn_status nni_check_schedule(const nni_check *in)
{
    const nni_schedule_settings *schedule = &in->recipe->schedule;
    const double minimum = schedule->minimum, rate = in->recipe->optimizer.learning_rate;
    if (schedule->name != NN_SCHEDULE_EXPONENTIAL && schedule->factor == 1)
        return nni_check_fail(in, "schedule.factor", "must be more than 0 and less than 1, not 1; 0.1 is usual");
    if (!nni_check_has(in, "schedule.minimum") || minimum < rate)
        return NN_OK;
    return nni_check_fail(in, nni_check_later(in, "schedule.minimum", "optimizer.learning_rate"),
                          "the learning rate would start at %g and never fall below %g; the minimum must be less", rate,
                          minimum);
}
