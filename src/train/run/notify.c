/* SPDX-License-Identifier: MIT */
#include "train/run/notify.h"

#include "support/memory.h"

nn_status nni_callbacks_create(nni_run *run, const nni_callback_maker *makers, size_t count, nn_error *error)
{
    nni_callbacks *callbacks = &run->callbacks;
    NN_TRY(nni_allocate(count, sizeof *callbacks->items, "the callbacks", &callbacks->items, error));
    for (size_t i = 0; i < count; i++) {
        callbacks->count = i + 1;
        NN_TRY(makers[i](run, &callbacks->items[i], error));
    }
    return NN_OK;
}

void nni_callbacks_free(nni_callbacks *callbacks)
{
    for (size_t i = 0; i < callbacks->count; i++)
        if (callbacks->items[i].free)
            callbacks->items[i].free(callbacks->items[i].self);
    nni_release(callbacks->items);
    *callbacks = (nni_callbacks){.items = NULL};
}

nn_status nni_notify_begin(nni_run *run, nn_error *error)
{
    for (size_t i = 0; i < run->callbacks.count; i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->begin)
            NN_TRY(callback->begin(callback->self, run, error));
    }
    return NN_OK;
}

nn_status nni_notify_step(nni_run *run, const nni_step_report *report, nn_error *error)
{
    for (size_t i = 0; i < run->callbacks.count; i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->step)
            NN_TRY(callback->step(callback->self, run, report, error));
    }
    return NN_OK;
}

nn_status nni_notify_epoch(nni_run *run, const nni_epoch_report *report, nn_error *error)
{
    for (size_t i = 0; i < run->callbacks.count; i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->epoch)
            NN_TRY(callback->epoch(callback->self, run, report, error));
    }
    return NN_OK;
}

nn_status nni_notify_before_write(nni_run *run, bool *rolled_back, nn_error *error)
{
    if (rolled_back)
        *rolled_back = false;
    for (size_t i = 0; i < run->callbacks.count && !(rolled_back && *rolled_back); i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->before_write)
            NN_TRY(callback->before_write(callback->self, run, rolled_back, error));
    }
    return NN_OK;
}

/* What ends the run is what its last line reports: a failure on top of it is a warning. */
void nni_notify_finish_write(nni_run *run)
{
    nn_error failure;
    for (size_t i = 0; i < run->callbacks.count; i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->finish_write && callback->finish_write(callback->self, run, &failure) != NN_OK)
            nni_output_say(&run->output, "warning  %s", failure.message);
    }
}

nn_status nni_notify_rolled_back(nni_run *run, nn_error *error)
{
    for (size_t i = 0; i < run->callbacks.count; i++) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->rolled_back)
            NN_TRY(callback->rolled_back(callback->self, run, error));
    }
    return NN_OK;
}

nn_status nni_notify_end(nni_run *run, nn_error *error)
{
    for (size_t i = run->callbacks.count; i-- > 0;) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->end)
            NN_TRY(callback->end(callback->self, run, error));
    }
    return NN_OK;
}

void nni_notify_halt(nni_run *run)
{
    nn_error failure;
    for (size_t i = run->callbacks.count; i-- > 0;) {
        const nni_callback *callback = &run->callbacks.items[i];
        if (callback->halt && callback->halt(callback->self, run, &failure) != NN_OK)
            nni_output_say(&run->output, "warning  %s", failure.message);
    }
}
