/* SPDX-License-Identifier: MIT */
/* nntrain bench step: trains each network for a while, with the peak measured in between. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "bench/explain.h"
#include "bench/measure.h"
#include "bench/peak.h"
#include "bench/step_report.h"
#include "support/memory.h"

/* A network and the batch that goes with it. */
typedef struct preset {
    size_t widths[5];
    size_t width_count, batch;
} preset;

static const preset presets[] = {
    {{784, 512, 512, 10}, 4, 128},
    {{784, 128, 10}, 3, 128},
    {{1024, 1024, 1024, 1024, 1024}, 5, 512},
};
enum { PRESETS = sizeof presets / sizeof *presets };

static void name_network(const nni_bench_task *task, char *name, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < task->width_count && used < size; i++)
        used += (size_t)snprintf(name + used, size - used, "%s%zu", i ? "-" : "", task->widths[i]);
}

/* Steps that last long enough against the clock and the peak's turn, as many on all ranks; doing them warms everything
 * up. */
static nn_status steps_lasting(nn_comm *comm, nni_bench_training *training, double seconds, size_t *steps,
                               nn_error *error)
{
    double taken = 0;
    const double begin = nni_bench_now(training->workers);
    for (*steps = 0; taken < seconds; ++*steps) {
        NN_TRY(nni_bench_training_step(training, NULL, error));
        taken = nni_bench_now(training->workers) - begin;
        NN_TRY(nni_comm_max_double(comm, &taken, 1, error));
    }
    return NN_OK;
}

static nn_status do_steps(nni_bench_training *training, size_t steps, double *parts, nn_error *error)
{
    for (size_t i = 0; i < steps; i++)
        NN_TRY(nni_bench_training_step(training, parts, error));
    return NN_OK;
}

/* Seconds that a look at the clock takes. */
static double clock_cost(size_t workers)
{
    enum { LOOKS = 256 };
    const double begin = nni_bench_now(workers);
    double end = begin;
    for (size_t i = 0; i < LOOKS; i++)
        end = nni_bench_now(workers);
    return (end - begin) / LOOKS;
}

/* Seconds of a step, on average over some, and of each of its parts over half as many others: with a look at the clock
 * before each part, of a third of a microsecond, steps of small networks would take twice as long. */
static nn_status time_steps(nn_comm *comm, nni_bench_training *training, size_t steps, double *parts, double *step,
                            nn_error *error)
{
    const size_t with_parts = (steps + 1) / 2;
    memset(parts, 0, NNI_BENCH_PARTS * sizeof *parts);
    NN_TRY(nn_comm_barrier(comm, error));
    const double begin = nni_bench_now(training->workers);
    NN_TRY(do_steps(training, steps, NULL, error));
    *step = (nni_bench_now(training->workers) - begin) / (double)steps;
    NN_TRY(do_steps(training, with_parts, parts, error));
    const double look = clock_cost(training->workers);
    for (size_t part = 0; part < NNI_BENCH_PARTS; part++)
        parts[part] = fmax(parts[part] / (double)with_parts - look, 0);
    return NN_OK;
}

/* times [NNI_BENCH_PARTS + 2, repeat]: the parts, the whole step, the peak. */
static nn_status measure_turns(nn_comm *comm, nni_bench_training *training, size_t repeat,
                               nni_bench_step_result *result, double *times, nn_error *error)
{
    nni_bench_peak_run run = {.loops = nni_isa_fastest()->peak};
    const nni_contestant peak = {nni_bench_peak_call, &run};
    size_t steps = 0;
    NN_TRY(steps_lasting(comm, training, 0.05, &steps, error));
    for (size_t r = 0; r < repeat; r++) {
        double parts[NNI_BENCH_PARTS];
        times[(NNI_BENCH_PARTS + 1) * repeat + r] = nni_bench_time(&peak, 3e-3, training->threads);
        NN_TRY(time_steps(comm, training, steps, parts, &times[NNI_BENCH_PARTS * repeat + r], error));
        for (size_t part = 0; part < NNI_BENCH_PARTS; part++)
            times[part * repeat + r] = parts[part];
    }
    for (size_t part = 0; part < NNI_BENCH_PARTS; part++)
        result->parts[part] = nni_bench_median(times + part * repeat, repeat);
    result->seconds = nni_bench_median(times + NNI_BENCH_PARTS * repeat, repeat);
    result->peak = nni_bench_peak_flops(run.loops) / nni_bench_median(times + (NNI_BENCH_PARTS + 1) * repeat, repeat);
    return NN_OK;
}

