#include <math.h>

#include "bench/io.h"
#include "data/dataset/dataset.h"

static const char *const way_names[NN_BENCH_IO_WAYS] = {"rows", "blocks", "plain", "inflate"};

/* Bytes a second; NaN where nothing was measured. */
static double speed(const nn_bench_io_result *result, nn_bench_io_way way)
{
    return result->seconds[way] > 0 ? (double)result->bytes[way] / result->seconds[way] : NAN;
}

static double ratio(const nn_bench_io_result *result, nn_bench_io_way way, nn_bench_io_way to)
{
    return speed(result, way) / speed(result, to);
}

void nn_bench_io_begin(const nn_comm *comm, size_t repeat, nn_bench_output *output)
{
    const nn_bench_machine machine = nn_bench_machine_of(1);
    if (output->table) {
        FILE *out = output->table;
        nn_bench_machine_print(&machine, out);
        fprintf(out, "ranks    %d on %d host%s; HDF5 %s\n", comm->size, comm->host_count,
                comm->host_count == 1 ? "" : "s", nn_dataset_library());
        fprintf(
            out,
            "reading  from the page cache, GB/s of all ranks, best of %zu: rows in their order, in shuffled blocks,\n"
            "         plain read(2) of the file, zlib's inflate alone; and shares of what limits them\n",
            repeat);
        fprintf(out, "%-20s %6s %8s %8s %8s %8s %11s %13s %13s\n", "data", "MiB", way_names[NN_BENCH_IO_ROWS],
                way_names[NN_BENCH_IO_BLOCKS], way_names[NN_BENCH_IO_PLAIN], way_names[NN_BENCH_IO_INFLATE],
                "rows/plain", "blocks/plain", "rows/inflate");
        fflush(out);
    }
    nn_json *json = &output->json;
    if (!json->out)
        return;
    nn_json_begin(json, NULL, '{');
    nn_bench_machine_json(&machine, json);
    nn_json_count(json, "ranks", (size_t)comm->size);
    nn_json_count(json, "hosts", (size_t)comm->host_count);
    nn_json_text(json, "hdf5", nn_dataset_library());
    nn_json_begin(json, "data", '[');
}

/* A number, or that there is none. */
static void print_number(double number, int width, int digits, FILE *out)
{
    if (isnan(number))
        fprintf(out, " %*s", width, "-");
    else
        fprintf(out, " %*.*f", width, digits, number);
}

static void print_row(const nn_bench_io_result *r, FILE *out)
{
    fprintf(out, "%-20s %6.0f", r->name, (double)r->bytes[NN_BENCH_IO_ROWS] / (1 << 20));
    for (int way = 0; way < NN_BENCH_IO_WAYS; way++)
        print_number(speed(r, (nn_bench_io_way)way) / 1e9, 8, 2, out);
    /* What is packed comes as fewer bytes than it is. */
    print_number(r->facts.filtered ? NAN : ratio(r, NN_BENCH_IO_ROWS, NN_BENCH_IO_PLAIN), 11, 2, out);
    print_number(r->facts.filtered ? NAN : ratio(r, NN_BENCH_IO_BLOCKS, NN_BENCH_IO_PLAIN), 13, 2, out);
    print_number(ratio(r, NN_BENCH_IO_ROWS, NN_BENCH_IO_INFLATE), 13, 2, out);
    fprintf(out, "\n");
    fflush(out);
}

static void put_row(const nn_bench_io_result *r, nn_json *json)
{
    nn_json_begin(json, NULL, '{');
    nn_json_text(json, "name", r->name);
    if (r->file)
        nn_json_text(json, "file", r->file);
    nn_json_text(json, "type", r->facts.type);
    nn_json_count(json, "rows", r->facts.rows);
    nn_json_count(json, "features", r->facts.features);
    nn_json_count(json, "chunk_rows", r->facts.chunk_rows);
    nn_json_count(json, "read_rows", r->facts.read_rows);
    nn_json_count(json, "block_rows", r->facts.block_rows);
    nn_json_count(json, "file_bytes", r->facts.file_bytes);
    nn_json_begin(json, "seconds", '{');
    for (int way = 0; way < NN_BENCH_IO_WAYS; way++)
        nn_json_number(json, way_names[way], r->seconds[way] > 0 ? r->seconds[way] : NAN);
    nn_json_end(json, '}');
    nn_json_begin(json, "bytes_per_second", '{');
    for (int way = 0; way < NN_BENCH_IO_WAYS; way++)
        nn_json_number(json, way_names[way], speed(r, (nn_bench_io_way)way));
    nn_json_end(json, '}');
    nn_json_number(json, "rows_to_plain", ratio(r, NN_BENCH_IO_ROWS, NN_BENCH_IO_PLAIN));
    nn_json_number(json, "blocks_to_plain", ratio(r, NN_BENCH_IO_BLOCKS, NN_BENCH_IO_PLAIN));
    nn_json_number(json, "rows_to_inflate", ratio(r, NN_BENCH_IO_ROWS, NN_BENCH_IO_INFLATE));
    nn_json_end(json, '}');
}

void nn_bench_io_tell(const nn_bench_io_result *result, nn_bench_output *output)
{
    if (output->table)
        print_row(result, output->table);
    if (output->json.out)
        put_row(result, &output->json);
}

void nn_bench_io_end(nn_bench_output *output)
{
    if (!output->json.out)
        return;
    nn_json_end(&output->json, ']');
    nn_json_end(&output->json, '}');
}
