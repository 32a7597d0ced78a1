/* SPDX-License-Identifier: MIT */
#include "bench/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"
#include "support/system/cpu.h"
#include "support/system/topology.h"

nni_bench_machine nni_bench_machine_of(size_t threads)
{
    const nni_cpu_mask mask = nni_cpu_bound_mask();
    nni_topology topology;
    nni_topology_read(NNI_TOPOLOGY_ROOT, &mask, &topology);
    nni_bench_machine machine = {.isa = nni_isa_in_use(), .threads = threads, .cores = topology.cores};
    nni_cpu_name(machine.processor, sizeof machine.processor);
    for (int level = 1; level <= 3; level++)
        machine.cache[level - 1] = nni_cpu_cache_bytes(level);
    return machine;
}

void nni_bench_machine_print(const nni_bench_machine *machine, FILE *out)
{
    fprintf(out, "machine  %s, %s kernels, %zu of %zu cores; caches of %zu, %zu, %zu KiB\n", machine->processor,
            machine->isa->title, machine->threads, machine->cores, machine->cache[0] >> 10, machine->cache[1] >> 10,
            machine->cache[2] >> 10);
}

void nni_bench_machine_json(const nni_bench_machine *machine, nni_json *json)
{
    nni_json_begin(json, "machine", '{');
    nni_json_text(json, "processor", machine->processor);
    nni_json_text(json, "isa", machine->isa->title);
    nni_json_count(json, "threads", machine->threads);
    nni_json_count(json, "cores", machine->cores);
    nni_json_begin(json, "cache_bytes", '[');
    for (size_t level = 0; level < 3; level++)
        nni_json_count(json, NULL, machine->cache[level]);
    nni_json_end(json, ']');
    nni_json_end(json, '}');
}

nn_status nni_bench_output_open(bool wanted, const char *path, nni_bench_output *output, nn_error *error)
{
    *output = (nni_bench_output){.table = wanted && !path ? NULL : stdout, .path = path};
    if (!wanted)
        return NN_OK;
    output->json.out = open_memstream(&output->text, &output->length);
    if (!output->json.out)
        return nn_fail(error, NN_SYSTEM, "out of memory: cannot hold the figures for --json: %s", strerror(errno));
    return NN_OK;
}

static nn_status write_json(const nni_bench_output *output, nn_error *error)
{
    if (output->path)
        return nni_file_replace(output->path, output->text, output->length, error);
    /* What standard output does not take is told when the program ends. */
    fwrite(output->text, 1, output->length, stdout);
    return NN_OK;
}

nn_status nni_bench_output_close(nni_bench_output *output, nn_status status, nn_error *error)
{
    if (!output->json.out)
        return status;
    if (fclose(output->json.out) != 0 && status == NN_OK)
        status = nn_fail(error, NN_SYSTEM, "out of memory: cannot hold the figures for --json: %s", strerror(errno));
    if (status == NN_OK)
        status = write_json(output, error);
    free(output->text);
    return status;
}