static nn_status measure_training(const nni_bench_task *task, const nni_bench_step_options *options,
                                  nni_bench_training *training, nni_bench_step_result *result, nn_error *error)
{
    const size_t repeat = options->common.repeat ? options->common.repeat : 15;
    double *times = NULL;
    nn_status status =
        nni_allocate(repeat * (NNI_BENCH_PARTS + 2), sizeof *times, "the times of a benchmark", &times, error);
    status = nn_comm_agree(task->comm, status, error);
    if (status == NN_OK)
        status = measure_turns(task->comm, training, repeat, result, times, error);
    nni_release(times);
    NN_TRY(status);
    if (!nni_network_is_finite(training->network))
        return nn_fail(
            error, NN_DIVERGED,
            "%s: weights became NaN or infinite after %zu steps on random rows, and arithmetic with them may "
            "take other times; choose another optimizer or activation",
            result->network, training->steps);
    result->batch = task->batch;
    result->workers = training->workers;
    result->flops = nni_bench_step_flops(task->widths, task->width_count, task->batch);
    return options->explain ? nni_bench_step_explain(training, repeat < 7 ? repeat : 7, result, error) : NN_OK;
}

static nni_bench_task task_of(const nni_bench_step_options *options, size_t i, nn_comm *comm)
{
    const bool given = options->width_count > 0;
    nni_bench_task task = {
        .widths = given ? options->widths : presets[i].widths,
        .width_count = given ? options->width_count : presets[i].width_count,
        .batch = given ? 128 : presets[i].batch,
        .activation = options->activation,
        .optimizer = options->optimizer,
        .precision = options->precision,
        .momentum = options->momentum,
        .threads = options->common.threads,
        .comm = comm,
    };
    if (options->batch > 0)
        task.batch = options->batch;
    if (task.momentum < 0 && strcmp(task.optimizer, "sgd") == 0)
        task.momentum = 0.9;
    return task;
}

static nn_status measure(const nni_bench_step_options *options, size_t i, nn_comm *comm, nni_bench_step_result *result,
                         nn_error *error)
{
    const nni_bench_task task = task_of(options, i, comm);
    nni_bench_training training;
    name_network(&task, result->network, sizeof result->network);
    if (task.widths[task.width_count - 1] < 2)
        return nn_fail(error, NN_USAGE, "--network: %s ends in one class; a softmax needs 2 or more", result->network);
    NN_TRY(nni_bench_training_create(&task, &training, error));
    const nn_status status = measure_training(&task, options, &training, result, error);
    nni_bench_training_free(&training);
    return status;
}

static nn_status measure_all(const nni_bench_step_options *options, nn_comm *comm, nni_bench_step_result *results,
                             nni_bench_output *output, nn_error *error)
{
    const size_t count = options->width_count > 0 ? 1 : PRESETS;
    const nni_bench_machine machine = nni_bench_machine_of(options->common.threads);
    nni_bench_bandwidth bandwidth;
    for (size_t i = 0; i < count; i++) {
        NN_TRY(measure(options, i, comm, &results[i], error));
        if (output->table && i == 0)
            nni_bench_step_print_head(&machine, options, comm, output->table);
        if (output->table)
            nni_bench_step_print(&results[i], output->table);
    }
    if (options->explain)
        NN_TRY(nni_bench_bandwidth_measure(machine.threads, &bandwidth, error));
    if (options->explain && output->table) {
        nni_bench_bandwidth_print(&bandwidth, output->table);
        for (size_t i = 0; i < count; i++)
            nni_bench_explain_print(&results[i], &bandwidth, output->table);
    }
    if (output->json.out)
        nni_bench_step_json(&machine, options, comm, results, count, options->explain ? &bandwidth : NULL,
                            &output->json);
    return NN_OK;
}

nn_status nni_bench_step(const nni_bench_step_options *options, nn_comm *comm, nn_error *error)
{
    nni_bench_step_result results[PRESETS] = {0};
    nni_bench_output output = {.table = NULL};
    nn_status status = NN_OK;
    if (options->explain && comm->size > 1)
        return nn_fail(error, NN_USAGE, "--explain: products are measured on one rank; start it without mpirun");
    if (comm->rank == 0)
        status = nni_bench_output_open(options->common.json, options->common.json_path, &output, error);
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    omp_set_dynamic(0);
    omp_set_num_threads((int)options->common.threads);
    status = measure_all(options, comm, results, &output, error);
    if (comm->rank == 0)
        status = nni_bench_output_close(&output, status, error);
    return nni_comm_broadcast_status(comm, status, error);
}
