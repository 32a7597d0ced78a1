/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "bench/io_report.h"
#include "hdf5/process/library.h"

static const char *const way_names[NNI_BENCH_IO_WAYS] = {"rows", "blocks", "plain", "inflate"};

/* Bytes a second; NaN where nothing was measured. */
static double speed(const nni_bench_io_result *result, nni_bench_io_way way)
{
    return result->seconds[way] > 0 ? (double)result->bytes[way] / result->seconds[way] : NAN;
}

static double ratio(const nni_bench_io_result *result, nni_bench_io_way way, nni_bench_io_way to)
{
    return speed(result, way) / speed(result, to);
}

void nni_bench_io_begin(const nn_comm *comm, size_t repeat, nni_bench_output *output)
{
    const nni_bench_machine machine = nni_bench_machine_of(1);
    if (output->table) {
        FILE *out = output->table;
        nni_bench_machine_print(&machine, out);
        fprintf(out, "ranks    %d on %d host%s; HDF5 %s\n", comm->size, comm->host_count,
                comm->host_count == 1 ? "" : "s", nni_hdf5_library());
        fprintf(
            out,
            "reading  from the page cache, GB/s of all ranks, best of %zu: rows in their order, in shuffled blocks,\n"
            "         plain read(2) of the file, zlib's inflate alone; and shares of what limits them\n",
            repeat);
        fprintf(out, "%-20s %6s %8s %8s %8s %8s %11s %13s %13s\n", "data", "MiB", way_names[NNI_BENCH_IO_ROWS],
                way_names[NNI_BENCH_IO_BLOCKS], way_names[NNI_BENCH_IO_PLAIN], way_names[NNI_BENCH_IO_INFLATE],
                "rows/plain", "blocks/plain", "rows/inflate");
        fflush(out);
    }
    nni_json *json = &output->json;
    if (!json->out)
        return;
    nni_json_begin(json, NULL, '{');
    nni_bench_machine_json(&machine, json);
    nni_json_count(json, "ranks", (size_t)comm->size);
    nni_json_count(json, "hosts", (size_t)comm->host_count);
    nni_json_text(json, "hdf5", nni_hdf5_library());
    nni_json_begin(json, "data", '[');
}

/* A number, or that there is none. */
static void print_number(double number, int width, int digits, FILE *out)
{
    if (isnan(number))
        fprintf(out, " %*s", width, "-");
    else
        fprintf(out, " %*.*f", width, digits, number);
}

static void print_row(const nni_bench_io_result *r, FILE *out)
{
    fprintf(out, "%-20s %6.0f", r->name, (double)r->bytes[NNI_BENCH_IO_ROWS] / (1 << 20));
    for (int way = 0; way < NNI_BENCH_IO_WAYS; way++)
        print_number(speed(r, (nni_bench_io_way)way) / 1e9, 8, 2, out);
    /* What is packed comes as fewer bytes than it is. */
    print_number(r->facts.filtered ? NAN : ratio(r, NNI_BENCH_IO_ROWS, NNI_BENCH_IO_PLAIN), 11, 2, out);
    print_number(r->facts.filtered ? NAN : ratio(r, NNI_BENCH_IO_BLOCKS, NNI_BENCH_IO_PLAIN), 13, 2, out);
    print_number(ratio(r, NNI_BENCH_IO_ROWS, NNI_BENCH_IO_INFLATE), 13, 2, out);
    fprintf(out, "\n");
    fflush(out);
}

static void put_row(const nni_bench_io_result *r, nni_json *json)
{
    nni_json_begin(json, NULL, '{');
    nni_json_text(json, "name", r->name);
    if (r->file)
        nni_json_text(json, "file", r->file);
    nni_json_text(json, "type", r->facts.type);
    nni_json_count(json, "rows", r->facts.rows);
    nni_json_count(json, "features", r->facts.features);
    nni_json_count(json, "chunk_rows", r->facts.chunk_rows);
    nni_json_count(json, "read_rows", r->facts.read_rows);
    nni_json_count(json, "block_rows", r->facts.block_rows);
    nni_json_count(json, "file_bytes", r->facts.file_bytes);
    nni_json_begin(json, "seconds", '{');
    for (int way = 0; way < NNI_BENCH_IO_WAYS; way++)
        nni_json_number(json, way_names[way], r->seconds[way] > 0 ? r->seconds[way] : NAN);
    nni_json_end(json, '}');
    nni_json_begin(json, "bytes_per_second", '{');
    for (int way = 0; way < NNI_BENCH_IO_WAYS; way++)
        nni_json_number(json, way_names[way], speed(r, (nni_bench_io_way)way));
    nni_json_end(json, '}');
    nni_json_number(json, "rows_to_plain", ratio(r, NNI_BENCH_IO_ROWS, NNI_BENCH_IO_PLAIN));
    nni_json_number(json, "blocks_to_plain", ratio(r, NNI_BENCH_IO_BLOCKS, NNI_BENCH_IO_PLAIN));
    nni_json_number(json, "rows_to_inflate", ratio(r, NNI_BENCH_IO_ROWS, NNI_BENCH_IO_INFLATE));
    nni_json_end(json, '}');
}

void nni_bench_io_tell(const nni_bench_io_result *result, nni_bench_output *output)
{
    if (output->table)
        print_row(result, output->table);
    if (output->json.out)
        put_row(result, &output->json);
}

void nni_bench_io_end(nni_bench_output *output)
{
    if (!output->json.out)
        return;
    nni_json_end(&output->json, ']');
    nni_json_end(&output->json, '}');
}
